//! [`Meaning`]: what a glob is taken for, where what it says matches nothing.
//!
//! A glob that matches no name is most often a name in another spelling. Each meaning here is one such spelling; a
//! search tries them in this order, takes the first that matches something, and says so.

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
    /// In any case, Unicode form and kind of blank.
    Similar,
    /// A directory: what lies below it.
    Inside,
    /// What is no directory, in spite of the slash at the end.
    Files,
    /// A part of a name.
    Part,
}

impl Meaning {
    /// Those that are tried where a glob matches nothing, the likeliest first.
    pub(super) const OTHERS: [Self; 8] = [
        Self::FromGrant,
        Self::AnyCase,
        Self::AnyDepth,
        Self::Slashes,
        Self::Similar,
        Self::Inside,
        Self::Files,
        Self::Part,
    ];

    /// Can it match something that the glob itself does not?
    pub(super) fn can_differ(self, given: &Given, text: Text) -> bool {
        given.pieces.iter().filter(|piece| piece.takes).any(|piece| {
            let is_part = text == Text::Part && !piece.has_wildcards();
            match self {
                Self::Glob | Self::Whole | Self::Brackets => false,
                Self::FromGrant | Self::AnyDepth => {
                    piece.grant.is_none() && (piece.glob.contains('/') || piece.is_pinned)
                }
                Self::AnyCase | Self::Similar => piece.glob.chars().any(char::is_alphabetic),
                Self::Slashes => piece.glob.contains('\\'),
                // A pattern finds directories themselves.
                Self::Inside => text == Text::Whole,
                Self::Files => piece.glob.ends_with('/'),
                Self::Part => !is_part,
            }
        })
    }

    /// How `glob` was taken.
    pub(super) fn in_words(self, glob: &str, argument: &str) -> String {
        let how = match self {
            Self::Glob => return String::new(),
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
            Self::Similar => "these differ in case, Unicode form or kind of blank",
            Self::Inside => "these lie in directories of that name",
            Self::Files => "these are not directories",
            Self::Part => "these names contain it",
        };
        format!("nothing matches {argument} `{glob}` as it is written; {how}")
    }
}
