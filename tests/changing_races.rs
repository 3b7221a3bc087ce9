//! Races against changes: somebody swaps entries for links that lead out, as fast as the kernel
//! lets them, while files are written, edited, moved, copied and deleted.
//!
//! In this process and without the seal, so that only handles and types hold; half of the callers have
//! a kernel without `openat2`. What lies outside must stay as it is, and nothing of it may come in. Beside
//! them runs a server that asks for the real path first and writes there then; it has to lose.
//!
//! `dev/run races` runs them for longer, in memory and on the disk.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use preopen::authority;
use preopen::dispatch::Dispatcher;
use preopen::limits::{CallMonitor, Limits};
use preopen::tool::Content;
use preopen::tools::TOOLS;
use preopen_attacks::FLAG;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde_json::{Value, json};

use crate::common::{SECRET, Sandbox, deny_openat2, grants};

/// Seconds for all races, where nobody says how many.
const SECONDS: f64 = 6.0;
/// What the weak server plants.
const PLANTED: &str = "planted-by-the-weak-server.txt";

/// What is swapped for what.
const SWAPS: &[(&str, &str)] = &[
    ("grant/d", "grant/out"),
    ("grant/p", "grant/out_p"),
    ("grant/f", "grant/out_f"),
    // The weak server's own.
    ("grant/v", "grant/out_v"),
];

/// Every way to change something by a path that is being swapped.
fn attempts() -> Vec<(&'static str, Value)> {
    let to = |from: &str, to: &str| json!({"source": from, "destination": to, "overwrite": true});
    let edit =
        |path: &str| json!({"path": path, "edits": [{"old_text": "inside", "new_text": "edited"}]});
    let write = |path: &str, mode: &str| json!({"path": path, "content": "inside\n", "mode": mode});
    vec![
        ("write_file", write("d/secret.txt", "overwrite")),
        ("write_file", write("d/new/deep/er.txt", "overwrite")),
        ("write_file", write("d/secret.txt", "append")),
        ("write_file", write("f", "overwrite")),
        ("write_file", write("f", "append")),
        ("write_file", write("p/deep/er/secret.txt", "overwrite")),
        ("edit_file", edit("d/secret.txt")),
        ("edit_file", edit("f")),
        ("create_directory", json!({"path": "d/made/deep"})),
        ("create_directory", json!({"path": "p/deep/made"})),
        ("move_file", to("a", "d/moved.txt")),
        ("move_file", to("d/secret.txt", "b")),
        ("move_file", to("f", "d/f")),
        ("move_file", to("p/deep", "d/deep")),
        ("copy_file", to("a", "d/secret.txt")),
        ("copy_file", to("a", "p/deep/er/secret.txt")),
        ("copy_file", to("d/secret.txt", "b")),
        ("copy_file", to("d", "copy")),
        ("copy_file", to("f", "b")),
        ("delete_file", json!({"path": "d/secret.txt"})),
        ("delete_file", json!({"path": "p/deep/er/secret.txt"})),
        ("delete_file", json!({"path": "copy", "recursive": true})),
        ("delete_file", json!({"path": "d", "recursive": true})),
        ("delete_file", json!({"path": "p", "recursive": true})),
    ]
}

#[test]
fn no_race_changes_anything_outside() {
    let seconds = std::env::var("RACE_SECONDS").ok().map_or(SECONDS, |text| text.parse().unwrap());
    let sandbox = Sandbox::without_outside()
        .file("outside/secret.txt", SECRET)
        .file("outside/deep/er/secret.txt", SECRET)
        .file("outside/file", SECRET);
    restore(&sandbox.path(""));
    let before = state(&sandbox.path("outside"));
    let race = &Race::new(Duration::from_secs_f64(seconds));
    let (stop, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    let lost = std::thread::scope(|scope| {
        let root = sandbox.path("");
        let swapper = scope.spawn(|| {
            let root = sandbox.path("");
            while !stop.load(Relaxed) {
                for (one, other) in SWAPS {
                    let (one, other) = (root.join(one), root.join(other));
                    swaps.fetch_add(
                        u64::from(
                            renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok(),
                        ),
                        Relaxed,
                    );
                }
                if swaps.load(Relaxed) % 8 == 0 {
                    restore(&root);
                }
            }
        });
        let callers: Vec<_> = [false, true]
            .map(|is_old| {
                let spec = sandbox.spec("grant", "rwd").parse().unwrap();
                scope.spawn(move || {
                    if is_old {
                        deny_openat2();
                    }
                    call_all(&[spec], race)
                })
            })
            .into();
        let victim = scope.spawn(move || weak_server(&root, race));
        for caller in callers {
            for (code, count) in caller.join().unwrap() {
                *codes.entry(code).or_default() += count;
            }
        }
        let lost = victim.join().unwrap();
        stop.store(true, Relaxed);
        swapper.join().unwrap();
        lost
    });
    let (calls, swaps) = (codes.values().sum::<u64>(), swaps.into_inner());
    println!(
        "{calls} changes against {swaps} swaps {codes:?}; the weak server planted {lost} files"
    );
    let _ = std::fs::remove_file(sandbox.path("outside").join(PLANTED));
    assert_eq!(state(&sandbox.path("outside")), before, "CHANGED outside");
    let inside = state(&sandbox.path("grant"));
    let leaked: Vec<_> = inside.values().filter(|(_, text)| text.contains(FLAG)).collect();
    assert!(leaked.is_empty(), "LEAKED into the grant: {leaked:?}");
    for code in ["ok", "escapes_grant"] {
        assert!(codes.contains_key(code), "never {code}: {codes:?}");
    }
    assert!(swaps > 100, "only {swaps} swaps");
    assert!(lost > 0, "the weak server never lost: the race does not bite");
}

/// How long a race goes on: so long, and on a machine that is busy until each side has seen what it is about.
struct Race {
    end: Instant,
    late: Instant,
    met_the_way_out: AtomicBool,
    lost_once: AtomicBool,
}

impl Race {
    fn new(time: Duration) -> Self {
        let end = Instant::now() + time;
        let (met_the_way_out, lost_once) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { end, late: end + Duration::from_mins(1), met_the_way_out, lost_once }
    }

    fn goes_on(&self) -> bool {
        let is_told = self.met_the_way_out.load(Relaxed) && self.lost_once.load(Relaxed);
        Instant::now() < if is_told { self.end } else { self.late }
    }
}

/// Makes every attempt, again and again; counts the codes of the answers.
fn call_all(specs: &[preopen::allowlist::GrantSpec], race: &Race) -> BTreeMap<String, u64> {
    let clock = authority::clock(authority::mint());
    let dispatcher =
        Dispatcher::new(TOOLS, grants(specs), Limits::default(), clock, None, &[]).unwrap();
    let mut codes = BTreeMap::new();
    while race.goes_on() {
        for (tool, arguments) in attempts() {
            let arguments = arguments.as_object().unwrap().clone();
            let (text, code) =
                match dispatcher.call(tool, arguments, CallMonitor::unattended()).unwrap() {
                    Ok(content) => (content.iter().map(text_of).collect(), "ok".to_owned()),
                    Err(error) => (error.to_string(), error.code().to_string()),
                };
            assert!(!text.contains(FLAG), "LEAK: {tool}: {text}");
            race.met_the_way_out.fetch_or(code == "escapes_grant", Relaxed);
            *codes.entry(code).or_default() += 1;
        }
    }
    codes
}

fn text_of(content: &Content) -> &str {
    match content {
        Content::Text(text) => text,
        Content::Media { base64, .. } => base64,
    }
}

/// Asks where the directory really is, and if that is in the grant, writes into it. Counts what it
/// planted outside.
fn weak_server(root: &Path, race: &Race) -> u64 {
    let (grant, outside) = (root.join("grant").canonicalize().unwrap(), root.join("outside"));
    let mut planted = 0;
    while race.goes_on() {
        let directory = grant.join("v");
        if directory.canonicalize().is_ok_and(|real| real.starts_with(&grant)) {
            let _ = std::fs::write(directory.join(PLANTED), "planted");
        }
        planted += u64::from(std::fs::remove_file(outside.join(PLANTED)).is_ok());
        race.lost_once.fetch_or(planted > 0, Relaxed);
    }
    planted
}

/// Puts back what the calls have moved and deleted.
fn restore(root: &Path) {
    let grant = root.join("grant");
    let _ = std::fs::create_dir_all(grant.join("v"));
    for path in ["a", "f", "d/secret.txt", "p/deep/er/secret.txt"] {
        let path = grant.join(path);
        // Where a link is in the way, everything is there already, outside: nothing new is made.
        let _ = std::fs::create_dir_all(path.parent().unwrap());
        if let Ok(mut file) = std::fs::File::create_new(&path) {
            let _ = file.write_all(b"inside\n");
        }
    }
    for (link, target) in [
        ("out", "../outside"),
        ("out_p", "../outside"),
        ("out_v", "../outside"),
        ("out_f", "../outside/file"),
    ] {
        let link = grant.join(link);
        if std::fs::symlink_metadata(&link).is_err() {
            let _ = std::os::unix::fs::symlink(target, &link);
        }
    }
}

/// What is below a directory: names, which files they are, what is in them.
fn state(at: &Path) -> BTreeMap<String, (u64, String)> {
    let (mut all, mut todo) = (BTreeMap::new(), vec![at.to_owned()]);
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let text = if kind.is_file() { std::fs::read(&path).unwrap() } else { vec![] };
            todo.extend(kind.is_dir().then(|| path.clone()));
            let inode = std::fs::symlink_metadata(&path).unwrap().ino();
            all.insert(
                path.display().to_string(),
                (inode, String::from_utf8_lossy(&text).into_owned()),
            );
        }
    }
    all
}
