//! Exercise: tune an attacker until a correct check of a server gives a wrong result.

use std::time::Duration;

use preopen_attacks::Step::{File, Link};

use super::bench::Bench;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::attack::Attack;
use crate::race::{self, Counters, Race, Raced, Round};
use crate::show::{Time, number};
use crate::subject::Subject;
use crate::victim::Level;

/// The names that can be swapped, and the paths that can be requested.
const NAMES: &[&str] = &["d", "e", "out", "hello.txt"];
const SWAPPED: &[&str] = &["grant/d", "grant/e", "grant/out", "grant/hello.txt"];
const ASKED: &[&str] = &["hello.txt", "d/secret.txt", "e/secret.txt", "out/secret.txt"];
/// How long a race runs that can be won, and one that cannot.
const TO_WIN: Duration = Duration::from_secs(5);
const IN_VAIN: Duration = Duration::from_millis(500);
/// If this many swaps did not win the race, the machine is too busy for it.
const ENOUGH: u64 = 1000;
/// The longest allowed pause, in microseconds.
const LONGEST: u64 = 10_000_000;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 4,
    name: "win-the-race",
    title: "a race that can be won",
    minutes: 6,
    predict: "The server resolves every link, checks the result correctly, and then opens the file: a few microseconds pass in between. \
An attacker who can rename files inside keeps swapping a directory with a link. How many calls does it take until the server \
returns the flag?",
    task: "The attacker is already written: it exchanges two names, waits for up to `pause_us` microseconds, and exchanges them back. The \
server `checked` gets the same request again and again. Set the names, the pause and the request so that a call returns the \
flag.\n\
\x20 grant/\n\
\x20 |-- hello.txt\n\
\x20 |-- d/secret.txt       not the flag\n\
\x20 |-- e/secret.txt       not the flag\n\
\x20 `-- out -> ../outside  a link; the flag is in ../outside/secret.txt",
    start: &[(
        ANSWER,
        "# 4. A race that can be won.

# How many calls does it take? (This is not graded.)
predict:

# The two names to swap again and again: two of d, e, out, hello.txt.
swap: d e
# The longest pause between two swaps, in microseconds.
pause_us: 2000000
# The path to request: hello.txt, d/secret.txt, e/secret.txt or out/secret.txt.
ask: hello.txt
",
    )],
    hints: [
        "Under the same name, the check must see something inside, and the open something outside. Which two of the four names are \
these?",
        "Swap `d` and `out`, and request a path through one of them. Only microseconds pass between check and open; how likely is a \
swap in between if there is one per second?",
        "`swap: d out`, `pause_us: 8`, `ask: d/secret.txt`.",
    ],
    debrief: "A check is valid only at the moment of the check, and anyone who can change the tree decides what is true at the \
moment of the open.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["swap", "pause_us", "ask"])?;
    let names: Vec<&str> =
        settings.need("swap")?.split([' ', ',']).filter(|n| !n.is_empty()).collect();
    let place = |name: &str| NAMES.iter().position(|known| *known == name);
    let [first, second] = names[..] else {
        return Err(Stop::not_yet(
            format!("`swap` has {} names", names.len()),
            "it needs two names",
        ));
    };
    let (Some(a), Some(b)) = (place(first), place(second)) else {
        return Err(Stop::not_yet(
            format!("`swap` is `{first}` and `{second}`"),
            "both must exist in `grant/`: `d`, `e`, `out` or `hello.txt`",
        ));
    };
    if a == b {
        return Err(Stop::not_yet(
            "`swap` has the same name twice",
            "it needs two different names",
        ));
    }
    let pause = settings.need("pause_us")?.parse().ok().filter(|pause| *pause <= LONGEST);
    let pause = pause.ok_or_else(|| {
        Stop::not_yet(
            format!("`pause_us` is `{}`", settings.get("pause_us").unwrap_or_default()),
            format!("it must be a whole number of microseconds from 0 to {LONGEST}"),
        )
    })?;
    let asked = settings.one_of("ask", ASKED)?;
    let (Some(swap), Some(ask)) = (SWAPPED.get(a).zip(SWAPPED.get(b)), ASKED.get(asked)) else {
        return Ok(vec![]);
    };
    let race = Race {
        attack: Attack::own("learn-race", "the race of the exercise", TREE, ask, ""),
        swap: (swap.0, swap.1),
        pause: Duration::from_micros(pause),
    };
    let leads_out = names.contains(&"out") && (names.contains(&"d") || names.contains(&"e"));
    let is_asked = names.iter().any(|name| ask.starts_with(&format!("{name}/")));
    let limit = if leads_out && is_asked { TO_WIN } else { IN_VAIN };
    let raced = run(bench, Level::Checked, &race, limit)?;
    judge(&raced, ask, pause, leads_out, is_asked)
}

const TREE: &[preopen_attacks::Step] = &[
    File("grant/hello.txt", "hello, this is inside\n"),
    File("grant/d/secret.txt", "not the flag\n"),
    File("grant/e/secret.txt", "not the flag either\n"),
    Link("grant/out", "../outside"),
];

/// Races a weak server until it loses or the time is up.
pub(super) fn run(
    bench: &Bench,
    level: Level,
    race: &Race,
    limit: Duration,
) -> std::io::Result<Raced> {
    let launch = bench.weak(level)?;
    let mut subject = Subject::start(&bench.stage, &launch, bench.patience())?;
    Ok(race::run(&mut subject, level.name(), race, limit, true, &Counters::default()))
}

fn judge(raced: &Raced, ask: &str, pause: u64, leads_out: bool, is_asked: bool) -> Checked {
    let numbers = format!("{} calls during {} swaps", number(raced.calls), number(raced.swaps));
    if let (Some(first), Some(round)) = (raced.first_ns, &raced.round) {
        return Ok(vec![
            format!("call {} returned the flag, after {}: {numbers}", raced.calls, Time(first)),
            describe_round(round),
        ]);
    }
    let seen = format!("{numbers}, and no call returned the flag");
    if let Some(why) = raced.failed.as_ref().filter(|_| raced.calls == 0) {
        return Err(Stop::not_yet(format!("the server {why}"), "it must answer to lose"));
    }
    if !leads_out {
        return Err(Stop::not_yet(
            seen,
            "neither of the two swapped names leads out, so it does not matter which one is opened; one must be the link, and the \
             other what the check should see",
        ));
    }
    if !is_asked {
        return Err(Stop::not_yet(
            seen,
            format!(
                "the names are swapped, but `{ask}` leads through neither of them; request a path that does"
            ),
        ));
    }
    if raced.swaps < ENOUGH {
        let window = median(&raced.windows_ns);
        return Err(Stop::not_yet(
            seen,
            format!(
                "only {} pass between check and open, and there were only {} swaps: with `pause_us` at {pause} \
                 hardly any swap happens in between; swap more often",
                Time(window),
                raced.swaps
            ),
        ));
    }
    let mut seen = vec![
        seen,
        "the settings are right, but this machine has no spare processor for the attacker now; here is a round that was lost in \
         an earlier run"
            .to_owned(),
    ];
    seen.extend(
        race::RACES
            .first()
            .and_then(|race| race::replay(race).round)
            .map(|round| describe_round(&round)),
    );
    Ok(seen)
}

/// Describes a lost round, in order of time.
pub(super) fn describe_round(round: &Round) -> String {
    let log = &round.log;
    let during = |swap: &&race::Swap| swap.end > log.check_start && swap.start < log.open_end;
    let mut events = vec![
        (log.check_start, "the check starts"),
        (log.check_end, "the check ends: inside"),
        (log.open_end, "the file is open: it is outside"),
    ];
    let swaps = round.swaps.iter().filter(during);
    events.extend(swaps.map(|swap| (swap.end, "the names are swapped")));
    events.sort_by_key(|(at, _)| *at);
    let described = events
        .iter()
        .map(|(at, what)| format!("{} {what}", Time(at.saturating_sub(log.check_start))));
    format!("in that round: {}", described.collect::<Vec<_>>().join("; "))
}

fn median(all: &[u64]) -> u64 {
    let mut all = all.to_vec();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ENOUGH, Raced, Stop, judge};
    use crate::race;

    fn lost_none(swaps: u64) -> Raced {
        let replay = race::replay(&race::RACES[0]);
        Raced { first_ns: None, round: None, calls: 90_000, swaps, is_replay: false, ..replay }
    }

    #[test]
    fn too_few_swaps_are_explained() {
        let Err(Stop::NotYet { seen, look }) =
            judge(&lost_none(3), "d/secret.txt", 2_000_000, true, true)
        else {
            panic!("three swaps are not enough");
        };
        assert!(seen.contains("90,000 calls during 3 swaps") && look.contains("swap more often"));
    }

    #[test]
    fn correct_settings_without_a_win_show_a_recorded_round() {
        let seen = judge(&lost_none(ENOUGH), "d/secret.txt", 8, true, true).unwrap();
        assert!(seen[1].contains("lost in an earlier run") && seen[2].contains("it is outside"));
    }
}
