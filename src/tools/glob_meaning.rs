//! [`Meaning`]: what a glob is taken for, where what it says matches nothing.
//!
//! A glob that matches no name is most often a name in another spelling. Each [`Spelling`] is one; a search tries them
//! in order, takes the first that matches something, and says so.

use super::glob_foreign::MOST_FOREIGN;
use super::glob_list::{Given, Piece};
use super::name_pattern::Text;

/// What a glob is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) spelling: Spelling,
    pub(super) keeps: Keeps,
    /// Is it about directories of which it means what lies below?
    pub(super) is_inside: bool,
}

/// What in a glob is a part of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// No wildcard.
    Nothing,
    /// Brackets around text.
    Brackets,
    /// All but stars.
    AllButStars,
}

/// How a glob is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As docs/globs.md says.
    Written,
    /// All of the text is the name of something; `*` excepted.
    Whole,
    /// The same, of a part of a name.
    WholePart,
    /// A path from the top of the grant, or one that begins with the name of the grant.
    FromGrant,
    AnyCase,
    AnyDepth,
    AnyCaseAndDepth,
    /// `\` as `/`.
    Slashes,
    /// In any case, Unicode form, and kind of blank, quote and dash.
    Similar,
    /// Files, in spite of the slash at the end.
    Files,
    /// In one of the spellings of other programs that it may be written in.
    Foreign(usize),
    /// The same, further down.
    ForeignBelow(usize),
    /// A part of a name.
    Part,
}

/// How all globs of one text are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of the text in one way.
    All(Meaning),
    /// Each piece of it in its own way.
    Each(Vec<Meaning>),
}

impl Taken {
    /// As it is written.
    pub(super) fn as_written(given: &Given) -> Self {
        Self::Each(vec![Meaning::WRITTEN; given.pieces.len()])
    }

    /// What one piece is taken for.
    pub(super) fn of_piece(&self, n: usize) -> Option<Meaning> {
        match self {
            Self::All(meaning) => Some(*meaning),
            Self::Each(all) => all.get(n).copied(),
        }
    }
}

impl Meaning {
    pub(super) const WRITTEN: Self = Self::of(Spelling::Written);
    /// As it is written, but brackets are a part of a name.
    pub(super) const BRACKETS: Self = Self { keeps: Keeps::Brackets, ..Self::WRITTEN };

    pub(super) const fn of(spelling: Spelling) -> Self {
        Self { spelling, keeps: Keeps::Nothing, is_inside: false }
    }

    /// Those that are tried where one glob of a list matches nothing, the likeliest first. `foreign` are spellings of
    /// other programs.
    pub(super) fn others(piece: &Piece, text: Text, keeps: Keeps, foreign: Vec<Self>) -> Vec<Self> {
        let has_names = piece.has_names_in_brackets();
        let names = if has_names { Keeps::Brackets } else { Keeps::Nothing };
        let mut all = Self::near(piece, text, names);
        if has_names && keeps == Keeps::Nothing {
            all.extend(Self::near(piece, text, Keeps::Nothing));
        }
        all.extend(foreign);
        if piece.could_have_braces_of_names() {
            all.push(Self { keeps: Keeps::AllButStars, ..Self::WRITTEN });
            all.extend(Self::near(piece, text, Keeps::AllButStars));
        }
        if Spelling::Part.can_differ(piece, text) {
            all.extend(Self::both(Spelling::Part, text, names));
        }
        all
    }

    fn near(piece: &Piece, text: Text, keeps: Keeps) -> Vec<Self> {
        const NEAR: [Spelling; 8] = [
            Spelling::Written,
            Spelling::FromGrant,
            Spelling::AnyCase,
            Spelling::AnyDepth,
            Spelling::AnyCaseAndDepth,
            Spelling::Slashes,
            Spelling::Similar,
            Spelling::Files,
        ];
        let near = NEAR.into_iter().filter(|one| one.can_differ(piece, text));
        let all = near.flat_map(|one| Self::both(one, text, keeps));
        all.filter(|one| one.is_inside || one.spelling != Spelling::Written).collect()
    }

    /// Of the name, and of what lies in directories of the name. A pattern finds directories themselves.
    fn both(spelling: Spelling, text: Text, keeps: Keeps) -> impl Iterator<Item = Self> {
        let has_inside = text == Text::Whole && spelling != Spelling::Files;
        let inside = [false, true].into_iter().filter(move |is_inside| !is_inside || has_inside);
        inside.map(move |is_inside| Self { spelling, keeps, is_inside })
    }

    /// The spellings of other programs that a text may be written in.
    pub(super) fn foreign(given: &Given, text: Text) -> Vec<Self> {
        let mut all = vec![];
        for (nth, other) in given.foreign.iter().enumerate().take(MOST_FOREIGN) {
            // As with a glob that is written so, a name that exists comes before a class, and braces of names last.
            let mut kept = vec![Keeps::Nothing];
            if other.pieces.iter().any(Piece::has_names_in_brackets) {
                kept.insert(0, Keeps::Brackets);
            }
            if other.pieces.iter().any(Piece::could_have_braces_of_names) {
                kept.push(Keeps::AllButStars);
            }
            for spelling in [Spelling::Foreign(nth), Spelling::ForeignBelow(nth)] {
                all.extend(kept.iter().flat_map(|keeps| Self::both(spelling, text, *keeps)));
            }
        }
        all
    }

    /// How `glob` was taken; `other` is a foreign spelling in words. Nothing where it was taken as it is written.
    pub(super) fn in_words(self, glob: &str, argument: &str, other: &str) -> Option<String> {
        let spelling = self.spelling;
        let how = match spelling {
            Spelling::Written | Spelling::Whole if self.is_inside => String::new(),
            Spelling::Written if self.keeps != Keeps::Nothing => {
                let has_braces = glob.contains('{') && self.keeps == Keeps::AllButStars;
                let (what, read) = match (has_braces, glob.contains('[')) {
                    (true, false) => ("braces", "alternatives"),
                    (true, true) => ("brackets and braces", "wildcards"),
                    _ => ("brackets", "a class"),
                };
                return Some(format!(
                    "the {what} of `{glob}` are a part of a name here, and were not read as {read}"
                ));
            }
            Spelling::Written => return None,
            Spelling::Whole => {
                return Some(format!(
                    "`{glob}` is the name of something here, and was not read as a glob"
                ));
            }
            Spelling::WholePart => {
                return Some(format!(
                    "`{glob}` is a part of a name here, and was not read as a glob"
                ));
            }
            Spelling::FromGrant => " from the top of the grant".into(),
            Spelling::AnyCase => " in another case".into(),
            Spelling::AnyDepth => " further down".into(),
            Spelling::AnyCaseAndDepth => " further down, in another case".into(),
            Spelling::Slashes => " with `/` for `\\`".into(),
            Spelling::Foreign(_) => format!(" {other}"),
            Spelling::ForeignBelow(_) => format!(" {other} further down"),
            Spelling::Similar | Spelling::Files | Spelling::Part => String::new(),
        };
        let these = match (spelling, self.is_inside) {
            (Spelling::Similar, false) => {
                "these look alike, but differ in case, Unicode form, blanks, quotes or dashes"
            }
            (Spelling::Similar, true) => {
                "these lie in directories that look alike, but differ in case, Unicode form, blanks, quotes or dashes"
            }
            (Spelling::Files, _) => "these are not directories",
            (Spelling::Part, false) => "these names contain it",
            (Spelling::Part, true) => "these lie in directories whose names contain it",
            (Spelling::Foreign(_) | Spelling::ForeignBelow(_), true) => {
                "these lie in directories that match"
            }
            (_, true) => "these lie in directories of that name",
            (_, false) => "these match",
        };
        Some(format!("nothing matches {argument} `{glob}` as it is written; {these}{how}"))
    }
}

impl Spelling {
    /// Can it match something that the glob itself does not?
    fn can_differ(self, piece: &Piece, text: Text) -> bool {
        let is_part = text == Text::Part && !piece.has_wildcards();
        let is_path = piece.grant.is_none() && (piece.glob.contains('/') || piece.is_pinned);
        let has_letters = piece.glob.chars().any(char::is_alphabetic);
        match self {
            // What lies below may.
            Self::Written => true,
            Self::Whole | Self::WholePart | Self::Foreign(_) | Self::ForeignBelow(_) => false,
            // Only the name of the grant means all of it.
            // A wildcard is not the name of a grant.
            Self::FromGrant => {
                (is_path && !piece.begins_with_wildcard())
                    || (text == Text::Whole && !piece.has_wildcards())
            }
            Self::AnyDepth => is_path,
            Self::AnyCase => has_letters,
            Self::AnyCaseAndDepth => is_path && has_letters,
            Self::Similar => !piece.glob.chars().all(|c| "*?/".contains(c)),
            Self::Slashes => piece.glob.contains('\\'),
            Self::Files => piece.glob.ends_with('/'),
            // One letter is a part of nearly every name.
            Self::Part => !is_part && piece.is_text() && piece.glob.chars().nth(1).is_some(),
        }
    }
}
