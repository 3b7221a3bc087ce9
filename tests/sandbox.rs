//! The third wall: what is left after the seal, and that the program says what holds.

use std::process::{Command, Stdio};

use serde_json::json;

#[cfg(all(target_os = "linux", not(preopen_portable)))]
use crate::common::without_calls;
use crate::common::{Client, Era, Sandbox, Without, preopen};

/// The example that tries everything, which cargo builds beside the tests.
#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn sealed(sandbox: &Sandbox, rights: &str) -> String {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join("examples/sealed");
    let output = Command::new(program).arg(sandbox.spec("grant", rights)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // elsewhere there is no third wall
fn after_the_seal_only_the_handles_are_left() {
    let sandbox = Sandbox::new().file("grant/a.txt", "inside");
    let said = sealed(&sandbox, "ro");
    if said.contains("landlock is missing") || said.contains("seccomp is missing") {
        eprintln!("not run whole: {said}");
        return;
    }
    let refused = said.lines().filter(|line| line.starts_with("refused ")).count();
    assert!(!said.contains("DONE") && refused == 30, "{said}");
    assert!(said.contains("granted: inside"), "{said}");
    assert_eq!(std::fs::read_dir(sandbox.path("grant")).unwrap().count(), 1, "nothing was made");
    // Where it is written to, what writing takes can be done, and nothing else.
    let said = sealed(&sandbox, "rw");
    let done: Vec<_> = said.lines().filter(|line| line.starts_with("DONE ")).collect();
    assert!(done.len() == 6 && done.iter().all(|line| line.contains("writing: ")), "{said}");
    let refused = said.lines().filter(|line| line.starts_with("refused ")).count();
    assert_eq!(refused, 24, "{said}");
}

fn stderr(mut command: Command) -> (String, Option<i32>) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

#[test]
fn the_program_says_what_holds() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let grant = sandbox.path("grant");
    let grant = grant.to_str().unwrap();
    let (said, status) = stderr(preopen(&[grant]));
    assert!(
        said.contains("preopen: handles and types hold; Landlock ") && status == Some(0),
        "{said}"
    );
    let (said, status) = stderr(preopen(&["--sandbox", "off", grant]));
    assert!(said.contains("the kernel's sandbox is off") && status == Some(0), "{said}");
}

#[test]
#[cfg(not(all(target_os = "linux", not(preopen_portable))))] // what is said where there is no third wall
fn the_program_says_that_this_system_has_no_third_wall() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let grant = sandbox.path("grant");
    let grant = grant.to_str().unwrap();
    let missing =
        "Landlock is missing (this system has none); seccomp is missing (this system has none)";
    let (said, status) = stderr(preopen(&[grant]));
    assert!(said.contains(missing), "{said}");
    assert!(said.contains("; files outside can still be named") && status == Some(0), "{said}");
    let (said, status) = stderr(preopen(&["--sandbox", "require", grant]));
    let refused = format!("preopen: `--sandbox require`, but {missing}");
    assert!(said.contains(&refused) && status == Some(2), "{said}");
    let doctor = preopen(&["doctor", "--allow", grant]).output().unwrap();
    let said = String::from_utf8(doctor.stdout).unwrap();
    for line in [
        "1 names resolve only from handles: holds\n      name by name from the handle",
        "3 the kernel: which files can be reached (Landlock): MISSING\n      this system has none",
        "4 the kernel: which calls there are (seccomp): MISSING\n      this system has none",
        "files outside, should walls 1 and 2 have a hole: Landlock is missing",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // its calls are those of the third wall
fn the_program_says_what_does_not_hold() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let grant = sandbox.path("grant");
    let grant = grant.to_str().unwrap();
    // A kernel without Landlock; a container that lets nobody set a filter.
    for (call, words) in [
        (libc::SYS_landlock_create_ruleset, "Landlock is missing"),
        (libc::SYS_seccomp, "seccomp is missing"),
    ] {
        let run = |args: &'static [&str]| {
            let mut command = preopen(args);
            command.arg(grant).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let output =
                without_calls(command, vec![call], libc::ENOSYS).wait_with_output().unwrap();
            (String::from_utf8(output.stderr).unwrap(), output.status.code())
        };
        let (said, status) = run(&[]);
        assert!(said.contains(words) && status == Some(0), "it starts, and says so: {said}");
        let (said, status) = run(&["--sandbox", "require"]);
        assert!(
            said.contains("`--sandbox require`, but") && said.contains(words) && status == Some(2),
            "{said}"
        );
        let (_, status) = run(&["doctor"]);
        assert_eq!(status, Some(0));
    }
}

#[test]
fn every_read_works_the_same_with_the_seal_and_without() {
    let sandbox = Sandbox::new()
        .file("grant/sub/f", "text\n")
        .link("grant/abs", "{root}/grant/sub/f")
        .link("grant/out", "../outside/secret.txt")
        .link("grant/cross", "../other/f")
        .file("other/f", "other\n");
    let (grant, other) = (sandbox.spec("grant", "ro"), sandbox.spec("other", "rw"));
    let answers = |mode: &str, without: Without| {
        let mut client = Client::start_without(
            &["--sandbox", mode, "--allow", &grant, &other],
            Era::Modern,
            without,
        );
        let mut all = vec![client.call("list_directory", &json!({"path": "grant"})).text];
        for path in [
            "grant/sub/f",
            "grant/abs",
            "grant/out",
            "grant/cross",
            "other/f",
            "grant/none",
            "grant/sub",
        ] {
            all.push(client.call("read_text_file", &json!({"path": path})).text);
        }
        all
    };
    let plain = answers("off", Without::Nothing);
    for without in [Without::Nothing, Without::OpenAt2NoSys, Without::OpenAt2Perm] {
        assert_eq!(answers("auto", without), plain, "{without:?}");
        assert_eq!(answers("off", without), plain, "{without:?}");
    }
}
