//! What is left of a process after the seal: it tries what any dependency could try, and says what came
//! of it. `cargo run --example sealed -- DIR` (DIR holds a file `a.txt`). Nothing here is part of the
//! program.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stdout,
    reason = "the attempts are the point; they have to fail"
)]

use std::error::Error;

use preopen::authority::{self, Permit};
use preopen::cap::Read;
use preopen::limits::{Budget, Watch};
use preopen::{sandbox, sandbox::Sealed};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: sealed DIR")?;
    let token = authority::mint();
    let opened = authority::open_grants(&[directory.parse()?], &[], Permit::default(), token)
        .map_err(|refusal| refusal.sentence)?;
    let handle = cap_std::fs::Dir::open_ambient_dir(&directory, token)?;
    let outside = cap_std::fs::Dir::open_ambient_dir("/etc", token)?;
    let inside = std::path::Path::new(&directory).join("a.txt");
    let Sealed { landlock, seccomp } = sandbox::seal(&opened.grants);
    println!("landlock {landlock}\nseccomp {seccomp}");

    report("std::fs::read outside", std::fs::read("/etc/hostname"));
    report("std::fs::metadata outside", std::fs::metadata("/etc/hostname"));
    report("std::fs::read inside", std::fs::read(&inside));
    report("std::fs::write inside", std::fs::write(&inside, "x"));
    report("std::fs::rename", std::fs::rename(&inside, "/tmp/x"));
    report("std::fs::read_dir", std::fs::read_dir("/"));
    report("std::os::unix::fs::symlink", std::os::unix::fs::symlink("/etc", "/tmp/x"));
    report(
        "std::fs::set_permissions",
        inside.metadata().and_then(|m| std::fs::set_permissions(&inside, m.permissions())),
    );
    report("TcpStream::connect", std::net::TcpStream::connect("127.0.0.1:9"));
    report("UdpSocket::bind", std::net::UdpSocket::bind("127.0.0.1:0"));
    report("UnixListener::bind", std::os::unix::net::UnixListener::bind("/tmp/preopen.sock"));
    report("UnixDatagram::pair", std::os::unix::net::UnixDatagram::pair());
    report("Command::new", std::process::Command::new("/bin/true").status());
    report("a handle outside that was left open", outside.read("hostname"));
    report("a write through a handle that is read only", handle.write("new.txt", "x"));
    report("a link through a handle", handle.symlink("a.txt", "link"));
    report("an absolute path beside a handle", absolute_beside(&handle));

    let budget =
        Budget::new(std::sync::Arc::default(), authority::clock(token), Watch::unattended());
    let target = opened.grants.attenuate::<Read>(&"a.txt".into())?;
    let file = target.place(&budget)?.open_file()?;
    println!("granted: {}", String::from_utf8_lossy(file.read_at(&mut [0; 100], 0)?).trim());
    let thread = std::thread::spawn(|| std::fs::read("/etc/hostname").is_err()).join();
    println!("thread: {}", thread.unwrap_or(false));
    Ok(())
}

fn report<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) {
    match result {
        Ok(_) => println!("DONE {what}"),
        Err(error) => println!("refused {what} ({error})"),
    }
}

/// The hole in the rule on handles: with an absolute path the kernel ignores the handle. Landlock
/// does not.
fn absolute_beside(handle: &cap_std::fs::Dir) -> Result<(), Box<dyn Error>> {
    let (flags, mode) = (rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty());
    rustix::fs::openat(handle, "/etc/hostname", flags, mode)?;
    Ok(())
}
