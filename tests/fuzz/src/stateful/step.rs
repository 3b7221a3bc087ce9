//! [`Step`]: a change to the tree from outside or a call, and the expected result of a call.

use std::fmt;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use arbitrary::{Result, Unstructured};
use preopen::error::Code;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::{Value, json};

use super::tree::{Node, Tree, Way, joined};

/// Few names, so that calls affect the same files.
const NAMES: [&str; 5] = ["a", "b", "B", "c d", "é"];
const TEXTS: [&str; 4] = ["", "one\n", "one\ntwo\n", "no end"];
/// Targets of links: inside, outside, and missing.
const TARGETS: [&str; 12] = [
    "a",
    "b",
    "a/b",
    "../a",
    "../b/a",
    ".",
    "..",
    "../../outside/secret",
    "../outside",
    "../../outside",
    "missing/x",
    "{outside}/secret",
];

/// One step.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Creates a link from outside the server.
    Link { path: Names, target: &'static str },
    /// Creates a FIFO from outside the server.
    Fifo { path: Names },
    /// Calls the server.
    Call(Call),
}

type Names = Vec<String>;

/// A call of a tool.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Read { path: Names },
    List { path: Names },
    Tree { path: Names },
    Find { path: Names },
    Grep { path: Names },
    Info { path: Names },
    Write { path: Names, text: &'static str, mode: &'static str },
    Edit { path: Names },
    Make { path: Names },
    Move { from: Names, to: Names, overwrite: bool },
    Copy { from: Names, to: Names, overwrite: bool },
    Delete { path: Names, recursive: bool },
}

/// The expected result of a call.
#[derive(Debug)]
pub(super) enum Expected {
    /// The call succeeds, with this tree.
    Done(Tree),
    /// The call succeeds, with this text in its answer.
    Contains(String),
    /// The call is refused, with this code if given.
    Refused(Option<Code>),
    /// The call is refused, or the tree is one of these. Both are acceptable.
    Either(Vec<Tree>),
}

impl Step {
    pub(super) fn any(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let path = names(bytes)?;
        let call = match bytes.int_in_range(0..=15)? {
            0 | 1 => return Ok(Self::Link { path, target: bytes.choose(&TARGETS)? }),
            2 => return Ok(Self::Fifo { path }),
            3 => Call::Read { path },
            4 => Call::List { path },
            5 => Call::Tree { path },
            6 => Call::Find { path },
            7 => Call::Grep { path },
            8 => Call::Info { path },
            9 | 10 => {
                let mode = *bytes.choose(&["overwrite", "create", "append"])?;
                Call::Write { path, text: bytes.choose(&TEXTS)?, mode }
            }
            11 => Call::Edit { path },
            12 => Call::Make { path },
            13 => Call::Move { from: path, to: names(bytes)?, overwrite: bytes.arbitrary()? },
            14 => Call::Copy { from: path, to: names(bytes)?, overwrite: bytes.arbitrary()? },
            _ => Call::Delete { path, recursive: bytes.arbitrary()? },
        };
        Ok(Self::Call(call))
    }

    /// Makes a change from outside, if possible.
    pub(super) fn on_host(&self, root: &Path) {
        let outside = fs::canonicalize(root.join("../outside")).unwrap();
        // Do not follow links, so that nothing is created outside.
        let place = |path: &Names| {
            let (_, parents) = path.split_last()?;
            let mut at = root.to_owned();
            for name in parents {
                at.push(name);
                if !fs::symlink_metadata(&at).ok()?.is_dir() {
                    return None;
                }
            }
            Some(root.join(path.join("/")))
        };
        match self {
            Self::Link { path, target } => {
                let target = target.replace("{outside}", outside.to_str().unwrap());
                let _ = place(path).map(|path| symlink(target, path));
            }
            Self::Fifo { path } => {
                let mode = Mode::from_raw_mode(0o600);
                let _ = place(path).map(|path| mknodat(CWD, path, FileType::Fifo, mode, 0));
            }
            Self::Call(_) => {}
        }
    }
}

fn names(bytes: &mut Unstructured<'_>) -> Result<Names> {
    (0..bytes.int_in_range(1..=3)?).map(|_| Ok((*bytes.choose(&NAMES)?).to_owned())).collect()
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Call {
    pub(super) fn as_call(&self) -> (&'static str, Value) {
        let at = |path: &Names| path.join("/");
        match self {
            Self::Read { path } => ("read_text_file", json!({"path": at(path)})),
            Self::List { path } => ("list_directory", json!({"path": at(path)})),
            Self::Tree { path } => ("directory_tree", json!({"path": at(path)})),
            Self::Find { path } => {
                ("search_files", json!({"path": at(path), "pattern": "*", "type": "any"}))
            }
            Self::Grep { path } => ("grep", json!({"path": at(path), "pattern": "o"})),
            Self::Info { path } => ("get_file_info", json!({"path": at(path), "hash": true})),
            Self::Write { path, text, mode } => {
                ("write_file", json!({"path": at(path), "content": text, "mode": mode}))
            }
            Self::Edit { path } => (
                "edit_file",
                json!({"path": at(path), "edits": [{"old_text": "one", "new_text": "1"}]}),
            ),
            Self::Make { path } => ("create_directory", json!({"path": at(path)})),
            Self::Move { from, to, overwrite } => (
                "move_file",
                json!({"source": at(from), "destination": at(to), "overwrite": overwrite}),
            ),
            Self::Copy { from, to, overwrite } => (
                "copy_file",
                json!({"source": at(from), "destination": at(to), "overwrite": overwrite}),
            ),
            Self::Delete { path, recursive } => {
                ("delete_file", json!({"path": at(path), "recursive": recursive}))
            }
        }
    }

    pub(super) fn expected(&self, tree: &Tree) -> Expected {
        match self {
            Self::Read { path } => match tree.walk(path, true).0 {
                Way::There(at) => match tree.at(&at) {
                    Node::File(text) => Expected::Contains(text.clone()),
                    _ => Expected::Refused(None),
                },
                way => nowhere(&way),
            },
            Self::List { path } => match tree.walk(path, true).0 {
                Way::There(at) if *tree.at(&at) == Node::Dir => Expected::Contains(
                    tree.names(&at).last().map_or(String::new(), ToString::to_string),
                ),
                Way::There(_) => Expected::Refused(None),
                way => nowhere(&way),
            },
            Self::Tree { path }
            | Self::Find { path }
            | Self::Grep { path }
            | Self::Info { path } => match tree.walk(path, true).0 {
                Way::There(_) => Expected::Either(vec![tree.clone()]),
                way => nowhere(&way),
            },
            Self::Write { path, text, mode } => written(tree, path, text, mode),
            Self::Edit { path } => edited(tree, path),
            Self::Make { path } => made(tree, path),
            Self::Move { from, to, overwrite } => moved(tree, from, to, *overwrite, true),
            Self::Copy { from, to, overwrite } => moved(tree, from, to, *overwrite, false),
            Self::Delete { path, recursive } => deleted(tree, path, *recursive),
        }
    }
}

/// Returns the expected result for a path that leads to nothing.
fn nowhere(way: &Way) -> Expected {
    Expected::Refused(match way {
        Way::Out => Some(Code::EscapesGrant),
        _ => None,
    })
}

/// Returns the expected result of a success. A call that followed a link may be refused instead.
fn success(has_links: bool, tree: Tree) -> Expected {
    if has_links { Expected::Either(vec![tree]) } else { Expected::Done(tree) }
}

fn written(tree: &Tree, path: &Names, text: &str, mode: &str) -> Expected {
    let (way, has_links) = tree.walk(path, true);
    match way {
        Way::There(at) => match (tree.at(&at), mode) {
            (Node::File(_), "create") => Expected::Refused(Some(Code::AlreadyExists)),
            (Node::File(old), "append") => {
                // An append first ends an incomplete last line.
                let is_complete = old.is_empty() || old.ends_with('\n') || text.is_empty();
                let end = if is_complete || text.starts_with('\n') { "" } else { "\n" };
                success(has_links, tree.with(&at, Node::File(format!("{old}{end}{text}"))))
            }
            (Node::File(_), _) => success(has_links, tree.with(&at, Node::File(text.into()))),
            _ => Expected::Refused(None),
        },
        Way::Missing { below, names } if !has_links => {
            Expected::Done(tree.with(&joined(&below, &names.join("/")), Node::File(text.into())))
        }
        // A file may be created at the target of a dangling link, but nowhere else.
        Way::Missing { below, names } if !names.iter().any(|name| name == "..") => {
            Expected::Either(vec![
                tree.with(&joined(&below, &names.join("/")), Node::File(text.into())),
            ])
        }
        way => nowhere(&way),
    }
}

fn edited(tree: &Tree, path: &Names) -> Expected {
    let (way, has_links) = tree.walk(path, true);
    match way {
        Way::There(at) => match tree.at(&at) {
            Node::File(text) if text.matches("one").count() == 1 => {
                success(has_links, tree.with(&at, Node::File(text.replace("one", "1"))))
            }
            _ => Expected::Refused(None),
        },
        way => nowhere(&way),
    }
}

fn made(tree: &Tree, path: &Names) -> Expected {
    let (way, has_links) = tree.walk(path, true);
    match way {
        Way::There(at) if *tree.at(&at) == Node::Dir => success(has_links, tree.clone()),
        Way::There(_) => Expected::Refused(None),
        Way::Missing { below, names } if !names.iter().any(|name| name == "..") => {
            success(has_links, tree.with(&joined(&below, &names.join("/")), Node::Dir))
        }
        way => nowhere(&way),
    }
}

fn deleted(tree: &Tree, path: &Names, recursive: bool) -> Expected {
    let (way, has_links) = tree.walk(path, false);
    match way {
        Way::There(at) if at.is_empty() => Expected::Refused(None),
        Way::There(at) if *tree.at(&at) == Node::Dir && !recursive => {
            if tree.is_full(&at) {
                Expected::Refused(None)
            } else {
                Expected::Either(vec![tree.without(&at)])
            }
        }
        // Special files may be refused, at any depth.
        Way::There(at) => success(has_links || tree.has_special(&at), tree.without(&at)),
        way => nowhere(&way),
    }
}

/// Returns the expected result of a move or a copy.
fn moved(tree: &Tree, from: &Names, to: &Names, overwrite: bool, is_move: bool) -> Expected {
    // A move affects links themselves, a copy follows them.
    let (source, from_links) = tree.walk(from, !is_move);
    let Way::There(source) = source else { return nowhere(&source) };
    if source.is_empty() {
        return Expected::Refused(None);
    }
    let done = |tree: &Tree, to: &str| {
        let there = tree.copied(&source, to, is_move);
        if is_move { there.without(&source) } else { there }
    };
    let (destination, to_links) = tree.walk(to, !is_move);
    let has_links = from_links || to_links;
    let is_within = |to: &str| to == source || to.starts_with(&format!("{source}/"));
    match (destination, tree.at(&source)) {
        (Way::There(to) | Way::Missing { below: to, .. }, _) if is_within(&to) => {
            Expected::Either(vec![tree.clone()])
        }
        (_, Node::Special) if !is_move => Expected::Refused(None),
        (Way::There(to), Node::File(_)) if matches!(tree.at(&to), Node::File(_)) && overwrite => {
            success(has_links, done(tree, &to))
        }
        (Way::There(to), _) if overwrite && !matches!(tree.at(&to), Node::Dir) => {
            Expected::Either(vec![done(tree, &to)])
        }
        (Way::There(_), _) => Expected::Refused(None),
        (Way::Missing { below, names }, _) if !names.iter().any(|name| name == "..") => {
            let is_odd = tree.has_special(&source);
            let after = done(tree, &joined(&below, &names.join("/")));
            success(has_links || is_odd, after)
        }
        (way, _) => nowhere(&way),
    }
}
