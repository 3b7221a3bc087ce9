//! What the kernel keeps from whom: from the weak servers everything but the lab's own directory, so that they are of no
//! use to anybody else; and from a participant's program the flag, so that only a server can have given it away.
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
    use rustix::process::{Signal, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::KILL))?;
    allow_alone(&[to.to_owned()])
}

/// Lets this process reach everything but what lies below a directory, and of that what lies below another.
///
/// # Errors
/// When the kernel does not do it.
#[cfg(target_os = "linux")]
pub fn keep_out(of: &Path, but: &Path) -> io::Result<()> {
    let (of, mut allowed) = (of.canonicalize()?, vec![but.to_owned()]);
    // Rights only add up: what is not to be reached must not lie below what is allowed. So all that lies beside the way
    // to it is.
    for (above, on_the_way) in of.ancestors().skip(1).zip(of.ancestors()) {
        for entry in std::fs::read_dir(above)? {
            allowed.extend(entry.map(|entry| entry.path()).ok().filter(|path| path != on_the_way));
        }
    }
    allow_alone(&allowed)
}

#[cfg(target_os = "linux")]
fn allow_alone(paths: &[std::path::PathBuf]) -> io::Result<()> {
    use landlock::{
        ABI, Access as _, AccessFs, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
        RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus,
    };

    let everything = AccessFs::from_all(ABI::V1);
    let of_files = AccessFs::from_file(ABI::V1);
    let restricted = || {
        let rules = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(everything)
            .and_then(Ruleset::create)
            .map_err(io::Error::other)?;
        // What cannot be opened, such as a link to nothing, is not reached either.
        let opened = paths.iter().filter_map(|path| {
            let access = if path.is_dir() { everything } else { of_files };
            Some(Ok(PathBeneath::new(PathFd::new(path).ok()?, access)))
        });
        rules
            .add_rules(opened)
            .and_then(landlock::RulesetCreated::restrict_self)
            .map_err(|error: landlock::RulesetError| io::Error::other(error))
    };
    match restricted() {
        Ok(status) if status.ruleset != RulesetStatus::NotEnforced => Ok(()),
        Ok(_) => Err(io::Error::other("this kernel has no Landlock to confine a process with")),
        Err(error) => Err(io::Error::other(format!("a process cannot be confined: {error}"))),
    }
}

/// There is nothing to do it with.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: &Path) -> io::Result<()> {
    Err(io::Error::other("this system has no Landlock to confine a process with"))
}

/// There is nothing to do it with.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn keep_out(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other("this system has no Landlock to confine a process with"))
}
