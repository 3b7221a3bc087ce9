//! [`Subject`]: a server under attack, with a tree of its own.
//!
//! This module does not know which server it is, and does not judge answers. All servers get the same requests.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use preopen_attacks::Sandbox;
use serde_json::{Value, json};

use crate::attack::{Attack, Request, Setting, Verb};
use crate::mapping::Tools;
use crate::server::{Exchange, Launch, Reply, Server, is_refusal, text_without};
use crate::stage::{FLAG, Stage};

/// The longest wait for an answer, however slow the machine is.
const LONGEST: Duration = Duration::from_secs(10);
/// A call may take as long as this many ordinary calls.
const CALLS_OF_PATIENCE: u32 = 50;

/// A server, its tree, and its tools.
pub struct Subject<'a> {
    stage: &'a Stage,
    launch: &'a Launch,
    server: Server,
    tools: Tools,
    min_patience: Duration,
    patience: Duration,
    /// Whether the server did not answer the last attack.
    is_lost: bool,
    // The last field, so that the tree is removed after the server has ended.
    sandbox: Option<Sandbox>,
}

impl<'a> Subject<'a> {
    /// Starts a server, lists its tools, and finds out whether it accepts relative paths. Each answer may take at least
    /// `min_patience`.
    ///
    /// # Errors
    /// If the server cannot be started or does not answer.
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
                "the server does not list its tools: it {}",
                listed.reply.in_words()
            )));
        };
        subject.tools = Tools::discover(&listed);
        subject.detect_path_style()?;
        Ok(subject)
    }

    /// Sends a request to the suitable tool. Returns `None` if the server has no such tool.
    pub fn call(&mut self, request: &Request) -> Option<Exchange> {
        self.call_with_patience(request, 1)
    }

    /// As [`Self::call`], with a multiple of the patience.
    pub fn call_with_patience(&mut self, request: &Request, times: u32) -> Option<Exchange> {
        let (name, arguments) = self.tools.call(request)?;
        let params = json!({"name": name, "arguments": arguments});
        Some(self.server.request("tools/call", &params, self.patience * times))
    }

    /// Sends a request without waiting. Returns its id and its line, or `None` if the server has no such tool.
    pub fn send_request(&mut self, request: &Request) -> Option<(u64, String)> {
        let (name, arguments) = self.tools.call(request)?;
        Some(self.server.send_request("tools/call", &json!({"name": name, "arguments": arguments})))
    }

    /// Waits for the next answer to any request.
    pub fn next(&mut self) -> Reply {
        self.server.next(self.patience)
    }

    /// Resets the tree and applies `make` to it.
    pub fn plant(&mut self, make: impl FnOnce(Sandbox) -> Sandbox) {
        let sandbox = self.sandbox.take();
        self.sandbox = self.stage.while_active(|| sandbox.map(|s| make(s.restored())));
    }

    /// Returns the path of a file in the tree.
    pub fn path(&self, path: &str) -> PathBuf {
        self.sandbox.as_ref().map_or_else(PathBuf::new, |sandbox| sandbox.path(path))
    }

    /// Returns the tools of the server.
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// Returns the flag that lies outside the grant.
    pub fn flag(&self) -> &'a str {
        self.stage.flag()
    }

    /// Returns the flag without its prefix.
    pub fn letters(&self) -> &'a str {
        self.stage.letters()
    }

    /// Returns the process id of the server.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Returns the peak memory of the server in bytes, if the system reports it.
    pub fn peak_memory(&self) -> Option<u64> {
        self.server.peak_memory()
    }

    /// Notes whether the server stopped answering. It would not answer the next attack either.
    pub fn set_lost(&mut self, is_lost: bool) {
        self.is_lost = is_lost;
    }

    /// Restarts the server if it stopped answering.
    ///
    /// # Errors
    /// If it does not start.
    pub fn restart_if_lost(&mut self) -> io::Result<()> {
        if self.is_lost {
            let grant = self.path("grant");
            self.plant(|sandbox| sandbox);
            self.server = Server::start(self.launch.command(&grant), self.stage)?;
        }
        Ok(())
    }

    /// Returns the request of an attack.
    pub fn request_for(&self, attack: &Attack, setting: &Setting) -> Request {
        let path = match (&self.sandbox, setting.row) {
            (Some(sandbox), Some(row)) => row.spelled(sandbox),
            (Some(sandbox), None) => sandbox.spelled(setting.path),
            _ => setting.path.to_owned(),
        };
        Request { verb: attack.verb, path, text: attack.text.replace("{flag}", FLAG) }
    }

    /// Finds out whether the server accepts relative paths, and how long an ordinary call takes.
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
            let mut answer = Value::Null;
            // Repeated, since the machine may be busy with starting servers during the first call.
            for _ in 0..3 {
                let Some(exchange) = self.call(&read).or_else(|| self.call(&count("inside")))
                else {
                    return Err(io::Error::other(
                        "the server has no tool that reads or searches files",
                    ));
                };
                quickest = quickest.min(exchange.took);
                answer = exchange
                    .reply
                    .result()
                    .ok_or_else(|| io::Error::other(format!("it {}", exchange.reply.in_words())))?;
            }
            self.patience = (quickest * CALLS_OF_PATIENCE).min(LONGEST).max(self.min_patience);
            let is_path_accepted = if self.tools.has(Verb::Read) {
                answer.to_string().contains("inside")
            } else {
                let other = self.call(&count("absent")).and_then(|other| other.reply.result());
                !is_refusal(&answer)
                    && other.is_some_and(|other| {
                        text_without(&other, "absent") != text_without(&answer, "inside")
                    })
            };
            if is_path_accepted {
                break;
            }
        }
        Ok(())
    }
}
