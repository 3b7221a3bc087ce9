//! [`Bench`]: what the check of an answer needs: a stage with a new flag, the answer, and servers.
//!
//! This module does not know which exercise it serves.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Answer;
use crate::cli::Options;
use crate::server::{Exchange, Launch, Server};
use crate::servers::{ours, weak};
use crate::stage::Stage;
use crate::victim::Level;

/// How long a server may take to answer, by default.
const PATIENCE: Duration = Duration::from_secs(5);

/// The means to check an answer.
pub struct Bench {
    /// The stage, with a new random flag.
    pub stage: Stage,
    /// The options of the command line.
    pub options: Options,
    /// The work directory.
    pub work: PathBuf,
    /// The directory of the exercise, as an absolute path.
    pub dir: PathBuf,
    /// The directory of the exercise, as the participant wrote it.
    pub shown_dir: PathBuf,
    /// The participant's answer.
    pub answer: Answer,
}

impl Bench {
    /// Returns the secret.
    pub fn flag(&self) -> &str {
        self.stage.flag()
    }

    /// Returns how long a server may take to answer.
    pub fn patience(&self) -> Duration {
        self.options.patience.map_or(PATIENCE, Duration::from_millis)
    }

    /// Returns how to start a weak server that records its checks.
    ///
    /// # Errors
    /// If the system does not report the path of this program.
    pub fn weak(&self, level: Level) -> io::Result<Launch> {
        weak(level, true, self.options.unconfined)
    }

    /// Returns how to start preopen with the given arguments.
    ///
    /// # Errors
    /// If the program is not found.
    pub fn ours(&self, args: Vec<String>) -> io::Result<Launch> {
        Ok(Launch { args, ..ours(self.options.preopen.as_deref())? })
    }

    /// Starts a server in the directory `at`, which `{}` in the arguments stands for.
    ///
    /// # Errors
    /// If the server does not start.
    pub fn start(&self, launch: &Launch, at: &Path) -> io::Result<Server> {
        Server::start(launch.command(at), &self.stage)
    }

    /// Calls a tool.
    pub fn call(&self, server: &mut Server, tool: &str, arguments: &Value) -> Exchange {
        let params = json!({"name": tool, "arguments": arguments});
        server.request("tools/call", &params, self.patience())
    }

    /// Returns whether the flag is in the answer but not in the request.
    pub fn gives_flag(&self, exchange: &Exchange) -> bool {
        let line = exchange.reply.line().unwrap_or_default();
        line.contains(self.flag()) && !exchange.request.contains(self.flag())
    }
}
