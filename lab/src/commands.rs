//! What the lab does, a function for each command. Each says whether the server that is judged held.
//!
//! May import: everything below `main`.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::attack::Attack;
use crate::cli::How;
use crate::matrix::{self, Column};
use crate::progress::shown;
use crate::race::{self, Counters, RACES, Race, Raced};
use crate::server::Launch;
use crate::servers::{OURS, ours, weak};
use crate::show::{Screen, Tone, line, paragraph, plain};
use crate::stage::{Stage, made_by_the_lab};
use crate::subject::Subject;
use crate::victim::{self, Level, Style};
use crate::{explain, report, table};

/// How long an answer may take before it counts as none, where all servers are the lab's or ours.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long the weak server has to lose.
const TO_LOSE: Duration = Duration::from_secs(5);
/// How long ours has to hold, in the tour.
const TO_HOLD: Duration = Duration::from_secs(3);

/// Every attack against every server, then one race.
pub fn everything(how: &How) -> io::Result<bool> {
    let screen = Screen::new();
    let stage = Stage::new()?;
    let launches = launches(how, false)?;
    let attacks: Vec<&'static Attack> = table::all().collect();
    if !how.json {
        headline(screen, &stage);
    }
    let columns = matrix::run(&stage, &launches, &attacks, PATIENCE);
    if !how.json {
        screen.matrix(&attacks, &columns);
    }
    let Some(race) = RACES.first() else { return Ok(false) };
    if !how.json {
        line("");
        line(&format!(
            "{}: {}, as fast as the kernel lets them",
            race.attack.id, race.attack.title
        ));
    }
    let races =
        lost_and_kept(how, screen, &stage, race, &weak(Level::Resolved, true, how.unconfined)?)?;
    let held = column_held(&attacks, columns.iter().find(|column| column.name == OURS))
        && races.iter().filter(|raced| raced.server == OURS).all(Raced::held);
    if how.json {
        return print_json(&report::json(&attacks, &columns, &races, held)).map(|()| held);
    }
    line("");
    let known = attacks.iter().filter(|attack| attack.known().is_some()).count();
    line(&verdict(screen, held, known));
    line("next: preopen-lab run search-link --explain");
    Ok(held)
}

/// A race until the weak server loses, and then for some seconds with ours.
fn lost_and_kept(
    how: &How,
    screen: Screen,
    stage: &Stage,
    race: &Race,
    weak: &Launch,
) -> io::Result<[Raced; 2]> {
    let show = |raced: &Raced| {
        if !how.json {
            screen.race(raced);
        }
    };
    let mut lost = one_race(stage, weak, race, TO_LOSE, true)?;
    if lost.escapes == 0 && race::has_record(race) {
        lost = race::replay(race);
    }
    show(&lost);
    let kept = one_race(stage, &ours(how.preopen.as_deref())?, race, TO_HOLD, true)?;
    show(&kept);
    Ok([lost, kept])
}

/// The attacks and races by name.
pub fn list(how: &How) -> io::Result<bool> {
    let attacks: Vec<&'static Attack> = table::all().collect();
    if how.json {
        return print_json(&report::list(&attacks)).map(|()| true);
    }
    for attack in attacks.into_iter().chain(RACES.iter().map(|race| &race.attack)) {
        let tags = if attack.cwe == 0 { "control".into() } else { attack.tags() };
        line(&format!("{:20}{tags:16}{}", attack.id, attack.title));
    }
    Ok(true)
}

/// One attack, or one race, against all servers.
pub fn run(how: &How, id: &str, explained: bool, level: Option<Level>) -> io::Result<bool> {
    let screen = Screen::new();
    let stage = Stage::new()?;
    if let Some(race) = RACES.iter().find(|race| race.attack.id == id) {
        return run_race(how, screen, &stage, race, explained, level);
    }
    let attack = table::all().find(|attack| attack.id == id).ok_or_else(|| {
        io::Error::other(format!("there is no attack `{id}`; `preopen-lab list` has all"))
    })?;
    if !explained {
        let launches = launches(how, false)?;
        let columns = matrix::run(&stage, &launches, &[attack], PATIENCE);
        let held = column_held(&[attack], columns.iter().find(|column| column.name == OURS));
        if how.json {
            return print_json(&report::json(&[attack], &columns, &[], held)).map(|()| held);
        }
        screen.matrix(&[attack], &columns);
        line(&format!("next: preopen-lab run {id} --explain"));
        return Ok(held);
    }
    let strongest = Level::ALL.into_iter().rev().find(|level| attack.beats(level.check()));
    let level = level.or(strongest).unwrap_or(Level::Resolved);
    let weak = weak(level, !crate::trace::is_there(), how.unconfined)?;
    let left = explain::side(&stage, &weak, attack, PATIENCE)?;
    let right = explain::side(&stage, &ours(how.preopen.as_deref())?, attack, PATIENCE)?;
    if how.json {
        print_json(&explain::as_json(attack, &left, &right))?;
    } else {
        explain::show(screen, attack, &left, &right);
    }
    Ok(right.finding.verdict.is_fine() || attack.known().is_some())
}

fn run_race(
    how: &How,
    screen: Screen,
    stage: &Stage,
    race: &Race,
    explained: bool,
    level: Option<Level>,
) -> io::Result<bool> {
    let weak = weak(level.unwrap_or(Level::Resolved), true, how.unconfined)?;
    if !how.json {
        line(&format!("{}: {} ({})", race.attack.id, race.attack.title, race.attack.tags()));
    }
    let races = lost_and_kept(how, screen, stage, race, &weak)?;
    let held = races.iter().filter(|raced| raced.server == OURS).all(Raced::held);
    if how.json {
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

/// All races, for as long as is said.
pub fn race(how: &How, seconds: f64) -> io::Result<bool> {
    let screen = Screen::new();
    let stage = Stage::new()?;
    let limit = Duration::from_secs_f64(seconds);
    let servers = [
        weak(Level::Checked, true, how.unconfined)?,
        weak(Level::Resolved, true, how.unconfined)?,
        ours(how.preopen.as_deref())?,
    ];
    let mut races = vec![];
    for race in RACES {
        if !how.json {
            line(&format!("{}: {}", race.attack.id, race.attack.title));
        }
        for server in &servers {
            let raced = one_race(&stage, server, race, limit, false)?;
            if !how.json {
                screen.race(&raced);
            }
            races.push(raced);
        }
    }
    let held = races.iter().filter(|raced| raced.server == OURS).all(Raced::held);
    if how.json {
        return print_json(&report::json(&[], &[], &races, held)).map(|()| held);
    }
    line("next: preopen-lab run race-directory --explain");
    Ok(held)
}

/// Every attack against somebody's own server.
pub fn attack(
    how: &How,
    seconds: f64,
    patience: u64,
    junit: Option<&Path>,
    command: &[OsString],
) -> io::Result<bool> {
    let screen = Screen::new();
    let stage = Stage::new()?;
    let mut words = command.iter().map(|word| word.to_string_lossy().into_owned());
    let program = words.next().map(PathBuf::from).unwrap_or_default();
    // It starts in the directory that is granted.
    let program = match program.canonicalize() {
        Ok(path) if program.components().count() > 1 => path,
        _ => program,
    };
    let launch = Launch { name: "yours".into(), program, args: words.map(from_here).collect() };
    let attacks: Vec<&'static Attack> =
        table::all().filter(|attack| attack.goal != crate::attack::Goal::Shell).collect();
    let launches = [launch];
    let columns = matrix::run(&stage, &launches, &attacks, Duration::from_millis(patience));
    let (Some(column), [launch]) = (columns.into_iter().next(), launches) else { return Ok(false) };
    if let Some(why) = &column.failed {
        return Err(io::Error::other(why.clone()));
    }
    let mut races = vec![];
    for race in RACES.iter().filter(|_| seconds > 0.0) {
        races.push(one_race(&stage, &launch, race, Duration::from_secs_f64(seconds), true)?);
    }
    let held = column_held(&attacks, Some(&column)) && races.iter().all(|raced| raced.escapes == 0);
    if let Some(file) = junit {
        report::junit(file, &attacks, &column, &races)?;
    }
    if how.json {
        return print_json(&report::json(&attacks, &[column], &races, held)).map(|()| held);
    }
    show_attacked(screen, &attacks, &column, &races);
    Ok(held)
}

/// Is a weak server.
pub fn serve_victim(
    how: &How,
    level: Level,
    root: Option<PathBuf>,
    style: Style,
    traced: bool,
    quiet: bool,
) -> io::Result<bool> {
    // Kept until the client goes.
    let (stage, sandbox);
    let (grant, made) = match root {
        Some(root) => (root, None),
        None => {
            stage = Stage::new()?;
            sandbox = stage.sandbox();
            (sandbox.path("grant"), Some(stage.flag().to_owned()))
        }
    };
    let above = made_by_the_lab(&grant).ok_or_else(|| {
        io::Error::other("the weak servers serve only what the lab made; leave `--root` out")
    })?;
    if !quiet {
        let mut errors = io::stderr();
        writeln!(errors, "preopen-lab: DELIBERATELY WEAK: this server {}", level.in_words())?;
        writeln!(errors, "preopen-lab: it serves {}", grant.display())?;
        if made.is_some() {
            writeln!(
                errors,
                "preopen-lab: the flag lies in {}/outside/secret.txt",
                above.display()
            )?;
        }
    }
    match victim::confine(&above) {
        Err(error) if how.unconfined => {
            writeln!(io::stderr(), "preopen-lab: UNCONFINED: {error}")?;
        }
        Err(error) => {
            return Err(io::Error::other(format!(
                "{error}; `--unconfined` lets it run all the same"
            )));
        }
        Ok(()) => {}
    }
    victim::serve(level, style, &grant, traced).map(|()| true)
}

fn launches(how: &How, traced: bool) -> io::Result<Vec<Launch>> {
    let ours = ours(how.preopen.as_deref())?;
    let weak = Level::ALL.into_iter().map(|level| weak(level, traced, how.unconfined));
    weak.chain([Ok(ours)]).collect()
}

fn one_race(
    stage: &Stage,
    launch: &Launch,
    race: &Race,
    limit: Duration,
    until_first: bool,
) -> io::Result<Raced> {
    let mut subject = Subject::start(stage, launch, Duration::from_secs(2))?;
    let counters = Counters::default();
    let what = format!("{} {}", race.attack.id, launch.name);
    Ok(shown(&what, &counters, || {
        race::run(&mut subject, &launch.name, race, limit, until_first, &counters)
    }))
}

/// Is every attack contained but for those that no server stops, and everything served that has to be?
fn column_held(attacks: &[&'static Attack], column: Option<&Column>) -> bool {
    column.is_some_and(|column| {
        column.findings.len() == attacks.len()
            && column.findings.iter().zip(attacks).all(|(found, attack)| {
                found.verdict.is_fine() || found.verdict.is_harm() && attack.known().is_some()
            })
    })
}

fn headline(screen: Screen, stage: &Stage) {
    let head = format!("preopen-lab   {}   the flag outside: {}", report::system(), stage.flag());
    line(&screen.toned(&head, Tone::Head));
    for level in Level::ALL {
        line(&format!("  {:10}{}", level.name(), level.in_words()));
    }
    line("  preopen   holds a handle, and compares no path");
    line("");
}

fn verdict(screen: Screen, held: bool, known: usize) -> String {
    if held {
        let word = screen.toned("preopen held", Tone::Good);
        format!("{word}: 0 flags, but for the {known} rows (*) that no file server stops")
    } else {
        let word = screen.toned("preopen DID NOT HOLD", Tone::Bad);
        format!("{word}: please report it, as SECURITY.md says")
    }
}

fn show_attacked(screen: Screen, attacks: &[&'static Attack], column: &Column, races: &[Raced]) {
    line("what its tools were taken for:");
    for (what, tool) in &column.tools {
        line(&format!("  {what:27}{}", plain(tool)));
    }
    line("");
    screen.matrix(attacks, std::slice::from_ref(column));
    for raced in races {
        line(raced.id);
        screen.race(raced);
    }
    line("");
    for (attack, found) in attacks.iter().zip(&column.findings) {
        if !found.verdict.is_fine() {
            let head = format!(
                "{} {} ({}): {}",
                found.verdict.word(),
                attack.id,
                attack.tags(),
                attack.title
            );
            line(&screen.toned(&head, Tone::Head));
            paragraph(2, &found.note);
            paragraph(2, &format!("> {}", found.request));
            paragraph(2, &format!("< {}", found.answer));
        }
    }
    for raced in races.iter().filter(|raced| raced.escapes > 0) {
        line(&screen.toned(&format!("ESCAPED {} (CWE-367 MCP02)", raced.id), Tone::Head));
        paragraph(2, &format!("> {}", raced.request));
        paragraph(2, &format!("< {}", raced.answer));
    }
}

/// A word of a command that names a file from where the lab was started.
fn from_here(word: String) -> String {
    let path = Path::new(&word);
    let is_file = path.is_relative() && path.components().count() > 1 && path.is_file();
    match path.canonicalize() {
        Ok(path) if is_file => path.to_string_lossy().into_owned(),
        _ => word,
    }
}

fn print_json(value: &serde_json::Value) -> io::Result<()> {
    writeln!(io::stdout(), "{value:#}")
}
