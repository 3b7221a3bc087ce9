//! [`Wall`]: how far one of the walls holds.
//!
//! May import: nothing of this crate.

/// One part of the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wall {
    /// It holds, in this form.
    Holds(String),
    /// It holds in part: the kernel is older than what was asked of it.
    Partly(String),
    /// It does not hold, for this reason.
    Missing(String),
}

impl Wall {
    /// Even in part, it holds every file.
    pub(super) fn holds_files(&self) -> bool {
        matches!(self, Self::Holds(_) | Self::Partly(_))
    }
}

impl std::fmt::Display for Wall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Holds(how) => write!(f, "holds ({how})"),
            Self::Partly(how) => write!(f, "holds as far as this kernel has it ({how})"),
            Self::Missing(why) => write!(f, "is missing ({why})"),
        }
    }
}
