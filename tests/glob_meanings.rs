//! What a glob is taken for: as it is written where it matches a name, and each one on its own otherwise.
//!
//! Each row is one tree, called by each tool that has the argument.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

/// The files of a tree. Those below `.git` make a repository of it.
fn start(files: &[&str]) -> (Sandbox, Client) {
    let mut sandbox = Sandbox::new().dir("grant");
    for file in files {
        let file = format!("grant/{file}");
        sandbox = if file.ends_with('/') { sandbox.dir(&file) } else { sandbox.file(&file, "w\n") };
    }
    let client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    (sandbox, client)
}

/// What a search by globs lists, and what it says besides.
fn search(client: &mut Client, tool: &str, globs: &Value, more: &Value) -> (Vec<String>, String) {
    let mut arguments = match tool {
        "search_files" => json!({"pattern": globs, "type": "file"}),
        "grep" => json!({"pattern": "w", "output": "files", "glob": globs}),
        _ => json!({"keyword": "w", "root_paths": ["."], "include_patterns": globs}),
    };
    for (name, value) in more.as_object().unwrap() {
        let name = match (tool, name.as_str()) {
            ("keyword_search", "exclude") => "exclude_patterns",
            (_, name) => name,
        };
        arguments[name] = value.clone();
    }
    let answer = client.call(tool, &arguments);
    assert!(!answer.is_error, "{tool} {arguments}: {}", answer.text);
    if tool == "keyword_search" {
        let answer: Value = serde_json::from_str(&answer.text).unwrap();
        let files = answer["files"].as_object().unwrap().keys().cloned().collect();
        let notes = answer["metadata"]["notes"].as_array();
        let notes = notes.into_iter().flatten().map(|note| note.as_str().unwrap().to_owned());
        return (files, notes.collect::<Vec<_>>().join("; "));
    }
    let mut lines: Vec<String> = answer.text.lines().map(str::to_owned).collect();
    let closing = lines.pop().unwrap();
    (lines, closing)
}

const TOOLS: [&str; 3] = ["search_files", "grep", "keyword_search"];
const GLOBS: [&str; 2] = ["grep", "keyword_search"];

/// Globs, other arguments, what is found, what the answer says, and what it must not say.
type Row<'a> = (Value, Value, &'a [&'a str], &'a [&'a str], &'a [&'a str]);

fn check(files: &[&str], tools: &[&str], rows: &[Row<'_>]) {
    let (_sandbox, mut client) = start(files);
    for (globs, more, want, says, never) in rows {
        for tool in tools {
            let (files, closing) = search(&mut client, tool, globs, more);
            let row = format!("{tool} {globs} {more}: {closing}");
            assert_eq!(files, *want, "{row}");
            let shown =
                closing.replace("include_patterns", "glob").replace("exclude_patterns", "exclude");
            let shown = shown.replace("pattern `", "glob `");
            for part in *says {
                assert!(shown.contains(part), "{row} has no {part}");
            }
            for part in *never {
                assert!(!shown.contains(part), "{row} has {part}");
            }
        }
    }
}

/// What says that a glob matches nothing.
const IDLE: &[&str] = &[
    "no file name matches",
    "as it is written",
    "nothing matches glob",
    "nothing matches exclude",
];
const NOTHING: &[&str] = &[];

#[test]
fn what_is_excluded_is_not_found_in_another_meaning() {
    let slugs = ["app/[slug]/p.ts", "app/s/p.ts"];
    let says = &["1 directory left out by exclude (e.g. app/[slug])"][..];
    let rows: &[Row<'_>] = &[
        (json!("app/[slug]/**"), json!({"exclude": ["app/[slug]"]}), &[], says, IDLE),
        (json!("**/[slug]/**"), json!({"exclude": ["[slug]"]}), &[], says, IDLE),
        (
            json!("app/[slug]/**"),
            json!({"exclude": ["p.ts"]}),
            &[],
            &["left out by exclude (e.g. app/[slug]/p.ts)"],
            IDLE,
        ),
    ];
    check(&slugs, &TOOLS, rows);
    let rows: &[Row<'_>] = &[
        (
            json!("src/**"),
            json!({"exclude": ["/src/"]}),
            &["web/src/x.ts"],
            &["these match further down", "left out by exclude (e.g. src)"],
            &[],
        ),
        (
            json!("src/*.ts"),
            json!({"exclude": ["src/*"]}),
            &[],
            &["left out by exclude (e.g. src/app.ts)"],
            IDLE,
        ),
        (
            json!("src/**"),
            json!({"exclude": ["/src/*.ts", "/src"]}),
            &["web/src/x.ts"],
            &["these match further down", "1 directory left out by exclude (e.g. src)"],
            &[],
        ),
        (
            json!("web/**"),
            json!({"exclude": ["**/src"]}),
            &[],
            &["2 directories left out by exclude"],
            IDLE,
        ),
        (
            json!("src/*.ts"),
            json!({"exclude": ["src"]}),
            &[],
            &["left out by exclude (e.g. src"],
            IDLE,
        ),
    ];
    check(&["src/app.ts", "web/src/x.ts"], &TOOLS, rows);
    let excluded: Row<'_> =
        (json!("*.ts"), json!({"exclude": ["*.ts"]}), &[], &["1 file left out by exclude"], IDLE);
    check(&["src/app.ts", "src/App.test.TS"], &TOOLS, &[excluded]);
    let rows: &[Row<'_>] = &[
        (
            json!("/*.md"),
            json!({"exclude": ["README.md"]}),
            &[],
            &["1 file left out by exclude (e.g. README.md)"],
            IDLE,
        ),
        (json!("*"), json!({"exclude": ["*"]}), &[], &["left out by exclude"], IDLE),
    ];
    check(&["README.md"], &TOOLS, rows);
}

#[test]
fn what_begins_with_a_dot_or_is_of_another_type_counts_as_matched() {
    let files = [".eslintrc", "lib/data.json", "src/app.ts"];
    let rows: &[Row<'_>] = &[
        (
            json!(".*"),
            json!({"hidden": false}),
            &[],
            &["1 file left out as dotfiles (e.g. .eslintrc)"],
            IDLE,
        ),
        (json!(".*"), json!({"exclude": [".*"]}), &[], &["1 file left out by exclude"], IDLE),
        (json!(".eslintrc"), json!({"hidden": false}), &[], &["left out as dotfiles"], IDLE),
        (
            json!("*.ts"),
            json!({"type": "py"}),
            &[],
            &["no file that is searched has that `type`"],
            IDLE,
        ),
    ];
    check(&files, &["grep"], rows);
}

#[test]
fn other_meanings_are_tried_without_dotfiles_as_with_them() {
    let files = ["src/Button.tsx", ".git/HEAD", "packages/web/src/b.tsx", "docs/guide.md"];
    for hidden in [true, false] {
        let more = json!({"hidden": hidden});
        let rows: &[Row<'_>] = &[
            (
                json!("button.tsx"),
                more.clone(),
                &["src/Button.tsx"],
                &["in another case"],
                &[".git"],
            ),
            (json!("Docs/*"), more.clone(), &["docs/guide.md"], &["in another case"], &[".git"]),
            (
                json!("web/src/*.tsx"),
                more.clone(),
                &["packages/web/src/b.tsx"],
                &["further down"],
                &[".git"],
            ),
            (
                json!("guide"),
                more.clone(),
                &["docs/guide.md"],
                &["these names contain it"],
                &[".git"],
            ),
            (json!("docs\\*"), more.clone(), &["docs/guide.md"], &["`/` for `\\`"], &[".git"]),
            (
                json!("grant/docs/*"),
                more.clone(),
                &["docs/guide.md"],
                &["top of the grant"],
                &[".git"],
            ),
            (json!("zzz"), more.clone(), &[], &["no file name matches glob `zzz`"], &[".git"]),
        ];
        check(&files, &["grep"], rows);
    }
}

#[test]
fn a_glob_with_wildcards_is_not_a_part_of_a_name() {
    let files = [
        "package.json",
        "tsconfig.json",
        "src/index.ts",
        "a.css",
        "public/index.html",
        "x.pyi",
        "add2.sql",
    ];
    let all = [
        "*.js",
        "*.c",
        "*.h",
        "*.py",
        "*.s",
        "*.{js,jsx}",
        "[0-9].sql",
        ".*",
        "?",
        "**/*.js",
        "**/*.h",
        ".*rc",
        "*.js, *.jsx",
    ];
    let rows: Vec<Row<'_>> = all
        .iter()
        .map(|glob| (json!(glob), json!({}), NOTHING, NOTHING, &["as it is written"][..]))
        .collect();
    check(&files, &TOOLS, &rows);
}

#[test]
fn brackets_beside_an_extension_are_a_part_of_a_name_that_is_there() {
    let files = [
        "pages/[id].vue",
        "pages/i.vue",
        "pages/x.vue",
        "pages/[...slug].vue",
        "pages/..s.vue",
        "api/[id].get.ts",
        "api/d.get.ts",
        "post/post-[slug].ts",
        "post/post-s.ts",
        "routes/$id.tsx",
    ];
    let says = &["brackets"][..];
    let rows: &[Row<'_>] = &[
        (json!("**/[id].vue"), json!({}), &["pages/[id].vue"], says, &[]),
        (json!("pages/**/[id].vue"), json!({}), &["pages/[id].vue"], says, &[]),
        (json!("pages/[id].*"), json!({}), &["pages/[id].vue"], says, &[]),
        (json!("**/[...slug].vue"), json!({}), &["pages/[...slug].vue"], says, &[]),
        (json!("**/[id].get.ts"), json!({}), &["api/[id].get.ts"], says, &[]),
        (json!("**/post-[slug].ts"), json!({}), &["post/post-[slug].ts"], says, &[]),
        (json!("[id].*"), json!({}), &["api/[id].get.ts", "pages/[id].vue"], says, &[]),
        (json!("[id].vue"), json!({}), &["pages/[id].vue"], &[], &[]),
        (json!("pages/[ix].vue"), json!({}), &["pages/i.vue", "pages/x.vue"], &[], &["brackets"]),
        (
            json!("*.vue"),
            json!({"exclude": ["**/[id].vue"]}),
            &["pages/..s.vue", "pages/[...slug].vue", "pages/i.vue", "pages/x.vue"],
            &["left out by exclude (e.g. pages/[id].vue)"],
            &[],
        ),
    ];
    check(&files, &TOOLS, rows);
}

#[test]
fn a_name_that_is_there_comes_before_a_class_in_each_meaning() {
    let rows: &[Row<'_>] = &[
        (json!("[slug]"), json!({}), &["app/[slug]/p.ts"], &["in directories of that name"], &[]),
        (
            json!("app/[slug]"),
            json!({}),
            &["app/[slug]/p.ts"],
            &["in directories of that name"],
            &[],
        ),
    ];
    check(&["app/[slug]/p.ts", "app/s/p.ts"], &GLOBS, rows);
    let rows: &[Row<'_>] = &[
        (json!("[slug]/*.ts"), json!({}), &["app/[slug]/p.ts"], &["further down"], &[]),
        (json!("[slug]/p.ts"), json!({}), &["app/[slug]/p.ts"], &[], &[]),
        (json!("**/[slug]/*.ts"), json!({}), &["app/[slug]/p.ts"], &[], &[]),
        (json!("APP/[slug]/*"), json!({}), &["app/[slug]/p.ts"], &["in another case"], &[]),
        (json!("App/[slug]/p.ts"), json!({}), &["app/[slug]/p.ts"], &["in another case"], &[]),
    ];
    check(&["app/[slug]/p.ts", "app/s/p.ts"], &TOOLS, rows);
}

#[test]
fn only_a_name_that_is_there_is_said_to_be_there() {
    let rows: &[Row<'_>] = &[
        (json!("[userid]"), json!({"type": "any"}), &["u/"], &["[1 match]"], &["is the name"]),
        (
            json!("[USERID]"),
            json!({"type": "any"}),
            &["[userId]/"],
            &["in another case"],
            &["is the name"],
        ),
        (
            json!("[user"),
            json!({"type": "any"}),
            &["[userId]/"],
            &["is all or a part of a name here"],
            &["is the name"],
        ),
    ];
    check(&["[userId]/a", "u/a"], &["search_files"], rows);
    let rows: &[Row<'_>] =
        &[(json!("users/[id]"), json!({}), &["pages/users/[id].vue"], &[], &["is the name"])];
    check(&["pages/users/[id].vue", "pages/users/x.vue"], &TOOLS, rows);
}

#[test]
fn the_name_of_a_directory_is_of_another_kind() {
    let rows: &[Row<'_>] = &[(
        json!("src/api"),
        json!({}),
        &[],
        &["1 entry of another kind matches (e.g. src/api); set type=any"],
        IDLE,
    )];
    check(&["src/api/user.ts", "src/lib/api-client.ts", "src/x/api.ts"], &["search_files"], rows);
    let files = ["app/[slug]/p.ts", "app/s/p.ts", "src/lib.ts", "app/[id]/q.ts", "app/i/q.ts"];
    let rows: &[Row<'_>] = &[
        (
            json!("[slug]"),
            json!({}),
            &[],
            &["1 entry of another kind matches (e.g. app/[slug])"],
            IDLE,
        ),
        (
            json!("app/[id]"),
            json!({}),
            &[],
            &["1 entry of another kind matches (e.g. app/[id])"],
            IDLE,
        ),
    ];
    check(&files, &["search_files"], rows);
}

#[test]
fn directories_are_found_in_another_case_and_further_down() {
    let files = [
        "components/Button.tsx",
        "packages/ui/src/a.ts",
        "My Docs/d.txt",
        ".storybook/main.js",
        "app/x/[id]/edit/e.ts",
    ];
    let rows: &[Row<'_>] = &[
        (
            json!("Components"),
            json!({}),
            &["components/Button.tsx"],
            &["directories of that name in another case"],
            &[],
        ),
        (
            json!("ui/src"),
            json!({}),
            &["packages/ui/src/a.ts"],
            &["directories of that name further down"],
            &[],
        ),
        (
            json!("ui/src/"),
            json!({}),
            &["packages/ui/src/a.ts"],
            &["directories of that name further down"],
            &[],
        ),
        (
            json!("UI/src"),
            json!({}),
            &["packages/ui/src/a.ts"],
            &["further down, in another case"],
            &[],
        ),
        (
            json!("UI/src/*.ts"),
            json!({}),
            &["packages/ui/src/a.ts"],
            &["further down, in another case"],
            &[],
        ),
        (json!("my docs"), json!({}), &["My Docs/d.txt"], &["in another case"], &[]),
        (json!("[id]/edit"), json!({}), &["app/x/[id]/edit/e.ts"], &["further down"], &[]),
        (
            json!("grant/components"),
            json!({}),
            &["components/Button.tsx"],
            &["from the top of the grant"],
            &[],
        ),
        (json!("packages\\ui"), json!({}), &["packages/ui/src/a.ts"], &["with `/` for `\\`"], &[]),
        (
            json!("storybook"),
            json!({}),
            &[".storybook/main.js"],
            &["directories whose names contain it"],
            &[],
        ),
        (
            json!("~/project/packages/ui"),
            json!({}),
            &["packages/ui/src/a.ts"],
            &["`packages/ui`"],
            &[],
        ),
    ];
    check(&files, &GLOBS, rows);
}

#[test]
fn each_glob_of_a_list_is_read_as_it_is_by_itself() {
    let files = ["docs/x.txt", "README.md", "src/Button.tsx"];
    let both = &["README.md", "docs/x.txt"][..];
    let docs = &[
        "nothing matches glob `docs` as it is written; these lie in directories of that name",
    ][..];
    let rows: &[Row<'_>] = &[
        (json!(["docs", "README.md"]), json!({}), both, docs, &["no file name"]),
        (json!("docs,README.md"), json!({}), both, docs, &["no file name"]),
        (
            json!(["Docs/*", "README.md"]),
            json!({}),
            both,
            &["glob `Docs/*` as it is written; these match in another case"],
            &[],
        ),
        (
            json!(["*.md", "button.tsx"]),
            json!({}),
            &["README.md", "src/Button.tsx"],
            &["glob `button.tsx`"],
            &[],
        ),
        (
            json!(["docs/", "*.py"]),
            json!({}),
            &["docs/x.txt"],
            &["glob `docs/` as it is", "no file name matches glob `*.py`"],
            &["`*.py` as it"],
        ),
        (
            json!(["*.zip", "docs/"]),
            json!({}),
            &["docs/x.txt"],
            &["glob `docs/` as it is", "no file name matches glob `*.zip`"],
            &["`*.zip` as it"],
        ),
        (
            json!(["src", "docs"]),
            json!({}),
            &["docs/x.txt", "src/Button.tsx"],
            &["glob `src` as", "glob `docs` as"],
            &[],
        ),
        (
            json!([".md", ".tsx"]),
            json!({}),
            &["README.md", "src/Button.tsx"],
            &["glob `.md` as", "glob `.tsx` as"],
            &[],
        ),
        (
            json!("*.md,nosuch.x"),
            json!({}),
            &["README.md"],
            &["no file name matches glob `nosuch.x`"],
            &["as it is written"],
        ),
        (
            json!(["docs", "!*.txt"]),
            json!({}),
            &[],
            &["1 file left out by glob (e.g. docs/x.txt)"],
            IDLE,
        ),
        (
            json!(["docs/**", "*.md", "!docs/"]),
            json!({}),
            &["README.md"],
            &["1 directory left out by glob (e.g. docs)"],
            IDLE,
        ),
        (json!(["e", "*.md"]), json!({}), &["README.md"], &["no file name matches glob `e`"], &[]),
        (
            json!("docs"),
            json!({"exclude": ["*.txt"]}),
            &[],
            &["1 file left out by exclude (e.g. docs/x.txt)"],
            IDLE,
        ),
        (
            json!("button.tsx"),
            json!({"exclude": ["src/*"]}),
            &[],
            &["1 file left out by exclude (e.g. src/Button.tsx)"],
            IDLE,
        ),
    ];
    check(&files, &GLOBS, rows);
    let rows: &[Row<'_>] = &[(
        json!("nosuch,*.tsx"),
        json!({}),
        &["src/Button.tsx"],
        &["no name matches glob `nosuch`"],
        &[],
    )];
    check(&files, &["search_files"], rows);
}

#[test]
fn of_directories_of_one_name_those_are_searched_that_are_not_ignored() {
    let (sandbox, mut client) =
        start(&["build/a.js", "pkg/build/b.js", "rebuild.js", ".git/HEAD", "dist/d.js"]);
    std::fs::write(sandbox.path("grant/.gitignore"), "/build\n/dist\n").unwrap();
    for glob in ["build", "build/"] {
        for tool in GLOBS {
            let (files, closing) = search(&mut client, tool, &json!(glob), &json!({}));
            assert_eq!(files, ["pkg/build/b.js"], "{tool} {glob}: {closing}");
            assert!(closing.contains("ignored (e.g. build)"), "{tool} {glob}: {closing}");
        }
    }
    // An existing but ignored entry is not read in another way.
    let (files, closing) = search(&mut client, "grep", &json!("dist"), &json!({}));
    assert!(files.is_empty() && closing.contains("ignored (e.g."), "{closing}");
}

#[test]
fn names_with_braces_are_found_where_the_braces_match_nothing() {
    let files = ["{{cookiecutter.slug}}/setup.py", "docs/a.md"];
    let found = &["{{cookiecutter.slug}}/setup.py"][..];
    let rows: &[Row<'_>] = &[
        (json!("{{cookiecutter.slug}}/**"), json!({}), found, &["the braces of"], &[]),
        (json!("{{cookiecutter.slug}}/*.py"), json!({}), found, &[], &[]),
        (json!("**/{{cookiecutter.slug}}/**"), json!({}), found, &[], &[]),
        (
            json!("*"),
            json!({"exclude": ["{{cookiecutter.slug}}/**"]}),
            &["docs/a.md"],
            &["left out by exclude"],
            &["nothing matches exclude"],
        ),
    ];
    check(&files, &TOOLS, rows);
}

#[test]
fn brackets_and_braces_of_names_are_combined_with_other_meanings() {
    let files =
        ["tpl/{{name}}/setup.py", "{x}/[id].tsx", "[id/a.ts", "[a-z]/(auth)/{a,b}.ts", "z.ts"];
    let rows: &[Row<'_>] = &[
        (json!("{{name}}/*.py"), json!({}), &["tpl/{{name}}/setup.py"], &["further down"], &[]),
        (json!("TPL/{{name}}/*"), json!({}), &["tpl/{{name}}/setup.py"], &["another case"], &[]),
        (json!("{x}/**"), json!({}), &["{x}/[id].tsx"], &["the braces of"], &[]),
        (json!("[id/**"), json!({}), &["[id/a.ts"], &["the brackets of"], &[]),
        (json!("[a-z]/(auth)/*"), json!({}), &["[a-z]/(auth)/{a,b}.ts"], &["the brackets of"], &[]),
        (
            json!("*.ts*"),
            json!({"exclude": ["{x}/**", "[id/**"]}),
            &["[a-z]/(auth)/{a,b}.ts", "z.ts"],
            &["2 files left out by exclude", "the braces of `{x}/**`"],
            &["nothing matches"],
        ),
    ];
    check(&files, &TOOLS, rows);
    let rows: &[Row<'_>] = &[
        (json!("{{name}}"), json!({}), &["tpl/{{name}}/setup.py"], &["of that name"], &[]),
        (json!("{X}/"), json!({}), &["{x}/[id].tsx"], &["of that name in another case"], &[]),
        (
            json!("{x}/[id].tsx"),
            json!({"path": "{x}"}),
            &["{x}/[id].tsx"],
            &["from the top of the grant"],
            &[],
        ),
    ];
    check(&files, &["grep"], rows);
}

#[test]
fn the_name_of_a_grant_means_the_grant() {
    let sandbox = Sandbox::new()
        .file("web/src/a.ts", "w\n")
        .file("api/b.ts", "w\n")
        .file("api/web/c.ts", "w\n")
        .file("app/d.ts", "w\n");
    let specs = ["web", "api", "app"].map(|name| sandbox.spec(name, "ro"));
    let mut client = Client::start(
        &["--allow", &specs[0], "--allow", &specs[1], "--allow", &specs[2]],
        Era::Modern,
    );
    for tool in TOOLS {
        for exclude in ["web", "web/"] {
            let more = json!({"exclude": [exclude]});
            let (files, closing) = search(&mut client, tool, &json!("*.ts"), &more);
            assert_eq!(files, ["api/b.ts", "app/d.ts"], "{tool} {exclude}: {closing}");
            assert!(closing.contains("2 directories left out by exclude"), "{tool} {closing}");
        }
        let more = json!({"exclude": ["/web"]});
        let (files, closing) = search(&mut client, tool, &json!("*.ts"), &more);
        assert!(!files.iter().any(|file| file.starts_with("web/")), "{tool}: {closing}");
        assert!(!closing.contains("nothing matches"), "{tool}: {closing}");
        let (files, closing) = search(&mut client, tool, &json!("*.ts, !web"), &json!({}));
        assert_eq!(files, ["api/b.ts", "app/d.ts"], "{tool}: {closing}");
        // A path in a grant is not a grant.
        let more = json!({"exclude": ["api/web", "*/app"]});
        let (files, closing) = search(&mut client, tool, &json!("*.ts"), &more);
        assert_eq!(files, ["api/b.ts", "app/d.ts", "web/src/a.ts"], "{tool}: {closing}");
    }
    let tree = client.call("directory_tree", &json!({"exclude": ["web"]})).text;
    assert!(tree.contains("api/") && !tree.contains("web/"), "{tree}");
    let mut found = |kind: &str, more: Value| {
        let mut arguments = json!({"pattern": "web", "type": kind});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.call("search_files", &arguments).text
    };
    for kind in ["any", "dir"] {
        assert_eq!(found(kind, json!({})), "api/web/\nweb/\n[2 matches]");
    }
    assert!(found("file", json!({})).contains("[nothing matches; 2 entries of other kinds match"));
    let first = found("any", json!({"limit": 1}));
    let cursor = first.split_once("cursor=").unwrap().1.trim_end_matches(']').to_owned();
    assert!(found("any", json!({"limit": 1, "cursor": cursor})).starts_with("web/\n[2-2 of 2"));
}

#[test]
fn an_absolute_path_outside_the_grants_is_said_to_lie_in_none() {
    let files = [".git/HEAD", ".gitignore", "build/a.js", "src/b.ts"];
    let (sandbox, mut client) = start(&files);
    std::fs::write(sandbox.path("grant/.gitignore"), "build\n").unwrap();
    for tool in TOOLS {
        for (glob, says) in [
            (
                "/etc/*.conf",
                "`/etc/*.conf` begins at the top of what is searched; as an absolute path it lies in no grant",
            ),
            ("~/project/*.py", "`~/project/*.py` is an absolute path and lies in no grant"),
            ("/tmp/other/x", "as an absolute path it lies in no grant"),
        ] {
            let (files, closing) = search(&mut client, tool, &json!(glob), &json!({}));
            assert!(files.is_empty() && closing.contains(says), "{tool} {glob}: {closing}");
            assert!(!closing.contains("ignored"), "{tool} {glob}: {closing}");
        }
        // What the glob cannot reach is not counted, and what it can reach is.
        for (glob, is_reached) in [
            ("packages/nosuch/*.ts", false),
            ("src/nosuch.ts*", false),
            ("buil[d]/nosuch.*", true),
            ("**/nosuch.*", true),
            ("nosuch", true),
        ] {
            let (_, closing) = search(&mut client, tool, &json!(glob), &json!({}));
            assert_eq!(closing.contains("ignored"), is_reached, "{tool} {glob}: {closing}");
        }
    }
}

#[test]
fn a_worktree_that_a_glob_is_about_is_named() {
    let link = "gitdir: ../../.git/worktrees/x\n";
    let sandbox = Sandbox::new()
        .dir("grant/.git")
        .file("grant/.worktrees/feat/.git", link)
        .file("grant/.worktrees/feat/a.ts", "w\n")
        .file("grant/.claude/worktrees/ag/.git", link)
        .file("grant/.claude/worktrees/ag/a.ts", "w\n")
        .file("grant/b.ts", "w\n");
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (globs, tools) in [
        (
            &[".worktrees/**", ".worktrees/**/*.ts", ".worktrees/*/a.ts", ".worktrees/feat/a.ts"][..],
            &TOOLS[..],
        ),
        (&[".worktrees", ".worktrees/"], &GLOBS),
        (&["feat/a.ts"], &["search_files"]),
    ] {
        for glob in globs {
            for tool in tools {
                let (files, closing) = search(&mut client, tool, &json!(glob), &json!({}));
                let says = [".worktrees/feat is there", ".worktrees/feat/a.ts is there"];
                let says_so = says.iter().any(|part| closing.contains(part));
                assert!(files.is_empty() && says_so, "{tool} {glob}: {closing}");
                assert!(!closing.contains("no file name"), "{tool} {glob}: {closing}");
            }
        }
    }
}

/// A glob of another program means what the same glob means in this one: names first, and where it is written first.
#[test]
fn globs_of_other_programs_have_the_meaning_of_their_globs() {
    let sandbox = Sandbox::new()
        .file("grant/app/[id]/page.tsx", "w\n")
        .file("grant/app/i/page.tsx", "w\n")
        .file("grant/src/a.ts", "w\n")
        .file("grant/web/src/a.ts", "w\n")
        .file("grant/web/lib/u.ts", "w\n")
        .file("grant/package.json", "w\n");
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "ro")], Era::Modern);
    for (glob, found) in [
        ("app/[id]/page.tsx:12", &["app/[id]/page.tsx"] as &[&str]),
        ("app/[id]/page.tsx#L3", &["app/[id]/page.tsx"]),
        ("\"app/[id]/page.tsx\"", &["app/[id]/page.tsx"]),
        ("/home/u/proj/app/[id]/page.tsx", &["app/[id]/page.tsx"]),
        ("app/[id]/page.(ts|tsx)", &["app/[id]/page.tsx"]),
        ("src/a.ts:12", &["src/a.ts"]),
        ("src/(a|b).ts", &["src/a.ts"]),
        ("src/*.ts;src/*.tsx", &["src/a.ts"]),
        // Further down only if that is where it is.
        ("lib/(u|v).ts", &["web/lib/u.ts"]),
        // A wildcard is not the name of the grant.
        ("*/package.json", &[]),
    ] {
        let calls = [
            ("grep", json!({"pattern": "w", "glob": [glob], "output": "files"})),
            ("search_files", json!({"pattern": glob, "type": "file"})),
        ];
        for (tool, arguments) in calls {
            let answer = client.call(tool, &arguments).text;
            let paths: Vec<&str> = answer
                .lines()
                .take_while(|line| !line.starts_with('[') && !line.is_empty())
                .collect();
            assert_eq!(paths, found, "{tool} {glob}: {answer}");
        }
    }
}
