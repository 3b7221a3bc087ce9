//! [`Grant`]: a handle with rights and rules, as it was opened at startup.
//!
//! May import: `error`, `path`.

use std::sync::Arc;

use cap_std::fs::Dir;

use crate::cap::grants::above::Above;
use crate::cap::handle::mount::is_mounted_read_only;
use crate::cap::handle::{listed, step};
use crate::cap::rights::{Right, Rights};
use crate::cap::rules::Rules;
use crate::error::{Code, ToolError};
use crate::path::Name;

/// A grant whose directory could not be opened at startup.
#[derive(Clone, Debug)]
pub struct Unavailable {
    /// What clients would call it.
    pub name: String,
    /// How the operator wrote it.
    pub written_as: String,
    /// Why, in words for people.
    pub reason: String,
}

/// A directory that was opened at startup, on its way to become a grant.
#[derive(Debug)]
pub struct Preopen {
    /// What clients call it.
    pub name: String,
    /// What may be done in it.
    pub rights: Rights,
    /// Names in it that are narrower than its rights.
    pub rules: Rules,
    /// The handle: the authority itself.
    pub dir: Dir,
    /// How the operator wrote it, for people to read.
    pub written_as: String,
    /// Absolute paths that clients may call it by. The first is the canonical one.
    pub host_aliases: Vec<Vec<Name>>,
    /// What ignore files above it say.
    pub above: Above,
}

/// One grant as the capability layer holds it.
pub(in crate::cap) struct Grant {
    /// Its place among the grants: the order of the command line.
    pub(in crate::cap) number: usize,
    pub(in crate::cap) name: String,
    pub(in crate::cap) rights: Rights,
    pub(in crate::cap) rules: Rules,
    pub(in crate::cap) dir: Arc<Dir>,
    pub(in crate::cap) written_as: String,
    pub(in crate::cap) spellings: Vec<Vec<Name>>,
    pub(in crate::cap) device: u64,
    /// The mount to stay on, when mount points are not to be crossed.
    pub(in crate::cap) mount: Option<u64>,
    /// Can its file system open one entry by several names?
    pub(in crate::cap) may_alias: bool,
    pub(in crate::cap) above: Above,
    /// Was it mounted read only at startup?
    pub(in crate::cap) is_mounted_read_only: bool,
}

impl Grant {
    pub(in crate::cap) fn new(
        number: usize,
        from: Preopen,
        one_file_system: bool,
    ) -> std::io::Result<Self> {
        let mount = if one_file_system { Some(step::mount_of(&from.dir)?) } else { None };
        Ok(Self {
            number,
            device: step::device_of(&from.dir)?,
            may_alias: listed::may_alias(&from.dir),
            is_mounted_read_only: is_mounted_read_only(&from.dir),
            name: from.name,
            rights: from.rights,
            rules: from.rules,
            dir: Arc::new(from.dir),
            written_as: from.written_as,
            spellings: from.host_aliases,
            above: from.above,
            mount,
        })
    }

    pub(in crate::cap) fn right_missing<R: Right>(&self) -> ToolError {
        let wanted = self.rights.union(R::RIGHTS).union(Rights::RW);
        ToolError::new(
            Code::RightMissing,
            format!("grant `{}` does not carry the right to {}", self.name, R::VERB),
        )
        .hint(format!("the user can start the server with `--allow {}:{wanted}`", self.written_as))
    }

    /// Where the grant is on the host, by name: links that climb out of it are read against this.
    pub(in crate::cap) fn canonical(&self) -> &[Name] {
        self.spellings.first().map_or(&[], Vec::as_slice)
    }
}

/// Grants of one process are told apart by their number.
impl PartialEq for Grant {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
