//! What the closing line of an answer says: it contradicts neither the answer nor itself, and names the argument that helps.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

fn tree() -> Sandbox {
    Sandbox::new()
        .file("grant/a.ts", "needle\n")
        .file("grant/b.md", "needle\n")
        .file("grant/src/c.ts", "needle\n")
        .file("grant/.env", "needle\n")
        .file("grant/.github/w/ci.yml", "needle\n")
}

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern)
}

fn closing(client: &mut Client, tool: &str, arguments: &Value) -> String {
    let answer = client.call(tool, arguments);
    assert!(!answer.is_error, "{arguments}: {}", answer.text);
    answer.text.lines().last().unwrap().to_owned()
}

#[test]
fn a_glob_that_matches_is_not_said_to_match_nothing() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    for (arguments, says) in [
        (json!({"glob": ["!*"]}), "left out by glob"),
        (json!({"glob": ["!*.ts"], "exclude": ["*"]}), "left out by exclude"),
        (json!({"glob": ["*.ts", "!*.ts"]}), "2 files left out by glob"),
        (json!({"glob": ["*.ts, !*.ts"]}), "2 files left out by glob"),
        (json!({"glob": ["*.ts"], "exclude": ["*.ts"]}), "2 files left out by exclude"),
        (json!({"glob": ["src/*.ts"], "exclude": ["src"]}), "1 directory left out by exclude"),
        (json!({"glob": [".env"], "hidden": false}), "set hidden=true to include them"),
        (json!({"glob": [".github/w/*"], "hidden": false}), "set hidden=true to include them"),
    ] {
        let mut call = arguments.clone();
        call["pattern"] = json!("needle");
        let closing = closing(&mut client, "grep", &call);
        assert!(closing.starts_with("[no line matches"), "{arguments}: {closing}");
        assert!(closing.contains(says), "{arguments}: {closing}");
        for wrong in ["no file name matches", "nothing matches", "as it is written"] {
            assert!(!closing.contains(wrong), "{arguments}: {closing}");
        }
    }
    // Where one does match nothing, that is said.
    for (glob, says) in [
        (json!(["*.zzz", "!*.ts"]), "no file name matches glob `*.zzz`"),
        (json!(["*.zzz"]), "no file name matches glob `*.zzz`"),
        (json!(["!*.zzz"]), "nothing matches glob `!*.zzz`"),
    ] {
        let closing = closing(&mut client, "grep", &json!({"pattern": "needle", "glob": glob}));
        assert!(closing.contains(says), "{glob}: {closing}");
    }
}

#[test]
fn what_globs_of_two_arguments_leave_out_is_counted_for_each() {
    let sandbox = tree();
    let arguments =
        json!({"pattern": "needle", "glob": ["*", "!a.ts"], "exclude": ["src", "*.md"]});
    let closing = closing(&mut start(&sandbox), "grep", &arguments);
    assert!(
        closing.contains("1 file and 1 directory left out by exclude (e.g. b.md, src)"),
        "{closing}"
    );
    assert!(closing.contains("1 file left out by glob (e.g. a.ts)"), "{closing}");
}

#[test]
fn a_glob_of_everything_to_exclude_does_not_hide_that_others_match() {
    let sandbox = tree();
    let arguments = json!({"pattern": "needle", "exclude": ["*.md", "*", "*.zzz"]});
    let closing = closing(&mut start(&sandbox), "grep", &arguments);
    assert!(closing.contains("3 files and 2 directories left out by exclude"), "{closing}");
    assert!(!closing.contains("`*.md`") && !closing.contains("`*`"), "{closing}");
    assert!(closing.contains("nothing matches exclude `*.zzz`"), "{closing}");
}

#[test]
fn another_kind_is_offered_only_if_it_would_be_found() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let mut says = |after: &str| {
        let arguments = json!({"pattern": "*.ts", "type": "dir", "modified_after": after});
        closing(&mut client, "search_files", &arguments)
    };
    assert!(says("2000-01-01").contains("2 entries of other kinds match (e.g. a.ts)"));
    assert_eq!(says("2100-01-01"), "[nothing matches]");
}

#[test]
fn braces_without_anything_between_them_match_only_their_own_name() {
    let sandbox = tree().file("grant/odd/{}", "needle\n");
    let mut client = start(&sandbox);
    for glob in ["{}", "{,}", "{},{}"] {
        let text = client.call("search_files", &json!({"pattern": glob, "path": "src"})).text;
        assert_eq!(text, "[nothing matches]", "{glob}");
        let arguments = json!({"pattern": "needle", "glob": [glob], "path": "src"});
        let text = client.call("grep", &arguments).text;
        assert_eq!(text, format!("[no line matches; no file name matches glob `{glob}`]"));
    }
    let text = client.call("search_files", &json!({"pattern": "{}"})).text;
    assert!(text.starts_with("odd/{}\n[1 match"), "{text}");
}

#[test]
fn a_dot_that_would_have_to_match_line_ends_gets_a_hint_at_multiline() {
    let sandbox = Sandbox::new().file("grant/a.txt", "start here\nmiddle\nend there\n");
    let mut client = start(&sandbox);
    for (pattern, says) in [
        ("start.*end", r"multiline=true and pattern=`(?s)start.*end`, such as a.txt"),
        ("start.+end", r"multiline=true and pattern=`(?s)start.+end`"),
        ("start.*?end", r"multiline=true and pattern=`(?s)start.*?end`"),
        (r"start\s.*end", r"multiline=true and pattern=`(?s)start\s.*end`"),
        (r"here\s+middle", "1 file matches with multiline=true, such as a.txt"),
    ] {
        let says_so = |text: &str| assert!(text.contains(says), "{pattern}: {text}");
        says_so(&closing(&mut client, "grep", &json!({"pattern": pattern})));
        says_so(&closing(&mut client, "grep", &json!({"pattern": pattern, "path": "a.txt"})));
        let keyword = json!({"keyword": pattern, "root_paths": ["."], "use_regex": true});
        let text = client.call("keyword_search", &keyword).text.replace(r"\\", r"\");
        assert!(text.contains("the tool grep, multiline=true"), "{text}");
    }
    // The hint is true, and given only then.
    let arguments = json!({"pattern": "(?s)start.*end", "multiline": true});
    assert!(closing(&mut client, "grep", &arguments).starts_with("[1 match in 1 file"));
    for pattern in ["end.*start", "start.*none"] {
        let closing = closing(&mut client, "grep", &json!({"pattern": pattern}));
        assert_eq!(closing, "[no line matches]", "{pattern}");
    }
}

#[test]
fn every_page_of_a_tree_says_what_its_directories_hold_beyond_it() {
    let mut sandbox = Sandbox::new();
    for name in ["a/1", "a/2", "a/3", "b/1", "b/2/x", "b/2/y", "b/3"] {
        sandbox = sandbox.file(&format!("grant/{name}"), "");
    }
    let mut client = start(&sandbox);
    let mut page = |limit: usize, cursor: &str| {
        let mut arguments = json!({"limit": limit});
        if !cursor.is_empty() {
            arguments["cursor"] = json!(cursor);
        }
        let text = client.call("directory_tree", &arguments).text;
        text.rsplit_once("\n[").unwrap().0.to_owned()
    };
    assert_eq!(page(3, ""), "a/ (2 more)\n 1\nb/ (3 more)");
    assert_eq!(page(1, "after:2:a/1"), "a/ (1 more)\n 2");
    assert_eq!(page(3, "after:2:a/1"), "a/\n 2\n 3\nb/ (2 more)\n 1");
    assert_eq!(page(1, "after:2:b/1"), "b/ (1 more)\n 2/ (2 more)");
    assert_eq!(page(1, "after:2:b/2/"), "b/\n 3");
    assert_eq!(page(1, "after:2:b/3"), "b/2/ (1 more)\n x");
    assert_eq!(page(1, "after:3:b/2/x"), "b/2/\n y");
}

#[test]
fn the_list_of_grants_has_pages_like_any_other() {
    let sandbox = Sandbox::new().dir("one").dir("two").dir("three");
    let specs = ["one", "two", "three"].map(|name| sandbox.spec(name, "ro"));
    let mut client = Client::start(&[&specs[0], &specs[1], &specs[2]], Era::Modern);
    let mut list = |arguments: Value| client.call("list_directory", &arguments).text;
    assert_eq!(list(json!({})), "[DIR] one\n[DIR] two\n[DIR] three\n[3 granted directories]");
    assert_eq!(
        list(json!({"limit": 2})),
        "[DIR] one\n[DIR] two\n[1-2 of 3 granted directories; continue with cursor=name:two]"
    );
    let rest = "[DIR] three\n[3-3 of 3 granted directories]";
    assert_eq!(list(json!({"cursor": "name:two", "sort_by": "mtime"})), rest);
    let end = "[nothing after the cursor; 3 granted directories in all]";
    assert_eq!(list(json!({"cursor": "name:three"})), end);
    assert!(list(json!({"cursor": "name:none"})).starts_with("bad_args: `cursor`"));
}

#[test]
fn keyword_search_takes_the_list_of_grants_as_grep_does() {
    let sandbox = Sandbox::new().file("one/a.ts", "needle\n").file("two/d/b.ts", "needle\n");
    let (one, two) = (sandbox.spec("one", "ro"), sandbox.spec("two", "ro"));
    let mut client = Client::start(&[&one, &two], Era::Modern);
    let mut files = |arguments: Value| {
        let answer: Value =
            serde_json::from_str(&client.call("keyword_search", &arguments).text).unwrap();
        answer["files"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let both = ["one/a.ts", "two/d/b.ts"];
    for roots in [json!(["."]), json!([""]), json!(["/"]), json!([".", "one"]), json!(["two", "."])]
    {
        assert_eq!(files(json!({"keyword": "needle", "root_paths": roots})), both, "{roots}");
    }
    let globs = json!({"keyword": "needle", "root_paths": ["."], "include_patterns": ["two/d/*"]});
    assert_eq!(files(globs), ["two/d/b.ts"]);
}
