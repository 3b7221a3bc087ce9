//! Any bytes on standard input: whole lines of JSON come out, and each request gets one answer.

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
/// Longer lines are skipped: the fuzzer is to meet that, too.
const MOST_BYTES: usize = 2_000;

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let served = Served::new("ro");
    served.put("a", b"text\n");
    served
});

pub fn run(bytes: &[u8]) {
    let limits = Limits { max_message_bytes: MOST_BYTES, ..Limits::default() };
    let dispatcher = SERVED.dispatcher(limits, &TOOLS);
    let (mut input, output) = (file("in"), file("out"));
    input.write_all(bytes).unwrap();
    input.rewind().unwrap();
    protocol::serve(dispatcher, OwnedFd::from(input), OwnedFd::from(output.try_clone().unwrap()))
        .unwrap();
    let mut said = String::new();
    let mut output = output;
    output.rewind().unwrap();
    output.read_to_string(&mut said).unwrap();
    assert!(said.is_empty() || said.ends_with('\n'), "{said:?}");
    assert!(!gives_away(&said, bytes), "{said}");
    let asked = asked(bytes);
    let mut answered: HashMap<String, usize> = HashMap::new();
    let mut answers = 0;
    for line in said.lines() {
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
    if !asked.takes_back {
        for (id, times) in &asked.ids {
            assert!(
                answered.get(id).unwrap_or(&0) >= times,
                "{id} was asked {times} times: {said}"
            );
        }
    }
}

fn file(name: &str) -> File {
    File::from(memfd_create(name, MemfdFlags::CLOEXEC).unwrap())
}

/// What a client is owed.
#[derive(Default)]
struct Asked {
    /// The most messages that the lines may hold.
    messages: usize,
    /// How often each id was asked for.
    ids: HashMap<String, usize>,
    /// How often each id was named, which what is no request may do, too.
    named: HashMap<String, usize>,
    /// Messages in lines that are not one JSON value, are too long or give a member twice: an id in them may be found all the
    /// same.
    unreadable: usize,
    /// Was anything taken back?
    takes_back: bool,
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
            continue;
        };
        asked.takes_back |= message["method"] == "notifications/cancelled";
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
