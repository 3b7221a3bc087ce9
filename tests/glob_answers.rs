//! What answers say of globs that match nothing, and of those that leave something out.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

/// The files that a search lists, and its closing line.
fn found(client: &mut Client, tool: &str, arguments: &Value) -> (Vec<String>, String) {
    let answer = client.call(tool, arguments);
    assert!(!answer.is_error, "{tool} {arguments}: {}", answer.text);
    let mut lines: Vec<String> = answer.text.lines().map(str::to_owned).collect();
    let closing = lines.pop().unwrap();
    (lines, closing)
}

/// The calls of both tools for one glob of what is searched for.
fn calls(glob: &str) -> [(&'static str, Value); 2] {
    [
        ("grep", json!({"pattern": "w", "output": "files", "glob": [glob]})),
        ("search_files", json!({"pattern": glob, "type": "file"})),
    ]
}

/// The calls of all tools that leave out what globs match.
fn excluding(globs: &[&str], path: &str) -> [(&'static str, Value); 3] {
    [
        ("grep", json!({"pattern": "w", "output": "files", "exclude": globs, "path": path})),
        ("search_files", json!({"pattern": "*", "type": "file", "exclude": globs, "path": path})),
        ("directory_tree", json!({"exclude": globs, "path": path, "max_depth": 9})),
    ]
}

fn start(files: &[&str]) -> (Sandbox, Client) {
    let sandbox = files
        .iter()
        .fold(Sandbox::new(), |sandbox, file| sandbox.file(&format!("grant/{file}"), "w\n"));
    let client = Client::start(&["--allow", &sandbox.spec("grant", "ro")], Era::Modern);
    (sandbox, client)
}

#[test]
fn an_anchored_glob_whose_first_directory_exists_is_not_the_path_of_another_machine() {
    let files = [
        "packages/y/README.md",
        "docs/README.md",
        "web/src/a.ts",
        "web/a.ts",
        "package.json",
        "test/a.py",
        "src/b.ts",
    ];
    let (_sandbox, mut client) = start(&files);
    for glob in [
        "/packages/x/README.md",
        "/web/package.json",
        "/web/test/**",
        "/web/test/a.py",
        "/src/README.md",
        "\"/web/package.json\"",
    ] {
        for (tool, arguments) in calls(glob) {
            let (files, closing) = found(&mut client, tool, &arguments);
            assert!(files.is_empty(), "{tool} {glob}: {files:?} {closing}");
            assert!(!closing.contains("absolute path"), "{tool} {glob}: {closing}");
        }
    }
    for (glob, want) in [
        ("/home/me/packages/y/README.md", "packages/y/README.md"),
        ("/elsewhere/web/src/*.ts", "web/src/a.ts"),
        ("/elsewhere/package.json", "package.json"),
        ("/web/src/*", "web/src/a.ts"),
    ] {
        for (tool, arguments) in calls(glob) {
            let (files, closing) = found(&mut client, tool, &arguments);
            assert_eq!(files, [want], "{tool} {glob}: {closing}");
        }
    }
}

#[test]
fn names_come_first_in_the_spellings_of_other_programs() {
    let files = [
        "app/[id]/page.tsx",
        "app/i/page.tsx",
        "app/d/page.tsx",
        "docs/a,b.md",
        "docs/a",
        "docs/b.md",
        "tpl/{{name}}.py",
        "tpl/name.py",
        "docs/what?.md",
        "docs/whatx.md",
        "{x,y}/a.ts",
        "x/a.ts",
    ];
    let (_sandbox, mut client) = start(&files);
    let (page, comma, braces) = (files[0], files[3], files[6]);
    for (glob, want) in [
        (r"C:\work\grant\app\[id]\page.tsx", page),
        ("app/%5Bid%5D/page.tsx", page),
        ("a/app/[id]/page.tsx", page),
        (r"^app/[id]/.*\.tsx$", page),
        ("~/w/app/[id]/page.tsx", page),
        ("`app/[id]/page.tsx`", page),
        ("grant/app/[id]/page.tsx:3", page),
        ("\"docs/a,b.md\"", comma),
        ("docs/a,b.md:12", comma),
        ("docs/a,b.md#L3", comma),
        ("@docs/a,b.md", comma),
        ("a/docs/a,b.md", comma),
        ("~/x/docs/a,b.md", comma),
        ("$PWD/docs/a,b.md", comma),
        ("/home/u/p/docs/a,b.md", comma),
        ("file:///home/u/p/docs/a,b.md", comma),
        (r"C:\p\docs\a,b.md", comma),
        ("docs%2Fa%2Cb.md", comma),
        ("[a](docs/a,b.md)", comma),
        (r"C:\x\{{name}}.py", braces),
        ("~/x/{{name}}.py", braces),
        ("a/tpl/{{name}}.py", braces),
        ("tpl/{{name}}.py:3", braces),
        ("\"tpl/{{name}}.py\"", braces),
        ("\"docs/what?.md\"", files[8]),
        ("a/{x,y}/a.ts", files[10]),
        ("~/p/{x,y}/a.ts", files[10]),
    ] {
        for (tool, arguments) in calls(glob) {
            let (files, closing) = found(&mut client, tool, &arguments);
            assert_eq!(files, [want], "{tool} {glob}: {closing}");
        }
    }
    for glob in ["tpl/{{name}}.*", "{{name}}.*", "**/{{name}}.*", "/nosuch/y/tpl/{{name}}.*"] {
        for (tool, arguments) in calls(glob) {
            let (files, closing) = found(&mut client, tool, &arguments);
            assert_eq!(files, [braces], "{tool} {glob}: {closing}");
        }
    }
    // A class is read as one where no such name exists.
    for (glob, want) in [
        ("\"docs/[ab].md\"", "docs/b.md"),
        ("app/[ix]/page.tsx:3", "app/i/page.tsx"),
        (r"^app/[ix]/.*\.tsx$", "app/i/page.tsx"),
        ("docs/*.zzz;app/[xi]/*.tsx", "app/i/page.tsx"),
    ] {
        for (tool, arguments) in calls(glob) {
            let (files, closing) = found(&mut client, tool, &arguments);
            assert_eq!(files, [want], "{tool} {glob}: {closing}");
        }
    }
}

#[test]
fn an_extended_glob_of_what_is_not_meant_is_read_as_two_globs() {
    let (_sandbox, mut client) = start(&["src/a.ts", "src/b.ts", "src/c.md", "lib/d.ts"]);
    for (glob, want, says) in [
        ("!(src)/**", &["lib/d.ts"][..], "these match `*/**,!src/**`"),
        ("src/!(a).ts", &["src/b.ts"], "these match `src/*.ts,!src/a.ts`"),
        ("src/!(a|b).*", &["src/c.md"], "these match `src/*.*,!src/{a,b}.*`"),
        ("*.!(ts)", &["src/c.md"], "these match `*.*,!*.ts`"),
    ] {
        for (tool, arguments) in calls(glob) {
            let (files, closing) = found(&mut client, tool, &arguments);
            assert_eq!(files, want, "{tool} {glob}: {closing}");
            assert!(closing.contains(says), "{tool} {glob}: {closing}");
        }
    }
    for (glob, says) in [
        ("!(src)/**", "(did you mean `*/**,!src/**`?)"),
        ("src/!(a).ts", "(did you mean `src/*.ts,!src/a.ts`?)"),
    ] {
        for (tool, arguments) in excluding(&[glob], "") {
            let (_, closing) = found(&mut client, tool, &arguments);
            assert!(closing.contains(says), "{tool} {glob}: {closing}");
        }
    }
}

#[test]
fn what_leaves_nothing_out_is_named_with_what_it_may_mean() {
    let files = ["build/o.js", "src/App.ts", "packages/b/k.ts", "web/src/utils/u.ts", "README.md"];
    let (_sandbox, mut client) = start(&files);
    let rows: &[(&[&str], &str, &str)] = &[
        (&["Build"], "", "nothing matches exclude `Build` (did you mean `build`?)"),
        (&["BUILD/"], "", "(did you mean `build`?)"),
        (&["readme.md"], "", "(did you mean `README.md`?)"),
        (&["Src/app.ts"], "", "(did you mean `src/App.ts`?)"),
        (&["Build/*.js"], "", "in another case or further down it matches `build/o.js`"),
        (&["src/utils"], "", "(did you mean `web/src/utils`?)"),
        (&["packages/b"], "packages/b", "`packages/b` (the directory that is searched)"),
        (&["grant/packages/b/"], "packages/b", "(the directory that is searched)"),
        (&["/etc/x/*.conf"], "", "(an absolute path in no grant)"),
        (&["$HOME/build"], "", "(an absolute path in no grant)"),
        (&[r"C:\p\build"], "", "(an absolute path in no grant)"),
        (&["~/p/src/App.ts"], "", "(did you mean `src/App.ts`?)"),
        (&["zzz"], "", "nothing matches exclude `zzz`]"),
        (&["zzz", "yyy"], "", "nothing matches any glob of exclude]"),
        (&["build/**", "zzz"], "", "nothing matches exclude `zzz`;"),
        (&["!build"], "", "`!build` (a glob that begins with `!` excludes nothing)"),
    ];
    for (globs, path, says) in rows {
        for (tool, arguments) in excluding(globs, path) {
            let (_, closing) = found(&mut client, tool, &arguments);
            assert!(closing.contains(says), "{tool} {arguments}: {closing}");
        }
    }
    // What the last glob takes back was matched all the same.
    for globs in [&["build/**", "!build/o.js"], &["*.js", "!o.js"]] {
        for (tool, arguments) in excluding(globs, "") {
            let (_, closing) = found(&mut client, tool, &arguments);
            assert!(!closing.contains("nothing matches"), "{tool} {arguments}: {closing}");
        }
    }
    // An entry with the name in this case needs no hint.
    let (_sandbox, mut client) = start(&["build/o.js", "Build/p.js"]);
    let (_, closing) = found(&mut client, "grep", &excluding(&["Build"], "")[0].1);
    assert!(!closing.contains("did you mean"), "{closing}");
}

#[test]
fn a_hidden_name_is_in_no_hint_for_what_leaves_nothing_out() {
    let sandbox = Sandbox::new()
        .file("grant/secret/k.ts", "w\n")
        .file("grant/a.ts", "w\n")
        .file("allowlist.toml", "[[allow]]\npath = \"grant\"\nhide = [\"secret\"]\n");
    let config = sandbox.path("allowlist.toml").display().to_string();
    let mut client = Client::start(&["--config", &config], Era::Modern);
    for glob in ["Secret", "SECRET/k.ts", "k.TS", "nosuch", "\"secret\""] {
        for (tool, arguments) in excluding(&[glob], "") {
            let (_, closing) = found(&mut client, tool, &arguments);
            let says = format!("nothing matches exclude `{glob}`]");
            assert!(closing.ends_with(&says), "{tool} {glob}: {closing}");
        }
    }
    // Nor does it make another path of one that a slash anchors.
    for glob in ["/secret/a.ts", "/nosuch/a.ts"] {
        let (files, closing) = found(&mut client, "search_files", &calls(glob)[1].1);
        assert_eq!(files, ["a.ts"], "{glob}: {closing}");
    }
}

#[test]
fn an_absolute_path_in_any_form_is_said_to_lie_in_no_grant() {
    let (_sandbox, mut client) = start(&["src/a.ts", "x/b.ts", "etc/passwd"]);
    for glob in [
        "$HOME/x",
        "${HOME}/*.zz",
        "%USERPROFILE%\\q.ts",
        r"C:\other\*.ts",
        r"\\host\share\*.ts",
        "file:///usr/*",
        "~/q/*.ts",
        "/usr/*.ts",
        // Whether there is such a file does not matter.
        "/etc/hostname",
        "/etc/nosuch",
    ] {
        for (tool, arguments) in calls(glob) {
            let (files, closing) = found(&mut client, tool, &arguments);
            assert!(files.is_empty(), "{tool} {glob}: {files:?} {closing}");
            let is_there = glob.starts_with("/etc/");
            assert_eq!(closing.contains("in no grant"), !is_there, "{tool} {glob}: {closing}");
            assert!(!closing.contains("did you mean"), "{tool} {glob}: {closing}");
        }
    }
}
