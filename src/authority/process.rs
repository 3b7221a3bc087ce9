//! What the process may do that it does not need: given up at the start, whatever the kernel's sandbox
//! holds later.
//!
//! May import: `system`. It does not empty the environment: that takes `unsafe`, and would not take it
//! out of `/proc`. Nothing here reads it, and nobody else may look there.

use std::io::{self, IsTerminal as _};
use std::os::fd::RawFd;
use std::sync::Arc;

use cap_std::AmbientAuthority;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, setsid};
use signal_hook::consts::SIGXFSZ;

use crate::system;

/// Most numbers that are closed one after the other, where nothing lists those that are open. That many
/// take a tenth of a second; a process may be allowed a thousand times as many.
const MOST_NUMBERS: u64 = 1 << 20;

/// Open files that somebody left to this process, beside the standard streams.
#[derive(Debug, Default)]
pub struct Inherited {
    open: Vec<RawFd>,
    /// `true` if numbers above [`MOST_NUMBERS`] were not closed.
    is_cut: bool,
}

/// Finds what is open before anything is opened here. Where nothing lists it, all of it is closed at once.
///
/// # Ambient Authority
/// Looks at the process itself.
#[expect(clippy::disallowed_methods, reason = "the list of what is open is a directory")]
pub fn inherited(ambient: AmbientAuthority) -> Inherited {
    let entries = std::fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let numbers: Vec<RawFd> = numbers.filter(|number| *number > 2).collect();
    // The directory that is read to find them is one of them, so a list without any is not the list.
    if numbers.is_empty() {
        return close_all_numbers(ambient);
    }
    let is_open = |number: &RawFd| std::fs::symlink_metadata(format!("/dev/fd/{number}")).is_ok();
    Inherited { open: numbers.into_iter().filter(is_open).collect(), is_cut: false }
}

/// Without `/dev/fd` nobody can name what is open there, so it need not stay open for the config file.
/// (`close_range` would be one call, but nothing offers it without `unsafe`.)
fn close_all_numbers(_: AmbientAuthority) -> Inherited {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let end = RawFd::try_from(limit.min(MOST_NUMBERS)).unwrap_or(RawFd::MAX);
    for number in 3..end {
        // An error means that it was closed.
        let _ = nix::unistd::close(number);
    }
    Inherited { open: vec![], is_cut: limit > MOST_NUMBERS }
}

/// Starts a session of its own, which has no terminal: the kernel may let a process type into its own.
///
/// Where a person types the requests the session stays, since by it Ctrl-C reaches the process. It stays as
/// well where it has no terminal: a new one is scheduled apart from the client, which makes small calls
/// slower on a busy machine. The leader of a process group cannot do it, and then seccomp has to hold.
///
/// # Ambient Authority
/// Asks for the terminal of the process, and changes its session for ever.
#[expect(clippy::disallowed_methods, reason = "it opens only where the process has a terminal")]
pub fn leave_terminal(_: AmbientAuthority) {
    if !rustix::stdio::stdin().is_terminal() && std::fs::File::open("/dev/tty").is_ok() {
        let _ = setsid();
    }
}

/// Closes what was inherited; leaves no dump of memory behind, and lets no
/// other process of this user look in; is not killed by a file that reaches its limit; and keeps, as
/// root, only the capabilities over files. Gives in words what the operator should know of it.
///
/// # Ambient Authority
/// Changes the process for ever.
///
/// # Errors
/// When the system refuses, as none does that is known.
pub fn give_up(inherited: Inherited, _: AmbientAuthority) -> io::Result<Vec<String>> {
    for number in inherited.open {
        // An error means that it is closed.
        let _ = nix::unistd::close(number);
    }
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    system::hide_memory()?;
    // Any handler will do: the write then fails with an error, and that is answered.
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    let cut =
        format!("inherited descriptors from {MOST_NUMBERS} on may be open: nothing lists them");
    let cut = inherited.is_cut.then_some(cut);
    Ok(cut.into_iter().chain(system::give_up_capabilities()?).collect())
}
