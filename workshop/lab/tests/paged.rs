//! The HTML report: one file that loads nothing, with a card for each attack.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use crate::common::{PATIENCE, Run};

/// The maximum size of a report, in bytes.
const LARGEST: usize = 1_000_000;

/// Runs the lab once for all tests, and returns its JSON and its report.
fn run() -> &'static (Value, String) {
    static RUN: OnceLock<(Value, String)> = OnceLock::new();
    RUN.get_or_init(|| {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("lab.html");
        let args = ["--json", "--report", file.to_str().unwrap(), "--patience", PATIENCE];
        let run = Run::of(&args);
        assert_eq!(run.code(), 0, "{}", run.errors());
        assert!(run.left.is_empty(), "{:?}", run.left);
        (run.json(), std::fs::read_to_string(file).unwrap())
    })
}

fn page() -> &'static str {
    &run().1
}

fn sample() -> String {
    std::fs::read_to_string("../../docs/lab-report.html").unwrap()
}

/// Returns the ids of all attacks, and of the race that a run includes.
fn ids() -> Vec<String> {
    let listed = Run::of(&["list", "--json"]).json();
    let ids =
        listed.as_array().unwrap().iter().map(|attack| attack["id"].as_str().unwrap().to_owned());
    ids.filter(|id| !id.starts_with("race-") || id == "race-directory").collect()
}

/// Returns all values of an attribute.
fn all<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    page.split(&begin).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn check_cards(page: &str) {
    for id in ids() {
        assert!(
            page.contains(&format!("<article id=\"a-{id}\"")),
            "no card for {id}; if it is missing in the sample, run `dev/run sample`"
        );
        assert!(page.contains(&format!("href=\"#a-{id}\"")), "no cell links to {id}");
    }
    let cards = page.matches("<article ").count();
    assert_eq!(cards, ids().len(), "there are cards for unknown attacks");
}

fn check_structure(page: &str) {
    assert!(page.len() < LARGEST, "{} bytes", page.len());
    let names = all(page, "id");
    let unique: BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "an id is not unique");
    for target in all(page, "href") {
        let name = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leaves the page"));
        assert!(unique.contains(&name), "{target} does not exist");
    }
    for named in ["aria-labelledby", "aria-describedby", "for"] {
        assert!(
            all(page, named).iter().all(|name| unique.contains(name)),
            "{named} refers to a missing id"
        );
    }
    for element in [
        "section", "article", "table", "tbody", "tr", "td", "th", "p", "pre", "bdi", "code", "svg",
        "g", "dl", "details",
    ] {
        let (begun, ended) = (
            page.matches(&format!("<{element}>")).count()
                + page.matches(&format!("<{element} ")).count(),
            page.matches(&format!("</{element}>")).count(),
        );
        assert_eq!(begun, ended, "<{element}>");
    }
}

fn check_loads_nothing(page: &str) {
    let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-";
    assert!(page.contains(policy) && !page.contains("unsafe-inline"));
    for loaded in [
        "<link",
        "<img",
        "<iframe",
        "<object",
        "<embed",
        "@import",
        "url(h",
        "url(//",
        " src=",
        " style=\"",
        " onclick",
    ] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    for attribute in ["href", "action", "data", "poster", "srcset"] {
        assert!(!all(page, attribute).iter().any(|value| value.contains("//")), "{attribute}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<style").count(), 1);
}

#[test]
fn the_report_has_a_card_for_each_attack_and_loads_nothing() {
    check_cards(page());
    check_structure(page());
    check_loads_nothing(page());
    assert!(!page().contains("This is a sample"));
}

/// The matrix, the race and the picture show the results in the JSON of the same run.
#[test]
fn the_report_matches_the_json_output() {
    let (report, page) = run();
    let verdict = |attack: &str, server: &str| -> String {
        let all = report["attacks"].as_array().unwrap();
        let of = all.iter().find(|row| row["id"] == attack).unwrap();
        of["findings"][server]["verdict"].as_str().unwrap().to_owned()
    };
    let servers = ["join", "prefix", "checked", "resolved", "preopen"];
    for row in report["attacks"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        let begin = format!("<tr><th scope=\"row\"><a href=\"#a-{id}\">");
        let shown = page.split(&begin).nth(1).unwrap().split("</tr>").next().unwrap();
        let words: Vec<_> =
            shown.split("<td ").skip(1).map(|cell| between(cell, '>', '<')).collect();
        let seen = servers.map(|server| verdict(id, server));
        assert_eq!(words.len(), 5, "{id}");
        for (word, seen) in words.iter().zip(seen) {
            assert_eq!(word.trim_end_matches('*').to_lowercase(), seen, "{id}");
        }
    }
    for scene in
        ["link-file", "ok-read", "ok-link", "search-link", "hard-link", "dotdot", "root-replaced"]
    {
        let of = page.split(&format!("id=\"s-{scene}\"")).nth(1).unwrap();
        let ends = between(of.split("data-ends=").nth(1).unwrap(), '"', '"');
        for (end, server) in ends.split(' ').zip(servers) {
            let (name, place) = end.split_once(':').unwrap();
            let is_harm = verdict(scene, server) == "escaped";
            assert_eq!((name, place == "22"), (server, is_harm), "{scene}");
            assert_eq!(place == "no", verdict(scene, server) == "contained", "{scene}");
        }
    }
    for race in report["races"].as_array().unwrap() {
        let calls = race["calls"].as_u64().unwrap().to_string();
        assert!(page.replace(',', "").contains(&format!("<td class=\"n\">{calls}</td>")), "{race}");
    }
}

fn between(text: &str, begin: char, end: char) -> &str {
    text.split_once(begin).unwrap().1.split_once(end).unwrap().0
}

/// The sample is shipped for readers whose machine cannot race. `dev/run sample` updates it.
#[test]
fn the_sample_has_all_attacks_and_this_version() {
    let sample = sample();
    check_cards(&sample);
    check_structure(&sample);
    check_loads_nothing(&sample);
    let marker = concat!(
        "<strong>This is a sample</strong>, made by preopen-lab ",
        env!("CARGO_PKG_VERSION")
    );
    assert!(sample.contains(marker), "the sample is from another version: run `dev/run sample`");
    assert!(!sample.contains("REPLAY"), "the sample contains a replay instead of a lost round");
}

#[test]
fn the_report_is_complete_without_scripts() {
    // Controls that need the script are hidden without it, and each picture has a table.
    let static_part = page().split("<script").next().unwrap();
    for controls in ["<fieldset class=\"js\" hidden>", "<div class=\"js\" hidden>"] {
        assert_eq!(static_part.matches(controls).count(), 1, "{controls}");
    }
    assert!(static_part.contains("id=\"moments\"") && static_part.contains("data-from=\"0\""));
    assert_eq!(static_part.matches("<section class=\"scene\"").count(), 8);
    assert!(!static_part.contains("<section class=\"scene\" hidden"));
    assert!(static_part.contains("role=\"status\" aria-live=\"polite\""));
    assert!(static_part.contains("What is a capability, and why did the check fail?"));
}

/// No heading level is skipped.
#[test]
fn heading_levels_are_in_order() {
    let mut last = 0;
    for part in page().split("<h").skip(1) {
        let Some(level) = part.chars().next().and_then(|c| c.to_digit(10)) else { continue };
        assert!(
            level <= last + 1,
            "a heading of level {level} follows one of level {last}: {}",
            &part[..60]
        );
        last = level;
    }
    assert_eq!(page().matches("<h1").count(), 1);
}

#[test]
fn existing_files_are_not_overwritten() {
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("mine.html");
    std::fs::write(&file, "mine").unwrap();
    let link = out.path().join("link.html");
    std::os::unix::fs::symlink(out.path().join("nowhere"), &link).unwrap();
    for (target, word) in [
        (&file, "not overwritten"),
        (&link, "not overwritten"),
        (&out.path().join("no/such/dir.html"), "no such directory"),
    ] {
        let run = Run::of(&["--report", target.to_str().unwrap()]);
        assert_eq!(run.code(), 2);
        assert!(
            run.errors().contains(word) && run.text().is_empty(),
            "{}{}",
            run.errors(),
            run.text()
        );
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    let run = Run::of(&["--report", "x.html", "list"]);
    assert_eq!(run.code(), 2);
}

/// The report does not contain the names of the machine, the user or directories.
#[test]
fn the_report_names_no_machine_or_user() {
    let home = std::env::var("HOME").unwrap_or_default();
    let here = std::env::current_dir().unwrap();
    for page in [page(), &sample()] {
        assert!(!page.contains(here.to_str().unwrap()));
        assert!(home.len() < 6 || !page.contains(&home));
    }
}
