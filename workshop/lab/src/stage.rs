//! [`Stage`]: the temporary directory in which the lab works, with a random flag. The directory and all processes are
//! removed when the lab ends, also when it is interrupted.
//!
//! All paths in this module were created here.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use preopen_attacks::Sandbox;
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tempfile::TempDir;

/// The prefix of every flag. It contains no special characters of regular expressions or globs, so that every tool can
/// search for it.
pub const FLAG: &str = "FLAG_";
/// This file marks a directory as created by the lab. Weak servers serve only such directories.
const MARKER_FILE: &str = ".preopen-lab";

/// A temporary directory. When it is dropped, it is removed and all processes that were started for it are killed.
pub struct Stage {
    dir: TempDir,
    flag: String,
    process_groups: Arc<ProcessGroups>,
}

/// The process groups that end with the lab, and a lock that is held exclusively once the stage is being removed.
#[derive(Default)]
pub struct ProcessGroups {
    groups: Mutex<BTreeSet<i32>>,
    active: RwLock<()>,
}

impl Stage {
    /// Creates a stage that is also removed when the lab is interrupted.
    ///
    /// # Errors
    /// If the directory cannot be created, or there are no random bytes.
    pub fn new() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("preopen-lab.").tempdir()?;
        std::fs::write(
            dir.path().join(MARKER_FILE),
            "made by preopen-lab; removed when it ends\n",
        )?;
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let letters = u64::from_ne_bytes(bytes) >> 16;
        let stage =
            Self { dir, flag: format!("{FLAG}{letters:012x}"), process_groups: Arc::default() };
        stage.clean_up_on_signals()?;
        Ok(stage)
    }

    /// Returns the secret that no answer may contain.
    pub fn flag(&self) -> &str {
        &self.flag
    }

    /// Returns the flag without its prefix.
    pub fn letters(&self) -> &str {
        self.flag.trim_start_matches(FLAG)
    }

    /// Creates a tree to serve, with the flag next to it.
    pub fn sandbox(&self) -> Sandbox {
        self.while_active(|| Sandbox::planted(self.dir.path(), &self.flag))
    }

    /// Runs `work`, which uses files of the stage. Blocks for ever once the stage is being removed.
    pub fn while_active<T>(&self, work: impl FnOnce() -> T) -> T {
        let _active = self.process_groups.active.read().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// Returns the path of a file in the stage.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Returns the list of started process groups.
    pub fn process_groups(&self) -> Arc<ProcessGroups> {
        Arc::clone(&self.process_groups)
    }

    fn clean_up_on_signals(&self) -> io::Result<()> {
        let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        let process_groups = Arc::clone(&self.process_groups);
        let path = self.dir.path().to_owned();
        std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let _never_again =
                    process_groups.active.write().unwrap_or_else(PoisonError::into_inner);
                process_groups.end_all();
                remove(&path);
                std::process::exit(128 + signal);
            }
        });
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.process_groups.end_all();
        remove(self.dir.path());
    }
}

impl ProcessGroups {
    /// Adds a process group.
    pub fn add(&self, leader: u32) {
        self.with(|all| all.extend(i32::try_from(leader).ok()));
    }

    /// Kills a process group.
    pub fn end(&self, leader: u32) {
        self.with(|all| {
            if let Ok(leader) = i32::try_from(leader) {
                all.remove(&leader);
                kill(leader);
            }
        });
    }

    fn end_all(&self) {
        self.with(|all| std::mem::take(all).into_iter().for_each(kill));
    }

    fn with(&self, act: impl FnOnce(&mut BTreeSet<i32>)) {
        act(&mut self.groups.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Returns the parent of a granted directory, if the lab created it.
pub fn lab_sandbox_of(grant: &Path) -> Option<PathBuf> {
    let sandbox = grant.canonicalize().ok()?.parent()?.to_owned();
    sandbox.parent()?.join(MARKER_FILE).is_file().then_some(sandbox)
}

fn kill(leader: i32) {
    if let Some(leader) = Pid::from_raw(leader) {
        let _ = kill_process_group(leader, Signal::KILL);
    }
}

/// Removes a directory. Retries a few times, since an attacker may still be swapping names in it.
fn remove(path: &Path) {
    for _ in 0..20 {
        if std::fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
