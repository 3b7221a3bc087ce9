//! [`Meaning`]: what a glob is taken for, and the words for it.
//!
//! A glob that matches no name is most often a name in another spelling. Each [`Spelling`] is one. Which are tried, and
//! in which order, `meanings` says.
//!
//! May import: nothing of this crate.

/// What a text without wildcards is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tools) enum Text {
    /// A whole name or path.
    Whole,
    /// A part of a name.
    Part,
}

/// What a glob is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// In which of the spellings of other programs that it may be written in; `None` for the text itself.
    pub(super) foreign: Option<usize>,
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
    /// Some of these, those from left to right that have a bit here.
    SomeBrackets(u8),
    /// All but stars.
    AllButStars,
    /// The same, and the commas of the text: all of it is one name or path.
    Whole,
}

/// How a glob is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As docs/globs.md says.
    Written,
    /// A path from the top of the grant, or one that begins with the name of the grant.
    FromGrant,
    AnyCase,
    AnyDepth,
    AnyCaseAndDepth,
    /// Further down, with nothing between its names.
    Below,
    /// `\` as `/`.
    Slashes,
    /// In any case, Unicode form, and kind of blank, quote and dash.
    Similar,
    /// Files, in spite of the slash at the end.
    Files,
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
    /// What one piece is taken for.
    pub(super) fn of_piece(&self, n: usize) -> Option<Meaning> {
        match self {
            Self::All(meaning) => Some(*meaning),
            Self::Each(all) => all.get(n).copied(),
        }
    }
}

/// Those that need no other search.
pub(super) const HERE: [Spelling; 2] = [Spelling::Written, Spelling::FromGrant];

impl Meaning {
    pub(super) const WRITTEN: Self = Self::of(Spelling::Written);
    /// All of the text as one name.
    #[cfg(test)]
    pub(super) const WHOLE: Self = Self { keeps: Keeps::Whole, ..Self::WRITTEN };
    /// As it is written, but brackets are a part of a name.
    #[cfg(test)]
    pub(super) const BRACKETS: Self = Self { keeps: Keeps::Brackets, ..Self::WRITTEN };

    pub(super) const fn of(spelling: Spelling) -> Self {
        Self { foreign: None, spelling, keeps: Keeps::Nothing, is_inside: false }
    }

    /// Is it one of all of the text, and not of one of its globs?
    pub(super) fn reads_whole_text(self) -> bool {
        self.foreign.is_some() || self.keeps == Keeps::Whole
    }

    /// In an excluding glob, is this meaning only suggested, and never applied?
    pub(super) fn is_only_suggested(self) -> bool {
        self.foreign.is_some() || !HERE.contains(&self.spelling)
    }

    /// How `glob` was taken; `other` is a foreign spelling in words. Nothing where it was taken as it is written.
    /// `takes` says whether the glob takes what it matches.
    pub(super) fn in_words(
        self,
        glob: &str,
        argument: &str,
        other: &str,
        takes: bool,
    ) -> Option<String> {
        let spelling = self.spelling;
        let is_here = spelling == Spelling::Written || (!takes && spelling == Spelling::FromGrant);
        if is_here && !self.is_inside && self.foreign.is_none() {
            return self.names_in_words(glob, argument);
        }
        let how = match spelling {
            Spelling::FromGrant => " from the top of the grant",
            Spelling::AnyCase => " in another case",
            Spelling::Below if self.foreign.is_none() => " from a directory further up",
            Spelling::AnyDepth | Spelling::Below => " further down",
            Spelling::AnyCaseAndDepth => " further down, in another case",
            Spelling::Slashes => " with `/` for `\\`",
            Spelling::Written | Spelling::Similar | Spelling::Files | Spelling::Part => "",
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
            (_, true) if self.foreign.is_some() => "these lie in directories that match",
            (_, true) => "these lie in directories of that name",
            (_, false) => "these match",
        };
        let other = if other.is_empty() { String::new() } else { format!(" {other}") };
        Some(format!("nothing matches {argument} `{glob}` as it is written; {these}{other}{how}"))
    }

    /// What is a part of a name in a glob that is taken as it is written.
    fn names_in_words(self, glob: &str, argument: &str) -> Option<String> {
        let what = match self.keeps {
            Keeps::Nothing => return None,
            Keeps::Brackets => ("the brackets", "a class"),
            Keeps::SomeBrackets(_) => ("some brackets", "a class"),
            Keeps::AllButStars if glob.contains('*') => {
                match (glob.contains('{'), glob.contains('[')) {
                    (true, false) => ("the braces", "alternatives"),
                    (true, true) => ("the brackets and braces", "wildcards"),
                    _ => ("the brackets", "a class"),
                }
            }
            Keeps::Whole if glob.contains('*') => ("the commas", "separators"),
            Keeps::AllButStars | Keeps::Whole => {
                let is = if argument == "pattern" {
                    "all or a part of a name"
                } else {
                    "the name of something"
                };
                return Some(format!("`{glob}` is {is} here, so it was not read as a glob"));
            }
        };
        let (what, read) = what;
        Some(format!(
            "{what} of `{glob}` are a part of a name here, so they were not read as {read}"
        ))
    }
}
