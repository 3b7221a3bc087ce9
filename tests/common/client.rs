//! [`Client`]: starts the real program and talks to it line by line.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::filter::{self, Without};
use super::hints::foreign_arguments;

/// Longer than a call may take, which ends with its time after 25 s; a call that blocks never ends.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// How the client opens the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// `initialize`, 2025-11-25.
    Legacy,
    /// Stateless, 2026-07-28.
    Modern,
}

/// The program, running.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    era: Era,
    next_id: u64,
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    pub is_error: bool,
}

impl Answer {
    /// `ok`, or the code of the refusal.
    pub fn code(&self) -> &str {
        if self.is_error { self.text.split(':').next().unwrap() } else { "ok" }
    }
}

/// The program, not yet started, in an environment with nothing in it; if it counts the lines that it runs, but for where it does so.
#[must_use]
pub fn preopen(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preopen"));
    command.env_clear().args(args);
    if let Some(counts) = std::env::var_os("LLVM_PROFILE_FILE") {
        command.env("LLVM_PROFILE_FILE", counts);
    }
    command
}

/// Somebody without rights.
pub const NOBODY: u32 = 65534;

/// Copies the program, by another process: a child that another test starts meanwhile would inherit our open
/// file, and what is open for writing cannot be run.
pub fn copy_program(to: &Path) {
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_preopen")).arg(to).status();
    assert!(copied.unwrap().success());
}

/// A copy of the program where everybody may run it.
pub fn for_everybody() -> &'static Path {
    static PROGRAM: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("preopen");
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        copy_program(&copy);
        (directory, copy)
    });
    &PROGRAM.1
}

impl Client {
    pub fn start(args: &[&str], era: Era) -> Self {
        Self::start_without(args, era, Without::Nothing)
    }

    /// Starts the program from a shell that does something first, such as setting a limit.
    pub fn after(first: &str, args: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]);
        command.arg(env!("CARGO_BIN_EXE_preopen")).args(args);
        let mut client = Self::spawn(command, Era::Modern, Without::Nothing);
        // The handles are open when it answers, and not before.
        client.request("server/discover", json!({}));
        client
    }

    /// Starts the program and, in the legacy era, shakes hands.
    pub fn start_without(args: &[&str], era: Era, without: Without) -> Self {
        Self::spawn(preopen(args), era, without)
    }

    /// Starts the program with this standard error.
    pub fn with_stderr(args: &[&str], era: Era, stderr: Stdio) -> Self {
        let mut command = preopen(args);
        command.stderr(stderr);
        Self::spawn_keeping_stderr(command, era, Without::Nothing)
    }

    /// Starts a command that ends up as the program.
    pub fn spawn(mut command: Command, era: Era, without: Without) -> Self {
        command.stderr(Stdio::null());
        Self::spawn_keeping_stderr(command, era, without)
    }

    fn spawn_keeping_stderr(mut command: Command, era: Era, without: Without) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = filter::spawn(command, without);
        let (send, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut client = Self { child, input, lines, era, next_id: 0 };
        if era == Era::Legacy {
            let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"}});
            client.request("initialize", hello);
            client.send(
                &json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string(),
            );
        }
        client
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends one line as it is.
    pub fn send(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_bytes()).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
    }

    /// Sends bytes without a line end.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// The next line, which has to be one JSON object.
    pub fn receive(&mut self) -> Value {
        self.try_receive().expect("an answer, in time")
    }

    /// The next line, unless none comes.
    pub fn try_receive(&mut self) -> Option<Value> {
        let line = self.lines.recv_timeout(PATIENCE).ok()?;
        Some(serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e} in {line}")))
    }

    /// One request and its answer, whole.
    pub fn request(&mut self, method: &str, mut params: Value) -> Value {
        self.next_id += 1;
        if self.era == Era::Modern {
            params["_meta"] = modern_meta();
        }
        let id = self.next_id;
        self.send(
            &json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string(),
        );
        let answer = self.receive();
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// One tool call that is answered, even if by a refusal.
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Answer {
        let answer = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        let content =
            result["content"].as_array().unwrap_or_else(|| panic!("{tool} {arguments}: {answer}"));
        assert_eq!(content.len(), 1, "one block of text: {answer}");
        assert!(result.get("structuredContent").is_none(), "{answer}");
        let answer = Answer {
            text: content[0]["text"].as_str().map_or_else(|| content[0].to_string(), plain),
            is_error: result["isError"].as_bool().unwrap(),
        };
        let foreign = foreign_arguments(tool, &arguments.to_string(), &answer.text);
        assert!(foreign.is_empty(), "{tool} {arguments} names {foreign:?}: {answer:?}");
        answer
    }

    /// The tools it offers, by name.
    pub fn tools(&mut self) -> BTreeMap<String, Value> {
        let answer = self.request("tools/list", json!({}));
        let tools = answer["result"]["tools"].as_array().unwrap().clone();
        tools.into_iter().map(|tool| (tool["name"].as_str().unwrap().to_owned(), tool)).collect()
    }

    /// Ends the input; gives the lines that were still to come and the exit status.
    pub fn finish(mut self) -> (Vec<String>, i32) {
        drop(self.input.take());
        let mut rest = vec![];
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            rest.push(line);
        }
        let status = ended(&mut self.child);
        (rest, status.code().unwrap_or(-1))
    }
}

/// Waits for a process to end, for as long as it may take.
pub fn ended(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("process {} does not end", child.id());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer without what differs from run to run: the version, which is a hash, becomes `V`.
pub fn plain(text: &str) -> String {
    match text.rsplit_once("; version ") {
        Some((before, after)) if after.as_bytes().get(10).is_some_and(|b| b"];".contains(b)) => {
            format!("{before}; version V{}", &after[10..])
        }
        _ => text.to_owned(),
    }
}

/// What each request of the stateless era carries.
pub fn modern_meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    })
}

/// A call of the stateless era, as the line that a client sends.
pub fn request(id: u64, tool: &str, arguments: &Value) -> String {
    let params = json!({"name": tool, "arguments": arguments, "_meta": modern_meta()});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string()
}
