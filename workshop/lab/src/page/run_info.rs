//! [`RunInfo`]: what a run ran on, so that it can be run again.
//!
//! May import: `cli`, `report`, `server`, `show`, `words`. Absent on purpose: names of machines, users and
//! directories.

use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::words::{code, joined, text};
use crate::report;
use crate::server::Launch;

/// What a run ran on.
pub struct RunInfo {
    /// When it began.
    pub began: SystemTime,
    /// The secret that lay outside.
    pub flag: String,
    /// How long an answer could take at least before it counted as none.
    pub patience: Duration,
    /// Were the weak servers kept in the lab's directory by the kernel?
    pub is_confined: bool,
    /// What preopen says of its version.
    pub ours: String,
}

impl RunInfo {
    /// Of a run that begins now.
    pub fn of(flag: &str, patience: Duration, unconfined: bool, ours: &Launch) -> Self {
        Self {
            began: SystemTime::now(),
            flag: flag.into(),
            patience,
            is_confined: cfg!(target_os = "linux") && !unconfined,
            ours: version(ours),
        }
    }

    pub(super) fn part(&self, attacks: usize) -> String {
        let patience = self.patience.as_millis();
        let began = DateTime::<Utc>::from(self.began).format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let processors = std::thread::available_parallelism()
            .map_or_else(|_| "unknown".into(), |n| n.to_string());
        let facts = [
            ("Command", code(&format!("preopen-lab --report FILE --patience {patience}"))),
            ("Lab", code(concat!("preopen-lab ", env!("CARGO_PKG_VERSION")))),
            ("Server", code(&self.ours)),
            ("System", text(&report::system())),
            ("Processor", format!("{}; {processors} to run on", text(std::env::consts::ARCH))),
            ("Began", began),
            ("Secret", format!("{}, 48 random bits, made for this run", code(&self.flag))),
            (
                "Attacks",
                format!(
                    "{attacks} rows, without the races; every server got each once, in a tree made anew"
                ),
            ),
            (
                "Patience",
                format!("{patience} ms, or the time of 50 ordinary calls where that is longer"),
            ),
            (
                "Weak servers",
                if self.is_confined {
                    "asked to be kept in the lab's directory by Landlock"
                } else {
                    "unconfined"
                }
                .into(),
            ),
        ];
        let facts =
            joined(facts.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>\n")));
        format!(
            "<dl class=\"facts\">\n{facts}</dl>\n<p>The matrix comes out the same each time, on a machine that is quick enough: where it is busy, <code>HUNG</code> may be \
             its fault, which a longer <code>--patience</code> tells. The races differ: how often a window is hit \
             depends on the machine, and on what else it does. That preopen loses none in so many calls is evidence and no proof; the \
             argument is that there is no moment between a check and a use.</p>\n\
             <p>One attack, with the system calls of both sides: <code>preopen-lab run search-link --explain</code>. All races, for \
             longer: <code>preopen-lab race --seconds 10</code>. Your own server: <code>preopen-lab attack -- CMD</code>; what that \
             finds in somebody else's goes to its maintainers first, in private.</p>\n"
        )
    }
}

fn version(ours: &Launch) -> String {
    let output = Command::new(&ours.program).arg("--version").stdin(Stdio::null()).output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    said.ok()
        .filter(|said| !said.is_empty())
        .unwrap_or_else(|| "preopen, of an unknown version".into())
}
