//! [`Meaning`]: what a glob is taken for, where what it says matches nothing.
//!
//! A glob that matches no name is most often a name in another spelling. Each meaning here is one such spelling; a
//! search tries them in this order, takes the first that matches something, and says so.

use super::glob_foreign::MOST_FOREIGN;
use super::glob_list::Given;
use super::name_pattern::Text;

/// What a glob is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// What docs/globs.md says.
    Glob,
    /// The name of something, as it stands; `*` excepted.
    Whole,
    /// As a glob, but brackets around a whole name belong to the name. Globs without such brackets are left out.
    Brackets,
    /// A path from the top of the grant, or one that begins with the name of the grant.
    FromGrant,
    AnyCase,
    AnyDepth,
    /// `\` as `/`.
    Slashes,
    /// In any case, Unicode form, and kind of blank, quote and dash.
    Similar,
    /// A directory: what lies below it.
    Inside,
    /// What is no directory, in spite of the slash at the end.
    Files,
    /// In one of the spellings of other programs that it may be written in.
    Foreign(usize),
    /// A part of a name.
    Part,
}

impl Meaning {
    /// Those that are tried where a glob matches nothing, the likeliest first.
    pub(super) fn others() -> impl Iterator<Item = Self> {
        const PLAIN: [Meaning; 7] = [
            Meaning::FromGrant,
            Meaning::AnyCase,
            Meaning::AnyDepth,
            Meaning::Slashes,
            Meaning::Similar,
            Meaning::Inside,
            Meaning::Files,
        ];
        let foreign = (0..MOST_FOREIGN).map(Self::Foreign);
        PLAIN.into_iter().chain(foreign).chain([Self::Part])
    }

    /// Can it match something that the glob itself does not?
    pub(super) fn can_differ(self, given: &Given, text: Text) -> bool {
        if let Self::Foreign(nth) = self {
            return nth < given.foreign.len();
        }
        given.pieces.iter().filter(|piece| piece.takes).any(|piece| {
            let is_part = text == Text::Part && !piece.has_wildcards();
            match self {
                Self::Glob | Self::Whole | Self::Brackets | Self::Foreign(_) => false,
                Self::FromGrant | Self::AnyDepth => {
                    piece.grant.is_none() && (piece.glob.contains('/') || piece.is_pinned)
                }
                Self::AnyCase => piece.glob.chars().any(char::is_alphabetic),
                Self::Similar => !piece.glob.chars().all(|c| "*?/".contains(c)),
                Self::Slashes => piece.glob.contains('\\'),
                // A pattern finds directories themselves.
                Self::Inside => text == Text::Whole,
                Self::Files => piece.glob.ends_with('/'),
                // Braces without anything between them are a part of each name.
                Self::Part => !is_part && !piece.glob.chars().all(|c| "{},".contains(c)),
            }
        })
    }

    /// How `glob` was taken.
    pub(super) fn in_words(self, glob: &str, argument: &str) -> String {
        let how = match self {
            Self::Glob | Self::Foreign(_) => return String::new(),
            Self::Brackets => {
                return format!(
                    "the brackets of `{glob}` are a part of a name here, and were not read as a class"
                );
            }
            Self::Whole => {
                return format!(
                    "`{glob}` is the name of something here, and was not read as a glob"
                );
            }
            Self::FromGrant => "these match from the top of the grant",
            Self::AnyCase => "these match in another case",
            Self::AnyDepth => "these match further down",
            Self::Slashes => "these match with `/` for `\\`",
            Self::Similar => {
                "these look alike, but differ in case, Unicode form, blanks, quotes or dashes"
            }
            Self::Inside => "these lie in directories of that name",
            Self::Files => "these are not directories",
            Self::Part => "these names contain it",
        };
        format!("nothing matches {argument} `{glob}` as it is written; {how}")
    }
}
