//! [`Exercise`]: the parts of an exercise.

use std::io;

use super::bench::Bench;
use super::stop::Checked;

/// The file for the prediction, and in most exercises for the answer.
pub const ANSWER: &str = "answer.txt";

/// One exercise.
pub struct Exercise {
    /// Its number, from 1.
    pub number: usize,
    /// Its name, which is also the name of its directory.
    pub name: &'static str,
    /// A short title.
    pub title: &'static str,
    /// How many minutes it takes the first time.
    pub minutes: u8,
    /// The question to predict an answer to. Nothing depends on the prediction.
    pub predict: &'static str,
    /// The task.
    pub task: &'static str,
    /// The initial files in its directory: names and contents.
    pub start: &'static [(&'static str, &'static str)],
    /// Prepares what the initial files do not cover.
    pub prepare: fn(&Bench) -> io::Result<()>,
    /// The hints: the last one is nearly the solution.
    pub hints: [&'static str; 3],
    /// The solution as a diff, if the exercise needs a compiler.
    pub diff: Option<&'static str>,
    /// The lesson, in one sentence.
    pub debrief: &'static str,
    /// Checks an answer.
    pub check: fn(&Bench) -> Checked,
}

impl Exercise {
    /// Default values.
    pub(super) const NEW: Self = Self {
        number: 0,
        name: "",
        title: "",
        minutes: 5,
        predict: "",
        task: "",
        start: &[],
        prepare: |_| Ok(()),
        hints: ["", "", ""],
        diff: None,
        debrief: "",
        check: |_| Ok(vec![]),
    };
}
