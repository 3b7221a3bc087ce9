//! Whether a glob leads into something that a search left out.
//!
//! A glob whose directories lie in what is ignored matches nothing, and another reading of it would find something else.
//!
//! May import: `cap`, its neighbours.

use super::given::Piece;
use super::literal_brackets::has_brackets_of_names;
use super::meaning::Text;
use crate::cap::WalkedDir;

/// What is left out with all below it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum Left {
    Directory,
    /// An entry of a linked worktree. A glob leads there if it spells it out.
    Entry,
    /// A glob leads there as well if it is about all below a directory above.
    Worktree,
}

/// The path of a directory that was left out, or of a name in it, to which a glob leads, as clients say it.
pub(super) fn led_to(
    piece: &Piece,
    text: Text,
    dir: &WalkedDir,
    name: Option<&[u8]>,
    left: Left,
) -> Option<String> {
    let rest = rest(piece, text, dir, name, left)?;
    let names: Vec<&[u8]> =
        name.into_iter().chain(rest.iter().map(|name| name.as_bytes())).collect();
    if !dir.has_below(&names) {
        return None;
    }
    let shown = name.map_or_else(
        || dir.shown_itself().trim_end_matches('/').to_owned(),
        |name| dir.display_path(name),
    );
    Some([&[shown.as_str()], rest.as_slice()].concat().join("/"))
}

/// Is a glob the path of one thing, so that nothing else is meant if that is there?
pub(super) fn is_one_path(piece: &Piece, text: Text) -> bool {
    text == Text::Whole && !piece.glob.split('/').any(is_special)
}

/// The names that the glob spells out below an entry of a directory, or the directory, if it leads through that.
fn rest<'a>(
    piece: &'a Piece,
    text: Text,
    dir: &WalkedDir,
    name: Option<&[u8]>,
    left: Left,
) -> Option<Vec<&'a str>> {
    let is_part = text == Text::Part && !piece.has_wildcards();
    let is_deep = piece.glob.starts_with("**/");
    let glob = piece.glob.trim_end_matches('/').trim_start_matches("**/");
    let names: Vec<&str> = glob.split('/').collect();
    let is_anywhere = is_deep || (!piece.is_pinned && (is_part || names.len() == 1));
    let paths = paths(piece, dir, name.unwrap_or_default());
    let rest = |way: &[&[u8]]| {
        let below = after(&names, way, left)?;
        let mut plain: Vec<&str> =
            below.iter().copied().take_while(|name| !is_special(name)).collect();
        // A pattern is about a part of its last name.
        if is_part && !plain.is_empty() && plain.len() == below.len() {
            plain.pop();
        }
        Some(plain)
    };
    paths.iter().find_map(|path| {
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let way: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        let last = if is_anywhere { way.len() } else { 1 };
        (0..last).find_map(|from| rest(way.get(from..)?))
    })
}

/// What of a glob follows after a directory, if it leads there.
fn after<'a, 'b>(names: &'b [&'a str], way: &[&[u8]], left: Left) -> Option<&'b [&'a str]> {
    for (nth, step) in way.iter().enumerate() {
        let is_above = nth > 0 && left == Left::Worktree;
        let is_last = nth > 0 && nth + 1 == names.len() && left == Left::Directory;
        match names.get(nth) {
            None if is_above => return Some(&[]),
            Some(&"**") if is_above || is_last => return Some(&[]),
            Some(&"*") if nth + 1 < names.len() => {}
            Some(name) if !is_special(name) && name.as_bytes() == *step => {}
            _ => return None,
        }
    }
    names.get(way.len()..)
}

/// Could a glob, read as it is written, match something below an entry of a directory?
pub(super) fn reaches(piece: &Piece, text: Text, dir: &WalkedDir, name: &[u8]) -> bool {
    let is_anywhere = !piece.is_pinned && (text == Text::Part && !piece.has_wildcards());
    let names: Vec<&str> = piece.glob.trim_end_matches('/').split('/').collect();
    if is_anywhere || (names.len() == 1 && !piece.is_pinned) || piece.glob.contains('{') {
        return true;
    }
    paths(piece, dir, name).iter().any(|path| {
        for (nth, step) in path.split(|byte| *byte == b'/').enumerate() {
            match names.get(nth) {
                Some(&"**") => return true,
                Some(name) if is_special(name) || name.contains('[') => {}
                Some(name) if name.as_bytes() == step => {}
                _ => return false,
            }
        }
        path.split(|byte| *byte == b'/').count() < names.len()
    })
}

/// Does the path that a glob begins with exist below an entry of a directory?
pub(super) fn begins_below(piece: &Piece, text: Text, dir: &WalkedDir, name: &[u8]) -> bool {
    let names: Vec<&str> = piece.glob.trim_end_matches('/').split('/').collect();
    let mut begin: Vec<&str> = names.iter().copied().take_while(|name| !is_special(name)).collect();
    // A pattern is about a part of its last name.
    if text == Text::Part && begin.len() == names.len() {
        begin.pop();
    }
    let path: Vec<&[u8]> =
        std::iter::once(name).chain(begin.iter().map(|name| name.as_bytes())).collect();
    !piece.is_pinned && !begin.is_empty() && dir.has_below(&path)
}

/// The paths of a name in a directory that a glob can begin: from the directory that is searched, from the top of the grant,
/// and with its name. The last two also by the path that the client gave, where links led elsewhere.
fn paths(piece: &Piece, dir: &WalkedDir, name: &[u8]) -> Vec<Vec<u8>> {
    let real = [dir.grant_name().as_bytes(), b"/", dir.path_in_grant(), name].concat();
    let given = Some(dir.root_as_given()).filter(|root| !root.is_empty());
    let given = given.map(|root| [root, dir.path(), name].concat());
    let mut paths = vec![];
    if piece.grant.is_none() {
        paths.push([dir.path(), name].concat());
    }
    for path in std::iter::once(real).chain(given) {
        let Some(at) = path.iter().position(|byte| *byte == b'/') else { continue };
        let (grant, rest) = path.split_at(at);
        let in_grant = rest.strip_prefix(b"/").unwrap_or(rest).to_vec();
        match &piece.grant {
            Some(wanted) if wanted.as_bytes() == grant => paths.push(in_grant),
            Some(_) => {}
            None => paths.extend([in_grant, path]),
        }
    }
    paths
}

fn is_special(name: &str) -> bool {
    name.contains(['*', '?', '{', ',', '\\'])
        || (name.contains('[') && !has_brackets_of_names(name))
}
