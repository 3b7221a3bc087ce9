//! Races: somebody changes the tree as fast as the kernel lets them, while it is served.
//!
//! One race for each kind of thing that can be swapped, and in it every registered tool that takes a
//! path, called in this process and without the seal: only handles and types have to hold. Half of
//! the callers have a kernel without `openat2`. Beside them runs a server that asks for the real path
//! first and opens it then; it has to lose.
//!
//! `dev/run races` runs them for longer (`RACE_SECONDS`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use preopen::authority;
use preopen::dispatch::Dispatcher;
use preopen::limits::{CallMonitor, Limits};
use preopen::tool::Content;
use preopen::tools::TOOLS;
use preopen_attacks::{FLAG, Victim};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::common::{SECRET, Sandbox, calls, changes, code_of, deny_openat2, grants};

/// The size of every file outside: no answer may say it.
const SIZE: usize = 77_777;
/// Seconds for all races, where nobody says how many.
const SECONDS: f64 = 10.0;

struct Race {
    name: &'static str,
    /// The tree, beside what lies outside.
    tree: fn(Sandbox) -> Sandbox,
    /// One change, and the next call its opposite.
    swap: fn(&Path, u64) -> rustix::io::Result<()>,
    /// The calls that are made meanwhile.
    paths: &'static [&'static str],
    /// Answers that have to be seen, or the race was none.
    codes: &'static [&'static str],
    /// Does the weak server lose it? (It does not run where it would wait for ever.)
    victim_loses: bool,
}

const RACES: &[Race] = &[
    Race {
        name: "a file and a link",
        tree: |tree| tree.file("grant/a", "inside").link("grant/out", "../outside/secret.txt"),
        swap: |root, _| exchange(root, "grant/a", "grant/out"),
        paths: &["a"],
        codes: &["ok", "escapes_grant"],
        victim_loses: true,
    },
    Race {
        name: "a directory and a link",
        tree: |tree| tree.file("grant/d/secret.txt", "inside").link("grant/out", "../outside"),
        swap: |root, _| exchange(root, "grant/d", "grant/out"),
        paths: &["d/secret.txt", "d", "."],
        codes: &["ok", "escapes_grant"],
        victim_loses: true,
    },
    Race {
        name: "a parent and a link",
        tree: |tree| {
            tree.file("grant/p/deep/er/secret.txt", "inside")
                .file("outside/deep/er/secret.txt", secret())
                .link("grant/out", "../outside")
        },
        swap: |root, _| exchange(root, "grant/p", "grant/out"),
        paths: &["p/deep/er/secret.txt", "p/deep/er", "."],
        codes: &["ok", "escapes_grant"],
        victim_loses: true,
    },
    Race {
        name: "a directory that goes out and comes back",
        tree: |tree| {
            tree.file("grant/m/secret.txt", "inside").link("grant/m/sub/up", "../secret.txt")
        },
        swap: |root, turn| match turn % 2 {
            0 => rename(root, "grant/m/sub", "outside/sub"),
            _ => rename(root, "outside/sub", "grant/m/sub"),
        },
        paths: &["m/sub/up"],
        codes: &["ok", "not_found"],
        victim_loses: false,
    },
    Race {
        name: "a storm of renames, and links that go up",
        tree: |tree| {
            tree.file("grant/d/secret.txt", "inside")
                .link("grant/out", "../outside")
                .link("grant/sub/up", "../d/secret.txt")
                .dir("grant/storm/a")
                .dir("grant/storm/b/c")
        },
        swap: |root, turn| match turn % 8 {
            0 => exchange(root, "grant/d", "grant/out"),
            _ => exchange(root, "grant/storm/a", "grant/storm/b"),
        },
        paths: &["sub/up"],
        codes: &["ok", "escapes_grant"],
        victim_loses: true,
    },
    Race {
        name: "a file and a FIFO",
        tree: |tree| tree.file("grant/a", "inside").fifo("grant/pipe"),
        swap: |root, _| exchange(root, "grant/a", "grant/pipe"),
        paths: &["a"],
        codes: &["ok", "special_file"],
        victim_loses: false,
    },
];

#[test]
fn no_race_gives_anything_away() {
    let seconds = std::env::var("RACE_SECONDS").ok().map_or(SECONDS, |text| text.parse().unwrap());
    let each = Duration::from_secs_f64(seconds) / u32::try_from(RACES.len()).unwrap();
    let (mut attempts, mut lost) = (0, 0);
    for race in RACES {
        let run = run(race, each);
        println!(
            "{}: {} swaps, {} calls {:?}; the weak server lost {} of {}",
            race.name, run.swaps, run.calls, run.codes, run.victim_lost, run.victim_calls
        );
        for code in race.codes {
            assert!(run.codes.contains_key(*code), "{}: never {code}: {:?}", race.name, run.codes);
        }
        assert!(run.swaps > 100, "{}: only {} swaps", race.name, run.swaps);
        assert!(
            run.leaks.is_empty(),
            "{}: {} LEAKS: {:?}",
            race.name,
            run.leaks.len(),
            run.leaks[0]
        );
        attempts += run.calls;
        lost += run.victim_lost;
    }
    println!("{attempts} calls, 0 leaks; the weak server lost {lost} times");
    assert!(lost > 0, "the weak server never lost: the races do not bite");
}

#[derive(Default)]
struct Run {
    swaps: u64,
    calls: u64,
    codes: BTreeMap<String, u64>,
    leaks: Vec<String>,
    victim_calls: u64,
    victim_lost: u64,
}

fn run(race: &Race, time: Duration) -> Run {
    let sandbox = Sandbox::without_outside()
        .file("outside/secret.txt", secret())
        .file("outside/FLAG{name}", secret());
    let sandbox = (race.tree)(sandbox);
    let (stop, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
    let end = Instant::now() + time;
    let mut run = Run::default();
    std::thread::scope(|scope| {
        let (root, grant) = (sandbox.path(""), sandbox.path("grant"));
        scope.spawn(|| {
            let root = root;
            for turn in 0.. {
                if stop.load(Relaxed) {
                    return;
                }
                (race.swap)(&root, turn).unwrap();
                swaps.fetch_add(1, Relaxed);
            }
        });
        let callers: Vec<_> = [false, true]
            .into_iter()
            .map(|is_old| {
                let spec = sandbox.spec("grant", "ro").parse().unwrap();
                scope.spawn(move || {
                    if is_old {
                        deny_openat2();
                    }
                    call_all(race, &[spec], end)
                })
            })
            .collect();
        let victim = scope.spawn(move || {
            let mut counts = (0, 0);
            while race.victim_loses && Instant::now() < end {
                counts.0 += 1;
                let served = Victim::Canonical.serve(&grant, race.paths[0], &[]);
                counts.1 += u64::from(served.is_ok_and(|text| text.contains(FLAG)));
            }
            counts
        });
        for caller in callers {
            let part = caller.join().unwrap();
            run.calls += part.calls;
            run.leaks.extend(part.leaks);
            for (code, count) in part.codes {
                *run.codes.entry(code).or_default() += count;
            }
        }
        (run.victim_calls, run.victim_lost) = victim.join().unwrap();
        stop.store(true, Relaxed);
    });
    run.swaps = swaps.into_inner();
    run
}

/// Calls every tool with every path, again and again.
fn call_all(race: &Race, specs: &[preopen::allowlist::GrantSpec], end: Instant) -> Run {
    let clock = authority::clock(authority::mint());
    let dispatcher =
        Dispatcher::new(TOOLS, grants(specs), Limits::default(), clock, None, &[]).unwrap();
    let all: Vec<_> = race
        .paths
        .iter()
        .flat_map(|path| {
            TOOLS.iter().filter(|tool| !changes(tool)).flat_map(|tool| {
                calls(tool, path).into_iter().map(|arguments| (tool.name, arguments))
            })
        })
        .collect();
    let mut run = Run::default();
    while Instant::now() < end {
        for (tool, arguments) in &all {
            let arguments = arguments.as_object().unwrap().clone();
            let answer = dispatcher.call(tool, arguments, CallMonitor::unattended()).unwrap();
            let (text, is_error) = match answer {
                Ok(content) => (content.iter().map(text_of).collect(), false),
                Err(error) => (error.to_string(), true),
            };
            run.calls += 1;
            *run.codes.entry(code_of(&text, is_error).to_owned()).or_default() += 1;
            if text.contains(FLAG) || text.contains("77777") || text.contains("77,777") {
                run.leaks.push(format!("{tool}: {}", text.chars().take(300).collect::<String>()));
            }
        }
    }
    run
}

fn text_of(content: &Content) -> &str {
    match content {
        Content::Text(text) => text,
        Content::Media { base64, .. } => base64,
    }
}

fn secret() -> String {
    SECRET.repeat(SIZE / SECRET.len() + 1)[..SIZE].to_owned()
}

fn exchange(root: &Path, a: &str, b: &str) -> rustix::io::Result<()> {
    renameat_with(CWD, root.join(a), CWD, root.join(b), RenameFlags::EXCHANGE)
}

fn rename(root: &Path, from: &str, to: &str) -> rustix::io::Result<()> {
    renameat_with(CWD, root.join(from), CWD, root.join(to), RenameFlags::NOREPLACE)
}
