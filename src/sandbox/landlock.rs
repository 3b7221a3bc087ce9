//! Landlock: which files can be reached, judged by the kernel on the file itself, however it is named.
//!
//! Rules are made from the same handles that the grants hold, so no path is resolved a second time. A
//! grant that is written to needs the right to remove, since replacing a file is removing one: the
//! kernel cannot tell `rw` from `rwd`, so only the types do. It needs the right to make links, since
//! Landlock treats renaming a link as making one; seccomp refuses the calls that create symbolic links. It does not get
//! the right to truncate, unless the operator permits to write in place: new contents are written to a new file, which
//! is then renamed.
//!
//! May import: `cap`. Nothing that is not granted gets a rule.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, Erratum, LandlockStatus,
    PathBeneath, RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope,
};

use super::wall::Wall;
use crate::cap::{Grants, Rights};

/// The newest that this program knows; an older kernel does what it can.
const NEWEST: ABI = ABI::V9;

/// Restricts the calling thread.
pub(super) fn restrict(grants: &Grants) -> Wall {
    match rules(grants) {
        Ok(RestrictionStatus { ruleset: RulesetStatus::NotEnforced, landlock, .. }) => {
            Wall::Missing(match landlock {
                LandlockStatus::NotEnabled => "this kernel has it switched off".into(),
                _ => "this kernel, or the container's own filter, does not have it".into(),
            })
        }
        Ok(status) => {
            let version = match status.landlock {
                LandlockStatus::Available { effective_abi, .. } => effective_abi as i32,
                _ => 0,
            };
            let which = format!("version {version}{}", mended());
            match status.ruleset {
                RulesetStatus::FullyEnforced => Wall::Holds(which),
                // Before version 2 the kernel refuses every move between directories.
                _ if version >= 2 => Wall::Partly(which),
                _ => Wall::Missing(format!("version {version} is too old")),
            }
        }
        Err(_) => Wall::Missing("the kernel refused the rules".into()),
    }
}

fn rules(grants: &Grants) -> Result<RestrictionStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for (handle, rights) in grants.handles() {
        rules = rules
            .add_rule(PathBeneath::new(handle, access(rights, grants.may_write_in_place())))?;
    }
    rules.restrict_self()
}

/// The numbers of those faults of Landlock itself that this kernel has mended.
fn mended() -> String {
    let bits = Erratum::current().bits();
    let numbers =
        (0..u32::BITS).filter(|bit| bits >> bit & 1 == 1).map(|bit| format!(" {}", bit + 1));
    match numbers.collect::<String>() {
        none if none.is_empty() => none,
        some => format!("; errata mended:{some}"),
    }
}

/// What the kernel lets be done in a grant, in words.
pub(super) fn in_words(rights: Rights, in_place: bool) -> &'static str {
    if rights.contains(Rights::WRITE) && in_place {
        "read, write, shorten, create, move and remove"
    } else if rights.contains(Rights::WRITE) {
        "read, write, create, move and remove"
    } else if rights.contains(Rights::READ) {
        "read"
    } else {
        "nothing"
    }
}

fn access(rights: Rights, in_place: bool) -> BitFlags<AccessFs> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = AccessFs::WriteFile
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::MakeSym
        | AccessFs::Refer;
    match (rights.contains(Rights::WRITE), in_place) {
        (false, _) => read,
        (true, false) => read | write,
        (true, true) => read | write | AccessFs::Truncate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_grant_that_is_written_in_place_may_be_truncated() {
        for (rights, in_place, may) in [
            (Rights::RO, false, false),
            (Rights::RO, true, false),
            (Rights::RWD, false, false),
            (Rights::RW, true, true),
        ] {
            assert_eq!(access(rights, in_place).contains(AccessFs::Truncate), may, "{rights}");
        }
    }
}
