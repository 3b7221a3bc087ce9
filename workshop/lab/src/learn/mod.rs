//! `preopen-lab learn`: twelve exercises, each of which is predicted, tried, mended and said in one sentence.
//!
//! An exercise is a file here and a line in [`ALL`]. It is solved when a flag that nobody could know appears where
//! it must not, or no longer does: a text is never compared with a solution. May import: everything that attacks and
//! talks. Absent on purpose: showing anything, which is for `commands`.

mod answer;
mod bench;
mod call;
mod compiled;
mod conversation;
mod record;
mod work;

mod attenuate;
mod audit_trail;
mod confused_deputy;
mod first_escape;
mod mended;
mod open_escape;
mod planted_link;
mod signature;
mod startswith;
mod supply_chain;
mod what_is_left;
mod win_the_race;

use std::io;

pub use answer::Answer;
pub use bench::Bench;
pub use record::{Record, State};
pub use work::{Work, prepare};

/// All exercises, in their order.
pub const ALL: &[&Exercise] = &[
    &first_escape::EXERCISE,
    &startswith::EXERCISE,
    &planted_link::EXERCISE,
    &win_the_race::EXERCISE,
    &mended::EXERCISE,
    &signature::EXERCISE,
    &attenuate::EXERCISE,
    &what_is_left::EXERCISE,
    &confused_deputy::EXERCISE,
    &audit_trail::EXERCISE,
    &supply_chain::EXERCISE,
    &open_escape::EXERCISE,
];

/// The file of every exercise that takes the prediction, and mostly the answer.
pub const ANSWER: &str = "answer.txt";

/// One exercise.
pub struct Exercise {
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
    const NEW: Self = Self {
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

    /// Its number, from 1.
    pub fn number(&self) -> usize {
        ALL.iter().position(|other| other.name == self.name).map_or(0, |at| at + 1)
    }
}

/// What was seen, a line each, if it is solved.
pub type Checked = Result<Vec<String>, Stop>;

/// Why it is not solved.
#[derive(Debug)]
pub enum Stop {
    /// Not yet: what was seen, and what to look at.
    NotYet {
        /// What came of the attempt.
        seen: String,
        /// What to look at next.
        look: String,
    },
    /// It could not be tried.
    Failed(io::Error),
}

impl Stop {
    /// Not yet.
    pub fn not_yet(seen: impl Into<String>, look: impl Into<String>) -> Self {
        Self::NotYet { seen: seen.into(), look: look.into() }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ALL, ANSWER};

    #[test]
    fn each_exercise_asks_tells_and_helps() {
        let mut names = BTreeSet::new();
        for exercise in ALL {
            let name = exercise.name;
            assert!(names.insert(name), "{name} is there twice");
            for (what, text) in [
                ("predict", exercise.predict),
                ("task", exercise.task),
                ("debrief", exercise.debrief),
                ("hints", exercise.hints[0]),
                ("hints", exercise.hints[1]),
                ("hints", exercise.hints[2]),
            ] {
                assert!(text.len() > 30, "{name} has no {what}");
            }
            let sentences = exercise.debrief.matches(". ").count();
            assert!(sentences == 0 && exercise.debrief.ends_with('.'), "{name}: one sentence");
            assert!(exercise.start.iter().any(|(file, _)| *file == ANSWER), "{name}: no answer");
            assert!(exercise.title.len() <= 40 && exercise.name.len() <= 20, "{name} is too long");
        }
    }
}
