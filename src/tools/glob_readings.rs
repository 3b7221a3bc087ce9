//! [`Readings`]: what one string of globs stands for, as expressions.
//!
//! May import: `cap`, its neighbours. This module does not know what a search makes of them.

use super::glob_expression::{Expression, How, escaped};
use super::glob_foreign::Foreign;
use super::glob_list::{FromGrant, Given, OtherSpelling, Piece};
use super::glob_meaning::Meaning;
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
    /// The globs in this meaning, in the order in which they were given.
    ///
    /// # Errors
    /// Why one cannot be read.
    pub(super) fn expressions(
        self,
        given: &Given,
        meaning: Meaning,
    ) -> Result<Vec<Signed>, String> {
        if meaning == Meaning::Whole {
            return Ok(vec![self.signed(&given.whole, Reading::OnlyStars, meaning)?]);
        }
        let mut all = vec![];
        if let Meaning::Foreign(nth) = meaning {
            return match given.foreign.get(nth) {
                Some(other) => self.foreign(other),
                None => self.expressions(given, Meaning::Glob),
            };
        }
        for piece in &given.pieces {
            let names = piece.with_names();
            if meaning == Meaning::Brackets {
                let piece = names.as_ref().unwrap_or(piece);
                all.push(self.signed(piece, Reading::Glob, Meaning::Glob)?);
                continue;
            }
            let meaning = if piece.takes { meaning } else { Meaning::Glob };
            // Another meaning than the written one takes brackets both ways.
            if meaning != Meaning::Glob && !piece.glob.contains('*') && piece.glob.contains('[') {
                all.extend(self.signed(piece, Reading::LiteralBrackets, meaning));
            } else if meaning != Meaning::Glob {
                all.extend(
                    names.and_then(|names| self.signed(&names, Reading::Glob, meaning).ok()),
                );
            }
            all.push(self.signed(piece, Reading::Glob, meaning)?);
        }
        Ok(all)
    }

    /// The globs of a spelling of another program. Their paths are found at any depth.
    fn foreign(self, other: &OtherSpelling) -> Result<Vec<Signed>, String> {
        let signed = |piece: &Piece, text: Option<Text>| {
            let readings = Self { text: text.unwrap_or(self.text), ..self };
            let signed = readings.signed(piece, Reading::Glob, Meaning::Glob)?;
            let is_anywhere =
                piece.grant.is_none() && !piece.is_pinned && signed.from != From::Name;
            Ok(if is_anywhere {
                Signed {
                    from: From::Grant,
                    regex: format!("(?s-u:.*/)?(?:{})", signed.regex),
                    ..signed
                }
            } else {
                signed
            })
        };
        match &other.reading {
            Foreign::Globs(_, text) => {
                other.pieces.iter().map(|piece| signed(piece, *text)).collect()
            }
            Foreign::Expression(expression) => Ok(vec![Signed {
                takes: true,
                from: From::Searched,
                only_directories: false,
                regex: format!("(?s-u:.*)(?:{expression})(?s-u:.*)"),
            }]),
        }
    }

    /// What is watched for: the globs in this meaning. Of brackets only those that differ by it.
    ///
    /// # Errors
    /// Why one cannot be read.
    pub(super) fn watched(self, given: &Given, meaning: Meaning) -> Result<Vec<Signed>, String> {
        let some = given.pieces.iter().filter_map(Piece::with_names);
        match meaning {
            Meaning::Brackets => {
                some.map(|names| self.signed(&names, Reading::Glob, Meaning::Glob)).collect()
            }
            _ => self.expressions(given, meaning),
        }
    }

    /// One piece in this meaning.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn piece(self, piece: &Piece, meaning: Meaning) -> Result<Vec<Signed>, String> {
        let names =
            piece.with_names().and_then(|names| self.signed(&names, Reading::Glob, meaning).ok());
        Ok(names.into_iter().chain([self.signed(piece, Reading::Glob, meaning)?]).collect())
    }

    fn signed(self, piece: &Piece, reading: Reading, meaning: Meaning) -> Result<Signed, String> {
        let is_part = piece.takes
            && meaning != Meaning::Files
            && (self.text == Text::Part || meaning == Meaning::Part);
        let how = How { reading, text: if is_part { Text::Part } else { Text::Whole }, meaning };
        let glob = match meaning {
            Meaning::Slashes => piece.glob.replace('\\', "/"),
            Meaning::Similar => folded(piece.glob.as_bytes()),
            Meaning::Files => piece.glob.trim_end_matches('/').to_owned(),
            Meaning::Part if !piece.has_wildcards() => piece.glob.clone(),
            Meaning::Part => format!("*{}*", piece.glob.trim_end_matches('/')),
            _ => piece.glob.clone(),
        };
        let Expression { regex, is_path, only_directories } =
            Expression::new(&glob, piece.is_pinned, how)?;
        let is_from_grant = self.is_above_grants && is_path;
        let (from, regex) = match &piece.grant {
            Some(grant) if meaning == Meaning::Similar => {
                (From::FoldedGrant, format!("{}/(?:{regex})", escaped(&folded(grant.as_bytes()))))
            }
            Some(grant) => (From::Grant, format!("{}/(?:{regex})", escaped(grant))),
            None if meaning == Meaning::Similar => {
                (From::FoldedGrant, format!("(?s-u:.*/)?(?:{regex})"))
            }
            // A path may begin with the name of a grant, or in it.
            None if is_from_grant
                || piece.from_grant == FromGrant::Yes
                || meaning == Meaning::FromGrant =>
            {
                (From::Grant, format!("(?-u:[^/]*/)?(?:{regex})"))
            }
            None if is_path => (From::Searched, regex),
            None => (From::Name, regex),
        };
        Ok(Signed { takes: piece.takes, from, only_directories, regex })
    }
}
