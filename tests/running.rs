//! Calls that are slow, crash, are watched or taken back: through the same protocol module as the
//! program's, with tools of our own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use preopen::authority;
use preopen::cap::{GrantInfo, GrantList, Optional, Read, Target};
use preopen::dispatch::Dispatcher;
use preopen::error::ToolError;
use preopen::limits::{Budget, Limits, Work};
use preopen::path::VirtualPath;
use preopen::protocol;
use preopen::tool::{Entry, Tool};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::{Sandbox, grants};

const FIXTURES: &[Entry] = &[
    Entry::of::<Working<Plain>>(),
    Entry::of::<Working<Look>>(),
    Entry::of::<Working<Search>>(),
    Entry::of::<Working<Held>>(),
    Entry::of::<Working<Kept>>(),
    Entry::of::<Working<Hunt>>(),
    Entry::of::<Stuck>(),
    Entry::of::<Crash>(),
    Entry::of::<Echo>(),
];

/// How many calls of a tool run, the most that ran at once, and how many were stopped by their budget.
pub struct Gauge {
    running: AtomicU64,
    pub most: AtomicU64,
    pub stopped: AtomicU64,
}

impl Gauge {
    const fn new() -> Self {
        Self { running: AtomicU64::new(0), most: AtomicU64::new(0), stopped: AtomicU64::new(0) }
    }

    fn during(
        &self,
        work: impl FnOnce() -> Result<String, ToolError>,
    ) -> Result<String, ToolError> {
        self.most.fetch_max(self.running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let done = work();
        self.stopped.fetch_add(u64::from(done.is_err()), Ordering::SeqCst);
        self.running.fetch_sub(1, Ordering::SeqCst);
        done
    }
}

struct Working<S>(std::marker::PhantomData<S>);

/// One that works for a while, and may touch files.
pub trait Slow: 'static {
    const NAME: &'static str;
    const SEARCHES: bool = false;
    /// Of this tool; only one test makes the calls that are counted.
    fn gauge() -> &'static Gauge;
}

macro_rules! slow {
    ($($(#[$doc:meta])* $type:ident is $name:literal, searches: $searches:literal;)+) => {$(
        $(#[$doc])*
        pub struct $type;
        impl Slow for $type {
            const NAME: &'static str = $name;
            const SEARCHES: bool = $searches;
            fn gauge() -> &'static Gauge {
                static GAUGE: Gauge = Gauge::new();
                &GAUGE
            }
        }
    )+};
}

slow! {
    Plain is "slow", searches: false;
    Look is "look", searches: false;
    Search is "search", searches: true;
    /// This and the next two are called by `places`.
    Held is "held", searches: false;
    Kept is "kept", searches: false;
    Hunt is "hunt", searches: true;
}

#[derive(Deserialize, JsonSchema)]
struct SlowArgs {
    /// For how long to work.
    ms: u64,
    /// For how long to do nothing after that, as a call does that waits for a file system.
    #[serde(default)]
    stall_ms: u64,
}

impl<S: Slow> Tool for Working<S> {
    const NAME: &'static str = S::NAME;
    const ABOUT: &'static str = "Works for a while.";
    const SEARCHES: bool = S::SEARCHES;
    type Needs = Optional<Read>;
    type Args = SlowArgs;
    type Output = String;
    fn paths(_: &SlowArgs) -> Option<&VirtualPath> {
        None
    }
    fn run(args: &SlowArgs, _: Option<Target<Read>>, budget: &Budget) -> Result<String, ToolError> {
        S::gauge().during(|| {
            let done = work(args.ms, budget);
            std::thread::sleep(Duration::from_millis(args.stall_ms));
            done
        })
    }
}

fn work(ms: u64, budget: &Budget) -> Result<String, ToolError> {
    let end = Instant::now() + Duration::from_millis(ms);
    while Instant::now() < end {
        budget.step()?;
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(format!("worked for {ms} ms"))
}

/// It does one long step of a kind of work, or of none.
struct Stuck;

#[derive(Deserialize, JsonSchema)]
struct StuckArgs {
    /// For how long.
    ms: u64,
    /// Does the step count as work, not as waiting for the file system?
    works: bool,
    /// Does the call check its budget after the step?
    looks: bool,
}

impl Tool for Stuck {
    const NAME: &'static str = "stuck";
    const ABOUT: &'static str = "Does one long step.";
    type Needs = Optional<Read>;
    type Args = StuckArgs;
    type Output = String;
    fn paths(_: &StuckArgs) -> Option<&VirtualPath> {
        None
    }
    fn run(
        args: &StuckArgs,
        _: Option<Target<Read>>,
        budget: &Budget,
    ) -> Result<String, ToolError> {
        let _busy = args.works.then(|| budget.begin(Work::IgnoreRules));
        std::thread::sleep(Duration::from_millis(args.ms));
        if args.looks {
            budget.step()?;
        }
        Ok("done".into())
    }
}

struct Crash;

#[derive(Deserialize, JsonSchema)]
struct NoArgs {}

impl Tool for Crash {
    const NAME: &'static str = "crash";
    const ABOUT: &'static str = "Has a defect.";
    type Needs = GrantList;
    type Args = NoArgs;
    type Output = String;
    fn paths(_: &NoArgs) {}
    fn run(_: &NoArgs, _: Vec<GrantInfo>, _: &Budget) -> Result<String, ToolError> {
        panic!("a defect at /some/host/path")
    }
}

struct Echo;

#[derive(Deserialize, JsonSchema)]
struct EchoArgs {
    /// What to say.
    text: String,
}

impl Tool for Echo {
    const NAME: &'static str = "echo";
    const ABOUT: &'static str = "Says it again.";
    type Needs = GrantList;
    type Args = EchoArgs;
    type Output = String;
    fn paths(_: &EchoArgs) {}
    fn run(args: &EchoArgs, _: Vec<GrantInfo>, _: &Budget) -> Result<String, ToolError> {
        Ok(args.text.clone())
    }
}

/// How long a test waits for the server, to read or to write.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server in this process, and the other ends of its streams.
pub struct Server {
    input: Option<UnixStream>,
    output: BufReader<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(limits: Limits) -> Self {
        let (input, server_input) = UnixStream::pair().unwrap();
        let (output, server_output) = UnixStream::pair().unwrap();
        output.set_read_timeout(Some(PATIENCE)).unwrap();
        input.set_write_timeout(Some(PATIENCE)).unwrap();
        let thread = std::thread::spawn(move || {
            let sandbox = Sandbox::new();
            let grants = grants(&[sandbox.spec("grant", "ro").parse().unwrap()]);
            let clock = authority::clock(authority::mint());
            let dispatcher = Dispatcher::new(FIXTURES, grants, limits, clock, None, &[]).unwrap();
            protocol::serve(dispatcher, server_input.into(), server_output.into()).unwrap();
        });
        let mut server =
            Self { input: Some(input), output: BufReader::new(output), thread: Some(thread) };
        server.send(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}));
        server.receive();
        server
    }

    pub fn send(&mut self, message: &Value) {
        // In one piece: each piece would take room of its own in a socket that nobody reads.
        let line = format!("{message}\n");
        self.input.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    }

    pub fn call(&mut self, id: u64, tool: &str, arguments: Value) {
        let params = json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": format!("p{id}")}});
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}));
    }

    pub fn cancel(&mut self, id: u64) {
        let params = json!({"requestId": id});
        self.send(
            &json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}),
        );
    }

    pub fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"))
    }

    /// Ends the input; gives what still comes, and how long the end takes.
    fn finish(mut self) -> (Vec<String>, Duration) {
        drop(self.input.take());
        let start = Instant::now();
        let rest = self.output.by_ref().lines().map_while(Result::ok).collect();
        self.thread.take().unwrap().join().unwrap();
        (rest, start.elapsed())
    }
}

use std::io::Read as _;

#[test]
fn a_crash_is_answered_and_the_server_lives() {
    let mut server = Server::start(Limits::default());
    server.call(1, "crash", json!({}));
    let answer = server.receive();
    assert_eq!(answer["error"]["code"], -32603);
    assert_eq!(answer["error"]["message"], "internal error: it is call 1 in the log");
    server.call(2, "echo", json!({"text": "alive"}));
    assert_eq!(server.receive()["result"]["content"][0]["text"], "alive");
}

#[test]
fn a_duplicate_id_is_refused_while_the_first_runs_and_free_after() {
    let mut server = Server::start(Limits::default());
    server.call(1, "slow", json!({"ms": 300}));
    server.call(1, "echo", json!({"text": "second"}));
    let refused = server.receive();
    assert_eq!((&refused["error"]["code"], &refused["id"]), (&json!(-32600), &json!(1)));
    assert_eq!(server.receive()["result"]["content"][0]["text"], "worked for 300 ms");
    server.call(1, "echo", json!({"text": "again"}));
    assert_eq!(server.receive()["result"]["content"][0]["text"], "again");
}

#[test]
fn a_cancelled_call_stops_and_is_not_answered() {
    let mut server = Server::start(Limits::default());
    let stopped = || Plain::gauge().stopped.load(Ordering::SeqCst);
    let before = stopped();
    server.call(1, "slow", json!({"ms": 15_000}));
    std::thread::sleep(Duration::from_millis(50));
    server.cancel(1);
    server.call(2, "echo", json!({"text": "new"}));
    let start = Instant::now();
    while stopped() == before {
        assert!(start.elapsed() < Duration::from_secs(5), "the work goes on");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(server.receive()["result"]["content"][0]["text"], "new");
    let (rest, _) = server.finish();
    assert_eq!(rest, Vec::<String>::new());
}

#[test]
fn a_slow_call_tells_its_progress_which_grows() {
    let mut server = Server::start(Limits { progress_ms: 50, ..Limits::default() });
    server.call(1, "slow", json!({"ms": 400}));
    let mut told = vec![];
    let answer = loop {
        let message = server.receive();
        if message["method"] == "notifications/progress" {
            assert_eq!(message["params"]["progressToken"], "p1");
            told.push(message["params"]["progress"].as_f64().unwrap());
        } else {
            break message;
        }
    };
    assert_eq!(answer["id"], 1);
    assert!(told.len() >= 2 && told.is_sorted_by(|a, b| a < b), "{told:?}");
}

#[test]
fn calls_that_run_at_once_are_bounded_and_all_are_answered() {
    let mut server = Server::start(Limits {
        max_calls_in_flight: 3,
        max_requests_waiting: 10,
        ..Limits::default()
    });
    for id in 1..=60 {
        server.call(id, "look", json!({"ms": 5}));
    }
    let mut answered: Vec<u64> =
        (0..60).map(|_| server.receive()["id"].as_u64().unwrap()).collect();
    answered.sort_unstable();
    assert_eq!(answered, (1..=60).collect::<Vec<_>>());
    assert_eq!(Look::gauge().most.load(Ordering::SeqCst), 3);
}

#[test]
fn what_does_not_search_gets_by_those_that_do() {
    let mut server = Server::start(Limits { max_searches_in_flight: 2, ..Limits::default() });
    for id in 1..=30 {
        server.call(id, "search", json!({"ms": 100}));
    }
    server.call(31, "slow", json!({"ms": 1}));
    let answered: Vec<u64> = (0..31).map(|_| server.receive()["id"].as_u64().unwrap()).collect();
    let at = answered.iter().position(|answered| *answered == 31).unwrap();
    assert!(at < 15, "{answered:?}");
    assert_eq!(Search::gauge().most.load(Ordering::SeqCst), 2);
}

#[test]
fn a_deadline_ends_a_call_with_a_code() {
    let mut server = Server::start(Limits { call_deadline_ms: 50, ..Limits::default() });
    server.call(1, "slow", json!({"ms": 15_000}));
    let text = server.receive()["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("timed_out: the call did not end within 50 ms\nhint: "), "{text}");
}

#[test]
fn a_call_out_of_time_says_what_took_it() {
    let mut server =
        Server::start(Limits { call_deadline_ms: 50, progress_ms: 20, ..Limits::default() });
    for (works, looks, ms, want) in [
        (
            true,
            true,
            60,
            "timed_out: the call did not end within 50 ms: it was still compiling the rules of ignore files\nhint: ask for less",
        ),
        (false, true, 60, "timed_out: the call did not end within 50 ms\nhint: ask for less"),
        (
            true,
            false,
            400,
            "timed_out: the call took too long while compiling the rules of ignore files\nhint: ask for less",
        ),
        (
            false,
            false,
            400,
            "timed_out: the file system does not answer: a system call did not return\nhint: another path may still work; the mount may be a network drive",
        ),
    ] {
        server.call(1, "stuck", json!({"ms": ms, "works": works, "looks": looks}));
        let answer = loop {
            let message = server.receive();
            if message["method"].is_null() {
                break message;
            }
        };
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.starts_with(want), "{text}");
    }
}

#[test]
fn the_end_of_the_input_lets_running_calls_finish() {
    let mut server = Server::start(Limits::default());
    server.call(1, "slow", json!({"ms": 300}));
    server.call(2, "echo", json!({"text": "x"}));
    let (rest, _) = server.finish();
    assert_eq!(rest.len(), 2, "{rest:?}");
    assert!(rest[1].contains("worked for 300 ms"));
}

#[test]
fn a_client_that_reads_no_more_ends_the_server() {
    let mut server = Server::start(Limits::default());
    server.output.get_ref().shutdown(std::net::Shutdown::Both).unwrap();
    server.call(1, "echo", json!({"text": "to nobody"}));
    let start = Instant::now();
    server.thread.take().unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "it ends though its input is still open");
}

#[test]
fn a_client_that_reads_slowly_gets_every_answer_whole() {
    let mut server = Server::start(Limits::default());
    let text = "é".repeat(16_000);
    let mut input = server.input.as_ref().unwrap().try_clone().unwrap();
    let sent = text.clone();
    // More than the pipes hold: the server has to wait for its reader, and the writer for the server.
    let writer = std::thread::spawn(move || {
        for id in 1..=200 {
            let params = json!({"name": "echo", "arguments": {"text": sent}});
            writeln!(
                input,
                "{}",
                json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
            )
            .unwrap();
        }
    });
    std::thread::sleep(Duration::from_millis(300));
    let mut ids: Vec<u64> = vec![];
    for _ in 0..200 {
        let answer = server.receive();
        assert_eq!(answer["result"]["content"][0]["text"], text);
        ids.push(answer["id"].as_u64().unwrap());
    }
    writer.join().unwrap();
    ids.sort_unstable();
    assert_eq!(ids, (1..=200).collect::<Vec<_>>());
}

#[test]
fn a_client_that_ends_its_input_and_never_reads_does_not_keep_the_server() {
    let mut server = Server::start(Limits { drain_ms: 300, ..Limits::default() });
    for id in 1..=38 {
        server.call(id, "echo", json!({"text": "x".repeat(40_000)}));
    }
    let start = Instant::now();
    server.input = None;
    server.thread.take().unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn answers_that_nobody_reads_do_not_pile_up() {
    let server = Server::start(Limits { max_requests_waiting: 8, ..Limits::default() });
    let mut input = server.input.as_ref().unwrap().try_clone().unwrap();
    input.set_write_timeout(Some(Duration::from_millis(1_500))).unwrap();
    let mut taken = 0;
    // Requests are small and answers are not: a server that reads on would take them all.
    for id in 1..=20_000 {
        let params = json!({"name": "slow", "arguments": {"ms": 0}, "pad": "x".repeat(1_000)});
        let line = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        if writeln!(input, "{line}").is_err() {
            break;
        }
        taken += 1;
    }
    assert!(taken < 19_000, "{taken} requests were taken though no answer was read");
}
