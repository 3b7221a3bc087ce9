//! Leaves the host's tree: an empty directory becomes the root directory of the process.
//!
//! Handles that are open keep working. A path that begins with a slash names nothing any more, even for
//! calls that Landlock does not cover, such as looking at a file's size or reading a link.
//!
//! The empty directory is one of `/proc` that belonged to a thread. When the thread has ended, the
//! directory is empty, nobody can put anything into it, and it was never on a disk.
//!
//! May import: `cap` (for rights), `sandbox` (which shows what holds), `system`.

use std::io;
use std::time::Duration;

use cap_std::AmbientAuthority;
use rustix::process::{chdir, chroot};

use crate::cap::Rights;
use crate::sandbox::Wall;
use crate::system;

/// The directory of the calling thread. Everybody may enter it, unlike `fd` beside it.
const OF_THIS_THREAD: &str = "/proc/thread-self/fdinfo";

const NOT_PERMITTED: &str = "only root may change it here: the system permits no user namespace";

/// How often, and after what time, to look whether the kernel has cleared the directory of a thread that
/// has ended. It takes some microseconds.
const LOOKS: u32 = 1_000;
const BETWEEN_LOOKS: Duration = Duration::from_micros(100);

/// Leaves the host's tree, where the kernel permits it. It has to be called while there is one thread, and
/// before capabilities are given up. `rights` are those of all grants together.
///
/// Root changes the root directory. Another user has to enter a user namespace for that, in which the
/// groups and access lists of files cannot be set. Where files are replaced, that would lose what
/// users gave them, so the tree is not left there.
///
/// # Ambient Authority
/// Changes what every absolute path of the process means, for ever.
pub fn leave_host_tree(rights: Rights, ambient: AmbientAuthority) -> Wall {
    match leave(rights.contains(Rights::WRITE), ambient) {
        Ok(how) => Wall::Holds(how.into()),
        Err(why) => Wall::Missing(why.into()),
    }
}

fn leave(writes: bool, ambient: AmbientAuthority) -> Result<&'static str, &'static str> {
    if !system::HAS_ROOTS {
        return Err("this system has none");
    }
    if system::may_change_root() {
        return enter_empty_directory(ambient).map(|()| "as root").map_err(|error| why_not(&error));
    }
    if writes {
        return Err("only root can have one and still keep the groups of files that are replaced");
    }
    system::enter_user_namespace().map_err(|_| NOT_PERMITTED)?;
    let entered = enter_empty_directory(ambient);
    // They are worth something in the namespace only, but nothing here needs any of them.
    system::give_up_all_capabilities()
        .map_err(|_| "the capabilities over it cannot be given up")?;
    entered.map(|()| "in a user namespace").map_err(|error| why_not(&error))
}

fn why_not(error: &io::Error) -> &'static str {
    match error.kind() {
        // Some systems permit a user namespace, and nothing in it.
        io::ErrorKind::PermissionDenied => NOT_PERMITTED,
        _ => "`/proc` is not there, or its directories cannot be made the root directory",
    }
}

#[expect(clippy::disallowed_methods, reason = "looks whether it is empty, before the seal")]
fn enter_empty_directory(_: AmbientAuthority) -> io::Result<()> {
    // All threads of a process have the same root directory.
    let enter = || -> io::Result<()> {
        chroot(OF_THIS_THREAD)?;
        Ok(chdir("/")?)
    };
    let thread = std::thread::Builder::new().spawn(enter)?;
    thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
    let holds_something = || std::fs::read_dir("/").is_ok_and(|mut all| all.any(|one| one.is_ok()));
    for _ in 0..LOOKS {
        if !holds_something() {
            return Ok(());
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    Err(io::ErrorKind::DirectoryNotEmpty.into())
}
