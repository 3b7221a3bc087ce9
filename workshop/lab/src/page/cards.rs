//! The cards of the report, one for each attack: the tree, the request, the answers of a weak server and of preopen, the
//! reason, and the remedy.

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

/// The maximum number of characters of an answer.
const SHOWN: usize = 360;
/// The maximum number of characters of a protocol line.
const LINE: usize = 1500;
/// The prefix of the name of the lab's temporary directory.
const STAGE: &str = "preopen-lab.";

/// Returns all cards: attacks, then races, then harmless requests.
pub(super) fn part(attacks: &[&'static Attack], columns: &[Column], races: &[Raced]) -> String {
    let mut page = String::from(
        "<p>Every attack starts with the same tree. The server was granted <code>grant/</code>, which contains <code>grant/sub/file.txt</code>. \
         The secret is in <code>outside/secret.txt</code>, in the name of a file next to it, and in \
         <code>grant_sibling/secret.txt</code>. Each card shows preopen and the strongest weak server that lost. \
         <code>/TREE</code> stands for the temporary directory of a server; the protocol lines are shown as sent.</p>\n<div class=\"cards\">\n",
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
        // Show an equal request only once. The names of the tools may differ between servers.
        let asks = arguments(&found.request);
        if asks != before && !found.request.is_empty() {
            body += &format!("<h4>Request</h4>\n{}", block(&request_text(&found.request), SHOWN));
        }
        before = asks;
        body += &answer(name, found);
    }
    body += &reason_and_remedy(attack);
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

/// Returns the reason and the remedy.
fn reason_and_remedy(attack: &Attack) -> String {
    let known = attack.known_limit().map_or_else(String::new, |why| {
        format!(
            "<p><strong>* preopen does not stop this, as documented:</strong> {}.</p>\n",
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
    let mut page = String::from("<h4>Setup</h4>\n");
    page += &if steps.is_empty() {
        "<p>Nothing is planted.</p>\n".into()
    } else {
        format!("<p>{}.</p>\n", steps.join("; "))
    };
    if !later.is_empty() {
        page += &format!("<p>After the server has started: {}.</p>\n", later.join("; "));
    }
    page
}

/// Describes one step of the setup.
fn in_words(step: &Step) -> String {
    match *step {
        Step::File(path, "") => format!("{}, an empty file", code(path)),
        Step::File(path, _) => format!("{}, a file", code(path)),
        Step::Dir(path) => format!("{}, a directory", code(path)),
        Step::Link(path, to) => format!("{}, a link to {}", code(path), code(to)),
        Step::HardLink(path, to) => {
            format!("{}, a hard link to the file {}", code(path), code(to))
        }
        Step::Fifo(path) => format!("{}, a FIFO without a writer", code(path)),
        Step::Socket(path) => format!("{}, a socket", code(path)),
        Step::Device(path) => format!("{}, an endless device", code(path)),
        Step::Sparse(path, bytes) => {
            format!("{}, a sparse file of {} MiB", code(path), bytes >> 20)
        }
        Step::Mode(path, mode) => format!("the mode of {} is set to {mode:o}", code(path)),
        Step::Deep(path, n) => format!("{}, with {n} nested directories", code(path)),
        Step::Rename(path, to) => format!("{} is renamed to {}", code(path), code(to)),
        Step::Remove(path) => format!("{} is removed", code(path)),
        Step::Bind(path, from) => format!("{} is mounted at {}", code(from), code(path)),
        Step::Proc(path) => format!("a /proc is mounted at {}", code(path)),
    }
}

/// Returns the tool and the arguments of a request, without the protocol around them.
fn request_text(request: &str) -> String {
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

/// Returns the decisive part of an answer, without the protocol around it.
fn answer_text(answer: &str) -> String {
    let value: Option<Value> = serde_json::from_str(answer).ok();
    let result = value.as_ref().and_then(|value| value.get("result"));
    excerpt(&shortened(&result.map_or_else(|| answer.to_owned(), text_of)), FLAG, SHOWN)
}

/// Replaces the temporary directory of an attack with `/TREE`.
fn shortened(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    while let Some(at) = rest.find(STAGE) {
        let (before, name) = rest.split_at(at);
        // Find the start of the path, and the end of the directory name below the stage.
        let text = before.trim_end_matches(|c| is_of_a_name(c) || c == '/');
        let path = before.get(text.len()..).unwrap_or_default();
        let after = name
            .trim_start_matches(is_of_a_name)
            .trim_start_matches('/')
            .trim_start_matches(is_of_a_name);
        // Another path may come first: one that goes up to the root, or through `/proc/self/root`.
        let own = format!("{}/", std::env::temp_dir().display());
        let kept = path.strip_suffix(&own).unwrap_or_else(|| path.trim_end_matches('/'));
        out += &format!("{text}{kept}/TREE");
        rest = after;
    }
    out + rest
}

fn answer(server: &str, found: &Finding) -> String {
    let class = if found.verdict.is_harm() { "bad" } else { "good" };
    let answer_block = answer_text(&found.answer);
    // Without an answer, the note explains what happened.
    let answer_block = if answer_block.is_empty() || answer_block == found.note {
        "<p>No answer.</p>\n".into()
    } else {
        block(&answer_block, SHOWN + 6)
    };
    let calls =
        if found.calls > 1 { format!(" One of {} calls.", found.calls) } else { String::new() };
    let note = match (found.note.as_str(), calls.as_str()) {
        ("", "") => String::new(),
        ("", calls) => format!("<p class=\"soft\">{}</p>\n", calls.trim_start()),
        (note, calls) => format!("<p class=\"soft\">Result: {}.{calls}</p>\n", marked(note)),
    };
    format!(
        "<h4>{} <span class=\"word {class}\">{}</span></h4>\n{answer_block}{note}",
        text(server),
        found.verdict.word()
    )
}

/// Returns the protocol lines as sent.
fn lines(sides: &[(&str, &Finding)]) -> String {
    let sides = sides.iter().filter(|(_, found)| !found.request.is_empty()).map(|(name, found)| {
        format!(
            "<p>To {}:</p>\n{}<p>Answer:</p>\n{}",
            code(name),
            block(&found.request, LINE),
            block(&excerpt(&found.answer, FLAG, LINE), LINE + 6)
        )
    });
    let sides: String = sides.collect();
    if sides.is_empty() {
        return sides;
    }
    format!("<details>\n<summary>Protocol lines</summary>\n{sides}</details>\n")
}

fn race_card(attack: &Attack, swap: (&str, &str), races: &[Raced]) -> String {
    let mut body = planted(attack);
    body += &format!(
        "<p>An attacker keeps swapping {} and {}, as fast as the kernel allows.</p>\n",
        code(swap.0),
        code(swap.1)
    );
    let first_lost = races.iter().find(|raced| raced.id == attack.id && !raced.request.is_empty());
    if let Some(raced) = first_lost {
        body += &format!(
            "<h4>Request, again and again</h4>\n{}",
            block(&request_text(&raced.request), SHOWN)
        );
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
                "<p>No answer contained the secret. <a href=\"#race\">See the numbers</a></p>\n"
                    .into()
            }
            None => block(&answer_text(&raced.answer), SHOWN + 6),
        };
    }
    framed(attack, &(body + &reason_and_remedy(attack)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_directories_are_shortened() {
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
