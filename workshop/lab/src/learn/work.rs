//! [`Work`]: the participant's directory. What is there is never written over; only what is missing is made.
//!
//! May import: the exercises, and what is checked with. Absent on purpose: removing anything.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::answer::Answer;
use super::bench::Bench;
use super::exercise::{ANSWER, Exercise};
use super::record;
use crate::cli::Options;
use crate::stage::Stage;

/// The most that is read of an answer, in bytes.
const LONGEST: u64 = 1 << 20;

/// The participant's directory.
pub struct Work(PathBuf);

/// Where it is, if nobody says otherwise.
const DEFAULT_DIR: &str = "preopen-lab-work";

impl Work {
    /// Where it is to be looked for: somebody who edits an answer stands in an exercise's own directory, or beside all of
    /// them, and is not to begin anew there.
    pub fn default_dir() -> PathBuf {
        let default_dir = PathBuf::from(DEFAULT_DIR);
        let above = [".", "..", "../.."].map(PathBuf::from);
        let above = above.into_iter().find(|at| at.join(record::FILE).exists());
        above.filter(|_| !default_dir.exists()).unwrap_or(default_dir)
    }

    /// This directory, which is made if it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path).map_err(|error| about(path, &error))?;
        Ok(Self(path.to_owned()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// An exercise's own directory.
    pub fn of(&self, exercise: &Exercise) -> PathBuf {
        self.0.join(format!("{:02}-{}", exercise.number, exercise.name))
    }

    /// A bench for an exercise, with the answer as it is now.
    ///
    /// # Errors
    /// When the answer cannot be read, or there is no room for a stage.
    pub fn bench(&self, exercise: &Exercise, options: &Options) -> io::Result<Bench> {
        let dir = self.of(exercise);
        let file = dir.join(ANSWER);
        let size = std::fs::metadata(&file).map_or(0, |found| found.len());
        if size > LONGEST {
            return Err(about(&file, &io::Error::other(format!("it has {size} bytes"))));
        }
        let text = match std::fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => vec![],
            text => text.map_err(|error| about(&file, &error))?,
        };
        let answer = Answer::parse(&String::from_utf8_lossy(&text));
        // Programs are started in other directories.
        let (work, shown_dir) = (self.0.canonicalize()?, dir);
        let dir = shown_dir.canonicalize()?;
        Ok(Bench { stage: Stage::new()?, options: options.clone(), work, dir, shown_dir, answer })
    }
}

/// Makes what an exercise starts with, as far as it is missing.
///
/// # Errors
/// When something cannot be made.
pub fn prepare(work: &Work, exercise: &Exercise, options: &Options) -> io::Result<()> {
    let dir = work.of(exercise);
    for (name, text) in exercise.start {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| about(parent, &error))?;
        }
        // `create_new` follows no link and opens nothing that is there.
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            file => file
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .map_err(|error| about(&path, &error))?,
        }
    }
    (exercise.prepare)(&work.bench(exercise, options)?)
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}
