//! Confines processes with Landlock. A weak server can reach only the lab's own directory, so that it is useless to
//! anybody else. A participant's program can reach everything except the flag, so that only a server can have revealed it.
//!
//! Without Landlock, both refuse to start unless `--unconfined` is given.

use std::io;
use std::path::Path;

/// Restricts this process to one directory, and ends it when its parent ends.
///
/// # Errors
/// If the kernel does not enforce it.
#[cfg(target_os = "linux")]
pub fn confine(to: &Path) -> io::Result<()> {
    use rustix::process::{Signal, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::KILL))?;
    allow_only(&[to.to_owned()])
}

/// Denies this process the directory `of`, except for `but` inside it.
///
/// # Errors
/// If the kernel does not enforce it.
#[cfg(target_os = "linux")]
pub fn keep_out(of: &Path, but: &Path) -> io::Result<()> {
    let of = of.canonicalize()?;
    let mut allowed = vec![but.to_owned()];
    // Landlock rules can only add rights, so a denied directory must not lie below an allowed one. Therefore allow every
    // entry next to the path that leads to it.
    for (above, on_the_way) in of.ancestors().skip(1).zip(of.ancestors()) {
        for entry in std::fs::read_dir(above)? {
            allowed.extend(entry.map(|entry| entry.path()).ok().filter(|path| path != on_the_way));
        }
    }
    allow_only(&allowed)
}

#[cfg(target_os = "linux")]
fn allow_only(paths: &[std::path::PathBuf]) -> io::Result<()> {
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
        // A path that cannot be opened, such as a dangling link, cannot be reached either.
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
        Ok(_) => Err(io::Error::other("cannot confine the process: this kernel has no Landlock")),
        Err(error) => Err(io::Error::other(format!("cannot confine the process: {error}"))),
    }
}

/// Fails: this system has no Landlock.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: &Path) -> io::Result<()> {
    Err(io::Error::other("cannot confine the process: this system has no Landlock"))
}

/// Fails: this system has no Landlock.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn keep_out(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other("cannot confine the process: this system has no Landlock"))
}
