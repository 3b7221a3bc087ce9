//! Links that a search does not follow: which can be followed, how, and that the answer shows nothing of what lies outside.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

/// A grant with links of every kind; `aa` links come first in the order of paths.
fn tree() -> Sandbox {
    Sandbox::new()
        .file("allowlist.toml", "[[allow]]\npath = \"grant\"\nhide = [\"hid\"]\n")
        .file("outside/x.ts", "needle\n")
        .file("grant/hid/h.ts", "needle\n")
        .file("grant/real/a.ts", "needle\n")
        .file("grant/real/deep/b.ts", "needle\n")
        .file("grant/real/file.ts", "needle\n")
        .file("grant/src/main.rs", "other\n")
        .link("grant/aadangling", "nowhere")
        .link("grant/aahid", "hid")
        .link("grant/aaloop", "aaloop")
        .link("grant/aaout", "../outside")
        .link("grant/aaoutmissing", "../none")
        .link("grant/ldir", "real")
        .link("grant/lfile.ts", "real/file.ts")
        .link("grant/src/up", "../real")
}

fn start(sandbox: &Sandbox) -> Client {
    let config = sandbox.path("allowlist.toml");
    Client::start(&["--config", config.to_str().unwrap()], Era::Modern)
}

fn closing(client: &mut Client, tool: &str, arguments: &Value) -> String {
    let answer = client.call(tool, arguments);
    assert!(!answer.is_error, "{arguments}: {}", answer.text);
    answer.text
}

#[test]
fn links_that_can_be_followed_are_counted_apart_from_those_that_lead_to_nothing() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    for (tool, arguments, place) in [
        ("search_files", json!({"pattern": "zzz"}), "path"),
        ("grep", json!({"pattern": "zzz"}), "path"),
        ("keyword_search", json!({"keyword": "zzz", "root_paths": ["."]}), "root_paths"),
    ] {
        let text = closing(&mut client, tool, &arguments);
        let can = format!("3 links not followed (e.g. ldir); give one as `{place}` to search it");
        assert!(text.contains(&can), "{text}");
        assert!(
            text.contains("5 links lead to nothing that can be searched (e.g. aadangling)"),
            "{text}"
        );
    }
}

#[test]
fn a_glob_that_leads_through_a_link_names_the_link_and_how_to_search_there() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let absolute = format!("{}/ldir/*.ts", sandbox.path("grant").display());
    for (glob, path, link, rest) in [
        ("ldir/a.ts", "", "ldir", "/a.ts"),
        ("ldir/*.ts", "", "ldir", "/*.ts"),
        ("ldir/deep/*", "", "ldir", "deep/*"),
        ("/ldir/a.ts", "", "ldir", "/a.ts"),
        ("grant/ldir/a.ts", "", "ldir", "/a.ts"),
        (&absolute, "", "ldir", "/*.ts"),
        ("**/up/a.ts", "", "src/up", "/a.ts"),
        ("*/up/f*.ts", "", "src/up", "/f*.ts"),
        ("up/*", "src", "src/up", "/*"),
        ("src/up/*", "src", "src/up", "/*"),
    ] {
        for (tool, argument) in [("search_files", "pattern"), ("grep", "glob")] {
            let arguments = match tool {
                "grep" => json!({"pattern": "needle", "glob": [glob], "path": path}),
                _ => json!({"pattern": glob, "path": path}),
            };
            let text = closing(&mut client, tool, &arguments);
            let hint = format!(
                "{link} is a link to real, and links are not followed: search with path={link} and {argument}={rest}"
            );
            assert!(text.contains(&hint), "{arguments}: {text}");
            assert!(text.contains(&format!("not followed (e.g. {link})")), "{arguments}: {text}");
            assert!(!text.contains("no file name matches"), "{arguments}: {text}");
            // The hint is true.
            let again = match tool {
                "grep" => json!({"pattern": "needle", "glob": [rest], "path": link}),
                _ => json!({"pattern": rest, "path": link}),
            };
            let text = closing(&mut client, tool, &again);
            assert!(text.starts_with("real/"), "{again}: {text}");
        }
    }
    let arguments =
        json!({"keyword": "needle", "root_paths": ["."], "include_patterns": ["ldir/*.ts"]});
    let text = closing(&mut client, "keyword_search", &arguments);
    assert!(text.contains(r#"root_paths=[\"ldir\"] and include_patterns=/*.ts"#), "{text}");
}

#[test]
fn a_glob_that_names_a_link_is_answered_with_the_link() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    for (glob, hint) in [
        (
            "lfile.ts",
            "lfile.ts is a link to real/file.ts, and links are not followed: search with path=lfile.ts;",
        ),
        ("lf*.ts", "search with path=lfile.ts;"),
        (
            "ldir",
            "ldir is a link to real, and links are not followed: search with path=ldir and no glob;",
        ),
        ("ldir/", "search with path=ldir and no glob;"),
        ("aadangling", "aadangling is a link that leads to nothing that can be searched;"),
    ] {
        let arguments = json!({"pattern": "needle", "glob": [glob]});
        let text = closing(&mut client, "grep", &arguments);
        assert!(text.contains(hint), "{glob}: {text}");
        assert!(!text.contains("no file name matches"), "{glob}: {text}");
    }
    let arguments =
        json!({"keyword": "needle", "root_paths": ["."], "include_patterns": ["lfile.ts"]});
    let text = closing(&mut client, "keyword_search", &arguments);
    assert!(text.contains(r#"search with root_paths=[\"lfile.ts\"]"#), "{text}");
    // Beside a glob that matches as well.
    let arguments = json!({"pattern": "needle", "glob": ["ldir/*.ts", "b.ts"]});
    let text = closing(&mut client, "grep", &arguments);
    assert!(text.starts_with("real/deep/b.ts\n"), "{text}");
    assert!(text.contains("search with path=ldir and glob=/*.ts"), "{text}");
    // Other entries come before the link, and a link is found by its own name.
    let text = closing(&mut client, "search_files", &json!({"pattern": "ldir/"}));
    assert!(text.starts_with("ldir\n"), "{text}");
    let text = closing(&mut client, "grep", &json!({"pattern": "needle", "glob": ["*ile.ts"]}));
    assert!(text.starts_with("real/file.ts\n") && !text.contains("is a link to"), "{text}");
}

#[test]
fn links_outside_to_hidden_names_and_to_nothing_get_the_same_answer() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let names = ["aadangling", "aahid", "aaloop", "aaout", "aaoutmissing"];
    for (tool, below) in [("grep", ""), ("grep", "/x.ts"), ("grep", "/h.ts"), ("grep", "/*")] {
        let answers = names.map(|name| {
            let arguments = json!({"pattern": "needle", "glob": [format!("{name}{below}")]});
            // The example is the first of all.
            let text = closing(&mut client, tool, &arguments).replace("(e.g. aadangling)", "");
            text.replace(&format!("(e.g. {name})"), "").replace(&format!("{name}{below}"), "NAME")
        });
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        assert!(!answers[0].contains("needle"), "{answers:#?}");
    }
}

#[test]
fn link_into_another_directory_can_be_followed_if_that_is_granted() {
    let sandbox = Sandbox::new()
        .file("one/a.rs", "other\n")
        .file("two/b.ts", "needle\n")
        .link("one/there", "../two");
    let (one, two) = (sandbox.spec("one", "ro"), sandbox.spec("two", "ro"));
    let mut client = Client::start(&[&one, &two], Era::Modern);
    let arguments = json!({"pattern": "there/*.ts", "path": "one"});
    let text = closing(&mut client, "search_files", &arguments);
    assert!(text.contains("one/there is a link to two, and links are not followed"), "{text}");
    assert!(text.contains("path=one/there and pattern=/*.ts"), "{text}");
    let mut alone = Client::start(&[&one], Era::Modern);
    let text = closing(&mut alone, "search_files", &json!({"pattern": "there/*.ts"}));
    assert_eq!(
        text,
        "[nothing matches; 1 link leads to nothing that can be searched (e.g. there)]"
    );
}

#[test]
fn links_that_a_glob_means_are_looked_up_among_very_many() {
    let mut sandbox = Sandbox::new().file("grant/real/a.ts", "needle\n");
    for n in 0..700 {
        sandbox = sandbox.link(&format!("grant/l{n:04}"), if n < 100 { "none" } else { "real" });
    }
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    let counts = |text: &str| -> u64 {
        let before = |what: &str| {
            let number = text.split(what).next().filter(|before| before.len() < text.len());
            number.map_or(0, |text| text.rsplit("; ").next().unwrap().parse::<u64>().unwrap())
        };
        before(" links not followed") + before(" links lead to nothing")
    };
    let text = closing(&mut client, "grep", &json!({"pattern": "zzz"}));
    assert_eq!(counts(&text), 700, "{text}");
    for glob in ["l0699/*.ts", "l0699"] {
        let text = closing(&mut client, "grep", &json!({"pattern": "needle", "glob": [glob]}));
        assert!(text.contains("l0699 is a link to real"), "{text}");
        assert_eq!(counts(&text), 700, "{text}");
    }
}
