//! Globs of which something on the way is left out: an ignored directory, `.git`, a linked worktree, a dot directory, or
//! what `exclude` names. The other readings of the glob are tried all the same, and the answer names what was left out.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// The paths that a call of grep for any line finds, sorted, and what the answer says besides.
fn found(client: &mut Client, more: &Value) -> (Vec<String>, String) {
    let mut arguments = json!({"pattern": ".", "output": "files"});
    let more = more.as_object().unwrap().clone();
    arguments.as_object_mut().unwrap().extend(more);
    let Answer { text, is_error, .. } = client.call("grep", &arguments);
    assert!(!is_error, "{arguments}: {text}");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let closing = lines.pop().unwrap();
    lines.sort();
    (lines, closing)
}

/// A grant that is called `repo` and is a git repository with ignored directories.
fn repository() -> Sandbox {
    let mut sandbox = Sandbox::new()
        .file("repo/.git/HEAD", "ref: refs/heads/main\n")
        .file("repo/.git/info/x", "x\n")
        .file("repo/.gitignore", "node_modules\n");
    for path in [
        "packages/web/a.ts",
        "packages/web/node_modules/react/index.js",
        "lib/b.ts",
        "h/.dot/x.ts",
        "h/.dot/sub/y.tsx",
        "h/c.ts",
        "node_modules/react/index.js",
    ] {
        sandbox = sandbox.file(&format!("repo/{path}"), "x\n");
    }
    sandbox.link("repo/ldir", "packages")
}

#[test]
fn other_readings_are_tried_although_directories_were_skipped() {
    let sandbox = repository();
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    let (a, b, c) = ("packages/web/a.ts", "lib/b.ts", "h/c.ts");
    let dot = "h/.dot/x.ts";
    for (arguments, want) in [
        (json!({"glob": ["repo/**/*.ts"]}), vec![dot, c, b, a]),
        (json!({"glob": ["repo/packages/**"]}), vec![a]),
        (json!({"path": "packages", "glob": ["packages/web/**"]}), vec![a]),
        (json!({"path": "ldir", "glob": ["ldir/web/**"]}), vec![a]),
        (json!({"glob": ["*/*.(ts|js)"]}), vec![c, b]),
        (json!({"glob": ["*/B.{ts,js}"]}), vec![b]),
        (json!({"glob": ["*/b.ts;*.zz"]}), vec![b]),
        (json!({"glob": ["*/*.TS"]}), vec![c, b]),
        (json!({"glob": ["*/**/A.ts"]}), vec![a]),
        (json!({"glob": ["./Packages/**"]}), vec![a]),
        (json!({"glob": ["/Packages/**"]}), vec![a]),
        (json!({"path": "packages", "glob": ["packages/*/**"]}), vec![a]),
        (json!({"glob": [r"*/web\a.ts"]}), vec![a]),
        (json!({"glob": ["repo/**/*.ts"], "exclude": ["packages"]}), vec![dot, c, b]),
        (json!({"path": "h", "glob": ["h/**"], "hidden": false}), vec![c]),
    ] {
        let (files, closing) = found(&mut client, &arguments);
        assert_eq!(files, want, "{arguments}: {closing}");
        assert!(closing.contains("nothing matches glob"), "{arguments}: {closing}");
    }
    // What was left out is named beside what another reading found.
    let versions = "version control directories are searched only if given as `path`";
    for (arguments, left_out) in [
        (json!({"glob": ["repo/**"]}), versions),
        (json!({"glob": ["repo/packages/**"]}), "node_modules); set respect_ignore=false"),
        (json!({"glob": ["repo/**"], "exclude": ["lib"]}), "left out by exclude (e.g. lib)"),
        (json!({"path": "h", "glob": ["h/**"], "hidden": false}), "set hidden=true"),
    ] {
        let (_, closing) = found(&mut client, &arguments);
        assert!(closing.contains(left_out), "{arguments}: {closing}");
    }
}

#[test]
fn other_tools_try_the_other_readings_past_what_is_left_out_as_well() {
    let sandbox = repository();
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for glob in ["repo/packages/**", "*/WEB/*.ts", "packages/*/a.(ts|js)"] {
        let files = client.call("search_files", &json!({"pattern": glob, "type": "file"}));
        assert!(files.text.starts_with("packages/web/a.ts\n"), "{glob}: {}", files.text);
        let arguments = json!({"keyword": "x", "root_paths": ["."], "include_patterns": [glob]});
        let counted = client.call("keyword_search", &arguments);
        assert!(counted.text.contains("packages/web/a.ts"), "{glob}: {}", counted.text);
    }
}

#[test]
fn what_matches_only_something_left_out_is_named_if_no_reading_finds_anything() {
    let sandbox = repository();
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for glob in ["node_modules/react/**", "packages/web/node_modules/**"] {
        let (files, closing) = found(&mut client, &json!({"glob": [glob]}));
        assert!(files.is_empty(), "{glob}: {closing}");
        assert!(closing.contains("respect_ignore=false"), "{glob}: {closing}");
        assert!(!closing.contains("matches glob"), "{glob}: {closing}");
    }
}

#[test]
fn hidden_names_change_no_reading() {
    let answers = [true, false].map(|is_there| {
        let sandbox = Sandbox::new().file("repo/lib/b.ts", "x\n").dir("repo/packages");
        let hidden = "repo/packages/secret/x.ts";
        let sandbox = if is_there { sandbox.file(hidden, "x\n") } else { sandbox };
        let config = "[[allow]]\npath = \"repo\"\nrights = \"ro\"\nhide = [\"secret\"]\n";
        let sandbox = sandbox.file("allowlist.toml", config);
        let allowlist = sandbox.path("allowlist.toml").display().to_string();
        let mut client = Client::start(&["--config", &allowlist], Era::Modern);
        ["repo/**", "*/*.TS", "packages/**", "secret/**", "packages/secret/x.ts", "secret/x.TS"]
            .map(|glob| found(&mut client, &json!({"glob": [glob]})))
    });
    let [with, without] = answers;
    assert_eq!(with, without);
}

#[test]
fn a_link_of_the_name_is_named_beside_what_lies_further_down() {
    let sandbox = Sandbox::new()
        .file("repo/shared/a.md", "x\n")
        .file("repo/pkgs/x/docs/a.md", "x\n")
        .link("repo/docs", "shared");
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for glob in ["docs/**", "docs/*.md", "docs"] {
        let (files, closing) = found(&mut client, &json!({"glob": [glob]}));
        assert_eq!(files, ["pkgs/x/docs/a.md"], "{glob}: {closing}");
        let link = "docs is a link to shared, and links are not followed: search with path=docs";
        assert!(closing.contains(link), "{glob}: {closing}");
    }
}

#[test]
fn an_ignored_directory_in_which_a_glob_may_match_further_down_is_named() {
    let sandbox = repository();
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for glob in ["react/**", "react/index.js", "react/*.js"] {
        let (files, closing) = found(&mut client, &json!({"glob": [glob]}));
        assert!(files.is_empty(), "{glob}: {closing}");
        assert!(closing.contains("2 directories ignored (e.g. node_modules)"), "{glob}: {closing}");
        assert!(closing.contains("respect_ignore=false"), "{glob}: {closing}");
    }
    let (_, closing) =
        found(&mut client, &json!({"path": "h", "glob": ["sub/*.ts"], "hidden": false}));
    assert!(closing.contains("(e.g. h/.dot); set hidden=true"), "{closing}");
    let (files, closing) = found(&mut client, &json!({"glob": ["lib/*.ts"]}));
    assert!(files == ["lib/b.ts"] && !closing.contains("ignored"), "{closing}");
}

#[test]
fn a_glob_that_begins_with_the_last_name_of_path_is_read_from_there() {
    let sandbox = Sandbox::new().file("repo/web/src/a.ts", "x\n");
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for glob in ["src/*.ts", "src/**"] {
        let (files, closing) = found(&mut client, &json!({"path": "web/src", "glob": [glob]}));
        assert_eq!(files, ["web/src/a.ts"], "{glob}: {closing}");
        assert!(closing.contains("these match from a directory further up"), "{glob}: {closing}");
    }
}

#[test]
fn the_hint_for_a_link_matches_what_the_glob_would_and_its_name_may_have_brackets() {
    let sandbox = Sandbox::new()
        .file("repo/real/a.ts", "x\n")
        .file("repo/real/sub/deep.ts", "x\n")
        .link("repo/l1", "real")
        .link("repo/[id]", "real");
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for (glob, hint) in [
        ("l1/*.ts", "search with path=l1 and glob=/*.ts"),
        ("l1/a.ts", "search with path=l1 and glob=/a.ts"),
        ("l1/**", "search with path=l1 and glob=**"),
        ("[id]/*.ts", "search with path=[id] and glob=/*.ts"),
        ("[id]/a.ts", "search with path=[id] and glob=/a.ts"),
    ] {
        let (files, closing) = found(&mut client, &json!({"glob": [glob]}));
        assert!(files.is_empty() && closing.contains(hint), "{glob}: {closing}");
    }
    let there = found(&mut client, &json!({"path": "[id]", "glob": ["/*.ts"]}));
    assert_eq!(there.0, ["real/a.ts"]);
}
