//! What one call may take: lists, texts, answers, memory and time, over the schemas of all tools.

use preopen::args::{Object, PATH};
use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, calls};

/// Arguments that hold the contents of files. The size of a message is their only bound.
pub const CONTENTS: [&str; 5] =
    ["content", "content_base64", "old_text", "new_text", "source_code"];

/// The arguments of a schema, those of the objects in its lists among them, each with its path.
fn arguments(schema: &Object, above: &str) -> Vec<(String, Object)> {
    let mut all = vec![];
    for (name, property) in
        schema.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        let property = property.as_object().unwrap();
        all.push((format!("{above}{name}"), property.clone()));
        if let Some(items) = property.get("items").and_then(Value::as_object) {
            all.push((format!("{above}{name}[]"), items.clone()));
            all.extend(arguments(items, &format!("{above}{name}[].")));
        }
    }
    all
}

#[test]
fn every_text_and_list_has_a_bound() {
    let mut bounded = 0;
    for tool in TOOLS {
        for (path, property) in arguments(&(tool.schema)(), "") {
            let name = path.rsplit('.').next().unwrap();
            // `max_paths` bounds lists of paths, and `path` knows how long one is.
            let is_path = property.get("format").is_some_and(|format| format == PATH)
                || property.get("items").is_some_and(|items| items["format"] == PATH);
            let bound = match property["type"].as_str().unwrap() {
                "string" if property.contains_key("enum") => continue,
                "string" => "maxLength",
                "array" => "maxItems",
                _ => continue,
            };
            if !is_path && !CONTENTS.contains(&name) {
                assert!(
                    property[bound].as_u64().unwrap() > 0,
                    "{}: {path} has no {bound}",
                    tool.name
                );
                bounded += 1;
            }
        }
    }
    assert!(bounded > 15, "{bounded}");
}

/// One more than the bound is refused, by the name of the argument and the bound.
#[test]
fn what_is_over_a_bound_is_named() {
    let sandbox = Sandbox::new().file("grant/f", "x\n");
    let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
    let glob = "x".repeat(1_001);
    let edits = vec![json!({"old_text": "a", "new_text": "b"}); 1_001];
    for (tool, arguments, want) in [
        (
            "search_files",
            json!({"pattern": "*", "exclude": vec!["a"; 101]}),
            "`exclude` has 101 items, over the limit of 100",
        ),
        (
            "search_files",
            json!({"pattern": "*", "exclude": ["a", glob]}),
            "`exclude[1]` has 1001 characters, over the limit of 1000",
        ),
        (
            "search_files",
            json!({"pattern": glob}),
            "`pattern` has 1001 characters, over the limit of 1000",
        ),
        (
            "directory_tree",
            json!({"exclude": vec!["a"; 150_000]}),
            "`exclude` has 150000 items, over the limit of 100",
        ),
        (
            "grep",
            json!({"pattern": "x", "glob": vec!["a"; 101]}),
            "`glob` has 101 items, over the limit of 100",
        ),
        ("grep", json!({"pattern": glob}), "`pattern` has 1001 characters, over the limit of 1000"),
        (
            "keyword_search",
            json!({"keyword": "x", "root_paths": ["."], "include_patterns": vec!["a"; 101]}),
            "`include_patterns` has 101 items, over the limit of 100",
        ),
        (
            "keyword_search",
            json!({"keyword": "x", "root_paths": ["."], "exclude_patterns": vec!["a"; 101]}),
            "`exclude_patterns` has 101 items, over the limit of 100",
        ),
        (
            "keyword_search",
            json!({"keyword": "x", "root_paths": vec!["."; 51]}),
            "51 paths in one call, over the limit of 50",
        ),
        (
            "edit_file",
            json!({"path": "f", "edits": edits}),
            "`edits` has 1001 items, over the limit of 1000",
        ),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.text.lines().next().unwrap(), format!("over_limit: {want}"));
    }
    let all = json!({"pattern": "f", "exclude": vec!["a".repeat(201); 100]});
    let answer = client.call("search_files", &all).text;
    let want =
        "over_limit: the globs of `exclude` have 20100 characters in all, over the limit of 20000";
    assert_eq!(answer.lines().next().unwrap(), want);
    let most = json!({"pattern": "f", "exclude": vec!["[!f]?*é{a,b}".repeat(16); 100]});
    assert_eq!(client.call("search_files", &most).code(), "ok");
}

/// The largest value that a schema permits.
pub fn largest(property: &Object) -> Value {
    if property.get("format").is_some_and(|format| format == PATH) {
        return json!(format!("{}x", "d/".repeat(2_000)));
    }
    match property["type"].as_str().unwrap() {
        _ if property.contains_key("enum") => {
            property["enum"].as_array().unwrap().last().unwrap().clone()
        }
        "boolean" => json!(true),
        "integer" => json!(u64::MAX),
        "object" => largest_object(property, |_| true),
        "array" => {
            let most = property.get("maxItems").and_then(Value::as_u64).unwrap_or(50);
            let item = largest(property["items"].as_object().unwrap());
            json!(vec![item; usize::try_from(most).unwrap()])
        }
        _ => {
            let most = property.get("maxLength").and_then(Value::as_u64).unwrap_or(5_000);
            json!(
                "é[!f]?*{a,b}"
                    .chars()
                    .cycle()
                    .take(usize::try_from(most).unwrap())
                    .collect::<String>()
            )
        }
    }
}

pub fn largest_object(schema: &Object, wanted: impl Fn(&str) -> bool) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let all = properties.filter(|(name, _)| wanted(name));
    all.map(|(name, property)| (name.clone(), largest(property.as_object().unwrap()))).collect()
}

/// A tree in which names, lines and directories are as long as they get.
pub fn long_tree(limits: &str) -> Sandbox {
    let toml = format!("[[allow]]\npath = \"grant\"\nrights = \"rwd\"\n[limits]\n{limits}");
    let wide = format!("{}é{}\n", "x".repeat(3_900), "y".repeat(3_900));
    let control = "\u{1}".repeat(200);
    let four = vec!["d".repeat(250); 4].join("/");
    let mut sandbox = Sandbox::new()
        .file("allowlist.toml", &toml)
        .file("grant/wide", wide.repeat(150))
        .file(
            "grant/lines",
            (0..400).map(|n| format!("{n} {}\n", "z".repeat(480))).collect::<String>(),
        )
        .file(&format!("grant/{}f", long_path()), "x = 1\n")
        .file(&format!("grant/{control}"), "x\n")
        .file("grant/slow.py", "for a in b:\n  c = d.get(a)\n  open(a).read()\n".repeat(3_000))
        // XFS takes no link whose text is longer than 1,023 bytes.
        .link("grant/l1", &four)
        .link("grant/l2", &format!("l1/{four}"))
        .link("grant/l3", &format!("l2/{four}"))
        .link("grant/l", &format!("l3/{0}/{0}/f", "d".repeat(250)));
    for n in 0..300 {
        sandbox = sandbox.file(&format!("grant/many/{n}{}", "w".repeat(240)), "x\n");
    }
    sandbox
}

/// A path of 14 names of 250 characters, with a slash at the end.
fn long_path() -> String {
    format!("{}/", "d".repeat(250)).repeat(14)
}

/// Calls whose answers would be long.
fn long_calls() -> Vec<(&'static str, Value)> {
    let deep = long_path();
    let missing = vec![format!("{deep}{}", "\u{1}".repeat(100)); 50];
    vec![
        (
            "edit_file",
            json!({"path": "lines", "edits": [{"old_text": " z", "new_text": " Z", "replace_all": true}], "dry_run": true}),
        ),
        (
            "edit_file",
            json!({"path": "wide", "edits": [{"old_text": "x", "new_text": "", "replace_all": true}], "dry_run": true}),
        ),
        (
            "edit_file",
            json!({"path": "wide", "edits": [{"old_text": "yz".repeat(5_000), "new_text": ""}]}),
        ),
        ("read_text_file", json!({"path": "wide"})),
        ("read_text_file", json!({"path": "l"})),
        ("read_text_file", json!({"path": "lines", "line_numbers": true})),
        ("read_multiple_files", json!({"paths": missing})),
        ("read_multiple_files", json!({"paths": vec![format!("{deep}f"); 50]})),
        ("read_multiple_files", json!({"paths": vec!["wide"; 50]})),
        ("grep", json!({"pattern": "x", "context": 100, "per_file": 0})),
        ("grep", json!({"pattern": "y\nx", "multiline": true, "context": 100})),
        ("grep", json!({"pattern": "z", "from_end": true, "before": 100})),
        ("search_files", json!({"pattern": "*", "limit": 1000})),
        ("directory_tree", json!({"max_depth": 30, "limit": 1000})),
        ("list_directory", json!({"path": "many", "sizes": true})),
        ("keyword_search", json!({"keyword": "x", "root_paths": missing})),
        (
            "keyword_search",
            json!({"keyword": "\u{1}".repeat(1_000), "root_paths": ["."], "exclude_patterns": vec!["\u{1}".repeat(1_000); 100]}),
        ),
        ("keyword_search", json!({"keyword": "x", "root_paths": ["."], "include_zero": true})),
        ("performance_check", json!({"file_path": "slow.py"})),
    ]
}

#[test]
fn no_answer_is_longer_than_its_limit() {
    for (most, limits) in
        [(40_000, ""), (3_000, "max_result_chars = 3000\n"), (50, "max_result_chars = 50\n")]
    {
        let sandbox = long_tree(limits);
        let mut client = Client::start(
            &["--config", sandbox.path("allowlist.toml").to_str().unwrap()],
            Era::Modern,
        );
        let mut all = long_calls();
        for tool in TOOLS {
            let schema = (tool.schema)();
            all.push((tool.name, largest_object(&schema, |_| true)));
            for path in [
                ".",
                "wide",
                "l",
                &format!("{}f", long_path()),
                &format!("{}none", long_path()),
                &"n/".repeat(5_000),
            ] {
                all.extend(calls(tool, path).into_iter().map(|arguments| (tool.name, arguments)));
            }
        }
        let mut long = vec![];
        for (tool, arguments) in all {
            let answer = client.call(tool, &arguments);
            // What holds media says so by its code; `max_media_bytes` bounds them.
            let is_media = tool == "read_media_file" && !answer.is_error;
            let chars = answer.text.chars().count();
            if chars > most && !is_media {
                long.push(format!("{tool} {arguments:.200}: {chars} characters"));
            }
            if most == 40_000
                && ["keyword_search", "performance_check"].contains(&tool)
                && !answer.is_error
            {
                assert!(serde_json::from_str::<Value>(&answer.text).is_ok(), "{}", answer.text);
            }
        }
        assert!(long.is_empty(), "over {most}:\n{}", long.join("\n"));
    }
}

/// Sixty lists of a mebibyte each took 27 s, and one of them up to 727 MiB.
#[test]
fn rules_of_ignore_files_are_bounded_and_what_is_left_out_is_counted() {
    let rules: String = (0..40_000).map(|n| format!("*a{n}?[!b]*\n")).collect();
    let mut sandbox = Sandbox::new()
        .dir("grant/.git")
        .file("grant/.gitignore", format!("first.txt\n{rules}last.txt\n"))
        .file("grant/first.txt", "x\n")
        .file("grant/last.txt", "x\n");
    for n in 0..8 {
        sandbox = sandbox.file(&format!("grant/{n}/.ignore"), format!("*{n}{n}\n{rules}"));
    }
    // Names of which each leads the automaton elsewhere.
    for n in 0..300_usize {
        let name: String = (1..60).map(|k| char::from(b"ab0123?b"[n * k * k % 8])).collect();
        sandbox = sandbox.file(&format!("grant/0/{n}{name}"), "");
    }
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (tool, arguments) in [
        ("search_files", json!({"pattern": "*"})),
        ("directory_tree", json!({})),
        ("grep", json!({"pattern": "x", "output": "files"})),
        ("keyword_search", json!({"keyword": "x", "root_paths": ["."]})),
    ] {
        let text = client.call(tool, &arguments).text;
        assert!(!text.contains("first.txt\n") && text.contains("last.txt"), "{tool}: {text}");
        let note = "rules of 9 ignore files left out (e.g. .gitignore): at most 4000 rules of 65536 bytes apply, 16384 of them with wildcards";
        assert!(text.contains(note), "{tool}: {text}");
    }
    // In a place below as well, where the rules are above it.
    let text = client.call("search_files", &json!({"pattern": "*", "path": "1"})).text;
    assert!(text.contains("rules of 2 ignore files left out (e.g. .gitignore)"), "{text}");
    assert!(memory_mib(&client) < 256, "{} MiB", memory_mib(&client));
}

/// The most memory that the server has had.
pub fn memory_mib(client: &Client) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", client.pid())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    most.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}
