//! Any text as `.gitignore` and `.ignore`: what a search leaves out is what the walker of the crate
//! `ignore` leaves out, which ripgrep has. It walks by path; preopen has only its matcher.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use ignore::WalkBuilder;
use preopen::dispatch::Dispatcher;
use preopen::limits::Limits;
use serde_json::json;

use crate::served::{Served, call};

const FILES: [&str; 16] = [
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
    "é",
    "#hash",
];
const DIRS: [&str; 6] = [".git", "build", "build/keep", "sub", "sub/deep", "sub/build"];
const LISTS: [&str; 4] = [".gitignore", "sub/.gitignore", ".ignore", "sub/deep/.ignore"];

/// One tree for all, since it is the lists that differ.
static SERVED: LazyLock<Mutex<(Served, Dispatcher)>> = LazyLock::new(|| {
    let served = Served::new("ro");
    for dir in DIRS {
        std::fs::create_dir(served.at(dir)).unwrap();
    }
    for file in FILES {
        served.put(file, b"");
    }
    let dispatcher = served.dispatcher(Limits::default(), &["search_files"]);
    Mutex::new((served, dispatcher))
});

pub fn run(bytes: &[u8]) {
    let locked = SERVED.lock().unwrap();
    let (served, dispatcher) = &*locked;
    let mut parts = bytes.split(|b| *b == 0);
    for list in LISTS {
        match parts.next() {
            // The other walker takes bytes that are no UTF-8 for the end of the file; git does not.
            Some(text) => served.put(list, String::from_utf8_lossy(text).as_bytes()),
            None => drop(std::fs::remove_file(served.at(list))),
        }
    }
    let answer = call(dispatcher, "search_files", &json!({"pattern": "*", "type": "any"})).unwrap();
    let found: BTreeSet<String> = answer
        .lines()
        .filter(|line| !line.starts_with('[') || line.starts_with("[x]"))
        .map(Into::into)
        .collect();
    assert_eq!(found, walked(served), "{:?}", String::from_utf8_lossy(bytes));
}

/// What the other walker finds, as a search shows it.
fn walked(served: &Served) -> BTreeSet<String> {
    let root = served.at("");
    let mut walk = WalkBuilder::new(&root);
    walk.hidden(false).parents(false).git_global(false);
    let entries = walk.build().map(Result::unwrap).filter(|entry| entry.depth() > 0);
    let shown = entries.map(|entry| {
        let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
        if is_dir { path + "/" } else { path }
    });
    shown.filter(|path| !path.starts_with(".git/")).collect()
}
