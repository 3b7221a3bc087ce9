//! What a server asks the kernel for, by strace: an eye that neither side can deceive.
//!
//! May import: `server`. Absent on purpose: a tracer of our own, which takes `unsafe`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::server::Launch;

/// Calls with a path or a handle, and nothing else.
const TRACED: &str = "trace=%file,getdents64";
/// How long strace takes to write what it saw.
const SETTLED: Duration = Duration::from_millis(30);

/// Can programs be traced here?
pub fn is_available() -> bool {
    let tried = Command::new("strace").args(["-qq", "true"]).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

/// A server, under strace, which writes into `log`.
pub fn under_strace(launch: &Launch, log: &Path) -> Launch {
    let mut args: Vec<String> =
        ["-f", "-qq", "-y", "-s", "400", "-e", TRACED, "-o"].map(str::to_owned).into();
    args.push(log.to_string_lossy().into_owned());
    args.push(launch.program.to_string_lossy().into_owned());
    args.extend(launch.args.iter().cloned());
    Launch { name: launch.name.clone(), program: PathBuf::from("strace"), args }
}

/// A place in the log.
pub fn log_position(log: &Path) -> usize {
    std::thread::sleep(SETTLED);
    std::fs::read(log).map_or(0, |bytes| bytes.len())
}

/// The calls since, with paths as they are known below `root`.
pub fn calls_since(log: &Path, from: usize, root: &Path) -> Vec<String> {
    std::thread::sleep(SETTLED);
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned();
    text.lines().filter_map(|line| shorten_call(line, root)).collect()
}

/// What is no part of the story, and what stands in its place: where a handle to the current directory leads,
/// addresses, what a file is like, and the long form of an error.
const LEFT_OUT: &[(&str, &str)] = &[
    ("AT_FDCWD<[^>]*>", "AT_FDCWD"),
    ("0x[0-9a-f]{6,}", ".."),
    (r"\{stx?_m[^}]*\}", "{..}"),
    (r"( = -1 [A-Z]+) \(.*\)$", "$1"),
];

/// A line without the number of its thread, and with paths from the lab's directory; nothing for what lies above
/// that.
fn shorten_call(line: &str, root: &Path) -> Option<String> {
    let call = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let is_call = call.starts_with(|c: char| c.is_ascii_lowercase()) && !call.starts_with("exit");
    let named = call.split('"').nth(1).unwrap_or_default();
    let is_above = named.starts_with('/') && root.starts_with(named);
    // The C library asks once how memory is accounted for, when that of a thread shrinks.
    if !is_call || is_above || named == "/proc/sys/vm/overcommit_memory" {
        return None;
    }
    let below = format!("{}/", root.to_string_lossy().trim_end_matches('/'));
    let replaced = LEFT_OUT.iter().fold(call.replace(&below, ""), |call, (what, by)| {
        regress::Regex::new(what).map_or(call.clone(), |what| what.replace_all(&call, by))
    });
    Some(replaced)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::shorten_call;

    #[test]
    fn a_call_is_shown_without_what_says_nothing() {
        let seen = |line| shorten_call(line, Path::new("/tmp/lab/"));
        let open = "12 openat2(3</tmp/lab/grant>, \"l\", {flags=O_RDONLY, resolve=RESOLVE_BENEATH}, 24) = -1 EXDEV";
        let want =
            "openat2(3<grant>, \"l\", {flags=O_RDONLY, resolve=RESOLVE_BENEATH}, 24) = -1 EXDEV";
        assert_eq!(seen(open).as_deref(), Some(want));
        let stat = "7 newfstatat(AT_FDCWD</tmp/lab/grant>, \"a\", {st_mode=S_IFREG|0644, st_size=1}, 0) = 0";
        assert_eq!(seen(stat).as_deref(), Some("newfstatat(AT_FDCWD, \"a\", {..}, 0) = 0"));
        let link = "7 readlink(\"grant/l\", 0x7ffdcd8357b0, 1023) = -1 EINVAL (Invalid argument)";
        assert_eq!(seen(link).as_deref(), Some("readlink(\"grant/l\", .., 1023) = -1 EINVAL"));
        assert_eq!(seen("7 readlink(\"/tmp\", 0x7ffdcd8357b0, 1023) = -1 EINVAL"), None);
        assert_eq!(seen("7 +++ exited with 0 +++"), None);
    }
}
