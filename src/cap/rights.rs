//! Rights twice: [`Rights`] as a value (what a grant carries), [`Right`] as a type (what a tool needs).
//!
//! They meet once, when a target is minted; from then on the type is the proof. May import: nothing.
//! There is no way to add a right to an existing value.

use std::fmt;
use std::str::FromStr;

/// What a grant allows: read, and perhaps write, and perhaps remove.
///
/// ```
/// use preopen::cap::Rights;
///
/// let rights: Rights = "rw".parse().unwrap();
/// assert!(rights.contains(Rights::READ) && !rights.contains(Rights::REMOVE));
/// assert_eq!(rights.to_string(), "rw");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights(u8);

impl Rights {
    /// No right at all: what a tool needs that touches no file.
    pub const NONE: Self = Self(0);
    /// To read files, list directories and look at what they are.
    pub const READ: Self = Self(1);
    /// To create and change files, and to move them within the grant.
    pub const WRITE: Self = Self(2);
    /// To delete.
    pub const REMOVE: Self = Self(4);
    /// `ro`, the default.
    pub const RO: Self = Self::READ;
    /// `rw`.
    pub const RW: Self = Self::READ.union(Self::WRITE);
    /// `rwd`.
    pub const RWD: Self = Self::RW.union(Self::REMOVE);

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What one may do, for people and models.
    pub const fn in_words(self) -> &'static str {
        if self.contains(Self::REMOVE) {
            "read, write, delete"
        } else if self.contains(Self::WRITE) {
            "read, write"
        } else {
            "read only"
        }
    }

    /// Can something be changed by them?
    pub const fn allow_change(self) -> bool {
        self.contains(Self::WRITE) || self.contains(Self::REMOVE)
    }

    /// Is every right of `needed` among these?
    pub const fn contains(self, needed: Self) -> bool {
        needed.0 & !self.0 == 0
    }
}

impl FromStr for Rights {
    type Err = UnknownRights;

    fn from_str(s: &str) -> Result<Self, UnknownRights> {
        match s {
            "ro" => Ok(Self::RO),
            "rw" => Ok(Self::RW),
            "rwd" => Ok(Self::RWD),
            _ => Err(UnknownRights),
        }
    }
}

/// The text is none of `ro`, `rw` and `rwd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRights;

impl fmt::Display for UnknownRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the rights are `ro`, `rw` and `rwd`")
    }
}

impl std::error::Error for UnknownRights {}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::NONE => "none",
            Self::RO => "ro",
            Self::RW => "rw",
            Self::RWD => "rwd",
            Self::WRITE => "write",
            _ => "remove",
        })
    }
}

/// A right as a type. Sealed: no other crate can invent one.
pub trait Right: sealed::Sealed + Send + 'static {
    /// The same right as a value.
    const RIGHTS: Rights;
    /// What one does by it, for sentences: `the right to read`.
    const VERB: &'static str;
}

/// The right to read.
#[derive(Debug)]
pub enum Read {}
/// The right to create and change.
#[derive(Debug)]
pub enum Write {}
/// The right to delete.
#[derive(Debug)]
pub enum Remove {}

impl Right for Read {
    const RIGHTS: Rights = Rights::READ;
    const VERB: &'static str = "read";
}
impl Right for Write {
    const RIGHTS: Rights = Rights::WRITE;
    const VERB: &'static str = "write";
}
impl Right for Remove {
    const RIGHTS: Rights = Rights::REMOVE;
    const VERB: &'static str = "delete";
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::cap::rights::Read {}
    impl Sealed for crate::cap::rights::Write {}
    impl Sealed for crate::cap::rights::Remove {}
}

/// Is the right one to change what is found? Then rules refuse by name.
pub(in crate::cap) fn changes<R: Right>() -> bool {
    R::RIGHTS != Rights::READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_carried_by_those_that_hold_it_and_no_others() {
        let ro = Rights::RO;
        let rw = Rights::RW;
        let rwd = Rights::RWD;
        let table = [
            (Rights::NONE, [true, false, false, false], "none", "read only", false),
            (ro, [true, true, false, false], "ro", "read only", false),
            (rw, [true, true, true, false], "rw", "read, write", true),
            (rwd, [true, true, true, true], "rwd", "read, write, delete", true),
            (Rights::WRITE, [true, false, true, false], "write", "read, write", true),
            (Rights::REMOVE, [true, false, false, true], "remove", "read, write, delete", true),
        ];
        for (rights, carried, name, words, change) in table {
            let needed = [Rights::NONE, Rights::READ, Rights::WRITE, Rights::REMOVE];
            assert_eq!(needed.map(|needed| rights.contains(needed)), carried, "{name}");
            assert_eq!((rights.to_string().as_str(), rights.in_words()), (name, words));
            assert_eq!(rights.allow_change(), change, "{name}");
        }
        assert!(
            rwd.contains(rw)
                && !rw.contains(rwd)
                && !Rights::WRITE.contains(ro.union(Rights::WRITE))
        );
        for text in ["ro", "rw", "rwd"] {
            assert_eq!(text.parse::<Rights>().map(|rights| rights.to_string()), Ok(text.into()));
        }
        for text in ["", "r", "wr", "RO", "none", "remove", "rwdx"] {
            assert_eq!(text.parse::<Rights>(), Err(UnknownRights), "{text}");
        }
        assert_eq!(UnknownRights.to_string(), "the rights are `ro`, `rw` and `rwd`");
    }
}
