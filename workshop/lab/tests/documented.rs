//! What the documents and the workshop say of the lab can be typed.

use std::process::Command;

use serde_json::Value;

use crate::common::{PATIENCE, Run, lab};

/// What somebody may read about it.
const PAGES: &[&str] = &["../../README.md", "../../docs/lab.md", "../book.md", "../instructor.md"];
/// The same, with a browser.
const SHEETS: &[&str] = &["../slides.html", "../cheat-sheet.html"];

fn page(name: &str) -> String {
    std::fs::read_to_string(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Each command in a shell block is run; of those that would take long, or have a server of the reader's in them, what
/// they say is understood.
#[test]
fn every_command_of_the_documents_is_understood() {
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
                Some(&"list" | &"run") => drop(args.splice(end..end, ["--patience", PATIENCE])),
                Some(&"learn") => args.extend(["--work", work.path().to_str().unwrap()]),
                _ => drop(args.splice(end..end, ["--help"])),
            }
            let run = Run::of(&args);
            // What nobody has solved yet is not solved.
            let is_understood = run.code() == 0 || is_learning && run.code() == 1;
            assert!(is_understood, "{line}: {}", run.errors());
            seen += 1;
        }
    }
    assert!(seen >= 15, "only {seen} commands were found");
}

/// What is said in passing is a command with those flags.
#[test]
fn every_command_that_is_named_in_passing_exists() {
    let mut seen = 0;
    let mut named = vec![];
    for name in PAGES {
        let text = page(name);
        let prose: String = text.split("```").step_by(2).collect();
        named.extend(prose.split('`').skip(1).step_by(2).map(|said| said.replace('\n', " ")));
    }
    for text in SHEETS.iter().map(|name| page(name)) {
        let codes = text.split("<code").skip(1).map(|rest| rest.split("</code>").next().unwrap());
        named
            .extend(codes.filter_map(|code| code.split_once('>')).map(|(_, said)| said.to_owned()));
    }
    for said in named {
        let typed = said.strip_prefix("preopen-lab");
        let Some(typed) = typed.filter(|t| t.is_empty() || t.starts_with(' ')) else { continue };
        let words: Vec<&str> = typed.split_whitespace().take_while(|word| *word != "--").collect();
        let is_command = |word: &&&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let commands = words.iter().take_while(|word| !word.starts_with("--"));
        let depth = if words.first() == Some(&"learn") { 2 } else { 1 };
        let mut args: Vec<&str> = commands.take_while(is_command).take(depth).copied().collect();
        args.push("--help");
        let help = Command::new(lab()).args(&args).output().unwrap();
        let text = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.status.success(), "`{said}` is no command");
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            assert!(text.contains(flag), "`{said}`: there is no {flag}");
        }
        seen += 1;
    }
    assert!(seen >= 30, "only {seen} commands are named");
}

#[test]
fn the_page_has_every_verdict_and_every_weak_server() {
    let page = page("../../docs/lab.md");
    for word in ["ESCAPED", "PLANTED", "HUNG", "SWELLED", "contained", "served", "not mapped"] {
        assert!(page.contains(&format!("| `{word}` |")), "{word}");
    }
    for level in ["join", "prefix", "checked", "resolved"] {
        assert!(page.contains(&format!("| `{level}` |")), "{level}");
    }
}

#[test]
fn the_book_has_every_exercise_in_its_order() {
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

/// Both scripts begin at the beginning and end in time, and every slide that they name is there.
#[test]
fn the_scripts_keep_their_time() {
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
            let is_there = number.parse::<usize>().is_ok_and(|n| (1..=slides).contains(&n));
            assert!(is_there, "slide `{number}` of {slides}");
        }
    }
    assert_eq!(script.lines().filter(|line| line.starts_with("| minute |")).count(), 2);
    let quiz = script.split("## The quiz").nth(1).unwrap();
    assert!((1..=5).all(|n| quiz.contains(&format!("\n{n}. ")) && quiz.contains(&format!("{n} "))));
}

/// Both sheets are one file each, which nothing is loaded for; the slides go by keys.
#[test]
fn slides_and_sheet_load_nothing() {
    for name in SHEETS {
        let text = page(name);
        for bad in ["http:", "https:", " src=", "url(", "@import", "fetch(", "<link", "<iframe"] {
            assert!(!text.contains(bad), "{name} has `{bad}`");
        }
        assert!(text.contains("default-src 'none'") && text.contains("prefers-color-scheme: dark"));
        assert!(text.contains("@media print") && text.contains("name=\"viewport\""));
    }
    let slides = page(SHEETS[0]);
    let sections = slides.matches("<section>").count();
    assert_eq!(sections, slides.matches("</section>").count());
    assert_eq!(sections, slides.matches("<section><h").count(), "every slide has a heading");
    for key in ["ArrowRight", "ArrowLeft", "PageDown", "Home", "End"] {
        assert!(slides.contains(&format!("\"{key}\"")), "{key}");
    }
}
