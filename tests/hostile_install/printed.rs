//! Names, other programs and the doctor: what is printed is safe, and what is written means what was meant.

use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Stdio};

use preopen::install::Base;

use super::{Plant, Target, Tree, executable, fifo, is_raw, link};
use crate::install::CLIENTS;

/// The names of directories are other people's text as well.
#[test]
fn names_of_directories_are_printed_safely() {
    let name = std::ffi::OsStr::from_bytes("p\x1b[2J\u{9b}\u{202e}q\n".as_bytes());
    for (_, client) in CLIENTS {
        for scope in ["user", "project"] {
            for how in [&["--yes"][..], &[], &["--print"], &["--remove", "--yes"]] {
                let tree = Tree::new();
                let at = tree.path("grant").join(name);
                std::fs::create_dir_all(&at).unwrap();
                let args = [&["install", client, "--scope", scope, "--allow", "."], how].concat();
                let (_, said) = tree.run(&at, &args);
                assert!(!is_raw(&said), "{client} {scope} {how:?}: {said:?}");
                let named = scope == "project" && client != "claude-desktop";
                if named && how != ["--remove", "--yes"] {
                    assert!(said.contains(r"p\x1B[2J"), "{client} {scope} {how:?}: {said}");
                }
            }
        }
    }
}

/// The path of the current directory goes into the file as text, and has to mean that directory there.
#[test]
fn a_directory_that_text_cannot_name_is_not_granted() {
    for (name, is_granted) in
        [(&b"x:rw"[..], true), (b"a=b", true), (b"${HOME}", false), (b"p\xff", false)]
    {
        let tree = Tree::new();
        let at = tree.path("grant").join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir(&at).unwrap();
        let (is_ok, said) = tree.run(&at, &["install", "cursor", "--allow", ".", "--yes"]);
        assert_eq!(is_ok, is_granted, "{said}");
        assert_eq!(said.contains("cannot be written into a client's file"), !is_granted, "{said}");
        // A colon of the name is not taken for that of the rights.
        assert!(name != b"x:rw" || said.contains("x:rw:ro\""), "{said}");
    }
}

#[test]
fn output_of_the_clients_own_program_is_escaped() {
    let tree = Tree::new();
    let script = "#!/bin/sh\nprintf 'done \\033[2J\\n'; printf 'oops \\033[31m\\n' >&2\n";
    std::fs::write(tree.path("bin/claude"), script).unwrap();
    executable(&tree.path("bin/claude"));
    let target = Target { client: "claude-code", scope: "user", base: Base::Home, path: "" };
    let (is_ok, said) = tree.install(&target, &["--allow", ".", "--yes"]);
    assert!(is_ok && !is_raw(&said), "{said:?}");
    assert!(said.contains(r"done \x1B[2J") && said.contains(r"oops \x1B[31m"), "{said}");
}

/// `PATH` may hold `.`, or a directory by a path that begins at the project.
#[test]
fn a_program_of_the_project_is_not_run() {
    let tree = Tree::new();
    let script = format!("#!/bin/sh\ntouch {}\n", tree.path("outside/ran").display());
    for at in ["grant/claude", "grant/tools/claude"] {
        let at = tree.path(at);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(&at, &script).unwrap();
        executable(&at);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_preopen"));
    command.env_clear().env("HOME", tree.path("home")).env("PATH", ":.:tools");
    command.current_dir(tree.path("grant")).stdin(Stdio::null());
    command.args(["install", "claude-code", "--allow", ".", "--yes"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!tree.path("outside/ran").exists(), "{output:?}");
    assert!(tree.path("home/.claude.json").exists());
}

/// `doctor --client` reads the same files: it ends, says which it cannot read, and takes nothing for granted.
#[test]
fn the_doctor_says_which_files_it_cannot_read() {
    let plants: [(&str, Plant); 4] = [
        ("it is not a regular file", |at, _| fifo(at)),
        ("it is a directory", |at, _| std::fs::create_dir(at).unwrap()),
        ("is a link", |at, outside| link(at, outside)),
        ("it has more than 1 MiB", |at, _| {
            std::fs::File::create(at).unwrap().set_len(1 << 30).unwrap();
        }),
    ];
    for (why, plant) in plants {
        let tree = Tree::new();
        std::fs::create_dir(tree.path("grant/.claude")).unwrap();
        plant(&tree.path("grant/.claude/settings.json"), &tree.path("outside/secret.txt"));
        let args = ["doctor", "--allow", ".", "--client", "claude-code"];
        let (is_ok, said) = tree.run(&tree.path("grant"), &args);
        assert!(is_ok, "{said}");
        assert!(said.contains("Claude Code keeps its own file tools"), "{said}");
        assert!(
            said.contains(".claude/settings.json` cannot be read") && said.contains(why),
            "{said}"
        );
    }
}
