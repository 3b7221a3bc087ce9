//! [`Exercise`]: what one exercise consists of.

use std::io;

use super::bench::Bench;
use super::stop::Checked;

/// The file of every exercise that takes the prediction, and mostly the answer.
pub const ANSWER: &str = "answer.txt";

/// One exercise.
pub struct Exercise {
    /// Its number, from 1.
    pub number: usize,
    /// Its name, which is that of its directory as well.
    pub name: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// How long it takes somebody who does it for the first time.
    pub minutes: u8,
    /// What is to be predicted. Nothing depends on the prediction.
    pub predict: &'static str,
    /// What is to be done.
    pub task: &'static str,
    /// What lies in its directory at first: names and contents.
    pub start: &'static [(&'static str, &'static str)],
    /// What else has to be made before it can be done.
    pub prepare: fn(&Bench) -> io::Result<()>,
    /// From a nudge to nearly all of it.
    pub hints: [&'static str; 3],
    /// What a compiler would be needed for, done.
    pub diff: Option<&'static str>,
    /// What has been learned, in one sentence.
    pub debrief: &'static str,
    /// Is it solved?
    pub check: fn(&Bench) -> Checked,
}

impl Exercise {
    /// One of which the rest is to be said.
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
