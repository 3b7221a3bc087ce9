//! Map and territory: the reader points a name elsewhere, and sees where each server ends. Where it ends is what this
//! run saw.
//!
//! May import: `matrix`, `race`, `servers`, `picture`, `scenes`, `words`.

use super::matrix::race_word;
use super::picture::{self, REFUSED, SECRET};
use super::scenes::{ALL, Scene};
use super::words::{code, joined, marked, text};
use crate::matrix::Column;
use crate::race::Raced;
use crate::verdict::Verdict;

/// A server in a scene.
struct Stand<'a> {
    server: &'a str,
    /// In a word.
    word: &'static str,
    /// A place of the picture, if it went anywhere.
    at: Option<&'static str>,
    why: &'static str,
}

impl Stand<'_> {
    fn class(&self) -> &'static str {
        match self.at {
            Some(SECRET) => "bad",
            Some(_) => "good",
            None => "dim",
        }
    }
}

/// All of it.
pub(super) fn part(columns: &[Column], races: &[Raced]) -> String {
    let stands = |scene: &'static Scene| -> Vec<Stand<'_>> {
        columns
            .iter()
            .zip(scene.why)
            .map(|(column, why)| stand(scene, column, why, races))
            .collect()
    };
    let choices = joined(ALL
        .iter()
        .enumerate()
        .map(|(nth, scene)| {
            let checked = if nth == 0 { " checked" } else { "" };
            format!(
                "<label><input type=\"radio\" name=\"scene\" value=\"{}\"{checked}> <span>{}</span></label>\n",
                scene.id,
                marked(scene.label)
            )
        }));
    let shown = ALL.first().map(|scene| {
        let ends: Vec<_> =
            stands(scene).iter().map(|stand| (stand.server.to_owned(), stand.at)).collect();
        picture::of(scene, &ends)
    });
    let scenes: String = ALL.iter().map(|scene| one(scene, &stands(scene))).collect();
    format!(
        "<p>The map is names; the territory is inodes, which are the files and directories themselves. Point the name elsewhere, and \
         see where each server ends up: all of it was tried in this run.</p>\n\
         <div class=\"territory\">\n<div>\n<fieldset class=\"js\" hidden>\n<legend>Make <code>notes.txt</code> lead to</legend>\n{choices}</fieldset>\n</div>\n\
         <figure>{}<figcaption class=\"soft\">A line is an entry of a directory; a dashed one is a link or a path, which is names \
         again. Below, in words, is all that it shows.</figcaption></figure>\n</div>\n\
         <p id=\"ends\" class=\"now js\" role=\"status\" aria-live=\"polite\" hidden></p>\n{scenes}",
        shown.unwrap_or_default()
    )
}

fn stand<'a>(scene: &Scene, column: &'a Column, why: &'static str, races: &[Raced]) -> Stand<'a> {
    let server = column.name.as_str();
    let found = column.findings.iter().find(|found| found.id == scene.id);
    let raced = races.iter().find(|raced| raced.id == scene.id && raced.server == column.name);
    let (word, at) = match (found.map(|found| found.verdict), raced) {
        (Some(verdict), _) => {
            let at = match verdict {
                Verdict::Served => Some(scene.inside),
                verdict if verdict.is_harm() => Some(SECRET),
                Verdict::Contained | Verdict::Unserved => Some(REFUSED),
                _ => None,
            };
            (verdict.word(), at)
        }
        (None, Some(raced)) if raced.escapes > 0 || raced.is_replay => {
            (race_word(raced).0, Some(SECRET))
        }
        (None, Some(raced)) if raced.failed.is_none() => (race_word(raced).0, Some(scene.inside)),
        _ => ("not raced", None),
    };
    Stand { server, word, at, why }
}

/// One scene in words, which is also what the script reads.
fn one(scene: &Scene, stands: &[Stand<'_>]) -> String {
    let rows = joined(stands
        .iter()
        .map(|stand| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{} <span class=\"word {}\">{}</span></td><td>{}</td></tr>\n",
                code(stand.server),
                picture::place_in_words(stand.at),
                stand.class(),
                stand.word,
                marked(stand.why)
            )
        }));
    let ends: Vec<_> = stands
        .iter()
        .map(|stand| format!("{}:{}", text(stand.server), stand.at.unwrap_or("none")))
        .collect();
    let id = scene.id;
    format!(
        "<section class=\"scene\" id=\"s-{id}\" data-edges=\"{}\" data-ends=\"{}\" data-asked=\"{}\" aria-labelledby=\"s-{id}-h\">\n\
         <h3 id=\"s-{id}-h\">{}</h3>\n<p>{}</p>\n<p class=\"sum\">{}</p>\n\
         <div class=\"wide\" role=\"region\" aria-label=\"Where each server ends\" tabindex=\"0\">\n<table>\n<thead><tr><th scope=\"col\">Server</th>\
         <th scope=\"col\">Opens</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n\
         <p class=\"soft\">Tried as <a href=\"#a-{id}\">{id}</a>.</p>\n</section>\n",
        scene.edges,
        ends.join(" "),
        text(scene.asked),
        marked(scene.label),
        marked(scene.says),
        summary(stands),
    )
}

/// Who ends where, in a sentence for each place.
fn summary(stands: &[Stand<'_>]) -> String {
    let mut places: Vec<Option<&str>> = vec![];
    for stand in stands {
        if !places.contains(&stand.at) {
            places.push(stand.at);
        }
    }
    let said = places.iter().map(|place| {
        let who = stands.iter().filter(|stand| stand.at == *place);
        let who: Vec<_> = who.map(|stand| text(stand.server)).collect();
        let who = match who.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            all => all.concat(),
        };
        format!("{who} {}", picture::reached(*place))
    });
    format!("{}.", said.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::RACES;
    use crate::table;

    #[test]
    fn every_scene_is_an_attack_or_a_race() {
        for scene in &ALL {
            let is_attack = table::all().any(|attack| attack.id == scene.id);
            let is_race = RACES.iter().any(|race| race.attack.id == scene.id);
            assert!(is_attack || is_race, "{}", scene.id);
            for edge in scene.edges.split(' ') {
                assert!(
                    picture::EDGES.iter().any(|(id, ..)| *id == edge),
                    "{}: no line is {edge}",
                    scene.id
                );
            }
        }
    }
}
