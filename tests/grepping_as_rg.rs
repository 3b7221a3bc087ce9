//! Random patterns over random texts with `\n`, `\r\n` and both, against `rg --crlf`.
//!
//! What differs on purpose: `\A` and `\z` are the ends of a line without its line end, whichever it is (ripgrep's are not
//! before a `\n` that `--crlf` does not take for a line end); a `\n` in a pattern also matches `\r\n`; a pattern that names
//! `\r` sees it, which `rg --crlf` refuses; matches of nothing are not shown one by one. `tests/grepping.rs` has these.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

const PARTS: &[&str] = &[
    "a", "b", "A", ";", " ", "	", "
", "
", "

", "

", "é", "_", "foo", ".", "
", "
",
];
const ATOMS: &[&str] = &[
    "a", "b", "A", ";", " ", r"\s", r"\s+", r"\s*", "$", "$", "^", ".", ".*", r"\w+", r"\b", r"\W",
    r"\S", r"[^a]", "[a;]", "foo", "(a|;)", "(^|b)", "(;|$)", r"\.", "é", "a?", r"\D+", "(?i:a)",
];

#[test]
fn the_lines_that_match_are_those_of_ripgrep() {
    let mut random = Random(0x5eed);
    let mut sandbox = Sandbox::new();
    for i in 10..40 {
        sandbox = sandbox.file(&format!("grant/f{i}"), random.joined(PARTS, 24));
        let with_returns = [PARTS, &["\r", "\r\r\n"]].concat();
        sandbox = sandbox.file(&format!("grant/r{i}"), random.joined(&with_returns, 24));
    }
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern);
    let mut matched = 0;
    for _ in 0..150 {
        let pattern = random.joined(ATOMS, 4);
        let mut arguments = json!({"pattern": pattern, "per_file": 0, "limit": 10_000});
        let mut flags = vec![];
        for (argument, flag, odds) in [
            ("word", "-w", 6),
            ("ignore_case", "-i", 6),
            ("literal", "-F", 10),
            ("multiline", "-U", 5),
        ] {
            if random.below(odds) == 0 {
                arguments[argument] = json!(true);
                flags.push(flag);
            }
        }
        matched += same(&mut client, &sandbox, &arguments, &flags, &pattern);
        let is_something = regex_syntax::parse(&pattern)
            .is_ok_and(|pattern| pattern.properties().minimum_len() > Some(0));
        // Of matches of nothing, `rg -o` shows some, with the lines they are in.
        if is_something && !flags.contains(&"-U") {
            arguments["only_matching"] = json!(true);
            flags.push("-o");
            same(&mut client, &sandbox, &arguments, &flags, &pattern);
        }
    }
    // Over line ends, with either one for each `\n`.
    for _ in 0..50 {
        let (one, other) = (random.joined(ATOMS, 2), random.joined(ATOMS, 2));
        let arguments =
            json!({"pattern": format!(r"{one}\n{other}"), "per_file": 0, "limit": 10_000});
        matched +=
            same(&mut client, &sandbox, &arguments, &["-U"], &format!(r"{one}(?:\r?\n){other}"));
    }
    assert!(matched > 5_000, "{matched} lines");
}

/// How many lines match, which must be those of ripgrep.
fn same(
    client: &mut Client,
    sandbox: &Sandbox,
    arguments: &Value,
    flags: &[&str],
    pattern: &str,
) -> usize {
    let (ours, theirs) = (ours(client, arguments), theirs(sandbox, flags, pattern));
    if ours != theirs {
        let read = |set: &BTreeSet<Line>, other| {
            set.difference(other).take(5).cloned().collect::<Vec<_>>()
        };
        let (us, them) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
        panic!(
            "{arguments} {flags:?}: ours alone {:?}, theirs alone {:?}",
            read(&us, &them),
            read(&them, &us)
        );
    }
    ours.map_or(0, |lines| lines.len())
}

/// A file, a line in it, and its text.
type Line = (String, String, String);

fn ours(client: &mut Client, arguments: &Value) -> Option<BTreeSet<Line>> {
    let (mut lines, mut file) = (BTreeSet::new(), String::new());
    let mut arguments = arguments.clone();
    loop {
        let answer = client.call("grep", &arguments);
        if answer.is_error {
            return None;
        }
        for line in answer.text.split('\n') {
            if line.starts_with(['f', 'r']) && line.len() == 3 {
                line.clone_into(&mut file);
            } else if let Some((number, text)) =
                line.split_once(':').filter(|(number, _)| number.parse::<u32>().is_ok())
            {
                let text = if arguments["only_matching"] == true {
                    text.split_once(':').unwrap().1
                } else {
                    text
                };
                lines.insert((
                    file.clone(),
                    number.to_owned(),
                    text.trim_end_matches('\r').to_owned(),
                ));
            }
        }
        let last = answer.text.lines().last().unwrap();
        let Some((_, cursor)) = last.split_once("continue with cursor=") else {
            return Some(lines);
        };
        arguments["cursor"] = json!(cursor.trim_end_matches(']'));
    }
}

fn theirs(sandbox: &Sandbox, flags: &[&str], pattern: &str) -> Option<BTreeSet<Line>> {
    let mut rg = Command::new("rg");
    rg.args(["--no-config", "--crlf", "-n", "--no-heading", "--color=never"])
        .args(flags)
        .args(["-e", pattern, "."]);
    let done =
        rg.current_dir(sandbox.path("grant")).output().expect("`make setup` installs ripgrep");
    if done.status.code() == Some(2) {
        return None;
    }
    let text = String::from_utf8(done.stdout).unwrap();
    let lines = text.split_terminator('\n').map(|line| {
        let mut parts = line.splitn(3, ':');
        let mut next = || parts.next().unwrap().to_owned();
        let (file, number, text) = (next(), next(), next());
        (file.trim_start_matches("./").to_owned(), number, text.trim_end_matches('\r').to_owned())
    });
    // ripgrep shows no match of nothing either, but for its line.
    Some(lines.filter(|(_, _, text)| !flags.contains(&"-o") || !text.is_empty()).collect())
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).unwrap() % n
    }

    fn joined(&mut self, parts: &[&str], most: usize) -> String {
        (0..=self.below(most)).map(|_| parts[self.below(parts.len())]).collect()
    }
}
