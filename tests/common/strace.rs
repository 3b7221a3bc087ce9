//! The program under strace, which sees its calls of the kernel and can let them fail.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Client, Era, Sandbox, Without};

/// May this user trace the program? Says so if not.
pub fn may_trace() -> bool {
    let may = Command::new("strace").args(["-qq", "true"]).stderr(Stdio::null()).status();
    // If a process cannot be looked into, strace shows what it writes and names only to root.
    let is_root = rustix::process::geteuid().is_root();
    let may = is_root && may.expect("`make setup` installs strace").success();
    if !may {
        eprintln!("not run: this user may not trace the program");
    }
    may
}

/// The program with these arguments, traced into a file beside the grants.
pub struct Traced {
    pub client: Client,
    log: PathBuf,
}

impl Traced {
    pub fn start(
        sandbox: &Sandbox,
        strace: &[&str],
        args: &[&str],
        era: Era,
        without: Without,
    ) -> Self {
        Self::start_after(&[], sandbox, strace, args, era, without)
    }

    /// The same, after the main thread has written once to standard error. To a failure that strace injects into the
    /// first `write` of each thread, that is the one of the main thread. (The next one wakes the runtime, and never
    /// fails.)
    pub fn start_after_a_write(
        sandbox: &Sandbox,
        strace: &[&str],
        args: &[&str],
        era: Era,
        without: Without,
    ) -> Self {
        let write = ["/bin/sh", "-c", "echo >&2; exec \"$0\" \"$@\""];
        Self::start_after(&write, sandbox, strace, args, era, without)
    }

    fn start_after(
        before: &[&str],
        sandbox: &Sandbox,
        strace: &[&str],
        args: &[&str],
        era: Era,
        without: Without,
    ) -> Self {
        let log = sandbox.path("trace");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-s", "4096", "-o", log.to_str().unwrap()]).args(strace);
        command.args(before).arg(env!("CARGO_BIN_EXE_preopen")).args(args).env_clear();
        Self { client: Client::spawn(command, era, without), log }
    }

    /// Ends the program; gives the lines of the trace.
    pub fn finish(self) -> Vec<String> {
        assert_eq!(self.client.finish().1, 0);
        let log = std::fs::read_to_string(self.log).unwrap();
        log.lines().map(str::to_owned).collect()
    }
}
