//! [`Record`]: how far a participant has come, in a file beside the answers.
//!
//! What is read is checked. A file that is not what was written is left as it is, and said to be so. May import: the
//! exercises' names.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::all::ALL;
use super::exercise::Exercise;

/// The file's name.
pub const FILE: &str = "lab-progress.json";
/// The only form that there is.
const FORMAT: u32 = 1;

/// How far an exercise has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is not solved.
    #[default]
    Open,
    /// It was left out on the way to a later one.
    Skipped,
    /// Its solution was shown.
    Shown,
    /// It is solved.
    Solved,
}

/// What is known of one exercise.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// How far it has come.
    pub state: State,
    /// How often it was checked.
    pub tries: u32,
    /// How many hints were shown, at most three.
    pub hints: u8,
    /// What was predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted: Option<String>,
}

/// How far somebody has come.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    format: u32,
    exercises: BTreeMap<String, Entry>,
}

impl Record {
    /// Reads it; a new one where there is none.
    ///
    /// # Errors
    /// When there is something else in its place.
    pub fn read(work: &Path) -> io::Result<Self> {
        let path = work.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { format: FORMAT, exercises: BTreeMap::new() });
            }
            text => text.map_err(|error| broken(&path, &error.to_string()))?,
        };
        let record: Self =
            serde_json::from_str(&text).map_err(|error| broken(&path, &error.to_string()))?;
        if record.format != FORMAT {
            return Err(broken(&path, &format!("its format is {}, not {FORMAT}", record.format)));
        }
        for (name, entry) in &record.exercises {
            if !ALL.iter().any(|exercise| exercise.name == name) {
                return Err(broken(&path, &format!("there is no exercise `{name}`")));
            }
            if entry.hints > 3 {
                return Err(broken(&path, &format!("`{name}` has {} hints of 3", entry.hints)));
            }
        }
        Ok(record)
    }

    /// Writes it: the old one or the new, never a part of one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, work: &Path) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".progress.").tempfile_in(work)?;
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        writeln!(file, "{text}")?;
        file.persist(work.join(FILE)).map(drop).map_err(|error| error.error)
    }

    /// What is known of an exercise.
    pub fn of(&self, exercise: &Exercise) -> Entry {
        self.exercises.get(exercise.name).cloned().unwrap_or_default()
    }

    /// The same, to be changed.
    pub fn entry(&mut self, exercise: &Exercise) -> &mut Entry {
        self.exercises.entry(exercise.name.to_owned()).or_default()
    }

    /// The first that is still to be done.
    pub fn next(&self) -> Option<&'static Exercise> {
        ALL.iter().copied().find(|exercise| self.of(exercise).state == State::Open)
    }

    /// How many are solved.
    pub fn solved(&self) -> usize {
        ALL.iter().filter(|exercise| self.of(exercise).state == State::Solved).count()
    }
}

fn broken(path: &Path, why: &str) -> io::Error {
    io::Error::other(format!(
        "`{}` is not what this program writes: {why}. It was left as it is, and so were the answers; \
         mend it, or move it away to begin anew (`learn N --skip-ahead` leads back to where you were)",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let work = tempfile::tempdir().unwrap();
        let mut record = Record::read(work.path()).unwrap();
        let first = ALL[0];
        *record.entry(first) =
            Entry { state: State::Solved, tries: 2, hints: 3, predicted: Some("so".into()) };
        record.write(work.path()).unwrap();
        let again = Record::read(work.path()).unwrap();
        assert_eq!((again.solved(), again.of(first).tries, again.of(first).hints), (1, 2, 3));
        assert_eq!(again.next().unwrap().name, ALL[1].name);
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn a_broken_one_is_said_to_be_so_and_left_as_it_is() {
        for text in [
            "",
            "{",
            r#"{"format": 2, "exercises": {}}"#,
            r#"{"format": 1, "exercises": {"no-such": {"state": "open", "tries": 0, "hints": 0}}}"#,
            r#"{"format": 1, "exercises": {"first-escape": {"state": "open", "tries": 0, "hints": 4}}}"#,
            r#"{"format": 1, "exercises": {"first-escape": {"state": "won", "tries": 0, "hints": 0}}}"#,
            r#"{"format": 1, "exercises": {}, "more": 1}"#,
        ] {
            let work = tempfile::tempdir().unwrap();
            std::fs::write(work.path().join(FILE), text).unwrap();
            let error = Record::read(work.path()).unwrap_err().to_string();
            assert!(error.contains(FILE) && error.contains("left as it is"), "{error}");
            assert_eq!(std::fs::read_to_string(work.path().join(FILE)).unwrap(), text);
        }
    }
}
