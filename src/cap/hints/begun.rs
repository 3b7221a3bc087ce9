//! The path that a glob begins with, where it does not exist and another one is likely meant: the same hint as for a path. Where it
//! exists outside the directory that is searched, the hint says how to search there.
//!
//! May import: `path`, `limits`, `error`. This module opens nothing and expands no glob.

use crate::cap::attenuate::Scoped;
use crate::cap::grants::Grants;
use crate::cap::hints::existing::existing;
use crate::cap::hints::suggest::missing;
use crate::cap::place::{LookupOptions, Place};
use crate::cap::rights::Read;
use crate::cap::rules::glob_parts::separated;
use crate::cap::target::Target;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::{VirtualPath, brief, readings};

/// Most globs that are looked at.
const MAX_GLOBS: usize = 3;

impl Scoped<Read> {
    /// Hints about the paths that these globs begin with. They matched nothing here.
    pub fn likely_meant(&self, globs: &[String], budget: &Budget) -> Vec<String> {
        match self {
            Self::One(target) => {
                likely_meant(&target.grants, &target.display_path(), globs, budget)
            }
            Self::Roots(targets) => targets
                .first()
                .map_or(vec![], |target| likely_meant(&target.grants, "", globs, budget)),
        }
    }

    /// Is the first name of this glob there, where the search begins?
    pub fn has_beginning(&self, glob: &str) -> bool {
        match self {
            Self::One(target) => has_beginning(&target.grants, &target.display_path(), glob),
            Self::Roots(targets) => {
                targets.first().is_some_and(|target| has_beginning(&target.grants, "", glob))
            }
        }
    }
}

impl Place<Read> {
    /// As [`Scoped::likely_meant`].
    pub fn likely_meant(&self, globs: &[String], budget: &Budget) -> Vec<String> {
        likely_meant(&self.grants, &self.display_path(), globs, budget)
    }

    /// As [`Scoped::has_beginning`].
    pub fn has_beginning(&self, glob: &str) -> bool {
        has_beginning(&self.grants, &self.display_path(), glob)
    }
}

fn has_beginning(grants: &Grants, above: &str, glob: &str) -> bool {
    let first = glob.split('/').find(|name| !matches!(*name, "" | "."));
    first.is_some_and(|first| !existing(grants, &below(above, first)).is_empty())
}

fn below(above: &str, path: &str) -> String {
    match above {
        "" | "." => path.to_owned(),
        above => format!("{above}/{path}"),
    }
}

fn likely_meant(grants: &Grants, above: &str, globs: &[String], budget: &Budget) -> Vec<String> {
    let globs = globs.iter().flat_map(|glob| separated(glob)).take(MAX_GLOBS);
    let hint = |glob: &str| {
        let others = readings(glob.trim());
        let spellings = std::iter::once(glob.trim()).chain(others.iter().map(|one| &*one.path));
        let begins = spellings.filter_map(|glob| Begin::new(grants, glob));
        let mut begins = begins.peekable();
        let first = begins.peek().map(|begin| begin.path.clone());
        begins.find_map(|begin| begin.outside(grants, above, budget)).or_else(|| {
            let first = first?;
            let path = if first.starts_with('/') { first } else { below(above, &first) };
            hint_for(grants, &VirtualPath::from(path), budget)
        })
    };
    globs.filter_map(hint).collect()
}

/// The path that a glob begins with.
struct Begin {
    /// With a slash in front if it is an absolute path in a grant.
    path: String,
    /// Is it all of the glob?
    is_whole: bool,
}

impl Begin {
    fn new(grants: &Grants, glob: &str) -> Option<Self> {
        let path = beginning(glob)?;
        let is_whole = glob.trim_matches('/').ends_with(&path);
        let absolute = format!("/{path}");
        let is_absolute = glob.starts_with('/')
            && grants.place_of(&VirtualPath::from(absolute.as_str())).is_some();
        Some(Self { path: if is_absolute { absolute } else { path }, is_whole })
    }

    /// What exists outside the directory that is searched, and how to search there. Names are compared only to word the
    /// hint.
    fn outside(&self, grants: &Grants, above: &str, budget: &Budget) -> Option<String> {
        let searched = grants.place_of(&VirtualPath::from(above))?;
        let there = existing(grants, &self.path);
        let in_same = there.iter().find(|(grant, _)| *grant == searched.0);
        let (grant, names) = in_same.or(there.first())?;
        if *grant == searched.0 && names.starts_with(&searched.1) {
            return None;
        }
        // A glob without wildcards can be the path of a file.
        let directory = if self.is_whole { names.split_last()?.1 } else { names.as_slice() };
        let shown = grants.display_path(grant, names);
        let directory = grants.display_path(grant, directory);
        let place = if budget.takes("root_paths") { "root_paths" } else { "path" };
        let how = match (place, directory.as_str()) {
            ("path", "") => "leave `path` out".into(),
            ("path", directory) => format!("leave `path` out or set path={}", brief(directory)),
            (_, "") => "set root_paths=[\".\"]".into(),
            (_, directory) => format!("set root_paths=[\"{}\"]", brief(directory)),
        };
        Some(format!("`{}` is there, outside `{place}`: {how}", brief(&shown)))
    }
}

/// The names of a glob that has a slash, up to the first one that has wildcards.
fn beginning(glob: &str) -> Option<String> {
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', ']', '{', '}', ',', '!', '\\']);
    let parts: Vec<&str> = glob.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let plain: Vec<&str> = parts.iter().copied().take_while(is_plain).collect();
    (parts.len() > 1 && !plain.is_empty()).then(|| plain.join("/"))
}

fn hint_for(grants: &Grants, path: &VirtualPath, budget: &Budget) -> Option<String> {
    let refused: ToolError = match grants.attenuate::<Read>(path) {
        Ok(target) => Target::find(&target, LookupOptions::THERE, budget).err()?,
        Err(error) => grants.with_hints(path, error, budget),
    };
    let hint = refused.shown_hint().filter(|hint| hint.starts_with("did you mean"))?;
    // Where a link on the way leads to nothing, the answer says so, and is the same whatever the link names.
    let is_missing = refused.code() == Code::UnknownGrant
        || refused.to_string().starts_with(&missing(path).to_string());
    is_missing.then(|| format!("`{path}` does not exist: {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_begins_with_the_names_before_its_first_wildcard() {
        for (glob, wanted) in [
            ("src/components/*.tsx", Some("src/components")),
            ("src/components/Button.tsx", Some("src/components/Button.tsx")),
            ("./src/x", Some("src/x")),
            ("/src/**", Some("src")),
            ("*.ts", None),
            ("src", None),
            ("**/a", None),
            ("src,lib/a", None),
        ] {
            assert_eq!(beginning(glob).as_deref(), wanted, "{glob}");
        }
    }
}
