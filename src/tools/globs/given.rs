//! [`Given`]: one string of globs as a client wrote it, taken apart at its commas.
//!
//! May import: `cap`, `error`, `path`. This module does not know what a glob matches.

use super::begins::Begins;
use super::foreign::{Foreign, foreign};
use super::literal_brackets::{with_literal_brackets, with_some_literal_brackets};
use super::meaning::{Keeps, Meaning, Taken, Text};
use std::cmp::Reverse;

use crate::cap::separated;
use crate::error::{Code, ToolError};
use crate::path::begins_elsewhere;

/// Bytes of which a name can have one that means something else in a glob. Without `*`: a glob with stars matches
/// its own text anyway.
pub(super) const SPECIAL: &[u8] = b"[]{}?,!\\";

/// The most bracket groups per glob that are read independently.
const MOST_GROUPS: u32 = 3;

/// One string of globs.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) text: String,
    pub(super) own: Source,
    /// What it may mean in the spellings of other programs: all of it first, then each piece of a list.
    pub(super) foreign: Vec<OtherSpelling>,
}

/// The globs of a text.
#[derive(Clone)]
pub(super) struct Source {
    /// All of it as one name or path.
    pub(super) whole: Piece,
    /// What its commas separate.
    pub(super) pieces: Vec<Piece>,
}

/// A reading of a string of globs that is written as in another program.
#[derive(Clone)]
pub(super) struct OtherSpelling {
    /// The index of the piece that this is a reading of; `None` for the whole text.
    pub(super) piece: Option<usize>,
    pub(super) reading: Foreign,
    /// The globs that it comes to; `None` for an expression.
    pub(super) source: Option<Source>,
}

/// Could a glob be a path from the top of the grant, or one that begins with its name, and not begin where the search does?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FromGrant {
    No,
    Perhaps,
    /// Perhaps, and it is then the directory that is searched.
    Searched,
}

/// One glob.
#[derive(Clone)]
pub(super) struct Piece {
    /// As it was given.
    pub(super) said: String,
    /// Does it take what it matches? Not if it begins with `!`.
    pub(super) takes: bool,
    /// The grant that it began with the absolute path of.
    pub(super) grant: Option<String>,
    /// Does a `/` at its start anchor it?
    pub(super) is_pinned: bool,
    pub(super) from_grant: FromGrant,
    /// The rest.
    pub(super) glob: String,
}

impl Given {
    /// Takes a string apart.
    ///
    /// # Errors
    /// `bad_args` where one of its globs is empty, or has `..`.
    pub(super) fn new(
        argument: &str,
        text: &str,
        kind: Text,
        begins: Begins<'_>,
    ) -> Result<Self, ToolError> {
        if text.split(['/', ',']).any(|name| name == "..") {
            let sentence = format!("`{argument}` has a glob with `..`");
            return Err(ToolError::new(Code::BadArgs, sentence)
                .hint("globs begin at the directory that is searched: give another `path`"));
        }
        let own = Source::new(text, begins);
        if own.pieces.is_empty() || own.pieces.iter().any(|piece| piece.glob.is_empty()) {
            let sentence = format!("`{argument}` holds an empty glob");
            return Err(ToolError::new(Code::BadArgs, sentence));
        }
        let mut foreign = others(&own.whole, None, kind, begins);
        if own.pieces.len() > 1 {
            let pieces = own.pieces.iter().enumerate();
            foreign.extend(pieces.flat_map(|(n, piece)| others(piece, Some(n), kind, begins)));
        }
        Ok(Self { text: text.to_owned(), own, foreign })
    }

    /// The spellings of other programs that all of the text or one piece may be written in, each with its place.
    pub(super) fn foreign_of(
        &self,
        piece: Option<usize>,
    ) -> impl Iterator<Item = (usize, &OtherSpelling)> {
        let piece = piece.filter(|_| self.own.pieces.len() > 1);
        self.foreign.iter().enumerate().filter(move |(_, other)| other.piece == piece)
    }

    /// The first directory of a path that a slash anchors, in quotes or not. With a drive or a scheme in front, it is a
    /// path of another machine.
    pub(super) fn first_directory(&self, n: usize) -> Option<Piece> {
        let others = self.foreign_of(Some(n)).filter_map(|(_, other)| other.source.as_ref());
        let own = self.own.pieces.get(n)?;
        let is_elsewhere = begins_elsewhere(&own.said);
        let all = std::iter::once(own).chain(others.flat_map(|source| &source.pieces));
        let mut anchored = all.filter(|piece| piece.is_pinned && piece.grant.is_none());
        anchored.find_map(Piece::first_directory).filter(|_| !is_elsewhere)
    }

    /// Is one piece, or all of the text, an absolute path in a grant, in quotes or not?
    pub(super) fn lies_in_a_grant(&self, piece: Option<usize>) -> bool {
        let own = piece.and_then(|n| self.own.pieces.get(n)).unwrap_or(&self.own.whole);
        let others = self.foreign_of(piece).filter_map(|(_, other)| other.source.as_ref());
        own.grant.is_some()
            || others.flat_map(|source| &source.pieces).any(|piece| piece.grant.is_some())
    }

    /// Does it begin as an extended glob for all but a name: `!(src)/**`?
    pub(super) fn is_all_but(&self) -> bool {
        self.text.starts_with("!(")
            && matches!(self.foreign.first(), Some(other) if other.source.is_some())
    }

    /// Each of its globs, taken as it is written.
    pub(super) fn as_written(&self) -> Taken {
        Taken::Each(vec![Meaning::WRITTEN; self.own.pieces.len()])
    }

    /// Does one of its globs take what it matches?
    pub(super) fn is_positive(&self) -> bool {
        self.own.pieces.iter().any(|piece| piece.takes)
    }
}

impl Source {
    fn new(text: &str, begins: Begins<'_>) -> Self {
        let piece = |said: &str| Piece::new(said, begins);
        let all = separated(text).into_iter().map(str::trim).filter(|piece| !piece.is_empty());
        Self { whole: piece(text), pieces: all.map(piece).collect() }
    }

    /// Could its commas be a part of names beside stars: `Smith, John/**`?
    pub(super) fn could_have_commas_of_names(&self) -> bool {
        self.pieces.len() > 1 && self.pieces.iter().all(|piece| piece.takes)
    }

    /// Could all of the text be the name of something that its globs do not match?
    pub(super) fn could_be_a_name(&self) -> bool {
        self.whole.could_be_a_name() && self.pieces.iter().skip(1).all(|piece| piece.takes)
    }
}

impl Piece {
    fn new(said: &str, begins: Begins<'_>) -> Self {
        let (text, takes) = said.strip_prefix('!').map_or((said, true), |text| (text, false));
        let said = said.to_owned();
        let spelled = text.strip_prefix("file://").unwrap_or(text);
        if let Some((grant, rest)) = begins.spelled_off(spelled) {
            let rest = rest.trim_start_matches('/');
            let glob = if rest.is_empty() { "**" } else { rest };
            return Self {
                said,
                takes,
                grant: Some(grant),
                is_pinned: true,
                from_grant: if begins.is_at(text) { FromGrant::Searched } else { FromGrant::No },
                glob: glob.to_owned(),
            };
        }
        let mut rest = text;
        while let Some(shorter) = rest.strip_prefix("./") {
            rest = shorter;
        }
        let glob = rest.trim_start_matches('/');
        let is_pinned = glob.len() < rest.len();
        let may_be = (glob.contains('/') || is_pinned) && begins.may_be_above(glob);
        let from_grant = match may_be {
            _ if begins.is_at(text) => FromGrant::Searched,
            true => FromGrant::Perhaps,
            false => FromGrant::No,
        };
        Self { said, takes, grant: None, is_pinned, from_grant, glob: glob.to_owned() }
    }

    /// Could it be a path from the top of the grant, or one that begins with its name?
    pub(super) fn may_be_from_grant(&self) -> bool {
        self.from_grant != FromGrant::No
    }

    /// Could all of it be the name of something that the glob does not match? Not where it has a `*`.
    pub(super) fn could_be_a_name(&self) -> bool {
        let is_odd = self.glob.bytes().any(|byte| SPECIAL.contains(&byte));
        (is_odd || self.glob.trim() != self.glob) && !self.glob.contains('*')
    }

    fn first_directory(&self) -> Option<Self> {
        let (first, _) = self.glob.split_once('/')?;
        (!first.contains('*')).then(|| Self { takes: true, glob: first.to_owned(), ..self.clone() })
    }

    /// About as it was given.
    pub(super) fn text(&self) -> String {
        let slash = if self.is_pinned && self.grant.is_none() { "/" } else { "" };
        format!("{slash}{}", self.glob)
    }

    /// Does it match every name?
    pub(super) fn is_everything(&self) -> bool {
        self.takes
            && self.grant.is_none()
            && (["**", "**/*"].contains(&self.glob.as_str())
                || (self.glob == "*" && !self.is_pinned))
    }

    /// Has it braces that could be a part of a name, and none with alternatives: `{{name}}/**`?
    pub(super) fn has_braces_without_commas(&self) -> bool {
        let has_text = |name: &str| name.contains('{') && name.chars().any(char::is_alphanumeric);
        !self.glob.contains(',') && self.glob.split('/').any(has_text)
    }

    /// Does it differ from the same glob without wildcards being a part of names?
    pub(super) fn is_special_in(&self, keeps: Keeps) -> bool {
        match keeps {
            Keeps::Nothing | Keeps::Whole => true,
            Keeps::Brackets => self.has_names_in_brackets(),
            Keeps::SomeBrackets(_) => self.with_names().is_some(),
            Keeps::AllButStars => {
                self.could_be_a_name()
                    || self.could_have_braces_of_names()
                    || self.has_braces_without_commas()
            }
        }
    }

    /// The same glob, with brackets around text as a part of a name: `app/[id]/*.tsx`, `[id].vue`. Nothing where it has none.
    pub(super) fn with_names(&self) -> Option<Self> {
        let names: Vec<String> = self.glob.split('/').map(with_literal_brackets).collect();
        let glob = names.join("/");
        (glob != self.glob).then(|| Self { glob, ..self.clone() })
    }

    /// The same, of the groups of brackets only those that have a bit.
    pub(super) fn with_some_names(&self, bits: u8) -> Self {
        let mut nth = 0;
        let is_name = || {
            nth += 1;
            bits.checked_shr(nth - 1).is_some_and(|bits| bits & 1 == 1)
        };
        Self { glob: with_some_literal_brackets(&self.glob, is_name), ..self.clone() }
    }

    /// Which of its groups of brackets can be a part of a name while others are classes, those first in which most are.
    /// Nothing if there are too many.
    pub(super) fn some_names_in_brackets(&self) -> Vec<u8> {
        let mut groups = 0_u32;
        with_some_literal_brackets(&self.glob, || {
            groups += 1;
            true
        });
        if !(2..=MOST_GROUPS).contains(&groups) {
            return vec![];
        }
        let mut all: Vec<u8> = (1..(1 << groups) - 1).collect();
        all.sort_by_key(|bits| (Reverse(bits.count_ones()), *bits));
        all
    }

    /// Has it brackets that could be a part of a name?
    pub(super) fn has_names_in_brackets(&self) -> bool {
        (self.glob.contains('[') && !self.glob.contains('*')) || self.with_names().is_some()
    }

    /// Has it brackets or braces that could be a part of a name, other than brackets around text? Not beside a star.
    pub(super) fn could_have_braces_of_names(&self) -> bool {
        // Without anything between them, braces match only that name.
        let is_special = |name: &&str| name.contains(['[', '{', ']', '}']) && !name.contains('*');
        let has_text = |name: &str| name.chars().any(char::is_alphanumeric);
        self.glob.split('/').filter(is_special).any(has_text)
    }

    /// Does the first name of its path have a wildcard besides brackets, if this is a part of names?
    pub(super) fn begins_with_wildcard(&self, keeps: Keeps) -> bool {
        let wild: &[char] =
            if matches!(keeps, Keeps::Nothing | Keeps::Brackets | Keeps::SomeBrackets(_)) {
                &['*', '?', '{']
            } else {
                &['*']
            };
        self.glob.split('/').next().is_some_and(|name| name.contains(wild))
    }

    pub(super) fn has_wildcards(&self) -> bool {
        self.glob.contains(['*', '?', '[', '{'])
    }

    /// Has it no wildcards but brackets that could be a part of a name?
    pub(super) fn is_text(&self) -> bool {
        !self.glob.contains(['*', '?', '{', '}'])
    }
}

/// The spellings of other programs that a text may be written in. An absolute path that lies in a grant is not shortened.
fn others(own: &Piece, piece: Option<usize>, kind: Text, begins: Begins<'_>) -> Vec<OtherSpelling> {
    let others = foreign(&own.said, kind).into_iter().map(|reading| {
        let source = match &reading {
            Foreign::Globs(globs, _) => Some(Source::new(globs, begins)),
            Foreign::Expression(_) => None,
        };
        OtherSpelling { piece, reading, source }
    });
    let mut others: Vec<OtherSpelling> = others.collect();
    let sources = others.iter().filter_map(|other| other.source.as_ref());
    let mut pieces = sources.flat_map(|source| &source.pieces);
    if own.grant.is_some() || pieces.any(|piece| piece.grant.is_some()) {
        others.retain(|other| !other.reading.is_end());
    }
    others
}

/// The error for a string of globs that cannot be read.
pub(super) fn not_a_glob(argument: &str, glob: &str, why: &str) -> ToolError {
    let glob = crate::path::brief(glob);
    ToolError::new(Code::BadArgs, format!("`{argument}` has `{glob}`, which is not a glob: {why}"))
        .hint("`*.rs` matches a name at any depth, `src/**/*.rs` a path")
}
