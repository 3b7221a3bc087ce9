//! [`Work`]: the participant's directory. Existing files are never overwritten or removed; only missing ones are created.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::answer::Answer;
use super::bench::Bench;
use super::exercise::{ANSWER, Exercise};
use super::record;
use crate::cli::Options;
use crate::stage::Stage;

/// The maximum size of an answer, in bytes.
const LONGEST: u64 = 1 << 20;

/// The participant's directory.
pub struct Work(PathBuf);

/// The default name of the directory.
const DEFAULT_DIR: &str = "preopen-lab-work";

impl Work {
    /// Returns the default directory. If the current directory is the work directory or one inside it, uses that one, so that
    /// a participant who edits an answer there does not start over.
    pub fn default_dir() -> PathBuf {
        let default_dir = PathBuf::from(DEFAULT_DIR);
        let above = [".", "..", "../.."].map(PathBuf::from);
        let above = above.into_iter().find(|at| at.join(record::FILE).exists());
        above.filter(|_| !default_dir.exists()).unwrap_or(default_dir)
    }

    /// Opens a work directory, and creates it if it is missing.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn open(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path).map_err(|error| about(path, &error))?;
        Ok(Self(path.to_owned()))
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the directory of an exercise.
    pub fn of(&self, exercise: &Exercise) -> PathBuf {
        self.0.join(format!("{:02}-{}", exercise.number, exercise.name))
    }

    /// Returns a bench for an exercise, with the current answer.
    ///
    /// # Errors
    /// If the answer cannot be read, or a stage cannot be created.
    pub fn bench(&self, exercise: &Exercise, options: &Options) -> io::Result<Bench> {
        let dir = self.of(exercise);
        let file = dir.join(ANSWER);
        let size = std::fs::metadata(&file).map_or(0, |found| found.len());
        if size > LONGEST {
            return Err(about(
                &file,
                &io::Error::other(format!("the file has {size} bytes, more than {LONGEST}")),
            ));
        }
        let text = match std::fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => vec![],
            text => text.map_err(|error| about(&file, &error))?,
        };
        let answer = Answer::parse(&String::from_utf8_lossy(&text));
        // Programs run in other directories, so they need absolute paths.
        let work = self.0.canonicalize()?;
        let shown_dir = dir;
        let dir = shown_dir.canonicalize()?;
        Ok(Bench { stage: Stage::new()?, options: options.clone(), work, dir, shown_dir, answer })
    }
}

/// Creates the missing initial files of an exercise.
///
/// # Errors
/// If a file cannot be created.
pub fn prepare(work: &Work, exercise: &Exercise, options: &Options) -> io::Result<()> {
    let dir = work.of(exercise);
    for (name, text) in exercise.start {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| about(parent, &error))?;
        }
        // `create_new` does not follow links and does not open existing files.
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
