//! Clients that send and do not read, or that end their input while nothing is read from it: what waits is bounded in
//! number and in bytes, and the server ends.

use std::io::{BufRead as _, BufReader, PipeReader, PipeWriter, Write as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use serde_json::{Value, json};

use crate::common::{Sandbox, preopen, request};

/// More memory than the server may ever take, in MiB.
const MOST_MIB: u64 = 256;

/// The program, and our ends of its pipes, which are written and read by nobody else.
struct Server {
    child: Child,
    input: Option<PipeWriter>,
    output: BufReader<PipeReader>,
}

impl Server {
    fn start(sandbox: &Sandbox, limits: &str) -> Self {
        let toml = format!("[[allow]]\npath = \"grant\"\nrights = \"rw\"\n[limits]\n{limits}");
        let config = sandbox.path("allowlist.toml");
        std::fs::write(&config, toml).unwrap();
        let (stdin, input) = std::io::pipe().unwrap();
        let (output, stdout) = std::io::pipe().unwrap();
        let mut command = preopen(&["--config", config.to_str().unwrap()]);
        let child = command.stdin(stdin).stdout(stdout).stderr(Stdio::null()).spawn().unwrap();
        Self { child, input: Some(input), output: BufReader::new(output) }
    }

    /// Sends lines without reading any answer, until nothing more is taken for a second. Gives how many were taken.
    fn send_unread(&mut self, lines: impl Iterator<Item = String>) -> usize {
        let input = self.input.as_mut().unwrap();
        let flags = fcntl_getfl(&*input).unwrap();
        fcntl_setfl(&*input, flags | OFlags::NONBLOCK).unwrap();
        let mut taken = 0;
        for line in lines {
            let line = format!("{line}\n");
            let (mut rest, mut last) = (line.as_bytes(), Instant::now());
            while !rest.is_empty() && last.elapsed() < Duration::from_secs(1) {
                match input.write(rest) {
                    Ok(written) => (rest, last) = (&rest[written..], Instant::now()),
                    Err(_) => std::thread::sleep(Duration::from_millis(1)),
                }
            }
            if !rest.is_empty() {
                return taken;
            }
            taken += 1;
        }
        taken
    }

    fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// The most memory that it has had.
    fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        most.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// How long it takes to end.
    fn ends_within(&mut self, most: Duration) -> bool {
        let start = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if start.elapsed() > most {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn media_answers_that_nobody_reads_are_bounded_in_bytes() {
    let sandbox = Sandbox::new().file("grant/media", "\u{1}".repeat(4 << 20));
    let mut server = Server::start(&sandbox, "");
    let call = |id| request(id, "read_media_file", &json!({"path": "media"}));
    let taken = server.send_unread((1..=30).map(call));
    assert!(server.memory_mib() < 160, "{} MiB for {taken} requests", server.memory_mib());
    let mut ids: Vec<u64> = (0..taken)
        .map(|_| {
            let answer = server.receive();
            let block = &answer["result"]["content"][0];
            let bytes = block["resource"]["blob"].as_str().map(str::len);
            assert_eq!(bytes, Some((4_usize << 20).div_ceil(3) * 4), "{answer:.300}");
            answer["id"].as_u64().unwrap()
        })
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=taken as u64).collect::<Vec<_>>());
    assert!(server.memory_mib() < 160, "{} MiB", server.memory_mib());
}

#[test]
fn large_requests_are_not_read_while_answers_are_unread() {
    let sandbox = Sandbox::new().file("grant/media", "\u{1}".repeat(4 << 20));
    let mut server = Server::start(&sandbox, "");
    let media = |id| request(id, "read_media_file", &json!({"path": "media"}));
    server.send_unread((1..=10).map(media));
    let content = "x".repeat(10 << 20);
    let call = |id| request(id, "write_file", &json!({"path": "f", "content": content}));
    let taken = server.send_unread((11..=50).map(call));
    assert!(server.memory_mib() < MOST_MIB, "{} MiB for {taken}", server.memory_mib());
}

/// Each number takes two bytes of a line, and sixteen times as much once it is read.
#[test]
fn a_line_of_a_million_values_takes_little_memory() {
    let sandbox = Sandbox::new().file("grant/f", "x\n");
    let mut server = Server::start(&sandbox, "");
    for (values, brackets) in [
        ("0,".repeat(7_000_000) + "0", ("[", "]")),
        ("[],".repeat(5_000_000) + "0", ("[", "]")),
        ("\"a\":0,".repeat(2_500_000) + "\"a\":0", ("{", "}")),
    ] {
        let line = request(1, "search_files", &json!({"pattern": "*", "exclude": "VALUES"}));
        let line = line.replace("\"VALUES\"", &format!("{}{values}{}", brackets.0, brackets.1));
        let sender = std::thread::spawn({
            let mut input = server.input.as_ref().unwrap().try_clone().unwrap();
            move || writeln!(input, "{line}").unwrap()
        });
        let answer = server.receive();
        sender.join().unwrap();
        assert_eq!(answer["error"]["code"], -32600, "{answer}");
        assert_eq!(
            answer["error"]["message"], "the message holds more than 200000 values",
            "{answer}"
        );
    }
    assert!(server.memory_mib() < MOST_MIB, "{} MiB", server.memory_mib());
    // A text may hold any number of the same characters.
    let content = "[],{}:\\\"".repeat(300_000);
    let line = request(2, "write_file", &json!({"path": "new", "content": content}));
    let sender = std::thread::spawn({
        let mut input = server.input.as_ref().unwrap().try_clone().unwrap();
        move || writeln!(input, "{line}").unwrap()
    });
    assert_eq!(server.receive()["result"]["isError"], false);
    sender.join().unwrap();
    assert_eq!(std::fs::read_to_string(sandbox.path("grant/new")).unwrap(), content);
}

#[test]
fn the_end_of_the_input_is_seen_while_nothing_is_read_from_it() {
    let sandbox = Sandbox::new().file("grant/f", "x\n".repeat(10_000));
    let mut server = Server::start(&sandbox, "max_requests_waiting = 4\ndrain_ms = 500\n");
    let call = |id| request(id, "read_text_file", &json!({"path": "f"}));
    let taken = server.send_unread((1..=10_000).map(call));
    assert!(taken < 10_000, "the pipe is full");
    drop(server.input.take());
    assert!(server.ends_within(Duration::from_secs(20)), "it does not end");
}

/// `cat requests | preopen`: the input ends long before it is read.
#[test]
fn a_client_that_ends_its_input_early_gets_every_answer_that_it_reads() {
    let sandbox = Sandbox::new().file("grant/f", "x\n".repeat(2_000));
    let mut server = Server::start(&sandbox, "max_requests_waiting = 4\ndrain_ms = 2000\n");
    let call = |id| request(id, "read_text_file", &json!({"path": "f"}));
    let taken = server.send_unread((1..=10_000).map(call));
    drop(server.input.take());
    for _ in 0..taken {
        std::thread::sleep(Duration::from_millis(15));
        assert_eq!(server.receive()["result"]["isError"], false);
    }
    assert!(server.ends_within(Duration::from_secs(20)), "it does not end");
}
