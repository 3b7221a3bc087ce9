//! Which ignore files count in a grant: those in it, those above it, and the user's own; and where a repository begins.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, NOBODY, SECRET, Sandbox, Without, preopen};

const MARK: &str = "\u{feff}";

/// Starts the program for a user whose home directory is `home` in the sandbox.
fn start(sandbox: &Sandbox, specs: &[String]) -> Client {
    let mut client = Client::spawn(command(sandbox, &[], specs), Era::Modern, Without::Nothing);
    // What lies above is read when it answers, and not later.
    client.request("server/discover", json!({}));
    client
}

fn command(sandbox: &Sandbox, first: &[&str], specs: &[String]) -> Command {
    let specs = specs.iter().flat_map(|spec| ["--allow", spec]);
    let mut command = preopen(&first.iter().copied().chain(specs).collect::<Vec<_>>());
    command.env("HOME", sandbox.path("home")).env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

/// The files that a search finds, and its closing line.
fn search(client: &mut Client, arguments: Value) -> (Vec<String>, String) {
    let mut all = json!({"pattern": "**", "type": "file"});
    all.as_object_mut().unwrap().extend(arguments.as_object().unwrap().clone());
    let Answer { text, is_error } = client.call("search_files", &all);
    assert!(!is_error, "{text}");
    let (files, closing) = text.rsplit_once('[').unwrap();
    (files.lines().map(Into::into).collect(), closing.trim_end_matches(']').to_owned())
}

/// The same without names that begin with a dot.
fn files(client: &mut Client, arguments: Value) -> Vec<String> {
    let all = search(client, arguments).0;
    all.into_iter().filter(|path| !path.split('/').any(|name| name.starts_with('.'))).collect()
}

/// A repository with what git needs of it.
fn with_repository(sandbox: Sandbox, git: &str) -> Sandbox {
    sandbox
        .dir(&format!("{git}/objects"))
        .dir(&format!("{git}/refs"))
        .file(&format!("{git}/HEAD"), "ref: refs/heads/main\n")
        .file(&format!("{git}/config"), "[core]\n\trepositoryformatversion = 0\n")
}

/// A linked worktree at `at`, of the repository in `main`. `pointer` is what its `.git` file says.
fn with_worktree(sandbox: Sandbox, main: &str, at: &str, pointer: &str) -> Sandbox {
    let name = at.rsplit('/').next().unwrap();
    let back = format!("{}/.git\n", sandbox.path(at).display());
    sandbox
        .file(&format!("{at}/.git"), format!("gitdir: {pointer}\n"))
        .file(&format!("{main}/.git/worktrees/{name}/HEAD"), "ref: refs/heads/x\n")
        .file(&format!("{main}/.git/worktrees/{name}/commondir"), "../..\n")
        .file(&format!("{main}/.git/worktrees/{name}/gitdir"), back)
}

#[test]
fn a_byte_order_mark_at_the_start_of_any_ignore_file_is_skipped() {
    let mut sandbox = with_repository(Sandbox::new(), "repo/.git")
        .file("repo/.gitignore", format!("{MARK}above.txt\n"))
        .file("repo/.git/info/exclude", format!("{MARK}excluded.txt\n"))
        .file("repo/grant/.gitignore", format!("{MARK}git.txt\r\n#\n"))
        .file("repo/grant/.ignore", format!("{MARK}own.txt"))
        .file("repo/grant/.rgignore", format!("{MARK}/rg.txt\n"))
        .file("home/.config/git/config", format!("{MARK}[core]\nexcludesFile=~/list\n"))
        .file("home/list", format!("{MARK}global.txt\n"));
    for name in ["above", "excluded", "git", "own", "rg", "global", "kept"] {
        sandbox = sandbox.file(&format!("repo/grant/{name}.txt"), "x\n");
    }
    let mut client = start(&sandbox, &[sandbox.spec("repo/grant", "ro")]);
    assert_eq!(files(&mut client, json!({})), ["kept.txt"]);
}

/// A grant in the middle of a repository; outside it what it must not show.
fn monorepo() -> Sandbox {
    let mut sandbox = with_repository(Sandbox::new(), "mono/.git")
        .file("mono/.gitignore", "node_modules/\n/packages/web/gen\n/web\n*.log\n")
        .file("mono/.git/info/exclude", "private*\n")
        .file("mono/packages/.gitignore", "web/tmp/\n!kept.log\n")
        .file("mono/.ignore", "*.snap\n")
        .file("mono/packages/.rgignore", "!one.snap\n")
        .file("mono/packages/web/.gitignore", "dist/\n!important.log\n")
        .file("mono/packages/web/link-outside", "");
    for file in [
        "node_modules/m.js",
        "dist/d.js",
        "gen/g.js",
        "tmp/t.js",
        "web/w.js",
        "src/a.js",
        "src/a.log",
        "src/kept.log",
        "src/important.log",
        "src/private.txt",
        "src/one.snap",
        "src/two.snap",
        "src/node_modules/n.js",
        "src/editor.swp",
    ] {
        sandbox = sandbox.file(&format!("mono/packages/web/{file}"), "x\n");
    }
    sandbox.file("home/.config/git/ignore", "*.swp\n")
}

#[test]
fn rules_of_the_repository_above_the_grant_count_in_every_tool() {
    let sandbox = monorepo();
    let mut client = start(&sandbox, &[sandbox.spec("mono/packages/web", "ro")]);
    let want = [
        "link-outside",
        "src/a.js",
        "src/important.log",
        "src/kept.log",
        "src/one.snap",
        "web/w.js",
    ];
    assert_eq!(files(&mut client, json!({})), want);
    let (all, closing) = search(&mut client, json!({}));
    assert_eq!(all.len(), want.len() + 1, "{all:?}");
    assert!(
        closing.ends_with("4 files and 5 directories ignored (e.g. src/a.log, dist); set respect_ignore=false to include them"),
        "{closing}"
    );
    let answers = [
        client.call("grep", &json!({"pattern": "x", "output": "files"})),
        client.call("keyword_search", &json!({"keyword": "x", "root_paths": ["."]})),
        client.call("directory_tree", &json!({"max_depth": 5})),
    ];
    for Answer { text, .. } in answers {
        // The footer has examples of what was left out.
        let text = text.replace("src/a.log, dist", "");
        for left_out in
            ["m.js", "d.js", "g.js", "t.js", "a.log", "private", "two.snap", "n.js", "editor"]
        {
            assert!(!text.contains(left_out), "{left_out}: {text}");
        }
        assert!(text.contains("important.log") && text.contains("w.js"), "{text}");
        assert!(!text.contains("mono") && !text.contains("packages"), "{text}");
    }
    // From a directory below as well, and all of it where the client says so.
    assert_eq!(files(&mut client, json!({"path": "src"})).len(), 4);
    assert_eq!(files(&mut client, json!({"path": "node_modules"})), ["node_modules/m.js"]);
    assert_eq!(files(&mut client, json!({"respect_ignore": false})).len(), 15);
}

#[test]
fn what_lies_above_is_read_once_at_the_start_and_what_lies_in_the_grant_at_each_search() {
    let sandbox = monorepo();
    let mut client = start(&sandbox, &[sandbox.spec("mono/packages/web", "ro")]);
    fs::write(sandbox.path("mono/.gitignore"), "src/\n").unwrap();
    fs::remove_file(sandbox.path("mono/.ignore")).unwrap();
    assert_eq!(files(&mut client, json!({})).len(), 6);
    fs::write(sandbox.path("mono/packages/web/.gitignore"), "!*.log\n!dist/\n").unwrap();
    let now = files(&mut client, json!({}));
    assert!(now.contains(&"src/a.log".into()) && now.contains(&"dist/d.js".into()), "{now:?}");
}

#[test]
fn rules_above_end_at_a_repository_that_begins_in_the_grant() {
    let sandbox = with_repository(with_repository(Sandbox::new(), "outer/.git"), "outer/own/.git")
        .file("outer/.gitignore", "*.txt\n")
        .file("outer/.ignore", "*.tmp\n")
        .file("outer/own/.gitignore", "*.log\n")
        .file("outer/part/inner/.jj/repo/x", "")
        .file("outer/part/inner/a.txt", "x")
        .file("outer/part/b.txt", "x");
    let sandbox = ["a.txt", "a.tmp", "a.log"]
        .iter()
        .fold(sandbox, |sandbox, name| sandbox.file(&format!("outer/own/{name}"), "x"));
    let specs = ["outer/own", "outer/part"].map(|path| sandbox.spec(path, "ro"));
    let mut client = start(&sandbox, &specs);
    assert_eq!(files(&mut client, json!({})), ["own/a.txt", "part/inner/a.txt"]);
}

#[test]
fn without_a_repository_only_ignore_and_rgignore_above_the_grant_apply() {
    let sandbox = Sandbox::new()
        .file("top/.gitignore", "a.txt\n")
        .file("top/.ignore", "b.txt\n")
        .file("top/.rgignore", "c.txt\n")
        .file("top/grant/a.txt", "x")
        .file("top/grant/b.txt", "x")
        .file("top/grant/c.txt", "x")
        .file("home/.config/git/ignore", "a.txt\n");
    let mut client = start(&sandbox, &[sandbox.spec("top/grant", "ro")]);
    assert_eq!(files(&mut client, json!({})), ["a.txt"]);
}

#[test]
fn the_nearest_file_of_the_strongest_kind_wins() {
    let mut sandbox = with_repository(Sandbox::new(), "grant/.git")
        .file("grant/.git/info/exclude", "*.1\n!a.2\n*.3\n*.4\n*.5\n")
        .file("grant/.gitignore", "!a.1\n*.2\n!a.3\n")
        .file("grant/.ignore", "a.3\n!a.4\n!a.6\n")
        .file("grant/.rgignore", "!a.3\na.4\n")
        .file("grant/sub/.gitignore", "a.6\n!a.2\n")
        .file("home/.gitconfig", "[core]\n\texcludesfile = ~/list\n")
        .file("home/list", "!a.5\n*.7\n");
    for name in ["1", "2", "3", "4", "5", "6", "7"] {
        sandbox = sandbox.file(&format!("grant/sub/a.{name}"), "x");
    }
    let mut client = start(&sandbox, &[sandbox.spec("grant", "ro")]);
    assert_eq!(files(&mut client, json!({})), ["sub/a.1", "sub/a.2", "sub/a.3", "sub/a.6"]);
}

#[test]
fn a_jujutsu_repository_is_one() {
    let sandbox = Sandbox::new()
        .dir("grant/.jj/repo")
        .file("grant/.gitignore", "out/\n")
        .file("grant/out/a", "x")
        .file("grant/src/b", "x");
    let mut client =
        start(&sandbox, &[sandbox.spec("grant", "ro"), sandbox.spec("grant/src", "ro")]);
    assert_eq!(files(&mut client, json!({"path": "grant"})), ["grant/src/b"]);
}

/// Worktrees where agents put them, a submodule, and a repository within the repository.
fn with_worktrees() -> Sandbox {
    let sandbox = with_repository(Sandbox::new(), "grant/.git");
    let absolute = format!("{}/.git/worktrees/one", sandbox.path("grant").display());
    let sandbox = with_worktree(sandbox, "grant", "grant/.worktrees/one", &absolute);
    let sandbox = with_worktree(
        sandbox,
        "grant",
        "grant/.claude/worktrees/two",
        "../../../.git/worktrees/two",
    );
    let sandbox = with_repository(sandbox, "grant/.git/modules/worktrees/sub");
    let sandbox = with_repository(sandbox, "grant/nested/.git")
        .file("grant/sub/.git", "gitdir: ../.git/modules/worktrees/sub\n")
        .file("grant/.git/modules/worktrees/sub/info/exclude", "not-in-sub\n")
        .file("grant/.git/info/exclude", "not-in-main\n")
        .file("grant/odd/.git", "not what git writes");
    let places = ["", ".worktrees/one/", ".claude/worktrees/two/", "sub/", "nested/", "odd/"];
    places.iter().fold(sandbox, |sandbox, place| {
        ["a.rs", "not-in-main", "not-in-sub"].iter().fold(sandbox, |sandbox, name| {
            sandbox.file(&format!("grant/{place}{name}"), "needle\n")
        })
    })
}

#[test]
fn linked_worktrees_below_the_searched_directory_are_left_out_and_named() {
    let sandbox = with_worktrees();
    let mut client = start(&sandbox, &[sandbox.spec("grant", "ro")]);
    let noted = "2 linked worktrees left out (e.g. .claude/worktrees/two); give one as `path`, or set respect_ignore=false";
    let want = [
        "a.rs",
        "nested/a.rs",
        "nested/not-in-main",
        "nested/not-in-sub",
        "not-in-sub",
        "odd/a.rs",
        "odd/not-in-main",
        "odd/not-in-sub",
        "sub/a.rs",
        "sub/not-in-main",
    ];
    assert_eq!(files(&mut client, json!({})), want);
    for (tool, arguments) in [
        ("search_files", json!({"pattern": "*.rs"})),
        ("grep", json!({"pattern": "needle"})),
        ("keyword_search", json!({"keyword": "needle", "root_paths": ["."]})),
        ("directory_tree", json!({"max_depth": 9})),
    ] {
        let text = client.call(tool, &arguments).text;
        let noted = noted
            .replace("`path`", if tool == "keyword_search" { "`root_paths`" } else { "`path`" });
        assert!(text.contains(&noted), "{tool}: {text}");
        assert!(!text.contains("one/a.rs") && !text.contains("two/a.rs"), "{tool}: {text}");
    }
    // The directory itself, or one in it.
    for path in [".worktrees/one", ".claude/worktrees/two"] {
        let (found, closing) = search(&mut client, json!({"path": path, "pattern": "*.rs"}));
        assert_eq!(found, [format!("{path}/a.rs")]);
        assert!(!closing.contains("worktree"), "{closing}");
        // The exclude file of the repository that it belongs to.
        let (found, closing) = search(&mut client, json!({"path": path, "pattern": "not-*"}));
        assert_eq!(found, [format!("{path}/not-in-sub")], "{closing}");
    }
    let all = search(&mut client, json!({"pattern": "a.rs", "respect_ignore": false})).0;
    assert_eq!(all.len(), 6, "{all:?}");
}

#[test]
fn a_grant_that_is_a_worktree_obeys_the_exclude_file_of_its_repository() {
    let sandbox = with_repository(Sandbox::new(), "main/.git")
        .file("main/.git/info/exclude", "secret-plan*\n")
        .file("main/.git/config", "[core]\n\tignoreCase\n");
    let pointer = format!("{}/.git/worktrees/tree", sandbox.path("main").display());
    let sandbox = with_worktree(sandbox, "main", "tree", &pointer)
        .file("tree/SECRET-plan.txt", "x")
        .file("tree/a.txt", "x")
        .file("tree/sub/secret-plan.txt", "x")
        .file("tree/sub/b.txt", "x");
    let sandbox = with_repository(sandbox, "main/.git/modules/part")
        .file("main/.git/modules/part/config", "[core]\n\tworktree = ../../../part\n")
        .file("main/.git/modules/part/info/exclude", "a.txt\n")
        .file("main/part/.git", "gitdir: ../.git/modules/part")
        .file("main/part/a.txt", "x")
        .file("main/part/b.txt", "x");
    let specs = ["tree", "tree/sub", "main/part"];
    let specs: Vec<_> = specs
        .iter()
        .map(|path| format!("{}={}", path.replace('/', "-"), sandbox.spec(path, "ro")))
        .collect();
    for (spec, want) in specs.iter().zip([&["a.txt", "sub/b.txt"][..], &["b.txt"], &["b.txt"]]) {
        let mut client = start(&sandbox, std::slice::from_ref(spec));
        assert_eq!(files(&mut client, json!({})), want, "{spec}");
    }
}

/// The author of a tree can name any directory in a `.git` file. The files there must agree.
#[test]
fn a_forged_git_file_makes_no_other_repository_count() {
    let sandbox = with_repository(Sandbox::new(), "private/.git")
        .file("private/.git/info/exclude", format!("{SECRET}\nguess.txt\n"));
    let outside = sandbox.path("private").display().to_string();
    let mut sandbox = sandbox
        .file("private/.git/worktrees/w/HEAD", "x")
        .file("private/.git/worktrees/w/commondir", "../..")
        .file("private/.git/worktrees/w/gitdir", "/nowhere/.git");
    let mut specs = vec![];
    for (n, pointer) in
        ["{o}/.git", "{o}/.git/worktrees/w", "../private/.git", "../private/.git/worktrees/w"]
            .iter()
            .enumerate()
    {
        let pointer = pointer.replace("{o}", &outside);
        sandbox = sandbox
            .file(&format!("g{n}/.git"), format!("gitdir: {pointer}\n"))
            .file(&format!("g{n}/guess.txt"), "x");
        specs.push(sandbox.spec(&format!("g{n}"), "ro"));
    }
    let mut client = start(&sandbox, &specs);
    let want: Vec<_> = (0..4).map(|n| format!("g{n}/guess.txt")).collect();
    assert_eq!(files(&mut client, json!({})), want);
}

#[test]
fn what_is_not_a_regular_file_above_the_grant_is_not_read() {
    let sandbox = with_repository(Sandbox::new(), "repo/.git")
        .file("elsewhere/list", "*.txt\n")
        .link("repo/.gitignore", "../elsewhere/list")
        .dir("repo/deep/.gitignore")
        .file("repo/deep/grant/a.txt", "x");
    assert!(Command::new("mkfifo").arg(sandbox.path("repo/.ignore")).status().unwrap().success());
    let mut client = start(&sandbox, &[sandbox.spec("repo/deep/grant", "ro")]);
    assert_eq!(files(&mut client, json!({})), ["a.txt"]);
}

#[test]
fn files_above_count_only_if_this_user_or_the_owner_of_the_grant_put_them_there() {
    if !rustix::process::geteuid().is_root() {
        // Only root can give files away. `lchown` below would fail.
        return;
    }
    let of_nobody = |path: &Path| {
        let status = Command::new("chown").args(["-hR", &NOBODY.to_string()]).arg(path).status();
        assert!(status.unwrap().success());
    };
    let sandbox = Sandbox::new().file("top/grant/a.txt", "x").file("other/grant/a.txt", "x");
    let sandbox = with_repository(with_repository(sandbox, "top/.git"), "other/.git")
        .file("top/.gitignore", "*.txt\n")
        .file("top/.ignore", "a*\n")
        .file("other/.gitignore", "*.txt\n");
    // Another user put them beside the grant, which is not that user's.
    for planted in ["top/.git", "top/.gitignore", "top/.ignore"] {
        of_nobody(&sandbox.path(planted));
    }
    // All of it belongs to the owner of the grant, as in a container that root runs.
    of_nobody(&sandbox.path("other"));
    let specs = ["top", "other"]
        .map(|name| format!("{name}={}", sandbox.spec(&format!("{name}/grant"), "ro")));
    let mut client = start(&sandbox, &specs);
    assert_eq!(files(&mut client, json!({})), ["top/a.txt"]);
    let said = command(&sandbox, &["doctor"], &specs).output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("read at the start: not those above that belong to another user\n"),
        "{said}"
    );
}

#[test]
fn case_is_ignored_where_the_repository_says_so() {
    let mut sandbox =
        with_repository(with_repository(Sandbox::new(), "grant/.git"), "grant/n/.git")
            .file("grant/.git/config", "[core]\n\tignorecase = true\n")
            .file("grant/.gitignore", "Out/\n*.LOG\n")
            .file("grant/.ignore", "OWN\n")
            .file("grant/n/.gitignore", "*.LOG\n");
    for name in ["out/x", "a.log", "own", "sub/b.Log", "n/a.log", "n/b.LOG"] {
        sandbox = sandbox.file(&format!("grant/{name}"), "x");
    }
    let mut client = start(&sandbox, &[sandbox.spec("grant", "ro")]);
    assert_eq!(files(&mut client, json!({})), ["n/a.log", "own"]);
}

#[test]
fn users_ignore_list_is_found_through_git_config() {
    for (files_of_home, want) in [
        (&[(".config/git/ignore", "a\n")][..], "b"),
        (
            &[
                (".gitconfig", "[core]\nexcludesFile = ~/list\n"),
                ("list", "b\n"),
                (".config/git/ignore", "a\n"),
            ],
            "a",
        ),
        (
            &[
                (".config/git/config", "[core]\nexcludesFile = ~/l\n"),
                ("l", "a\n"),
                (".gitconfig", "[core]\nexcludesFile = ~/m\n"),
                ("m", "b\n"),
            ],
            "a",
        ),
        (
            &[
                (".gitconfig", "[include]\npath = more\n[user]\nname = x\n"),
                ("more", "[CORE] excludesfile = \"~/l i\" # c\n"),
                ("l i", "a\n"),
            ],
            "b",
        ),
        (
            &[
                (".gitconfig", "[include]\npath = ~/.gitconfig\n[core]\nexcludesFile = ~/l\n"),
                ("l", "a\n"),
            ],
            "b",
        ),
        (&[(".gitconfig", "[core]\nexcludesFile =\n"), (".config/git/ignore", "a\n")], "a b"),
        (
            &[(".gitconfig", "[core]\nexcludesFile = ~/none\n"), (".config/git/ignore", "a\n")],
            "a b",
        ),
        (&[("x", "")], "a b"),
    ] {
        let sandbox = with_repository(Sandbox::new(), "grant/.git")
            // A repository may come from somebody else, and does not say which files of the user are read.
            .file("grant/.git/config", "[core]\nexcludesFile = ../other\n")
            .file("other", "a\nb\n")
            .file("grant/a", "x")
            .file("grant/b", "x");
        let sandbox = files_of_home
            .iter()
            .fold(sandbox, |sandbox, (path, text)| sandbox.file(&format!("home/{path}"), text));
        let mut client = start(&sandbox, &[sandbox.spec("grant", "ro")]);
        assert_eq!(files(&mut client, json!({})).join(" "), want, "{files_of_home:?}");
    }
}

#[test]
fn rules_above_the_grant_are_bounded_and_their_path_is_not_shown() {
    let rules: String = (0..5_000).map(|n| format!("name{n}\n")).collect();
    let sandbox = with_repository(Sandbox::new(), "repo/.git")
        .file("repo/.gitignore", format!("first.txt\n{rules}last.txt\n"))
        .file("repo/grant/first.txt", "x")
        .file("repo/grant/last.txt", "x");
    let mut client = start(&sandbox, &[sandbox.spec("repo/grant", "ro")]);
    let (found, closing) = search(&mut client, json!({}));
    assert_eq!(found, ["last.txt"]);
    assert!(
        closing.contains("rules of 1 ignore file left out (e.g. one that is read at startup): "),
        "{closing}"
    );
}

#[test]
fn doctor_says_which_ignore_files_outside_a_grant_apply() {
    let sandbox = monorepo().file("alone/a", "");
    let specs = ["mono/packages/web", "mono", "alone"].map(|path| sandbox.spec(path, "ro"));
    let said = command(&sandbox, &["doctor", "--json"], &specs).output().unwrap();
    let report: Value = serde_json::from_slice(&said.stdout).unwrap();
    let global = "the user's list for all repositories";
    let want = json!([
        [
            "those of the repository above the grant (3 files)",
            "`.ignore` and `.rgignore` above the grant (2 files)",
            global
        ],
        [global],
        [global],
    ]);
    let rules: Vec<_> = (0..3).map(|n| report["grants"][n]["ignore_rules"].clone()).collect();
    assert_eq!(json!(rules), want);
    let said = command(&sandbox, &["doctor"], &specs).output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    let line = "      ignore rules from outside, read at the start: those of the repository above the grant (3 files); ";
    assert!(said.contains(line), "{said}");
}
