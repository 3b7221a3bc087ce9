//! [`Stage`]: the one directory that the lab touches, the flag that lies in it, and that both are gone
//! afterwards, whatever ends the lab.
//!
//! May import: nothing of the lab. Absent on purpose: any path that was not made here.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use preopen_attacks::Sandbox;
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tempfile::TempDir;

/// How every flag begins.
/// No sign in it means anything in an expression or a glob: it can be searched for anywhere.
pub const FLAG: &str = "FLAG_";
/// The file that says that a directory is the lab's own. Weak servers serve nothing else.
const MARKER_FILE: &str = ".preopen-lab";

/// A temporary directory that is removed in the end, with whatever was started for it.
pub struct Stage {
    dir: TempDir,
    flag: String,
    process_groups: Arc<ProcessGroups>,
}

/// The process groups that are to end with the lab, and whether it still stands.
#[derive(Default)]
pub struct ProcessGroups {
    groups: Mutex<BTreeSet<i32>>,
    active: RwLock<()>,
}

impl Stage {
    /// A new one, which also goes when the lab is interrupted.
    ///
    /// # Errors
    /// When there is no room for it, or nobody to ask for random bytes.
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

    /// What no answer may hold.
    pub fn flag(&self) -> &str {
        &self.flag
    }

    /// The letters of the flag.
    pub fn letters(&self) -> &str {
        self.flag.trim_start_matches(FLAG)
    }

    /// A tree to be served, with the flag beside it.
    pub fn sandbox(&self) -> Sandbox {
        self.while_active(|| Sandbox::planted(self.dir.path(), &self.flag))
    }

    /// Does something below the stage. Once that is being taken down, this never returns.
    pub fn while_active<T>(&self, work: impl FnOnce() -> T) -> T {
        let _active = self.process_groups.active.read().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// A file of its own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Where what was started is put on record.
    pub fn process_groups(&self) -> Arc<ProcessGroups> {
        Arc::clone(&self.process_groups)
    }

    fn clean_up_on_signals(&self) -> io::Result<()> {
        let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        let (process_groups, path) = (Arc::clone(&self.process_groups), self.dir.path().to_owned());
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
    /// A process group is there.
    pub fn add(&self, leader: u32) {
        self.with(|all| all.extend(i32::try_from(leader).ok()));
    }

    /// It is ended, with whatever it started.
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

/// The directory above a granted one, if the lab made it.
pub fn lab_sandbox_of(grant: &Path) -> Option<PathBuf> {
    let sandbox = grant.canonicalize().ok()?.parent()?.to_owned();
    sandbox.parent()?.join(MARKER_FILE).is_file().then_some(sandbox)
}

fn kill(leader: i32) {
    if let Some(leader) = Pid::from_raw(leader) {
        let _ = kill_process_group(leader, Signal::KILL);
    }
}

/// Somebody may still be swapping names in it: a few attempts.
fn remove(path: &Path) {
    for _ in 0..20 {
        if std::fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
