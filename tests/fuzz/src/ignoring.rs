//! Any bytes as `.gitignore` and `info/exclude`: a search ignores the same files as git.
//!
//! The target runs git for comparison. `tests/ignoring.rs` compares other ignore files, and where repositories start.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use preopen::dispatch::Dispatcher;
use preopen::limits::Limits;
use serde_json::json;

use crate::served::{Served, call};

const FILES: [&str; 17] = [
    "a",
    "ab",
    "b.txt",
    "build/x",
    "build/keep/y",
    "sub/a",
    "sub/b.rs",
    "sub/deep/a",
    "sub/deep/b.txt",
    "sub/build/x",
    "sp ace",
    "-dash",
    "!bang",
    "[x]",
    "{a,b}",
    "é",
    "#hash",
];
const DIRS: [&str; 9] = [
    ".git",
    ".git/info",
    ".git/objects",
    ".git/refs",
    "build",
    "build/keep",
    "sub",
    "sub/deep",
    "sub/build",
];
const LISTS: [&str; 4] =
    [".gitignore", "sub/.gitignore", ".git/info/exclude", "sub/deep/.gitignore"];

const LONGEST: usize = 4_000;

/// All inputs share one tree, since only the lists differ.
static SERVED: LazyLock<Mutex<(Served, Dispatcher)>> = LazyLock::new(|| {
    let served = Served::new("ro");
    for dir in DIRS {
        std::fs::create_dir(served.at(dir)).unwrap();
    }
    served.put(".git/HEAD", b"ref: refs/heads/main\n");
    for file in FILES {
        served.put(file, b"");
    }
    let dispatcher = served.dispatcher(Limits::default(), &["search_files"]);
    Mutex::new((served, dispatcher))
});

pub fn run(bytes: &[u8]) {
    let locked = SERVED.lock().unwrap();
    let (served, dispatcher) = &*locked;
    // A zero byte ends a line for git, so it cannot separate the lists.
    let mut parts = bytes.split(|b| *b == 1);
    for list in LISTS {
        match parts.next() {
            // preopen cuts longer lists and reports that.
            Some(text) => served.put(list, text.get(..LONGEST).unwrap_or(text)),
            None => {
                let _ = std::fs::remove_file(served.at(list));
            }
        }
    }
    let arguments = json!({"pattern": "*", "type": "file"});
    let answer = call(dispatcher, "search_files", &arguments).unwrap();
    let found: BTreeSet<String> = answer
        .lines()
        .filter(|line| !line.starts_with('[') || line.starts_with("[x]"))
        .map(Into::into)
        .collect();
    assert_eq!(found, listed(served), "{:?}", String::from_utf8_lossy(bytes));
}

/// Returns the files that git lists.
fn listed(served: &Served) -> BTreeSet<String> {
    let mut git = Command::new("git");
    // Both sides also read the global ignore list of the user.
    git.args(["ls-files", "-z", "--others", "--exclude-standard"]);
    let output = git.current_dir(served.at("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let paths = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    paths.map(|path| String::from_utf8(path.to_vec()).unwrap()).collect()
}
