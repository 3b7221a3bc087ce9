//! Records the system calls of a server with strace. Neither side can influence this record.
//!
//! The lab has no tracer of its own, since that would need `unsafe`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::server::Launch;

/// The traced calls: those that use a path or a directory handle.
const TRACED: &str = "trace=%file,getdents64";
/// How long strace may take to write its log.
const SETTLED: Duration = Duration::from_millis(30);

/// Returns whether strace works here.
pub fn is_available() -> bool {
    let tried = Command::new("strace").args(["-qq", "true"]).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

/// Returns how to start a server under strace, with the trace in `log`.
pub fn under_strace(launch: &Launch, log: &Path) -> Launch {
    let mut args: Vec<String> =
        ["-f", "-qq", "-y", "-s", "400", "-e", TRACED, "-o"].map(str::to_owned).into();
    args.push(log.to_string_lossy().into_owned());
    args.push(launch.program.to_string_lossy().into_owned());
    args.extend(launch.args.iter().cloned());
    Launch { name: launch.name.clone(), program: PathBuf::from("strace"), args }
}

/// Returns the current end of the log.
pub fn log_position(log: &Path) -> usize {
    std::thread::sleep(SETTLED);
    std::fs::read(log).map_or(0, |bytes| bytes.len())
}

/// Returns the calls after a position of the log, with paths relative to `root`.
pub fn calls_since(log: &Path, from: usize, root: &Path) -> Vec<String> {
    std::thread::sleep(SETTLED);
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned();
    text.lines().filter_map(|line| shorten_call(line, root)).collect()
}

/// What to leave out and what to show instead: the path of the current directory, addresses, file attributes, and the
/// text of an error.
const LEFT_OUT: &[(&str, &str)] = &[
    ("AT_FDCWD<[^>]*>", "AT_FDCWD"),
    ("0x[0-9a-f]{6,}", ".."),
    (r"\{stx?_m[^}]*\}", "{..}"),
    (r"( = -1 [A-Z]+) \(.*\)$", "$1"),
];

/// Removes the thread id from a line and shortens its paths. Returns `None` for lines that are not calls, and for calls
/// about directories above the lab's.
fn shorten_call(line: &str, root: &Path) -> Option<String> {
    let call = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let is_call = call.starts_with(|c: char| c.is_ascii_lowercase()) && !call.starts_with("exit");
    let named = call.split('"').nth(1).unwrap_or_default();
    let is_above = named.starts_with('/') && root.starts_with(named);
    // The C library reads this file once, when the memory of a thread shrinks.
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
    fn traced_calls_are_shortened() {
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
