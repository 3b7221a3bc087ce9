//! The commands of the lab, one function each. Each returns whether the judged server held.

mod attack;
mod common;
mod learn;
mod races;
mod victim;

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::attack::Attack;
use crate::cli::Options;
use crate::matrix::{self, Done};
use crate::page::{Page, RunInfo};
use crate::race::{RACES, Race, Raced};
use crate::server::Launch;
use crate::servers::{OURS, ours, weak};
use crate::show::{Screen, Tone, line, paragraph};
use crate::stage::Stage;
use crate::victim::Level;
use crate::{explain, page, report, table, trace};

pub use attack::attack;
use common::{column_held, patience, print_json};
pub use learn::learn;
pub use races::race;
use races::race_weak_then_preopen;
pub use victim::{keep_out, serve_victim};

/// How long an answer may take if only the lab's servers and preopen are attacked.
const PATIENCE: Duration = Duration::from_millis(250);

/// Runs every attack against every server, then one race. Writes a report to `page` if given.
pub fn everything(options: &Options, page: Option<&Path>, is_sample: bool) -> io::Result<bool> {
    let screen = Screen::new();
    if let Some(file) = page {
        page::check_new_file(file)?;
    }
    let stage = Stage::new()?;
    let launches = launches(options, false)?;
    let ours = ours(options.preopen.as_deref())?;
    let info = RunInfo::of(stage.flag(), patience(options, PATIENCE), options.unconfined, &ours);
    let attacks: Vec<&'static Attack> = table::all().collect();
    if !options.json {
        headline(screen, &stage);
    }
    let columns =
        matrix::run(&stage, &launches, &attacks, patience(options, PATIENCE), &Done::default());
    if !options.json {
        screen.matrix(&attacks, &columns);
    }
    let Some(race) = RACES.first() else { return Ok(false) };
    if !options.json {
        line("");
        line(&format!("{}: {}, again and again", race.attack.id, race.attack.title));
    }
    let loser = weak(Level::Resolved, true, options.unconfined)?;
    let races = race_weak_then_preopen(options, screen, &stage, race, &loser, page.is_none())?;
    let held = column_held(&attacks, columns.iter().find(|column| column.name == OURS))
        && races.iter().filter(|raced| raced.server == OURS).all(Raced::has_held);
    if let Some(file) = page {
        let attacks = &attacks;
        let columns = &columns;
        let races = &races;
        let info = &info;
        Page { attacks, columns, races, held, info, is_sample }.write(file)?;
    }
    if options.json {
        return print_json(&report::json(&attacks, &columns, &races, held)).map(|()| held);
    }
    line("");
    let known = attacks.iter().filter(|attack| attack.known_limit().is_some()).count();
    line(&verdict(screen, held, known));
    match page {
        Some(file) => line(&format!("report: {}", file.display())),
        None => {
            line("next: preopen-lab run search-link --explain; preopen-lab --report lab.html");
            line("exercises: preopen-lab learn");
        }
    }
    Ok(held)
}

/// Lists the attacks and races.
pub fn list(options: &Options) -> io::Result<bool> {
    let attacks: Vec<&'static Attack> = table::all().collect();
    if options.json {
        return print_json(&report::list(&attacks)).map(|()| true);
    }
    for attack in attacks.into_iter().chain(RACES.iter().map(|race| &race.attack)) {
        let tags = if attack.cwe == 0 { "control".into() } else { attack.tags() };
        line(&format!("{:20}{tags:16}{}", attack.id, attack.title));
    }
    Ok(true)
}

/// Runs one attack or one race against all servers.
pub fn run(options: &Options, id: &str, explained: bool, level: Option<Level>) -> io::Result<bool> {
    let screen = Screen::new();
    let stage = Stage::new()?;
    if let Some(race) = RACES.iter().find(|race| race.attack.id == id) {
        return run_race(options, screen, &stage, race, explained, level);
    }
    let attack = table::all().find(|attack| attack.id == id).ok_or_else(|| {
        io::Error::other(format!("there is no attack `{id}`; `preopen-lab list` lists all attacks"))
    })?;
    if !explained {
        let launches = launches(options, false)?;
        let columns = matrix::run(
            &stage,
            &launches,
            &[attack],
            patience(options, PATIENCE),
            &Done::default(),
        );
        let held = column_held(&[attack], columns.iter().find(|column| column.name == OURS));
        if options.json {
            return print_json(&report::json(&[attack], &columns, &[], held)).map(|()| held);
        }
        screen.matrix(&[attack], &columns);
        line(&format!("next: preopen-lab run {id} --explain"));
        return Ok(held);
    }
    let strongest = Level::ALL.into_iter().rev().find(|level| attack.beats(level.check()));
    let level = level.or(strongest).unwrap_or(Level::Resolved);
    let weak = weak(level, !trace::is_available(), options.unconfined)?;
    let left = explain::side(&stage, &weak, attack, patience(options, PATIENCE))?;
    let right = explain::side(
        &stage,
        &ours(options.preopen.as_deref())?,
        attack,
        patience(options, PATIENCE),
    )?;
    if options.json {
        print_json(&explain::as_json(attack, &left, &right))?;
    } else {
        explain::show(screen, attack, &left, &right);
    }
    Ok(right.finding.verdict.is_fine() || attack.known_limit().is_some())
}

fn run_race(
    options: &Options,
    screen: Screen,
    stage: &Stage,
    race: &Race,
    explained: bool,
    level: Option<Level>,
) -> io::Result<bool> {
    let weak = weak(level.unwrap_or(Level::Resolved), true, options.unconfined)?;
    if !options.json {
        line(&format!("{}: {} ({})", race.attack.id, race.attack.title, race.attack.tags()));
    }
    let races = race_weak_then_preopen(options, screen, stage, race, &weak, true)?;
    let held = races.iter().filter(|raced| raced.server == OURS).all(Raced::has_held);
    if options.json {
        return print_json(&report::json(&[], &[], &races, held)).map(|()| held);
    }
    if explained {
        for raced in &races {
            explain::show_round(screen, race, raced);
        }
        line("");
        paragraph(0, &format!("Why: {}", race.attack.why));
    }
    Ok(held)
}

fn launches(options: &Options, traced: bool) -> io::Result<Vec<Launch>> {
    let ours = ours(options.preopen.as_deref())?;
    let weak = Level::ALL.into_iter().map(|level| weak(level, traced, options.unconfined));
    weak.chain([Ok(ours)]).collect()
}

fn headline(screen: Screen, stage: &Stage) {
    let head = format!("preopen-lab on {}; outside the grant: {}", report::system(), stage.flag());
    line(&screen.toned(&head, Tone::Head));
    for level in Level::ALL {
        line(&format!("  {:10}{}", level.name(), level.in_words()));
    }
    line("  preopen   opens from a directory handle, compares no paths");
    line("");
}

fn verdict(screen: Screen, held: bool, known: usize) -> String {
    if held {
        let word = screen.toned("preopen held", Tone::Good);
        format!("{word}: 0 flags, except in the {known} rows (*) that no file server stops")
    } else {
        let word = screen.toned("preopen DID NOT HOLD", Tone::Bad);
        format!("{word}: please report it as described in SECURITY.md")
    }
}
