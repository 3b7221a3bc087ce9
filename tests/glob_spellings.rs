//! Globs and patterns that spell a name in another way than it is listed: with look-alikes, with the escapes that answers show, and
//! as other programs write globs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// What a search by each tool finds for one glob, sorted, and what the answer says besides.
fn found(client: &mut Client, tool: &str, glob: &str) -> (Vec<String>, String) {
    let arguments = match tool {
        "search_files" => json!({"pattern": glob, "type": "file"}),
        "grep" => json!({"pattern": "needle", "glob": [glob], "output": "files"}),
        _ => json!({"keyword": "needle", "root_paths": ["."], "include_patterns": [glob]}),
    };
    let Answer { text, is_error, .. } = client.call(tool, &arguments);
    assert!(!is_error, "{tool} {arguments}: {text}");
    if tool == "keyword_search" {
        let answer: Value = serde_json::from_str(&text).unwrap();
        let files = answer["files"].as_object().unwrap().keys().cloned().collect();
        return (files, answer["metadata"]["notes"].to_string());
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let closing = lines.pop().unwrap();
    (lines, closing)
}

const TOOLS: [&str; 3] = ["search_files", "grep", "keyword_search"];

#[test]
fn names_are_found_by_globs_that_look_like_them() {
    let names = [
        "Screenshot 2.40\u{202F}PM.txt",
        "a\u{2013}b.txt",
        "it\u{2019}s.txt",
        "\u{201C}quoted\u{201D}.txt",
        "two  blanks.txt",
        "soft\u{AD}hyphen.txt",
        "cafe\u{301}.txt",
        "\u{E9}clair.txt",
        "ends .txt ",
        "src\u{A0}/n.ts",
        "lib\u{A0}x/n.ts",
    ];
    let mut sandbox = Sandbox::new();
    for name in names {
        sandbox = sandbox.file(&format!("grant/{name}"), "needle\n");
    }
    let root = sandbox.path("grant").display().to_string();
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (glob, want) in [
        ("Screenshot 2.40 PM.txt", names[0]),
        ("Screen* PM.txt", names[0]),
        ("a-b.txt", names[1]),
        ("a\u{2014}b.*", names[1]),
        ("it's.txt", names[2]),
        ("\"quoted\".txt", names[3]),
        ("two blanks.txt", names[4]),
        ("softhyphen.txt", names[5]),
        ("caf\u{E9}.txt", names[6]),
        ("e\u{301}cl*.txt", names[7]),
        ("ends .txt", names[8]),
        ("src/n.ts", names[9]),
        ("src\u{2009}/*.ts", names[9]),
        ("lib x/*.ts", names[10]),
        (&format!("{root}/a-b.txt"), names[1]),
        (&format!("{root}/Screen* PM.txt"), names[0]),
        (&format!("{root}/caf\u{E9}*.txt"), names[6]),
        (&format!("{root}/e\u{301}*.txt"), names[7]),
    ] {
        for tool in TOOLS {
            let (files, closing) = found(&mut client, tool, glob);
            assert_eq!(files, [want], "{tool} {glob}: {closing}");
            // A text without wildcards is a part of a name in a pattern.
            let is_part = tool == "search_files" && want.contains(glob);
            assert!(is_part || closing.contains("these look alike"), "{tool} {glob}: {closing}");
        }
    }
}

#[test]
fn names_are_found_as_answers_show_their_bytes() {
    let sandbox = Sandbox::new().dir("grant");
    let names: [&[u8]; 6] = [
        b"bad\xFF.txt",
        b"nl\nx.txt",
        "ev\u{202E}il.txt".as_bytes(),
        br"lit\x41.txt",
        b"d\xE9r",
        b"a[1]\xFE.txt",
    ];
    for name in names {
        let path = sandbox.path("grant").join(OsStr::from_bytes(name));
        if name == b"d\xE9r" {
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("in.txt"), "needle\n").unwrap();
        } else {
            std::fs::write(path, "needle\n").unwrap();
        }
    }
    let mut client = Client::start(&[&sandbox.spec("grant", "rw")], Era::Modern);
    let all = found(&mut client, "grep", "*").0;
    assert_eq!(all.len(), names.len());
    for shown in &all {
        for tool in TOOLS {
            let (files, closing) = found(&mut client, tool, shown);
            assert_eq!(files, [shown.as_str()], "{tool} {shown}: {closing}");
            assert!(!closing.contains("as it is written"), "{tool} {shown}: {closing}");
        }
        // In lower case as well, in globs and in paths, and where it is left out.
        let lower = shown.to_lowercase();
        assert_eq!(found(&mut client, "grep", &lower).0, [shown.as_str()], "{lower}");
        for path in [shown, &lower] {
            let read = client.call("read_text_file", &json!({"path": path}));
            assert!(read.text.starts_with("needle\n"), "{path}: {}", read.text);
            for (tool, arguments) in [
                ("grep", json!({"pattern": "needle", "exclude": [path], "output": "files"})),
                ("search_files", json!({"pattern": "*", "exclude": [path]})),
                ("directory_tree", json!({"exclude": [path]})),
            ] {
                let text = client.call(tool, &arguments).text;
                let left_out = format!("1 file left out by exclude (e.g. {shown})");
                assert!(text.contains(&left_out), "{tool} {arguments}: {text}");
            }
        }
    }
    for (glob, want) in [(r"d\xE9r/*", r"d\xE9r/in.txt"), (r"{bad\xFF,x}.txt", r"bad\xFF.txt")] {
        assert_eq!(found(&mut client, "grep", glob).0, [want], "{glob}");
    }
    assert_eq!(found(&mut client, "search_files", r"bad\xFF").0, [r"bad\xFF.txt"]);
}

#[test]
fn a_path_in_lower_case_escapes_stands_for_the_name_that_is_there() {
    let sandbox = Sandbox::new().file("grant/xdebug.php", "other\n").file("grant/d/\\xab", "own\n");
    std::fs::write(sandbox.path("grant").join(OsStr::from_bytes(b"bad\xFF.txt")), "one\n").unwrap();
    std::fs::write(sandbox.path("grant/d").join(OsStr::from_bytes(b"\xAB")), "bytes\n").unwrap();
    let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
    let read = client.call("read_text_file", &json!({"path": r"bad\xff.txt"})).text;
    assert!(read.contains(r"`bad\xff.txt` stands for `bad\xFF.txt`"), "{read}");
    let edit = json!({"path": r"bad\xfF.txt", "edits": [{"old_text": "one", "new_text": "two"}]});
    assert!(!client.call("edit_file", &edit).is_error);
    // The name as it is written comes first.
    let own = client.call("read_text_file", &json!({"path": r"d/\xab"})).text;
    assert!(own.starts_with("own\n"), "{own}");
    // To take something away its own name is needed.
    let gone = client.call("delete_file", &json!({"path": r"bad\xff.txt"}));
    assert_eq!(gone.code(), "not_found");
    assert!(gone.text.contains(r"did you mean `bad\xFF.txt`?"), "{}", gone.text);
    assert!(!client.call("delete_file", &json!({"path": r"bad\xFF.txt"})).is_error);
}

/// Globs as other programs write them, the files that they mean, and the spelling that the answer names.
#[test]
fn globs_of_other_programs_are_tried_if_nothing_matches() {
    let sandbox = Sandbox::new()
        .file("grant/src/a.ts", "needle\n")
        .file("grant/src/b.md", "needle\n")
        .file("grant/lib/c.rs", "needle\n")
        .file("grant/my notes.txt", "needle\n");
    let root = sandbox.path("grant").display().to_string();
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    let (a, b, c, notes) = ("src/a.ts", "src/b.md", "lib/c.rs", "my notes.txt");
    let expression = "these match it as a regular expression for the path";
    for (glob, want, says) in [
        ("src/a.ts:12", vec![a], "these match `src/a.ts`"),
        ("src/a.ts:12:5", vec![a], "these match `src/a.ts`"),
        ("src/a.ts#L3", vec![a], "these match `src/a.ts`"),
        ("src/a.ts#L3-L9", vec![a], "these match `src/a.ts`"),
        ("src/a.ts(12,5)", vec![a], "these match `src/a.ts`"),
        ("a.ts:12", vec![a], "these match `a.ts`"),
        ("src/a.ts::test_b", vec![a], "these match `src/a.ts`"),
        ("\"src/a.ts\"", vec![a], "these match `src/a.ts`"),
        ("'*.ts'", vec![a], "these match `*.ts`"),
        ("`src/a.ts`", vec![a], "these match `src/a.ts`"),
        ("<src/a.ts>", vec![a], "these match `src/a.ts`"),
        ("@src/a.ts", vec![a], "these match `src/a.ts`"),
        ("b/src/a.ts", vec![a], "these match `src/a.ts`"),
        ("my%20notes.txt", vec![notes], "these match `my notes.txt`"),
        ("*.ts|*.md", vec![a, b], "these match `*.ts,*.md`"),
        ("*.ts;*.md", vec![a, b], "these match `*.ts,*.md`"),
        ("*.ts *.md", vec![a, b], "these match `*.ts,*.md`"),
        ("*.ts or *.md", vec![a, b], "these match `*.ts,*.md`"),
        ("a.ts|c.rs", vec![c, a], "these match `a.ts,c.rs`"),
        ("*.(ts|md)", vec![a, b], "these match `*.{ts,md}`"),
        ("*.{ts|md}", vec![a, b], "these match `*.{ts,md}`"),
        ("*.[ts|md]", vec![a, b], "these match `*.{ts,md}`"),
        ("@(a|z).ts", vec![a], "these match `{a,z}.ts`"),
        ("+(a|z).ts", vec![a], "these match `{a,z}.ts`"),
        ("src/...", vec![a, b], "these match `src/**`"),
        ("~/src/a.ts", vec![a], "these match `src/a.ts`"),
        ("~/work/grant/src/a.ts", vec![a], "these match `grant/src/a.ts`"),
        ("$PWD/src/a.ts", vec![a], "these match `src/a.ts`"),
        ("${workspaceFolder}/src/*.ts", vec![a], "these match `src/*.ts`"),
        (r"C:\x\src\a.ts", vec![a], "these match `src/a.ts`"),
        (r"C:\x\a.ts", vec![a], "these match `a.ts`"),
        ("/elsewhere/repo/src/*.ts", vec![a], "these match `src/*.ts`"),
        ("file:///elsewhere/src/a.ts", vec![a], "these match `src/a.ts`"),
        (&format!("\"{root}/src/*.ts\""), vec![a], "these match"),
        (&format!("{root}/src/a.ts:3"), vec![a], "these match"),
        ("-name *.ts", vec![a], "these match `*.ts`"),
        ("/src/a.ts:12", vec![a], "these match `/src/a.ts`"),
        ("[a.ts](src/a.ts)", vec![a], "these match `src/a.ts`"),
        ("src/a.ts:", vec![a], "these match `src/a.ts`"),
        ("\"src/a.ts", vec![a], "these match `src/a.ts`"),
        ("*.ts'", vec![a], "these match `*.ts`"),
        (r".*\.ts$", vec![a], expression),
        (r"\.(ts|md)$", vec![a, b], expression),
        ("^src/", vec![a, b], expression),
        (r"^src/.+\.ts$", vec![a], expression),
        (r"\w+\.ts", vec![a], expression),
        (r"(a|c)\.\w+", vec![c, a], expression),
        (r"[^/]+\.ts$", vec![a], expression),
        ("src/*.ts$", vec![a], "these match `src/*.ts`"),
    ] {
        for tool in TOOLS {
            let (files, closing) = found(&mut client, tool, glob);
            assert_eq!(files, want, "{tool} {glob}: {closing}");
            let shown = closing.replace(r"\\", r"\");
            assert!(shown.contains(says), "{tool} {glob}: {closing}");
            assert!(shown.contains("as it is written"), "{tool} {glob}: {closing}");
        }
    }
    let (files, closing) = found(&mut client, "search_files", r#"["*.ts", "*.md"]"#);
    assert_eq!(
        (files, closing.contains("these match `*.ts,*.md`")),
        (vec![a.into(), b.into()], true)
    );
}

#[test]
fn a_glob_to_exclude_that_matches_nothing_is_shown_in_our_spelling() {
    let sandbox = Sandbox::new()
        .file("grant/src/a.ts", "needle\n")
        .file("grant/lib/b.ts", "needle\n")
        .file("grant/a\u{2013}b.txt", "needle\n");
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (glob, says) in [
        ("src|lib", "nothing matches exclude `src|lib` (did you mean `src,lib`?)"),
        ("src;lib", "(did you mean `src,lib`?)"),
        ("src/a.ts:12", "(did you mean `src/a.ts`?)"),
        ("\"src\"", "(did you mean `src`?)"),
        ("*.(ts|js)", "(did you mean `*.{ts,js}`?)"),
        (r"^src/.*", "(a glob, not a regular expression)"),
        ("a-b.txt", "nothing matches exclude `a-b.txt` (a name that looks the same exists)"),
        ("zzz", "nothing matches exclude `zzz`]"),
    ] {
        for (tool, arguments) in [
            ("grep", json!({"pattern": "needle", "exclude": [glob]})),
            ("search_files", json!({"pattern": "*", "exclude": [glob]})),
            ("directory_tree", json!({"exclude": [glob]})),
        ] {
            let text = client.call(tool, &arguments).text;
            assert!(text.contains(says), "{tool} {glob}: {text}");
        }
    }
    let arguments = json!({"pattern": "needle", "exclude": ["zzz", "src|lib"]});
    let text = client.call("grep", &arguments).text;
    assert!(text.contains("exclude `zzz`; nothing matches exclude `src|lib` (did"), "{text}");
    let arguments = json!({"pattern": "needle", "glob": ["*.ts", "!a.ts|b.ts"]});
    let text = client.call("grep", &arguments).text;
    assert!(
        text.contains("nothing matches glob `!a.ts|b.ts` (did you mean `!a.ts,!b.ts`?)"),
        "{text}"
    );
}

#[test]
fn a_glob_is_tried_as_written_first() {
    let sandbox = Sandbox::new()
        .file("grant/a.ts", "needle\n")
        .file("grant/a.ts:12", "needle\n")
        .file("grant/x|y.ts", "needle\n")
        .file("grant/x", "needle\n")
        .file("grant/^b", "needle\n")
        .file("grant/b", "needle\n");
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (glob, want) in [("a.ts:12", "a.ts:12"), ("x|y.ts", "x|y.ts"), ("^b", "^b")] {
        for tool in TOOLS {
            let (files, closing) = found(&mut client, tool, glob);
            assert_eq!(files, [want], "{tool} {glob}: {closing}");
            assert!(!closing.contains("as it is written"), "{tool} {glob}: {closing}");
        }
    }
    // A text that is neither a glob nor a spelling of another program is refused as before.
    for glob in ["[b.ts", "src/{a", r"\w{900}{900}["] {
        let answer = client.call("search_files", &json!({"pattern": glob}));
        assert_eq!(answer.code(), "bad_args", "{glob}: {}", answer.text);
    }
    for glob in ["zzz:12", "zz|yy", r"^zz\d{900}", r"(\w{200}){200}$"] {
        let (files, closing) = found(&mut client, "grep", glob);
        assert!(files.is_empty() && closing.contains("no file name matches"), "{glob}: {closing}");
    }
}
