//! Killed at any time, a change is there whole or is not there: the program is killed while it works, in
//! many rounds, and what lies there then is held against the old bytes and the new.
//!
//! The moment is random, and drawn around the one that decides: after a round that ended with the new
//! bytes the next delays are a little shorter, else a little longer. Beside the program runs a writer that
//! writes in place; it has to be caught. `dev/run kill` runs more rounds (`KILL_ROUNDS`).

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Client, Era, Mounted, Sandbox, request};

/// Rounds, where nobody says how many.
const ROUNDS: usize = 100;
/// Rounds of one kind from which both ends have to be seen of each.
const ENOUGH: usize = 100;

/// Everything below a directory but temps: the bytes of a file, nothing for a directory.
type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// What is called in a round, on `old` and `new` bytes of the file `here/a`.
struct Kind {
    name: &'static str,
    /// The call, from the directories to work in and to move to, and the bytes to write.
    call: fn(&str, &str, &str) -> (&'static str, Value),
    /// The tree that it should leave, from the tree before it and the bytes to write.
    after: fn(&Tree, &str) -> Tree,
    /// What else may be there when it is killed: the tree before, the one after, and the one that is.
    between: fn(&Tree, &Tree, &Tree) -> bool,
}

const NEVER: fn(&Tree, &Tree, &Tree) -> bool = |_, _, _| false;

const KINDS: &[Kind] = &[
    Kind {
        name: "write_file over a file",
        call: |here, _, new| ("write_file", json!({"path": format!("{here}/a"), "content": new})),
        after: |before, new| with(before, "here/a", new.into()),
        between: NEVER,
    },
    Kind {
        name: "write_file of a new file",
        call: |here, _, new| ("write_file", json!({"path": format!("{here}/b"), "content": new})),
        after: |before, new| with(before, "here/b", new.into()),
        between: NEVER,
    },
    Kind {
        name: "edit_file",
        call: |here, _, new| {
            let edits = json!([{"old_text": "THE END", "new_text": new}]);
            ("edit_file", json!({"path": format!("{here}/a"), "edits": edits}))
        },
        after: |before, new| {
            let old = String::from_utf8(bytes(before, "here/a").to_vec()).unwrap();
            with(before, "here/a", old.replace("THE END", new).into())
        },
        between: NEVER,
    },
    Kind {
        name: "write_file that appends",
        call: |here, _, new| {
            let path = format!("{here}/a");
            ("write_file", json!({"path": path, "content": new, "mode": "append"}))
        },
        after: |before, new| {
            // A last line without an end gets one.
            let old = bytes(before, "here/a");
            let is_complete = old.is_empty() || old.ends_with(b"\n") || new.is_empty();
            let end: &[u8] = if is_complete { b"" } else { b"\n" };
            with(before, "here/a", [old, end, new.as_bytes()].concat())
        },
        between: |before, after, is| {
            let [old, all, part] = [before, after, is].map(|tree| bytes(tree, "here/a"));
            *is == with(before, "here/a", part.into())
                && part.starts_with(old)
                && all.starts_with(part)
        },
    },
    Kind {
        name: "move_file of a file",
        call: |here, _, _| ("move_file", route(here, "a", here, "d/b")),
        after: |before, _| renamed(before, "here/a", "here/d/b"),
        between: NEVER,
    },
    Kind {
        name: "move_file of a tree",
        call: |here, _, _| ("move_file", route(here, "tree", here, "d/tree")),
        after: |before, _| renamed(before, "here/tree", "here/d/tree"),
        between: NEVER,
    },
    Kind {
        name: "move_file of a file to another grant",
        call: |here, there, _| ("move_file", route(here, "a", there, "b")),
        after: |before, _| renamed(before, "here/a", "there/b"),
        between: both_are_there,
    },
    Kind {
        name: "move_file of a tree to another grant",
        call: |here, there, _| ("move_file", route(here, "tree", there, "b")),
        after: |before, _| renamed(before, "here/tree", "there/b"),
        between: both_are_there,
    },
    Kind {
        name: "copy_file of a file",
        call: |here, _, _| ("copy_file", route(here, "a", here, "b")),
        after: |before, _| both(before, renamed(before, "here/a", "here/b")),
        between: NEVER,
    },
    Kind {
        name: "copy_file of a tree",
        call: |here, _, _| ("copy_file", route(here, "tree", here, "b")),
        after: |before, _| both(before, renamed(before, "here/tree", "here/b")),
        between: NEVER,
    },
];

fn route(from: &str, a: &str, to: &str, b: &str) -> Value {
    json!({"source": format!("{from}/{a}"), "destination": format!("{to}/{b}")})
}

fn bytes<'t>(tree: &'t Tree, name: &str) -> &'t [u8] {
    tree.get(name).and_then(Option::as_deref).unwrap_or_default()
}

fn with(tree: &Tree, name: &str, bytes: Vec<u8>) -> Tree {
    both(tree, Tree::from([(name.to_owned(), Some(bytes))]))
}

fn both(tree: &Tree, other: Tree) -> Tree {
    tree.clone().into_iter().chain(other).collect()
}

fn renamed(tree: &Tree, from: &str, to: &str) -> Tree {
    let name = |name: &String| match name.strip_prefix(from) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{to}{rest}"),
        _ => name.clone(),
    };
    tree.iter().map(|(is, bytes)| (name(is), bytes.clone())).collect()
}

/// The whole of the new is there, and beside it some or all of the old, whole as well.
fn both_are_there(before: &Tree, after: &Tree, is: &Tree) -> bool {
    after.iter().all(|entry| is.get(entry.0) == Some(entry.1))
        && is
            .iter()
            .all(|entry| [before, after].iter().any(|tree| tree.get(entry.0) == Some(entry.1)))
}

/// What lies below the two directories, and how many temps.
fn look(here: &Path, there: &Path) -> (Tree, usize) {
    let (mut tree, mut temps) = (Tree::new(), 0);
    let mut todo =
        vec![("here".to_owned(), here.to_owned()), ("there".to_owned(), there.to_owned())];
    while let Some((prefix, directory)) = todo.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if name.starts_with(".preopen-") {
                temps += 1;
                continue;
            }
            let (name, path) = (format!("{prefix}/{name}"), entry.path());
            let is_dir = entry.file_type().unwrap().is_dir();
            tree.insert(name.clone(), (!is_dir).then(|| std::fs::read(&path).unwrap()));
            if is_dir {
                todo.push((name, path));
            }
        }
    }
    (tree, temps)
}

/// xorshift64*: the same numbers from the same seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[(self.next() % all.len() as u64) as usize]
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        Duration::from_nanos(self.next() % (most.as_nanos() as u64 + 1))
    }
}

/// How rounds ended.
#[derive(Clone, Copy, Default)]
struct Count {
    old: usize,
    new: usize,
    between: usize,
    with_temps: usize,
}

/// Where rounds take place: directories on the host, and how clients name them.
struct Places {
    sandbox: Sandbox,
    _mounted: Option<Mounted>,
}

const GRANTS: [&str; 2] = ["disk", "memory"];

impl Places {
    fn new() -> Self {
        let sandbox = Sandbox::new().dir("disk").dir("memory");
        let mounted = Sandbox::may_mount().then(|| Mounted::tmpfs(&sandbox, "memory", "size=256m"));
        if mounted.is_none() {
            eprintln!("not run in memory: this user may not mount");
        }
        Self { sandbox, _mounted: mounted }
    }

    fn start(&self) -> Client {
        let specs = GRANTS.map(|grant| self.sandbox.spec(grant, "rwd"));
        Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern)
    }

    /// Refills the two directories of a round.
    fn prepare(&self, here: &str, there: &str, old: &str) -> Tree {
        let [here, there] = [here, there].map(|path| self.sandbox.path(path));
        for path in [&here, &there] {
            let _ = std::fs::remove_dir_all(path);
            std::fs::create_dir_all(path).unwrap();
        }
        std::fs::create_dir_all(here.join("d")).unwrap();
        std::fs::create_dir_all(here.join("tree/sub/empty")).unwrap();
        std::fs::write(here.join("a"), old).unwrap();
        std::fs::write(here.join("tree/one"), "one").unwrap();
        std::fs::write(here.join("tree/sub/two"), old).unwrap();
        look(&here, &there).0
    }

    fn look(&self, here: &str, there: &str) -> (Tree, usize) {
        look(&self.sandbox.path(here), &self.sandbox.path(there))
    }

    /// How long a call takes if nobody kills it; and then the tree is the new one.
    fn measure(&self, kind: &Kind, [here, there]: [&str; 2], [old, new]: [&str; 2]) -> Duration {
        let (tool, arguments) = (kind.call)(here, there, new);
        let mut client = self.start();
        let before = self.prepare(here, there, old);
        client.request("server/discover", json!({}));
        let start = Instant::now();
        let answer = client.call(tool, &arguments);
        let took = start.elapsed();
        assert_eq!(answer.code(), "ok", "{}: {answer:?}", kind.name);
        let is = self.look(here, there);
        assert!(is == ((kind.after)(&before, new), 0), "{}: not killed", kind.name);
        took
    }
}

/// Waits exactly that long: a sleep is longer than the shortest of them.
fn wait(delay: Duration) {
    let until = Instant::now() + delay;
    std::thread::sleep(delay.saturating_sub(Duration::from_millis(1)));
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}

fn from_environment(name: &str, or: u64) -> u64 {
    std::env::var(name).map_or(or, |said| said.parse().unwrap())
}

/// A text of so many bytes, and then the end.
fn text(what: &str, size: usize, end: &str) -> String {
    let line = format!("{what} {size}\n");
    let mut text = line.repeat(size / line.len() + 1);
    text.truncate(size);
    text + end
}

#[test]
fn a_change_is_there_or_is_not_whenever_it_is_killed() {
    let rounds = from_environment("KILL_ROUNDS", ROUNDS as u64) as usize;
    let seed = from_environment("KILL_SEED", 20_260_101);
    let (mut dice, places) = (Dice(seed), Places::new());
    // When to kill: up to that much later.
    let mut delays = BTreeMap::new();
    let mut counts = vec![[Count::default(); GRANTS.len()]; KINDS.len()];
    // Another process, which finds what the killed ones leave.
    let mut sweeper = places.start();
    for round in 0..rounds {
        let (number, place) = (round % KINDS.len(), round / KINDS.len() % GRANTS.len());
        let kind = &KINDS[number];
        let (here, there) = (format!("{}/h", GRANTS[place]), format!("{}/t", GRANTS[1 - place]));
        let is_large = dice.next().is_multiple_of(5);
        let sizes: &[usize] = if is_large { &[1 << 20, 3 << 20] } else { &[0, 1, 5_000, 70_000] };
        let is_edit = kind.name.starts_with("edit");
        let old = text("old", dice.one_of(sizes), if is_edit { "THE END" } else { "" });
        // It ends in something, so that every change is one.
        let new = text("new", dice.one_of(sizes), ".");
        let (tool, arguments) = (kind.call)(&here, &there, &new);
        let call = request(0, tool, &arguments);

        let most = delays
            .entry((number, place, is_large))
            .or_insert_with(|| places.measure(kind, [&here, &there], [&old, &new]));
        let mut client = places.start();
        let before = places.prepare(&here, &there, &old);
        let after = (kind.after)(&before, &new);
        let delay = dice.up_to(most.mul_f64(1.3));
        // It serves when it answers this, and not before.
        client.request("server/discover", json!({}));
        client.send(&call);
        wait(delay);
        drop(client);

        let said = format!("{} in {here}, round {round}, seed {seed}, {delay:?}", kind.name);
        let (is, temps) = places.look(&here, &there);
        let count = &mut counts[number][place];
        let is_new = is == after;
        if is_new {
            count.new += 1;
        } else if is == before {
            count.old += 1;
        } else if (kind.between)(&before, &after, &is) {
            count.between += 1;
        } else {
            let sizes: Vec<_> = is.iter().map(|(n, b)| (n, b.as_ref().map(Vec::len))).collect();
            panic!("{said}: neither old nor new: {sizes:?}");
        }
        count.with_temps += usize::from(temps > 0);
        *most = most.mul_f64(if is_new { 0.85 } else { 1.15 }).max(Duration::from_micros(50));

        for directory in [&here, &there] {
            let write = json!({"path": format!("{directory}/next"), "content": "next"});
            assert_eq!(sweeper.call("write_file", &write).code(), "ok", "{said}");
        }
        let (_, left) = places.look(&here, &there);
        assert_eq!(left, 0, "{said}: temps are left after the next change");
    }
    told(&counts, rounds);
}

/// Prints how the rounds ended, and asks whether the kill was one.
fn told(counts: &[[Count; 2]], rounds: usize) {
    let mut all = Count::default();
    println!("{:38}{:>8}{:>8}{:>8}{:>8}{:>8}", "", "rounds", "old", "new", "between", "temps");
    for (kind, places) in KINDS.iter().zip(counts) {
        for (grant, count) in GRANTS.iter().zip(places) {
            let Count { old, new, between, with_temps } = *count;
            let (sum, what) = (old + new + between, format!("{}, {grant}", kind.name));
            println!("{what:46}{sum:>4}{old:>8}{new:>8}{between:>8}{with_temps:>8}");
            assert!(sum < ENOUGH || old > 0 && new > 0, "{what}: no kill was in time, or each");
            all.old += old;
            all.new += new;
            all.between += between;
            all.with_temps += with_temps;
        }
    }
    let Count { old, new, between, with_temps } = all;
    println!("{:46}{rounds:>4}{old:>8}{new:>8}{between:>8}{with_temps:>8}", "all");
    assert!(old > 0 && new > 0, "the kills were all too late, or all too early");
    assert!(with_temps > 0, "no kill was in the middle of a change");
}

#[test]
fn who_writes_in_place_is_caught() {
    let places = Places::new();
    let (mut dice, mut caught, mut longest) = (Dice(7), 0, None);
    let (old, new) = (text("old", 1 << 20, ""), text("new", 1 << 20, ""));
    std::fs::write(places.sandbox.path("new"), &new).unwrap();
    let dd = || {
        let (from, to) = (places.sandbox.path("new"), places.sandbox.path("disk/h/a"));
        let mut command = Command::new("dd");
        command.arg(format!("if={}", from.display())).arg(format!("of={}", to.display()));
        command.arg("bs=512").stderr(Stdio::null()).spawn().unwrap()
    };
    for _ in 0..40 {
        let before = places.prepare("disk/h", "memory/t", &old);
        let after = with(&before, "here/a", new.clone().into());
        let start = Instant::now();
        let mut writer = dd();
        match longest {
            None => {
                writer.wait().unwrap();
                longest = Some(start.elapsed());
            }
            Some(longest) => {
                wait(dice.up_to(longest));
                writer.kill().unwrap();
                writer.wait().unwrap();
            }
        }
        let (is, _) = places.look("disk/h", "memory/t");
        caught += usize::from(is != before && is != after);
    }
    println!("a writer in place was caught in {caught} of 40 rounds");
    assert!(caught > 0, "a mix of old and new is not seen");
}
