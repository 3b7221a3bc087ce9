//! Each call of the kernel that any tool makes for files fails in turn, with every error that a disk, a network drive or a full
//! table of descriptors gives. Whatever fails: there is an answer with a code, or the answer that there would have been;
//! the tree is the old one or the new one, or the answer says what it is; no descriptor is lost, nothing half made is
//! left, and the server goes on. `injected` says for the steps of a change what exactly comes of it; here it is all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{self, Answer, Client, Era, HAS_LINUX_CALLS, Sandbox, may_trace, tree};

const ERRORS: [&str; 7] = ["EIO", "ENOSPC", "EINTR", "EAGAIN", "EMFILE", "EACCES", "ESTALE"];
/// Of so many failures the tests try one, and those that once broke something; `FAULTS=1` tries all.
const ONE_OF: usize = 40;

/// A full table of descriptors left half made directories, and what could not be looked at was not told.
fn broke_once(call: &str, error: &str) -> bool {
    (call.starts_with("open") && error == "EMFILE") || (call.ends_with("stat") && error == "EIO")
}

/// What an answer says when the tree is neither the old one nor that of success.
const TOLD: [&str; 6] = [
    "could not confirm that the change would survive",
    "was removed",
    "were removed",
    "is still there",
    "was not removed",
    "bytes were appended",
];
/// What an answer says when something was left out because it could not be looked at.
const LEFT_OUT: [&str; 12] = [
    "skipped ",
    "cannot be told",
    "not searched to the end",
    "could not be opened",
    "\"files_with_errors\":1",
    "\"files_with_errors\":2",
    "\"files_with_errors\":3",
    "os_full: ",
    "os_denied: ",
    "os_error: ",
    "os_busy: ",
    "over_limit: ",
];

/// Every tool, in each of its ways to work on files.
pub fn script() -> Vec<(&'static str, Value)> {
    let way = |from: &str, to: &str| json!({"source": from, "destination": to});
    let edits = json!([{"old_text": "two", "new_text": "2"}]);
    vec![
        ("list_allowed_directories", json!({})),
        ("read_text_file", json!({"path": "grant/a"})),
        ("read_text_file", json!({"path": "grant/a", "tail": 1})),
        ("read_text_file", json!({"path": "grant/link"})),
        ("read_multiple_files", json!({"paths": ["grant/a", "grant/d/one"]})),
        ("read_media_file", json!({"path": "grant/a"})),
        ("list_directory", json!({"path": "grant", "sizes": true})),
        ("directory_tree", json!({"path": "grant"})),
        ("get_file_info", json!({"path": "grant/a", "hash": true})),
        ("search_files", json!({"path": "grant", "pattern": "*o*", "sort_by": "mtime"})),
        ("grep", json!({"path": "grant", "pattern": "o"})),
        ("keyword_search", json!({"root_paths": ["grant"], "keyword": "o"})),
        ("performance_check", json!({"file_path": "grant/a"})),
        ("write_file", json!({"path": "grant/a", "content": "new\n"})),
        ("write_file", json!({"path": "grant/x/y", "content": "new\n"})),
        ("write_file", json!({"path": "grant/a", "content": "new\n", "mode": "append"})),
        ("edit_file", json!({"path": "grant/a", "edits": edits})),
        ("create_directory", json!({"path": "grant/x/y"})),
        ("copy_file", way("grant/a", "grant/x/b")),
        ("copy_file", way("grant/d", "grant/e")),
        ("move_file", way("grant/a", "grant/b")),
        ("move_file", way("grant/d", "other/d")),
        ("delete_file", json!({"path": "grant/a"})),
        ("delete_file", json!({"path": "grant/d", "recursive": true})),
    ]
}

/// What is tried, told when it ends in a panic.
struct Now(String);

impl Drop for Now {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("while {}", self.0);
        }
    }
}

/// A server, and the tree that it serves, which is made again for each call.
struct Bench {
    sandbox: Sandbox,
    client: Client,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new().dir("other");
        let specs = ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd"));
        let client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
        Self { sandbox, client }
    }

    fn anew(&self) {
        for grant in ["grant", "other"] {
            let root = self.sandbox.path(grant);
            for entry in std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap()) {
                let path = entry.path();
                let is_dir = entry.file_type().unwrap().is_dir();
                if is_dir { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
                    .unwrap();
            }
        }
        let at = |path: &str| self.sandbox.path(format!("grant/{path}"));
        std::fs::create_dir_all(at("d/sub")).unwrap();
        for (path, text) in
            [("a", "one\ntwo\n"), ("d/one", "1 o\n"), ("d/sub/two", "2 o\n"), (".gitignore", "x\n")]
        {
            std::fs::write(at(path), text).unwrap();
        }
        std::os::unix::fs::symlink("d/one", at("link")).unwrap();
    }

    fn trees(&self) -> Vec<(String, String)> {
        [tree(&self.sandbox, "grant"), tree(&self.sandbox, "other")].concat()
    }

    /// Waits until a thread is there that works on files, so that it can be traced; counts descriptors.
    fn ready(&mut self) -> usize {
        let answer = self.client.call("list_allowed_directories", &json!({}));
        assert_eq!(answer.code(), "ok", "the server goes on");
        std::fs::read_dir(format!("/proc/{}/fd", self.client.pid())).unwrap().count()
    }

    /// A call in a fresh tree, traced; the answer, the tree and the lines of the trace.
    fn traced(
        &mut self,
        tool: &str,
        arguments: &Value,
        inject: Option<&str>,
    ) -> (Answer, Vec<String>) {
        self.anew();
        self.ready();
        let strace =
            Strace::attach(self.client.pid(), changes(tool), inject, self.sandbox.path("trace"));
        let answer = self.client.call(tool, arguments);
        (answer, strace.detach())
    }
}

/// strace, on a server that runs.
struct Strace {
    child: Child,
    log: PathBuf,
}

impl Strace {
    /// The threads that work on files: those that are there, or, where a search starts more, all of the process.
    fn attach(pid: u32, is_change: bool, inject: Option<&str>, log: PathBuf) -> Self {
        let _ = std::fs::remove_file(&log);
        let mut command = Command::new("strace");
        command.args(["-qq", "-y", "-o", log.to_str().unwrap()]);
        let threads: Vec<u32> =
            threads(pid).into_iter().filter(|thread| !is_change || *thread != pid).collect();
        if is_change {
            // A write to a file must not be confused with a write that wakes another thread.
            for thread in &threads {
                command.args(["-p", &thread.to_string()]);
            }
        } else {
            command.args(["-f", "-p", &pid.to_string()]);
        }
        match inject {
            None => command.args(["-e", "trace=%file,%desc,getrandom"]),
            Some(inject) => {
                let (calls, _) = inject.split_once(':').unwrap();
                command.args(["-e", &format!("trace={calls}"), "-e", &format!("inject={inject}")])
            }
        };
        command.stderr(Stdio::null()).process_group(0);
        let child = command.spawn().unwrap();
        let began = Instant::now();
        while !threads.iter().all(|thread| is_traced(pid, *thread)) {
            assert!(began.elapsed() < Duration::from_secs(20), "strace does not attach");
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { child, log }
    }

    fn detach(mut self) -> Vec<String> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        self.child.wait().unwrap();
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

fn threads(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks.map(|task| task.unwrap().file_name().to_str().unwrap().parse().unwrap()).collect()
}

fn is_traced(pid: u32, thread: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/status"));
    !status.unwrap_or_default().contains("TracerPid:\t0\n")
}

fn changes(tool: &str) -> bool {
    TOOLS.iter().any(|entry| entry.name == tool && common::changes(entry))
}

/// The calls of the kernel for files: of each the how manieth of its thread they are. `main` only speaks the protocol.
fn calls_for_files(lines: &[String], main: u32) -> BTreeMap<String, BTreeSet<usize>> {
    let (mut counts, mut files, mut others) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for line in lines {
        // A thread that is traced alone is not named.
        let is_named = line.starts_with(|c: char| c.is_ascii_digit());
        let (thread, rest) =
            if is_named { line.split_once(' ').unwrap_or_default() } else { ("", line.as_str()) };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        // A number that is given back cannot fail to be: the kernel lets go of it whatever it says.
        let skipped = ["close", "mmap", "epoll_ctl", "epoll_wait", "poll", "fcntl"].contains(&call)
            // Where requests are read by the same call, the one that fails may be theirs.
            || (!HAS_LINUX_CALLS && ["read", "write"].contains(&call));
        if thread == main.to_string()
            || skipped
            || !call.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            continue;
        }
        let count: &mut usize = counts.entry((thread.to_owned(), call.to_owned())).or_default();
        *count += 1;
        let first = arguments.split(',').next().unwrap_or_default();
        let is_file =
            !["<anon_inode", "<pipe:", "<socket:"].iter().any(|kind| first.contains(kind));
        if is_file { &mut files } else { &mut others }.insert((call.to_owned(), *count));
    }
    let mut all: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (call, count) in files.difference(&others) {
        all.entry(call.clone()).or_default().insert(*count);
    }
    all
}

/// What is wrong with what came of a call in which something failed.
fn wrong(
    bench: &mut Bench,
    before: usize,
    answer: &Answer,
    whole: &Answer,
    trees: [&[(String, String)]; 2],
    call: &str,
) -> Option<String> {
    let mut is = bench.trees();
    let [old, new] = trees;
    let says = |all: &[&str]| all.iter().any(|words| answer.text.contains(words));
    let all = is.len();
    is.retain(|(name, _)| !name.contains(".preopen-"));
    let temps = all - is.len();
    if bench.ready() != before {
        return Some("descriptors are lost".into());
    }
    // What cannot be removed stays, until the next change removes it.
    if temps > 0 && call != "unlinkat" {
        return Some(format!("{temps} temps are left"));
    }
    if answer.code() == "internal" || (answer.is_error && !answer.text.contains(": ")) {
        return Some("no code".into());
    }
    if answer.is_error {
        return (is != old && is != new && !says(&TOLD))
            .then(|| "something changed, and nobody says so".into());
    }
    if is != new {
        return Some("it says that it is done, and it is not".into());
    }
    // A change may be told in other words, such as without a version; what is read must be whole.
    let is_read = old == new;
    (is_read && timeless(&answer.text) != timeless(&whole.text) && !says(&LEFT_OUT))
        .then(|| "something is left out silently".into())
}

/// Without lines about times, and without the times of a list by time. They differ from tree to tree.
fn timeless(text: &str) -> Vec<&str> {
    let of_times = ["modified: ", "accessed: ", "version: "];
    let lines =
        text.lines().filter(|line| !of_times.iter().any(|of_time| line.starts_with(of_time)));
    lines
        .map(|line| {
            line.strip_suffix("Z)")
                .map_or(line, |line| &line[..line.len() - "(2026-11-30T14:00:49".len()])
        })
        .collect()
}

#[test]
fn whatever_the_kernel_refuses_there_is_an_answer_and_nothing_is_lost() {
    if !may_trace() {
        return;
    }
    let one_of = std::env::var("FAULTS").map_or(ONE_OF, |one_of| one_of.parse().unwrap());
    let mut bench = Bench::new();
    let (mut listed, mut tried, mut failed) = (0, 0, vec![]);
    let mut pairs: BTreeSet<(String, &str)> = BTreeSet::new();
    let pid = bench.client.pid();
    for (tool, arguments) in script() {
        bench.anew();
        let old = bench.trees();
        let (whole, lines) = bench.traced(tool, &arguments, None);
        assert_eq!(whole.code(), "ok", "{tool} {arguments}");
        let new = bench.trees();
        for (call, counts) in calls_for_files(&lines, pid) {
            for (count, error) in counts.iter().flat_map(|count| ERRORS.map(|error| (count, error)))
            {
                listed += 1;
                if listed % one_of != 0 && !broke_once(&call, error) {
                    continue;
                }
                let before = bench.ready();
                let inject = format!("{call}:error={error}:when={count}");
                let _now = Now(format!("{tool} {arguments} {inject}"));
                let (answer, lines) = bench.traced(tool, &arguments, Some(&inject));
                if !lines.iter().any(|line| line.contains("(INJECTED)")) {
                    // Threads of a search share their work differently each time.
                    continue;
                }
                tried += 1;
                pairs.insert((call.clone(), error));
                if let Some(why) = wrong(&mut bench, before, &answer, &whole, [&old, &new], &call) {
                    failed.push(format!("{why}: {tool} {arguments} {inject}: {answer:?}"));
                }
            }
        }
    }
    println!(
        "{tried} failures of {listed}, {} pairs of a call and an error, {} broken",
        pairs.len(),
        failed.len()
    );
    assert!(tried > 0, "nothing failed");
    assert!(failed.is_empty(), "{failed:#?}");
}
