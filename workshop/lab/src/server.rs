//! [`Server`]: runs a program that speaks MCP on standard input and output, and exchanges lines with it.
//!
//! Every server gets the same lines. This module does not know what they mean.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process;
use crate::stage::{ProcessGroups, Stage};

/// How long a server may take to start. Package runners may have to download it first.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// A server that uses this much memory is stopped. No answer needs as much.
const MAX_MEMORY: u64 = 1 << 30;
/// The longest wait for an answer, even if the machine is busy.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// Extra time for a busy machine to pass an answer on.
const GRACE: Duration = Duration::from_millis(50);
/// How often the memory is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Its name in tables.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments. `{}` stands for the granted directory; without `{}` the directory becomes the last argument.
    pub args: Vec<String>,
}

impl Launch {
    /// Returns the command for a granted directory, which is also the working directory.
    pub fn command(&self, grant: &Path) -> Command {
        let grant_text = grant.to_string_lossy();
        let mut command = Command::new(&self.program);
        command.args(self.args.iter().map(|arg| arg.replace("{}", &grant_text)));
        if !self.args.iter().any(|arg| arg.contains("{}")) {
            command.arg(grant);
        }
        command.current_dir(grant);
        command
    }
}

/// A running server.
pub struct Server {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    next_id: u64,
    process_groups: Arc<ProcessGroups>,
    stderr: PathBuf,
}

/// The outcome of a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The server answered with this line.
    Line(String),
    /// The server did not answer within this time.
    Silence(Duration),
    /// The server did not answer, and its memory grew to this many bytes.
    Swelled(u64),
    /// The server ended. Holds the last lines of its standard error.
    Gone(String),
}

/// A request and its outcome.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The line that was sent.
    pub request: String,
    /// The outcome.
    pub reply: Reply,
    /// How long it took.
    pub took: Duration,
}

impl Server {
    /// Starts the server and performs the MCP handshake.
    ///
    /// # Errors
    /// If the program cannot be started, or is not an MCP server.
    pub fn start(mut command: Command, stage: &Stage) -> io::Result<Self> {
        let stderr = tempfile::Builder::new()
            .prefix("stderr.")
            .tempfile_in(stage.file(""))?
            .into_temp_path()
            .keep()
            .map_err(io::Error::other)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(&stderr)?);
        // A process group of its own, so that the server can be ended with all its children.
        command.process_group(0);
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .spawn()
            .map_err(|error| io::Error::other(format!("cannot start `{program}`: {error}")))?;
        let process_groups = stage.process_groups();
        process_groups.add(child.id());
        let input = child.stdin.take();
        let lines = lines_of(&mut child);
        let mut server = Self { child, input, lines, next_id: 0, process_groups, stderr };
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "preopen-lab", "version": env!("CARGO_PKG_VERSION")}});
        match server.request("initialize", &hello, START_TIMEOUT).reply {
            Reply::Line(_) => {}
            other => return Err(io::Error::other(format!("`{program}` {}", other.in_words()))),
        }
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        Ok(server)
    }

    /// Sends a request and waits for the answer.
    pub fn request(&mut self, method: &str, params: &Value, patience: Duration) -> Exchange {
        let started = Instant::now();
        let (id, request) = self.send_request(method, params);
        let reply = self.receive(Some(id), patience);
        Exchange { request, reply, took: started.elapsed() }
    }

    /// Sends a line unchanged and waits for the answer. Does not wait if the line has no numeric `id`.
    pub fn send_line(&mut self, line: &str, patience: Duration) -> Exchange {
        let started = Instant::now();
        let message: Value = serde_json::from_str(line).unwrap_or_default();
        self.send(line);
        let reply = match message.get("id").and_then(Value::as_u64) {
            None => Reply::Silence(Duration::ZERO),
            id => self.receive(id, patience),
        };
        Exchange { request: line.to_owned(), reply, took: started.elapsed() }
    }

    /// Sends a request without waiting. Returns its id and its line.
    pub fn send_request(&mut self, method: &str, params: &Value) -> (u64, String) {
        self.next_id += 1;
        let id = self.next_id;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let request = request.to_string();
        self.send(&request);
        (id, request)
    }

    /// Closes the server's input and waits for it to exit.
    pub fn finish(mut self, patience: Duration) {
        self.input = None;
        let started = Instant::now();
        while started.elapsed() < patience
            && self.child.try_wait().is_ok_and(|ended| ended.is_none())
        {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for the next answer to any request.
    pub fn next(&mut self, patience: Duration) -> Reply {
        self.receive(None, patience)
    }

    /// Returns the peak memory of the server or one of its children in bytes, if the system reports it.
    pub fn peak_memory(&self) -> Option<u64> {
        process::memory(self.child.id(), "VmHWM:")
    }

    /// Returns the process id of the server.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn send(&mut self, line: &str) {
        // A failed write means that the server has ended, which the read will report.
        if let Some(input) = &mut self.input {
            let _ = input.write_all(format!("{line}\n").as_bytes()).and_then(|()| input.flush());
        }
    }

    fn receive(&mut self, id: Option<u64>, patience: Duration) -> Reply {
        let started = Instant::now();
        let before = process::cpu_time(self.child.id());
        let mut until = patience;
        loop {
            let left = until.saturating_sub(started.elapsed());
            match self.lines.recv_timeout(left.min(POLL_INTERVAL)) {
                Ok(line) => match serde_json::from_str::<Value>(&line) {
                    Ok(message) if message.get("method").is_some() => self.refuse(&message),
                    Ok(message) if is_for(&message, id) => return Reply::Line(line),
                    // Late answers, and lines that are not messages.
                    _ => {}
                },
                Err(RecvTimeoutError::Disconnected) => {
                    return Reply::Gone(self.last_stderr_lines());
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    let used = process::cpu_time(self.child.id()).since(before);
                    if started.elapsed() > MAX_WAIT || !used.is_starved(patience, until) {
                        return Reply::Silence(started.elapsed());
                    }
                    until = patience + used.waiting + GRACE;
                }
                Err(RecvTimeoutError::Timeout) => {
                    let size = process::memory(self.child.id(), "VmRSS:");
                    if let Some(size) = size.filter(|size| *size > MAX_MEMORY) {
                        return Reply::Swelled(size);
                    }
                }
            }
        }
    }

    /// Refuses a request from the server to the client, such as `roots/list`.
    fn refuse(&mut self, message: &Value) {
        if let Some(id) = message.get("id") {
            let error = json!({"code": -32601, "message": "not offered"});
            self.send(&json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string());
        }
    }

    fn last_stderr_lines(&self) -> String {
        let stderr = std::fs::read(&self.stderr).unwrap_or_default();
        let stderr = String::from_utf8_lossy(&stderr);
        let lines: Vec<&str> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
        lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join(" / ")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process_groups.end(self.child.id());
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.stderr);
    }
}

impl Reply {
    /// Describes the outcome, as a predicate to the server's name.
    pub fn in_words(&self) -> String {
        match self {
            Self::Line(_) => "answers".into(),
            Self::Silence(after) => format!("does not answer within {} ms", after.as_millis()),
            Self::Swelled(bytes) => format!("has grown to {} MiB", bytes >> 20),
            Self::Gone(stderr) if stderr.is_empty() => "has ended".into(),
            Self::Gone(stderr) => format!("has ended: {stderr}"),
        }
    }

    /// Returns the line, if the server answered.
    pub fn line(&self) -> Option<&str> {
        match self {
            Self::Line(line) => Some(line),
            _ => None,
        }
    }

    /// Returns the id of the answered request.
    pub fn id(&self) -> Option<u64> {
        serde_json::from_str::<Value>(self.line()?).ok()?.get("id")?.as_u64()
    }

    /// Returns the result or the error of the answer, or `None` if the server did not answer.
    pub fn result(&self) -> Option<Value> {
        let mut message: Value = serde_json::from_str(self.line()?).ok()?;
        message.get_mut("result").map(Value::take).or_else(|| {
            let error = message.get("error")?;
            Some(json!({"isError": true, "error": error}))
        })
    }
}

/// Returns whether a message answers the request `id`, or any request if `id` is `None`.
fn is_for(message: &Value, id: Option<u64>) -> bool {
    let answered = message.get("id").and_then(Value::as_u64);
    answered.is_some() && (id.is_none() || answered == id)
}

/// Returns whether a result is an error.
pub fn is_refusal(result: &Value) -> bool {
    result.get("isError") == Some(&Value::Bool(true))
}

/// Returns an answer as text, with `text` removed: many answers repeat the request.
pub fn text_without(result: &Value, text: &str) -> String {
    result.to_string().replace(text, "")
}

fn lines_of(child: &mut Child) -> Receiver<String> {
    let (send, lines) = channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                if send.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        });
    }
    lines
}
