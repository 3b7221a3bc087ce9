//! [`Readings`]: what one string of globs stands for, as expressions.
//!
//! May import: `cap`, its neighbours. This module does not know what a search makes of them.

use super::glob_expression::{Expression, How, escaped};
use super::glob_foreign::Foreign;
use super::glob_list::{FromGrant, Given, OtherSpelling, Piece};
use super::glob_meaning::{Keeps, Meaning, Spelling, Taken};
use super::glob_sets::{From, Signed, folded};
use super::name_pattern::Text;
use crate::cap::Reading;

/// How the globs of an argument are read.
#[derive(Clone, Copy)]
pub(super) struct Readings {
    pub(super) text: Text,
    /// Does the search begin above all grants?
    pub(super) is_above_grants: bool,
}

impl Readings {
    /// The globs as they are taken, in the order in which they were given.
    ///
    /// # Errors
    /// Why one cannot be read.
    pub(super) fn expressions(self, given: &Given, taken: &Taken) -> Result<Vec<Signed>, String> {
        match taken {
            Taken::All(meaning) => self.all_of(given, *meaning),
            Taken::Each(meanings) => {
                let mut all = vec![];
                for (piece, meaning) in given.pieces.iter().zip(meanings) {
                    let written =
                        Meaning { spelling: Spelling::Written, is_inside: false, ..*meaning };
                    // A glob that matches no file may still match a directory that another one has taken away.
                    if written != *meaning {
                        all.extend(self.piece(piece, written));
                    }
                    all.push(self.piece(piece, *meaning)?);
                }
                Ok(all)
            }
        }
    }

    /// The whole text in one meaning: as a name, or in the spelling of another program.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn all_of(self, given: &Given, meaning: Meaning) -> Result<Vec<Signed>, String> {
        match meaning.spelling {
            Spelling::Foreign(nth) | Spelling::ForeignBelow(nth) => match given.foreign.get(nth) {
                Some(other) => self.foreign(other, meaning),
                None => Err("there is no such spelling".into()),
            },
            _ => Ok(vec![self.signed(&given.whole, Reading::OnlyStars, meaning)?]),
        }
    }

    /// The whole text as the exact name of something, which for a pattern is at any depth.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn exact(self, given: &Given) -> Result<Vec<Signed>, String> {
        let readings = Self { text: Text::Whole, ..self };
        let meaning = Meaning::of(Spelling::Whole);
        let signed = readings.signed(&given.whole, Reading::OnlyStars, meaning)?;
        let is_anywhere = self.text == Text::Part;
        Ok(vec![if is_anywhere { self.anywhere(&given.whole, signed) } else { signed }])
    }

    /// The globs of a spelling of another program.
    fn foreign(self, other: &OtherSpelling, meaning: Meaning) -> Result<Vec<Signed>, String> {
        let is_below = matches!(meaning.spelling, Spelling::ForeignBelow(_));
        let signed = |piece: &Piece, text: Option<Text>| {
            let readings = Self { text: text.unwrap_or(self.text), ..self };
            let meaning = Meaning { spelling: Spelling::Written, ..meaning };
            let signed = readings.piece(piece, meaning)?;
            Ok(if is_below { self.anywhere(piece, signed) } else { signed })
        };
        match &other.reading {
            Foreign::Globs(_, text) => {
                other.pieces.iter().map(|piece| signed(piece, *text)).collect()
            }
            Foreign::Expression(_) if meaning.is_inside || is_below => {
                Err("an expression is for the whole path".into())
            }
            Foreign::Expression(expression) => Ok(vec![Signed {
                takes: true,
                from: From::Searched,
                only_directories: false,
                regex: format!("(?s-u:.*)(?:{expression})(?s-u:.*)"),
            }]),
        }
    }

    /// One piece in this meaning. What takes away is read as it is written.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn piece(self, piece: &Piece, meaning: Meaning) -> Result<Signed, String> {
        let slashed;
        let piece = if meaning.spelling == Spelling::Slashes {
            slashed = Piece { glob: piece.glob.replace('\\', "/"), ..piece.clone() };
            &slashed
        } else {
            piece
        };
        match meaning.keeps {
            Keeps::Nothing => self.signed(piece, Reading::Glob, meaning),
            Keeps::Brackets => match piece.with_names() {
                Some(names) => self.signed(&names, Reading::Glob, meaning),
                None => self.signed(piece, Reading::LiteralBrackets, meaning),
            },
            Keeps::AllButStars => self.signed(piece, Reading::OnlyStars, meaning),
        }
    }

    /// One piece, with its brackets as a part of a name and as a class.
    pub(super) fn both(self, piece: &Piece, spelling: Spelling) -> Vec<Signed> {
        let meaning = Meaning::of(spelling);
        let bracketed = Meaning { keeps: Keeps::Brackets, ..meaning };
        let names = piece.with_names().and_then(|_| self.piece(piece, bracketed).ok());
        names.into_iter().chain(self.piece(piece, meaning).ok()).collect()
    }

    fn signed(self, piece: &Piece, reading: Reading, meaning: Meaning) -> Result<Signed, String> {
        let spelling = meaning.spelling;
        let is_part = piece.takes
            && spelling != Spelling::Files
            && (self.text == Text::Part || spelling == Spelling::Part);
        let how = How { reading, text: if is_part { Text::Part } else { Text::Whole }, meaning };
        let glob = match spelling {
            Spelling::Similar => folded(piece.glob.as_bytes()),
            Spelling::Files => piece.glob.trim_end_matches('/').to_owned(),
            _ => piece.glob.clone(),
        };
        let Expression { regex, is_path, only_directories } =
            Expression::new(&glob, piece.is_pinned, how)?;
        let is_from_grant = self.is_above_grants && is_path;
        let (from, regex) = match &piece.grant {
            Some(grant) if spelling == Spelling::Similar => {
                (From::FoldedGrant, format!("{}/(?:{regex})", escaped(&folded(grant.as_bytes()))))
            }
            Some(grant) => (From::Grant, format!("{}/(?:{regex})", escaped(grant))),
            None if spelling == Spelling::Similar => (From::FoldedGrant, self.below(piece, &regex)),
            // A path may begin with the name of a grant, or in it.
            None if is_from_grant
                || piece.from_grant == FromGrant::Yes
                || spelling == Spelling::FromGrant =>
            {
                (From::Grant, format!("(?-u:[^/]*/)?(?:{regex})"))
            }
            None if is_path => (From::Searched, regex),
            None => (From::Name, regex),
        };
        Ok(Signed { takes: piece.takes, from, only_directories, regex })
    }

    /// The same at any depth, where it is a path that does not say where it begins.
    fn anywhere(self, piece: &Piece, signed: Signed) -> Signed {
        if piece.grant.is_some() || piece.is_pinned || signed.from == From::Name {
            return signed;
        }
        Signed { from: From::Grant, regex: self.below(piece, &signed.regex), ..signed }
    }

    /// The expression at any depth of a path that begins with the name of the grant. That name may be the first of the
    /// glob, but in one grant a wildcard does not stand for it: `*/a` is one level down.
    fn below(self, piece: &Piece, regex: &str) -> String {
        if piece.begins_with_wildcard() && !self.is_above_grants {
            format!("(?-u:[^/]*/)(?s-u:.*/)?(?:{regex})")
        } else {
            format!("(?s-u:.*/)?(?:{regex})")
        }
    }
}
