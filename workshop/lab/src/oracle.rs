//! Letter by letter: a secret, from answers that show none of it.
//!
//! An answer that differs from those to questions that cannot be right says: this letter. Nothing of what
//! it says is understood; what was asked for is taken out of it first, since many answers repeat it.
//!
//! May import: `attack`, `server`, `subject`. Absent on purpose: any knowledge of the flag.

use crate::attack::Request;
use crate::server::{Exchange, text_without};
use crate::subject::Subject;

/// The letters that flags are made of.
const LETTERS: &str = "0123456789abcdef";

/// What was put together.
pub struct Extraction {
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
    request_for: impl Fn(&str) -> (Request, String),
) -> Extraction {
    let mut extraction =
        Extraction { letters: Ok(String::new()), is_silent: false, calls: 0, last: None };
    let mut known = String::new();
    while known.len() < most {
        let mut answer = |letter: &str, extraction: &mut Extraction| {
            let (request, said) = request_for(&format!("{known}{letter}"));
            let exchange = subject.call(&request)?;
            extraction.calls += 1;
            let result = exchange.reply.result();
            let answered = result.as_ref().map(|result| text_without(result, &said));
            if answered.is_none() {
                extraction.is_silent = true;
                extraction.letters = Err(exchange.reply.in_words());
            }
            Some((answered?, exchange))
        };
        // Letters that no flag has.
        let (Some((wrong, _)), Some((also, _))) =
            (answer("x", &mut extraction), answer("z", &mut extraction))
        else {
            return extraction;
        };
        if wrong != also {
            extraction.letters =
                Err("answers to questions that are alike differ by themselves".into());
            return extraction;
        }
        let mut next = None;
        for letter in LETTERS.chars() {
            let Some((answered, exchange)) = answer(&letter.to_string(), &mut extraction) else {
                return extraction;
            };
            let is_it = answered != wrong;
            if is_it || extraction.last.is_none() {
                extraction.last = Some(exchange);
            }
            if is_it {
                next = Some(letter);
                break;
            }
        }
        let Some(letter) = next else { break };
        known.push(letter);
    }
    extraction.letters = Ok(known);
    extraction
}
