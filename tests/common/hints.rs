//! [`foreign_arguments`]: arguments that an answer names, and that the tool that answered does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::{Client, Era, Sandbox};

/// Arguments that are not in the list of tools.
const UNLISTED: [(&str, &str); 1] = [("write_file", "line_ends")];

/// The arguments of each tool.
static TOOLS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let sandbox = Sandbox::new().dir("grant");
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    let tools = client.tools().into_iter();
    tools
        .map(|(name, tool)| {
            let arguments = tool["inputSchema"]["properties"].as_object();
            (name, arguments.into_iter().flatten().map(|(name, _)| name.clone()).collect())
        })
        .collect()
});

/// Has the tool an argument of this name?
pub fn is_argument_of(tool: &str, name: &str) -> bool {
    TOOLS.get(tool).is_some_and(|arguments| arguments.contains(name))
}

/// The first tool that a text names.
pub fn tool_in(text: &str) -> Option<String> {
    let named = TOOLS.keys().filter_map(|name| Some((find_word(text, name)?, name)));
    named.min().map(|(_, name)| name.clone())
}

fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || "_/`".contains(c);
    let at = text.find(word)?;
    let is_apart = !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part);
    is_apart.then_some(at)
}

/// The arguments that the hints and the closing lines of an answer of `tool` name, where neither it nor another tool that the
/// line names has them, and they were not `sent`.
pub fn foreign_arguments(tool: &str, sent: &str, answer: &str) -> Vec<String> {
    let Some(own) = TOOLS.get(tool) else { return vec![] };
    // A file may have lines in brackets of its own.
    let is_last = |at: usize| tool == "read_multiple_files" || at + 1 == answer.lines().count();
    let lines = answer.lines().enumerate().filter(|(at, line)| {
        let is_closing = line.starts_with('[') && line.ends_with(']') && is_last(*at);
        line.starts_with("hint: ") || is_closing
    });
    let lines = lines.map(|(_, line)| line);
    let mut foreign = vec![];
    for line in lines {
        let named: Vec<_> = TOOLS.iter().filter(|(name, _)| line.contains(name.as_str())).collect();
        for argument in arguments(line) {
            // A path with a line number is answered with what reads that line, by whatever tool it was sent to.
            let is_of_path =
                line.contains("did you mean `") && ["offset", "limit"].contains(&argument);
            // Of a mount point, the hint is the same for every change, and names the argument of each tool that can.
            let is_of_user = line.contains("the user can start the server with")
                || line.contains("write into the mounted file itself");
            let is_known = own.contains(argument)
                || is_of_path
                || is_of_user
                || sent.contains(&format!("\"{argument}\""))
                || UNLISTED.contains(&(tool, argument))
                || named.iter().any(|(_, arguments)| arguments.contains(argument));
            if !is_known {
                foreign.push(argument.to_owned());
            }
        }
    }
    foreign
}

/// What a line has as `name=value`; and in quotes, where some tool has an argument of that name.
fn arguments(line: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let assigned = line.match_indices('=').filter_map(|(at, _)| {
        let before = &line[..at];
        let start = before.trim_end_matches(is_name).len();
        // An option of the command line is not an argument, and neither is a piece of an example.
        let is_apart = !before[..start].ends_with(|c: char| c.is_alphanumeric() || c == '-');
        let has_value = line[at + 1..].starts_with(|c: char| c.is_alphanumeric());
        (start < at && is_apart && has_value).then_some(&before[start..])
    });
    let quoted = line
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| TOOLS.values().any(|arguments| arguments.contains(*word)));
    assigned.chain(quoted).collect()
}
