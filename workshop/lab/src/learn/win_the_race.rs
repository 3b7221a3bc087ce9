//! Exercise: a server that checks rightly, and an attacker that has to be tuned until it lies.

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

/// The names that can be swapped, and what can be asked for.
const NAMES: &[&str] = &["d", "e", "out", "hello.txt"];
const SWAPPED: &[&str] = &["grant/d", "grant/e", "grant/out", "grant/hello.txt"];
const ASKED: &[&str] = &["hello.txt", "d/secret.txt", "e/secret.txt", "out/secret.txt"];
/// How long a race goes on that can be won, and one that cannot.
const TO_WIN: Duration = Duration::from_secs(5);
const IN_VAIN: Duration = Duration::from_millis(500);
/// So many swaps, and whoever has won nothing has met a machine on which nothing can be won now.
const ENOUGH: u64 = 1000;
/// The longest pause that may be said, in microseconds.
const LONGEST: u64 = 10_000_000;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 4,
    name: "win-the-race",
    title: "a race that can be won",
    minutes: 6,
    predict: "The server resolves every link, checks the result rightly, and then opens the file: a few microseconds pass \
in between. Somebody who can rename files inside swaps a directory for a link all the while. How many calls does it take until the flag comes \
out?",
    task: "The swapper is given: it exchanges two names, waits for up to `pause_us` microseconds, and exchanges them back. The \
server `checked` is asked for one path again and again. Tune both until a call is answered with the flag.\n\
\x20 grant/\n\
\x20 |-- hello.txt\n\
\x20 |-- d/secret.txt       not the flag\n\
\x20 |-- e/secret.txt       not the flag\n\
\x20 `-- out -> ../outside  a link; the flag is in ../outside/secret.txt",
    start: &[(
        ANSWER,
        "# 4. A race that can be won.

# How many calls does it take? (Nobody judges this.)
predict:

# The two names that change places, again and again: of d, e, out, hello.txt.
swap: d e
# The longest pause between two swaps, in microseconds.
pause_us: 2000000
# What the server is asked for: hello.txt, d/secret.txt, e/secret.txt or out/secret.txt.
ask: hello.txt
",
    )],
    hints: [
        "The check has to see something inside, and the open something outside, under the same name. Which two of the \
four are that?",
        "Swap `d` and `out`, and ask for a path through one of them. Between check and open lie microseconds; how many swaps fall \
into them if there is one a second?",
        "`swap: d out`, `pause_us: 8`, `ask: d/secret.txt`.",
    ],
    debrief: "A check is true at the moment of the check, and whoever can change the tree chooses what is true at the moment of \
the open.",
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
            "two change places",
        ));
    };
    let (Some(a), Some(b)) = (place(first), place(second)) else {
        return Err(Stop::not_yet(
            format!("`swap` is `{first}` and `{second}`"),
            "both have to be there: `d`, `e`, `out` or `hello.txt`, as names in `grant/`",
        ));
    };
    if a == b {
        return Err(Stop::not_yet("`swap` has one name twice", "two names change places"));
    }
    let pause = settings.need("pause_us")?.parse().ok().filter(|pause| *pause <= LONGEST);
    let pause = pause.ok_or_else(|| {
        Stop::not_yet(
            format!("`pause_us` is `{}`", settings.get("pause_us").unwrap_or_default()),
            format!("a whole number of microseconds, from 0 to {LONGEST}"),
        )
    })?;
    let asked = settings.one_of("ask", ASKED)?;
    let (Some(swap), Some(ask)) = (SWAPPED.get(a).zip(SWAPPED.get(b)), ASKED.get(asked)) else {
        return Ok(vec![]);
    };
    let race = Race {
        attack: Attack::own("learn-race", "the exercise's race", TREE, ask, ""),
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

/// A race against a weak server, until it loses or the time is over.
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
    let numbers = format!("{} calls met {} swaps", number(raced.calls), number(raced.swaps));
    if let (Some(first), Some(round)) = (raced.first_ns, &raced.round) {
        return Ok(vec![
            format!(
                "call {} was answered with the flag, after {}: {numbers}",
                raced.calls,
                Time(first)
            ),
            describe_round(round),
        ]);
    }
    let seen = format!("{numbers}, and the flag never came");
    if let Some(why) = raced.failed.as_ref().filter(|_| raced.calls == 0) {
        return Err(Stop::not_yet(format!("the server {why}"), "it has to answer to lose"));
    }
    if !leads_out {
        return Err(Stop::not_yet(
            seen,
            "neither of the two directories that change places leads out, so it does not matter which is opened; one of them has to \
             be the link, and the other what the check is to see",
        ));
    }
    if !is_asked {
        return Err(Stop::not_yet(
            seen,
            format!(
                "the names change places, but `{ask}` leads through neither of them; ask for a path that does"
            ),
        ));
    }
    if raced.swaps < ENOUGH {
        let window = median(&raced.windows_ns);
        return Err(Stop::not_yet(
            seen,
            format!(
                "from the end of a check to the open lie {}, and there were only {} swaps: with `pause_us` at {pause} \
                 hardly one falls in between; swap more often",
                Time(window),
                raced.swaps
            ),
        ));
    }
    let mut seen = vec![
        seen,
        "it is tuned as it should be; this machine has no processor to spare for the attacker just now, so here is a round that \
         was lost another time"
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

/// A lost round, in the order of time.
pub(super) fn describe_round(round: &Round) -> String {
    let log = &round.log;
    let during = |swap: &&race::Swap| swap.end > log.check_start && swap.start < log.open_end;
    let mut events = vec![
        (log.check_start, "the check begins"),
        (log.check_end, "the check is done, and it was inside"),
        (log.open_end, "the file is open, and it is outside"),
    ];
    let swaps = round.swaps.iter().filter(during);
    events.extend(swaps.map(|swap| (swap.end, "the names have changed places")));
    events.sort_by_key(|(at, _)| *at);
    let told = events
        .iter()
        .map(|(at, what)| format!("{} {what}", Time(at.saturating_sub(log.check_start))));
    format!("in that round: {}", told.collect::<Vec<_>>().join("; "))
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
    fn who_swaps_too_seldom_is_told_so() {
        let Err(Stop::NotYet { seen, look }) =
            judge(&lost_none(3), "d/secret.txt", 2_000_000, true, true)
        else {
            panic!("three swaps are not enough");
        };
        assert!(seen.contains("90,000 calls met 3 swaps") && look.contains("swap more often"));
    }

    #[test]
    fn who_did_everything_right_is_shown_a_round_that_is_said_to_be_another() {
        let seen = judge(&lost_none(ENOUGH), "d/secret.txt", 8, true, true).unwrap();
        assert!(seen[1].contains("lost another time") && seen[2].contains("it is outside"));
    }
}
