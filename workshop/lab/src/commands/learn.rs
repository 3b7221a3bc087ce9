//! `preopen-lab learn`: shows exercises, checks answers, gives hints, and records progress.

use std::io;
use std::path::Path;

use serde_json::json;

use super::common::print_json;
use crate::cli::{LearnArgs, LearnCommand, Options};
use crate::learn::{ALL, ANSWER, Exercise, Record, State, Stop, Work, prepare};
use crate::show::{Screen, Tone, WIDTH, line, paragraph, printable, wrapped};

/// Runs a subcommand of `learn`, or shows an exercise. Returns whether a checked exercise is solved.
pub fn learn(options: &Options, args: &LearnArgs) -> io::Result<bool> {
    let work = Work::open(&args.work.clone().unwrap_or_else(Work::default_dir))?;
    let mut record = Record::read(work.path())?;
    let at = Learner { options, args, screen: Screen::new(), work: &work };
    match args.command {
        None => at.show(&mut record, args.number),
        Some(LearnCommand::Check { number }) => at.check(&mut record, number),
        Some(LearnCommand::Hint { number }) => at.hint(&mut record, number),
        Some(LearnCommand::Show { number }) => at.solution(&mut record, number),
        Some(LearnCommand::List) => at.list(&record),
    }
}

struct Learner<'a> {
    options: &'a Options,
    args: &'a LearnArgs,
    screen: Screen,
    work: &'a Work,
}

impl Learner<'_> {
    fn show(&self, record: &mut Record, number: Option<usize>) -> io::Result<bool> {
        let Some(exercise) = self.choose(record, number)? else { return Ok(true) };
        self.prepare(record, exercise)?;
        if self.options.json {
            let dir = self.work.of(exercise);
            let files = exercise.start.iter().map(|(name, _)| dir.join(name));
            let value = json!({"number": exercise.number, "name": exercise.name, "title": exercise.title,
                "minutes": exercise.minutes, "predict": exercise.predict, "task": exercise.task,
                "files": files.collect::<Vec<_>>()});
            return print_json(&value).map(|()| true);
        }
        let head = format!(
            "{} of {}: {} ({} minutes)",
            exercise.number,
            ALL.len(),
            exercise.title,
            exercise.minutes
        );
        line(&self.screen.toned(&head, Tone::Head));
        line("");
        paragraph(0, &format!("Predict: {}", exercise.predict));
        line("");
        task(&format!("Do: {}", exercise.task));
        line("");
        line(&format!("  edit   {}", printable_path(&self.work.of(exercise).join(ANSWER))));
        // Participants do not edit the files for cargo.
        let others = exercise.start.iter().map(|(name, _)| name);
        for name in others.filter(|name| **name != ANSWER && !name.starts_with("Cargo")) {
            // A README stands for its directory, which the participant changes as a whole.
            let name = name.strip_suffix("README.md").unwrap_or(name);
            line(&format!("  and    {}", printable_path(&self.work.of(exercise).join(name))));
        }
        // Without a number, the command refers to the next exercise.
        let is_next = record.next().is_some_and(|next| next.name == exercise.name);
        let number = if is_next { String::new() } else { format!(" {}", exercise.number) };
        line(&format!("  then   preopen-lab learn check{number}{}", self.work_flag()));
        line(&format!("  stuck  preopen-lab learn hint{number}{}", self.work_flag()));
        if exercise.diff.is_some() {
            line(&format!(
                "  no compiler   preopen-lab learn show {}{}",
                exercise.number,
                self.work_flag()
            ));
        }
        Ok(true)
    }

    fn check(&self, record: &mut Record, number: Option<usize>) -> io::Result<bool> {
        let Some(exercise) = self.choose(record, number)? else { return Ok(true) };
        self.prepare(record, exercise)?;
        let bench = self.work.bench(exercise, self.options)?;
        let checked = (exercise.check)(&bench);
        if let Err(Stop::Failed(error)) = checked {
            return Err(error);
        }
        let entry = record.entry(exercise);
        entry.tries = entry.tries.saturating_add(1);
        entry.predicted.clone_from(&bench.answer.predicted);
        if checked.is_ok() {
            entry.state = State::Solved;
        }
        record.write(self.work.path())?;
        let predicted = bench.answer.predicted.as_deref();
        if self.options.json {
            let value = match &checked {
                Ok(seen) => json!({"seen": seen, "debrief": exercise.debrief}),
                Err(Stop::NotYet { seen, look }) => json!({"seen": [seen], "look": look}),
                Err(Stop::Failed(_)) => json!({}),
            };
            print_json(&json!({"exercise": exercise.number, "name": exercise.name,
                "solved": checked.is_ok(), "predicted": predicted, "told": value}))?;
            return Ok(checked.is_ok());
        }
        match checked {
            Ok(seen) => {
                self.solved(record, exercise, predicted, &seen);
                Ok(true)
            }
            Err(Stop::NotYet { seen, look }) => {
                self.head(exercise, "not yet", Tone::Bad);
                labelled("seen", &seen);
                labelled("look", &look);
                line(&format!(
                    "  hint:  preopen-lab learn hint {}{}",
                    exercise.number,
                    self.work_flag()
                ));
                Ok(false)
            }
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    fn solved(
        &self,
        record: &Record,
        exercise: &Exercise,
        predicted: Option<&str>,
        seen: &[String],
    ) {
        self.head(exercise, "SOLVED", Tone::Good);
        for seen in seen {
            labelled("seen", seen);
        }
        match predicted {
            Some(predicted) => labelled("guess", &format!("you predicted: {predicted}")),
            None => {
                labelled(
                    "guess",
                    "no prediction after `predict:`; next time write your guess down first",
                );
            }
        }
        line("");
        paragraph(0, &format!("In one sentence: {}", exercise.debrief));
        line("");
        match record.next() {
            Some(next) => line(&format!(
                "next: preopen-lab learn{}   ({}, {})",
                self.work_flag(),
                next.number,
                next.title
            )),
            None => line("That was the last exercise. workshop/book.md describes what to do next."),
        }
    }

    fn hint(&self, record: &mut Record, number: Option<usize>) -> io::Result<bool> {
        let Some(exercise) = self.choose(record, number)? else { return Ok(true) };
        let entry = record.entry(exercise);
        entry.hints = (entry.hints + 1).min(3);
        let shown = usize::from(entry.hints);
        record.write(self.work.path())?;
        let hints = exercise.hints.get(..shown).unwrap_or_default();
        if self.options.json {
            let value = json!({"exercise": exercise.number, "hints": hints});
            return print_json(&value).map(|()| true);
        }
        self.head(exercise, &format!("hint {shown} of 3"), Tone::Dim);
        for (number, hint) in (1..).zip(hints) {
            labelled(&number.to_string(), hint);
        }
        Ok(true)
    }

    fn solution(&self, record: &mut Record, number: Option<usize>) -> io::Result<bool> {
        let Some(exercise) = self.choose(record, number)? else { return Ok(true) };
        let Some(diff) = exercise.diff else {
            return Err(io::Error::other(format!(
                "exercise {} needs no compiler; `preopen-lab learn hint {}` shows three hints",
                exercise.number, exercise.number
            )));
        };
        let entry = record.entry(exercise);
        if entry.state != State::Solved {
            entry.state = State::Shown;
        }
        record.write(self.work.path())?;
        if self.options.json {
            let value = json!({"exercise": exercise.number, "diff": diff});
            return print_json(&value).map(|()| true);
        }
        diff.lines().for_each(line);
        line("");
        paragraph(0, &format!("In one sentence: {}", exercise.debrief));
        Ok(true)
    }

    fn list(&self, record: &Record) -> io::Result<bool> {
        if self.options.json {
            let all = ALL.iter().map(|exercise| {
                json!({"number": exercise.number, "name": exercise.name, "title": exercise.title,
                    "minutes": exercise.minutes, "progress": record.of(exercise)})
            });
            return print_json(&json!({"exercises": all.collect::<Vec<_>>()})).map(|()| true);
        }
        for exercise in ALL {
            let entry = record.of(exercise);
            let (word, tone) = match entry.state {
                State::Solved => ("SOLVED", Tone::Good),
                State::Shown => ("shown", Tone::Dim),
                State::Skipped => ("skipped", Tone::Dim),
                State::Open => ("", Tone::Dim),
            };
            let attempts = match (entry.tries, entry.hints) {
                (0, 0) => String::new(),
                (tries, hints) => format!("{tries} tries, {hints} hints"),
            };
            let word = self.screen.toned(&format!("{word:8}"), tone);
            line(&format!("{:>2}  {:40} {word} {attempts}", exercise.number, exercise.title));
        }
        line(&format!("{} of {} solved", record.solved(), ALL.len()));
        Ok(true)
    }

    /// Returns the exercise with this number, or the next one. Skipping an unsolved exercise requires `--skip-ahead`.
    fn choose(
        &self,
        record: &mut Record,
        number: Option<usize>,
    ) -> io::Result<Option<&'static Exercise>> {
        let next = record.next();
        let Some(number) = number else {
            if let (Some(exercise), true, None) = (next, self.args.skip_ahead, self.args.command) {
                record.entry(exercise).state = State::Skipped;
                record.write(self.work.path())?;
            }
            let next = record.next();
            if next.is_none() {
                line(&format!(
                    "No exercise is open: {} of {} are solved. `preopen-lab learn list` lists all.",
                    record.solved(),
                    ALL.len()
                ));
            }
            return Ok(next);
        };
        let chosen = number.checked_sub(1).and_then(|at| ALL.get(at)).copied();
        let chosen = chosen.ok_or_else(|| {
            io::Error::other(format!(
                "there is no exercise {number}; the exercises are 1 to {}",
                ALL.len()
            ))
        })?;
        let before = ALL.iter().take(number - 1).filter(|e| record.of(e).state == State::Open);
        let before: Vec<_> = before.copied().collect();
        if let Some(open) = before.first().filter(|_| !self.args.skip_ahead) {
            return Err(io::Error::other(format!(
                "exercise {} ({}) comes before {number}; `--skip-ahead` skips it",
                open.number, open.title
            )));
        }
        if !before.is_empty() {
            for open in before {
                record.entry(open).state = State::Skipped;
            }
            record.write(self.work.path())?;
        }
        Ok(Some(chosen))
    }

    /// Creates the missing files of an exercise and writes the record.
    fn prepare(&self, record: &Record, exercise: &Exercise) -> io::Result<()> {
        prepare(self.work, exercise, self.options)?;
        record.write(self.work.path())
    }

    fn head(&self, exercise: &Exercise, word: &str, tone: Tone) {
        let word = self.screen.toned(word, tone);
        line(&format!("{} {}: {word}", exercise.number, exercise.title));
    }

    /// Returns the `--work` flag to repeat in suggested commands, if the user gave it.
    fn work_flag(&self) -> String {
        let dir = self.args.work.as_ref();
        dir.map_or_else(String::new, |work| format!(" --work {}", printable_path(work)))
    }
}

/// Returns a path without control characters.
fn printable_path(path: &Path) -> String {
    printable(&path.display().to_string())
}

/// Prints a paragraph with a label in front.
fn labelled(word: &str, text: &str) {
    for (at, wrapped) in wrapped(text, WIDTH - 9).into_iter().enumerate() {
        let word = if at == 0 { format!("{word}:") } else { String::new() };
        line(&format!("  {word:6} {wrapped}"));
    }
}

/// Prints a text. Lines that start with a blank belong to a picture and are not wrapped.
fn task(text: &str) {
    for text in text.lines() {
        if text.starts_with(' ') { line(text) } else { paragraph(0, text) }
    }
}
