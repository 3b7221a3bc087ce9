//! Every file system gives the same promise, or the answer is a sentence that is true: what this kernel mounts, and drives
//! that lack one property each. `dev/run other-filesystems` takes the same checks to a kernel with vfat, 9p and `casefold`.

use std::any::Any;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use serde_json::{Value, json};

use crate::common::{
    Answer, Client, Drive, Era, Manners, Mounted, Sandbox, Traced, Without, may_trace, tree,
};

/// What a file system can do, as it shows when it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
struct Traits {
    has_no_replace: bool,
    has_hard_links: bool,
    has_links: bool,
    ignores_case: bool,
    refuses_colons: bool,
}

impl Traits {
    fn of(at: &Path) -> Self {
        let at = |name: &str| at.join(name);
        std::fs::write(at("probe"), "probe").unwrap();
        let renamed = renameat_with(CWD, at("probe"), CWD, at("other"), RenameFlags::NOREPLACE);
        assert!(matches!(renamed, Ok(()) | Err(Errno::INVAL)), "{renamed:?}");
        let is = if renamed.is_ok() { at("other") } else { at("probe") };
        let traits = Self {
            has_no_replace: renamed.is_ok(),
            has_hard_links: std::fs::hard_link(&is, at("twin")).is_ok(),
            has_links: symlink("nowhere", at("link")).is_ok(),
            ignores_case: is.with_file_name(is.file_name().unwrap().to_ascii_uppercase()).exists(),
            refuses_colons: std::fs::create_dir(at("a:b")).is_err(),
        };
        for name in ["probe", "other", "twin", "link"] {
            let _ = std::fs::remove_file(at(name));
        }
        let _ = std::fs::remove_dir(at("a:b"));
        traits
    }

    /// Can nothing be replaced when a file gets a name?
    fn promises(self) -> bool {
        self.has_no_replace || self.has_hard_links
    }
}

fn has(names: &str) -> Traits {
    let has = |name: &str| names.split(' ').any(|one| one == name);
    Traits {
        has_no_replace: has("no-replace"),
        has_hard_links: has("hard-links"),
        has_links: has("links"),
        ignores_case: has("ignores-case"),
        refuses_colons: has("refuses-colons"),
    }
}

/// A directory on a file system, which is mounted for as long as this is kept.
struct Place {
    name: String,
    sandbox: Sandbox,
    _mounted: Vec<Box<dyn Any>>,
    /// The traits that it is mounted for; none where they are what they are.
    wanted: Option<Traits>,
    /// Where to start, where it is not the directory `at` of the sandbox.
    elsewhere: Option<PathBuf>,
}

impl Place {
    fn new(name: &str, sandbox: Sandbox, mounted: Vec<Box<dyn Any>>, wanted: &str) -> Self {
        let wanted = Some(has(wanted));
        Self { name: name.into(), sandbox, _mounted: mounted, wanted, elsewhere: None }
    }

    fn elsewhere(at: &str) -> Self {
        // Tests run side by side.
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let (name, sandbox) = (at.to_owned(), Sandbox::new());
        let at = Path::new(at).join(NEXT.fetch_add(1, Ordering::SeqCst).to_string());
        std::fs::create_dir(&at).unwrap();
        Self { name, sandbox, _mounted: vec![], wanted: None, elsewhere: Some(at) }
    }

    fn at(&self) -> PathBuf {
        self.elsewhere.clone().unwrap_or_else(|| self.sandbox.path("at"))
    }

    fn start(&self) -> Client {
        let spec = format!("grant={}:rwd", self.at().display());
        Client::start(&["--allow", &spec], Era::Modern)
    }
}

const DISK: &str = "no-replace hard-links links";

/// What this kernel mounts for this user. What is missing is said, and missed where it has to be there.
fn places() -> Vec<Place> {
    // Directories on other file systems, for `dev/run other-filesystems`: those, and no others.
    if let Ok(all) = std::env::var("FILESYSTEMS_AT") {
        return all.split_whitespace().map(Place::elsewhere).collect();
    }
    let mut places = vec![];
    if Sandbox::may_mount() {
        for (name, bytes, make) in [
            ("ext4", 16 << 20, &["mkfs.ext4", "-q", "-F"][..]),
            ("xfs", 320 << 20, &["mkfs.xfs", "-q", "-f"]),
            ("btrfs", 128 << 20, &["mkfs.btrfs", "-q", "-f"]),
            ("vfat", 16 << 20, &["mkfs.vfat"]),
        ] {
            let sandbox = Sandbox::new();
            match Mounted::image(&sandbox, "at", bytes, make) {
                Some(mounted) => {
                    let mut place = Place::new(name, sandbox, vec![Box::new(mounted)], DISK);
                    place.wanted = place.wanted.filter(|_| name != "vfat");
                    places.push(place);
                }
                None => missing(name, false),
            }
        }
        let sandbox = Sandbox::new();
        match Mounted::by(&sandbox, "at", 8 << 20, &["mkntfs", "-F", "-Q", "-q"], "ntfs-3g") {
            Some(mounted) => {
                let mounted: Vec<Box<dyn Any>> = vec![Box::new(mounted)];
                places.push(Place::new("ntfs-3g", sandbox, mounted, "hard-links links"));
            }
            None => missing("ntfs-3g", false),
        }
        let sandbox = Sandbox::new();
        let mounted = Mounted::tmpfs(&sandbox, "at", "size=8m");
        places.push(Place::new("tmpfs", sandbox, vec![Box::new(mounted)], DISK));
        for lower_is_memory in [false, true] {
            let name = if lower_is_memory { "overlay of two disks" } else { "overlay" };
            match overlay(lower_is_memory, Sandbox::new().dir("lower")) {
                Some((sandbox, mounted)) => places.push(Place::new(name, sandbox, mounted, DISK)),
                None => missing(name, true),
            }
        }
    } else {
        missing("what is mounted", false);
    }
    for (name, manners, wanted) in [
        ("a drive", Manners::OF_A_DISK, DISK),
        (
            "a drive without RENAME_NOREPLACE",
            Manners { has_no_replace: false, ..Manners::OF_A_DISK },
            "hard-links links",
        ),
        (
            "a drive without hard links",
            Manners { has_hard_links: false, ..Manners::OF_A_DISK },
            "no-replace links",
        ),
        (
            "a drive without either",
            Manners { has_no_replace: false, has_hard_links: false, ..Manners::OF_A_DISK },
            "links",
        ),
        (
            "a drive that ignores case",
            Manners { ignores_case: true, ..Manners::OF_A_DISK },
            "no-replace hard-links links ignores-case",
        ),
        (
            "a drive like WSL's",
            Manners {
                ignores_case: true,
                has_no_replace: false,
                refuses_colons: true,
                finds_no_colons: true,
                ..Manners::OF_A_DISK
            },
            "hard-links links ignores-case refuses-colons",
        ),
        (
            "a drive that refuses names",
            Manners { refuses_colons: true, has_hard_links: false, ..Manners::OF_A_DISK },
            "no-replace links refuses-colons",
        ),
    ] {
        let sandbox = Sandbox::new();
        match Drive::mount(&sandbox, "at", manners) {
            Some(drive) => places.push(Place::new(name, sandbox, vec![Box::new(drive)], wanted)),
            None => missing(name, true),
        }
    }
    places
}

/// Says what is not run. A machine that tests every change has to have what any kernel has.
fn missing(name: &str, is_everywhere: bool) {
    let must_be_there = is_everywhere
        && Sandbox::may_mount()
        && std::env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(!must_be_there, "{name} cannot be mounted");
    eprintln!("not run on {name}: it cannot be mounted here");
}

fn overlay(lower_is_memory: bool, sandbox: Sandbox) -> Option<(Sandbox, Vec<Box<dyn Any>>)> {
    let mut mounted: Vec<Box<dyn Any>> = vec![];
    if lower_is_memory {
        let kept: Vec<_> = tree(&sandbox, "lower");
        mounted.push(Box::new(Mounted::tmpfs(&sandbox, "lower", "size=64m")));
        for (path, text) in kept {
            std::fs::write(sandbox.path("lower").join(path), text).unwrap();
        }
    }
    let overlay = Mounted::overlay(&sandbox, "at", "lower", "upper")?;
    // What lies on others is unmounted first.
    mounted.insert(0, Box::new(overlay));
    Some((sandbox, mounted))
}

fn way(from: &str, to: &str) -> Value {
    json!({"source": from, "destination": to})
}

fn all_below(at: &Path) -> Vec<(String, String)> {
    let (mut all, mut todo) = (vec![], vec![at.to_owned()]);
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let text = match () {
                () if kind.is_dir() => "/".into(),
                () if kind.is_symlink() => "->".into(),
                () => std::fs::read_to_string(&path).unwrap(),
            };
            all.push((path.strip_prefix(at).unwrap().to_str().unwrap().to_owned(), text));
            if kind.is_dir() {
                todo.push(path);
            }
        }
    }
    all.sort();
    all
}

fn version(client: &mut Client, path: &str) -> String {
    // A client of tests puts a `V` in place of a version.
    let read = json!({"name": "read_text_file", "arguments": {"path": path}});
    let read = client.request("tools/call", read)["result"]["content"][0]["text"].to_string();
    let (_, version) = read.rsplit_once("version ").unwrap_or_else(|| panic!("{read}"));
    version.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// A directory on the place for one test, with `a`, and `d` with `in` and `sub/in` in it.
fn fill(at: &Path) {
    for directory in std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
        if directory.file_name().unwrap() != "lost+found" {
            if directory.is_dir() {
                std::fs::remove_dir_all(directory).unwrap();
            } else {
                std::fs::remove_file(directory).unwrap();
            }
        }
    }
    std::fs::create_dir_all(at.join("d/sub")).unwrap();
    for (path, text) in [("a", "one\ntwo\n"), ("d/in", "in"), ("d/sub/in", "in too")] {
        std::fs::write(at.join(path), text).unwrap();
    }
}

/// Does the call need a new name for a file, which nothing may have?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Promise,
    Nothing,
}

fn changes() -> Vec<(&'static str, Value, &'static str, Takes)> {
    use Takes::{Nothing, Promise};
    let write = |path: &str, mode: &str| json!({"path": path, "content": "new\n", "mode": mode});
    let edits = json!({"path": "a", "edits": [{"old_text": "two", "new_text": "2"}]});
    let over = |from: &str, to: &str| json!({"source": from, "destination": to, "overwrite": true});
    vec![
        ("write_file", write("w", "overwrite"), "ok", Nothing),
        ("write_file", write("w", "overwrite"), "ok", Nothing),
        ("edit_file", edits, "ok", Nothing),
        ("write_file", write("a", "append"), "ok", Nothing),
        ("write_file", write("fresh", "append"), "ok", Promise),
        ("write_file", write("x/y/created", "create"), "ok", Promise),
        ("write_file", write("a", "create"), "already_exists", Nothing),
        ("create_directory", json!({"path": "n/m"}), "ok", Nothing),
        ("copy_file", way("a", "x/copy"), "ok", Promise),
        ("copy_file", way("a", "w"), "already_exists", Nothing),
        ("copy_file", way("d", "n/d"), "ok", Nothing),
        ("copy_file", way("d", "n/d"), "already_exists", Nothing),
        ("copy_file", way("d", "a"), "already_exists", Nothing),
        ("move_file", way("a", "n/a"), "ok", Promise),
        ("move_file", way("w", "d/in"), "already_exists", Nothing),
        ("move_file", way("n/d", "e"), "ok", Nothing),
        ("move_file", way("d", "e"), "already_exists", Nothing),
        ("move_file", over("w", "d/in"), "ok", Nothing),
        ("move_file", over("d/in", "d/over"), "ok", Nothing),
        ("delete_file", json!({"path": "d/over"}), "ok", Nothing),
        ("delete_file", json!({"path": "e", "recursive": true}), "ok", Nothing),
    ]
}

#[test]
fn every_change_is_made_on_every_file_system_or_the_answer_says_why_not() {
    for place in places() {
        let (at, name) = (place.at(), &place.name);
        let traits = Traits::of(&at);
        assert_eq!(traits, place.wanted.unwrap_or(traits), "{name}");
        fill(&at);
        let mut client = place.start();
        for (tool, arguments, code, takes) in changes() {
            let before = all_below(&at);
            let answer = client.call(tool, &arguments);
            let shown = format!("{name}: {tool} {arguments}: {answer:?}");
            let after = all_below(&at);
            assert!(after.iter().all(|(name, _)| !name.contains(".preopen-")), "{shown} {after:?}");
            if takes == Takes::Promise && !traits.promises() {
                assert_eq!(answer.code(), "os_error", "{shown}");
                assert!(answer.text.contains("cannot promise that nothing is replaced"), "{shown}");
                assert!(!answer.text.contains("overwrite"), "it drives nobody to replace: {shown}");
                assert_eq!(after, before, "{shown}");
                continue;
            }
            assert_eq!(answer.code(), code, "{shown}");
            assert_eq!(
                after == before,
                code != "ok" || before == after && tool == "write_file",
                "{shown}"
            );
        }
        let is = all_below(&at);
        let text = |path: &str| is.iter().find(|(is, _)| is == path).map(|(_, text)| text.as_str());
        if traits.promises() {
            assert_eq!(text("n/a"), Some("one\n2\nnew\n"), "{name}: {is:?}");
            for path in ["fresh", "x/y/created"] {
                assert_eq!(text(path), Some("new\n"), "{name}: {is:?}");
            }
            assert_eq!(text("x/copy"), Some("one\n2\nnew\n"), "{name}: {is:?}");
        } else {
            assert_eq!(text("a"), Some("one\n2\nnew\n"), "{name}: {is:?}");
        }
        assert_eq!(text("d/sub/in"), Some("in too"), "{name}: {is:?}");
        if traits.has_links && traits.promises() {
            symlink("nowhere", at.join("link")).unwrap();
            assert_eq!(client.call("move_file", &way("link", "other")).code(), "ok", "{name}");
            assert_eq!(
                std::fs::read_link(at.join("other")).unwrap(),
                Path::new("nowhere"),
                "{name}"
            );
            assert!(!at.join("link").is_symlink(), "{name}");
        }
    }
}

#[test]
fn a_guard_lets_through_what_nobody_changed_and_nothing_else() {
    for place in places() {
        let (at, name) = (place.at(), &place.name);
        fill(&at);
        let mut client = place.start();
        let first = version(&mut client, "a");
        let guarded =
            |version: &str| json!({"path": "a", "content": "mine\n", "if_match": version});
        assert_eq!(client.call("write_file", &guarded(&first)).code(), "ok", "{name}");
        assert_eq!(client.call("write_file", &guarded(&first)).code(), "stale", "{name}");
        let second = version(&mut client, "a");
        // Somebody else: as many bytes, and the same time.
        let modified = std::fs::metadata(at.join("a")).unwrap().modified().unwrap();
        std::fs::write(at.join("a"), "ours\n").unwrap();
        let file = std::fs::File::options().write(true).open(at.join("a")).unwrap();
        file.set_modified(modified).unwrap();
        let edits = json!([{"old_text": "ours", "new_text": "mine"}]);
        let edit = json!({"path": "a", "edits": edits, "if_match": second});
        let delete = json!({"path": "a", "if_match": second});
        for (tool, arguments) in
            [("write_file", guarded(&second)), ("edit_file", edit), ("delete_file", delete)]
        {
            let answer = client.call(tool, &arguments);
            assert_eq!(answer.code(), "stale", "{name}: {tool}: {answer:?}");
        }
        assert_eq!(std::fs::read_to_string(at.join("a")).unwrap(), "ours\n", "{name}");
        let third = version(&mut client, "a");
        let answer = client.call("delete_file", &json!({"path": "a", "if_match": third}));
        assert_eq!(answer.code(), "ok", "{name}: {answer:?}");
    }
}

#[test]
fn the_first_change_of_a_file_of_a_lower_layer_is_made() {
    if !Sandbox::may_mount() {
        return missing("overlay", true);
    }
    let large = "x".repeat(17 << 20);
    for lower_is_memory in [false, true] {
        let sandbox = Sandbox::new()
            .file("lower/edit", "one\ntwo\n")
            .file("lower/guarded", "one\n")
            .file("lower/guarded-edit", "one\n")
            .file("lower/append", "one\n")
            .file("lower/moved", "one\n")
            .file("lower/gone", "one\n")
            .file("lower/theirs", "one\n")
            .file("lower/in-place", "one\n")
            .file("lower/large", &large);
        let Some((sandbox, _mounted)) = overlay(lower_is_memory, sandbox) else {
            return missing("overlay", true);
        };
        let spec = sandbox.spec("at", "rwd");
        let mut client = Client::start(&["--in-place", "--allow", &spec], Era::Modern);
        let edits = |to: &str| json!([{"old_text": "one", "new_text": to}]);
        let of = |version: String, path: &str| json!({"path": path, "if_match": version});
        let with = |mut arguments: Value, name: &str, value: Value| {
            arguments[name] = value;
            arguments
        };
        let guarded = of(version(&mut client, "guarded"), "guarded");
        let edited = of(version(&mut client, "guarded-edit"), "guarded-edit");
        let gone = of(version(&mut client, "gone"), "gone");
        let whole = of(version(&mut client, "large"), "large");
        let in_place = of(version(&mut client, "in-place"), "in-place");
        let in_place = with(with(in_place, "content", json!("2\n")), "mode", json!("in_place"));
        for (tool, arguments) in [
            ("edit_file", json!({"path": "edit", "edits": edits("1")})),
            ("write_file", with(guarded, "content", json!("mine\n"))),
            ("edit_file", with(edited, "edits", edits("1"))),
            ("write_file", json!({"path": "append", "content": "two\n", "mode": "append"})),
            ("move_file", way("moved", "there")),
            ("delete_file", gone),
            ("write_file", with(whole, "content", json!("small\n"))),
            ("write_file", in_place),
        ] {
            let answer = client.call(tool, &arguments);
            assert_eq!(answer.code(), "ok", "{tool} {arguments}: {answer:?}");
        }
        for (path, text) in [
            ("edit", "1\ntwo\n"),
            ("guarded", "mine\n"),
            ("guarded-edit", "1\n"),
            ("append", "one\ntwo\n"),
            ("there", "one\n"),
            ("large", "small\n"),
            ("in-place", "2\n"),
        ] {
            let is = std::fs::read_to_string(sandbox.path("at").join(path)).unwrap();
            assert_eq!(is, text, "{path}");
        }
        assert!(!sandbox.path("at/gone").exists());
        // What somebody else changed, and had copied up, stays.
        let theirs = of(version(&mut client, "theirs"), "theirs");
        std::fs::write(sandbox.path("at/theirs"), "two\n").unwrap();
        let answer = client.call("edit_file", &with(theirs, "edits", edits("1")));
        assert_eq!(answer.code(), "stale", "{answer:?}");
        assert_eq!(std::fs::read_to_string(sandbox.path("lower/edit")).unwrap(), "one\ntwo\n");
    }
}

#[test]
fn rename_can_change_only_the_case() {
    let mut is_any_lax = false;
    for place in places() {
        let (at, name) = (place.at(), &place.name);
        let traits = Traits::of(&at);
        fill(&at);
        if !traits.promises() {
            continue;
        }
        is_any_lax |= traits.ignores_case;
        std::fs::write(at.join("readme.md"), "text").unwrap();
        let mut client = place.start();
        for (from, to) in
            [("readme.md", "README.md"), ("README.md", "ReadMe.md"), ("d/sub", "d/Sub"), ("d", "D")]
        {
            let answer = client.call("move_file", &way(from, to));
            assert_eq!(answer.code(), "ok", "{name}: {from} {to}: {answer:?}");
        }
        let is: Vec<String> = all_below(&at).into_iter().map(|(path, _)| path).collect();
        for path in ["ReadMe.md", "D/Sub/in", "D/in"] {
            assert!(is.iter().any(|is| is == path), "{name}: {is:?}");
        }
        assert_eq!(is.iter().filter(|is| *is != "lost+found").count(), 6, "{name}: {is:?}");
        if traits.ignores_case {
            let copied = client.call("copy_file", &way("ReadMe.md", "readme.md"));
            assert!(["bad_args", "bad_path"].contains(&copied.code()), "{name}: {copied:?}");
            let over = json!({"source": "ReadMe.md", "destination": "a"});
            assert_eq!(client.call("move_file", &over).code(), "already_exists", "{name}");
        } else if traits.has_hard_links {
            std::fs::hard_link(at.join("ReadMe.md"), at.join("readme.md")).unwrap();
            let answer = client.call("move_file", &way("ReadMe.md", "readme.md"));
            assert_eq!(answer.code(), "bad_args", "{name}: two names of one file: {answer:?}");
        }
    }
    if !is_any_lax {
        missing("a file system that ignores case", true);
    }
}

#[test]
fn a_name_that_the_file_system_refuses_is_named() {
    let mut is_any_refused = false;
    for place in places() {
        let (at, name) = (place.at(), &place.name);
        let traits = Traits::of(&at);
        fill(&at);
        let mut client = place.start();
        let over = json!({"source": "a", "destination": "a:b", "overwrite": true});
        for (tool, arguments, takes_promise) in [
            ("create_directory", json!({"path": "a:b"}), false),
            ("create_directory", json!({"path": "a:b/c"}), false),
            ("write_file", json!({"path": "a:b", "content": "new"}), false),
            ("write_file", json!({"path": "a:b/c", "content": "new"}), false),
            ("write_file", json!({"path": "a:b", "content": "new", "mode": "create"}), true),
            ("write_file", json!({"path": "a:b", "content": "new", "mode": "append"}), true),
            ("copy_file", way("a", "a:b"), true),
            ("copy_file", way("d", "a:b"), false),
            ("move_file", way("a", "a:b"), true),
            ("move_file", way("d", "a:b"), false),
            ("move_file", over, false),
        ] {
            if !traits.refuses_colons {
                break;
            }
            is_any_refused = true;
            let read = client.call("read_text_file", &json!({"path": "a:b"}));
            assert_eq!(read.code(), "not_found", "{name}: {read:?}");
            let before = all_below(&at);
            let answer = client.call(tool, &arguments);
            let shown = format!("{name}: {tool} {arguments}: {answer:?}");
            if !takes_promise || traits.promises() {
                assert_eq!(answer.code(), "bad_path", "{shown}");
                assert!(
                    answer.text.contains("the file system does not take this name: `a:b`"),
                    "{shown}"
                );
            }
            assert_eq!(all_below(&at), before, "{shown}");
        }
    }
    if !is_any_refused {
        missing("a file system that refuses names", true);
    }
}

fn read_only_says(answer: &Answer) -> bool {
    answer.code() == "os_denied" && answer.text.contains("is mounted read only")
}

#[test]
fn what_is_mounted_read_only_is_called_so() {
    if !Sandbox::may_mount() {
        return missing("a read-only mount", true);
    }
    let sandbox = Sandbox::new().file("at/a", "one\n").file("at/d/in", "in").file("rw/b", "b");
    let mounted = Mounted::on_itself(&sandbox, "at");
    mounted.remount("remount,bind,ro");
    let specs = [sandbox.spec("at", "rwd"), sandbox.spec("rw", "rwd")];
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    let edits = json!([{"old_text": "one", "new_text": "1"}]);
    for (tool, arguments) in [
        ("write_file", json!({"path": "at/a", "content": "x"})),
        ("write_file", json!({"path": "at/new", "content": "x"})),
        ("write_file", json!({"path": "at/new/deep", "content": "x"})),
        ("write_file", json!({"path": "at/a", "content": "x", "mode": "append"})),
        ("edit_file", json!({"path": "at/a", "edits": edits})),
        ("create_directory", json!({"path": "at/new"})),
        ("copy_file", way("rw/b", "at/b")),
        ("copy_file", way("at/d", "at/e")),
        ("move_file", way("rw/b", "at/b")),
        ("move_file", way("at/a", "at/b")),
        ("move_file", way("at/d", "at/e")),
        ("delete_file", json!({"path": "at/a"})),
        ("delete_file", json!({"path": "at/d", "recursive": true})),
    ] {
        let answer = client.call(tool, &arguments);
        assert!(read_only_says(&answer), "{tool} {arguments}: {answer:?}");
    }
    for (path, rights) in [
        ("at", "rights: ro (the file system is mounted read only)"),
        ("at/a", "rights: ro (the file system is mounted read only)"),
        ("at/d", "rights: ro (the file system is mounted read only)"),
        ("rw/b", "rights: rwd"),
    ] {
        let info = client.call("get_file_info", &json!({"path": path})).text;
        assert!(info.lines().any(|line| line == rights), "{path}: {info}");
    }
    let listed = client.call("list_allowed_directories", &json!({})).text;
    assert!(listed.contains("at (read only: the file system is mounted read only): "), "{listed}");
    assert!(listed.contains("rw (read, write, delete): "), "{listed}");
}

#[test]
fn a_single_file_that_is_mounted_is_written_in_place_if_that_is_asked_for_and_permitted() {
    if !Sandbox::may_mount() {
        return missing("a file mounted on another", true);
    }
    let sandbox = Sandbox::new().file("host/app.conf", "one\ntwo\nthree\n").file("at/app.conf", "");
    let sandbox = sandbox.file("at/plain", "one\n").hard_link("at/twin", "at/plain");
    let _mounted = Mounted::file(&sandbox, "host/app.conf", "at/app.conf");
    let spec = sandbox.spec("at", "rwd");
    let file = || std::fs::metadata(sandbox.path("at/app.conf")).unwrap().ino();
    let (before, number) = (tree(&sandbox, "host"), file());
    let in_place = json!({"path": "app.conf", "content": "1\n", "mode": "in_place"});
    let edit = |text: &str| {
        let edits = json!([{"old_text": text, "new_text": "a longer line"}]);
        json!({"path": "app.conf", "edits": edits, "in_place": true})
    };
    let mut client = Client::start(&["--allow", &spec], Era::Modern);
    for (tool, arguments) in [("write_file", in_place.clone()), ("edit_file", edit("two"))] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "right_missing", "{tool}: {answer:?}");
        assert!(answer.text.contains("`--in-place`"), "{tool}: {answer:?}");
    }
    assert_eq!(tree(&sandbox, "host"), before);
    let mut client =
        Client::start(&["--in-place", "--sandbox", "require", "--allow", &spec], Era::Modern);
    let first = version(&mut client, "app.conf");
    for (tool, arguments, text) in [
        ("edit_file", edit("two"), "one\na longer line\nthree\n"),
        ("write_file", in_place.clone(), "1\n"),
        ("write_file", json!({"path": "app.conf", "content": "", "mode": "in_place"}), ""),
        (
            "write_file",
            json!({"path": "app.conf", "content": "1\n2\n", "mode": "in_place"}),
            "1\n2\n",
        ),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "ok", "{tool}: {answer:?}");
        assert!(answer.text.contains("in place, which is not atomic"), "{tool}: {answer:?}");
        for path in ["host/app.conf", "at/app.conf"] {
            assert_eq!(std::fs::read_to_string(sandbox.path(path)).unwrap(), text, "{path}");
        }
        assert_eq!(file(), number, "it is the same file");
    }
    for (mut arguments, code) in [
        (json!({"path": "app.conf", "if_match": first}), "stale"),
        (json!({"path": "plain"}), "bad_args"),
        (json!({"path": "new"}), "not_found"),
        (json!({"path": "none/new"}), "not_found"),
    ] {
        (arguments["mode"], arguments["content"]) = (json!("in_place"), json!("x"));
        let answer = client.call("write_file", &arguments);
        assert_eq!(answer.code(), code, "{arguments}: {answer:?}");
    }
    assert_eq!(std::fs::read_to_string(sandbox.path("at/twin")).unwrap(), "one\n");
    assert!(!sandbox.path("at/none").exists());
}

/// Killed between the two steps that stand for one rename: nothing is lost, and the next change takes away what is left.
#[test]
fn a_kill_between_two_names_loses_nothing() {
    if !may_trace() {
        return;
    }
    let create = json!({"path": "new", "content": "new\n", "mode": "create"});
    let kill = |call: &str, nth: u8| format!("inject={call}:error=EIO:signal=KILL:when={nth}");
    for (tool, arguments, killed, left) in [
        ("write_file", create, kill("unlinkat", 1), vec![("a", "old\n"), ("new", "new\n")]),
        ("move_file", way("a", "b"), kill("unlinkat", 1), vec![("a", "old\n"), ("b", "old\n")]),
        ("copy_file", way("d", "e"), kill("renameat", 1), vec![("a", "old\n"), ("e", "/")]),
        ("move_file", way("d", "e"), kill("renameat", 1), vec![("a", "old\n"), ("e", "/")]),
    ] {
        let sandbox = Sandbox::new().file("grant/a", "old\n").file("grant/d/in", "in");
        let spec = sandbox.spec("grant", "rwd");
        let calls = "trace=renameat,renameat2,linkat,unlinkat,mkdirat";
        let strace = ["-e", calls, "-e", "inject=renameat2:error=EINVAL", "-e", &killed];
        let args = ["--allow", &spec];
        let mut traced = Traced::start(&sandbox, &strace, &args, Era::Modern, Without::Nothing);
        traced.client.request("server/discover", json!({}));
        traced.client.send(&crate::common::request(7, tool, &arguments));
        assert_eq!(traced.client.try_receive(), None, "{tool} {arguments}: it is killed");
        let mut client = Client::start(&args, Era::Modern);
        let next = json!({"path": "next", "content": "x"});
        assert_eq!(client.call("write_file", &next).code(), "ok");
        let mut want: Vec<(String, String)> =
            left.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
        for (name, text) in [("d", "/"), ("d/in", "in"), ("next", "x")] {
            want.push((name.into(), text.into()));
        }
        want.sort();
        assert_eq!(tree(&sandbox, "grant"), want, "{tool} {arguments}");
    }
}

/// The audit file is put aside where no rename keeps from replacing something, and what a kill leaves is finished.
#[test]
fn a_full_audit_file_is_put_aside_on_every_file_system_or_the_start_says_why_not() {
    let without = |has_hard_links: bool| {
        let sandbox = Sandbox::new().dir("grant");
        let manners = Manners { has_no_replace: false, has_hard_links, ..Manners::OF_A_DISK };
        let Some(drive) = Drive::mount(&sandbox, "at", manners) else {
            missing("a drive", true);
            return None;
        };
        let log = sandbox.path("at/log");
        std::fs::write(&log, vec![b'\n'; 64 << 20]).unwrap();
        Some((sandbox, drive, log))
    };
    let start = |sandbox: &Sandbox, log: &Path| {
        let spec = sandbox.spec("grant", "ro");
        let mut command =
            crate::common::preopen(&["--audit", log.to_str().unwrap(), "--allow", &spec]);
        command.stdin(std::process::Stdio::null()).output().unwrap()
    };
    let Some((sandbox, _drive, log)) = without(true) else { return };
    let links = || std::fs::metadata(&log).unwrap().nlink();
    for (kept, is_killed) in [("log.1", false), ("log.1", true)] {
        if is_killed {
            std::fs::remove_file(&log).unwrap();
            std::fs::hard_link(log.with_file_name(kept), &log).unwrap();
        }
        let ended = start(&sandbox, &log);
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!((log.with_file_name(kept).exists(), links()), (true, 1));
        assert!(std::fs::metadata(&log).unwrap().len() < 64 << 20, "{is_killed}");
    }
    let Some((sandbox, _drive, log)) = without(false) else { return };
    let ended = start(&sandbox, &log);
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("is full, and cannot be given another name"), "{said}");
    assert_eq!(ended.status.code(), Some(2), "{said}");
}
