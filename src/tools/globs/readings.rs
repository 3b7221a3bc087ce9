//! [`Readings`]: what one string of globs stands for, as expressions.
//!
//! May import: `cap`, its neighbours. This module does not know what a search makes of them.

use super::expression::{Expression, How, escaped};
use super::foreign::Foreign;
use super::given::{Given, OtherSpelling, Piece};
use super::meaning::{Keeps, Meaning, Spelling, Taken, Text};
use super::sets::{From, Signed, folded};
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
            Taken::All(meaning) => self.compile(given, None, *meaning),
            Taken::Each(meanings) => {
                let mut all = vec![];
                for (n, meaning) in meanings.iter().enumerate() {
                    let written =
                        Meaning { spelling: Spelling::Written, is_inside: false, ..*meaning };
                    // A glob that matches no file may still match a directory that another one has taken away.
                    if written != *meaning {
                        all.extend(self.compile(given, Some(n), written).unwrap_or_default());
                    }
                    all.extend(self.compile(given, Some(n), *meaning)?);
                }
                Ok(all)
            }
        }
    }

    /// Compiles a string of globs, or one piece of it, in one meaning. Watching, trying and matching all use globs that are
    /// compiled here, so that they are the same.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn compile(
        self,
        given: &Given,
        piece: Option<usize>,
        meaning: Meaning,
    ) -> Result<Vec<Signed>, String> {
        let none = || "there is no such glob".to_owned();
        let (source, readings) = match meaning.foreign {
            None => (&given.own, self),
            Some(nth) => {
                let OtherSpelling { reading, source, .. } =
                    given.foreign.get(nth).ok_or_else(none)?;
                match (reading, source) {
                    (Foreign::Expression(expression), _) => {
                        return Ok(vec![Signed {
                            takes: true,
                            from: From::Searched,
                            only_directories: false,
                            tells: true,
                            regex: format!("(?s-u:.*)(?:{expression})(?s-u:.*)"),
                        }]);
                    }
                    (Foreign::Globs(_, how), Some(source)) => {
                        (source, Self { text: how.text.unwrap_or(self.text), ..self })
                    }
                    (Foreign::Globs(..), None) => return Err(none()),
                }
            }
        };
        let pieces = match piece {
            _ if meaning.keeps == Keeps::Whole => std::slice::from_ref(&source.whole),
            Some(n) if meaning.foreign.is_none() => source.pieces.get(n..=n).ok_or_else(none)?,
            _ => source.pieces.as_slice(),
        };
        let signed = pieces.iter().map(|piece| {
            let tells = pieces.len() == 1 || piece.is_special_in(meaning.keeps);
            Ok(Signed { tells, ..readings.piece(piece, meaning)? })
        });
        signed.collect()
    }

    /// One piece in this meaning.
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
            Keeps::SomeBrackets(bits) => {
                self.signed(&piece.with_some_names(bits), Reading::Glob, meaning)
            }
            Keeps::AllButStars | Keeps::Whole => self.signed(piece, Reading::OnlyStars, meaning),
        }
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
            None if spelling == Spelling::Similar => {
                (From::FoldedGrant, self.below(piece, &regex, meaning.keeps))
            }
            None if spelling == Spelling::Below && is_path && !piece.is_pinned => {
                (From::Grant, self.below(piece, &regex, meaning.keeps))
            }
            // A path may begin with the name of a grant, or in it.
            None if is_from_grant || spelling == Spelling::FromGrant => {
                (From::Grant, format!("(?-u:[^/]*/)?(?:{regex})"))
            }
            None if is_path => (From::Searched, regex),
            None => (From::Name, regex),
        };
        Ok(Signed { takes: piece.takes, from, only_directories, tells: true, regex })
    }

    /// The expression at any depth of a path that begins with the name of the grant. That name may be the first of the
    /// glob, but in one grant a wildcard does not stand for it: `*/a` is one level down.
    fn below(self, piece: &Piece, regex: &str, keeps: Keeps) -> String {
        if piece.begins_with_wildcard(keeps) && !self.is_above_grants {
            format!("(?-u:[^/]*/)(?s-u:.*/)?(?:{regex})")
        } else {
            format!("(?s-u:.*/)?(?:{regex})")
        }
    }
}
