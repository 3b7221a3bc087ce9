//! [`Grants::attenuate`]: the one place where a name meets authority.
//!
//! It finds the grant that a path names, compares its rights with those that the tool's type asks for, and mints a
//! [`Target`]. Rights are compared before the first system call, so `right_missing` never tells whether a file exists.
//!
//! May import: `error`, `path`. Nothing is looked up here.

use crate::cap::grants::Grants;
use crate::cap::grants::grant::Grant;
use crate::cap::rights::Right;
use crate::cap::target::Target;
use crate::error::{Code, ToolError};
use crate::path::{BadPath, Name, Spelling, VirtualPath};
use std::sync::Arc;

/// What a [`OneOrAll`](crate::cap::needs::OneOrAll) comes to.
pub enum Scoped<R> {
    /// The path named one place.
    One(Target<R>),
    /// The path named the list of grants: the root of each that has the right.
    Roots(Vec<Target<R>>),
}

/// Where a path leads by its name.
pub(in crate::cap) enum Located {
    Roots,
    Within { grant: Arc<Grant>, names: Vec<Name>, must_be_dir: bool },
}

/// Why a path leads nowhere: it is none, or no grant has it; relative ones with their names.
enum Nowhere<'a> {
    BadPath(BadPath),
    UnknownGrant(Option<&'a [Name]>),
}

impl Grants {
    /// Turns a name into authority over what it names: the right `R` and no other. Nothing is opened yet.
    ///
    /// # Errors
    /// `bad_path`, `unknown_grant`, `right_missing`; `is_a_directory` for the list of grants.
    pub fn attenuate<R: Right>(&self, path: &VirtualPath) -> Result<Target<R>, ToolError> {
        match self.locate(path)? {
            // The handle and the names leave here in one value. A tool that got them separately could use the handle
            // of one grant with the path of another: that is how a deputy gets confused.
            Located::Within { grant, names, must_be_dir } => {
                self.mint(grant, names, must_be_dir, path.clone())
            }
            Located::Roots => Err(ToolError::new(
                Code::IsADirectory,
                format!("`{path}` is the list of grants: {}", self.names()),
            )
            .hint("begin the path with the name of a grant")),
        }
    }

    /// The one grant that `path` lies in, or, where it names the list of them, each that has `R`.
    ///
    /// # Errors
    /// As [`Self::attenuate`]; `right_missing` also when no grant has the right.
    pub fn attenuate_scope<R: Right>(&self, path: &VirtualPath) -> Result<Scoped<R>, ToolError> {
        if !matches!(self.locate(path)?, Located::Roots) {
            return self.attenuate(path).map(Scoped::One);
        }
        let targets = self.inner().grants.iter().map(|grant| {
            self.mint(
                Arc::clone(grant),
                vec![],
                true,
                VirtualPath::from(self.display_path(grant, &[])),
            )
        });
        let (good, mut refused): (Vec<_>, Vec<_>) = targets.partition(Result::is_ok);
        match (good.is_empty(), refused.pop()) {
            (true, Some(Err(refusal))) => Err(refusal),
            _ => Ok(Scoped::Roots(good.into_iter().flatten().collect())),
        }
    }

    fn mint<R: Right>(
        &self,
        grant: Arc<Grant>,
        names: Vec<Name>,
        must_be_dir: bool,
        said: VirtualPath,
    ) -> Result<Target<R>, ToolError> {
        // Before anything is looked up: a client without the right must not learn from the refusal what exists.
        if !grant.rights.contains(R::RIGHTS) {
            return Err(grant.right_missing::<R>());
        }
        Ok(Target::new(self.clone(), grant, names, must_be_dir, said))
    }

    /// The place that a path names: a grant, and the names below it. Nothing is looked at.
    pub(in crate::cap) fn place_of(&self, path: &VirtualPath) -> Option<(Arc<Grant>, Vec<Name>)> {
        match self.locate_or(path, |_| ()) {
            Ok(Located::Within { grant, names, .. }) => Some((grant, names)),
            _ => None,
        }
    }

    /// Finds the grant by name: no system call, unless to word an error.
    fn locate(&self, path: &VirtualPath) -> Result<Located, ToolError> {
        self.locate_or(path, |why| match why {
            Nowhere::BadPath(why) => self.bad_path(path, why),
            Nowhere::UnknownGrant(names) => self.unknown(path, names),
        })
    }

    fn locate_or<E>(
        &self,
        path: &VirtualPath,
        error: impl Fn(Nowhere<'_>) -> E,
    ) -> Result<Located, E> {
        let Spelling { absolute, mut names, must_be_dir } =
            path.parse().map_err(|why| error(Nowhere::BadPath(why)))?;
        let top = names.is_empty();
        if top && self.are_named_in_paths() {
            return Ok(Located::Roots);
        }
        // An absolute path is a name like any other. It selects the grant with the longest prefix, and the rest is
        // resolved from that grant's handle: `/grant/../etc` was refused by `parse`, and `/etc` names no grant.
        if absolute && !top {
            let spelled = self.inner().spelled(&names);
            let (grant, depth) = spelled.ok_or_else(|| error(Nowhere::UnknownGrant(None)))?;
            let grant = Arc::clone(grant);
            let names = names.split_off(depth);
            return Ok(Located::Within { grant, names, must_be_dir });
        }
        let grants = &self.inner().grants;
        if let ([only], false) = (grants.as_slice(), self.are_named_in_paths()) {
            return Ok(Located::Within { grant: Arc::clone(only), names, must_be_dir });
        }
        let first = names.first().map(ToString::to_string).unwrap_or_default();
        match grants.iter().find(|grant| grant.name == first) {
            Some(grant) => {
                let grant = Arc::clone(grant);
                let names = names.split_off(1);
                Ok(Located::Within { grant, names, must_be_dir })
            }
            None => Err(error(Nowhere::UnknownGrant(Some(&names)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::cap::grants::grant::{Preopen, Unavailable};
    use crate::cap::rights::{Read, Remove, Rights, Write};
    use crate::cap::rules::Rules;
    use crate::cap::testing::{preopen, tree};

    /// Grants at `/host/g` and below it at `/host/g/deep/o`, and others that are not there.
    fn grants(temp: &TempDir, all: &[(&str, Rights)], shut: &[&str]) -> Grants {
        let open = all.iter().zip(["/host/g", "/host/g/deep/o"]).map(|((name, rights), at)| {
            let spellings = vec![VirtualPath::from(at).parse().unwrap().names];
            Preopen { host_aliases: spellings, ..preopen(temp, name, *rights, Rules::default()) }
        });
        let shut = shut.iter().map(|name| Unavailable {
            name: (*name).into(),
            written_as: format!("/{name}"),
            reason: "it is gone".into(),
        });
        Grants::new(open.collect(), shut.collect(), false).unwrap()
    }

    /// The path that a target stands for, or the error.
    fn minted<R: Right>(grants: &Grants, path: &str) -> String {
        let target = grants.attenuate::<R>(&VirtualPath::from(path));
        target.map_or_else(|error| error.to_string(), |target| target.display_path())
    }

    #[test]
    fn one_grant_needs_no_name() {
        let temp = tree(&[]);
        let one = grants(&temp, &[("g", Rights::RW)], &[]);
        for (path, shown) in
            [("", "."), ("/", "."), ("sub/f", "sub/f"), ("g/f", "g/f"), ("/host/g/sub", "sub")]
        {
            assert_eq!(minted::<Read>(&one, path), shown, "{path}");
        }
        let said = minted::<Remove>(&one, "sub/f");
        assert!(said.starts_with("right_missing: grant `g` does not carry"), "{said}");
        assert!(said.ends_with("`--allow g:rwd`"), "{said}");
        let said = minted::<Read>(&one, "/host");
        assert!(said.ends_with("relative to the granted directory, such as `src/main.rs`"));
        let two = grants(&temp, &[("g", Rights::RO)], &["gone"]);
        assert_eq!(minted::<Read>(&two, "g/sub"), "g/sub");
        assert!(minted::<Write>(&two, "g/f").ends_with("`--allow g:rw`"));
        let said = minted::<Read>(&two, "gone/f");
        assert!(said.starts_with("unknown_grant: grant `gone` is not available: it is"), "{said}");
    }

    #[test]
    fn the_first_name_or_the_longest_spelling_says_which_grant() {
        let temp = tree(&["g/sub/f"]);
        let grants = grants(&temp, &[("g", Rights::RO), ("o", Rights::RWD)], &[]);
        for (path, shown) in [
            ("/host/g", "g"),
            ("/host/g/deep/x", "g/deep/x"),
            ("/host/g/deep/o", "o"),
            ("/host/g/deep/o/x", "o/x"),
        ] {
            assert_eq!(minted::<Read>(&grants, path), shown, "{path}");
        }
        for (path, begin, hint) in [
            ("sub/f", "unknown_grant: `sub/f` does not begin with", "did you mean `g/sub/f`?"),
            ("none", "unknown_grant: `none` does not begin with", "a grant: `g`, `o`\nhint: paths"),
            ("/host", "unknown_grant: `/host` lies in no grant", "paths are `NAME/path/in/it`"),
            ("", "is_a_directory: `` is the list of grants: `g`, `o`", "begin the path with"),
        ] {
            let said = minted::<Read>(&grants, path);
            assert!(said.starts_with(begin) && said.contains(hint), "{path}: {said}");
        }
    }
}
