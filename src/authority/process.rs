//! What the process may do that it does not need: given up at the start, whatever the kernel's sandbox
//! holds later.
//!
//! May import: `system`. Absent on purpose: the environment. Emptying it takes `unsafe`,
//! and would not take it out of `/proc`; nothing here reads it, and nobody else may look there.

use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;

use cap_std::AmbientAuthority;
use rustix::process::{Resource, Rlimit, setrlimit};
use signal_hook::consts::SIGXFSZ;

use crate::system;

/// Open files that somebody left to this process, beside the standard streams.
#[derive(Debug)]
pub struct Inherited(Vec<RawFd>);

/// What is open before anything is opened here.
///
/// # Ambient Authority
/// Looks at the process itself.
#[expect(clippy::disallowed_methods, reason = "the list of what is open is a directory")]
pub fn inherited(_: AmbientAuthority) -> Inherited {
    let entries = std::fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let numbers: Vec<RawFd> = numbers.filter(|number| *number > 2).collect();
    // The directory that was read to find them was one of them.
    let is_open = |number: &RawFd| std::fs::symlink_metadata(format!("/dev/fd/{number}")).is_ok();
    Inherited(numbers.into_iter().filter(is_open).collect())
}

/// Closes what was inherited; leaves no dump of memory behind, and lets no other process of this user
/// look in; is not killed by a file that reaches its limit; and keeps, as root, the capabilities over
/// files alone. What of those is given up is said in words.
///
/// # Ambient Authority
/// Changes the process for ever.
///
/// # Errors
/// When the system refuses, as none does that is known.
pub fn give_up(inherited: Inherited, _: AmbientAuthority) -> io::Result<Option<String>> {
    for number in inherited.0 {
        // An error means that it is closed.
        let _ = nix::unistd::close(number);
    }
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    system::hide_memory()?;
    // Any handler will do: the write then fails with an error, and that is answered.
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    system::give_up_capabilities()
}
