//! Races: an attacker swaps a name inside the grant with a link that leads outside, as fast as the kernel allows, while a
//! server is asked for that name again and again.
//!
//! Neither side gets any help. Every server meets the same attacker.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use preopen_attacks::Step::{Dir, File, Link};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

use crate::attack::{Attack, Goal, Request, Verb};
use crate::process;
use crate::server::{Reply, is_refusal, text_without};
use crate::subject::Subject;
use crate::trial::{MAX_EXCERPT, excerpt};
use crate::victim::{Log, now};

/// The number of calls in flight, so that the server never idles.
const IN_FLIGHT: usize = 8;
/// The longest pause between two swaps.
pub const PAUSE: Duration = Duration::from_micros(8);
/// 2^64 divided by the golden ratio: multiples of it are spread evenly and show no pattern.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// The attacker sleeps through longer pauses and spins through shorter ones, in nanoseconds.
const LONG: u64 = 1_000_000;
/// The number of latest swaps to keep: those of a few milliseconds.
const REMEMBERED: usize = 1 << 13;
/// The maximum number of swaps in the record of a round.
const TOLD: usize = 64;
/// The number of calls whose window is recorded.
const WINDOWS: usize = 2000;

/// An attack in which two names are swapped.
pub struct Race {
    /// What the client requests.
    pub attack: Attack,
    /// The two names to swap.
    pub swap: (&'static str, &'static str),
    /// The longest pause between two swaps. The pauses vary, so that no server runs in step with the attacker.
    pub pause: Duration,
}

const WHY: &str = "Between the check and the open, the name changes its meaning: the check read the map, the open \
walked the territory. Opening the resolved path is not a fix, because that is a path again. preopen opens from a \
handle, in one call in which the kernel itself refuses links and ways out: there is no moment in between.";

/// All races.
pub const RACES: &[Race] = &[
    Race {
        attack: Attack::own(
            "race-directory",
            "a directory is swapped with a link",
            &[File("grant/d/secret.txt", "inside"), Link("grant/out", "../outside")],
            "d/secret.txt",
            WHY,
        )
        .tagged(367, Some("MCP02")),
        swap: ("grant/d", "grant/out"),
        pause: PAUSE,
    },
    Race {
        attack: Attack::own(
            "race-file",
            "a file is swapped with a link",
            &[File("grant/a", "inside"), Link("grant/out", "../outside/secret.txt")],
            "a",
            WHY,
        )
        .tagged(367, Some("MCP02")),
        swap: ("grant/a", "grant/out"),
        pause: PAUSE,
    },
    Race {
        attack: Attack::own(
            "race-write",
            "a directory is swapped during a write",
            &[Dir("grant/d"), Link("grant/out", "../outside")],
            "d/planted.txt",
            WHY,
        )
        .verb(Verb::Write, "planted by the lab\n")
        .goal(Goal::Outside)
        .tagged(367, Some("MCP02")),
        swap: ("grant/d", "grant/out"),
        pause: PAUSE,
    },
];

/// The progress of a race.
#[derive(Default)]
pub struct Counters {
    /// Answered calls.
    pub calls: AtomicU64,
    /// Completed swaps.
    pub swaps: AtomicU64,
    /// Calls in which something escaped.
    pub escapes: AtomicU64,
}

/// One swap, in nanoseconds of the clock that the weak servers use as well.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Swap {
    /// When it started.
    pub start: u64,
    /// When it was complete.
    pub end: u64,
    /// Whether the name leads to the link afterwards.
    pub to_link: bool,
}

/// A round that the server lost: its check, its open, and the swaps around them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Round {
    /// The server's own record.
    #[serde(flatten)]
    pub log: Log,
    /// What the attacker did at that time.
    pub swaps: Vec<Swap>,
}

/// The result of a race.
#[derive(Clone, Debug, Serialize)]
pub struct Raced {
    /// The name of the race.
    pub id: &'static str,
    /// The name of the server.
    pub server: String,
    /// How long it took, in nanoseconds.
    pub took_ns: u64,
    /// Answered calls.
    pub calls: u64,
    /// Calls that were answered with content from inside, or with nothing.
    pub served: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// Completed swaps.
    pub swaps: u64,
    /// Calls in which something escaped.
    pub escapes: u64,
    /// When the first escape happened, in nanoseconds since the start.
    pub first_ns: Option<u64>,
    /// The request of the first escape.
    pub request: String,
    /// The answer of the first escape.
    pub answer: String,
    /// The first lost round, if the server keeps a record.
    pub round: Option<Round>,
    /// The nanoseconds between check and open for the first calls, if the server keeps a record.
    pub windows_ns: Vec<u64>,
    /// Why the race could not run, or why it ended early.
    pub failed: Option<String>,
    /// Whether this result was recorded in an earlier run.
    pub is_replay: bool,
}

/// Races a server until `limit` is reached, or until the first escape if `until_first` is set.
pub fn run(
    subject: &mut Subject<'_>,
    server: &str,
    race: &Race,
    limit: Duration,
    until_first: bool,
    counters: &Counters,
) -> Raced {
    let mut raced = Raced::none(race, server);
    let Some(probe) = Probe::of(subject, race) else {
        raced.failed = Some(format!("has no tool that {}", race.attack.verb.in_words()));
        return raced;
    };
    let Some(setting) = race.attack.setting() else { return raced };
    subject.plant(|sandbox| sandbox.take(setting.tree));
    let names = (subject.path(race.swap.0), subject.path(race.swap.1));
    let stop = AtomicBool::new(false);
    let ring = Mutex::new(VecDeque::with_capacity(REMEMBERED));
    let started = Instant::now();
    std::thread::scope(|scope| {
        let pid = subject.pid();
        let names = &names;
        let stop = &stop;
        let ring = &ring;
        scope.spawn(move || {
            process::use_other_processor(pid);
            swap_names(names, race.pause, stop, ring, counters);
        });
        let mut asked = BTreeMap::new();
        while started.elapsed() < limit {
            while asked.len() < probe.in_flight() {
                asked.extend(subject.send_request(&probe.request));
            }
            let reply = subject.next();
            let Some(result) = reply.result() else {
                raced.failed = Some(reply.in_words());
                break;
            };
            let Some(request) = reply.id().and_then(|id| asked.remove(&id)) else { continue };
            raced.calls = counters.calls.fetch_add(1, Relaxed) + 1;
            let log = result.pointer("/_meta/preopen-lab");
            let log: Option<Log> = log.and_then(|log| serde_json::from_value(log.clone()).ok());
            if let Some(log) = log.as_ref().filter(|_| raced.windows_ns.len() < WINDOWS) {
                raced.windows_ns.extend(log.open_end.checked_sub(log.check_end));
            }
            if probe.is_seen(subject, &reply) {
                raced.escapes = counters.escapes.fetch_add(1, Relaxed) + 1;
                if raced.first_ns.is_none() {
                    raced.first_ns = Some(nanoseconds(started.elapsed()));
                    raced.answer =
                        excerpt(reply.line().unwrap_or_default(), subject.flag(), MAX_EXCERPT);
                    raced.request = request;
                    raced.round = log.map(|log| round(log, ring));
                }
                if until_first {
                    break;
                }
            } else if is_refusal(&result) {
                raced.refused += 1;
            } else {
                raced.served += 1;
            }
        }
        stop.store(true, Relaxed);
    });
    raced.took_ns = nanoseconds(started.elapsed());
    raced.swaps = counters.swaps.load(Relaxed);
    raced
}

/// Returns whether a lost round of this race was recorded in an earlier run.
pub fn has_record(race: &Race) -> bool {
    RACES.first().is_some_and(|first| first.attack.id == race.attack.id)
}

/// Returns the recorded round, for use when no round is lost now.
pub fn replay(race: &Race) -> Raced {
    let recorded: Option<Round> = serde_json::from_str(RECORDED).ok();
    Raced {
        first_ns: recorded.as_ref().map(|round| round.log.open_end - round.log.check_start),
        round: recorded,
        is_replay: true,
        ..Raced::none(race, "resolved")
    }
}

/// Output of `preopen-lab race --json`, reduced to one round.
const RECORDED: &str = include_str!("recorded-round.json");

impl Raced {
    fn none(race: &Race, server: &str) -> Self {
        Self {
            id: race.attack.id,
            server: server.into(),
            took_ns: 0,
            calls: 0,
            served: 0,
            refused: 0,
            swaps: 0,
            escapes: 0,
            first_ns: None,
            request: String::new(),
            answer: String::new(),
            round: None,
            windows_ns: vec![],
            failed: None,
            is_replay: false,
        }
    }

    /// Returns whether the server answered calls and nothing escaped.
    pub fn has_held(&self) -> bool {
        self.escapes == 0 && self.failed.is_none() && self.calls > 0
    }
}

/// The request of a race, and how to recognise an escape.
struct Probe {
    request: Request,
    evidence: Evidence,
}

enum Evidence {
    /// The flag is in the answer.
    Flag,
    /// This file exists outside.
    File(PathBuf),
    /// For a server that shows no text: the answer is the one that it gives if the flag is inside.
    Counted(String),
}

impl Probe {
    fn of(subject: &mut Subject<'_>, race: &Race) -> Option<Self> {
        let setting = race.attack.setting()?;
        let request = subject.request_for(&race.attack, &setting);
        if subject.tools().has(race.attack.verb) {
            let outside = subject.path("outside/planted.txt");
            let evidence =
                if request.verb == Verb::Write { Evidence::File(outside) } else { Evidence::Flag };
            return Some(Self { request, evidence });
        }
        if race.attack.verb != Verb::Read || !subject.tools().has(Verb::Count) {
            return None;
        }
        let request = Request { verb: Verb::Count, text: subject.flag().into(), ..request };
        let mut answer_for = |content: &str| {
            let path = request.path.clone();
            subject.plant(|sandbox| {
                sandbox.take(setting.tree).file(&format!("grant/{path}"), content)
            });
            let result = subject.call(&request)?.reply.result()?;
            Some(text_without(&result, &request.text))
        };
        let (inside, absent) = (answer_for(&request.text)?, answer_for("inside")?);
        (inside != absent).then_some(Self { request, evidence: Evidence::Counted(inside) })
    }

    /// Returns how many calls may be in flight. A file outside does not show which call wrote it, so writes run one by
    /// one.
    fn in_flight(&self) -> usize {
        if matches!(self.evidence, Evidence::File(_)) { 1 } else { IN_FLIGHT }
    }

    fn is_seen(&self, subject: &Subject<'_>, reply: &Reply) -> bool {
        match &self.evidence {
            Evidence::Flag => reply.line().is_some_and(|line| line.contains(subject.flag())),
            // Remove the file, so that the next escape can be detected.
            Evidence::File(path) => std::fs::remove_file(path).is_ok(),
            Evidence::Counted(inside) => reply
                .result()
                .is_some_and(|result| text_without(&result, &self.request.text) == *inside),
        }
    }
}

/// Runs the attacker: swaps the two names until stopped.
fn swap_names(
    names: &(PathBuf, PathBuf),
    pause: Duration,
    stop: &AtomicBool,
    ring: &Mutex<VecDeque<Swap>>,
    counters: &Counters,
) {
    let mut to_link = false;
    let pause = nanoseconds(pause).max(1);
    for turn in 1_u64.. {
        if stop.load(Relaxed) {
            return;
        }
        let until = now() + (turn.wrapping_mul(SPREAD) >> 32) % pause;
        while now() < until && !stop.load(Relaxed) {
            if until.saturating_sub(now()) > LONG {
                std::thread::sleep(Duration::from_nanos(LONG));
            }
            std::hint::spin_loop();
        }
        let start = now();
        if exchange(&names.0, &names.1).is_err() {
            // The server has removed one of the names, so there is nothing left to swap.
            return;
        }
        to_link = !to_link;
        let swap = Swap { start, end: now(), to_link };
        counters.swaps.fetch_add(1, Relaxed);
        let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.len() == REMEMBERED {
            ring.pop_front();
        }
        ring.push_back(swap);
    }
}

fn exchange(a: &Path, b: &Path) -> rustix::io::Result<()> {
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)
}

/// Collects the swaps during a call, and the last one before it.
fn round(log: Log, ring: &Mutex<VecDeque<Swap>>) -> Round {
    let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
    let first = ring.iter().rposition(|swap| swap.end <= log.check_start).unwrap_or_default();
    let around = ring.iter().skip(first).take_while(|swap| swap.start <= log.open_end);
    let swaps = around.take(TOLD).copied().collect();
    drop(ring);
    Round { log, swaps }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
