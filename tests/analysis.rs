//! `performance_check`: what it answers and refuses, and that nothing of it stays where it is left out.
//! What is found in which code is asked of the analysis itself, in `analysis/tests`.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

/// A finding of each kind that the older server had.
const SOURCE: &str = "\
import time

async def load(paths, ids):
    text = ''
    for path in paths:
        text += open(path).read()
    for id in ids:
        print(User.objects.get(id=id))
    time.sleep(1)
    return text
";

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern)
}

fn check(client: &mut Client, arguments: Value) -> Value {
    let answer = client.call("performance_check", &arguments);
    serde_json::from_str(&answer.text).unwrap_or_else(|_| json!(answer.text))
}

#[test]
fn slow_code_is_told_of_with_the_fields_of_the_older_server() {
    let sandbox = Sandbox::new().file("grant/app.py", SOURCE);
    let mut client = start(&sandbox);
    let answer = check(&mut client, json!({"file_path": "app.py"}));
    assert_eq!((&answer["success"], &answer["file_analyzed"]), (&json!(true), &json!("app.py")));
    let summary = json!({
        "total_issues": 5,
        "by_severity": {"low": 0, "medium": 2, "high": 1, "critical": 2},
        "by_category": {
            "n_plus_one_query": 1, "blocking_io_in_async": 2, "inefficient_loop": 1,
            "memory_inefficiency": 1, "missing_async_opportunity": 0, "repeated_computation": 0
        }
    });
    assert_eq!(answer["summary"], summary, "{answer}");
    // The most severe first.
    let issue = &answer["issues"][1];
    let want = json!({
        "category": "blocking_io_in_async", "severity": "critical", "confidence": "high",
        "line_number": 9, "end_line_number": 9, "code_snippet": "time.sleep(1)",
        "function_name": "load", "suggestion": "await asyncio.sleep(..)",
        "description": "`time.sleep` blocks every other coroutine while it waits"
    });
    assert_eq!(issue, &want);
    let same = check(&mut client, json!({"source_code": SOURCE}));
    assert_eq!(same["file_analyzed"], "source_code");
    assert_eq!((&same["issues"], &same["summary"]), (&answer["issues"], &answer["summary"]));
}

#[test]
fn exactly_one_source_is_looked_at() {
    let sandbox = Sandbox::new().file("grant/app.py", SOURCE);
    let mut client = start(&sandbox);
    for arguments in [json!({}), json!({"file_path": "app.py", "source_code": "a"})] {
        let said = check(&mut client, arguments);
        assert!(said.as_str().unwrap().starts_with("bad_args: exactly one of"), "{said}");
    }
}

#[test]
fn what_is_no_python_or_too_much_is_refused() {
    let sandbox = Sandbox::new()
        .file("grant/old.py", "print 'a'\n")
        .file("grant/data.py", "\0\u{1}\u{2}")
        .file("grant/large.py", "a = 1\n".repeat(800_000))
        .file("grant/deep.py", "(".repeat(1_000_000))
        .file("grant/latin.py", b"# caf\xe9\nfor a in b:\n    s.t += 'x'\n");
    let mut client = start(&sandbox);
    for (path, want) in [
        ("old.py", "bad_args: `old.py`: the source is not valid Python: line 1: "),
        ("data.py", "not_text: "),
        ("large.py", "over_limit: `large.py` has more than 4194304 bytes"),
        ("deep.py", "over_limit: `deep.py`: the source is nested too deep"),
        ("gone.py", "not_found: "),
        ("../outside/secret.txt", "bad_path: "),
    ] {
        let said = check(&mut client, json!({"file_path": path}));
        assert!(said.as_str().is_some_and(|said| said.starts_with(want)), "{path}: {said}");
    }
    let large = check(&mut client, json!({"source_code": "a = 1\n".repeat(800_000)}));
    assert!(large.as_str().unwrap().starts_with("over_limit: `source_code`"), "{large}");
    // In an old encoding it is a text all the same.
    let latin = check(&mut client, json!({"file_path": "latin.py"}));
    assert_eq!(latin["issues"][0]["line_number"], 3, "{latin}");
}

/// The parser takes more stack where it needs some, and the seal lets it.
#[test]
fn what_is_nested_deep_and_may_be_is_looked_at() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox);
    let both = |open: &str, close: &str, count| [open.repeat(count), close.repeat(count)];
    for [begin, end] in [
        both("(", ")", 190),
        both("f(a, [", "])", 95),
        both("-", "", 900),
        both("lambda a, b: ", "", 900),
        both("1 if 2 else ", "", 450),
        both("1 ** ", "", 900),
        both("", " + 1", 900),
        both("", ".a()", 300),
    ] {
        let source = format!("for a in b:\n    c.d += 'e'\nx = {begin}a{end}\n");
        let answer = check(&mut client, json!({"source_code": source}));
        assert_eq!(answer["summary"]["total_issues"], 1, "{source}: {answer}");
    }
}

#[test]
fn an_answer_is_a_page_and_counts_what_it_leaves_out() {
    let lines = "for a in b:\n    c.d += 'e'\n".repeat(3_000);
    let source = lines + "async def f():\n    open('g')\n";
    let sandbox = Sandbox::new().file("grant/many.py", &source);
    let mut client = start(&sandbox);
    let answer = client.call("performance_check", &json!({"file_path": "many.py"}));
    assert!(answer.text.chars().count() <= 16_000, "{}", answer.text.len());
    let answer: Value = serde_json::from_str(&answer.text).unwrap();
    let listed = answer["issues"].as_array().unwrap().len();
    assert_eq!(answer["summary"]["total_issues"], 3_001);
    assert_eq!(answer["issues"][0]["severity"], "critical");
    let note = answer["metadata"]["notes"][0].as_str().unwrap();
    assert!(note.starts_with(&format!("{} more issues", 3_001 - listed)), "{note}");
}

/// The names of all crates that a package takes, but for those that only its tests do.
fn crates(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix=none", "--edges=normal,build"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn without_the_feature_nothing_of_it_is_there() {
    let with = crates(&["--package=preopen"]);
    let without = crates(&["--package=preopen", "--no-default-features"]);
    let analysis = crates(&["--package=preopen-analysis"]);
    let brought: BTreeSet<_> = with.difference(&without).collect();
    assert!(brought.len() > 20, "{brought:?}");
    assert!(brought.iter().all(|name| analysis.contains(*name)), "{brought:?}");
    for name in ["preopen-analysis", "ruff_python_parser", "ruff_python_ast", "stacker", "psm"] {
        assert!(brought.iter().any(|one| *one == name), "{name}");
    }
    assert!(!without.iter().any(|name| name.starts_with("ruff")), "{without:?}");
    // The tool goes with it: `make lint` builds the program so.
    let registry = std::fs::read_to_string("src/tools/mod.rs").unwrap();
    let gate = "#[cfg(feature = \"analysis\")]\n    Entry::of::<performance_check::";
    assert!(registry.contains(gate));
}
