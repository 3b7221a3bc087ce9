//! Globs in place of a path: the hint says which arguments search for what they match.
//!
//! May import: `path`, `limits`. This module expands no glob; it looks only whether the directory in front exists.

use crate::cap::grants::Grants;
use crate::cap::hints::existing::existing;
use crate::limits::Budget;
use crate::path::{VirtualPath, readings};

/// What stands for all that is in a directory.
const EVERYTHING: [&str; 5] = ["*", "**", "**/*", "**/**", "*.*"];

/// Most names with wildcards of which it is looked up whether they exist.
const MAX_WILD: usize = 32;

/// How to search for what a path matches that is written as a glob. `with_brackets` takes also those for globs that are often
/// meant as they are written.
pub(in crate::cap) fn as_glob(
    grants: &Grants,
    said: &VirtualPath,
    with_brackets: bool,
    budget: &Budget,
) -> Option<String> {
    let is_wild = |part: &str| {
        part.contains('*')
            || (with_brackets && part.contains('?'))
            || (part.contains('{') && part.contains(',') && part.contains('}'))
            || (with_brackets && part.contains('[') && part.contains(']'))
    };
    let others = readings(said.as_requested());
    let all =
        std::iter::once(said.as_requested()).chain(others.iter().map(|one| one.path.as_str()));
    let mut parted = vec![];
    for path in all {
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let slash = if path.starts_with('/') { "/" } else { "" };
        let existing_at = |end: usize| {
            let path = format!("{slash}{}", parts.get(..end)?.join("/"));
            existing(grants, &path).into_iter().next()
        };
        let mut wild = parts.iter().enumerate().filter(|(_, part)| is_wild(part)).peekable();
        if wild.peek().is_none() {
            continue;
        }
        // What exists is a name, whatever its characters.
        let (at, _) = wild.take(MAX_WILD).find(|(at, _)| existing_at(at + 1).is_none())?;
        let Some((above, rest)) = parts.split_at_checked(at) else { continue };
        let base = if above.is_empty() {
            None
        } else {
            let Some((grant, names)) = existing_at(at) else { continue };
            Some(grants.display_path(&grant, &names))
        };
        parted.push((base, rest.join("/")));
    }
    // One that names a directory says more: `src/*.ts` rather than `src\*.ts`.
    let (base, rest) = parted.into_iter().reduce(|first, one| match (&first.0, &one.0) {
        (None, Some(_)) => one,
        _ => first,
    })?;
    Some(worded(grants, base.as_deref(), &rest, budget))
}

/// The hint for the tool that is called. Without a directory in front, the glob begins at the top.
fn worded(grants: &Grants, base: Option<&str>, rest: &str, budget: &Budget) -> String {
    const NOT: &str = "paths are not globs";
    // Of a directory, with all that is in it.
    let lists = ["max_depth", "sizes"].iter().any(|argument| budget.takes(argument));
    // Without a slash it would match at any depth.
    let glob = if rest.contains('/') || rest == "**" { rest.into() } else { format!("/{rest}") };
    let (argument, place) = if budget.takes("root_paths") {
        let roots = match base {
            Some(base) => format!("`{base}`"),
            None if grants.are_named_in_paths() => grants.names(),
            None => "`.`".into(),
        };
        (Some("include_patterns"), format!("use root_paths=[{roots}] and"))
    } else {
        let argument = ["glob", "pattern"].into_iter().find(|name| budget.takes(name));
        (
            argument,
            base.map_or("leave out `path` and use".into(), |base| format!("use path=`{base}` and")),
        )
    };
    match (argument, base) {
        (Some(_), _) if ["**", "**/*"].contains(&rest) => {
            let (place, _) = place.rsplit_once(" and").unwrap_or((&place, ""));
            format!("{NOT}: {place}")
        }
        (Some(argument), _) => format!("{NOT}: {place} {argument}=`{glob}`"),
        (None, base) if EVERYTHING.contains(&rest) => match base {
            Some(base) if lists => format!("{NOT}: use path=`{base}`"),
            Some(base) => format!("{NOT}: list_directory with path=`{base}` shows what is in it"),
            None if lists => format!("{NOT}: leave out `path`"),
            None => format!("{NOT}: list_directory without `path` shows what there is"),
        },
        (None, Some(base)) => {
            format!(
                "{NOT}: search_files with path=`{base}` and pattern=`{glob}` finds what it matches"
            )
        }
        (None, None) => format!("{NOT}: search_files with pattern=`{glob}` finds what it matches"),
    }
}
