//! A session in a terminal, recorded while it really happens: as a cast of asciinema, to be played, and as a picture.
//!
//! The program runs itself, and writes down what comes and when. May import: `picture`, `show`. Absent on purpose: output
//! that nobody has seen, and pauses that were not there.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::cli::Options;
use crate::page::check_new_file;
use crate::picture;
use crate::show::{WIDTH, line};

/// What is shown: a name that begins alike, a hostile tree, a race, and what preopen does not stop either.
const SESSION: &[&[&str]] = &[
    &["run", "sibling-prefix"],
    &["run", "search-link"],
    &["run", "race-directory"],
    &["run", "hard-link"],
];

/// A session: its lines as a terminal got them, each with the time since the beginning, in seconds.
pub struct Session(Vec<(f64, String)>);

impl Session {
    /// Runs it, and shows it meanwhile.
    ///
    /// # Errors
    /// When the program cannot run itself, or one of its commands fails.
    pub fn record(options: &Options) -> io::Result<Self> {
        let (started, mut lines) = (Instant::now(), vec![]);
        let mut told = |text: String| {
            line(&text);
            lines.push((started.elapsed().as_secs_f64(), text));
        };
        for args in SESSION {
            told(format!("$ preopen-lab {}", args.join(" ")));
            let mut command = Command::new(std::env::current_exe()?);
            command.args(*args).env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
            if let Some(preopen) = &options.preopen {
                command.arg("--preopen").arg(preopen);
            }
            if let Some(patience) = options.patience {
                command.arg("--patience").arg(patience.to_string());
            }
            command.args(options.unconfined.then_some("--unconfined"));
            let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
            if let Some(output) = child.stdout.take() {
                for text in BufReader::new(output).lines() {
                    told(text?);
                }
            }
            if !child.wait()?.success() {
                return Err(io::Error::other(format!(
                    "`{}` did not hold, or failed",
                    args.join(" ")
                )));
            }
            told(String::new());
        }
        Ok(Self(lines))
    }

    /// Writes it to a new file, to be played by asciinema.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_cast(&self, file: &Path) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let header = json!({"version": 2, "width": WIDTH, "height": self.0.len().max(24), "timestamp": now,
            "title": "preopen-lab", "env": {"TERM": "xterm-256color"}});
        let mut text = format!("{header}\n");
        for (at, line) in &self.0 {
            let at = (at * 1e6).round() / 1e6;
            let _ = writeln!(text, "{}", json!([at, "o", format!("{line}\r\n")]));
        }
        File::create_new(file)?.write_all(text.as_bytes())
    }

    /// Writes a picture of it to a new file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_picture(&self, file: &Path) -> io::Result<()> {
        let mut lines: Vec<&str> = self.0.iter().map(|(_, line)| line.as_str()).collect();
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        File::create_new(file)?.write_all(picture::svg(&lines).as_bytes())
    }
}

/// Records a session into new files.
///
/// # Errors
/// When one of them is there already, or the session failed.
pub fn record(options: &Options, cast: Option<&Path>, picture: Option<&Path>) -> io::Result<bool> {
    cast.into_iter().chain(picture).try_for_each(check_new_file)?;
    let session = Session::record(options)?;
    cast.map_or(Ok(()), |file| session.write_cast(file))?;
    picture.map_or(Ok(()), |file| session.write_picture(file))?;
    Ok(true)
}
