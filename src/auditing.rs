//! `preopen audit` as a recipe: open the file, read it, report what was found.
//!
//! May import: `audit`, `authority`, `cli`, `format`. It never changes the file.

use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::Path;
use std::time::Duration;

use crate::audit::{Filter, Lines, Page, Record, UNSEEN, Unsound, csv, line, report, verify};
use crate::authority::{self, AmbientAuthority, Refusal};
use crate::cli::{Audit, Format};
use crate::format::{count, noun};

/// How long to wait for another record.
const PAUSE: Duration = Duration::from_millis(200);
/// What is shown for a line that a killed server left, or somebody else.
const NO_RECORD: &str = "             ?      a line that is not a record";

/// Does it, on standard output.
///
/// # Ambient Authority
/// Reads the file that the operator named.
///
/// # Errors
/// A [`Refusal`] when the file cannot be read, or is not what was written.
pub fn audit(how: &Audit, ambient: AmbientAuthority) -> Result<(), Refusal> {
    let out = &mut io::stdout().lock();
    match how {
        Audit::Verify { file } => verified(file, out, ambient),
        Audit::Export { file, format } => exported(file, *format, out, ambient),
        Audit::Report { file, output } => reported(file, output.as_deref(), out, ambient),
        Audit::Tail { file, last, follow, tool, code, path, refused } => {
            let filter = Filter {
                tool: tool.clone(),
                code: code.clone(),
                refused: *refused,
                path: path.clone(),
            };
            let trail = authority::read_audit(file, ambient)?;
            let colours = io::stdout().is_terminal();
            tail(trail, *last, *follow, &filter, colours, out).or_else(seen_enough)
        }
    }
}

fn verified(file: &Path, out: &mut impl Write, ambient: AmbientAuthority) -> Result<(), Refusal> {
    let trail = match verify(authority::read_audit(file, ambient)?)? {
        Ok(trail) => trail,
        Err(unsound) => return Err(not_sound(file, &unsound)),
    };
    let mut text = format!(
        "{} records of {} servers, each as it was written\n",
        trail.records, trail.sessions
    );
    if !trail.before.is_empty() {
        text += &format!("it continues after a record with the hash {}\n", trail.before);
    }
    for session in &trail.open {
        text += &format!(
            "server {session} wrote no end record: it is still running, was killed, or the trail was cut off\n"
        );
    }
    if trail.lost > 0 {
        text += &format!(
            "{} records could not be written, as the records after them show\n",
            trail.lost
        );
    }
    text += &format!("the last hash is {}\n\n{UNSEEN}", trail.last);
    out.write_all(text.as_bytes()).or_else(seen_enough)
}

fn not_sound(file: &Path, unsound: &Unsound) -> Refusal {
    Refusal {
        sentence: format!("`{}` is damaged or was changed: {unsound}", file.display()),
        hint: "the lines before that one are intact; look for a copy of the rest".into(),
    }
}

/// The page shows what the trail holds, sound or not. If it is not sound, that is printed here as well.
fn reported(
    file: &Path,
    output: Option<&Path>,
    out: &mut impl Write,
    ambient: AmbientAuthority,
) -> Result<(), Refusal> {
    let name = file.display().to_string();
    let Page { html, verdict } = report(&name, authority::read_audit(file, ambient)?)?;
    match output {
        Some(output) => authority::write_new(output, html.as_bytes(), ambient)?,
        None => out.write_all(html.as_bytes()).or_else(seen_enough)?,
    }
    verdict.map(drop).map_err(|unsound| not_sound(file, &unsound))
}

/// Writes every record that can be read, sound or not. Fails if lines had to be left out.
fn exported(
    file: &Path,
    format: Format,
    out: &mut impl Write,
    ambient: AmbientAuthority,
) -> Result<(), Refusal> {
    match export(authority::read_audit(file, ambient)?, format, out) {
        Ok(0) => Ok(()),
        Ok(left_out) => Err(Refusal {
            sentence: format!(
                "{} of `{}` {}",
                count(left_out, "line", "lines"),
                file.display(),
                noun(left_out, "is not a record", "are not records")
            ),
            hint: "all others were exported; `preopen audit verify` says where it broke".into(),
        }),
        Err(error) => seen_enough(error),
    }
}

/// Writes the records, and returns the number of lines that are not records.
fn export(trail: impl BufRead, format: Format, out: &mut impl Write) -> io::Result<u64> {
    let mut trail = Lines::new(trail);
    let mut is_first = true;
    let mut left_out = 0;
    match format {
        Format::Csv => writeln!(out, "{}\r", csv(None))?,
        Format::Json => write!(out, "[")?,
    }
    while let Some(text) = trail.ended()?.or_else(|| trail.unended()) {
        let Some(record) = Record::read(&text) else {
            left_out += u64::from(!text.is_empty());
            continue;
        };
        match format {
            Format::Csv => writeln!(out, "{}\r", csv(Some(&record)))?,
            Format::Json => write!(out, "{}\n{text}", if is_first { "" } else { "," })?,
        }
        is_first = false;
    }
    if format == Format::Json {
        writeln!(out, "\n]")?;
    }
    Ok(left_out)
}

fn tail(
    trail: impl BufRead,
    last: usize,
    follow: bool,
    filter: &Filter,
    colours: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut trail = Lines::new(trail);
    let mut shown = VecDeque::new();
    // What is not ended yet is read on when there is more.
    let mut pass = |each: &mut dyn FnMut(String) -> io::Result<()>| {
        while let Some(text) = trail.ended()? {
            match Record::read(&text) {
                Some(record) if filter.passes(&record) => each(line(&record, colours))?,
                None if !text.is_empty() => each(NO_RECORD.into())?,
                _ => {}
            }
        }
        Ok::<(), io::Error>(())
    };
    pass(&mut |line| {
        shown.push_back(line);
        if shown.len() > last {
            shown.pop_front();
        }
        Ok(())
    })?;
    for line in shown {
        writeln!(out, "{line}")?;
    }
    if !follow {
        return Ok(());
    }
    loop {
        out.flush()?;
        std::thread::sleep(PAUSE);
        pass(&mut |line| writeln!(out, "{line}"))?;
    }
}

/// A reader that goes away is not a failure.
fn seen_enough(error: io::Error) -> Result<(), Refusal> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error.into()) }
}
