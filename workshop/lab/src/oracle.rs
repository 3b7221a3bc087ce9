//! Letter by letter: a secret, from answers that show none of it.
//!
//! An answer that differs from those to questions that cannot be right says: this letter. Nothing of what
//! it says is understood; what was asked for is taken out of it first, since many answers repeat it.
//!
//! May import: `attack`, `server`, `subject`. Absent on purpose: any knowledge of the flag.

use crate::attack::Ask;
use crate::server::{Exchange, without};
use crate::subject::Subject;

/// The letters that flags are made of.
const LETTERS: &str = "0123456789abcdef";

/// What was put together.
pub struct Found {
    /// The letters, as far as they came; or why this cannot be done here.
    pub letters: Result<String, String>,
    /// Was that because no answer came?
    pub is_silent: bool,
    /// How many calls it took.
    pub calls: u64,
    /// The last call that told a letter, or the last of all.
    pub last: Option<Exchange>,
}

/// Asks for one letter after the other. `ask_for` makes a question of what is known and one more letter, and
/// says what of it an answer may repeat.
pub fn extract(
    subject: &mut Subject<'_>,
    most: usize,
    ask_for: impl Fn(&str) -> (Ask, String),
) -> Found {
    let mut found = Found { letters: Ok(String::new()), is_silent: false, calls: 0, last: None };
    let mut known = String::new();
    while known.len() < most {
        let mut answer = |letter: &str, found: &mut Found| {
            let (ask, said) = ask_for(&format!("{known}{letter}"));
            let exchange = subject.ask(&ask)?;
            found.calls += 1;
            let result = exchange.reply.result();
            let told = result.as_ref().map(|result| without(result, &said));
            if told.is_none() {
                found.is_silent = true;
                found.letters = Err(exchange.reply.in_words());
            }
            Some((told?, exchange))
        };
        // Letters that no flag has.
        let (Some((wrong, _)), Some((also, _))) =
            (answer("x", &mut found), answer("z", &mut found))
        else {
            return found;
        };
        if wrong != also {
            found.letters = Err("answers to questions that are alike differ by themselves".into());
            return found;
        }
        let mut next = None;
        for letter in LETTERS.chars() {
            let Some((told, exchange)) = answer(&letter.to_string(), &mut found) else {
                return found;
            };
            let is_it = told != wrong;
            if is_it || found.last.is_none() {
                found.last = Some(exchange);
            }
            if is_it {
                next = Some(letter);
                break;
            }
        }
        let Some(letter) = next else { break };
        known.push(letter);
    }
    found.letters = Ok(known);
    found
}
