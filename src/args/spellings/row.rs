//! [`Row`]: one row of the table of foreign names.
//!
//! May import: nothing.

/// Names for one meaning.
pub(super) struct Row {
    /// The names. Case and separators do not count: `file_path` stands for `filePath`, `FilePath` and `file-path` too.
    pub(super) names: &'static [&'static str],
    /// The tools that it holds for; all of them if there are none.
    pub(super) tools: &'static [&'static str],
    pub(super) means: Means,
}

/// What a name means.
pub(super) enum Means {
    /// This argument.
    Is(&'static str),
    /// This argument if the value is a text and neither `true` nor `false`.
    Text(&'static str),
    /// This argument if the value is `true` or `false`.
    Flag(&'static str),
    /// This argument, with `true` and `false` exchanged.
    Opposite(&'static str),
    /// `true` gives the argument the first value. `false` excludes that value, and gives the second one, if there is one.
    Chooses(&'static str, &'static str, Option<&'static str>),
    /// This argument, where 0 stands for no bound.
    ZeroIsNone(&'static str),
    /// This argument, a first line: 0 is the first line too.
    FirstLine(&'static str),
    /// The last line to read, which gives `limit`.
    LastLine,
    /// The first and the last line: `[10, 20]` or `10-20`.
    LineRange,
    /// The one item of a list. The hint says what takes more.
    One(&'static str, &'static str),
    /// This argument if the value is a glob: a text, or a list of texts, with `*` or `?`.
    Wild(&'static str),
    /// This argument if the value is a list, or a text that is not a number.
    Globs(&'static str),
    /// Endings of names, as globs of this argument.
    Extensions(&'static str),
    /// What the tool does anyway if the value is this one. If it is not, the hint says what does that.
    Already(Default, &'static str),
    /// It says nothing that a call could do otherwise.
    Harmless,
    /// It has no meaning here. The hint says what to use.
    Instead(&'static str),
}

/// A value that asks for what is done anyway.
#[derive(Clone, Copy)]
pub(super) enum Default {
    Bool(bool),
    AnyBool,
    Number(u64),
    Word(&'static str),
    /// UTF-8 by any of its names.
    Utf8,
    /// An empty list.
    Empty,
}
