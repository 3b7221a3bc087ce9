//! Exercise: the usual fix of a race, opening the path that was checked, and why it does not help.

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

/// The attacks to predict, by name.
const ASKED: &[&str] = &["link-file", "search-link", "root-replaced", "race-directory"];
/// How long the race runs if the server does not lose.
const TO_LOSE: Duration = Duration::from_secs(5);

pub(super) const EXERCISE: Exercise = Exercise {
    number: 5,
    name: "the-usual-mending",
    title: "the usual fix does not help",
    minutes: 5,
    predict: "The check resolves the path to `/.../grant/d/secret.txt`, but then the server opens the path that the client sent. So \
open the resolved path instead: it contains no links. Does that end the race?",
    task: "Fix the server: set `open: resolved`. Then predict for each of four attacks whether its result will be `escaped` or \
`contained`, and check. (link-file: a link to the flag is read. search-link: a search meets that link. root-replaced: the \
name of the granted directory becomes a link that leads outside. race-directory: the race that you won.)",
    start: &[(
        ANSWER,
        "# 5. The usual fix does not help.

# Does that end the race? (This is not graded.)
predict:

# What the server opens after the check: requested (the path that the client sent), or resolved.
open: requested

# The results of these attacks on the fixed server: escaped or contained?
link-file:
search-link:
root-replaced:
race-directory:
",
    )],
    hints: [
        "One word in the answer is the fix: what should the server open after the check?",
        "`open: resolved`. Predictions may be wrong or missing; the point is to see the results.",
        "`open: resolved`, and the four lines as you like. Ask for each attack: is a path resolved twice?",
    ],
    debrief: "A resolved path is still a path, which every use looks up again from the root, while a handle refers to the file \
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
    if settings.one_of("open", &["requested", "resolved"])? == 0 {
        return Err(Stop::not_yet(
            "the server still opens the requested path: it is the server of exercise 4, which lost the race",
            "fix it: the check resolves the path, so let the server open the result, with `open: resolved`",
        ));
    }
    for id in ASKED {
        if settings.get(id).is_some() {
            settings.one_of(id, &["escaped", "contained"])?;
        }
    }
    let launch = bench.weak(Level::Resolved)?;
    let mut subject = Subject::start(&bench.stage, &launch, bench.patience())?;
    let mut seen = vec![];
    let mut right = 0;
    let mut predictions = 0;
    for id in ASKED {
        let (verdict, details) = match table::all().find(|attack| attack.id == *id) {
            Some(attack) => (subject.attack(attack).verdict, String::new()),
            None => raced(bench)?,
        };
        let word = if verdict == Verdict::Escaped { "escaped" } else { "contained" };
        let predicted = settings.get(id);
        predictions += usize::from(predicted.is_some());
        right += usize::from(predicted == Some(word));
        let predicted =
            predicted.map_or_else(String::new, |word| format!(", you predicted {word}"));
        seen.push(format!("{id:15}{}{predicted}{details}", verdict.word()));
    }
    if predictions > 0 {
        seen.push(format!("{right} of {predictions} predictions were right"));
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
            let described = round.unwrap_or_default();
            (
                Verdict::Escaped,
                format!(
                    "; not in {} calls now, but in an earlier run; {described}",
                    number(raced.calls)
                ),
            )
        }
    })
}
