//! [`Expression`]: one glob as a regular expression.
//!
//! The parser is that of the rules (`cap`). This module says what the parts match in a path: `*` stays within a
//! name, `**` does not, `?` is one character. The expressions work on bytes, since names may hold any.
//!
//! May import: `cap`. This module does not know what the expression is matched with.

use std::iter::Peekable;
use std::slice::Iter;

use super::meaning::{Keeps, Meaning, Spelling, Text};
use crate::cap::{Part, Reading, Token, tokens};

/// How a glob is made into an expression.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) reading: Reading,
    /// What a text without wildcards is.
    pub(super) text: Text,
    pub(super) meaning: Meaning,
}

/// One glob as a regular expression, without anchors at its ends.
pub(super) struct Expression {
    pub(super) regex: String,
    /// Is it for whole paths, and not for names?
    pub(super) is_path: bool,
    /// Does it match directories only, because a slash ends it?
    pub(super) only_directories: bool,
}

/// Any bytes, slashes among them.
const ANY: &str = "(?s-u:.)";
/// One byte of a name.
const BYTE: &str = "(?-u:[^/])";
/// One character of a name: its first byte and those that continue it.
const CHAR: &str = r"(?-u:[^/\x80-\xBF][\x80-\xBF]*)";

impl Expression {
    /// Reads a glob. A leading `/` is for the caller: `is_pinned`.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn new(glob: &str, is_pinned: bool, how: How) -> Result<Self, String> {
        let mut tokens = tidied(tokens(glob, how.reading)?);
        let only_directories = tokens.last() == Some(&Token::Slash);
        if only_directories {
            tokens.pop();
        }
        if tokens.is_empty() {
            return Err("it names nothing".into());
        }
        check_braces(&tokens)?;
        let is_text = |token: &Token| {
            matches!(token, Token::Slash | Token::Byte(..) | Token::Part(Part::Text(_)))
        };
        let is_part = how.text == Text::Part && tokens.iter().all(is_text);
        let Meaning { spelling, is_inside, keeps, .. } = how.meaning;
        let is_path = is_pinned || is_inside || tokens.contains(&Token::Slash);
        let any_case =
            matches!(spelling, Spelling::AnyCase | Spelling::AnyCaseAndDepth | Spelling::Similar);
        let any_depth = matches!(spelling, Spelling::AnyDepth | Spelling::AnyCaseAndDepth);
        let mut regex = String::new();
        let is_exact = keeps != Keeps::Nothing
            && matches!(spelling, Spelling::Written | Spelling::FromGrant | Spelling::Below);
        let keeps_case = is_exact || tokens.iter().any(has_capital);
        if any_case || (is_part && !keeps_case) {
            regex += "(?i)";
        }
        // A path with a wildcard begins where the search does; everything else is at any depth.
        let begins_anywhere = is_part || any_depth || !tokens.contains(&Token::Slash);
        let begins_anywhere = begins_anywhere && (!is_pinned || any_depth);
        if is_path && begins_anywhere {
            regex += &deep();
        }
        let last = tokens.iter().rposition(|token| *token == Token::Slash).map_or(0, |nth| nth + 1);
        // The part of a pinned path is one of its last name.
        let part_at = if is_pinned { last } else { 0 };
        let mut rest = tokens.iter().peekable();
        let mut before = None;
        let mut nth = 0;
        while let Some(token) = rest.next() {
            if is_part && nth == part_at {
                regex += &any_of_a_name();
            }
            let mut taken = 1;
            match token {
                Token::Part(Part::Any) => taken = stars(&mut rest, before, &mut regex),
                Token::Part(part) => regex += &of_part(part),
                Token::Byte(byte, text) => {
                    regex += &format!(r"(?:{}|(?-u:\x{byte:02X}))", escaped(text));
                }
                Token::Slash => {
                    regex.push('/');
                    if any_depth {
                        regex += &deep();
                    }
                }
                Token::Open => regex += "(?:",
                Token::Comma => regex.push('|'),
                Token::Close => regex.push(')'),
            }
            nth += taken;
            before = tokens.get(nth - 1);
        }
        if is_part {
            regex += &any_of_a_name();
        }
        if is_inside {
            regex += &format!("/{ANY}+");
        }
        Ok(Self { regex, is_path, only_directories: only_directories && !is_inside })
    }
}

fn has_capital(token: &Token) -> bool {
    matches!(token, Token::Part(Part::Text(text)) if text.chars().any(char::is_uppercase))
}

fn any_of_a_name() -> String {
    format!("{BYTE}*")
}

/// Any number of directories.
fn deep() -> String {
    format!("(?:{ANY}*/)?")
}

/// The rest of a run of stars, of which the first was read. Returns how many tokens it took.
fn stars(
    rest: &mut Peekable<Iter<'_, Token>>,
    before: Option<&Token>,
    regex: &mut String,
) -> usize {
    let mut taken = 1;
    while rest.next_if(|token| **token == Token::Part(Part::Any)).is_some() {
        taken += 1;
    }
    let begins = matches!(before, None | Some(Token::Slash | Token::Open | Token::Comma));
    let ends = matches!(rest.peek(), None | Some(Token::Slash | Token::Comma | Token::Close));
    // As in ripgrep, three stars are not two.
    if taken != 2 || !begins || !ends {
        *regex += &any_of_a_name();
    } else if rest.next_if(|token| **token == Token::Slash).is_some() {
        taken += 1;
        *regex += &deep();
    } else {
        // At the end of a path it is all below, and not the directory itself.
        *regex += ANY;
        regex.push(if before == Some(&Token::Slash) { '+' } else { '*' });
    }
    taken
}

fn of_part(part: &Part) -> String {
    match part {
        Part::Text(text) => escaped(text),
        Part::Any => any_of_a_name(),
        Part::One => CHAR.into(),
        Part::Class { is_negated, ranges } => {
            let is_ascii = ranges.iter().all(|(_, last)| last.is_ascii());
            let ranges = ranges.iter().map(|(first, last)| {
                format!(r"\x{{{:X}}}-\x{{{:X}}}", u32::from(*first), u32::from(*last))
            });
            let ranges: String = ranges.collect();
            match (is_negated, is_ascii) {
                (false, _) => format!("[{ranges}]"),
                (true, true) => format!(r"(?-u:[^/\x80-\xBF{ranges}][\x80-\xBF]*)"),
                (true, false) => format!("[^/{ranges}]"),
            }
        }
    }
}

/// The text as an expression that matches it.
pub(super) fn escaped(text: &str) -> String {
    let mut regex = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            regex.push('\\');
        }
        regex.push(c);
    }
    regex
}

/// Without what means nothing: `./`, and slashes after slashes.
fn tidied(all: Vec<Token>) -> Vec<Token> {
    let mut tidy: Vec<Token> = vec![];
    for token in all {
        if token == Token::Slash {
            let component = tidy.rsplit(|token| *token == Token::Slash).next().unwrap_or_default();
            if component.is_empty() {
                continue;
            }
            if is_dot(component) {
                tidy.pop();
                continue;
            }
        }
        tidy.push(token);
    }
    tidy
}

fn is_dot(component: &[Token]) -> bool {
    matches!(component, [Token::Part(Part::Text(dot))] if dot == ".")
}

fn check_braces(tokens: &[Token]) -> Result<(), String> {
    let mut open = 0_usize;
    for token in tokens {
        match token {
            Token::Open => open += 1,
            Token::Close if open == 0 => return Err("its `}` has no `{`".into()),
            Token::Close => open -= 1,
            _ => {}
        }
    }
    if open > 0 { Err("its `{` has no `}`".into()) } else { Ok(()) }
}
