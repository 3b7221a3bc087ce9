//! The third wall: what is left after the seal, and that the program says what holds.

use std::process::{Command, Stdio};

use serde_json::json;

#[cfg(all(target_os = "linux", not(preopen_portable)))]
use crate::common::without_calls;
use crate::common::{Client, Era, Sandbox, Without, preopen};
#[cfg(all(target_os = "linux", not(preopen_portable)))]
use crate::common::{NOBODY, for_everybody};

/// Calls by number that no safe function makes, each with its arguments: typing into a terminal, the
/// priority of the disk, and looking at mounts, among others.
#[cfg(all(target_os = "linux", not(preopen_portable)))]
const CALLS: &[(i64, &[i64])] = &[
    (libc::SYS_ioctl, &[2, 0x5412]),             // TIOCSTI
    (libc::SYS_ioctl, &[2, 0x5412 | (1 << 32)]), // the kernel does not look at the high half
    (libc::SYS_ioctl, &[2, 0x541C]),             // TIOCLINUX
    (libc::SYS_setpriority, &[0, 1, 5]),
    (libc::SYS_ioprio_set, &[1, 1, 0]),
    (libc::SYS_sched_setaffinity, &[1, 0, 0]),
    (libc::SYS_sched_setscheduler, &[0, 0, 0]),
    (libc::SYS_kill, &[1, 0]),
    (libc::SYS_process_vm_writev, &[1, 0, 0, 0, 0, 0]),
    (libc::SYS_prlimit64, &[1, 0, 0, 0]),
    (libc::SYS_prctl, &[4, 1]), // PR_SET_DUMPABLE
    (457, &[0, 0, 0, 0]),       // statmount
    (458, &[0, 0, 0, 0]),       // listmount
];

/// The example that tries everything, with a library in it that makes the [`CALLS`]; as the user that
/// tests, or as nobody. `cargo test` builds the example as well; after `cargo test --test all` it may be
/// the one of an older program, so build it first: `cargo build --example sealed`.
#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn sealed(sandbox: &Sandbox, rights: &str, is_nobody: bool) -> String {
    use std::os::unix::process::CommandExt as _;

    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().unwrap().parent().unwrap().join("examples/sealed");
    let [program, library] = ["sealed", "calls.so"].map(|name| sandbox.path(name));
    std::fs::copy(built, &program).unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/calls.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-DPRELOADED", "-shared", "-fPIC", "-o"]).arg(&library).arg(source);
    assert!(compiler.status().unwrap().success());
    let calls = CALLS.iter().map(|(call, arguments)| {
        let words: Vec<String> =
            std::iter::once(call).chain(*arguments).map(ToString::to_string).collect();
        words.join(" ") + "\n"
    });
    let mut command = Command::new(program);
    command.arg(sandbox.spec("grant", rights));
    command.env("LD_PRELOAD", library).env("CALLS", calls.collect::<String>());
    if is_nobody && rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What is done although it should not be: lines that begin with `DONE`, but for those that may.
#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn done(said: &str, but: &[&str]) -> Vec<String> {
    let done = said.lines().filter_map(|line| line.strip_prefix("DONE "));
    done.filter(|what| !but.iter().any(|may| what.starts_with(may))).map(Into::into).collect()
}

#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // elsewhere there is no third wall
fn after_the_seal_only_the_handles_are_left() {
    let refused = |said: &str| said.lines().filter(|line| line.starts_with("refused ")).count();
    for is_nobody in [false, true] {
        let sandbox = Sandbox::new().file("grant/a.txt", "inside").mode("grant", 0o777);
        let sandbox = sandbox.mode("", 0o755);
        let said = sealed(&sandbox, "ro", is_nobody);
        for wall in ["landlock holds", "seccomp holds"] {
            assert!(said.contains(wall), "{said}");
        }
        assert!(said.contains("granted: inside"), "{said}");
        let looks = if leaves_the_tree(&said, is_nobody) { &[][..] } else { &["looking: "] };
        assert_eq!(done(&said, looks), Vec::<String>::new(), "{said}");
        assert_eq!(refused(&said) + looks.len() * 3, 48, "{said}");
        assert_eq!(said.matches("errno 1\n").count(), CALLS.len(), "{said}");
        assert_eq!(
            std::fs::read_dir(sandbox.path("grant")).unwrap().count(),
            1,
            "nothing was made"
        );

        // Where files are written, what writing takes can be done, and nothing else.
        let said = sealed(&sandbox, "rw", is_nobody);
        let is_root = !is_nobody && rustix::process::geteuid().is_root();
        let looks = if is_root { &[][..] } else { &["looking: "] };
        assert_eq!(
            done(&said, &[looks, &["writing: ", "not seen: "]].concat()),
            Vec::<String>::new()
        );
        assert_eq!(said.matches("DONE writing: ").count(), 7, "{said}");
        assert_eq!(refused(&said) + looks.len() * 3, 40, "{said}");
        assert_eq!(said.matches("errno 1\n").count(), CALLS.len(), "{said}");
    }
}

/// Does a server that only reads leave the host's tree? Where it does not, the system permits a plain user
/// no namespace, and it says so.
#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn leaves_the_tree(said: &str, is_nobody: bool) -> bool {
    if said.contains("the system permits no user namespace") {
        assert!(is_nobody || !rustix::process::geteuid().is_root(), "{said}");
        return false;
    }
    let how = if !is_nobody && rustix::process::geteuid().is_root() {
        "holds (as root)"
    } else {
        "holds (in a user namespace)"
    };
    assert!(said.contains(how), "{said}");
    true
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
    let missing = "Landlock is missing (this system has none); seccomp is missing (this system has none); \
         the empty root directory is missing (this system has none)";
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
        "5 the kernel: absolute paths name nothing (empty root directory): MISSING\n      this system has none",
        "files outside, should walls 1 and 2 have a hole: Landlock is missing",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

/// What a program printed, and how it ended.
#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn without(calls: &[i64], args: &[&str], grant: &str) -> (String, String, Option<i32>) {
    let mut command = preopen(args);
    command.arg(grant).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = without_calls(command, calls.to_vec(), libc::ENOSYS);
    let output = child.wait_with_output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|o| String::from_utf8(o).unwrap());
    (stdout, stderr, output.status.code())
}

#[cfg(all(target_os = "linux", not(preopen_portable)))]
const WALLS: [&str; 3] = [
    "3 the kernel: which files can be reached (Landlock): ",
    "4 the kernel: which calls there are (seccomp): ",
    "5 the kernel: absolute paths name nothing (empty root directory): ",
];

/// A kernel that this project is tested on has all of it. A test that let one be missing could not tell a
/// wall that nobody put up.
#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // elsewhere there is no third wall
fn every_wall_holds_here() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let grant = sandbox.path("grant");
    let grant = grant.to_str().unwrap();
    let (_, said, status) = without(&[], &["--sandbox", "require"], grant);
    assert!(status == Some(0), "{said}");
    assert!(said.contains("Landlock holds") && said.contains("seccomp holds ("), "{said}");
    let leaves = leaves_the_tree(&said, false);
    let (said, ..) = without(&[], &["doctor"], grant);
    for wall in WALLS.iter().take(if leaves { 3 } else { 2 }) {
        assert!(said.contains(&format!("{wall}holds")), "{said}");
    }
    assert_eq!(said.contains("MISSING"), !leaves, "{said}");
}

#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // its calls are those of the third wall
fn the_program_says_what_does_not_hold() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let grant = sandbox.path("grant");
    let grant = grant.to_str().unwrap();
    // A kernel without Landlock; a container that lets nobody set a filter; one that lets nobody change
    // the root directory.
    for (call, wall, words, is_required) in [
        (libc::SYS_landlock_create_ruleset, WALLS[0], "Landlock is missing", true),
        (libc::SYS_seccomp, WALLS[1], "seccomp is missing", true),
        (libc::SYS_chroot, WALLS[2], "the empty root directory is missing (", false),
    ] {
        let (_, said, status) = without(&[call], &[], grant);
        assert!(said.contains(words), "{said}");
        assert_eq!(status, Some(0), "it starts, and says so: {said}");
        let (_, said, status) = without(&[call], &["--sandbox", "require"], grant);
        assert_eq!(status, Some(if is_required { 2 } else { 0 }), "{said}");
        assert_eq!(said.contains("`--sandbox require`, but"), is_required, "{said}");
        assert!(said.contains(words), "{said}");
        let (said, _, status) = without(&[call], &["doctor"], grant);
        assert_eq!(status, Some(0));
        assert!(said.contains(&format!("{wall}MISSING")), "{said}");
        let holds = WALLS.iter().filter(|wall| said.contains(&format!("{wall}holds"))).count();
        assert!((1..=2).contains(&holds), "{said}");
    }
}

#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // elsewhere there is no third wall
fn a_plain_user_hears_why_the_tree_is_not_left() {
    use std::os::unix::process::CommandExt as _;

    let sandbox = Sandbox::new().file("grant/a", "x").mode("", 0o755).mode("grant", 0o777);
    let start = |rights: &str, without: &[i64]| {
        let mut command = Command::new(for_everybody());
        command.args(["--allow", &sandbox.spec("grant", rights)]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let child = without_calls(command, without.to_vec(), libc::EPERM);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let missing = "the empty root directory is missing (only root ";
    // In a user namespace a file that is replaced would lose its group.
    let said = start("rw", &[]);
    assert!(said.contains(&format!("{missing}can have one and still keep the groups")), "{said}");
    let said = start("ro", &[libc::SYS_unshare]);
    assert!(said.contains(&format!("{missing}may change it here")), "{said}");
    let said = start("ro", &[libc::SYS_chroot]);
    assert!(said.contains(&format!("{missing}may change it here")), "{said}");
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
