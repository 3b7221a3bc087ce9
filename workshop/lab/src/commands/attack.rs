//! `preopen-lab attack`: runs the attacks against the user's own server.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::common::{column_held, patience, print_json};
use super::races::one_race;

use crate::attack::{Attack, Goal};
use crate::cli::Options;
use crate::matrix::{self, Column, Done};
use crate::progress;
use crate::race::{RACES, Raced};
use crate::server::Launch;
use crate::show::{Screen, Tone, line, paragraph, printable};
use crate::stage::{FLAG, Stage};
use crate::trial::excerpt;
use crate::{report, table};

/// How long an answer may take. This is generous, since the server is unknown.
const PATIENCE: Duration = Duration::from_secs(3);

/// Runs every attack against a server. Returns whether it held.
pub fn attack(
    options: &Options,
    seconds: f64,
    junit: Option<&Path>,
    command: &[OsString],
) -> io::Result<bool> {
    let screen = Screen::new();
    let stage = Stage::new()?;
    let mut words = command.iter().map(|word| word.to_string_lossy().into_owned());
    let program = words.next().map(PathBuf::from).unwrap_or_default();
    // The server starts in the granted directory, so a relative path must be resolved first.
    let program = match program.canonicalize() {
        Ok(path) if program.components().count() > 1 => path,
        _ => program,
    };
    let launch = Launch { name: "yours".into(), program, args: words.map(from_here).collect() };
    let attacks: Vec<&'static Attack> =
        table::all().filter(|attack| attack.goal != Goal::Shell).collect();
    let launches = [launch];
    let done = Done::default();
    let status = || format!("{} of {} attacks", done.load(Relaxed), attacks.len());
    let columns = progress::with_progress(status, || {
        matrix::run(&stage, &launches, &attacks, patience(options, PATIENCE), &done)
    });
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
    if options.json {
        return print_json(&report::json(&attacks, &[column], &races, held)).map(|()| held);
    }
    show_attacked(screen, &attacks, &column, &races);
    Ok(held)
}

fn show_attacked(screen: Screen, attacks: &[&'static Attack], column: &Column, races: &[Raced]) {
    line("tools used for each request:");
    for (what, tool) in &column.tools {
        line(&format!("  {what:27}{}", printable(tool)));
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
            paragraph(2, &format!("< {}", excerpt(&found.answer, FLAG, 300)));
        }
    }
    for raced in races.iter().filter(|raced| raced.escapes > 0) {
        line(&screen.toned(&format!("ESCAPED {} (CWE-367 MCP02)", raced.id), Tone::Head));
        paragraph(2, &format!("> {}", raced.request));
        paragraph(2, &format!("< {}", excerpt(&raced.answer, FLAG, 300)));
    }
}

/// Makes a word of the command absolute if it is the relative path of a file.
fn from_here(word: String) -> String {
    let path = Path::new(&word);
    let is_file = path.is_relative() && path.components().count() > 1 && path.is_file();
    match path.canonicalize() {
        Ok(path) if is_file => path.to_string_lossy().into_owned(),
        _ => word,
    }
}
