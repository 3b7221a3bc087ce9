//! `preopen-lab race`, and running races for the other commands.

use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::common::print_json;
use crate::cli::Options;
use crate::progress;
use crate::race::{self, Counters, RACES, Race, Raced};
use crate::report;
use crate::server::Launch;
use crate::servers::{OURS, ours, weak};
use crate::show::{Screen, line, number};
use crate::stage::Stage;
use crate::subject::Subject;
use crate::victim::Level;

/// How long the weak server is raced until it loses.
const TO_LOSE: Duration = Duration::from_secs(5);
/// How long preopen is raced by default.
const TO_HOLD: Duration = Duration::from_secs(3);

/// Runs all races, each for `seconds`.
pub fn race(options: &Options, seconds: f64) -> io::Result<bool> {
    let screen = Screen::new();
    let stage = Stage::new()?;
    let limit = Duration::from_secs_f64(seconds);
    let servers = [
        weak(Level::Checked, true, options.unconfined)?,
        weak(Level::Resolved, true, options.unconfined)?,
        ours(options.preopen.as_deref())?,
    ];
    let mut races = vec![];
    for race in RACES {
        if !options.json {
            line(&format!("{}: {}", race.attack.id, race.attack.title));
        }
        for server in &servers {
            let raced = one_race(&stage, server, race, limit, false)?;
            if !options.json {
                screen.race(&raced);
            }
            races.push(raced);
        }
    }
    let held = races.iter().filter(|raced| raced.server == OURS).all(Raced::has_held);
    if options.json {
        return print_json(&report::json(&[], &[], &races, held)).map(|()| held);
    }
    line("next: preopen-lab run race-directory --explain");
    Ok(held)
}

/// Races the weak server until it loses or its time is up, and then preopen.
pub(super) fn race_weak_then_preopen(
    options: &Options,
    screen: Screen,
    stage: &Stage,
    race: &Race,
    weak: &Launch,
    until_first: bool,
) -> io::Result<[Raced; 2]> {
    let show = |raced: &Raced| {
        if !options.json {
            screen.race(raced);
        }
    };
    let mut lost = one_race(stage, weak, race, TO_LOSE, until_first)?;
    if lost.escapes == 0 && race::has_record(race) {
        lost = race::replay(race);
    }
    show(&lost);
    let kept = one_race(stage, &ours(options.preopen.as_deref())?, race, TO_HOLD, true)?;
    show(&kept);
    Ok([lost, kept])
}

pub(super) fn one_race(
    stage: &Stage,
    launch: &Launch,
    race: &Race,
    limit: Duration,
    until_first: bool,
) -> io::Result<Raced> {
    let mut subject = Subject::start(stage, launch, Duration::from_secs(2))?;
    let counters = Counters::default();
    let status = || {
        format!(
            "{} {}: {} calls, {} swaps, {} escaped",
            race.attack.id,
            launch.name,
            number(counters.calls.load(Relaxed)),
            number(counters.swaps.load(Relaxed)),
            number(counters.escapes.load(Relaxed))
        )
    };
    Ok(progress::with_progress(status, || {
        race::run(&mut subject, &launch.name, race, limit, until_first, &counters)
    }))
}
