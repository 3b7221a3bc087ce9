//! The server's own program, by whatever name it was started: what lies in a grant of it cannot be changed through that grant.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, Without, copy_program};

/// A program at `program`, and links in the grant to one outside.
fn sandbox(program: &str) -> Sandbox {
    let sandbox = Sandbox::new()
        .file("grant/plain", "x")
        .dir("grant/bin")
        .link("grant/bin/tool", "../../outside/program")
        .link("grant/way", "bin");
    copy_program(&sandbox.path(program));
    sandbox
}

fn start(sandbox: &Sandbox, program: &str, called: &str, path: &str) -> Client {
    let mut command = Command::new(sandbox.path(program));
    command.env_clear().env("PATH", path).arg0(called);
    command.args(["--allow", &sandbox.spec("grant", "rwd")]);
    Client::spawn(command, Era::Modern, Without::Nothing)
}

/// All that would give a name to something else.
fn changes(path: &str) -> Vec<(&'static str, Value)> {
    let moved =
        |from: &str, to: &str| json!({"source": from, "destination": to, "overwrite": true});
    vec![
        ("delete_file", json!({"path": path})),
        ("move_file", moved(path, "elsewhere")),
        ("move_file", moved("plain", path)),
    ]
}

fn check(sandbox: &Sandbox, client: &mut Client, kept: &[&str]) {
    let state = |path: &str| {
        let stat = std::fs::symlink_metadata(sandbox.path("grant").join(path)).unwrap();
        (stat.ino(), stat.len())
    };
    for path in kept {
        let before = state(path);
        for (tool, arguments) in changes(path) {
            let answer = client.call(tool, &arguments);
            assert_eq!(answer.code(), "protected", "{tool} {arguments}: {answer:?}");
        }
        assert_eq!(state(path), before, "{path}");
    }
    assert!(sandbox.path("grant/plain").exists() && !sandbox.path("grant/elsewhere").exists());
}

#[test]
fn a_program_in_a_grant_is_kept_whatever_it_is_called_as() {
    let sandbox = sandbox("grant/program");
    for called in ["program", "another", "/no/such/program", ""] {
        let mut client = start(&sandbox, "grant/program", called, "/usr/bin:/bin");
        check(&sandbox, &mut client, &["program"]);
    }
    // A link to some other program is anybody's.
    let mut client = start(&sandbox, "grant/program", "tool", "/usr/bin:/bin");
    assert_eq!(client.call("delete_file", &json!({"path": "bin/tool"})).code(), "ok");
}

#[test]
fn a_link_in_a_grant_by_which_the_program_was_called_is_kept() {
    let sandbox = sandbox("outside/program");
    // By its name, as a shell finds it, and by its path.
    let cases: [(&str, &str, &[&str]); 3] = [
        ("tool", "/no/such:{root}/grant/bin:/usr/bin", &["bin/tool"]),
        ("{root}/grant/bin/tool", "", &["bin/tool"]),
        ("{root}/grant/way/tool", "", &["bin/tool", "way"]),
    ];
    for (called, path, kept) in cases {
        let (called, path) = (sandbox.spelled(called), sandbox.spelled(path));
        let mut client = start(&sandbox, "outside/program", &called, &path);
        check(&sandbox, &mut client, kept);
        let moved = json!({"source": "bin", "destination": "elsewhere"});
        assert_eq!(client.call("move_file", &moved).code(), "protected", "{called}");
    }
}
