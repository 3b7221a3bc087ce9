//! Calls on one large file: each charges its budget for every part of the file, and so stops when it is cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use preopen::authority;
use preopen::dispatch::Dispatcher;
use preopen::limits::{CallMonitor, Limits};
use preopen::tool::Content;
use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Sandbox, tree};

/// Bytes of the file: few enough that its version covers every byte.
const SIZE: usize = 8 << 20;
/// Most bytes that one step may stand for.
const PART: usize = 1 << 20;

fn text() -> String {
    let line = format!("{}\n", "x".repeat(127));
    line.repeat(SIZE / line.len())
}

/// A grant with a large text and a large file that is not one, and the pipeline over it.
struct Bench {
    sandbox: Sandbox,
    dispatcher: Dispatcher,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new().file("grant/text", text()).file("grant/binary", vec![0; SIZE]);
        let grants = crate::common::grants(&[sandbox.spec("grant", "rwd").parse().unwrap()]);
        let clock = authority::clock(authority::mint());
        let dispatcher =
            Dispatcher::new(TOOLS, grants, Limits::default(), clock, None, &[]).unwrap();
        Self { sandbox, dispatcher }
    }

    fn call(&self, tool: &str, arguments: &Value, watch: CallMonitor) -> Result<String, String> {
        let arguments = arguments.as_object().unwrap().clone();
        match self.dispatcher.call(tool, arguments, watch).unwrap().as_deref() {
            Ok([Content::Text(text)]) => Ok(text.clone()),
            Ok(other) => panic!("{tool}: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The files as they were.
    fn restore(&self) {
        for gone in ["new", "copy"] {
            let _ = std::fs::remove_file(self.sandbox.path("grant").join(gone));
        }
        std::fs::write(self.sandbox.path("grant/text"), text()).unwrap();
    }

    /// The version of the text.
    fn version(&self) -> String {
        let read = self.call(
            "read_text_file",
            &json!({"path": "text", "limit": 1}),
            CallMonitor::unattended(),
        );
        let read = read.unwrap();
        let (_, version) = read.rsplit_once("version ").unwrap();
        version.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

/// Every way to take in the whole of the file. `VERSION` stands for its version.
fn calls() -> Vec<(&'static str, Value)> {
    let edits = json!([{"old_text": "none of this", "new_text": "x"}]);
    vec![
        ("get_file_info", json!({"path": "binary", "hash": true})),
        ("get_file_info", json!({"path": "text", "hash": true})),
        ("read_text_file", json!({"path": "text", "offset": 40_000})),
        ("grep", json!({"path": "text", "pattern": "none of this"})),
        ("keyword_search", json!({"root_paths": ["text"], "keyword": "none of this"})),
        ("edit_file", json!({"path": "text", "edits": edits})),
        ("edit_file", json!({"path": "text", "edits": edits, "if_match": "VERSION"})),
        ("write_file", json!({"path": "text", "content": "x", "if_match": "VERSION"})),
        ("write_file", json!({"path": "new", "content": "x".repeat(SIZE)})),
        ("copy_file", json!({"source": "text", "destination": "copy"})),
        ("delete_file", json!({"path": "text", "if_match": "VERSION"})),
        ("delete_file", json!({"path": "text", "if_match": "VERSION", "recursive": true})),
    ]
}

/// A watch that takes the call back when it was asked so often.
fn cancelling_after(questions: u64) -> CallMonitor {
    let asked = Arc::new(AtomicU64::new(0));
    CallMonitor::new(move || asked.fetch_add(1, Ordering::Relaxed) >= questions)
}

#[test]
fn every_part_of_a_large_file_is_charged() {
    let bench = Bench::new();
    let version = bench.version();
    let with_version = |arguments: Value| -> Value {
        serde_json::from_str(&arguments.to_string().replace("VERSION", &version)).unwrap()
    };
    for (tool, arguments) in calls() {
        let arguments = with_version(arguments);
        let shown = arguments.to_string().chars().take(100).collect::<String>();
        let before = tree(&bench.sandbox, "grant");
        // Cancelled in the middle, it changes nothing.
        let middle = (SIZE / PART / 2) as u64;
        let cancelled = bench.call(tool, &arguments, cancelling_after(middle));
        // A search gives what it found before, and counts the file that it did not finish.
        let is_stopped = match &cancelled {
            Ok(found) if tool == "keyword_search" => found.contains("\"files_with_errors\":1"),
            Ok(found) => found.contains("1 file not searched to the end"),
            Err(refused) => refused.starts_with("cancelled: "),
        };
        assert!(is_stopped, "{tool} {shown}: {cancelled:?}");
        assert!(tree(&bench.sandbox, "grant") == before, "{tool} {shown} changed something");
        let watch = CallMonitor::unattended();
        let whole = bench.call(tool, &arguments, watch.clone());
        let is_good = whole.is_ok() || whole.as_ref().is_err_and(|e| e.starts_with("no_match: "));
        assert!(is_good, "{tool} {shown}: {whole:?}");
        assert!(watch.steps() >= (SIZE / PART) as u64, "{tool} {shown}: {} steps", watch.steps());
        if tree(&bench.sandbox, "grant") != before {
            bench.restore();
        }
    }
}

#[test]
fn each_path_of_a_call_is_charged_and_there_are_so_many_and_no_more() {
    let bench = Bench::new();
    let most = Limits::default().max_paths;
    for (tool, name) in [("read_multiple_files", "paths"), ("keyword_search", "root_paths")] {
        let arguments = |count: usize| {
            let paths: Vec<_> = (0..count).map(|n| format!("/nowhere/{n}")).collect();
            let mut arguments = json!({name: paths});
            if tool == "keyword_search" {
                arguments["keyword"] = json!("x");
            }
            arguments
        };
        let watch = CallMonitor::unattended();
        let all = bench.call(tool, &arguments(most), watch.clone());
        assert!(!all.as_ref().is_err_and(|said| said.starts_with("over_limit: ")), "{all:?}");
        assert!(watch.steps() >= most as u64, "{tool}: {} steps", watch.steps());
        let cancelled = bench.call(tool, &arguments(most), cancelling_after(most as u64 / 2));
        assert!(
            cancelled.as_ref().is_err_and(|said| said.starts_with("cancelled: ")),
            "{tool}: {cancelled:?}"
        );
        let more = bench.call(tool, &arguments(most + 1), CallMonitor::unattended());
        assert!(
            more.as_ref().is_err_and(|said| said.starts_with("over_limit: ")),
            "{tool}: {more:?}"
        );
    }
}
