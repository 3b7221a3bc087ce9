//! Globs of what lies outside the directory that is searched, as absolute paths or from the top of the grant: nothing else is
//! found for them, and the answer names where it is.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

fn tree() -> Sandbox {
    let mut sandbox = Sandbox::new().file("other/o.ts", "x\n");
    for path in
        ["lib/x.ts", "api/c.ts", "README.md", "pk/web/README.md", "pk/web/a.ts", "pk/lib/z.ts"]
    {
        sandbox = sandbox.file(&format!("repo/{path}"), "x\n");
    }
    sandbox
}

fn call(client: &mut Client, tool: &str, arguments: &Value) -> String {
    let Answer { text, is_error, .. } = client.call(tool, arguments);
    assert!(!is_error, "{arguments}: {text}");
    text
}

fn grep(client: &mut Client, path: &str, glob: &str) -> String {
    let arguments = json!({"pattern": ".", "output": "files", "path": path, "glob": [glob]});
    call(client, "grep", &arguments)
}

#[test]
fn hint_for_entries_outside_path_names_the_argument_that_searches_there() {
    let sandbox = tree();
    let root = sandbox.path("repo").display().to_string();
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for (path, glob, hint) in [
        (
            "lib",
            "api/c.ts",
            "`api/c.ts` is there, outside `path`: leave `path` out or set path=api",
        ),
        ("lib", "api/*.ts", "`api` is there, outside `path`: leave `path` out or set path=api"),
        ("lib", "api/c.ts,no.zz", "`api/c.ts` is there, outside `path`"),
        ("pk/web", "pk/lib/*.ts", "leave `path` out or set path=pk/lib"),
        ("pk/web", "{root}/README.md", "`README.md` is there, outside `path`: leave `path` out"),
        ("pk/web", "\"{root}/README.md\"", "`README.md` is there, outside `path`"),
        ("pk/web", "file://{root}/README.md", "`README.md` is there, outside `path`"),
        ("pk/web", "{root}/pk/lib/*.ts", "`pk/lib` is there, outside `path`"),
        ("pk/web", "{root}/README.md:12", "`README.md` is there, outside `path`"),
    ] {
        let glob = glob.replace("{root}", &root);
        let answer = grep(&mut client, path, &glob);
        assert!(
            answer.starts_with("[no line matches") && answer.contains(hint),
            "{glob}: {answer}"
        );
        assert!(!answer.contains("did you mean"), "{glob}: {answer}");
        assert!(!answer.contains("lies in no grant"), "{glob}: {answer}");
    }
    let arguments =
        json!({"keyword": "x", "root_paths": ["lib"], "include_patterns": ["api/c.ts"]});
    let answer = call(&mut client, "keyword_search", &arguments);
    assert!(answer.contains(r#"outside `root_paths`: set root_paths=[\"api\"]"#), "{answer}");
    let exclude =
        json!({"pattern": ".", "output": "files", "path": "lib", "exclude": ["api/c.ts"]});
    let answer = call(&mut client, "grep", &exclude);
    assert!(answer.contains("nothing matches exclude `api/c.ts`"), "{answer}");
    assert!(!answer.contains("did you mean"), "{answer}");
}

#[test]
fn an_absolute_glob_in_a_grant_is_never_said_to_lie_in_none() {
    let sandbox = tree();
    let root = sandbox.path("repo").display().to_string();
    let specs = [sandbox.spec("repo", "ro"), sandbox.spec("other", "ro")];
    let mut one = Client::start(&[&specs[0]], Era::Modern);
    let mut both = Client::start(&[&specs[0], &specs[1]], Era::Modern);
    for glob in ["lib/nosuch.ts", "nosuch/x.ts", "lib/nosuch*.ts"] {
        let glob = format!("{root}/{glob}");
        for answer in
            [grep(&mut one, "", &glob), grep(&mut both, "other", &glob), grep(&mut both, "", &glob)]
        {
            assert!(answer.contains("no file name matches glob"), "{glob}: {answer}");
            assert!(!answer.contains("lies in no grant"), "{glob}: {answer}");
        }
    }
    for glob in [format!("{root}/lib/x.ts"), "repo/lib/x.ts".into()] {
        let answer = grep(&mut both, "other", &glob);
        let hint =
            "`repo/lib/x.ts` is there, outside `path`: leave `path` out or set path=repo/lib";
        assert!(answer.contains(hint), "{glob}: {answer}");
    }
    let answer = grep(&mut one, "", "/nowhere/else/lib.ts");
    assert!(answer.contains("as an absolute path it lies in no grant"), "{answer}");
}

#[test]
fn a_file_among_roots_counts_beside_a_glob_that_matches_nothing() {
    let sandbox = tree();
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    for roots in [["README.md", "pk"], ["pk", "README.md"]] {
        let arguments =
            json!({"keyword": "x", "root_paths": roots, "include_patterns": ["nosuch/x.ts"]});
        let answer = call(&mut client, "keyword_search", &arguments);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["files"].as_object().unwrap().keys().collect::<Vec<_>>(), ["README.md"]);
    }
}
