//! The commands that the documents and the workshop material show exist and work.

use std::process::Command;

use serde_json::Value;

use crate::common::{PATIENCE, Run, lab};

/// The Markdown documents.
const PAGES: &[&str] = &["../../README.md", "../../docs/lab.md", "../book.md", "../instructor.md"];
/// The HTML documents.
const SHEETS: &[&str] = &["../slides.html", "../cheat-sheet.html"];

fn page(name: &str) -> String {
    std::fs::read_to_string(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs each command in a shell block. Commands that take long or need the reader's server only print their help.
#[test]
fn commands_in_shell_blocks_work() {
    let mut seen = 0;
    let work = tempfile::tempdir().unwrap();
    for text in PAGES.iter().map(|name| page(name)) {
        let blocks = text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
        for line in blocks.flat_map(str::lines) {
            let Some(typed) =
                line.split('#').next().and_then(|line| line.strip_prefix("preopen-lab"))
            else {
                continue;
            };
            let mut args: Vec<&str> = typed.split_whitespace().collect();
            let end = args.iter().position(|arg| *arg == "--").unwrap_or(args.len());
            let is_learning = args.first() == Some(&"learn");
            match args.first() {
                Some(&"list" | &"run") => {
                    args.splice(end..end, ["--patience", PATIENCE]);
                }
                Some(&"learn") => args.extend(["--work", work.path().to_str().unwrap()]),
                _ => {
                    args.splice(end..end, ["--help"]);
                }
            }
            let run = Run::of(&args);
            // A check of an unsolved exercise exits with 1.
            let is_accepted = run.code() == 0 || is_learning && run.code() == 1;
            assert!(is_accepted, "{line}: {}", run.errors());
            seen += 1;
        }
    }
    assert!(seen >= 15, "found only {seen} commands");
}

/// Each command in running text exists and has the flags.
#[test]
fn commands_in_running_text_exist() {
    let mut seen = 0;
    let mut named = vec![];
    for name in PAGES {
        let text = page(name);
        let prose: String = text.split("```").step_by(2).collect();
        named.extend(prose.split('`').skip(1).step_by(2).map(|code| code.replace('\n', " ")));
    }
    for text in SHEETS.iter().map(|name| page(name)) {
        let codes = text.split("<code").skip(1).map(|rest| rest.split("</code>").next().unwrap());
        named
            .extend(codes.filter_map(|code| code.split_once('>')).map(|(_, code)| code.to_owned()));
    }
    for code in named {
        let typed = code.strip_prefix("preopen-lab");
        let Some(typed) = typed.filter(|t| t.is_empty() || t.starts_with(' ')) else { continue };
        let words: Vec<&str> = typed.split_whitespace().take_while(|word| *word != "--").collect();
        let is_command = |word: &&&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let commands = words.iter().take_while(|word| !word.starts_with("--"));
        let depth = if words.first() == Some(&"learn") { 2 } else { 1 };
        let mut args: Vec<&str> = commands.take_while(is_command).take(depth).copied().collect();
        args.push("--help");
        let help = Command::new(lab()).args(&args).output().unwrap();
        let text = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.status.success(), "`{code}` is not a command");
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(text.contains(flag), "`{code}`: there is no flag {flag}");
        }
        seen += 1;
    }
    assert!(seen >= 30, "found only {seen} commands");
}

#[test]
fn lab_md_explains_every_verdict_and_every_weak_server() {
    let page = page("../../docs/lab.md");
    for word in ["ESCAPED", "PLANTED", "HUNG", "SWELLED", "contained", "served", "not mapped"] {
        assert!(page.contains(&format!("| `{word}` |")), "{word}");
    }
    for level in ["join", "prefix", "checked", "resolved"] {
        assert!(page.contains(&format!("| `{level}` |")), "{level}");
    }
}

#[test]
fn the_book_has_every_exercise_in_order() {
    let book = page("../book.md").to_lowercase();
    let work = tempfile::tempdir().unwrap();
    let list =
        Run::of(&["learn", "list", "--json", "--work", work.path().to_str().unwrap()]).json();
    let titles: Vec<String> = list["exercises"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exercise| format!("### {}. {}\n", exercise["number"], text(&exercise["title"])))
        .collect();
    let places: Vec<_> = titles.iter().map(|title| book.find(title)).collect();
    assert!(titles.len() == 12 && places.iter().all(Option::is_some), "{titles:?} {places:?}");
    assert!(places.is_sorted());
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Both schedules start at minute 0 and end in time, and they refer only to existing slides.
#[test]
fn the_schedules_are_consistent() {
    let script = page("../instructor.md");
    let slides = page("../slides.html").matches("<section>").count();
    for (length, last) in [(30, 30), (90, 88)] {
        let part = script.split(&format!("## {length} minutes\n")).nth(1).unwrap();
        let part = part.split("\n## ").next().unwrap();
        let minutes: Vec<u32> = part
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.parse().ok())
            .collect();
        assert!(minutes.is_sorted() && minutes.len() > 5, "{minutes:?}");
        assert_eq!((minutes.first(), minutes.last()), (Some(&0), Some(&last)));
        for (at, _) in part.match_indices("slide") {
            let number: String = part[at..]
                .chars()
                .skip_while(|c| c.is_ascii_lowercase() || *c == ' ')
                .take_while(char::is_ascii_digit)
                .collect();
            let exists = number.parse::<usize>().is_ok_and(|n| (1..=slides).contains(&n));
            assert!(exists, "slide `{number}` of {slides}");
        }
    }
    assert_eq!(script.lines().filter(|line| line.starts_with("| minute |")).count(), 2);
    let quiz = script.split("## The quiz").nth(1).unwrap();
    assert!((1..=5).all(|n| quiz.contains(&format!("\n{n}. ")) && quiz.contains(&format!("{n} "))));
}

/// The HTML documents are self-contained, and the slides can be controlled with keys.
#[test]
fn slides_and_cheat_sheet_load_nothing() {
    for name in SHEETS {
        let text = page(name);
        for bad in ["http:", "https:", " src=", "url(", "@import", "fetch(", "<link", "<iframe"] {
            assert!(!text.contains(bad), "{name} contains `{bad}`");
        }
        assert!(text.contains("default-src 'none'") && text.contains("prefers-color-scheme: dark"));
        assert!(text.contains("@media print") && text.contains("name=\"viewport\""));
    }
    let slides = page(SHEETS[0]);
    let sections = slides.matches("<section>").count();
    assert_eq!(sections, slides.matches("</section>").count());
    assert_eq!(sections, slides.matches("<section><h").count(), "a slide has no heading");
    for key in ["ArrowRight", "ArrowLeft", "PageDown", "Home", "End"] {
        assert!(slides.contains(&format!("\"{key}\"")), "{key}");
    }
}
