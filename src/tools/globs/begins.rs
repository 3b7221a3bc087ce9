//! [`Begins`]: where a search begins, as far as its globs can spell that.
//!
//! May import: `cap`.

use crate::cap::{Read, Scoped, Target};

/// Where a search begins, as far as globs can spell it.
#[derive(Clone, Copy)]
pub(in crate::tools) enum Begins<'a> {
    /// In a directory of a grant.
    At(&'a Target<Read>),
    /// Above all grants.
    Above(Option<&'a Target<Read>>),
}

impl<'a> Begins<'a> {
    pub(in crate::tools) fn of(at: &'a Scoped<Read>) -> Self {
        match at {
            Scoped::One(target) => Self::At(target),
            Scoped::Roots(targets) => Self::Above(targets.first()),
        }
    }

    /// Could a glob begin at the top of the grant, or with its name, and not where the search does?
    pub(in crate::tools) fn may_be_above(self, glob: &str) -> bool {
        match self {
            Self::At(target) => {
                let first = glob.split('/').next();
                !target.is_whole_grant() || first == Some(target.grant_name())
            }
            Self::Above(_) => false,
        }
    }

    /// Is a glob the path of the directory that is searched, from the top of the grant?
    pub(in crate::tools) fn is_at(self, glob: &str) -> bool {
        matches!(self, Self::At(target) if target.is_spelled(glob))
    }

    /// The name of the grant that a text begins with as an absolute path, and what follows.
    pub(in crate::tools) fn spelled_off(self, text: &'a str) -> Option<(String, &'a str)> {
        match self {
            Self::At(target) | Self::Above(Some(target)) => target.spelled_off(text),
            Self::Above(None) => None,
        }
    }
}
