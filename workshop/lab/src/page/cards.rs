//! A card for each attack: what is planted, what was asked, what a weak server and ours answered, why, what to do.
//!
//! May import: `attack`, `matrix`, `race`, `servers`, `stage`, `trial`, `verdict`, `remedy`, `words`.

use preopen_attacks::Step;
use serde_json::Value;

use super::matrix::race_word;
use super::remedy;
use super::words::{block, code, marked, text};
use crate::attack::{Attack, Goal};
use crate::matrix::Column;
use crate::race::{RACES, Raced};
use crate::servers::OURS;
use crate::stage::FLAG;
use crate::trial::{excerpt, text_of};
use crate::verdict::Finding;

/// Characters of an answer that are shown.
const SHOWN: usize = 360;
/// Characters of a line of the protocol that are shown.
const LINE: usize = 1500;
/// How the name of the lab's temporary directory begins.
const STAGE: &str = "preopen-lab.";

/// All of them, the races last.
pub(super) fn part(attacks: &[&'static Attack], columns: &[Column], races: &[Raced]) -> String {
    let mut page = String::from(
        "<p>The tree of every attack: <code>grant/</code> is what the server was granted, with <code>grant/sub/file.txt</code> in it. \
         The secret lies in <code>outside/secret.txt</code>, in the name of a file beside it, and in \
         <code>grant_sibling/secret.txt</code>. Each card shows the strongest weak server that lost, and preopen. \
         <code>/TREE</code> stands for the temporary directory of a server; the lines of the protocol are as they were sent.</p>\n<div class=\"cards\">\n",
    );
    let (harmless, attacks): (Vec<&Attack>, Vec<_>) =
        attacks.iter().copied().partition(|attack| attack.goal == Goal::Served);
    page += &attacks.iter().map(|attack| card(attack, columns)).collect::<String>();
    for race in RACES {
        if races.iter().any(|raced| raced.id == race.attack.id) {
            page += &race_card(&race.attack, race.swap, races);
        }
    }
    page += &harmless.iter().map(|attack| card(attack, columns)).collect::<String>();
    page + "</div>\n"
}

fn card(attack: &Attack, columns: &[Column]) -> String {
    let found = columns.iter().filter_map(|column| {
        let found = column.findings.iter().find(|found| found.id == attack.id)?;
        Some((column.name.as_str(), found))
    });
    let (ours, weak): (Vec<_>, Vec<_>) = found.partition(|(name, _)| *name == OURS);
    let lost = weak.iter().rev().find(|(_, found)| found.verdict.is_harm());
    let sides: Vec<_> = lost.or(weak.last()).into_iter().chain(&ours).copied().collect();
    let mut body = planted(attack);
    let mut before = String::new();
    for (name, found) in &sides {
        // The same request is told once; each server has names of its own for its tools.
        let asks = arguments(&found.request);
        if asks != before && !found.request.is_empty() {
            body += &format!("<h4>Asked</h4>\n{}", block(&asked(&found.request), SHOWN));
        }
        before = asks;
        body += &answer(name, found);
    }
    body += &told(attack);
    framed(attack, &(body + &lines(&sides)))
}

fn framed(attack: &Attack, body: &str) -> String {
    let tags = if attack.goal == Goal::Served { "harmless".into() } else { attack.tags() };
    format!(
        "<article id=\"a-{id}\" aria-labelledby=\"a-{id}-h\">\n<h3 id=\"a-{id}-h\">{id}: {}</h3>\n<p class=\"tags\">{tags}<span class=\"back\">; <a href=\"#matrix\">to the matrix</a></span></p>\n\
         {body}</article>\n",
        marked(attack.title),
        id = attack.id,
    )
}

/// Why, and what to do.
fn told(attack: &Attack) -> String {
    let known = attack.known_limit().map_or_else(String::new, |why| {
        format!(
            "<p><strong>* preopen does not stop this, as its documentation says:</strong> {}.</p>\n",
            marked(why)
        )
    });
    format!(
        "<h4>Why</h4>\n<p>{}</p>\n{known}<h4>What to do</h4>\n<p>{}</p>\n",
        marked(attack.why),
        marked(remedy::of(attack))
    )
}

fn planted(attack: &Attack) -> String {
    let Some(setting) = attack.setting() else { return String::new() };
    let steps: Vec<_> = setting.tree.iter().map(in_words).collect();
    let later: Vec<_> = setting.later.iter().map(in_words).collect();
    let mut page = String::from("<h4>Planted</h4>\n");
    page += &if steps.is_empty() {
        "<p>Nothing.</p>\n".into()
    } else {
        format!("<p>{}.</p>\n", steps.join("; "))
    };
    if !later.is_empty() {
        page += &format!("<p>Once the server runs: {}.</p>\n", later.join("; "));
    }
    page
}

/// One thing that is done to the tree.
fn in_words(step: &Step) -> String {
    match *step {
        Step::File(path, "") => format!("{}, an empty file", code(path)),
        Step::File(path, _) => format!("{}, a file", code(path)),
        Step::Dir(path) => format!("{}, a directory", code(path)),
        Step::Link(path, to) => format!("{}, a link to {}", code(path), code(to)),
        Step::HardLink(path, to) => {
            format!("{}, a second name of the file {}", code(path), code(to))
        }
        Step::Fifo(path) => format!("{}, a FIFO that nobody writes to", code(path)),
        Step::Socket(path) => format!("{}, a socket", code(path)),
        Step::Device(path) => format!("{}, a device that never ends", code(path)),
        Step::Sparse(path, bytes) => {
            format!("{}, a file of {} MiB with nothing in it", code(path), bytes >> 20)
        }
        Step::Mode(path, mode) => format!("{} gets the mode {mode:o}", code(path)),
        Step::Deep(path, n) => format!("{}, {n} directories deep", code(path)),
        Step::Rename(path, to) => format!("{} becomes {}", code(path), code(to)),
        Step::Remove(path) => format!("{} is removed", code(path)),
        Step::Bind(path, from) => format!("{} is mounted at {}", code(from), code(path)),
        Step::Proc(path) => format!("a /proc is mounted at {}", code(path)),
    }
}

/// What a request asks for, without the protocol around it.
fn asked(request: &str) -> String {
    let value: Option<Value> = serde_json::from_str(request).ok();
    match value.as_ref().and_then(|value| value.pointer("/params/name")?.as_str()) {
        Some(name) => format!("{name} {}", arguments(request)),
        None => shortened(request),
    }
}

fn arguments(request: &str) -> String {
    let value: Option<Value> = serde_json::from_str(request).ok();
    let arguments = value.as_ref().and_then(|value| value.pointer("/params/arguments"));
    arguments.map(|arguments| shortened(&arguments.to_string())).unwrap_or_default()
}

/// What was answered, without the protocol around it, and as far as it shows something.
fn answered(answer: &str) -> String {
    let value: Option<Value> = serde_json::from_str(answer).ok();
    let result = value.as_ref().and_then(|value| value.get("result"));
    excerpt(&shortened(&result.map_or_else(|| answer.to_owned(), text_of)), FLAG, SHOWN)
}

/// With `/TREE` in the place of the temporary directory that an attack plays in.
fn shortened(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    while let Some(at) = rest.find(STAGE) {
        let (before, name) = rest.split_at(at);
        // Back to where the path begins, and on to behind the directory in the stage.
        let text = before.trim_end_matches(|c| is_of_a_name(c) || c == '/');
        let path = before.get(text.len()..).unwrap_or_default();
        let behind = name
            .trim_start_matches(is_of_a_name)
            .trim_start_matches('/')
            .trim_start_matches(is_of_a_name);
        // Such a path may stand behind others: what leads up to the root, or through `/proc/self/root`.
        let own = format!("{}/", std::env::temp_dir().display());
        let kept = path.strip_suffix(&own).unwrap_or_else(|| path.trim_end_matches('/'));
        out += &format!("{text}{kept}/TREE");
        rest = behind;
    }
    out + rest
}

fn answer(server: &str, found: &Finding) -> String {
    let class = if found.verdict.is_harm() { "bad" } else { "good" };
    let said = answered(&found.answer);
    // Where no answer came, the note says so.
    let said = if said.is_empty() || said == found.note {
        "<p>No answer.</p>\n".into()
    } else {
        block(&said, SHOWN + 6)
    };
    let calls =
        if found.calls > 1 { format!(" One of {} calls.", found.calls) } else { String::new() };
    let note = match (found.note.as_str(), calls.as_str()) {
        ("", "") => String::new(),
        ("", calls) => format!("<p class=\"soft\">{}</p>\n", calls.trim_start()),
        (note, calls) => format!("<p class=\"soft\">Seen: {}.{calls}</p>\n", marked(note)),
    };
    format!(
        "<h4>{} <span class=\"word {class}\">{}</span></h4>\n{said}{note}",
        text(server),
        found.verdict.word()
    )
}

/// The lines as they went over the wire.
fn lines(sides: &[(&str, &Finding)]) -> String {
    let sides = sides.iter().filter(|(_, found)| !found.request.is_empty()).map(|(name, found)| {
        format!(
            "<p>To {}:</p>\n{}<p>From it:</p>\n{}",
            code(name),
            block(&found.request, LINE),
            block(&excerpt(&found.answer, FLAG, LINE), LINE + 6)
        )
    });
    let sides: String = sides.collect();
    if sides.is_empty() {
        return sides;
    }
    format!("<details>\n<summary>The lines of the protocol</summary>\n{sides}</details>\n")
}

fn race_card(attack: &Attack, swap: (&str, &str), races: &[Raced]) -> String {
    let mut body = planted(attack);
    body += &format!(
        "<p>All the time {} and {} change places, as fast as the kernel lets them.</p>\n",
        code(swap.0),
        code(swap.1)
    );
    let asked_of = races.iter().find(|raced| raced.id == attack.id && !raced.request.is_empty());
    if let Some(raced) = asked_of {
        body +=
            &format!("<h4>Asked, again and again</h4>\n{}", block(&asked(&raced.request), SHOWN));
    }
    for raced in races.iter().filter(|raced| raced.id == attack.id) {
        let (word, _) = race_word(raced);
        let class = if raced.escapes > 0 || raced.is_replay { "bad" } else { "good" };
        body += &format!(
            "<h4>{} <span class=\"word {class}\">{word}</span></h4>\n",
            text(&raced.server)
        );
        body += &match &raced.failed {
            Some(why) => format!("<p>{}</p>\n", text(why)),
            None if raced.answer.is_empty() => {
                "<p>No answer held the secret. <a href=\"#race\">The numbers</a></p>\n".into()
            }
            None => block(&answered(&raced.answer), SHOWN + 6),
        };
    }
    framed(attack, &(body + &told(attack)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_directories_are_told_shortly() {
        let own = std::env::temp_dir();
        let stage = format!("{}/preopen-lab.Ab3xYz/.tmpQ1w2E3", own.display());
        assert_eq!(
            shortened(&format!("{{\"path\":\"{stage}/outside/a.b\"}}")),
            "{\"path\":\"/TREE/outside/a.b\"}"
        );
        assert_eq!(shortened(&format!("/proc/self/root{stage}/x")), "/proc/self/root/TREE/x");
        assert_eq!(shortened(&format!("`{stage}/a` and `{stage}/b`")), "`/TREE/a` and `/TREE/b`");
        assert_eq!(shortened("nothing of it"), "nothing of it");
        assert_eq!(shortened("preopen-lab."), "/TREE");
    }
}
