//! The path that a glob begins with, where it does not exist and another one is likely meant: the same hint as for a path.
//!
//! May import: `path`, `limits`, `error`. This module opens nothing and expands no glob.

use crate::cap::attenuate::Scoped;
use crate::cap::grants::Grants;
use crate::cap::hints::existing::existing;
use crate::cap::hints::suggest::missing;
use crate::cap::place::{LookupOptions, Place};
use crate::cap::rights::Read;
use crate::cap::target::Target;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;

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
    let begins = globs.iter().take(MAX_GLOBS).filter_map(|glob| beginning(glob));
    let paths = begins.map(|path| VirtualPath::from(below(above, &path)));
    paths.filter_map(|path| hint_for(grants, &path, budget)).collect()
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
