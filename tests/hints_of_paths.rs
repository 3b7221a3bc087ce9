//! Paths of which a part exists: names with the characters of globs, links, absolute paths, and the names of grants.

use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, calls, changes};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

fn hint(client: &mut Client, tool: &str, arguments: &Value) -> String {
    let answer = client.call(tool, arguments);
    let (_, hint) = answer.text.split_once("\nhint: ").unwrap_or_else(|| panic!("{answer:?}"));
    hint.to_owned()
}

/// The files that an answer shows.
fn files(client: &mut Client, tool: &str, arguments: &Value) -> Vec<String> {
    let text = client.call(tool, arguments).text;
    let lines = text.lines().filter(|line| !line.starts_with('['));
    lines.map(ToOwned::to_owned).collect()
}

#[test]
fn the_names_of_directories_that_exist_are_not_globs() {
    let directories =
        ["app/[id]", "g/{a,b}", "w/*", "q/a?", "c/a,b", "app/[...slug]/[[opt]]", "[x]"];
    let sandbox = directories.iter().fold(Sandbox::new(), |sandbox, directory| {
        sandbox.file(&format!("grant/{directory}/page.ts"), "x\n")
    });
    let mut client = start(&sandbox);
    for directory in directories {
        let path = format!("{directory}/zzz.md");
        for tool in TOOLS {
            for arguments in calls(tool, &path) {
                let is_to_make = ["write_file", "create_directory"].contains(&tool.name)
                    || arguments["destination"] == path;
                if is_to_make {
                    continue;
                }
                let text = client.call(tool.name, &arguments).text;
                let wanted = format!("list_directory with path=`{directory}` shows what there is");
                assert!(text.contains(&wanted), "{} {path}: {text}", tool.name);
            }
        }
        // A glob after them begins there.
        let hint = hint(
            &mut client,
            "grep",
            &json!({"pattern": "x", "path": format!("{directory}/*.ts")}),
        );
        assert_eq!(hint, format!("paths are not globs: use path=`{directory}` and glob=`/*.ts`"));
    }
    // What does not exist is a glob still.
    for (path, wanted) in [
        ("app/[xy]/page.ts", "use path=`app` and glob=`[xy]/page.ts`"),
        ("app/[id]/*/page.ts", "use path=`app/[id]` and glob=`*/page.ts`"),
        ("g/{b,c}/page.ts", "use path=`g` and glob=`{b,c}/page.ts`"),
    ] {
        let hint = hint(&mut client, "grep", &json!({"pattern": "x", "path": path}));
        assert!(
            hint == format!("paths are not globs: {wanted}") || hint.starts_with("did you mean"),
            "{hint}"
        );
    }
}

#[test]
fn globs_may_begin_with_a_path_argument_that_is_a_link() {
    let sandbox = Sandbox::new()
        .file("grant/src/a.ts", "needle\n")
        .file("grant/src/b.ts", "needle\n")
        .file("grant/src/sub/c.ts", "needle\n")
        .file("other/d/e.ts", "needle\n")
        .link("grant/link", "src")
        .link("grant/two[x]", "link");
    let mut client = start(&sandbox);
    let all = ["src/a.ts", "src/b.ts", "src/sub/c.ts"];
    for link in ["link", "two[x]"] {
        for (glob, wanted) in [
            (format!("{link}/*.ts"), &all[..2]),
            (format!("{link}/**"), &all[..]),
            (format!("/{link}/sub/*"), &all[2..]),
            (format!("grant/{link}/a.ts"), &all[..1]),
            ("src/*.ts".into(), &all[..2]),
        ] {
            let arguments =
                json!({"pattern": "needle", "path": link, "glob": glob, "output": "files"});
            assert_eq!(files(&mut client, "grep", &arguments), wanted, "{glob}");
        }
        let arguments = json!({"path": link, "pattern": "*", "exclude": ["src/a.ts", "src/sub"]});
        assert_eq!(files(&mut client, "search_files", &arguments), all[1..2]);
        let arguments = json!({"pattern": format!("{link}/*.ts"), "path": link});
        assert_eq!(files(&mut client, "search_files", &arguments), all[..2]);
        let arguments = json!({"keyword": "needle", "root_paths": [link], "include_patterns": [format!("{link}/a.ts")]});
        let text = client.call("keyword_search", &arguments).text;
        assert!(text.contains("\"total_files_searched\":1"), "{text}");
    }
    // What takes away reads brackets as a class there.
    for more in [
        json!({"exclude": ["link/sub", "/link/a.ts"]}),
        json!({"glob": ["!link/sub", "!link/a.ts"]}),
    ] {
        let mut arguments = json!({"pattern": "needle", "path": "link", "output": "files"});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(files(&mut client, "grep", &arguments), all[1..2], "{more}");
    }
    let arguments = json!({"path": "link", "exclude": ["link/sub", "link/a.ts"]});
    assert!(client.call("directory_tree", &arguments).text.starts_with("src/\n b.ts\n["));
    // A link below, and one into another grant.
    let arguments = json!({"pattern": "needle", "path": "link/sub", "glob": "link/sub/*.ts", "output": "files"});
    assert_eq!(files(&mut client, "grep", &arguments), all[2..]);
    let other = sandbox.path("other").canonicalize().unwrap();
    let sandbox = sandbox.link("grant/out", other.to_str().unwrap());
    let (grant, other) = (sandbox.spec("grant", "ro"), sandbox.spec("other", "ro"));
    let mut client = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    for glob in ["grant/out/d/*.ts", "other/d/*.ts", "d/*.ts"] {
        let arguments =
            json!({"pattern": "needle", "path": "grant/out", "glob": glob, "output": "files"});
        assert_eq!(files(&mut client, "grep", &arguments), ["other/d/e.ts"], "{glob}");
    }
}

#[test]
fn a_grant_is_found_by_each_pattern_that_matches_its_name() {
    let sandbox = Sandbox::new()
        .file("common/a.ts", "needle\n")
        .file("web/b.ts", "needle\n")
        .file("web/common/c.ts", "needle\n");
    let (common, web) = (sandbox.spec("common", "ro"), sandbox.spec("web", "ro"));
    let mut client = Client::start(&["--allow", &common, "--allow", &web], Era::Modern);
    for (pattern, wanted) in [
        ("common", &["common/", "web/common/"][..]),
        ("com*", &["common/", "web/common/"]),
        ("com*/", &["common/", "web/common/"]),
        ("/com*", &["common/", "web/common/"]),
        ("**/com*", &["common/", "web/common/"]),
        ("omm", &["common/", "web/common/"]),
        ("w*", &["web/"]),
        ("{web,none}", &["web/"]),
        ("[w]??", &["web/"]),
        ("*/", &["common/", "web/", "web/common/"]),
        ("/*", &["common/", "common/a.ts", "web/", "web/b.ts", "web/common/"]),
        ("/*/", &["common/", "web/", "web/common/"]),
        ("com*/**", &["common/a.ts", "web/common/c.ts"]),
        ("!web", &["common/", "common/a.ts"]),
        ("*.ts", &["common/a.ts", "web/b.ts", "web/common/c.ts"]),
    ] {
        assert_eq!(
            files(&mut client, "search_files", &json!({"pattern": pattern})),
            wanted,
            "{pattern}"
        );
    }
    // In other meanings, and by their times.
    assert_eq!(files(&mut client, "search_files", &json!({"pattern": "W*"})), ["web/"]);
    assert_eq!(files(&mut client, "search_files", &json!({"pattern": "w*|x*"})), ["web/"]);
    let newest = client.call("search_files", &json!({"pattern": "w*", "sort_by": "mtime"})).text;
    assert!(newest.starts_with("web/ (20"), "{newest}");
    let found = |after: &str| json!({"pattern": "w*", "modified_after": after});
    assert_eq!(files(&mut client, "search_files", &found("2000-01-01")), ["web/"]);
    let older = client.call("search_files", &found("2200-01-01")).text;
    assert!(older.contains("1 entry changed before modified_after (e.g. web)"), "{older}");
    let of_files = client.call("search_files", &json!({"pattern": "w*", "type": "file"})).text;
    assert!(of_files.contains("1 entry of another kind matches (e.g. web)"), "{of_files}");
    let excluded = json!({"pattern": "w*", "exclude": ["we*"]});
    let excluded = client.call("search_files", &excluded).text;
    assert_eq!(excluded, "[nothing matches; 1 directory left out by exclude (e.g. web)]");
}

/// The hint of a link to what is hidden is that of a link to nothing, and offers neither the link nor a name like the
/// target.
#[test]
fn a_link_to_a_hidden_target_gets_the_hint_of_a_link_to_nothing() {
    let sandbox = Sandbox::new()
        .file(
            "allowlist.toml",
            "[[allow]]\npath = \"grant\"\nrights = \"ro\"\nhide = [\"keys\", \"deep/keys\"]\n",
        )
        .file("grant/keys/k.txt", "x\n")
        .file("grant/deep/keys", "x\n")
        .file("grant/sub/mine.txt", "x\n")
        .file("grant/sub/kezs.txt", "x\n")
        .link("grant/sub/keyz", "../keys")
        .link("grant/sub/kezz", "../deep/keys")
        .link("grant/sub/gone", "../kets")
        .link("grant/sub/lost", "../deep/kets")
        .link("grant/sub/again", "keyz")
        .link("grant/sub/twice", "gone")
        .link("grant/way", "sub");
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
        for above in ["sub", "way"] {
            for (hidden, missing) in [("keyz", "gone"), ("kezz", "lost"), ("again", "twice")] {
                for below in ["", "/k.txt"] {
                    let mut of = |link: &str| -> Vec<String> {
                        let path = format!("{above}/{link}{below}");
                        let answers = calls(tool, &path);
                        let answers =
                            answers.iter().map(|arguments| client.call(tool.name, arguments));
                        answers.map(|answer| answer.text.replace(link, "LINK")).collect()
                    };
                    let (hidden, missing) = (of(hidden), of(missing));
                    assert_eq!(hidden, missing, "{}", tool.name);
                    for text in hidden {
                        let wanted =
                            format!("hint: list_directory with path=`{above}` shows what there is");
                        assert!(text.contains(&wanted), "{} {text}", tool.name);
                    }
                }
            }
        }
    }
}

#[test]
fn hint_for_an_absolute_path_suggests_it_without_the_leading_slash() {
    let sandbox = Sandbox::new()
        .file("grant/src/a.ts", "x\n")
        .file("grant/lib/only.ts", "x\n")
        .file("other/web/b.ts", "x\n");
    let mut client = start(&sandbox);
    for (path, meant) in [
        ("/src/x.ts", "`src/x.ts`"),
        ("/src/a.ts", "`src/a.ts`"),
        ("/src/new/x.ts", "`src/new/x.ts`"),
        ("/grant/src/x.ts", "`src/x.ts`"),
        ("/workspace/grant/src/x.ts", "`src/x.ts`"),
        ("/src/only.ts", "`src/only.ts` or `lib/only.ts`"),
    ] {
        for tool in TOOLS {
            for arguments in calls(tool, path) {
                let text = client.call(tool.name, &arguments).text;
                let wanted = format!("did you mean {meant}?");
                assert!(text.contains(&wanted), "{} {path}: {text}", tool.name);
            }
        }
    }
    for path in ["/nowhere/x.ts", "/x.ts"] {
        let hint = hint(&mut client, "write_file", &json!({"path": path, "content": "x"}));
        assert!(hint.starts_with("paths are relative to the granted directory"), "{hint}");
    }
    // The note on a glob does not claim that it lies in no grant.
    for (glob, is_elsewhere) in
        [("/src/x.ts", false), ("/src/*.md", false), ("/nowhere/x.ts", true)]
    {
        for (tool, arguments) in [
            ("grep", json!({"pattern": "x", "glob": glob})),
            ("search_files", json!({"pattern": glob})),
            (
                "keyword_search",
                json!({"keyword": "x", "root_paths": ["."], "include_patterns": [glob]}),
            ),
        ] {
            let text = client.call(tool, &arguments).text;
            assert_eq!(text.contains("lies in no grant"), is_elsewhere, "{tool} {glob}: {text}");
        }
    }
    let (grant, other) = (sandbox.spec("grant", "rw"), sandbox.spec("other", "rw"));
    let mut client = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    for (path, meant) in [
        ("/other/web/x.ts", "`other/web/x.ts`"),
        ("/web/x.ts", "`other/web/x.ts`"),
        ("/other/new/x.ts", "`other/new/x.ts`"),
        ("web/x.ts", "`other/web/x.ts`"),
    ] {
        let hint = hint(&mut client, "write_file", &json!({"path": path, "content": "x"}));
        assert_eq!(hint, format!("did you mean {meant}?"), "{path}");
    }
}
