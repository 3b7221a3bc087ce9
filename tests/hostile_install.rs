//! `preopen install` in a tree that somebody else made: a clone, an unpacked archive.
//!
//! Each row plants something at the file of a client or on the way to it, for every client and scope. Nothing
//! outside may change, nothing may hang, only what was shown may be written, and no escape sequence may
//! reach the terminal. [`weak_install`] writes as the first version did; each attack has to harm it.

mod files;
mod printed;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use preopen::install::{Base, Scope, Server};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::common::{Sandbox, tree};
use crate::install::CLIENTS;

/// Former names of temporary and kept files. An attacker who knows a name can plant something there.
const NEXT: &str = ".preopen-next";
const BEFORE: &str = ".before-preopen";
/// Far more than an installation takes.
const HANGS: Duration = Duration::from_secs(20);

/// One file that an installation changes.
#[derive(Clone, Copy, Debug)]
struct Target {
    client: &'static str,
    scope: &'static str,
    base: Base,
    path: &'static str,
}

fn targets() -> Vec<Target> {
    let server = Server { name: "preopen".into(), command: "preopen".into(), args: vec![] };
    let mut all = vec![];
    for (client, name) in CLIENTS {
        for (scope, shown) in [(Scope::User, "user"), (Scope::Project, "project")] {
            for file in client.files(&server, scope, true).unwrap_or_default() {
                all.push(Target { client: name, scope: shown, base: file.base, path: file.path });
            }
        }
    }
    assert!(all.len() > 15, "{all:?}");
    all
}

impl Target {
    fn is_in_project(&self) -> bool {
        self.base == Base::Project
    }

    fn base(&self) -> &'static str {
        match self.base {
            Base::Home => "home",
            Base::Settings if cfg!(target_os = "macos") => "home/Library/Application Support",
            Base::Settings => "home/.config",
            Base::Codex => "home/.codex",
            Base::Project => "grant",
        }
    }

    /// The file, from the root of the sandbox.
    fn file(&self) -> PathBuf {
        Path::new(self.base()).join(self.path)
    }

    /// The directory that holds the file, unless it is the home or the project itself.
    fn way(&self) -> Option<PathBuf> {
        let parent = self.file().parent()?.to_owned();
        (!["home", "grant"].contains(&parent.to_str()?)).then_some(parent)
    }

    fn is_toml(&self) -> bool {
        Path::new(self.path).extension().is_some_and(|ext| ext == "toml")
    }

    /// A text that the client could read.
    fn valid(&self) -> &'static str {
        if self.is_toml() { "model = \"notes\"\n" } else { "{\"notes\": 1}\n" }
    }

    /// Another one.
    fn mine(&self) -> &'static str {
        if self.is_toml() { "model = \"mine\"\n" } else { "{\"mine\": 1}\n" }
    }

    /// The same with characters that move the cursor, recolour and reorder.
    fn escaping(&self) -> String {
        let text = "mine \u{9b}31m \u{202e}text";
        if self.is_toml() {
            format!("model = \"{text}\"\n")
        } else {
            format!("{{\n  \"notes\": \"{text}\"\n}}\n")
        }
    }
}

/// A home, a project and things outside both.
struct Tree(Sandbox);

impl Tree {
    fn new() -> Self {
        Self(Sandbox::new().dir("home").dir("bin").dir("outside/dir"))
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.path(path)
    }

    /// The path of the file; the directories on the way are made.
    fn ready(&self, target: &Target) -> PathBuf {
        let file = self.path(target.file());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        file
    }

    /// The path of the directory on the way; the ones above it are made.
    fn ready_way(&self, target: &Target) -> PathBuf {
        let way = self.path(target.way().unwrap());
        std::fs::create_dir_all(way.parent().unwrap()).unwrap();
        way
    }

    fn outside(&self) -> Vec<(String, String)> {
        tree(&self.0, "outside")
    }

    /// Whether it went well, and all that it printed. Fails if it does not end.
    fn run(&self, at: &Path, args: &[&str]) -> (bool, String) {
        let said = self.path("said");
        let out = std::fs::File::create(&said).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_preopen"));
        command.env_clear().env("HOME", self.path("home")).env("PATH", self.path("bin"));
        command.current_dir(at).args(args).stdin(Stdio::null());
        command.stdout(out.try_clone().unwrap()).stderr(out);
        let mut child = command.spawn().unwrap();
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > HANGS {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("hangs: {args:?}");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        (status.success(), String::from_utf8_lossy(&std::fs::read(said).unwrap()).into_owned())
    }

    fn install(&self, target: &Target, more: &[&str]) -> (bool, String) {
        let args = ["install", target.client, "--scope", target.scope, "--exclusive"];
        self.run(&self.path("grant"), &[&args[..], more].concat())
    }

    /// Every file below home and project, with its contents.
    fn files(&self) -> BTreeSet<(PathBuf, String)> {
        let below = |at: &str| {
            let top = self.path(at).canonicalize().unwrap();
            tree(&self.0, at).into_iter().map(move |(path, text)| (top.join(path), text))
        };
        below("home").chain(below("grant")).chain(below("outside")).collect()
    }
}

/// What is planted, and what becomes of it.
struct Row {
    name: &'static str,
    /// Does it apply?
    on: fn(&Target) -> bool,
    plant: fn(&Tree, &Target),
    /// What the refusal says; nothing if the installation succeeds.
    refusal: fn(&Target) -> Option<&'static str>,
    harm: Harm,
}

/// What it does to [`weak_install`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    ChangesOutside,
    Hangs,
    PrintsRaw,
    ReadsTooMuch,
    /// It fails as well: the row asks for a plain refusal.
    Nothing,
}

/// What others do in the tree while the user reads.
type Meanwhile = fn(&Tree);
/// Plants something at the first path; the second one lies outside.
type Plant = fn(&Path, &Path);

const ANY: fn(&Target) -> bool = |_| true;
const INSTALLED: fn(&Target) -> Option<&'static str> = |_| None;

const ROWS: &[Row] = &[
    Row {
        name: "the name of the next file is a hard link",
        on: ANY,
        plant: |tree, target| hard_link(tree, target, NEXT),
        refusal: INSTALLED,
        harm: Harm::ChangesOutside,
    },
    Row {
        name: "the name of the kept file is a hard link",
        on: ANY,
        plant: |tree, target| {
            std::fs::write(tree.ready(target), target.mine()).unwrap();
            hard_link(tree, target, BEFORE);
        },
        refusal: INSTALLED,
        harm: Harm::ChangesOutside,
    },
    Row {
        name: "the name of the next file is a link",
        on: ANY,
        plant: |tree, target| link(&beside(&tree.ready(target), NEXT), &tree.path("outside/new")),
        refusal: INSTALLED,
        harm: Harm::ChangesOutside,
    },
    Row {
        name: "the name of the kept file is a link",
        on: ANY,
        plant: |tree, target| {
            std::fs::write(tree.ready(target), target.valid()).unwrap();
            link(&beside(&tree.ready(target), BEFORE), &tree.path("outside/new"));
        },
        refusal: INSTALLED,
        harm: Harm::ChangesOutside,
    },
    Row {
        name: "the name of the next file is a FIFO",
        on: ANY,
        plant: |tree, target| fifo(&beside(&tree.ready(target), NEXT)),
        refusal: INSTALLED,
        harm: Harm::Hangs,
    },
    Row {
        name: "the name of the kept file is a FIFO",
        on: ANY,
        plant: |tree, target| fifo(&beside(&tree.ready(target), BEFORE)),
        refusal: INSTALLED,
        harm: Harm::Hangs,
    },
    Row {
        name: "the file is a hard link",
        on: ANY,
        plant: |tree, target| hard_link(tree, target, ""),
        refusal: INSTALLED,
        harm: Harm::Nothing,
    },
    Row {
        name: "the file of a project is a link",
        on: Target::is_in_project,
        plant: |tree, target| {
            std::fs::write(tree.path("outside/notes"), target.valid()).unwrap();
            link(&tree.ready(target), &tree.path("outside/notes"));
        },
        refusal: |_| Some("is a link"),
        harm: Harm::ChangesOutside,
    },
    Row {
        name: "the file of a project is a link that leads to nothing",
        on: Target::is_in_project,
        plant: |tree, target| link(&tree.ready(target), &tree.path("outside/new")),
        refusal: |_| Some("is a link"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the file is a FIFO",
        on: ANY,
        plant: |tree, target| fifo(&tree.ready(target)),
        refusal: |_| Some("it is not a regular file"),
        harm: Harm::Hangs,
    },
    Row {
        name: "the file is a socket",
        on: ANY,
        plant: |tree, target| {
            // A socket's path is short; so it is made elsewhere and moved.
            let at = tree.path("s");
            drop(std::os::unix::net::UnixListener::bind(&at).unwrap());
            std::fs::rename(at, tree.ready(target)).unwrap();
        },
        refusal: |_| Some("it is not a regular file"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the file is a directory",
        on: ANY,
        plant: |tree, target| std::fs::create_dir(tree.ready(target)).unwrap(),
        refusal: |_| Some("it is a directory"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the file is huge",
        on: ANY,
        plant: |tree, target| {
            let file = std::fs::File::create(tree.ready(target)).unwrap();
            file.set_len(64 << 20).unwrap();
        },
        refusal: |_| Some("it has more than 1"),
        harm: Harm::ReadsTooMuch,
    },
    Row {
        name: "the file of a project is large",
        on: Target::is_in_project,
        plant: |tree, target| {
            std::fs::write(tree.ready(target), "[0,".repeat(1 << 19)).unwrap();
        },
        refusal: |_| Some("it has more than 1 MiB"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the file is nested deeply",
        on: |target| !target.is_toml(),
        plant: |tree, target| std::fs::write(tree.ready(target), "[".repeat(1 << 20)).unwrap(),
        refusal: |_| Some("is not changed"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the file is not text",
        on: ANY,
        plant: |tree, target| std::fs::write(tree.ready(target), b"{\"a\": \"\xff\"}").unwrap(),
        refusal: |_| Some("it is not UTF-8"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the directory of a project's file is a link",
        on: |target| target.is_in_project() && target.way().is_some(),
        plant: |tree, target| link(&tree.ready_way(target), &tree.path("outside/dir")),
        refusal: |_| Some("is a link"),
        harm: Harm::ChangesOutside,
    },
    Row {
        name: "the directory of a project's file leads nowhere",
        on: |target| target.is_in_project() && target.way().is_some(),
        plant: |tree, target| link(&tree.ready_way(target), &tree.path("outside/none")),
        refusal: |_| Some("is a link"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the directory of the file is a FIFO",
        on: |target| target.way().is_some(),
        plant: |tree, target| fifo(&tree.ready_way(target)),
        refusal: |_| Some("it is not a directory"),
        harm: Harm::Nothing,
    },
    Row {
        name: "the text of the file holds escape sequences",
        on: ANY,
        plant: |tree, target| std::fs::write(tree.ready(target), target.escaping()).unwrap(),
        refusal: INSTALLED,
        harm: Harm::PrintsRaw,
    },
];

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.file_name().unwrap().to_owned();
    name.push(end);
    file.with_file_name(name)
}

fn hard_link(tree: &Tree, target: &Target, end: &str) {
    std::fs::write(tree.path("outside/notes"), target.valid()).unwrap();
    std::fs::hard_link(tree.path("outside/notes"), beside(&tree.ready(target), end)).unwrap();
}

fn link(at: &Path, to: &Path) {
    std::os::unix::fs::symlink(to, at).unwrap();
}

fn fifo(at: &Path) {
    assert!(Command::new("mkfifo").arg(at).status().unwrap().success());
}

fn executable(at: &Path) {
    std::fs::set_permissions(at, PermissionsExt::from_mode(0o755)).unwrap();
}

/// Does it hold what moves the cursor, recolours or reorders?
fn is_raw(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202a}'..='\u{202e}')
    })
}

/// Where text is kept that was there before.
fn is_kept(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "before-install")
}

#[test]
fn a_hostile_tree_gains_nothing_from_an_installation() {
    // Each run waits for the disk most of the time.
    std::thread::scope(|scope| {
        for rows in ROWS.chunks(ROWS.len().div_ceil(4)) {
            scope.spawn(|| rows.iter().for_each(assert_gains_nothing));
        }
    });
}

fn assert_gains_nothing(row: &Row) {
    let mut runs = 0;
    for target in targets().iter().filter(|target| (row.on)(target)) {
        let what = format!("{}: {target:?}", row.name);
        let tree = Tree::new();
        (row.plant)(&tree, target);
        let (outside, before) = (tree.outside(), tree.files());
        if let Some(why) = (row.refusal)(target) {
            let (is_ok, said) = tree.install(target, &["--allow", ".", "--yes"]);
            assert!(!is_ok && said.contains(why) && !is_raw(&said), "{what}: {said}");
            assert_eq!(tree.files(), before, "{what}: {said}");
        } else {
            // Nobody answers: it shows what it would do, and changes nothing.
            let (_, shown) = tree.install(target, &["--allow", "."]);
            assert!(!is_raw(&shown), "{what}: {shown:?}");
            assert_eq!(tree.files(), before, "{what}: {shown}");
            let (is_ok, said) = tree.install(target, &["--allow", ".", "--yes"]);
            assert!(is_ok && !is_raw(&said), "{what}: {said:?}");
            assert_only_shown(&tree, &before, &shown, &what);
            let file = tree.path(target.file());
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(file.symlink_metadata().unwrap().is_file(), "{what}");
            assert!(text.contains("preopen") || text.contains("deny"), "{what}: {text}");
            assert_eq!(tree.outside(), outside, "{what}: {said}");
            let (is_ok, said) = tree.install(target, &["--remove", "--yes"]);
            assert!(is_ok && !is_raw(&said), "{what}: {said:?}");
            assert_eq!(tree.outside(), outside, "{what}: {said}");
        }
        runs += 1;
    }
    assert!(runs > 3, "{}: {runs}", row.name);
}

/// Each file that changed stands in what was shown.
fn assert_only_shown(tree: &Tree, before: &BTreeSet<(PathBuf, String)>, shown: &str, what: &str) {
    let after = tree.files();
    let mut changed = 0;
    for (path, text) in before.symmetric_difference(&after) {
        if text == "/" || is_kept(path) {
            continue;
        }
        changed += 1;
        assert!(shown.contains(path.to_str().unwrap()), "{what}: {} {shown}", path.display());
    }
    assert!(changed > 0, "{what}: nothing changed");
}

/// Writes as the first version did: names that can be guessed, opens that wait, links that are followed, and
/// text printed as it is.
fn weak_install(file: &Path, entry: &str) -> std::io::Result<String> {
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let (old, _) = (text(&file), text(&beside(&file, BEFORE)));
    std::fs::create_dir_all(file.parent().unwrap())?;
    if !old.is_empty() {
        std::fs::write(beside(&file, BEFORE), &old)?;
    }
    std::fs::write(beside(&file, NEXT), entry)?;
    // `.next` may be a link; the old text is where the link leads, as far as the user knows.
    std::fs::rename(beside(&file, NEXT), &file)?;
    Ok(format!("{}\n-{old}+{entry}", file.display()))
}

#[test]
fn every_attack_harms_a_weak_installer() {
    for row in ROWS.iter().filter(|row| row.harm != Harm::Nothing) {
        for target in targets().iter().filter(|target| (row.on)(target)) {
            let tree = Tree::new();
            (row.plant)(&tree, target);
            let outside = tree.outside();
            let (done, is_done) = mpsc::channel();
            let file = tree.path(target.file());
            let weak = std::thread::spawn(move || {
                let shown = weak_install(&file, "the entry");
                let _ = done.send(());
                shown
            });
            let hangs = is_done.recv_timeout(Duration::from_millis(100)).is_err();
            while !weak.is_finished() {
                release(&tree, target);
                std::thread::sleep(Duration::from_millis(5));
            }
            let shown = weak.join().unwrap().unwrap_or_default();
            let harm = match row.harm {
                Harm::ChangesOutside => tree.outside() != outside,
                Harm::Hangs => hangs,
                Harm::PrintsRaw => is_raw(&shown),
                Harm::ReadsTooMuch => shown.len() > 16 << 20,
                Harm::Nothing => true,
            };
            assert!(harm, "{} does no harm: {target:?}", row.name);
        }
    }
}

/// Releases a process that waits for the other end of a FIFO.
fn release(tree: &Tree, target: &Target) {
    for end in ["", NEXT, BEFORE] {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOFOLLOW;
        let file = beside(&tree.path(target.file()), end);
        let _ = rustix::fs::openat(rustix::fs::CWD, file, flags, Mode::empty());
    }
}

/// Starts an installation for Cursor in the project, waits until it asks, lets somebody else work in the tree,
/// and agrees. Whether it went well, and what it printed.
fn agree_after(tree: &Tree, meanwhile: impl FnOnce()) -> (bool, String) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, vec![]).unwrap().into_string().unwrap();
    let (mut from, to) = std::io::pipe().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_preopen"));
    command.env_clear().env("HOME", tree.path("home")).current_dir(tree.path("grant"));
    command.args(["install", "cursor", "--scope", "project", "--allow", "."]);
    command.stdin(std::fs::File::options().read(true).write(true).open(name).unwrap());
    let mut child = command.stdout(to.try_clone().unwrap()).stderr(to).spawn().unwrap();
    drop(command);
    let (mut said, mut part) = (vec![], [0; 4096]);
    while !said.ends_with(b"[y/N] ") {
        let len = from.read(&mut part).unwrap();
        assert!(len > 0, "{}", String::from_utf8_lossy(&said));
        said.extend_from_slice(&part[..len]);
    }
    meanwhile();
    rustix::io::write(&terminal, b"y\n").unwrap();
    from.read_to_end(&mut said).unwrap();
    (child.wait().unwrap().success(), String::from_utf8(said).unwrap())
}

/// Between what is shown and the answer, others may work in the tree.
#[test]
fn what_was_shown_is_what_is_written() {
    let rows: [(&str, Meanwhile); 6] = [
        ("nothing", |_| {}),
        ("its directory becomes a link", |tree| {
            std::fs::rename(tree.path("grant/.cursor"), tree.path("outside/moved")).unwrap();
            link(&tree.path("grant/.cursor"), &tree.path("outside/moved"));
        }),
        ("another directory gets the name", |tree| {
            std::fs::rename(tree.path("grant/.cursor"), tree.path("outside/moved")).unwrap();
            std::fs::create_dir(tree.path("grant/.cursor")).unwrap();
            std::fs::write(tree.path("grant/.cursor/mcp.json"), "{}").unwrap();
        }),
        ("it becomes a link", |tree| {
            std::fs::rename(tree.path("grant/.cursor/mcp.json"), tree.path("outside/x")).unwrap();
            link(&tree.path("grant/.cursor/mcp.json"), &tree.path("outside/x"));
        }),
        ("its text changes", |tree| {
            std::fs::write(tree.path("grant/.cursor/mcp.json"), "{\"mine\": 1}").unwrap();
        }),
        ("it is removed", |tree| {
            std::fs::remove_file(tree.path("grant/.cursor/mcp.json")).unwrap();
        }),
    ];
    for (what, meanwhile) in rows {
        let tree = Tree::new();
        std::fs::create_dir(tree.path("grant/.cursor")).unwrap();
        std::fs::write(tree.path("grant/.cursor/mcp.json"), "{}").unwrap();
        let mut left = BTreeSet::new();
        let (is_ok, said) = agree_after(&tree, || {
            meanwhile(&tree);
            left = tree.files();
        });
        if what == "nothing" {
            assert!(is_ok && tree.files() != left, "{said}");
        } else {
            assert!(!is_ok && tree.files() == left, "{what}: {said}");
            let is_named = said.contains("since it was shown") || said.contains("is a link");
            assert!(is_named, "{what}: {said}");
        }
    }
    // A file that was not there: what somebody else puts there is not replaced.
    let tree = Tree::new();
    let (is_ok, said) = agree_after(&tree, || {
        std::fs::create_dir(tree.path("grant/.cursor")).unwrap();
        std::fs::write(tree.path("grant/.cursor/mcp.json"), "{}").unwrap();
    });
    assert!(!is_ok && said.contains("since it was shown"), "{said}");
    let text = std::fs::read_to_string(tree.path("grant/.cursor/mcp.json")).unwrap();
    assert_eq!(text, "{}");
}
