//! [`Tree`]: all that lies below a directory, as a map; and where a path leads in it.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;

/// More links than any system follows.
const MOST_LINKS: usize = 64;

/// What has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Dir,
    File(String),
    /// And where it points.
    Link(String),
    /// A FIFO.
    Special,
}

/// Paths below a directory, and what has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(pub(super) BTreeMap<String, Node>);

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To something at this path, without links on the way to it; to the top if it is empty.
    There(String),
    /// To nothing: these names are missing in this directory.
    Missing { below: String, names: Vec<String> },
    /// Out.
    Out,
    /// Nowhere: in a circle, or through something that is no directory.
    Nowhere,
}

impl Tree {
    /// What lies there now.
    pub(super) fn of(root: &Path) -> Self {
        let (mut tree, mut todo) = (Self::default(), vec![String::new()]);
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

    /// What is at a path that [`Way::There`] gave.
    pub(super) fn at(&self, path: &str) -> &Node {
        self.0.get(path).unwrap_or(&Node::Dir)
    }

    /// Where names lead, and whether a link was followed on the way. Is the last one followed, too?
    pub(super) fn walk(&self, names: &[String], follow_last: bool) -> (Way, bool) {
        let mut todo: VecDeque<String> = names.iter().cloned().collect();
        let (mut at, mut links) = (Vec::<String>::new(), 0);
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

    /// The same, with this there, and the directories that lead to it.
    pub(super) fn with(&self, path: &str, node: Node) -> Self {
        let mut tree = self.clone();
        for (at, _) in path.match_indices('/') {
            tree.0.entry(path[..at].to_owned()).or_insert(Node::Dir);
        }
        tree.0.insert(path.to_owned(), node);
        tree
    }

    /// The same, without what is there and below.
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

    /// The same, with a copy of what is at one path at another. Links and special files are copied if `all` are.
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

    /// Is there something below?
    pub(super) fn is_full(&self, path: &str) -> bool {
        self.0.keys().any(|other| other.starts_with(&format!("{path}/")))
    }

    /// Is it something special, or is there such a thing below?
    pub(super) fn has_special(&self, path: &str) -> bool {
        let is_below = |other: &str| other == path || other.starts_with(&format!("{path}/"));
        self.0.iter().any(|(other, node)| *node == Node::Special && is_below(other))
    }

    /// The names in a directory.
    pub(super) fn names(&self, dir: &str) -> Vec<&str> {
        let below = |path: &'_ String| -> Option<usize> {
            let rest =
                if dir.is_empty() { path } else { path.strip_prefix(dir)?.strip_prefix('/')? };
            (!rest.contains('/')).then_some(path.len() - rest.len())
        };
        self.0.keys().filter_map(|path| below(path).map(|at| &path[at..])).collect()
    }
}

/// One path behind another.
pub(super) fn joined(below: &str, path: &str) -> String {
    if below.is_empty() { path.to_owned() } else { format!("{below}/{path}") }
}
