//! Extracts a secret letter by letter, from answers that do not contain it.
//!
//! A letter is right if its answer differs from the answers to guesses that cannot be right. The content of an answer is
//! not interpreted. The text of the request is removed first, because many answers repeat it. This module does not know
//! the flag.

use crate::attack::Request;
use crate::server::{Exchange, text_without};
use crate::subject::Subject;

/// The letters that a flag can contain.
const LETTERS: &str = "0123456789abcdef";

/// The result of an extraction.
pub struct Extraction {
    /// The letters that were found, or why the extraction failed.
    pub letters: Result<String, String>,
    /// Whether it failed because the server did not answer.
    pub is_silent: bool,
    /// The number of calls.
    pub calls: u64,
    /// The last call that revealed a letter, or the first call if none did.
    pub last: Option<Exchange>,
}

/// Guesses one letter after the other. `request_for` builds the request for a guess, and returns the text of it that an
/// answer may repeat.
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
            let (request, repeated) = request_for(&format!("{known}{letter}"));
            let exchange = subject.call(&request)?;
            extraction.calls += 1;
            let result = exchange.reply.result();
            let answered = result.as_ref().map(|result| text_without(result, &repeated));
            if answered.is_none() {
                extraction.is_silent = true;
                extraction.letters = Err(exchange.reply.in_words());
            }
            Some((answered?, exchange))
        };
        // No flag contains these letters.
        let (Some((wrong, _)), Some((also, _))) =
            (answer("x", &mut extraction), answer("z", &mut extraction))
        else {
            return extraction;
        };
        if wrong != also {
            extraction.letters = Err("answers to equivalent requests differ".into());
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
