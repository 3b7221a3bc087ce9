//! [`NamePattern`]: one name of a glob, matched character by character.
//!
//! May import: nothing but its neighbours in `cap`. This module does not fold or compose: patterns and
//! names come in the same form.

use crate::cap::rules::glob_parts::Part;

/// What matches a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cap) enum NamePattern {
    /// This name only.
    Literal(String),
    /// These pieces. A name in `any_case` is in lower case; a class is as it was written.
    Pieces { pieces: Vec<Piece>, any_case: bool },
}

/// What matches a part of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cap) enum Piece {
    Char(char),
    /// Any one character.
    One,
    /// Any number of characters.
    Any,
    /// One character of these ranges, or, negated, of no range.
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl NamePattern {
    /// A pattern of these parts. `form` converts each text; its second argument is `true` for a text at the end of
    /// the name.
    pub(in crate::cap) fn new(
        parts: &[Part],
        any_case: bool,
        form: impl Fn(&str, bool) -> String,
    ) -> Self {
        if let [Part::Text(text)] = parts {
            return Self::Literal(form(text, true));
        }
        let mut pieces = vec![];
        for (nth, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => {
                    let text = form(text, nth + 1 == parts.len());
                    pieces.extend(text.chars().map(Piece::Char));
                }
                Part::One => pieces.push(Piece::One),
                Part::Any => pieces.push(Piece::Any),
                Part::Class { is_negated, ranges } => {
                    pieces.push(Piece::Class { is_negated: *is_negated, ranges: ranges.clone() });
                }
            }
        }
        Self::Pieces { pieces, any_case }
    }

    /// Returns whether the whole name matches.
    pub(in crate::cap) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Literal(own) => own == name,
            Self::Pieces { pieces, any_case } => {
                let is_any = |piece: &Piece| *piece == Piece::Any;
                match_all(pieces, name.chars(), is_any, |piece, c| piece.is(*c, *any_case))
            }
        }
    }
}

impl Piece {
    fn is(&self, c: char, any_case: bool) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::One | Self::Any => true,
            Self::Class { is_negated, ranges } => {
                let is_in =
                    |c: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
                (is_in(c) || (any_case && c.to_uppercase().any(is_in))) != *is_negated
            }
        }
    }
}

/// Does the whole pattern match the whole text, where `is_run` says which parts of the pattern stand for
/// any number of parts of the text? Takes at most the product of both lengths.
pub(in crate::cap) fn match_all<P, T: Iterator + Clone>(
    mut pattern: &[P],
    mut text: T,
    is_run: impl Fn(&P) -> bool,
    is_one: impl Fn(&P, &T::Item) -> bool,
) -> bool {
    // The pattern after the last run, and the text that is left if the run ends here.
    let mut last_run: Option<(&[P], T)> = None;
    loop {
        let mut rest = text.clone();
        match (pattern, rest.next()) {
            ([], None) => return true,
            ([part, after @ ..], _) if is_run(part) => {
                last_run = Some((after, text.clone()));
                pattern = after;
            }
            ([part, after @ ..], Some(one)) if is_one(part, &one) => {
                (pattern, text) = (after, rest);
            }
            _ => {
                // The run takes one more.
                let Some((after, mut longer)) = last_run else { return false };
                if longer.next().is_none() {
                    return false;
                }
                last_run = Some((after, longer.clone()));
                (pattern, text) = (after, longer);
            }
        }
    }
}
