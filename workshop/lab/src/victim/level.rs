//! [`Level`]: which weak server it is.

use clap::ValueEnum;
use preopen_attacks::Victim;

/// How weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Level {
    /// Joins the path to the directory, and opens it.
    Join,
    /// The same, if the joined path begins with the directory's.
    Prefix,
    /// Resolves the path, checks the parts of what comes out, and opens the path as it was said.
    Checked,
    /// The same, and opens what came out: the usual mending, which mends nothing.
    Resolved,
}

impl Level {
    /// All of them, the weakest first.
    pub const ALL: [Self; 4] = [Self::Join, Self::Prefix, Self::Checked, Self::Resolved];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Prefix => "prefix",
            Self::Checked => "checked",
            Self::Resolved => "resolved",
        }
    }

    /// What it is, in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Join => "joins the path to the directory",
            Self::Prefix => "joins, and compares the text",
            Self::Checked => "resolves, checks, opens as said",
            Self::Resolved => "resolves, checks, opens that path",
        }
    }

    /// How it decides whether a path is inside.
    pub const fn check(self) -> Victim {
        match self {
            Self::Join => Victim::Join,
            Self::Prefix => Victim::Prefix,
            Self::Checked | Self::Resolved => Victim::Canonical,
        }
    }
}
