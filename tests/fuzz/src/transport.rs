//! Any bytes on standard input: the output consists of whole lines of JSON, and each request gets one answer.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::fd::OwnedFd;
use std::sync::LazyLock;

use preopen::args::doubled;
use preopen::limits::Limits;
use preopen::protocol;
use rustix::fs::{MemfdFlags, memfd_create};
use serde_json::Value;

use crate::served::{Served, gives_away};

const TOOLS: [&str; 2] = ["list_allowed_directories", "read_text_file"];
/// The server skips longer lines. The limit is low, so that the fuzzer reaches it.
const MOST_BYTES: usize = 2_000;

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let served = Served::new("ro");
    served.put("a", b"text\n");
    served
});

pub fn run(bytes: &[u8]) {
    let limits = Limits { max_message_bytes: MOST_BYTES, ..Limits::default() };
    let dispatcher = SERVED.dispatcher(limits, &TOOLS);
    let mut input = file("in");
    let output = file("out");
    input.write_all(bytes).unwrap();
    input.rewind().unwrap();
    protocol::serve(dispatcher, OwnedFd::from(input), OwnedFd::from(output.try_clone().unwrap()))
        .unwrap();
    let mut printed = String::new();
    let mut output = output;
    output.rewind().unwrap();
    output.read_to_string(&mut printed).unwrap();
    assert!(printed.is_empty() || printed.ends_with('\n'), "{printed:?}");
    assert!(!gives_away(&printed, bytes), "{printed}");
    let asked = asked(bytes);
    let mut answered: HashMap<String, usize> = HashMap::new();
    let mut answers = 0;
    for line in printed.lines() {
        let answer: Value =
            serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        assert_eq!(answer["jsonrpc"], "2.0", "{line}");
        if answer.get("method").is_some() {
            continue;
        }
        answers += 1;
        assert!(answer.get("result").is_some() != answer.get("error").is_some(), "{line}");
        if let Some(id) = answer.get("id").filter(|id| !id.is_null()) {
            *answered.entry(id.to_string()).or_default() += 1;
        }
    }
    assert!(answers <= asked.messages, "{answers} answers to {} messages", asked.messages);
    for (id, times) in &answered {
        let named = asked.named.get(id).unwrap_or(&0) + asked.unreadable;
        assert!(*times <= named, "{id}: {times} answers");
    }
    if !asked.has_cancellation {
        for (id, times) in &asked.ids {
            assert!(
                answered.get(id).unwrap_or(&0) >= times,
                "id {id} was requested {times} times: {printed}"
            );
        }
    }
}

fn file(name: &str) -> File {
    File::from(memfd_create(name, MemfdFlags::CLOEXEC).unwrap())
}

/// The requests in the input.
#[derive(Default)]
struct Asked {
    /// The most messages that the lines may hold.
    messages: usize,
    /// How many requests have each id.
    ids: HashMap<String, usize>,
    /// How many messages have each id, including those that are not requests.
    named: HashMap<String, usize>,
    /// The number of messages in lines that are not one JSON value, are too long or give a member twice. The server may
    /// still find an id in them.
    unreadable: usize,
    /// Whether a request was cancelled.
    has_cancellation: bool,
}

fn asked(bytes: &[u8]) -> Asked {
    let mut asked = Asked::default();
    for line in bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let messages = most_messages(line);
        asked.messages += messages;
        let message = serde_json::from_slice::<Value>(line).ok();
        let is_read = line.len() <= MOST_BYTES && doubled(line).is_none();
        let Some(message) = message.filter(|message| is_read && !message["id"].is_f64()) else {
            asked.unreadable += messages;
            // One of several messages on the line may cancel a request.
            asked.has_cancellation |= line.windows(9).any(|bytes| bytes == b"cancelled");
            continue;
        };
        asked.has_cancellation |= message["method"] == "notifications/cancelled";
        let is_request = message["method"].is_string()
            && message.get("result").is_none()
            && message.get("error").is_none();
        let id = &message["id"];
        if id.is_string() || id.is_i64() || id.is_u64() {
            *asked.named.entry(id.to_string()).or_default() += 1;
            *asked.ids.entry(id.to_string()).or_default() += usize::from(is_request);
        }
    }
    asked
}

/// One, and one for each place where a message may end and another one begin.
fn most_messages(line: &[u8]) -> usize {
    let ends = line.iter().enumerate().filter(|(_, byte)| **byte == b'}');
    let follows = |at: usize| line[at + 1..].trim_ascii_start().starts_with(b"{");
    1 + ends.filter(|(at, _)| follows(*at)).count()
}
