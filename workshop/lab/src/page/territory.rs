//! Map and territory: the reader chooses where a name leads, and sees where each server ends. The results come from this
//! run.

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
    /// Its result, in one word.
    word: &'static str,
    /// Its place in the picture, if it took part.
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

/// Returns the section.
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
        "<p>The map consists of names. The territory consists of inodes, which are the files and directories themselves. Choose where the \
         name leads, and see where each server ends up. All results come from this run.</p>\n\
         <div class=\"territory\">\n<div>\n<fieldset class=\"js\" hidden>\n<legend>Make <code>notes.txt</code> lead to</legend>\n{choices}</fieldset>\n</div>\n\
         <figure>{}<figcaption class=\"soft\">A solid line is a directory entry. A dashed line is a link or a path, which is again \
         a sequence of names. The text below describes the same.</figcaption></figure>\n</div>\n\
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

/// Returns a scene in words, which the script also uses.
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
        marked(scene.explanation),
        summary(stands),
    )
}

/// Summarises which servers end at each place.
fn summary(stands: &[Stand<'_>]) -> String {
    let mut places: Vec<Option<&str>> = vec![];
    for stand in stands {
        if !places.contains(&stand.at) {
            places.push(stand.at);
        }
    }
    let clauses = places.iter().map(|place| {
        let who = stands.iter().filter(|stand| stand.at == *place);
        let who: Vec<_> = who.map(|stand| text(stand.server)).collect();
        let who = match who.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            all => all.concat(),
        };
        format!("{who} {}", picture::reached(*place))
    });
    format!("{}.", clauses.collect::<Vec<_>>().join("; "))
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
                    "{}: there is no line {edge}",
                    scene.id
                );
            }
        }
    }
}
