//! Runs every attack against every server, in parallel.
//!
//! Attacks that share a server run one after the other. An attack that may leave the server hanging gets a server of
//! its own, so that no other attack has to wait.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::attack::Attack;
use crate::server::Launch;
use crate::stage::Stage;
use crate::subject::Subject;
use crate::verdict::{Finding, Verdict};

/// The results of all attacks against one server, in the order of the attacks.
pub struct Column {
    /// The name of the server.
    pub name: String,
    /// One finding for each attack.
    pub findings: Vec<Finding>,
    /// Which tool was used for which verb.
    pub tools: Vec<(String, String)>,
    /// Why the server did not start, if it did not.
    pub failed: Option<String>,
}

/// The number of attacks that have finished.
pub type Done = AtomicUsize;

/// Runs attacks against servers. Each answer may take at least `patience`.
pub fn run(
    stage: &Stage,
    launches: &[Launch],
    attacks: &[&'static Attack],
    patience: Duration,
    done: &Done,
) -> Vec<Column> {
    let run = Run { stage, patience, done };
    std::thread::scope(|scope| {
        let columns: Vec<_> = launches
            .iter()
            .map(|launch| scope.spawn(move || run.column(launch, attacks)))
            .collect();
        columns.into_iter().filter_map(|column| column.join().ok()).collect()
    })
}

/// What all servers of a run share.
#[derive(Clone, Copy)]
struct Run<'a> {
    stage: &'a Stage,
    patience: Duration,
    done: &'a Done,
}

impl Run<'_> {
    fn column(self, launch: &Launch, attacks: &[&'static Attack]) -> Column {
        let (separate, shared): (Vec<&'static Attack>, Vec<_>) =
            attacks.iter().copied().partition(|attack| attack.needs_own_server);
        let mut lanes: Vec<Vec<_>> = separate.into_iter().map(|attack| vec![attack]).collect();
        lanes.push(shared);
        let lanes: Vec<_> = std::thread::scope(|scope| {
            let lanes: Vec<_> = lanes
                .iter()
                .filter(|lane| !lane.is_empty())
                .map(|lane| scope.spawn(move || self.lane(launch, lane)))
                .collect();
            lanes.into_iter().filter_map(|lane| lane.join().ok()).collect()
        });
        let mut findings = vec![];
        let mut tools = vec![];
        let mut failed = None;
        for lane in lanes {
            findings.extend(lane.findings);
            tools = lane.tools;
            failed = failed.or(lane.failed);
        }
        findings.sort_by_key(|found| attacks.iter().position(|attack| attack.id == found.id));
        Column { name: launch.name.clone(), findings, tools, failed }
    }

    fn lane(self, launch: &Launch, attacks: &[&'static Attack]) -> Column {
        let name = launch.name.clone();
        let mut subject = match Subject::start(self.stage, launch, self.patience) {
            Ok(subject) => subject,
            Err(error) => {
                let failed = |attack: &&'static Attack| Finding {
                    id: attack.id,
                    verdict: Verdict::Failed,
                    note: error.to_string(),
                    request: String::new(),
                    answer: String::new(),
                    calls: 0,
                    took: Duration::ZERO,
                };
                let findings = attacks.iter().map(failed).collect();
                return Column { name, findings, tools: vec![], failed: Some(error.to_string()) };
            }
        };
        let tools =
            subject.tools().by_verb().map(|(verb, tool)| (verb.in_words().into(), tool.into()));
        let tools = tools.collect();
        let mut findings = vec![];
        for attack in attacks {
            findings.push(subject.attack(attack));
            self.done.fetch_add(1, Relaxed);
        }
        Column { name, findings, tools, failed: None }
    }
}
