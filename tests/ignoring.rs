//! Random trees with repositories, worktrees and ignore files: what a search finds is what git and ripgrep list.
//!
//! Both are asked for each tree, from the granted directory. They do not agree with each other, so each difference has
//! to have one of the reasons in [`Reason`], which are properties of the tree. A difference without one fails the test, and
//! so does a reason that no tree has. `IGNORE_TREES=20000` makes more trees, `IGNORE_SEED` others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::common::{Client, Era, Without, preopen, ripgrep};

/// Trees, where nobody says how many.
const TREES: u64 = 1_000;
/// Trees of one server.
const BATCH: u64 = 50;

const HEAD: &str = "ref: refs/heads/main\n";

const NAMES: &[&str] = &[
    "a", "b", "src", "build", "x y", "Ab", "a.log", "b.txt", "#h", "!n", "[x]", ".hid", "é",
    "a.tar.gz", "abc", "{a,b}", "t ",
];

/// Why a file is on one list and not on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// Git lists a repository within a repository as one entry. ripgrep and we search it, by its own rules.
    GitNested,
    /// `.ignore` and `.rgignore` are ripgrep's.
    GitOtherFiles,
    /// Git lists nothing in a directory that is ignored. We search what is granted, ripgrep where it is started.
    GitIgnoredItself,
    /// Git does not know that a repository of jj begins in a directory.
    GitJj,
    /// A worktree or submodule below the grant, whose repository lies outside the grant: that is not read.
    Outside,
    /// ripgrep searches linked worktrees. Below the searched directory we leave them out, and say so.
    RgWorktree,
    /// ripgrep reads a rule otherwise than git: `{a,b}`, `[[:alpha:]]`, bytes that are not UTF-8, and similar.
    RgRule,
    /// ripgrep takes the user's list as if it lay where it is started, we and git where the repository begins.
    RgGlobal,
    /// ripgrep does not read `info/exclude` of submodules.
    RgSubmodule,
    /// ripgrep looks for the repository of a worktree from where it is started, if the path is relative.
    RgRelative,
    /// ripgrep does not read `core.ignoreCase`.
    RgCase,
}

const REASONS: [Reason; 11] = {
    use Reason::*;
    [
        GitNested,
        GitOtherFiles,
        GitIgnoredItself,
        GitJj,
        Outside,
        RgWorktree,
        RgRule,
        RgGlobal,
        RgSubmodule,
        RgRelative,
        RgCase,
    ]
};

/// What begins in a directory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    Nothing,
    Git,
    Jj,
    Worktree { is_relative: bool },
    Submodule,
}

struct Dir {
    /// From the top of the tree; empty, or with a slash after it.
    path: String,
    begins: Begins,
    ignores_case: bool,
    /// The text of each of its ignore files, `info/exclude` among them.
    lists: BTreeMap<&'static str, Vec<u8>>,
}

/// A random tree below `at`.
struct Tree {
    dirs: Vec<Dir>,
    /// The searched directory, as a path of a [`Dir`].
    searched: String,
    /// The granted one: the same, or one above it.
    grant: String,
}

/// Puts texts into files. The second file of a text is a second name of the first: that takes a tenth of the time.
#[derive(Default)]
struct Texts(HashMap<Vec<u8>, PathBuf>);

impl Texts {
    fn put(&mut self, text: &[u8], at: &Path) {
        if let Some(first) = self.0.get(text) {
            return fs::hard_link(first, at).unwrap();
        }
        fs::write(at, text).unwrap();
        // Git takes a file for the directories `objects` and `refs`, if it may be run.
        fs::set_permissions(at, Permissions::from_mode(0o755)).unwrap();
        self.0.insert(text.to_vec(), at.to_owned());
    }
}

/// What the trees of a server have in common.
struct Stock {
    dice: Dice,
    texts: Texts,
    /// Ignore files that ripgrep reads as git does, and others.
    lists: [Vec<Vec<u8>>; 2],
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % end
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn name(&mut self) -> &'static str {
        self.one_of(NAMES)
    }

    /// Part of a rule, which begins a line if it is the first. An odd one is what ripgrep reads otherwise.
    fn part(&mut self, is_first: bool, is_odd: bool) -> Vec<u8> {
        let part: &[u8] = if is_odd && self.percent(50) {
            self.one_of(&[
                &b"[[:alpha:]]*"[..],
                b"{a,b}",
                b"a**b",
                b"[a-b][[:punct:]]*",
                b"a\t",
                b"x\\ y",
                b"t\\ ",
                b"[\\]x]*",
                b"\xc3\xa9",
                b"\xe9*",
                b"a\0b",
                b"***",
                b"[a",
                b"b\\",
                b"a**",
                b"[!]a]*",
                b"[x-]*",
            ])
        } else if self.percent(45) {
            self.one_of(&[
                &b"*"[..],
                b"*.log",
                b"a*",
                b"?",
                b"[ab]",
                b"[!a]*",
                b"[a-c]*",
                b"**",
                b"*.*",
                b"*b",
                b"b?*",
            ])
        } else {
            match self.name() {
                "#h" if is_first => b"\\#h",
                "!n" if is_first => b"\\!n",
                "[x]" => b"\\[x\\]",
                "{a,b}" | "t " => b"Ab",
                name => name.as_bytes(),
            }
        };
        part.to_vec()
    }

    fn rule(&mut self, is_odd: bool) -> Vec<u8> {
        let mut rule = vec![];
        let begins_plain = !self.percent(20);
        if !begins_plain {
            rule.push(b'!');
        }
        let begins_line = begins_plain && {
            let is_anchored = self.percent(20);
            if is_anchored {
                rule.push(b'/');
            }
            !is_anchored
        };
        let parts = self.one_of(&[1, 1, 1, 2, 2, 3]);
        for part in 0..parts {
            if part > 0 {
                rule.extend(self.one_of(&[&b"/"[..], b"/", b"/", b"/**/"]));
            }
            rule.extend(self.part(begins_line && part == 0, is_odd));
        }
        if self.percent(25) {
            rule.push(b'/');
        }
        if self.percent(8) {
            rule.extend(b"  ");
        }
        rule
    }

    fn list(&mut self, is_odd: bool) -> Vec<u8> {
        let mut text = vec![];
        if self.percent(15) {
            text.extend(b"\xef\xbb\xbf");
        }
        let end: &[u8] = if self.percent(15) { b"\r\n" } else { b"\n" };
        for _ in 0..=self.below(4) {
            if self.percent(10) {
                text.extend(self.one_of(&[&b"# comment"[..], b"", b"  "]));
                text.extend(end);
            }
            text.extend(self.rule(is_odd));
            text.extend(end);
        }
        if self.percent(20) {
            text.truncate(text.len() - end.len());
        }
        text
    }
}

impl Tree {
    fn new(stock: &mut Stock, at: &Path) -> Self {
        let mut tree = Self { dirs: vec![], searched: String::new(), grant: String::new() };
        let traits = (stock.dice.percent(30), stock.dice.percent(35));
        tree.grow(stock, at, String::new(), 0, traits);
        let own: Vec<String> = tree.dirs.iter().map(|dir| dir.path.clone()).collect();
        let dice = &mut stock.dice;
        tree.searched = if dice.percent(40) {
            String::new()
        } else {
            own[dice.below(own.len() as u64) as usize].clone()
        };
        let above: Vec<&Dir> = tree.above(&tree.searched, "").collect();
        let grant = dice.one_of(&above).path.clone();
        tree.grant = if dice.percent(50) { tree.searched.clone() } else { grant };
        tree
    }

    /// Makes a directory and what is in it. `is_odd`: it has rules that ripgrep reads otherwise; `has_others`: it has
    /// ignore files that git does not read.
    fn grow(
        &mut self,
        stock: &mut Stock,
        at: &Path,
        path: String,
        depth: usize,
        (is_odd, has_others): (bool, bool),
    ) {
        let here = at.join(&path);
        let Stock { dice, texts, lists: all_lists } = stock;
        fs::create_dir(&here).unwrap();
        let begins = match dice.below(100) {
            0..80 if depth == 0 => Begins::Git,
            0..5 if depth > 0 => Begins::Git,
            5..9 if depth > 0 => Begins::Worktree { is_relative: dice.percent(50) },
            9..13 if depth > 0 && self.dirs[0].begins == Begins::Git => Begins::Submodule,
            13..16 => Begins::Jj,
            80..85 if depth == 0 => Begins::Jj,
            _ => Begins::Nothing,
        };
        let (mut lists, ignores_case) = (BTreeMap::new(), dice.percent(10));
        for (name, chance) in [
            (".gitignore", 45),
            (".ignore", if has_others { 20 } else { 0 }),
            (".rgignore", if has_others { 15 } else { 0 }),
            ("exclude", if matches!(begins, Begins::Nothing | Begins::Jj) { 0 } else { 60 }),
        ] {
            if dice.percent(chance) {
                let text =
                    dice.one_of(&all_lists[usize::from(is_odd)].iter().collect::<Vec<_>>()).clone();
                if name != "exclude" {
                    texts.put(&text, &here.join(name));
                }
                lists.insert(name, text);
            }
        }
        // Where a worktree's repository is does not matter to its own rules, but that it exists.
        let name = format!("r{}", self.dirs.len());
        let (common, pointer) = match begins {
            Begins::Git => (here.join(".git"), None),
            Begins::Jj => {
                fs::create_dir(here.join(".jj")).unwrap();
                (here.join(".jj"), None)
            }
            Begins::Worktree { is_relative } => {
                let above =
                    if is_relative { "../".repeat(depth) } else { format!("{}/", at.display()) };
                let pointer = format!("{above}.main-{name}/.git/worktrees/{name}");
                (at.join(format!(".main-{name}/.git")), Some(pointer))
            }
            Begins::Submodule => {
                let pointer = format!("{}.git/modules/{name}", "../".repeat(depth));
                (at.join(format!(".git/modules/{name}")), Some(pointer))
            }
            Begins::Nothing => (here.clone(), None),
        };
        if !matches!(begins, Begins::Nothing | Begins::Jj) {
            let worktree = (begins == Begins::Submodule).then_some(&*here);
            repository(&common, ignores_case, lists.get("exclude"), worktree, texts);
        }
        if let Some(pointer) = pointer {
            texts.put(format!("gitdir: {pointer}\n").as_bytes(), &here.join(".git"));
            if begins != Begins::Submodule {
                let of_worktree = common.join("worktrees").join(&name);
                fs::create_dir_all(&of_worktree).unwrap();
                let back = format!("{}/.git\n", here.display());
                for (file, text) in [("HEAD", HEAD), ("commondir", "../..\n"), ("gitdir", &back)] {
                    texts.put(text.as_bytes(), &of_worktree.join(file));
                }
            }
        }
        self.dirs.push(Dir { path: path.clone(), begins, ignores_case, lists });
        let mut names: Vec<&str> = vec![];
        for _ in 0..2 + dice.below(5) {
            let name = dice.name();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let Stock { dice, texts, .. } = stock;
            if depth < 4 && self.dirs.len() < 20 && dice.percent(35) {
                self.grow(stock, at, format!("{path}{name}/"), depth + 1, (is_odd, has_others));
            } else {
                texts.put(b"", &here.join(name));
            }
        }
    }

    /// The directories that a path lies in, from the nearest up, and are not above `from`.
    fn above<'t>(&'t self, path: &'t str, from: &'t str) -> impl Iterator<Item = &'t Dir> {
        self.dirs
            .iter()
            .rev()
            .filter(move |dir| path.starts_with(&dir.path) && dir.path.starts_with(from))
    }

    /// Those below the searched directory.
    fn below_searched<'t>(&'t self, path: &'t str) -> impl Iterator<Item = &'t Dir> {
        self.above(path, &self.searched).filter(|dir| dir.path != self.searched)
    }

    /// Why git's list may differ in a path. `lists_nothing`: it has none of the files of the grant.
    fn reason_of_git(&self, path: &str, is_ours: bool, is_ignored_itself: bool) -> Option<Reason> {
        let is_git = |dir: &Dir| !matches!(dir.begins, Begins::Nothing | Begins::Jj);
        if is_ours && self.below_searched(path).any(is_git) {
            return Some(Reason::GitNested);
        }
        if is_ours && is_ignored_itself {
            return Some(Reason::GitIgnoredItself);
        }
        if self
            .above(path, "")
            .any(|d| d.lists.contains_key(".ignore") || d.lists.contains_key(".rgignore"))
        {
            return Some(Reason::GitOtherFiles);
        }
        if self.lies_outside(path) {
            return Some(Reason::Outside);
        }
        let nearest = self.above(path, "").find(|dir| dir.begins != Begins::Nothing);
        nearest.is_some_and(|dir| dir.begins == Begins::Jj).then_some(Reason::GitJj)
    }

    /// Does a path lie in a worktree or submodule whose repository has rules, and is neither in the grant nor that
    /// of the granted directory? All these repositories lie at the top.
    fn lies_outside(&self, path: &str) -> bool {
        !self.grant.is_empty()
            && self.above(path, &self.grant).filter(|dir| dir.path != self.grant).any(|dir| {
                matches!(dir.begins, Begins::Worktree { .. } | Begins::Submodule)
                    && (dir.ignores_case || dir.lists.contains_key("exclude"))
            })
    }

    fn reason_of_rg(&self, path: &str, is_ours: bool, global: &[u8]) -> Option<Reason> {
        let is_worktree = |dir: &Dir| matches!(dir.begins, Begins::Worktree { .. });
        if !is_ours && self.below_searched(path).any(is_worktree) {
            return Some(Reason::RgWorktree);
        }
        let lists = self.above(path, "").flat_map(|dir| dir.lists.values());
        if lists.map(Vec::as_slice).chain([global]).any(is_read_otherwise) {
            return Some(Reason::RgRule);
        }
        if self.lies_outside(path) {
            return Some(Reason::Outside);
        }
        // Any of those on the way may keep a directory from being searched.
        let reason = self.above(path, "").find_map(|repository| match repository.begins {
            Begins::Nothing | Begins::Jj => None,
            _ if repository.ignores_case => Some(Reason::RgCase),
            Begins::Worktree { is_relative: true } => Some(Reason::RgRelative),
            Begins::Submodule if repository.lists.contains_key("exclude") => {
                Some(Reason::RgSubmodule)
            }
            _ => None,
        });
        reason.or_else(|| is_anchored(global).then_some(Reason::RgGlobal))
    }
}

/// Makes the few files that git takes for a repository.
fn repository(
    at: &Path,
    ignores_case: bool,
    exclude: Option<&Vec<u8>>,
    worktree: Option<&Path>,
    texts: &mut Texts,
) {
    fs::create_dir_all(at).unwrap();
    let mut config = format!("[core]\n\tignorecase = {ignores_case}\n");
    if let Some(worktree) = worktree {
        config += &format!("\tworktree = \"{}\"\n", worktree.display());
    }
    for (file, text) in [("objects", ""), ("refs", ""), ("HEAD", HEAD), ("config", &config)] {
        texts.put(text.as_bytes(), &at.join(file));
    }
    if let Some(text) = exclude {
        fs::create_dir(at.join("info")).unwrap();
        texts.put(text, &at.join("info/exclude"));
    }
}

/// Does a list have a rule that ripgrep does not read as git does?
fn is_read_otherwise(list: &[u8]) -> bool {
    let has = |part: &[u8]| list.windows(part.len()).any(|window| window == part);
    [
        &b"{"[..],
        b"[:",
        b"\t",
        b"\0",
        b"***",
        b"\\]x]",
        b"\\ ",
        b"a**",
        b"[!]",
        b"[a\n",
        b"[a/",
        b"b\\",
    ]
    .into_iter()
    .any(has)
        || std::str::from_utf8(list).is_err()
}

/// Does a list have a rule that is about one place?
fn is_anchored(list: &[u8]) -> bool {
    list.split(|byte| *byte == b'\n').any(|line| {
        let line = line.trim_ascii();
        line.strip_suffix(b"/").unwrap_or(line).contains(&b'/')
    })
}

/// What a program lists in a directory, each path ending in a zero byte; directories are left out.
fn listed(command: &mut Command, at: &Path) -> Option<BTreeSet<String>> {
    let output = command.current_dir(at).output().unwrap();
    let paths = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let paths = paths.map(|path| String::from_utf8(path.to_vec()).unwrap());
    let is_searched = |path: &String| {
        let names =
            ["/.git", "/.jj"].iter().any(|name| format!("/{path}/").contains(&format!("{name}/")));
        !path.ends_with('/') && !names
    };
    // ripgrep ends with 1 if it lists nothing, git with 128 outside repositories.
    (output.status.code() != Some(128)).then(|| paths.filter(is_searched).collect())
}

fn git(home: &Path) -> Command {
    let mut command = Command::new("git");
    command.env_clear().env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command
}

/// What the trees of a thread came to.
#[derive(Default)]
struct Outcome {
    faults: Vec<String>,
    reasons: BTreeMap<Reason, usize>,
    /// Lists that were compared with git and with ripgrep, and those that were equal.
    compared: [usize; 2],
    equal: [usize; 2],
    files: usize,
}

/// Makes trees and compares them.
fn compare(seed: u64, trees: u64) -> Outcome {
    let mut outcome = Outcome::default();
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    // What is left over of a seed that is small.
    dice.below(2);
    let home = TempDir::new().unwrap();
    let global = dice.list(dice.0.is_multiple_of(4));
    if dice.percent(50) {
        fs::write(home.path().join("list"), &global).unwrap();
        fs::write(home.path().join(".gitconfig"), "[core]\n\texcludesFile = ~/list\n").unwrap();
    } else {
        fs::create_dir_all(home.path().join(".config/git")).unwrap();
        fs::write(home.path().join(".config/git/ignore"), &global).unwrap();
    }
    let temp = TempDir::new().unwrap();
    let base = fs::canonicalize(temp.path()).unwrap();
    let lists = [false, true].map(|is_odd| (0..100).map(|_| dice.list(is_odd)).collect());
    let mut stock = Stock { dice, texts: Texts::default(), lists };
    let all: Vec<Tree> =
        (0..trees).map(|n| Tree::new(&mut stock, &base.join(n.to_string()))).collect();
    let granted = |n: usize| base.join(n.to_string()).join(&all[n].grant);
    let place = |n: usize| base.join(n.to_string()).join(&all[n].searched);
    let specs: Vec<String> =
        (0..all.len()).map(|n| format!("g{n}={}:ro", granted(n).display())).collect();
    let arguments: Vec<&str> = specs.iter().flat_map(|spec| ["--allow", spec]).collect();
    let mut command = preopen(&arguments);
    command.env("HOME", home.path()).env("GIT_CONFIG_NOSYSTEM", "1");
    let mut client = Client::spawn(command, Era::Modern, Without::Nothing);
    for (n, tree) in all.iter().enumerate() {
        let prefix = format!("g{n}/{}", tree.searched.strip_prefix(&tree.grant).unwrap());
        let arguments = json!({"pattern": "**", "type": "file", "path": prefix, "limit": 1000});
        let answer = client.call("search_files", &arguments);
        assert_eq!(answer.code(), "ok", "{answer:?}");
        let ours: BTreeSet<String> = answer
            .text
            .lines()
            .filter_map(|line| line.strip_prefix(&prefix))
            .map(Into::into)
            .collect();
        outcome.files += ours.len();
        let of_git = ["ls-files", "-z", "--others", "--cached", "--exclude-standard"];
        let of_git = listed(git(home.path()).args(of_git), &place(n));
        let of_rg = listed(ripgrep(home.path()).args(["--files", "--hidden", "-0"]), &place(n));
        for (which, theirs) in [of_git, of_rg].into_iter().enumerate() {
            let Some(theirs) = theirs else { continue };
            outcome.compared[which] += 1;
            outcome.equal[which] += usize::from(ours == theirs);
            let is_ignored_itself = which == 0 && theirs.is_empty() && !ours.is_empty() && {
                let mut git = git(home.path());
                git.args(["check-ignore", "-q", "."])
                    .current_dir(place(n))
                    .status()
                    .unwrap()
                    .success()
            };
            for path in ours.symmetric_difference(&theirs) {
                let (whole, is_ours) = (format!("{}{path}", tree.searched), ours.contains(path));
                let reason = match which {
                    0 => tree.reason_of_git(&whole, is_ours, is_ignored_itself),
                    _ => tree.reason_of_rg(&whole, is_ours, &global),
                };
                let Some(reason) = reason else {
                    let (who, whose) =
                        (["git", "rg"][which], if is_ours { "ours" } else { "theirs" });
                    outcome
                        .faults
                        .push(format!("seed {seed}, tree {n}: {who}: {whole:?} is only {whose}"));
                    continue;
                };
                *outcome.reasons.entry(reason).or_default() += 1;
            }
        }
    }
    if std::env::var_os("IGNORE_KEEP").is_some() {
        println!("seed {seed} is kept in {} and {}", temp.keep().display(), home.keep().display());
    }
    outcome
}

#[test]
fn files_of_random_trees_are_those_of_git_and_ripgrep() {
    let number =
        |name: &str, or| std::env::var(name).map_or(or, |said: String| said.parse().unwrap());
    let (trees, first) = (number("IGNORE_TREES", TREES), number("IGNORE_SEED", 1));
    let seeds: Vec<u64> = (first..first + trees.div_ceil(BATCH)).collect();
    let next = std::sync::Mutex::new(seeds.into_iter());
    let work = || {
        let mut outcomes = vec![];
        loop {
            let Some(seed) = next.lock().unwrap().next() else { return outcomes };
            outcomes.push(compare(seed, BATCH.min(trees)));
        }
    };
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut all = Outcome::default();
    for outcome in outcomes {
        all.faults.extend(outcome.faults);
        all.files += outcome.files;
        for (reason, count) in outcome.reasons {
            *all.reasons.entry(reason).or_default() += count;
        }
        for which in 0..2 {
            all.compared[which] += outcome.compared[which];
            all.equal[which] += outcome.equal[which];
        }
    }
    let Outcome { faults, reasons, compared, equal, files } = all;
    println!(
        "{trees} trees, {files} files; compared with git, ripgrep: {compared:?}, equal: {equal:?}; {reasons:?}"
    );
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults[..faults.len().min(20)].join("\n")
    );
    if trees >= TREES {
        let unseen: Vec<_> =
            REASONS.iter().filter(|reason| !reasons.contains_key(reason)).collect();
        assert!(unseen.is_empty(), "no tree had {unseen:?}");
        // Most are equal, or the comparison would say little.
        assert!(equal[0] * 2 > compared[0] && equal[1] * 2 > compared[1] && files > 3_000);
    }
}
