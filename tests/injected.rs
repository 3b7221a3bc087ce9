//! Each call of the kernel that a change makes fails once: the code says whose fault it is, the old bytes
//! are there, or the new and the answer says so, and nothing half made. And from a trace, the order in
//! which a file is written.

use serde_json::{Value, json};

use crate::common::{
    Answer, Client, Era, HAS_LINUX_CALLS, Sandbox, Traced, Without, may_trace, tree,
};

/// The tree after a change that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// What was there before.
    Old,
    /// What the change was to leave, and the answer says so.
    New,
    /// What was there before and what was to come.
    Both,
}

/// A call, and what fails in it.
struct Fault {
    tool: &'static str,
    arguments: Value,
    /// As strace says it: the calls of the kernel, the error, and the how manieth of a thread.
    inject: String,
    code: &'static str,
    left: Left,
    /// What the answer says besides.
    says: &'static str,
}

const RENAME_IO: &str = "renameat,renameat2:error=EIO";
const NO_PROMISE: &str = "cannot promise that nothing is replaced";
const UNSURE: &str = "could not confirm that the change would survive";

fn faults() -> Vec<Fault> {
    use Left::{Both, New, Old};
    type Row = (&'static str, &'static str, Left, &'static str);
    let to = |from: &str, to: &str| json!({"source": from, "destination": to});
    let edits = json!([{"old_text": "old", "new_text": "new"}]);
    let tree = |path: &str| json!({"path": path, "recursive": true});
    // With how many parts are synced before the names are: all contents, and what is moved as a tree.
    let all: Vec<(&'static str, Value, usize, Vec<Row>)> = vec![
        (
            "write_file",
            json!({"path": "grant/a", "content": "new\n"}),
            1,
            vec![
                ("fchmod:error=EIO", "os_error", Old, ""),
                ("write:error=EIO:when=1", "os_error", Old, ""),
                ("write:error=ENOSPC:when=1", "os_full", Old, ""),
                ("write:error=EDQUOT:when=1", "os_full", Old, ""),
                ("fdatasync:error=EIO", "os_error", Old, ""),
                ("fdatasync:error=ENOSPC", "os_full", Old, ""),
                ("fdatasync:error=EDQUOT", "os_full", Old, ""),
                (RENAME_IO, "os_error", Old, ""),
                ("fsync:error=EIO", "os_error", New, UNSURE),
            ],
        ),
        (
            "write_file",
            json!({"path": "grant/x/y/b", "content": "new\n"}),
            1,
            vec![
                ("mkdirat:error=EDQUOT:when=2", "os_full", Old, ""),
                ("write:error=EIO:when=1", "os_error", Old, ""),
                ("fdatasync:error=EIO", "os_error", Old, ""),
                (RENAME_IO, "os_error", Old, ""),
                ("fsync:error=EIO", "os_error", New, UNSURE),
            ],
        ),
        (
            "write_file",
            json!({"path": "grant/a", "content": "new\n", "mode": "append"}),
            1,
            vec![
                ("write:error=EIO:when=1", "os_error", Old, ""),
                ("write:error=EDQUOT:when=1", "os_full", Old, ""),
                ("fdatasync:error=EIO", "os_error", New, UNSURE),
                ("fdatasync:error=ENOSPC", "os_full", New, UNSURE),
            ],
        ),
        (
            "edit_file",
            json!({"path": "grant/a", "edits": edits}),
            1,
            vec![
                ("write:error=ENOSPC:when=1", "os_full", Old, ""),
                ("fdatasync:error=EIO", "os_error", Old, ""),
                (RENAME_IO, "os_error", Old, ""),
                ("fsync:error=EIO", "os_error", New, UNSURE),
            ],
        ),
        (
            "copy_file",
            to("grant/a", "grant/x/b"),
            1,
            vec![
                ("pwrite64:error=EDQUOT", "os_full", Old, ""),
                ("renameat2:error=EINVAL", "ok", New, ""),
                ("renameat2,linkat:error=EINVAL", "os_error", Old, NO_PROMISE),
                ("renameat2,linkat:error=EOPNOTSUPP", "os_error", Old, NO_PROMISE),
                ("fdatasync:error=EIO", "os_error", Old, ""),
                (RENAME_IO, "os_error", Old, ""),
                ("fsync:error=EIO", "os_error", New, UNSURE),
            ],
        ),
        (
            "copy_file",
            to("grant/d", "grant/x/d"),
            0,
            vec![
                ("mkdirat:error=ENOSPC:when=3", "os_full", Old, ""),
                ("pwrite64:error=EIO:when=2", "os_error", Old, ""),
                ("renameat2:error=EINVAL", "ok", New, ""),
                ("renameat2,renameat:error=EINVAL", "os_error", Old, NO_PROMISE),
                (RENAME_IO, "os_error", Old, ""),
                ("fsync:error=EIO", "os_error", New, UNSURE),
            ],
        ),
        (
            "move_file",
            to("grant/a", "grant/x/b"),
            0,
            vec![
                (RENAME_IO, "os_error", Old, ""),
                ("renameat2:error=EINVAL", "ok", New, ""),
                ("renameat2,linkat:error=EINVAL", "os_error", Old, NO_PROMISE),
                ("renameat2,linkat:error=EOPNOTSUPP", "os_error", Old, NO_PROMISE),
                ("fsync:error=EIO", "os_error", New, UNSURE),
                ("fsync:error=EIO:when=3", "os_error", New, UNSURE),
            ],
        ),
        (
            "move_file",
            to("grant/a", "other/b"),
            1,
            vec![
                ("pwrite64:error=ENOSPC", "os_full", Old, ""),
                ("fdatasync:error=EIO", "os_error", Old, ""),
                (RENAME_IO, "os_error", Old, ""),
                ("fsync:error=EIO:when=1", "os_error", Old, "nothing was moved"),
                ("unlinkat:error=EIO", "os_error", Both, "the source was not removed"),
                ("unlinkat:error=EPERM:when=1", "os_denied", Old, "nothing was moved"),
                ("fsync:error=EIO:when=2", "os_error", New, UNSURE),
            ],
        ),
        (
            "move_file",
            to("grant/d", "other/d"),
            4,
            vec![
                ("pwrite64:error=EIO:when=2", "os_error", Old, ""),
                ("syncfs:error=EIO", "os_error", Old, ""),
                (RENAME_IO, "os_error", Old, ""),
                ("fsync:error=EIO:when=1", "os_error", Both, UNSURE),
                ("unlinkat:error=EIO", "os_error", Both, "not all of the source was removed"),
                ("fsync:error=EIO:when=2", "os_error", New, UNSURE),
            ],
        ),
        (
            "delete_file",
            json!({"path": "grant/a"}),
            0,
            vec![
                ("unlinkat:error=EIO", "os_error", Old, ""),
                ("fsync:error=EIO", "os_error", New, "was removed"),
            ],
        ),
        (
            "delete_file",
            tree("grant/d"),
            0,
            vec![
                ("unlinkat:error=EIO", "os_error", Old, "nothing was removed"),
                ("fsync:error=EIO", "os_error", New, "was removed"),
            ],
        ),
        (
            "create_directory",
            json!({"path": "grant/x/y"}),
            0,
            vec![
                ("mkdirat:error=EIO:when=2", "os_error", Old, ""),
                ("fsync:error=EIO", "os_error", New, UNSURE),
            ],
        ),
    ];
    let rows = |(tool, arguments, parts, rows): (_, Value, usize, Vec<Row>)| {
        rows.into_iter().map(move |(inject, code, left, says)| {
            let (arguments, inject) = (arguments.clone(), as_here(inject, parts));
            Fault { tool, arguments, inject, code, left, says }
        })
    };
    all.into_iter().flat_map(rows).collect()
}

/// The same fault in the portable program, which has one call to put anything on the disk: first each of
/// the `parts`, then the names.
fn as_here(inject: &str, parts: usize) -> String {
    let (call, fault) = inject.split_once(':').unwrap();
    if HAS_LINUX_CALLS {
        return inject.into();
    }
    match (call, fault.split_once(":when=")) {
        ("fdatasync" | "syncfs", _) => format!("fsync:{fault}:when=1"),
        ("fsync", None) => format!("fsync:{fault}:when={}+", parts + 1),
        ("fsync", Some((error, nth))) => {
            format!("fsync:{error}:when={}", nth.parse::<usize>().unwrap() + parts)
        }
        _ => inject.into(),
    }
}

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("grant/a", "old\n")
        .file("grant/d/one", "1")
        .file("grant/d/sub/two", "2")
        .dir("other")
}

fn specs(sandbox: &Sandbox) -> [String; 2] {
    ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd"))
}

/// Names and contents of both grants.
fn trees(sandbox: &Sandbox) -> Vec<(String, String)> {
    let named = |grant: &str, (name, text)| (format!("{grant}/{name}"), text);
    let of = |grant| tree(sandbox, grant).into_iter().map(move |entry| named(grant, entry));
    of("grant").chain(of("other")).collect()
}

/// What a call leaves in which nothing fails.
fn unharmed(tool: &str, arguments: &Value) -> Vec<(String, String)> {
    let sandbox = sandbox();
    let [grant, other] = specs(&sandbox);
    let mut client = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    assert_eq!(client.call(tool, arguments).code(), "ok", "{tool} {arguments}");
    trees(&sandbox)
}

/// A call under strace, in which something fails; and whether it did.
fn harmed(sandbox: &Sandbox, fault: &Fault, seal: &str) -> (Answer, bool) {
    let [grant, other] = specs(sandbox);
    let args = ["--sandbox", seal, "--allow", &grant, "--allow", &other];
    let (calls, _) = fault.inject.split_once(':').unwrap();
    let (traced, injected) = (format!("trace={calls}"), format!("inject={}", fault.inject));
    let strace = ["--seccomp-bpf", "-e", &traced, "-e", &injected];
    let start = if calls == "write" { Traced::start_after_a_write } else { Traced::start };
    let mut traced = start(sandbox, &strace, &args, Era::Modern, Without::Nothing);
    let answer = traced.client.call(fault.tool, &fault.arguments);
    let after = traced.client.call("list_allowed_directories", &json!({}));
    assert_eq!(after.code(), "ok", "the server goes on");
    let lines = traced.finish();
    (answer, lines.iter().any(|line| line.contains("(INJECTED)")))
}

/// Checks the tree and the answer.
fn judge(fault: &Fault, new: &[(String, String)], seal: &str) -> Result<(), String> {
    let sandbox = sandbox();
    let old = trees(&sandbox);
    let (answer, was_injected) = harmed(&sandbox, fault, seal);
    let mut is = trees(&sandbox);
    if fault.inject.starts_with("unlinkat:") {
        // Where nothing can be removed, the directory in which a tree was made stays, empty.
        let in_it = |dir: &str| is.iter().any(|(name, _)| name.starts_with(&format!("{dir}/")));
        let empty = |name: &str| name.contains("/.preopen-") && !in_it(name);
        let left: Vec<String> =
            is.iter().filter(|(name, _)| empty(name)).map(|(name, _)| name.clone()).collect();
        is.retain(|(name, _)| !left.contains(name));
    }
    let Fault { tool, arguments, inject, .. } = fault;
    let wanted = match fault.left {
        Left::Old => old,
        Left::New => new.to_vec(),
        Left::Both => {
            let mut both = [&old, new].concat();
            both.sort();
            both.dedup();
            both
        }
    };
    let wrong = if !was_injected {
        "nothing failed"
    } else if is != wanted {
        "the tree"
    } else if answer.code() != fault.code {
        "the code"
    } else if !answer.text.contains(fault.says) {
        "the sentence"
    } else if fault.left == Left::Old && answer.text.contains(UNSURE) {
        "it says that there was a change"
    } else {
        return Ok(());
    };
    Err(format!("{wrong}: {tool} {arguments} {inject}, {seal}: {answer:?} {is:?}"))
}

#[test]
fn what_the_kernel_refuses_leaves_the_old_or_the_new_and_says_so() {
    if !may_trace() {
        return;
    }
    let mut wrong = vec![];
    let (mut call, mut new) = (String::new(), vec![]);
    for fault in faults() {
        let next = format!("{} {}", fault.tool, fault.arguments);
        if next != call {
            (call, new) = (next, unharmed(fault.tool, &fault.arguments));
        }
        wrong.extend(["auto", "off"].iter().filter_map(|seal| judge(&fault, &new, seal).err()));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A step of a write: its calls, one of which it is, and what else stands on the line. `{temp}` is the
/// temp and `{dir}` the directory that holds it.
struct Step {
    name: &'static str,
    calls: &'static [&'static str],
    holds: &'static [&'static str],
}

/// How contents are synced.
const SYNC: &[&str] = if HAS_LINUX_CALLS { &["fdatasync"] } else { &["fsync"] };

const STEPS: &[Step] = &[
    Step {
        name: "the temp is made, and nobody else may read it",
        calls: &["openat", "openat2"],
        holds: &["\"{temp}\"", "O_CREAT", "O_EXCL", "0600"],
    },
    Step { name: "it gets the mode", calls: &["fchmod"], holds: &["{dir}/{temp}>", "0640"] },
    Step { name: "the contents are written", calls: &["write"], holds: &["{dir}/{temp}>"] },
    Step { name: "they are synced", calls: SYNC, holds: &["{dir}/{temp}>"] },
    Step {
        name: "the temp gets the name",
        calls: &["renameat", "renameat2"],
        holds: &["\"{temp}\"", "\"a\""],
    },
    Step { name: "the directory is synced", calls: &["fsync"], holds: &["{dir}>"] },
];

/// Checks that the trace of one write has all steps, each once, in this order.
fn in_order(lines: &[String], dir: &str) -> Result<(), String> {
    let temp = lines.iter().find(|line| line.contains("O_EXCL")).ok_or("no temp is made")?;
    let temp = temp.split('"').find(|part| part.starts_with(".preopen-")).ok_or("no temp")?;
    let mut last = None;
    for step in STEPS {
        let holds = |line: &&String| {
            let (call, rest) = line.split_once('(').unwrap_or_default();
            let said =
                step.holds.iter().map(|what| what.replace("{temp}", temp).replace("{dir}", dir));
            step.calls.contains(&call.rsplit(' ').next().unwrap_or_default())
                && said.into_iter().all(|what| rest.contains(&what))
        };
        let at: Vec<_> = lines.iter().enumerate().filter(|(_, line)| holds(line)).collect();
        match at.as_slice() {
            [(at, _)] if last < Some(*at) => last = Some(*at),
            [_] => return Err(format!("too early: {}", step.name)),
            found => return Err(format!("{} times: {}", found.len(), step.name)),
        }
    }
    Ok(())
}

#[test]
fn a_file_is_written_in_the_order_that_a_crash_demands() {
    if !may_trace() {
        return;
    }
    let calls = STEPS.iter().flat_map(|step| step.calls).copied().collect::<Vec<_>>().join(",");
    let traced = format!("trace={calls}");
    for seal in ["auto", "off"] {
        let sandbox = Sandbox::new().file("grant/a", "old\n").mode("grant/a", 0o640);
        let args = ["--sandbox", seal, "--allow", &sandbox.spec("grant", "rwd")];
        let strace = ["-y", "-e", &traced];
        let mut traced = Traced::start(&sandbox, &strace, &args, Era::Modern, Without::Nothing);
        let write = json!({"path": "a", "content": "new\n"});
        assert_eq!(traced.client.call("write_file", &write).code(), "ok");
        let lines: Vec<String> = traced.finish();
        let dir = std::fs::canonicalize(sandbox.path("grant")).unwrap();
        let dir = dir.to_str().unwrap();
        assert_eq!(in_order(&lines, dir), Ok(()), "{seal}: {lines:#?}");
        // The same trace with two steps in the other order, or without one, is refused.
        let steps: Vec<usize> = (0..lines.len())
            .filter(|at| {
                let without = [&lines[..*at], &lines[at + 1..]].concat();
                in_order(&without, dir).is_err()
            })
            .collect();
        assert_eq!(steps.len(), STEPS.len(), "each step counts: {lines:#?}");
        for pair in steps.windows(2) {
            let mut shuffled = lines.clone();
            shuffled.swap(pair[0], pair[1]);
            assert!(in_order(&shuffled, dir).is_err(), "{shuffled:#?}");
        }
    }
}
