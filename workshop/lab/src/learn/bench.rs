//! [`Bench`]: what an attempt is checked with: a stage with a new flag, the answer, and servers to be asked.
//!
//! May import: `server`, `servers`, `stage`, `victim`. Absent on purpose: which exercise it is.

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

/// How long an answer may take, unless somebody says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an attempt is checked with.
pub struct Bench {
    /// The stage. Its flag was never there before.
    pub stage: Stage,
    /// What was said on the command line.
    pub options: Options,
    /// The work directory.
    pub work: PathBuf,
    /// The exercise's own directory in it.
    pub dir: PathBuf,
    /// The same, as the participant names it.
    pub shown_dir: PathBuf,
    /// What the participant wrote.
    pub answer: Answer,
}

impl Bench {
    /// What must not come out.
    pub fn flag(&self) -> &str {
        self.stage.flag()
    }

    /// How long an answer may take.
    pub fn patience(&self) -> Duration {
        self.options.patience.map_or(PATIENCE, Duration::from_millis)
    }

    /// How a weak server is started that keeps a record of its calls.
    ///
    /// # Errors
    /// When this program does not know where it is.
    pub fn weak(&self, level: Level) -> io::Result<Launch> {
        weak(level, true, self.options.unconfined)
    }

    /// How ours is started, with arguments of the caller's.
    ///
    /// # Errors
    /// When it is not there.
    pub fn ours(&self, args: Vec<String>) -> io::Result<Launch> {
        Ok(Launch { args, ..ours(self.options.preopen.as_deref())? })
    }

    /// Starts a server. `at` is the directory that `{}` stands for.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, launch: &Launch, at: &Path) -> io::Result<Server> {
        Server::start(launch.command(at), &self.stage)
    }

    /// One call of a tool.
    pub fn call(&self, server: &mut Server, tool: &str, arguments: &Value) -> Exchange {
        let params = json!({"name": tool, "arguments": arguments});
        server.request("tools/call", &params, self.patience())
    }

    /// Is the flag in the answer, and not in the question?
    pub fn gives_flag(&self, exchange: &Exchange) -> bool {
        let line = exchange.reply.line().unwrap_or_default();
        line.contains(self.flag()) && !exchange.request.contains(self.flag())
    }
}
