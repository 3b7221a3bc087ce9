//! [`Level`]: which weak server it is.

use clap::ValueEnum;
use preopen_attacks::Victim;

/// A weak server, by the check that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Level {
    /// Joins the path to the directory and opens it.
    Join,
    /// As `Join`, but requires that the text of the joined path starts with that of the directory.
    Prefix,
    /// Resolves the path, checks the components of the result, and opens the requested path.
    Checked,
    /// As `Checked`, but opens the resolved path: the usual fix, which does not help.
    Resolved,
}

impl Level {
    /// All levels, weakest first.
    pub const ALL: [Self; 4] = [Self::Join, Self::Prefix, Self::Checked, Self::Resolved];

    /// Returns the name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Prefix => "prefix",
            Self::Checked => "checked",
            Self::Resolved => "resolved",
        }
    }

    /// Describes what the server does.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Join => "joins the path to the directory",
            Self::Prefix => "joins, compares the text",
            Self::Checked => "resolves, checks, opens the requested path",
            Self::Resolved => "resolves, checks, opens the resolved path",
        }
    }

    /// Returns the check that decides whether a path is inside.
    pub const fn check(self) -> Victim {
        match self {
            Self::Join => Victim::Join,
            Self::Prefix => Victim::Prefix,
            Self::Checked | Self::Resolved => Victim::Canonical,
        }
    }
}
