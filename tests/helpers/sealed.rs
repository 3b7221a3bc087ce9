//! What a process can still do after the seal: this one tries what any dependency could try, and prints
//! what came of it. `cargo run --example sealed -- SPEC` (its directory holds a file `a.txt`). Nothing here
//! is part of the program.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stdout,
    reason = "the attempts are the point; they have to fail"
)]

use std::error::Error;
use std::fmt::Display;
use std::sync::OnceLock;

use cap_std::fs::Dir;
use preopen::allowlist::GrantSpec;
use preopen::authority::{self, Permit};
use preopen::cap::{GrantInfo, GrantList, Read};
use preopen::dispatch::Dispatcher;
use preopen::error::ToolError;
use preopen::limits::{Budget, CallMonitor, Limits};
use preopen::tool::{Content, Entry, Tool};
use preopen::{sandbox, sandbox::Sealed};
use rustix::fs::OFlags;

/// What a dependency of a tool could have come by: a path, a handle inside, a handle outside.
static LOOT: OnceLock<(std::path::PathBuf, Dir, Dir)> = OnceLock::new();

/// A tool that was never given a file, and takes what it can.
struct Treacherous;

impl Tool for Treacherous {
    const NAME: &'static str = "treacherous";
    const ABOUT: &'static str = "Tries everything.";
    type Needs = GrantList;
    type Args = serde_json::Map<String, serde_json::Value>;
    type Output = String;

    fn paths(_: &Self::Args) {}

    fn run(_: &Self::Args, _: Vec<GrantInfo>, _: &Budget) -> Result<String, ToolError> {
        Ok(LOOT.get().map_or_else(String::new, |(inside, handle, outside)| {
            let lines = [attempts(inside, handle, outside), looks(handle), changes(handle)];
            // A test may have put other code in the place of this call of the C library.
            std::thread::yield_now();
            lines.concat().join("\n")
        }))
    }
}

const TOOLS: &[Entry] = &[Entry::of::<Treacherous>()];

fn main() -> Result<(), Box<dyn Error>> {
    let spec: GrantSpec = std::env::args().nth(1).ok_or("usage: sealed SPEC")?.parse()?;
    let directory = spec.path.clone();
    let token = authority::mint();
    let opened = authority::open_grants(&[spec], &[], Permit::default(), None, token)
        .map_err(|refusal| refusal.sentence)?;
    let handle = Dir::open_ambient_dir(&directory, token)?;
    let outside = Dir::open_ambient_dir("/etc", token)?;
    let inside = std::path::Path::new(&directory).join("a.txt");
    LOOT.set((inside, handle, outside)).map_err(|_| "set twice")?;
    let root = authority::leave_host_tree(opened.grants.rights(), token);
    let Sealed { landlock, seccomp, root, .. } = sandbox::seal(&opened.grants, root);
    println!("landlock {landlock}\nseccomp {seccomp}\nroot {root}");

    let budget =
        Budget::new(std::sync::Arc::default(), authority::clock(token), CallMonitor::unattended());
    let target = opened.grants.attenuate::<Read>(&"a.txt".into())?;
    let file = target.place(&budget)?.open_file()?;
    println!("granted: {}", String::from_utf8_lossy(file.read_at(&mut [0; 100], 0)?).trim());
    let clock = authority::clock(token);
    let dispatcher = Dispatcher::new(TOOLS, opened.grants, Limits::default(), clock, None, &[])
        .map_err(|_| "no such tool")?;
    let call =
        move || dispatcher.call("treacherous", serde_json::Map::new(), CallMonitor::unattended());
    // On a thread of its own, as calls are.
    let answer = std::thread::spawn(call).join().map_err(|_| "it crashed")?;
    if let Ok(Ok(content)) = answer {
        for block in content {
            if let Content::Text(text) = block {
                println!("{text}");
            }
        }
    }
    Ok(())
}

fn attempts(inside: &std::path::Path, handle: &Dir, outside: &Dir) -> Vec<String> {
    use std::os::unix::net::{UnixDatagram, UnixListener};
    let open_to_all = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    vec![
        tried("std::fs::read outside", std::fs::read("/etc/hostname")),
        tried("std::fs::metadata outside", std::fs::metadata("/etc/hostname")),
        tried("std::fs::read inside", std::fs::read(inside)),
        tried("std::fs::write inside", std::fs::write(inside, "x")),
        tried("std::fs::rename", std::fs::rename(inside, "/tmp/x")),
        tried("std::fs::read_dir", std::fs::read_dir("/")),
        tried("std::os::unix::fs::symlink", std::os::unix::fs::symlink("/etc", "/tmp/x")),
        tried("std::fs::hard_link", std::fs::hard_link(inside, "/tmp/x")),
        tried("std::fs::set_permissions", std::fs::set_permissions(inside, open_to_all)),
        tried("std::env::set_current_dir", std::env::set_current_dir("/")),
        tried("TcpStream::connect", std::net::TcpStream::connect("127.0.0.1:9")),
        tried("UdpSocket::bind", std::net::UdpSocket::bind("127.0.0.1:0")),
        tried("UnixListener::bind", UnixListener::bind("/tmp/preopen.sock")),
        tried("UnixDatagram::pair", UnixDatagram::pair()),
        tried("Command::new", std::process::Command::new("/bin/true").status()),
        tried("a handle outside that was left open", outside.read("hostname")),
        tried("a link through a handle", handle.symlink("a.txt", "link")),
        tried("a second name of a file outside", outside.hard_link("hostname", handle, "twin")),
        tried("a second name by an absolute path", named_absolutely(handle)),
        tried("an absolute path beside a handle", absolute_beside(handle)),
        tried("chroot", rustix::process::chroot("/")),
        tried("fchdir", rustix::process::fchdir(handle)),
        tried("setpriority", rustix::process::setpriority_process(None, 5)),
        tried("sched_setaffinity", affinity()),
        tried("a request to a device", rustix::io::ioctl_fionbio(handle, false)),
        tried("a request to overwrite a file", overwrite(handle)),
    ]
}

/// What Landlock does not refuse: looking. Only the empty root directory does.
fn looks(handle: &Dir) -> Vec<String> {
    use rustix::fs::{AtFlags, readlinkat, statat};
    let stat = statat(handle, "/etc/hostname", AtFlags::empty());
    vec![
        tried("looking: stat beside a handle", stat),
        tried("looking: statx beside a handle", statx(handle)),
        tried("looking: a link beside a handle", readlinkat(handle, "/proc/self/exe", vec![])),
    ]
}

/// Only Linux has this call.
fn statx(handle: &Dir) -> Result<(), rustix::io::Errno> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, StatxFlags, statx};
        // The first call of all has to succeed, or `rustix` takes it that the system has none.
        statx(handle, "", AtFlags::EMPTY_PATH, StatxFlags::ALL)?;
        statx(handle, "/etc/hostname", AtFlags::empty(), StatxFlags::ALL).map(drop)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = handle;
        Err(rustix::io::Errno::NOSYS)
    }
}

/// Moving a process to another processor can slow it down. Only Linux has such a call.
fn affinity() -> Result<(), rustix::io::Errno> {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{sched_getaffinity, sched_setaffinity};
        sched_setaffinity(None, &sched_getaffinity(None)?)
    }
    #[cfg(not(target_os = "linux"))]
    Err(rustix::io::Errno::NOSYS)
}

/// Makes a file share the blocks of another one.
fn overwrite(handle: &Dir) -> Result<(), rustix::io::Errno> {
    #[cfg(target_os = "linux")]
    return rustix::fs::ioctl_ficlone(handle, handle);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = handle;
        Err(rustix::io::Errno::NOSYS)
    }
}

/// What a grant that is written to lets a handle do, and what not even that does.
fn changes(handle: &Dir) -> Vec<String> {
    use cap_std::fs::{OpenOptions, Permissions, PermissionsExt as _};
    use rustix::fs::{AtFlags, RenameFlags, XattrFlags, fremovexattr, fsetxattr};
    let mut change = OpenOptions::new();
    change.read(true).write(true).create(true);
    let file = handle.open_with("new.txt", &change);
    let with = |what: &str, try_it: &dyn Fn(&cap_std::fs::File) -> std::io::Result<()>| {
        let done = file.as_ref().map_err(|_| "no file".to_owned());
        tried(what, done.and_then(|file| try_it(file).map_err(|error| error.to_string())))
    };
    let mode = rustix::fs::Mode::from_raw_mode;
    let again =
        || rustix::fs::renameat_with(handle, "dir", handle, "there", RenameFlags::NOREPLACE);
    vec![
        with("writing: a new file", &|_| Ok(())),
        with("writing: a mode", &|file| file.set_permissions(Permissions::from_mode(0o640))),
        with("writing: an attribute", &|file| {
            fsetxattr(file, "user.x", b"y", XattrFlags::empty()).or_else(|errno| match errno {
                rustix::io::Errno::OPNOTSUPP => Ok(()),
                errno => Err(errno.into()),
            })
        }),
        tried("writing: a directory", handle.create_dir("dir")),
        tried("writing: another name", again()),
        tried("writing: a second name", handle.hard_link("new.txt", handle, "twin")),
        tried("writing: removing", handle.remove_dir("there")),
        tried("never: a second name by a flag", second_by_flag(handle)),
        with("never: a set-user bit", &|file| file.set_permissions(Permissions::from_mode(0o4755))),
        with("never: a shorter file", &|file| file.set_len(0)),
        with("never: a hole", &|file| Ok(hole(file)?)),
        with("never: one attribute less", &|file| Ok(fremovexattr(file, "user.x")?)),
        tried(
            "never: a mode by path",
            rustix::fs::chmodat(handle, "new.txt", mode(0o777), AtFlags::empty()),
        ),
        tried("never: a new set-user file", opened(handle, "s", OFlags::CREATE, 0o4755, false)),
        tried("never: a new sticky directory", rustix::fs::mkdirat(handle, "s", mode(0o3777))),
        tried("never: emptying a file", opened(handle, "new.txt", OFlags::TRUNC, 0, false)),
        tried("never: emptying by openat2", opened(handle, "new.txt", OFlags::TRUNC, 0, true)),
        tried("never: a file without a name", opened(handle, ".", NAMELESS, 0o600, false)),
        // A filter cannot see the mode there. docs/threat-model.md says so.
        tried(
            "not seen: a set-user file by openat2",
            opened(handle, "s", OFlags::CREATE, 0o4755, true),
        ),
    ]
}

#[cfg(target_os = "linux")]
const NAMELESS: OFlags = OFlags::TMPFILE;
#[cfg(not(target_os = "linux"))]
const NAMELESS: OFlags = OFlags::empty();

/// Opens for writing, by `openat` or by `openat2`.
fn opened(
    handle: &Dir,
    name: &str,
    flags: OFlags,
    mode: rustix::fs::RawMode,
    by_openat2: bool,
) -> Result<rustix::fd::OwnedFd, rustix::io::Errno> {
    let (flags, mode) = (flags | OFlags::WRONLY, rustix::fs::Mode::from_raw_mode(mode));
    #[cfg(target_os = "linux")]
    if by_openat2 {
        return rustix::fs::openat2(handle, name, flags, mode, rustix::fs::ResolveFlags::BENEATH);
    }
    let _ = by_openat2;
    rustix::fs::openat(handle, name, flags, mode)
}

/// A hole in a file. Only Linux has such a call.
fn hole(file: &cap_std::fs::File) -> Result<(), rustix::io::Errno> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        fallocate(file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, 0, 1)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        Err(rustix::io::Errno::NOSYS)
    }
}

fn tried<T, E: Display>(what: &str, result: Result<T, E>) -> String {
    match result {
        Ok(_) => format!("DONE {what}"),
        Err(error) => format!("refused {what} ({error})"),
    }
}

/// A second name of what is open, which needs no path: root may, where nothing keeps it from that.
fn second_by_flag(handle: &Dir) -> Result<(), Box<dyn Error>> {
    let file = handle.open("a.txt")?;
    #[cfg(target_os = "linux")]
    {
        rustix::fs::linkat(&file, "", handle, "third", rustix::fs::AtFlags::EMPTY_PATH)?;
        Ok(())
    }
    #[cfg(not(target_os = "linux"))]
    {
        drop(file);
        Err("only Linux has this".into())
    }
}

/// With an absolute path the kernel ignores the handle. Landlock does not.
fn named_absolutely(handle: &Dir) -> Result<(), rustix::io::Errno> {
    rustix::fs::linkat(handle, "/etc/hostname", handle, "twin", rustix::fs::AtFlags::empty())
}

/// The hole in the rule on handles: with an absolute path the kernel ignores the handle. Landlock
/// does not.
fn absolute_beside(handle: &Dir) -> Result<(), Box<dyn Error>> {
    let (flags, mode) = (OFlags::RDONLY, rustix::fs::Mode::empty());
    rustix::fs::openat(handle, "/etc/hostname", flags, mode)?;
    Ok(())
}
