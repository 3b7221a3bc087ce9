//! Output for people: tables of 80 columns. Words carry the meaning; colours only repeat it. This module makes no
//! decisions.

use std::io::{IsTerminal as _, Write as _};

use crate::attack::Attack;
use crate::matrix::Column;
use crate::race::Raced;
use crate::verdict::Verdict;

/// The width of all output.
pub const WIDTH: usize = 80;
/// The width of a column of verdicts.
const CELL: usize = 11;
/// The width of the column of attack names.
const NAME: usize = 20;

/// The colour of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A failure.
    Bad,
    /// A success.
    Good,
    /// Less important.
    Dim,
    /// A heading.
    Head,
}

/// Standard output, with colours if it is a terminal.
#[derive(Clone, Copy)]
pub struct Screen {
    colours: bool,
}

/// Prints a line. A closed output is not an error.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// Prints a wrapped and indented paragraph.
pub fn paragraph(indent: usize, text: &str) {
    for wrapped in wrapped(text, WIDTH - indent) {
        line(&format!("{:indent$}{wrapped}", ""));
    }
}

impl Screen {
    /// Uses colours on a terminal or if `CLICOLOR_FORCE` is set, unless `NO_COLOR` is set.
    pub fn new() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let wanted = std::io::stdout().is_terminal() || is_set("CLICOLOR_FORCE");
        Self { colours: wanted && !is_set("NO_COLOR") }
    }

    /// Returns a text in the colour of a tone.
    pub fn toned(self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Bad => "1;31",
            Tone::Good => "32",
            Tone::Dim => "2",
            Tone::Head => "1",
        };
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into() }
    }

    /// Prints the table of attacks and servers.
    pub fn matrix(self, attacks: &[&'static Attack], columns: &[Column]) {
        let mut head = format!("{:NAME$}", "attack");
        for column in columns {
            head += &format!("{:CELL$}", column.name);
        }
        line(&self.toned(&head, Tone::Head));
        for attack in attacks {
            let mut row = format!("{:NAME$}", attack.id);
            for column in columns {
                let found = column.findings.iter().find(|found| found.id == attack.id);
                let verdict = found.map_or(Verdict::Failed, |found| found.verdict);
                let mark =
                    if attack.known_limit().is_some() && verdict.is_harm() { "*" } else { "" };
                let word = format!("{}{mark}", verdict.word());
                row += &self.toned(&format!("{word:CELL$}"), tone(verdict));
            }
            line(&row);
        }
        for column in columns {
            if let Some(why) = &column.failed {
                paragraph(0, &format!("{} FAILED: {why}", column.name));
            }
        }
        for attack in attacks {
            if let Some(why) = attack.known_limit() {
                paragraph(0, &format!("* {}: {why}.", attack.id));
            }
        }
    }

    /// Prints the result of a race.
    pub fn race(self, raced: &Raced) {
        let (word, tone) = match (raced.escapes, &raced.failed) {
            (_, _) if raced.is_replay => ("REPLAY", Tone::Bad),
            (0, None) => ("contained", Tone::Good),
            (0, Some(_)) => ("not run", Tone::Dim),
            _ => ("ESCAPED", Tone::Bad),
        };
        let seconds = Time(raced.took_ns);
        let details = match raced.first_ns {
            _ if raced.is_replay => {
                "of a round that was lost in an earlier run; no round was lost now".to_owned()
            }
            _ if raced.calls == 0 => raced.failed.clone().unwrap_or_default(),
            None => format!(
                "0 of {} calls during {} swaps in {seconds}",
                number(raced.calls),
                number(raced.swaps)
            ),
            Some(first) if raced.escapes == 1 => {
                format!(
                    "after {}: call {}, {} swaps",
                    Time(first),
                    number(raced.calls),
                    number(raced.swaps)
                )
            }
            Some(first) => format!(
                "{} of {} calls in {seconds}, the first after {}",
                number(raced.escapes),
                number(raced.calls),
                Time(first)
            ),
        };
        let word = self.toned(&format!("{word:CELL$}"), tone);
        line(&format!("  {:NAME$}{word}{details}", raced.server, NAME = NAME - 2));
        if let (Some(why), true) = (&raced.failed, raced.calls > 0) {
            paragraph(NAME, &format!("ended early: the server {why}"));
        }
    }
}

/// Returns the tone of a verdict.
pub fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Contained | Verdict::Served => Tone::Good,
        Verdict::NotMapped => Tone::Dim,
        _ => Tone::Bad,
    }
}

/// A time in nanoseconds, displayed in a unit that suits its size.
pub struct Time(pub u64);

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(ns) = *self;
        match ns {
            0..1_000_000 => write!(f, "{} µs", ns / 1_000),
            1_000_000..1_000_000_000 => write!(f, "{} ms", ns / 1_000_000),
            _ => write!(f, "{}.{} s", ns / 1_000_000_000, ns / 100_000_000 % 10),
        }
    }
}

/// Formats a number with commas between thousands.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Replaces control characters, so that text from a server cannot control the terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Wraps a text to lines of at most `width` characters. Lines break after blanks and between flags; a word that is too
/// long is broken anywhere.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in printable(paragraph).split_inclusive([' ', '|']) {
            let mut word = word.to_owned();
            let fits = |line: &str, word: &str| {
                line.chars().count() + word.trim_end().chars().count() <= width
            };
            if !fits(&line, &word) && fits("", &word) {
                lines.push(std::mem::take(&mut line));
            }
            while !fits(&line, &word) {
                let room = width - line.chars().count();
                line.extend(word.chars().take(room));
                word = word.chars().skip(room).collect();
                lines.push(std::mem::take(&mut line));
            }
            line += &word;
        }
        lines.push(line);
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_fit_the_width() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("O_A|O_B|O_C", 8), ["O_A|O_B|", "O_C"]);
        assert_eq!(wrapped("abcdefghij x", 4), ["abcd", "efgh", "ij x"]);
        assert_eq!(wrapped("a\nb", 4), ["a", "b"]);
        assert_eq!(wrapped("\x1b[2J", 9), ["\u{FFFD}[2J"]);
    }

    #[test]
    fn numbers_have_commas_and_times_have_units() {
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(12), "12");
        assert_eq!(Time(1_234_567).to_string(), "1 ms");
        assert_eq!(Time(12_345).to_string(), "12 µs");
        assert_eq!(Time(3_210_000_000).to_string(), "3.2 s");
    }
}
