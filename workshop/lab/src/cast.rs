//! Records a real terminal session: as an asciinema cast to play back, and as a picture.
//!
//! The program runs itself and records each line of output with its time. Output and pauses are never made up.

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

/// The commands of the session: a sibling with the same prefix, a hostile tree, a race, and an attack that
/// preopen does not stop either.
const SESSION: &[&[&str]] = &[
    &["run", "sibling-prefix"],
    &["run", "search-link"],
    &["run", "race-directory"],
    &["run", "hard-link"],
];

/// A recorded session: the lines as sent to the terminal, each with the seconds since the start.
pub struct Session(Vec<(f64, String)>);

impl Session {
    /// Runs the session and prints its output while recording it.
    ///
    /// # Errors
    /// If the program cannot run itself, or one of the commands fails.
    pub fn record(options: &Options) -> io::Result<Self> {
        let started = Instant::now();
        let mut lines = vec![];
        let mut record_line = |text: String| {
            line(&text);
            lines.push((started.elapsed().as_secs_f64(), text));
        };
        for args in SESSION {
            record_line(format!("$ preopen-lab {}", args.join(" ")));
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
                    record_line(text?);
                }
            }
            if !child.wait()?.success() {
                return Err(io::Error::other(format!(
                    "`{}` failed, or preopen did not hold",
                    args.join(" ")
                )));
            }
            record_line(String::new());
        }
        Ok(Self(lines))
    }

    /// Writes the session to a new file, in the asciicast format.
    ///
    /// # Errors
    /// If the file cannot be written.
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

    /// Writes the session to a new file, as an SVG picture.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_picture(&self, file: &Path) -> io::Result<()> {
        let mut lines: Vec<&str> = self.0.iter().map(|(_, line)| line.as_str()).collect();
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        File::create_new(file)?.write_all(picture::svg(&lines).as_bytes())
    }
}

/// Records a session and writes it to new files.
///
/// # Errors
/// If one of the files exists already, or the session fails.
pub fn record(options: &Options, cast: Option<&Path>, picture: Option<&Path>) -> io::Result<bool> {
    cast.into_iter().chain(picture).try_for_each(check_new_file)?;
    let session = Session::record(options)?;
    if let Some(file) = cast {
        session.write_cast(file)?;
    }
    if let Some(file) = picture {
        session.write_picture(file)?;
    }
    Ok(true)
}
