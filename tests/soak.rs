//! The long run: a hundred calls on the way at any time, in both eras, with some taken back, garbage between them, huge arguments and a
//! reader that pauses. Every call is answered once, a line is a line, and memory, descriptors and threads stay what they are.
//!
//! The tests do it for some seconds; `dev/run soak` for `SOAK_SECONDS=1800`, prints what it measured, and holds the bounds that
//! only a long run on a machine of its own can be held to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::common::{Sandbox, ended, modern_meta, preopen};

/// Calls that are on the way at any time.
const AT_ONCE: usize = 100;
/// A run of so many seconds or more is held to all bounds.
const LONG: u64 = 300;

fn seconds() -> u64 {
    std::env::var("SOAK_SECONDS").map_or(5, |seconds| seconds.parse().unwrap())
}

/// Numbers that look like chance, and come again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A tool, and what it is asked; most are small reads, as with agents.
fn any_call(chance: &mut Chance, n: u64) -> (&'static str, Value) {
    let slot = n % 50;
    match chance.below(100) {
        0..=49 => (
            "read_text_file",
            json!({"path": format!("d{}/f{}", chance.below(10), chance.below(20))}),
        ),
        50..=54 => ("get_file_info", json!({"path": format!("d1/f{}", chance.below(20))})),
        55..=59 => {
            ("list_directory", json!({"path": format!("d{}", chance.below(10)), "sizes": true}))
        }
        60..=62 => ("directory_tree", json!({})),
        63..=65 => ("search_files", json!({"pattern": format!("f{}*", chance.below(10))})),
        66..=69 => ("grep", json!({"pattern": format!("line {}$", chance.below(200))})),
        70..=71 => ("keyword_search", json!({"root_paths": ["d1"], "keyword": "line"})),
        72..=77 => {
            ("write_file", json!({"path": format!("w/{slot}"), "content": "one\ntwo\n".repeat(20)}))
        }
        78..=80 => (
            "edit_file",
            json!({"path": "w/edited", "edits": [{"old_text": "a", "new_text": "b", "replace_all": true}], "dry_run": true}),
        ),
        81..=82 => (
            "copy_file",
            json!({"source": "d1/f1", "destination": format!("w/copy{slot}"), "overwrite": true}),
        ),
        83..=84 => ("delete_file", json!({"path": format!("w/copy{}", chance.below(50))})),
        85 => ("write_file", json!({"path": "w/large", "content": "x".repeat(1 << 20)})),
        86..=89 => ("read_text_file", json!({"path": "../outside/secret.txt"})),
        90..=92 => ("read_text_file", json!({"pfad": 7})),
        93..=94 => ("no_such_tool", json!({})),
        _ => ("list_allowed_directories", json!({})),
    }
}

fn served() -> Sandbox {
    let mut sandbox = Sandbox::new().file("grant/w/edited", "a".repeat(1_000));
    for file in 0..200 {
        let text: String = (0..100).map(|line| format!("line {}\n", line + file)).collect();
        sandbox = sandbox.file(&format!("grant/d{}/f{}", file % 10, file / 10), text);
    }
    sandbox
}

/// What the kernel reports about a process: bytes in memory, descriptors, threads.
#[derive(Clone, Copy, Debug)]
struct Size {
    resident: u64,
    descriptors: usize,
    threads: usize,
}

impl Size {
    fn of(pid: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let count = |what| std::fs::read_dir(format!("/proc/{pid}/{what}")).unwrap().count();
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        Self { resident: kib << 10, descriptors: count("fd"), threads: count("task") }
    }
}

/// What a line says, as far as it matters here: this client shares its processors with the server that it measures.
#[derive(Deserialize)]
struct Answer {
    id: Option<u64>,
    result: Option<IgnoredAny>,
    error: Option<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    code: i64,
}

/// A client with many calls on the way, and what they came to.
struct Load {
    input: ChildStdin,
    chance: Chance,
    next_id: u64,
    waiting: HashMap<u64, (&'static str, Instant)>,
    taken_back: HashSet<u64>,
    /// Lines of garbage that have no answer yet, and all of them.
    owed: u64,
    garbage: u64,
    /// Microseconds that the calls of each tool took.
    took: BTreeMap<&'static str, Vec<u32>>,
}

impl Load {
    fn new(input: ChildStdin) -> Self {
        let (waiting, taken_back, took) = (HashMap::new(), HashSet::new(), BTreeMap::new());
        Self {
            input,
            chance: Chance(1),
            next_id: 1,
            waiting,
            taken_back,
            owed: 0,
            garbage: 0,
            took,
        }
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    /// One more call; now and then it is taken back at once, or garbage follows it.
    fn ask(&mut self) {
        let id = self.next_id;
        self.next_id += 1;
        let (tool, arguments) = any_call(&mut self.chance, id);
        let mut params = json!({"name": tool, "arguments": arguments});
        // Half of them as in the era without sessions.
        if id.is_multiple_of(2) {
            params["_meta"] = modern_meta();
        }
        self.waiting.insert(id, (tool, Instant::now()));
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}));
        match self.chance.below(200) {
            0 => {
                let params = json!({"requestId": id});
                self.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}));
                self.taken_back.insert(id);
            }
            1 => {
                self.input.write_all(&b"{\"no json\n".repeat(10)).unwrap();
                self.owed += 10;
                self.garbage += 10;
            }
            _ => {}
        }
    }

    /// One more line of the server's, which came at this time; nothing says when, where the reader paused.
    fn hear(&mut self, at: Option<Instant>, line: &str) {
        let answer: Answer =
            serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        let Some(id) = answer.id else {
            assert_eq!(answer.error.map(|error| error.code), Some(-32700), "{line}");
            self.owed -= 1;
            return;
        };
        let asked = self.waiting.remove(&id);
        let (tool, asked) = asked.unwrap_or_else(|| panic!("twice, or never asked: {line}"));
        assert_eq!(answer.result.is_some(), tool != "no_such_tool", "{line}");
        if let Some(at) = at {
            let took = u32::try_from((at - asked).as_micros()).unwrap();
            self.took.entry(tool).or_default().push(took);
        }
        self.taken_back.remove(&id);
    }

    /// Calls that the server owes an answer. One that was taken back makes room for another at once.
    fn on_the_way(&self) -> usize {
        self.waiting.keys().filter(|id| !self.taken_back.contains(id)).count()
    }

    /// What was taken back may have been answered before the server heard of it, but not much later.
    fn forget(&mut self) {
        let taken_back = &self.taken_back;
        self.waiting.retain(|id, (_, asked)| {
            !taken_back.contains(id) || asked.elapsed() < Duration::from_secs(2)
        });
    }

    /// Is an answer still to come?
    fn is_owed(&self) -> bool {
        self.owed > 0 || self.on_the_way() > 0
    }
}

/// The lines of a server, and when each came, read by a thread that pauses now and then. How long the server took for what was
/// on the way meanwhile is not to be seen from here.
fn lines_of(output: ChildStdout, stop: &'static AtomicBool) -> Receiver<(Option<Instant>, String)> {
    let (send, lines) = sync_channel(10_000);
    std::thread::spawn(move || {
        let (mut chance, mut late) = (Chance(7), 0);
        for line in BufReader::with_capacity(1 << 16, output).lines().map_while(Result::ok) {
            let now = (late == 0).then(Instant::now);
            late -= usize::from(late > 0);
            if send.send((now, line)).is_err() {
                return;
            }
            if chance.below(20_000) == 0 && !stop.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(100));
                late = AT_ONCE;
            }
        }
    });
    lines
}

#[test]
fn a_hundred_calls_at_once_for_a_long_time() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let sandbox = served();
    let seconds = seconds();
    let mut command = preopen(&["--allow", &sandbox.spec("grant", "rwd")]);
    let mut server =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut load = Load::new(server.stdin.take().unwrap());
    let lines = lines_of(server.stdout.take().unwrap(), &STOP);
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}});
    load.send(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}));
    lines.recv().unwrap();
    load.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let first = Size::of(server.id());
    let (began, mut sampled, mut sizes) = (Instant::now(), Instant::now(), vec![]);
    loop {
        if began.elapsed() < Duration::from_secs(seconds) {
            while load.on_the_way() < AT_ONCE {
                load.ask();
            }
        }
        match lines.recv_timeout(Duration::from_secs(if load.is_owed() { 20 } else { 1 })) {
            Ok((at, line)) => load.hear(at, &line),
            Err(why) => {
                assert!(
                    !load.is_owed(),
                    "{why}: {:?}, {} lines of garbage",
                    load.waiting,
                    load.owed
                );
                break;
            }
        }
        load.forget();
        if sampled.elapsed() > Duration::from_secs(1) {
            sampled = Instant::now();
            sizes.push(Size::of(server.id()));
        }
    }
    STOP.store(true, Ordering::Relaxed);
    let took = began.elapsed();
    let last = Size::of(server.id());
    report(&load, took, &sizes, last);
    let at = |second: usize| sizes.get(second).copied().unwrap_or(last);
    assert!(load.next_id > 500, "{} calls", load.next_id);
    assert_eq!(last.descriptors, first.descriptors, "all that was opened is closed");
    let most_threads = sizes.iter().map(|size| size.threads).max().unwrap_or(0);
    assert!(most_threads <= threads_at_most(), "{most_threads} threads");
    if seconds >= LONG {
        let (early, late) = (at(120).resident, last.resident);
        assert!(
            late <= early + early / 10,
            "memory: {early} bytes after two minutes, {late} at the end"
        );
        let reads = sorted(&load.took["read_text_file"]);
        let (median, p99) = (reads[reads.len() / 2], reads[reads.len() * 99 / 100]);
        assert!(p99 <= 3 * median, "a small read: median {median} us, p99 {p99} us");
    }
    drop(load);
    assert_eq!(ended(&mut server).code(), Some(0));
}

/// Those of 16 calls that run and 32 that wait, the helpers of each of 4 searches, and those of the program itself. No search here lasts
/// so long that it lets a fifth begin.
fn threads_at_most() -> usize {
    let helpers = std::thread::available_parallelism().unwrap().get().min(8) - 1;
    16 + 32 + 4 * helpers + 4
}

fn rate(calls: u64, took: Duration) -> f64 {
    f64::from(u32::try_from(calls).unwrap()) / took.as_secs_f64()
}

fn sorted(all: &[u32]) -> Vec<u32> {
    let mut all = all.to_vec();
    all.sort_unstable();
    all
}

fn report(load: &Load, took: Duration, sizes: &[Size], last: Size) {
    let (calls, taken_back, garbage) = (load.next_id - 1, load.taken_back.len(), load.garbage);
    println!(
        "{calls} calls in {took:.1?}, {:.0} a second; {taken_back} taken back, {garbage} lines of garbage",
        rate(calls, took)
    );
    println!("{:<26} {:>9} {:>9} {:>9} {:>9}", "", "calls", "median us", "p99 us", "most us");
    for (tool, all) in &load.took {
        let all = sorted(all);
        let at = |part: usize| all[(all.len() - 1) * part / 100];
        println!("{tool:<26} {:>9} {:>9} {:>9} {:>9}", all.len(), at(50), at(99), at(100));
    }
    let every = (sizes.len() / 10).max(1);
    for (second, size) in sizes.iter().enumerate().step_by(every).chain([(sizes.len(), &last)]) {
        println!(
            "after {:>5} s {:>6} KiB {:>3} descriptors {:>3} threads",
            second + 1,
            size.resident >> 10,
            size.descriptors,
            size.threads
        );
    }
}

/// Processor time that a process has used, in nanoseconds.
fn used(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let stats =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok());
    stats.filter_map(|stat| stat.split(' ').next()?.parse::<u64>().ok()).sum()
}

#[test]
fn what_is_taken_back_stops() {
    let mut sandbox = Sandbox::new();
    let text = "a line of some length, to be looked at\n".repeat(40_000);
    for file in 0..40 {
        sandbox = sandbox.file(&format!("grant/{file}"), &text);
    }
    let mut client = crate::common::Client::start(
        &["--allow", &sandbox.spec("grant", "ro")],
        crate::common::Era::Modern,
    );
    client.request("server/discover", json!({}));
    let pid = client.pid();
    let search = json!({"pattern": "(l[a-z ]*){3}ooked a[a-s]$", "output": "count"});
    let mut longest = Duration::ZERO;
    for id in 100..110 {
        client.send(&crate::common::request(id, "grep", &search));
        std::thread::sleep(Duration::from_millis(60));
        let before = used(pid);
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}).to_string());
        let began = Instant::now();
        let (mut last, mut changed) = (before, Instant::now());
        // Nothing works any more when no time is used for a while.
        while changed.elapsed() < Duration::from_millis(150) {
            std::thread::sleep(Duration::from_millis(2));
            let now = used(pid);
            if now > last + 100_000 {
                (last, changed) = (now, Instant::now());
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it goes on and on");
        }
        longest = longest.max(changed - began);
    }
    println!("ten searches were taken back; the last to stop took {longest:.1?}");
    let answer = client.call("read_text_file", &json!({"path": "1", "head": 1}));
    assert!(answer.text.starts_with("a line"), "and it goes on");
    if seconds() >= LONG {
        assert!(longest < Duration::from_millis(100), "{longest:?}");
    }
}

/// Calls a second, of small reads with a hundred on the way.
fn reads_a_second(command: &mut Command, path: &str, calls: u64) -> f64 {
    let mut server =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = server.stdin.take().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}});
    writeln!(
        input,
        "{}",
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello})
    )
    .unwrap();
    lines.next().unwrap().unwrap();
    writeln!(input, "{}", json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        .unwrap();
    let params = json!({"name": "read_text_file", "arguments": {"path": path}});
    let line = |id: u64| {
        json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string()
    };
    let (began, mut sent) = (Instant::now(), 0);
    while sent < AT_ONCE as u64 {
        sent += 1;
        writeln!(input, "{}", line(sent)).unwrap();
    }
    let mut answered = 0;
    while answered < calls {
        let answer: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        if answer.get("id").is_some() {
            assert!(answer["result"]["isError"] != true, "{answer}");
            answered += 1;
            if sent < calls {
                sent += 1;
                writeln!(input, "{}", line(sent)).unwrap();
            }
        }
    }
    let rate = rate(calls, began.elapsed());
    let _ = server.kill();
    let _ = server.wait();
    rate
}

/// The same load on both, in turns; `SOAK_PEER` is the other server's program.
#[test]
fn as_many_calls_as_the_peer() {
    let sandbox = Sandbox::new().file("grant/f", "a small file\n".repeat(20));
    let (at, file) = (sandbox.path("grant"), sandbox.path("grant/f"));
    let (at, file) = (at.to_str().unwrap(), file.to_str().unwrap());
    let calls = if seconds() >= LONG { 20_000 } else { 500 };
    let ours = || reads_a_second(&mut preopen(&["--allow", at]), file, calls);
    let Some(peer) = std::env::var_os("SOAK_PEER").filter(|peer| Path::new(peer).exists()) else {
        assert!(ours() > 0.0);
        return;
    };
    let theirs = || reads_a_second(Command::new(&peer).arg(at), file, calls);
    let mut ratios: Vec<f64> = (0..7).map(|_| ours() / theirs()).collect();
    ratios.sort_by(f64::total_cmp);
    println!("small reads a second, of what the peer does: {ratios:.2?}");
    if seconds() >= LONG {
        assert!(ratios[3] >= 1.0, "{ratios:?}");
    }
}
