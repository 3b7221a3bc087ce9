//! [`Grants`]: the directories handed to this process, and the one place where a name meets authority.
//!
//! A grant is a handle, rights and rules. [`Grants::attenuate`] finds the grant that a path names, compares its rights
//! with those that the tool's type asks for, and mints a [`Target`]. Rights are compared before the first system call,
//! so `right_missing` never tells whether a file exists.
//!
//! Nothing here opens a host path. Host paths are [`Spelling`]s, which are resolved from the handle.

pub(super) mod above;
pub(super) mod announced;
pub(super) mod link_index;
pub(super) mod link_tree;

use std::sync::Arc;

use cap_std::fs::Dir;

use crate::cap::change::lookup::Turns;
use crate::cap::grants::announced::{Unavailable, is_mounted_read_only};
use crate::cap::handle::listed;
use crate::cap::handle::step;
use crate::cap::resolve::Resolver;
use crate::cap::resolve::protected_links::ProtectedLinks;
use crate::cap::target::Target;
use crate::cap::{Above, Right, Rights, Rules, Scoped};
use crate::error::{Code, ToolError};
use crate::path::{BadPath, Name, Spelling, VirtualPath, join};

/// A directory that was opened at startup, on its way to become a grant.
#[derive(Debug)]
pub struct Preopen {
    /// What clients call it.
    pub name: String,
    /// What may be done in it.
    pub rights: Rights,
    /// Names in it that are narrower than its rights.
    pub rules: Rules,
    /// The handle: the authority itself.
    pub dir: Dir,
    /// How the operator wrote it, for people to read.
    pub announced: String,
    /// Absolute paths that clients may call it by. The first is the canonical one.
    pub spellings: Vec<Vec<Name>>,
    /// What ignore files above it say.
    pub above: Above,
}

/// All grants of this process, fixed at startup. Cheap to clone.
#[derive(Clone)]
pub struct Grants(Arc<Inner>);

pub(super) struct Inner {
    pub(super) grants: Vec<Grant>,
    pub(super) unavailable: Vec<Unavailable>,
    pub(super) resolver: Resolver,
    pub(super) turns: Turns,
    pub(super) protected_links: ProtectedLinks,
    may_write_in_place: bool,
}

/// One grant as the capability layer holds it.
pub(super) struct Grant {
    pub(super) name: String,
    pub(super) rights: Rights,
    pub(super) rules: Rules,
    pub(super) dir: Arc<Dir>,
    pub(super) announced: String,
    pub(super) spellings: Vec<Vec<Name>>,
    pub(super) device: u64,
    /// The mount to stay on, when mount points are not to be crossed.
    pub(super) mount: Option<u64>,
    /// Can its file system open one entry by several names?
    pub(super) may_alias: bool,
    pub(super) above: Above,
    /// Was it mounted read only at startup?
    pub(super) is_mounted_read_only: bool,
}

/// Where a path leads by its name.
pub(super) enum Located {
    Roots,
    Within { grant: usize, names: Vec<Name>, must_be_dir: bool },
}

/// Why a path leads nowhere: it is none, or no grant has it; relative ones with their names.
enum Nowhere<'a> {
    BadPath(BadPath),
    UnknownGrant(Option<&'a [Name]>),
}

impl Grants {
    /// Takes over the opened directories.
    ///
    /// # Errors
    /// When a handle cannot be looked at, or this system cannot keep `one_file_system`.
    pub fn new(
        preopens: Vec<Preopen>,
        unavailable: Vec<Unavailable>,
        one_file_system: bool,
    ) -> std::io::Result<Self> {
        let resolver = preopens.first().map_or(Resolver::Walk, |p| Resolver::probe(&p.dir));
        let grants = preopens.into_iter().map(|p| Grant::new(p, one_file_system));
        let grants = grants.collect::<std::io::Result<_>>()?;
        let (turns, protected_links) = (Turns::default(), ProtectedLinks::default());
        Ok(Self(Arc::new(Inner {
            grants,
            unavailable,
            resolver,
            turns,
            protected_links,
            may_write_in_place: false,
        })))
    }

    /// Permits to write files where they lie. Only before they are shared: at startup.
    #[must_use]
    pub fn writing_in_place(mut self, may: bool) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.may_write_in_place = may;
        }
        self
    }

    /// May a file be written where it lies, if a call asks for it?
    pub fn may_write_in_place(&self) -> bool {
        self.0.may_write_in_place
    }

    /// Turns a name into authority over what it names: the right `R` and no other. Nothing is opened yet.
    ///
    /// # Errors
    /// `bad_path`, `unknown_grant`, `right_missing`; `is_a_directory` for the list of grants.
    pub fn attenuate<R: Right>(&self, path: &VirtualPath) -> Result<Target<R>, ToolError> {
        match self.locate(path)? {
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
        let all = 0..self.0.grants.len();
        let targets = all
            .map(|grant| self.mint(grant, vec![], true, VirtualPath::from(self.shown(grant, &[]))));
        let (good, mut refused): (Vec<_>, Vec<_>) = targets.partition(Result::is_ok);
        match (good.is_empty(), refused.pop()) {
            (true, Some(Err(refusal))) => Err(refusal),
            _ => Ok(Scoped::Roots(good.into_iter().flatten().collect())),
        }
    }

    /// All rights that some grant has.
    pub fn rights(&self) -> Rights {
        self.0.grants.iter().fold(Rights::NONE, |all, grant| all.and(grant.rights))
    }

    /// How paths are resolved on this system.
    pub fn resolver(&self) -> Resolver {
        self.0.resolver
    }

    /// Do paths begin with the name of a grant? Not where there is but one.
    pub fn are_named_in_paths(&self) -> bool {
        self.0.grants.len() + self.0.unavailable.len() > 1
    }

    /// The handle and the rights of each grant: for the kernel's own rules, and for nothing else.
    #[cfg(all(target_os = "linux", not(preopen_portable)))]
    pub(crate) fn handles(&self) -> impl Iterator<Item = (impl std::os::fd::AsFd, Rights)> {
        self.0.grants.iter().map(|grant| (&*grant.dir, grant.rights))
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    /// The path as clients say it.
    pub(super) fn shown(&self, grant: usize, below: &[Name]) -> String {
        let name = self.0.grants.get(grant).map_or("", |g| g.name.as_str());
        match (self.are_named_in_paths(), below) {
            (false, _) => join(below),
            (true, []) => name.to_owned(),
            (true, _) => format!("{name}/{}", join(below)),
        }
    }

    /// What stands in front of the names below a grant: its name and a slash, or nothing.
    pub(super) fn in_front_of_paths(&self, grant: usize) -> String {
        let name = self.0.grants.get(grant).map_or("", |g| g.name.as_str());
        if self.are_named_in_paths() { format!("{name}/") } else { String::new() }
    }

    fn mint<R: Right>(
        &self,
        grant: usize,
        names: Vec<Name>,
        must_be_dir: bool,
        said: VirtualPath,
    ) -> Result<Target<R>, ToolError> {
        let Some(held) = self.0.grants.get(grant) else {
            return Err(ToolError::new(Code::UnknownGrant, "there is no such grant"));
        };
        if !held.rights.carry(R::RIGHTS) {
            return Err(held.right_missing::<R>());
        }
        Ok(Target::new(self.clone(), grant, names, must_be_dir, said))
    }

    /// The place that a path names: a grant, and the names below it. Nothing is looked at.
    pub(super) fn place_of(&self, path: &VirtualPath) -> Option<(usize, Vec<Name>)> {
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
        if absolute && !top {
            let spelled = self.0.spelled(&names);
            let (grant, depth) = spelled.ok_or_else(|| error(Nowhere::UnknownGrant(None)))?;
            return Ok(Located::Within { grant, names: names.split_off(depth), must_be_dir });
        }
        if !self.are_named_in_paths() {
            return Ok(Located::Within { grant: 0, names, must_be_dir });
        }
        let first = names.first().map(ToString::to_string).unwrap_or_default();
        match self.0.grants.iter().position(|g| g.name == first) {
            Some(grant) => Ok(Located::Within { grant, names: names.split_off(1), must_be_dir }),
            None => Err(error(Nowhere::UnknownGrant(Some(&names)))),
        }
    }

    /// A clause for hints and instructions.
    pub fn how_paths_look(&self) -> String {
        if self.are_named_in_paths() {
            "`NAME/path/in/it`, where NAME is the name of a granted directory".into()
        } else {
            "relative to the granted directory, such as `src/main.rs`".into()
        }
    }

    pub(super) fn names(&self) -> String {
        let names: Vec<_> = self.0.grants.iter().map(|g| format!("`{}`", g.name)).collect();
        names.join(", ")
    }
}

impl Inner {
    /// Finds the grant with the longest spelling that is a prefix of an absolute path. Returns its index and the number
    /// of names in that prefix.
    pub(super) fn spelled(&self, names: &[Name]) -> Option<(usize, usize)> {
        let grants = self.grants.iter().enumerate();
        let fits = grants.flat_map(|(i, g)| g.spellings.iter().map(move |s| (i, s)));
        fits.filter(|(_, s)| names.starts_with(s))
            .map(|(i, s)| (i, s.len()))
            .max_by_key(|(_, n)| *n)
    }
}

impl Grant {
    fn new(from: Preopen, one_file_system: bool) -> std::io::Result<Self> {
        let mount = if one_file_system { Some(step::mount_of(&from.dir)?) } else { None };
        Ok(Self {
            device: step::device_of(&from.dir)?,
            may_alias: listed::may_alias(&from.dir),
            is_mounted_read_only: is_mounted_read_only(&from.dir),
            name: from.name,
            rights: from.rights,
            rules: from.rules,
            dir: Arc::new(from.dir),
            announced: from.announced,
            spellings: from.spellings,
            above: from.above,
            mount,
        })
    }

    fn right_missing<R: Right>(&self) -> ToolError {
        let wanted = self.rights.and(R::RIGHTS).and(Rights::RW);
        ToolError::new(
            Code::RightMissing,
            format!("grant `{}` does not carry the right to {}", self.name, R::VERB),
        )
        .hint(format!("the user can start the server with `--allow {}:{wanted}`", self.announced))
    }

    /// Where the grant is on the host, by name: links that climb out of it are read against this.
    pub(super) fn canonical(&self) -> &[Name] {
        self.spellings.first().map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::cap::tests::{preopen, tree};
    use crate::cap::{Read, Remove, Write};

    /// Grants at `/host/g` and below it at `/host/g/deep/o`, and others that are not there.
    fn grants(temp: &TempDir, all: &[(&str, Rights)], shut: &[&str]) -> Grants {
        let open = all.iter().zip(["/host/g", "/host/g/deep/o"]).map(|((name, rights), at)| {
            let spellings = vec![VirtualPath::from(at).parse().unwrap().names];
            Preopen { spellings, ..preopen(temp, name, *rights, Rules::default()) }
        });
        let shut = shut.iter().map(|name| Unavailable {
            name: (*name).into(),
            announced: format!("/{name}"),
            reason: "it is gone".into(),
        });
        Grants::new(open.collect(), shut.collect(), false).unwrap()
    }

    /// The path that a target stands for, or the error.
    fn minted<R: Right>(grants: &Grants, path: &str) -> String {
        let target = grants.attenuate::<R>(&VirtualPath::from(path));
        target.map_or_else(|error| error.to_string(), |target| target.shown())
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
