//! Exercise: the usual mending of a race, which is to open the path that was checked; and what comes of it.

use std::time::Duration;

use super::bench::Bench;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use super::win_the_race;
use crate::race::{self, RACES};
use crate::show::number;
use crate::subject::Subject;
use crate::table;
use crate::verdict::Verdict;
use crate::victim::Level;

/// What is predicted, by the names of the lab's attacks.
const ASKED: &[&str] = &["link-file", "search-link", "root-replaced", "race-directory"];
/// How long the race goes on, if it is not lost.
const TO_LOSE: Duration = Duration::from_secs(5);

pub(super) const EXERCISE: Exercise = Exercise {
    number: 5,
    name: "the-usual-mending",
    title: "the mending that mends nothing",
    minutes: 5,
    predict: "The check resolves the path to `/.../grant/d/secret.txt`, and the path that is opened then is the one that the \
client said. So open what was resolved: there is nothing in it that could still be a link. Is the race over?",
    task: "Mend the server: set `open: resolved`. Then say for each of four attacks what will come of it, `escaped` or \
`contained`, and see. (link-file: a link to the flag is read. search-link: a search meets it. root-replaced: the directory's own \
name is given to another one. race-directory: the race that you have won.)",
    start: &[(
        ANSWER,
        "# 5. The mending that mends nothing.

# Is the race over? (Nobody judges this.)
predict:

# What the server opens once the check is done: as-said, or resolved.
open: as-said

# What will come of these, with the server mended: escaped or contained?
link-file:
search-link:
root-replaced:
race-directory:
",
    )],
    hints: [
        "One word in the answer is the mending: what should be opened after the check?",
        "`open: resolved`. A prediction may be wrong or left out; what counts is to see what happens.",
        "`open: resolved`, and the four lines as you like. Ask yourself for each: is a path looked at twice?",
    ],
    debrief: "A resolved path is still a path, to be looked up again from its first letter, and only a handle is the file \
itself.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&[
        "open",
        "link-file",
        "search-link",
        "root-replaced",
        "race-directory",
    ])?;
    if settings.one_of("open", &["as-said", "resolved"])? == 0 {
        return Err(Stop::not_yet(
            "the server still opens the path as it was said: it is the one of exercise 4, which lost the race",
            "mend it: the check has resolved the path, so let it open what came out, `open: resolved`",
        ));
    }
    for id in ASKED {
        if settings.get(id).is_some() {
            settings.one_of(id, &["escaped", "contained"])?;
        }
    }
    let launch = bench.weak(Level::Resolved)?;
    let mut subject = Subject::start(&bench.stage, &launch, bench.patience())?;
    let (mut seen, mut right, mut said) = (vec![], 0, 0);
    for id in ASKED {
        let (verdict, details) = match table::all().find(|attack| attack.id == *id) {
            Some(attack) => (subject.attack(attack).verdict, String::new()),
            None => raced(bench)?,
        };
        let word = if verdict == Verdict::Escaped { "escaped" } else { "contained" };
        let predicted = settings.get(id);
        said += usize::from(predicted.is_some());
        right += usize::from(predicted == Some(word));
        let predicted = predicted.map_or_else(String::new, |said| format!(", you said {said}"));
        seen.push(format!("{id:15}{}{predicted}{details}", verdict.word()));
    }
    if said > 0 {
        seen.push(format!("{right} of {said} predictions were right"));
    }
    Ok(seen)
}

fn raced(bench: &Bench) -> std::io::Result<(Verdict, String)> {
    let Some(race) = RACES.first() else { return Ok((Verdict::Failed, String::new())) };
    let raced = win_the_race::run(bench, Level::Resolved, race, TO_LOSE)?;
    let round = raced.round.as_ref();
    Ok(match round {
        Some(round) => (
            Verdict::Escaped,
            format!("; at call {}; {}", number(raced.calls), win_the_race::describe_round(round)),
        ),
        None => {
            let round = race::replay(race).round.map(|round| win_the_race::describe_round(&round));
            let told = round.unwrap_or_default();
            (
                Verdict::Escaped,
                format!("; not in {} calls now, but another time; {told}", number(raced.calls)),
            )
        }
    })
}
