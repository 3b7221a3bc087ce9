//! Globs against ripgrep: random trees and lists of globs, and each place where the two differ on purpose.
//!
//! `GLOB_CASES` says how many cases; the ordinary run has a thousand.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

const TREES: usize = 20;

/// Numbers that look random, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn name(&mut self) -> String {
        self.one(&["a", "b", "c", "ab", "ba", "a.b", "b.a", ".a", "abc", "a-b", "B", "]"])
            .to_owned()
    }

    fn tree(&mut self, sandbox: &Sandbox, at: &str) {
        for _ in 0..25 {
            let names: Vec<_> = (0..=self.below(4)).map(|_| self.name()).collect();
            let path = sandbox.path(format!("{at}/{}", names.join("/")));
            // A name that is a file already cannot be a directory.
            if std::fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.exists() {
                std::fs::write(path, "x\n").unwrap();
            }
        }
    }

    fn component(&mut self) -> String {
        let pieces = [
            "a",
            "b",
            "c",
            ".",
            "*",
            "*",
            "?",
            "[ab]",
            "[a-b]",
            "[]a]",
            "[b-]",
            "{a,b}",
            "{a*,b}",
            "{ab,{b,c}}",
            "\\a",
            "**",
        ];
        let component: String = (0..=self.below(3)).map(|_| self.one(&pieces)).collect();
        // `.` and `..` are not names, here or there.
        if component.trim_matches('.').is_empty() { "a".into() } else { component }
    }

    fn glob(&mut self) -> String {
        let sign = self.one(&["", "", "", "!"]);
        let begin = self.one(&["", "", "", "/", "**/"]);
        let mut middle = vec![];
        for _ in 0..=self.below(3) {
            middle.push(if self.below(6) == 0 { "**".to_owned() } else { self.component() });
        }
        let end = self.one(&["", "", "", "/", "/**", "/*"]);
        let glob = format!("{begin}{}{end}", middle.join("/"));
        // There, `[!a]` is a slash as well; and a slash in a class would make the glob a path.
        let has_slash = glob.contains('/');
        let glob =
            if has_slash { glob.replace("[!a]", "[b]").replace("[^.]", "[a]") } else { glob };
        format!("{sign}{glob}")
    }
}

/// What the answer lists, and whether it is as it was asked for: globs that match nothing may be read in another meaning.
fn ours(
    client: &mut Client,
    tool: &str,
    arguments: &Value,
    below: &str,
) -> (BTreeSet<String>, bool) {
    let answer = client.call(tool, arguments);
    assert!(!answer.is_error, "{arguments}: {}", answer.text);
    let closing = answer.text.lines().next_back().unwrap();
    let lines = answer.text.strip_suffix(closing).unwrap();
    let strip = |line: &str| line.strip_prefix(below).unwrap().to_owned();
    (lines.lines().map(strip).collect(), !closing.contains("as it is written"))
}

/// Asserts that this is what ripgrep finds, and more only where a glob was read in another meaning.
fn agree((found, is_written): &(BTreeSet<String>, bool), theirs: &BTreeSet<String>, about: &str) {
    assert!(found.is_superset(theirs), "{about}: {found:?}, and not {theirs:?}");
    assert!(!is_written || found == theirs, "{about}: {found:?}, and not {theirs:?}");
}

fn ripgrep(at: &std::path::Path, globs: &[String]) -> BTreeSet<String> {
    let mut command = Command::new("rg");
    command.current_dir(at).args(["--no-config", "--files", "--hidden", "--no-ignore", "-j1"]);
    command.args(globs.iter().flat_map(|glob| ["-g", glob]));
    let output = command.output().expect("ripgrep is there: dev/scripts/setup installs it");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{globs:?}: {errors}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn random_globs_match_what_they_match_in_ripgrep() {
    let cases: usize = std::env::var("GLOB_CASES").map_or(1_000, |n| n.parse().unwrap());
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let sandbox = Sandbox::new();
    for tree in 0..TREES {
        chance.tree(&sandbox, &format!("grant/t{tree}"));
    }
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    let (mut some, mut none) = (0, 0);
    for case in 0..cases {
        let tree = format!("t{}", case % TREES);
        let at = sandbox.path(format!("grant/{tree}"));
        let globs: Vec<String> = (0..=chance.below(3)).map(|_| chance.glob()).collect();
        let theirs = ripgrep(&at, &globs);
        let call =
            json!({"pattern": "x", "output": "files", "path": tree, "glob": globs, "limit": 1000});
        let found = ours(&mut client, "grep", &call, &format!("{tree}/"));
        agree(&found, &theirs, &format!("glob {globs:?} in {}", at.display()));
        // What is excluded is what the same globs leave out with a `!`.
        let plain: Vec<&str> = globs.iter().map(|glob| glob.trim_start_matches('!')).collect();
        let negated: Vec<String> = plain.iter().map(|glob| format!("!{glob}")).collect();
        if case % 4 == 0 {
            let theirs = ripgrep(&at, &negated);
            let call = json!({"pattern": "x", "output": "files", "path": tree, "exclude": plain, "limit": 1000});
            let found = ours(&mut client, "grep", &call, &format!("{tree}/"));
            agree(&found, &theirs, &format!("exclude {plain:?} in {}", at.display()));
            assert!(found.1, "exclude {plain:?}");
        }
        if theirs.is_empty() { none += 1 } else { some += 1 }
    }
    assert!(some > cases / 3 && none > cases / 20, "{some} with names, {none} without");
}

/// Each with the reason. A row that no longer differs is an error, too.
#[test]
fn differences_from_ripgrep_are_these() {
    let sandbox = Sandbox::new()
        .file("grant/é.txt", "x\n")
        .file("grant/7.txt", "x\n")
        .file("grant/foo", "x\n")
        .file("grant/foo.txt", "x\n")
        .file("grant/#c", "x\n")
        .file("grant/app/[id]/page.tsx", "x\n")
        .file("grant/app/i/page.tsx", "x\n")
        .file("grant/a,b", "x\n")
        .file("grant/log", "x\n");
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (glob, want, theirs, reason) in [
        ("?.txt", &["7.txt", "é.txt"][..], &["7.txt"][..], "`?` is a character, not a byte"),
        ("[é].txt", &["é.txt"], &[], "and so is a member of a class"),
        ("[[:digit:]].txt", &["7.txt"], &[], "classes have names, as in git"),
        ("foo{,.txt}", &["foo", "foo.txt"], &["foo.txt"], "nothing is an alternative"),
        ("app/i[!x]page.*", &[], &["app/i/page.tsx"], "no class has a slash"),
        ("./foo.*", &["foo.txt"], &[], "`./` means nothing"),
        ("app//i/*", &["app/i/page.tsx"], &[], "`//` is one slash"),
        (
            "app/[id]/page.tsx",
            &["app/[id]/page.tsx"],
            &["app/i/page.tsx"],
            "names come before globs",
        ),
        ("foo,log", &["foo", "log"], &[], "a comma separates"),
    ] {
        let of =
            |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect::<BTreeSet<_>>();
        let call = json!({"pattern": "x", "output": "files", "glob": [glob]});
        let (found, _) = ours(&mut client, "grep", &call, "");
        assert_eq!(found, of(want), "{glob}: {reason}");
        assert_eq!(ripgrep(&sandbox.path("grant"), &[glob.to_owned()]), of(theirs), "{glob}");
    }
    // ripgrep takes this for a comment.
    let call = json!({"pattern": "x", "output": "files", "glob": ["#c"]});
    assert_eq!(ours(&mut client, "grep", &call, "").0.len(), 1);
}

/// The rows of the tables of docs/globs.md whose first column has this heading: the glob, what it is about, and
/// what it is not about.
fn examples(heading: &str) -> Vec<(String, Vec<String>, Vec<String>)> {
    let page = std::fs::read_to_string("docs/globs.md").unwrap();
    let quoted =
        |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<String>>();
    let mut is_in = false;
    let mut rows = vec![];
    for line in page.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        match cells.as_slice() {
            ["", first, _, _, _, ""] if !first.starts_with('`') && !first.starts_with("---") => {
                is_in = *first == heading;
            }
            ["", glob, about, others, _, ""] if is_in && glob.starts_with('`') => {
                rows.push((quoted(glob).remove(0), quoted(about), quoted(others)));
            }
            _ => {}
        }
    }
    assert!(rows.len() >= 4, "docs/globs.md has no table of {heading}");
    rows
}

/// A directory for each row, with all that the row names; what ends with a slash is a directory.
fn planted(rows: &[(String, Vec<String>, Vec<String>)]) -> Sandbox {
    let mut sandbox = Sandbox::new();
    for (nth, (_, about, others)) in rows.iter().enumerate() {
        for path in about.iter().chain(others) {
            let at = format!("grant/r{nth}/{path}");
            sandbox = if path.ends_with('/') { sandbox.dir(&at) } else { sandbox.file(&at, "x\n") };
        }
    }
    sandbox
}

/// Calls a tool for each row, and compares the paths that it lists.
fn each_example(heading: &str, is_about: bool, call: impl Fn(&str, &str) -> (&'static str, Value)) {
    let rows = examples(heading);
    let sandbox = planted(&rows);
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (nth, (glob, about, others)) in rows.iter().enumerate() {
        let path = format!("r{nth}");
        let (tool, arguments) = call(glob, &path);
        let answer = client.call(tool, &arguments).text;
        let is_listed = |name: &String| answer.lines().any(|line| line == format!("{path}/{name}"));
        let (listed, unlisted) = if is_about { (about, others) } else { (others, about) };
        assert!(listed.iter().all(is_listed), "{heading} {glob}: {answer}");
        assert!(!unlisted.iter().any(is_listed), "{heading} {glob}: {answer}");
    }
}

#[test]
fn the_examples_of_the_page_are_true() {
    each_example("glob", true, |glob, path| {
        ("grep", json!({"pattern": "x", "output": "files", "path": path, "glob": [glob]}))
    });
    each_example("pattern", true, |pattern, path| {
        ("search_files", json!({"pattern": pattern, "path": path}))
    });
    each_example("exclude", false, |exclude, path| {
        ("search_files", json!({"pattern": "*", "path": path, "exclude": [exclude]}))
    });
    each_example("exclude", false, |exclude, path| {
        ("grep", json!({"pattern": "x", "output": "files", "path": path, "exclude": [exclude]}))
    });
}

#[test]
fn the_examples_of_rules_are_true() {
    let rows = examples("rule");
    let mut toml = String::new();
    for (nth, (glob, ..)) in rows.iter().enumerate() {
        toml += &format!("[[allow]]\npath = \"grant/r{nth}\"\nhide = ['{glob}']\n");
    }
    let sandbox = planted(&rows).file("allowlist.toml", toml);
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    for (nth, (glob, hidden, shown)) in rows.iter().enumerate() {
        let mut code = |path: &String| {
            let path = format!("r{nth}/{path}");
            client.call("get_file_info", &json!({"path": path})).code().to_owned()
        };
        assert!(hidden.iter().all(|path| code(path) == "not_found"), "{glob} {hidden:?}");
        assert!(shown.iter().all(|path| code(path) == "ok"), "{glob} {shown:?}");
    }
}
