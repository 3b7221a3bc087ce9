//! [`Record`]: the progress of a participant, in a file next to the answers.
//!
//! The file is validated when it is read. An invalid file is reported and left unchanged.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::all::ALL;
use super::exercise::Exercise;

/// The name of the file.
pub const FILE: &str = "lab-progress.json";
/// The only format version so far.
const FORMAT: u32 = 1;

/// The state of an exercise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not solved yet.
    #[default]
    Open,
    /// Skipped on the way to a later exercise.
    Skipped,
    /// The solution was shown.
    Shown,
    /// Solved.
    Solved,
}

/// The progress in one exercise.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its state.
    pub state: State,
    /// The number of checks.
    pub tries: u32,
    /// The number of hints shown, at most three.
    pub hints: u8,
    /// The prediction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted: Option<String>,
}

/// The progress of a participant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    format: u32,
    exercises: BTreeMap<String, Entry>,
}

impl Record {
    /// Reads the record, or creates an empty one if there is no file.
    ///
    /// # Errors
    /// If the file is not a valid record.
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
                return Err(broken(&path, &format!("unknown exercise `{name}`")));
            }
            if entry.hints > 3 {
                return Err(broken(
                    &path,
                    &format!("`{name}` has {} hints instead of at most 3", entry.hints),
                ));
            }
        }
        Ok(record)
    }

    /// Replaces the file atomically.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, work: &Path) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".progress.").tempfile_in(work)?;
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        writeln!(file, "{text}")?;
        file.persist(work.join(FILE)).map(drop).map_err(|error| error.error)
    }

    /// Returns the progress in an exercise.
    pub fn of(&self, exercise: &Exercise) -> Entry {
        self.exercises.get(exercise.name).cloned().unwrap_or_default()
    }

    /// Returns the progress in an exercise, for changing it.
    pub fn entry(&mut self, exercise: &Exercise) -> &mut Entry {
        self.exercises.entry(exercise.name.to_owned()).or_default()
    }

    /// Returns the first open exercise.
    pub fn next(&self) -> Option<&'static Exercise> {
        ALL.iter().copied().find(|exercise| self.of(exercise).state == State::Open)
    }

    /// Returns the number of solved exercises.
    pub fn solved(&self) -> usize {
        ALL.iter().filter(|exercise| self.of(exercise).state == State::Solved).count()
    }
}

fn broken(path: &Path, why: &str) -> io::Error {
    io::Error::other(format!(
        "`{}` is not a valid record: {why}. It and the answers were left unchanged; \
         repair it, or move it away to start over (`learn N --skip-ahead` goes to exercise N)",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_record_can_be_read() {
        let work = tempfile::tempdir().unwrap();
        let mut record = Record::read(work.path()).unwrap();
        let first = ALL[0];
        *record.entry(first) =
            Entry { state: State::Solved, tries: 2, hints: 3, predicted: Some("so".into()) };
        record.write(work.path()).unwrap();
        let again = Record::read(work.path()).unwrap();
        assert_eq!((again.solved(), again.of(first).tries, again.of(first).hints), (1, 2, 3));
        assert_eq!(again.next().unwrap().name, ALL[1].name);
        assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 1, "no other file remains");
    }

    #[test]
    fn an_invalid_record_is_reported_and_left_unchanged() {
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
            assert!(error.contains(FILE) && error.contains("left unchanged"), "{error}");
            assert_eq!(std::fs::read_to_string(work.path().join(FILE)).unwrap(), text);
        }
    }
}
