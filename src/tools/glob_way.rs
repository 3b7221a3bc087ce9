//! Whether a glob leads into something that a search left out.
//!
//! A glob whose directories lie in what is ignored matches nothing, and another reading of it would find something else.
//!
//! May import: `cap`, its neighbours.

use super::glob_list::{Given, Piece};
use super::name_pattern::Text;
use crate::cap::WalkedDir;

/// The path of a directory that was left out, or of a name in it, to which a glob leads, as clients say it.
pub(super) fn led_to(
    given: &[Given],
    text: Text,
    dir: &WalkedDir,
    name: Option<&[u8]>,
) -> Option<String> {
    let pieces = given.iter().flat_map(|given| &given.pieces).filter(|piece| piece.takes);
    let mut rests = pieces.filter_map(|piece| Some((rest(piece, text, dir, name)?, piece)));
    let (rest, _) = rests.find(|(rest, _)| {
        let names: Vec<&[u8]> =
            name.into_iter().chain(rest.iter().map(|name| name.as_bytes())).collect();
        dir.has_below(&names)
    })?;
    let shown = name.map_or_else(
        || dir.shown_itself().trim_end_matches('/').to_owned(),
        |name| dir.shown(name),
    );
    Some([&[shown.as_str()], rest.as_slice()].concat().join("/"))
}

/// The names that the glob spells out below an entry of a directory, or the directory, if it leads through that.
fn rest<'a>(
    piece: &'a Piece,
    text: Text,
    dir: &WalkedDir,
    name: Option<&[u8]>,
) -> Option<Vec<&'a str>> {
    let glob = piece.glob.trim_end_matches('/');
    let is_deep = glob.starts_with("**/");
    let names = glob.trim_start_matches("**/").split('/');
    let plain: Vec<&str> = names.clone().take_while(|name| !is_special(name)).collect();
    // A pattern is about a part of its last name.
    let is_part = text == Text::Part && plain.len() > 1 && plain.len() == names.count();
    let most = plain.len() - usize::from(is_part);
    let plain = plain.get(..most).unwrap_or_default();
    let of = |way: &[u8]| [way, name.unwrap_or_default()].concat();
    let in_grant = of(dir.path_in_grant());
    let with_grant = [dir.grant_name().as_bytes(), b"/", &in_grant].concat();
    let searched = of(dir.path());
    let own = name.filter(|_| is_deep).unwrap_or_default();
    let paths: &[&[u8]] = match piece.grant.as_deref() {
        Some(grant) if grant == dir.grant_name() => &[&in_grant],
        Some(_) => &[],
        None => &[&searched, &in_grant, &with_grant, own],
    };
    paths.iter().find_map(|path| {
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let way: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        let (begin, rest) = plain.split_at_checked(way.len())?;
        begin.iter().map(|name| name.as_bytes()).eq(way).then(|| rest.to_vec())
    })
}

fn is_special(name: &str) -> bool {
    name.contains(['*', '?', '[', '{', ',', '\\'])
}
