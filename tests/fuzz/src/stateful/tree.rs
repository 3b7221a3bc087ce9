//! [`Tree`]: a directory tree as a map, and the lookup of paths in it.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;

/// The maximum number of links to follow, more than any system follows.
const MOST_LINKS: usize = 64;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Dir,
    File(String),
    /// A link with its target.
    Link(String),
    /// A FIFO.
    Special,
}

/// The entries below a directory, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(pub(super) BTreeMap<String, Node>);

/// The result of a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The entry at this path, which contains no links. An empty path means the root.
    There(String),
    /// These names are missing below this directory.
    Missing { below: String, names: Vec<String> },
    /// The path leads out of the tree.
    Out,
    /// The path forms a circle, or leads through something that is not a directory.
    Nowhere,
}

impl Tree {
    /// Reads a tree from disk.
    pub(super) fn of(root: &Path) -> Self {
        let mut tree = Self::default();
        let mut todo = vec![String::new()];
        while let Some(below) = todo.pop() {
            for entry in fs::read_dir(root.join(&below)).unwrap().map(Result::unwrap) {
                let path = joined(&below, entry.file_name().to_str().unwrap());
                let kind = entry.file_type().unwrap();
                let node = if kind.is_dir() {
                    todo.push(path.clone());
                    Node::Dir
                } else if kind.is_symlink() {
                    Node::Link(fs::read_link(entry.path()).unwrap().to_str().unwrap().to_owned())
                } else if kind.is_file() {
                    Node::File(String::from_utf8(fs::read(entry.path()).unwrap()).unwrap())
                } else {
                    Node::Special
                };
                tree.0.insert(path, node);
            }
        }
        tree
    }

    /// Returns the entry at a path from [`Way::There`].
    pub(super) fn at(&self, path: &str) -> &Node {
        self.0.get(path).unwrap_or(&Node::Dir)
    }

    /// Looks up names. Returns the result, and whether a link was followed. `follow_last` also follows a link at the end.
    pub(super) fn walk(&self, names: &[String], follow_last: bool) -> (Way, bool) {
        let mut todo: VecDeque<String> = names.iter().cloned().collect();
        let mut at = Vec::<String>::new();
        let mut links = 0;
        while let Some(name) = todo.pop_front() {
            if name == ".." {
                if at.pop().is_none() {
                    return (Way::Out, true);
                }
                continue;
            }
            let path = joined(&at.join("/"), &name);
            match self.0.get(&path) {
                None => {
                    todo.push_front(name);
                    let way = Way::Missing { below: at.join("/"), names: todo.into() };
                    return (way, links > 0);
                }
                Some(Node::Dir) => at.push(name),
                Some(Node::Link(target)) if follow_last || !todo.is_empty() => {
                    links += 1;
                    if target.starts_with('/') {
                        return (Way::Out, true);
                    }
                    if links > MOST_LINKS {
                        return (Way::Nowhere, true);
                    }
                    for part in target.rsplit('/').filter(|part| !matches!(*part, "" | ".")) {
                        todo.push_front(part.to_owned());
                    }
                }
                Some(_) if todo.is_empty() => return (Way::There(path), links > 0),
                Some(_) => return (Way::Nowhere, links > 0),
            }
        }
        (Way::There(at.join("/")), links > 0)
    }

    /// Returns a copy with this entry and its parent directories.
    pub(super) fn with(&self, path: &str, node: Node) -> Self {
        let mut tree = self.clone();
        for (at, _) in path.match_indices('/') {
            tree.0.entry(path[..at].to_owned()).or_insert(Node::Dir);
        }
        tree.0.insert(path.to_owned(), node);
        tree
    }

    /// Returns a copy without an entry and everything below it.
    pub(super) fn without(&self, path: &str) -> Self {
        let is_below = |other: &str| other == path || other.starts_with(&format!("{path}/"));
        Self(
            self.0
                .iter()
                .filter(|(other, _)| !is_below(other))
                .map(|(p, n)| (p.clone(), n.clone()))
                .collect(),
        )
    }

    /// Returns a copy in which one path is also at another. Includes links and special files only if `all` is set.
    pub(super) fn copied(&self, from: &str, to: &str, all: bool) -> Self {
        let mut tree = self.with(to, self.at(from).clone());
        for (path, node) in &self.0 {
            let Some(rest) = path.strip_prefix(&format!("{from}/")) else { continue };
            if all || matches!(node, Node::Dir | Node::File(_)) {
                tree.0.insert(joined(to, rest), node.clone());
            }
        }
        tree
    }

    /// Returns whether there are entries below a path.
    pub(super) fn is_full(&self, path: &str) -> bool {
        self.0.keys().any(|other| other.starts_with(&format!("{path}/")))
    }

    /// Returns whether a path is a special file or contains one.
    pub(super) fn has_special(&self, path: &str) -> bool {
        let is_below = |other: &str| other == path || other.starts_with(&format!("{path}/"));
        self.0.iter().any(|(other, node)| *node == Node::Special && is_below(other))
    }

    /// Returns the names in a directory.
    pub(super) fn names(&self, dir: &str) -> Vec<&str> {
        let below = |path: &'_ String| -> Option<usize> {
            let rest =
                if dir.is_empty() { path } else { path.strip_prefix(dir)?.strip_prefix('/')? };
            (!rest.contains('/')).then_some(path.len() - rest.len())
        };
        self.0.keys().filter_map(|path| below(path).map(|at| &path[at..])).collect()
    }
}

/// Joins two paths.
pub(super) fn joined(below: &str, path: &str) -> String {
    if below.is_empty() { path.to_owned() } else { format!("{below}/{path}") }
}
