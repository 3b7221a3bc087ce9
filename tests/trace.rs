//! What the kernel is asked for: once the program serves, nothing is named only by a path.

use preopen::tools::TOOLS;
use serde_json::json;

use crate::common::{Era, Sandbox, Traced, Without, calls, may_trace};

/// What the program says when its handles are open and everything else is given up.
const READY: &str = "preopen: handles and types hold";

/// Calls with a path, and the one by which it says that it is ready.
const TRACED: &str = "trace=%file,write";

/// Serves every tool under strace, whatever of `openat2` there is; gives what was traced once it was
/// ready.
fn traced(sandbox: &Sandbox, seal: &str, without: Without) -> Vec<String> {
    let args = ["--sandbox", seal, "--allow", &sandbox.spec("grant", "rwd")];
    let mut traced = Traced::start(sandbox, &["-e", TRACED], &args, Era::Legacy, without);
    for path in ["sub", "sub/file.txt", "sub/none", "l", "abs", "out", "..", "{root}/outside"] {
        for tool in TOOLS {
            for arguments in calls(tool, &sandbox.spelled(path)) {
                traced.client.call(tool.name, &arguments);
            }
        }
    }
    traced.client.request("tools/call", json!({"name": "none", "arguments": {}}));
    let lines = traced.finish();
    lines.into_iter().skip_while(|line| !line.contains(READY)).skip(1).collect()
}

/// Does the line of a trace name something without a handle?
fn is_ambient(line: &str) -> bool {
    let Some((call, arguments)) = line.split_once('(') else { return false };
    // What is written, and what a link says, is data.
    let asked = match call.rsplit(' ').next() {
        Some("write") => return false,
        Some("readlinkat") => arguments.split("\", ").next().unwrap_or_default(),
        _ => arguments,
    };
    asked.starts_with('"') || asked.contains("AT_FDCWD") || asked.contains("\"/")
}

#[test]
fn nothing_is_named_by_a_path_alone() {
    if !may_trace() {
        return;
    }
    let sandbox = Sandbox::for_attacks()
        .link("grant/l", "sub/file.txt")
        .link("grant/abs", "{root}/grant/sub/file.txt")
        .link("grant/out", "../outside/secret.txt");
    for seal in ["auto", "off"] {
        for without in [Without::Nothing, Without::OpenAt2NoSys] {
            let lines = traced(&sandbox, seal, without);
            let by_handle = lines.iter().filter(|line| !line.contains("write(")).count();
            assert!(by_handle > 50, "only {by_handle} calls were seen");
            // When the memory of a thread shrinks, the C library asks once how memory is accounted for.
            let of_libc = |line: &&String| line.contains("/proc/sys/vm/overcommit_memory");
            let ours = lines.iter().filter(|line| !of_libc(line));
            let found: Vec<_> = ours.filter(|line| is_ambient(line)).collect();
            assert!(found.is_empty(), "{seal} {without:?}: {found:#?}");
        }
    }
}

#[test]
fn the_eye_sees_what_it_must() {
    for line in [
        "7 openat(AT_FDCWD, \"a\", O_RDONLY) = 3",
        "7 openat(3, \"/etc/passwd\", O_RDONLY) = 3",
        "7 stat(\"a\", 0x7ffe) = 0",
        "7 readlinkat(3, \"/etc/x\", \"y\", 256) = 1",
        "7 renameat2(3, \"a\", AT_FDCWD, \"b\", 0) = 0",
    ] {
        assert!(is_ambient(line), "{line}");
    }
    for line in [
        "7 openat2(3, \"a/b\", {flags=O_RDONLY, resolve=RESOLVE_BENEATH}, 24) = 4",
        "7 write(1, \"{\\\"text\\\":\\\"/etc\\\"}\", 20) = 20",
        "7 readlinkat(3, \"x\", \"/etc/y\", 256) = 6",
        "7 statx(4, \"\", AT_EMPTY_PATH, STATX_ALL, 0x7f) = 0",
    ] {
        assert!(!is_ambient(line), "{line}");
    }
}
