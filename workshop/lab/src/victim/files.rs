//! DELIBERATELY WEAK: reading, listing, searching and writing by path. Every function here is wrong.
//!
//! It records the times of its check and its open, which show the race window.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

use super::level::Level;
use crate::attack::{Request, Verb};

/// The maximum number of bytes of a file to return.
const SHOWN: usize = 64 << 10;
/// The maximum depth of a search, since links may form a circle.
const DEPTH: usize = 6;
/// The maximum number of entries of a search.
const ENTRIES: usize = 20_000;

/// The record of the last request: when it checked and opened the path, in nanoseconds of the monotonic clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Log {
    /// When the check started.
    pub check_start: u64,
    /// When the check ended.
    pub check_end: u64,
    /// When the open succeeded or failed.
    pub open_end: u64,
    /// The calls of the server, in its own words.
    pub calls: Vec<String>,
}

/// Returns the time of the monotonic clock, which is the same for all processes.
pub fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or_default() * 1_000_000_000
        + u64::try_from(now.tv_nsec).unwrap_or_default()
}

/// The served directory.
pub(super) struct Files {
    level: Level,
    grant: PathBuf,
    log: Log,
}

impl Files {
    pub(super) fn new(level: Level, grant: &Path) -> Self {
        Self { level, grant: grant.to_owned(), log: Log::default() }
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// Serves a request. Returns a text or a refusal.
    pub(super) fn run(&mut self, request: &Request) -> Result<String, String> {
        self.log = Log::default();
        match request.verb {
            Verb::Read => self.read(&request.path),
            Verb::List => self.list(&request.path),
            Verb::Write => self.write(&request.path, &request.text),
            Verb::Find | Verb::Grep | Verb::Count | Verb::Regex => self.search(request),
        }
    }

    fn read(&mut self, path: &str) -> Result<String, String> {
        let at = self.checked(path)?;
        let file = File::open(&at);
        self.record_open(&format!("open({:?})", self.short(&at)), file.is_ok());
        let bytes = whole(file.map_err(|error| error.to_string())?)?;
        let mut text = String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let cut = (0..=SHOWN.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(cut.unwrap_or_default());
        Ok(text)
    }

    fn list(&mut self, path: &str) -> Result<String, String> {
        let at = self.checked(path)?;
        let entries = std::fs::read_dir(&at);
        self.record_open(&format!("read_dir({:?})", self.short(&at)), entries.is_ok());
        let entries = entries.map_err(|error| error.to_string())?;
        let mut lines: Vec<_> = entries
            .flatten()
            .map(|entry| {
                let kind = if entry.path().is_dir() { "[DIR]" } else { "[FILE]" };
                format!("{kind} {}", entry.file_name().to_string_lossy())
            })
            .collect();
        lines.sort();
        Ok(lines.join("\n"))
    }

    fn write(&mut self, path: &str, text: &str) -> Result<String, String> {
        let at = self.checked_for_writing(path)?;
        let written = std::fs::write(&at, text);
        self.record_open(&format!("write({:?})", self.short(&at)), written.is_ok());
        written.map(|()| format!("wrote {} bytes", text.len())).map_err(|error| error.to_string())
    }

    /// Searches below a path. Checks only the root of the search, and nothing that it finds.
    fn search(&mut self, request: &Request) -> Result<String, String> {
        let at = self.checked(&request.path)?;
        let pattern = match request.verb {
            // The search may never end, so give other processes priority.
            Verb::Regex => {
                let _ = rustix::process::nice(5);
                Some(regress::Regex::new(&request.text).map_err(|error| error.to_string())?)
            }
            _ => None,
        };
        let mut found = vec![];
        let mut files = vec![];
        walk(&at, DEPTH, &mut files);
        for file in files {
            // The root of the search may be a file.
            let below = file.strip_prefix(&at).ok().filter(|below| !below.as_os_str().is_empty());
            let name = below.or(file.file_name().map(Path::new)).unwrap_or(&file);
            let name = name.to_string_lossy().into_owned();
            if request.verb == Verb::Find {
                let last = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.extend(last.contains(request.text.trim_matches(['*', '/'])).then_some(name));
                continue;
            }
            let opened = File::open(&file);
            self.record_open(&format!("open({:?})", self.short(&file)), opened.is_ok());
            let Ok(Ok(bytes)) = opened.map(whole) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let is_hit = |line: &str| match &pattern {
                Some(pattern) => pattern.find(line).is_some(),
                None => line.contains(&request.text),
            };
            if request.verb == Verb::Count {
                let count = text.matches(&request.text).count();
                found.extend((count > 0).then(|| format!("{name}: {count}")));
            } else {
                found.extend(
                    text.lines().filter(|line| is_hit(line)).map(|line| format!("{name}: {line}")),
                );
            }
        }
        found.sort();
        Ok(if found.is_empty() { "nothing found".into() } else { found.join("\n") })
    }

    /// Checks a path and returns it. It may lead elsewhere by the time it is opened.
    fn checked(&mut self, path: &str) -> Result<PathBuf, String> {
        self.log.check_start = now();
        let located = self.level.check().locate(&self.grant, path, &[]);
        self.log.check_end = now();
        let joined = self.grant.join(path);
        self.record_check(path, located.as_deref());
        match located {
            Some(resolved) if self.level == Level::Resolved => Ok(resolved),
            Some(_) => Ok(joined),
            // Like most servers, reveal whether the file exists.
            None => Err(match joined.canonicalize() {
                Err(error) => format!("{path}: {error}"),
                Ok(_) => format!("{path}: outside the allowed directory"),
            }),
        }
    }

    /// Checks a path for writing. A new file cannot be resolved, so only its directory is checked: the usual mistake.
    fn checked_for_writing(&mut self, path: &str) -> Result<PathBuf, String> {
        let joined = self.grant.join(path);
        let is_new = joined.canonicalize().is_err();
        let (Some(parent), Some(name), true) =
            (Path::new(path).parent(), joined.file_name(), is_new)
        else {
            return self.checked(path);
        };
        if matches!(self.level, Level::Join | Level::Prefix) {
            return self.checked(path);
        }
        self.checked(&parent.to_string_lossy()).map(|parent| parent.join(name))
    }

    fn record_check(&mut self, path: &str, located: Option<&Path>) {
        let how = match self.level {
            Level::Join => "join",
            Level::Prefix => "starts_with",
            Level::Checked | Level::Resolved => "canonicalize",
        };
        let inside = match located {
            Some(at) => format!("inside, {:?}", self.short(at)),
            None => "not inside".into(),
        };
        self.log.calls.push(format!("{how}({path:?}) = {inside}"));
    }

    fn record_open(&mut self, call: &str, is_open: bool) {
        if self.log.open_end == 0 {
            self.log.open_end = now();
        }
        if self.log.calls.len() < 20 {
            self.log.calls.push(format!("{call} = {}", if is_open { "ok" } else { "failed" }));
        }
    }

    /// Shortens a path to the part below the lab's directory.
    fn short(&self, path: &Path) -> String {
        let above = self.grant.parent().unwrap_or(&self.grant);
        path.strip_prefix(above).unwrap_or(path).to_string_lossy().into_owned()
    }
}

/// Reads a whole file, whatever its size. Input from endless devices is read slowly and not kept, so that it takes
/// neither all memory nor all processor time.
fn whole(mut file: File) -> Result<Vec<u8>, String> {
    let size = file.metadata().map_err(|error| error.to_string())?.len();
    let mut bytes = vec![];
    let mut chunk = vec![0; 1 << 16];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(read) if (bytes.len() as u64) < size => bytes.extend(chunk.iter().take(read)),
            Ok(_) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Collects everything except directories, and follows links.
fn walk(at: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    if files.len() > ENTRIES {
        return;
    }
    if !at.is_dir() {
        files.push(at.to_owned());
        return;
    }
    for entry in std::fs::read_dir(at).into_iter().flatten().flatten() {
        if depth > 0 {
            walk(&entry.path(), depth - 1, files);
        }
    }
}
