//! [`RunInfo`]: the conditions of a run, so that it can be repeated. It contains no names of machines, users or directories.

use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::words::{code, joined, text};
use crate::report;
use crate::server::Launch;

/// The conditions of a run.
pub struct RunInfo {
    /// When the run started.
    pub began: SystemTime,
    /// The secret outside the grant.
    pub flag: String,
    /// The minimum time that a server had to answer.
    pub patience: Duration,
    /// Whether the kernel confined the weak servers to the lab's directory.
    pub is_confined: bool,
    /// The version that preopen prints.
    pub ours: String,
}

impl RunInfo {
    /// Describes a run that starts now.
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
            ("Processor", format!("{}, {processors} available", text(std::env::consts::ARCH))),
            ("Started", began),
            ("Secret", format!("{}, 48 random bits, new in each run", code(&self.flag))),
            (
                "Attacks",
                format!(
                    "{attacks} rows, without the races; every server got each attack once, in a fresh tree"
                ),
            ),
            (
                "Patience",
                format!("{patience} ms, or the time of 50 ordinary calls if that is longer"),
            ),
            (
                "Weak servers",
                if self.is_confined {
                    "confined to the lab's directory by Landlock"
                } else {
                    "unconfined"
                }
                .into(),
            ),
        ];
        let facts =
            joined(facts.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>\n")));
        format!(
            "<dl class=\"facts\">\n{facts}</dl>\n<p>The matrix is the same in each run, unless the machine is too busy: then <code>HUNG</code> may be its fault, and a longer \
             <code>--patience</code> shows whether it is. The races differ: how often a server loses depends on the machine and its \
             load. That preopen loses none in so many calls is evidence but not proof; the stronger argument is that there is no \
             moment between a check and a use.</p>\n\
             <p>To see one attack with the system calls of both sides: <code>preopen-lab run search-link --explain</code>. To run all races for longer: <code>preopen-lab race --seconds 10</code>. To attack your own server: <code>preopen-lab attack -- CMD</code>. Report findings in \
             somebody else's server to its maintainers first, in private.</p>\n"
        )
    }
}

fn version(ours: &Launch) -> String {
    let output = Command::new(&ours.program).arg("--version").stdin(Stdio::null()).output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    version
        .ok()
        .filter(|version| !version.is_empty())
        .unwrap_or_else(|| "preopen, unknown version".into())
}
