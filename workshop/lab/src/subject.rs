//! [`Subject`]: a server under attack, in a tree of its own, and how it is talked to.
//!
//! May import: `attack`, `mapping`, `oracle`, `server`, `stage`. Absent on purpose: which server it is, and what
//! an answer is worth. All get the same lines.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use preopen_attacks::Sandbox;
use serde_json::{Value, json};

use crate::attack::{Attack, Request, Setting, Verb};
use crate::mapping::Tools;
use crate::server::{Exchange, Launch, Reply, Server, is_refusal, text_without};
use crate::stage::{FLAG, Stage};

/// The longest wait, however slow the machine.
const LONGEST: Duration = Duration::from_secs(10);
/// So many ordinary calls could have been answered while one was not.
const CALLS_OF_PATIENCE: u32 = 50;

/// A server, what it serves, and how it is talked to.
pub struct Subject<'a> {
    stage: &'a Stage,
    launch: &'a Launch,
    server: Server,
    tools: Tools,
    min_patience: Duration,
    patience: Duration,
    /// Did it not answer the last attack?
    is_lost: bool,
    // Last: what is served goes when nobody serves it any more.
    sandbox: Option<Sandbox>,
}

impl<'a> Subject<'a> {
    /// Starts a server, asks for its tools, and finds out how it wants paths to be said. No wait is shorter
    /// than `at_least`.
    ///
    /// # Errors
    /// When it cannot be started or does not answer.
    pub fn start(stage: &'a Stage, launch: &'a Launch, min_patience: Duration) -> io::Result<Self> {
        let sandbox = stage.sandbox();
        let server = Server::start(launch.command(&sandbox.path("grant")), stage)?;
        let mut subject = Self {
            stage,
            launch,
            server,
            tools: Tools::default(),
            min_patience,
            patience: LONGEST,
            is_lost: false,
            sandbox: Some(sandbox),
        };
        let listed = subject.server.request("tools/list", &json!({}), LONGEST);
        let Some(listed) = listed.reply.result() else {
            return Err(io::Error::other(format!(
                "it lists no tools: it {}",
                listed.reply.in_words()
            )));
        };
        subject.tools = Tools::discover(&listed);
        subject.detect_path_style()?;
        Ok(subject)
    }

    /// One call as the server's own tools take it, or nothing if it has none for it.
    pub fn call(&mut self, request: &Request) -> Option<Exchange> {
        self.call_with_patience(request, 1)
    }

    /// The same, with so many times the patience.
    pub fn call_with_patience(&mut self, request: &Request, times: u32) -> Option<Exchange> {
        let (name, arguments) = self.tools.call(request)?;
        let params = json!({"name": name, "arguments": arguments});
        Some(self.server.request("tools/call", &params, self.patience * times))
    }

    /// The same, without waiting for the answer; gives the number of the request, and its line.
    pub fn send_request(&mut self, request: &Request) -> Option<(u64, String)> {
        let (name, arguments) = self.tools.call(request)?;
        Some(self.server.send_request("tools/call", &json!({"name": name, "arguments": arguments})))
    }

    /// The next answer, whatever to.
    pub fn next(&mut self) -> Reply {
        self.server.next(self.patience)
    }

    /// Puts a tree there.
    pub fn plant(&mut self, make: impl FnOnce(Sandbox) -> Sandbox) {
        let sandbox = self.sandbox.take();
        self.sandbox = self.stage.while_active(|| sandbox.map(|s| make(s.planted_anew())));
    }

    /// A path in its tree.
    pub fn path(&self, path: &str) -> PathBuf {
        self.sandbox.as_ref().map_or_else(PathBuf::new, |sandbox| sandbox.path(path))
    }

    /// Its tools.
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// The flag that lies outside.
    pub fn flag(&self) -> &'a str {
        self.stage.flag()
    }

    /// Its letters.
    pub fn letters(&self) -> &'a str {
        self.stage.letters()
    }

    /// The number of the server's process.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// The most memory that the server has ever had, in bytes; where the system tells.
    pub fn peak_memory(&self) -> Option<u64> {
        self.server.peak_memory()
    }

    /// Whoever did not answer this attack would not answer the next one either.
    pub fn set_lost(&mut self, is_lost: bool) {
        self.is_lost = is_lost;
    }

    /// Starts the server anew if it is lost.
    ///
    /// # Errors
    /// When it does not start again.
    pub fn restart_if_lost(&mut self) -> io::Result<()> {
        if self.is_lost {
            let grant = self.path("grant");
            self.plant(|sandbox| sandbox);
            self.server = Server::start(self.launch.command(&grant), self.stage)?;
        }
        Ok(())
    }

    /// What is asked in an attack.
    pub fn request_for(&self, attack: &Attack, setting: &Setting) -> Request {
        let path = match (&self.sandbox, setting.row) {
            (Some(sandbox), Some(row)) => row.spelled(sandbox),
            (Some(sandbox), None) => sandbox.spelled(setting.path),
            _ => setting.path.to_owned(),
        };
        Request { verb: attack.verb, path, text: attack.text.replace("{flag}", FLAG) }
    }

    /// Relative paths, if it takes them; and how long an ordinary call takes.
    fn detect_path_style(&mut self) -> io::Result<()> {
        let absolute = self.path("grant").to_string_lossy().into_owned();
        for base in [None, Some(absolute)] {
            if let Some(base) = &base {
                self.tools.absolute_below(base);
            }
            let read =
                Request { verb: Verb::Read, path: "sub/file.txt".into(), text: String::new() };
            let count =
                |text: &str| Request { verb: Verb::Count, path: ".".into(), text: text.into() };
            let mut quickest = LONGEST;
            let mut told = Value::Null;
            // More than once: the first call may find a machine that is busy with starting servers.
            for _ in 0..3 {
                let Some(exchange) = self.call(&read).or_else(|| self.call(&count("inside")))
                else {
                    return Err(io::Error::other("no tool of it reads or searches files"));
                };
                quickest = quickest.min(exchange.took);
                told = exchange
                    .reply
                    .result()
                    .ok_or_else(|| io::Error::other(format!("it {}", exchange.reply.in_words())))?;
            }
            self.patience = (quickest * CALLS_OF_PATIENCE).min(LONGEST).max(self.min_patience);
            let understood = if self.tools.has(Verb::Read) {
                told.to_string().contains("inside")
            } else {
                let other = self.call(&count("absent")).and_then(|other| other.reply.result());
                !is_refusal(&told)
                    && other.is_some_and(|other| {
                        text_without(&other, "absent") != text_without(&told, "inside")
                    })
            };
            if understood {
                break;
            }
        }
        Ok(())
    }
}
