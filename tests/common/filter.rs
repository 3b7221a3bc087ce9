//! System calls that answer with an error, as those of an older kernel or a stricter container do.
//!
//! Where the system has no such filter there is no `openat2` either, so that nothing is to be taken away.

use std::process::{Child, Command};

#[cfg(target_os = "linux")]
use linux::deny_calls;
#[cfg(target_os = "linux")]
pub use linux::without_calls;

/// What the kernel does not give to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// It gives everything.
    Nothing,
    /// `openat2` answers ENOSYS, as an old kernel does.
    OpenAt2NoSys,
    /// `openat2` answers EPERM, as an old container runtime does.
    OpenAt2Perm,
}

/// Starts a command under such a kernel.
#[cfg(target_os = "linux")]
pub fn spawn(mut command: Command, without: Without) -> Child {
    match without {
        Without::Nothing => command.spawn().unwrap(),
        Without::OpenAt2NoSys => without_calls(command, vec![libc::SYS_openat2], libc::ENOSYS),
        Without::OpenAt2Perm => without_calls(command, vec![libc::SYS_openat2], libc::EPERM),
    }
}

#[cfg(not(target_os = "linux"))]
pub fn spawn(mut command: Command, _: Without) -> Child {
    command.spawn().unwrap()
}

/// From now on, this thread has no `openat2`.
pub fn deny_openat2() {
    #[cfg(target_os = "linux")]
    deny_calls(&[libc::SYS_openat2], libc::ENOSYS);
}

#[cfg(target_os = "linux")]
mod linux {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

    use super::{Child, Command};

    /// Starts a command for which some system calls answer `errno`. A child inherits the filter of the
    /// thread that starts it: the thread exists only for that.
    pub fn without_calls(mut command: Command, calls: Vec<i64>, errno: i32) -> Child {
        let filtered = std::thread::spawn(move || {
            deny_calls(&calls, errno);
            command.spawn().unwrap()
        });
        filtered.join().unwrap()
    }

    /// From now on, some system calls of this thread answer `errno`.
    pub fn deny_calls(calls: &[i64], errno: i32) {
        let filter = SeccompFilter::new(
            calls.iter().map(|call| (*call, vec![])).collect(),
            SeccompAction::Allow,
            SeccompAction::Errno(errno.unsigned_abs()),
            std::env::consts::ARCH.try_into().unwrap(),
        );
        let program: BpfProgram = filter.unwrap().try_into().unwrap();
        seccompiler::apply_filter(&program).unwrap();
    }
}
