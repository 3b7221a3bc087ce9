//! [`ALL`]: the exercises, in order.

use super::exercise::Exercise;
use super::{
    attenuate, audit_trail, confused_deputy, first_escape, open_escape, planted_link, signature,
    startswith, supply_chain, usual_fix, what_is_left, win_the_race,
};

/// All exercises, in order.
pub const ALL: &[&Exercise] = &[
    &first_escape::EXERCISE,
    &startswith::EXERCISE,
    &planted_link::EXERCISE,
    &win_the_race::EXERCISE,
    &usual_fix::EXERCISE,
    &signature::EXERCISE,
    &attenuate::EXERCISE,
    &what_is_left::EXERCISE,
    &confused_deputy::EXERCISE,
    &audit_trail::EXERCISE,
    &supply_chain::EXERCISE,
    &open_escape::EXERCISE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;
    use crate::learn::exercise::ANSWER;

    #[test]
    fn each_exercise_is_complete() {
        let mut names = BTreeSet::new();
        for (number, exercise) in (1..).zip(ALL) {
            let name = exercise.name;
            assert_eq!(exercise.number, number, "{name}");
            assert!(names.insert(name), "{name} is a duplicate");
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
            assert!(
                sentences == 0 && exercise.debrief.ends_with('.'),
                "{name}: the debrief is not one sentence"
            );
            assert!(
                exercise.start.iter().any(|(file, _)| *file == ANSWER),
                "{name} has no answer file"
            );
            assert!(exercise.title.len() <= 40 && exercise.name.len() <= 20, "{name} is too long");
        }
    }
}
