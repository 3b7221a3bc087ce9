//! Protected names, and what leads to them: attacks that take several calls, and git itself as the judge.

use std::path::Path;
use std::process::Command;

use preopen_attacks::{Call, PAYLOAD, SEQUENCES, Sequence};
use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, Without};

/// The tool and the arguments that stand for a call.
fn call(call: Call) -> (&'static str, Value) {
    match call {
        Call::Write(path) => {
            ("write_file", json!({"path": path, "content": PAYLOAD, "mode": "overwrite"}))
        }
        Call::Move(from, to) => {
            ("move_file", json!({"source": from, "destination": to, "overwrite": true}))
        }
        Call::Copy(from, to) => ("copy_file", json!({"source": from, "destination": to})),
        Call::MakeDirectory(path) => ("create_directory", json!({"path": path})),
        Call::Delete(path) => ("delete_file", json!({"path": path, "recursive": true})),
    }
}

fn start(sandbox: &Sandbox, seal: &str, without: Without) -> Client {
    let spec = sandbox.spec("grant", "rwd");
    Client::start_without(&["--sandbox", seal, "--allow", &spec], Era::Modern, without)
}

/// The codes of the answers.
fn play(sequence: &Sequence, client: &mut Client) -> Vec<String> {
    let codes = sequence.calls.iter().map(|each| {
        let (tool, arguments) = call(*each);
        client.call(tool, &arguments).code().to_owned()
    });
    codes.collect()
}

#[test]
fn no_sequence_of_calls_reaches_what_a_program_runs() {
    for sequence in SEQUENCES {
        for (seal, without) in [("auto", Without::Nothing), ("off", Without::OpenAt2NoSys)] {
            let sandbox = Sandbox::new().take(sequence.tree);
            let codes = play(sequence, &mut start(&sandbox, seal, without));
            assert!(
                !sequence.has_worked(&sandbox.path("grant")),
                "{} has worked ({seal}, {without:?}): {codes:?}",
                sequence.id
            );
            assert!(codes.iter().any(|code| code == "protected"), "{}: {codes:?}", sequence.id);
        }
    }
}

#[test]
fn every_sequence_harms_a_server_that_judges_paths_by_name() {
    for sequence in SEQUENCES {
        let sandbox = Sandbox::new().take(sequence.tree);
        let grant = sandbox.path("grant");
        let done: Vec<_> = sequence.calls.iter().map(|call| call.by_name(&grant)).collect();
        assert!(sequence.has_worked(&grant), "{}: {done:?}", sequence.id);
    }
}

#[test]
fn every_row_of_the_table_is_protected_as_it_is_by_its_page() {
    let page = std::fs::read_to_string("docs/protected.md").unwrap();
    let sandbox = Sandbox::new().dir("grant/d");
    let mut client = start(&sandbox, "auto", Without::Nothing);
    let named = [
        ".mise.local.toml",
        ".config/mise/config.toml",
        ".gitpod.yml",
        ".openhands/setup.sh",
        ".idx/dev.nix",
        ".cursorrules",
        ".clinerules",
        ".clinerules/one.md",
        ".github/copilot-instructions.md",
        "AGENTS.md",
        ".direnvrc",
        ".wezterm.lua",
        ".pdbrc",
        "sub/.ghci",
        "lefthook-local.json",
        "Jenkinsfile",
    ];
    let plain = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once(" | "))
        .flat_map(|(globs, _)| globs.split("` `"))
        .map(|glob| glob.trim_end_matches('`').trim_start_matches("**/"))
        .map(|glob| {
            glob.strip_suffix("/**").map_or_else(|| glob.to_owned(), |dir| format!("{dir}/x"))
        })
        .filter(|glob| !glob.contains(['*', '{']));
    let mut all: Vec<String> = plain.collect();
    assert!(all.len() > 100, "{all:?}");
    all.extend(named.map(str::to_owned));
    for name in all {
        let answer =
            client.call("write_file", &json!({"path": format!("d/{name}"), "content": "x"}));
        assert_eq!(answer.code(), "protected", "{name}");
        let reason = answer.text.lines().next().unwrap();
        let because = reason.split_once("cannot be changed: ").expect(reason).1;
        assert!(page.contains(&format!("| {because} |")), "{name}: {because}");
    }
    for open in ["Makefile", "package.json", "build.rs", ".eslintrc.js", "README.md", ".gitignore"]
    {
        let answer =
            client.call("write_file", &json!({"path": format!("d/{open}"), "content": "x"}));
        assert_eq!(answer.code(), "ok", "{open}");
    }
}

/// Runs `git status` there, with a configuration of its own.
fn git_status(at: &Path) {
    let mut git = Command::new("git");
    git.args(["-c", "safe.directory=*", "status"]).current_dir(at).env("HOME", at);
    git.env("GIT_CONFIG_NOSYSTEM", "1").output().expect("git is installed");
}

/// A configuration by which git leaves a mark when it looks at the repository.
fn marking(mark: &Path, work_tree: &str) -> String {
    let mark = mark.display();
    let work_tree =
        if work_tree.is_empty() { String::new() } else { format!("\tworktree = {work_tree}\n") };
    format!(
        "[core]\n\trepositoryformatversion = 0\n{work_tree}\tfsmonitor = \"touch {mark}; false\"\n"
    )
}

/// git runs what a planted configuration names, and preopen does not plant it.
#[test]
fn git_runs_nothing_that_an_agent_wrote() {
    let bare: &[(&str, &str)] =
        &[("docs/HEAD", "ref: refs/heads/main\n"), ("docs/objects/x", ""), ("docs/refs/x", "")];
    for is_weak in [true, false] {
        let sandbox = Sandbox::new().file("grant/docs/readme", "").dir("grant/tree");
        let mark = sandbox.path("mark");
        let config = marking(&mark, "../tree");
        let mut client = start(&sandbox, "auto", Without::Nothing);
        for (path, text) in bare.iter().copied().chain([("docs/config", config.as_str())]) {
            if is_weak {
                let path = sandbox.path("grant").join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            } else {
                client.call("write_file", &json!({"path": path, "content": text}));
            }
        }
        git_status(&sandbox.path("grant/docs"));
        assert_eq!(mark.exists(), is_weak, "weak: {is_weak}");
    }
}

#[test]
fn git_runs_nothing_that_came_by_moving_the_directory_above_its_store() {
    for is_weak in [true, false] {
        let sandbox = Sandbox::new().dir("grant/store");
        let init = Command::new("git").args(["init", "-q"]).arg(sandbox.path("grant")).output();
        assert!(init.expect("git is installed").status.success());
        let (store, git) = (sandbox.path("grant/store/git"), sandbox.path("grant/.git"));
        std::fs::rename(&git, store).unwrap();
        std::os::unix::fs::symlink("store/git", git).unwrap();
        let mark = sandbox.path("mark");
        let config = marking(&mark, "");
        let at = |path: &str| sandbox.path("grant").join(path);
        if is_weak {
            std::fs::rename(at("store"), at("s2")).unwrap();
            std::fs::write(at("s2/git/config"), config).unwrap();
            std::fs::rename(at("s2"), at("store")).unwrap();
        } else {
            let mut client = start(&sandbox, "auto", Without::Nothing);
            for (tool, arguments) in [
                ("move_file", json!({"source": "store", "destination": "s2"})),
                (
                    "write_file",
                    json!({"path": "s2/git/config", "content": config, "mode": "overwrite"}),
                ),
                ("move_file", json!({"source": "s2", "destination": "store"})),
            ] {
                client.call(tool, &arguments);
            }
        }
        git_status(&sandbox.path("grant"));
        assert_eq!(mark.exists(), is_weak, "weak: {is_weak}");
    }
}
