//! What keeps the weak servers from being of use to anybody else: the kernel lets them reach the lab's own
//! directory and nothing besides.
//!
//! Linux has Landlock for it. Where there is none they do not start, unless somebody says that they may.

use std::io;
use std::path::Path;

/// Lets this process reach what lies below a directory, and nothing else; and ends it when whoever started it
/// ends.
///
/// # Errors
/// When the kernel does not do it.
#[cfg(target_os = "linux")]
pub fn confine(to: &Path) -> io::Result<()> {
    use landlock::{
        ABI, Access as _, AccessFs, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
        RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus,
    };
    use rustix::process::{Signal, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::KILL))?;
    let everything = AccessFs::from_all(ABI::V1);
    let restricted = || {
        let rule = PathBeneath::new(PathFd::new(to).map_err(io::Error::other)?, everything);
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(everything)
            .and_then(Ruleset::create)
            .and_then(|rules| rules.add_rule(rule))
            .and_then(landlock::RulesetCreated::restrict_self)
            .map_err(io::Error::other)
    };
    match restricted() {
        Ok(status) if status.ruleset != RulesetStatus::NotEnforced => Ok(()),
        Ok(_) => Err(io::Error::other("this kernel has no Landlock to confine a weak server with")),
        Err(error) => Err(io::Error::other(format!("a weak server cannot be confined: {error}"))),
    }
}

/// There is nothing to do it with.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: &Path) -> io::Result<()> {
    Err(io::Error::other("this system has no Landlock to confine a weak server with"))
}
