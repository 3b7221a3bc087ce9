//! The one resolver: from a [`Target`]'s names to a [`Place`], never leaving the handles.
//!
//! Where a path has no link in it and no rule speaks of it, the kernel walks to its parent in one
//! step (`openat2` with `RESOLVE_BENEATH` and `RESOLVE_NO_SYMLINKS`). In every other case, and where
//! there is no `openat2`, the walk of `by_name` does it. Both end at the same thing: the handle of
//! the directory that holds the target, and the target's name there.
//!
//! May import: `path`, `limits`, `error`. Absent on purpose: `AT_FDCWD`, absolute paths, a cache (a handle
//! that is kept from one call to the next could be moved out of its grant in between).

use std::marker::PhantomData;
use std::sync::Arc;

use cap_std::fs::Dir;

use super::beneath::{Found, Kind, lstat, open_beneath, stays_on_mount};
use super::by_name::Walk;
use super::linked;
use super::rules::Verdict;
use super::target::Look;
use super::{Grants, Place, Read, Right, Rights, Target};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, VirtualPath, join};

/// How names are resolved on this system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolver {
    /// By `openat2`, and by the walk where a path has links in it.
    OpenAt2,
    /// By the walk alone: this system has no `openat2`, or refuses it.
    Walk,
}

impl Resolver {
    /// Tries it on a handle that is there.
    pub(super) fn probe(dir: &Dir) -> Self {
        open_beneath(dir, &[], false).map_or(Self::Walk, |_| Self::OpenAt2)
    }
}

/// Looks `target` up. See [`Target::place`].
pub(super) fn resolve<R: Right>(
    target: &Target<R>,
    look: Look,
    budget: &Budget,
) -> Result<Place<R>, ToolError> {
    let at = match by_openat2(target) {
        Some(at) => at,
        None => Walk::new(target, look, Some(budget)).run()?,
    };
    if changes::<R>() {
        linked::refuse(target, &at)?;
    }
    Ok(Place {
        grants: target.grants.clone(),
        grant: at.grant,
        parent: at.parent,
        name: at.name,
        below: at.below,
        found: at.found,
        missing: at.missing,
        must_be_dir: at.must_be_dir,
        said: target.said.clone(),
        right: PhantomData,
    })
}

/// Is there something to read at `names` in this grant? Words errors, decides nothing.
pub(super) fn exists(grants: &Grants, grant: usize, names: &[Name]) -> bool {
    let said = VirtualPath::from(join(names));
    let target = Target::<Read>::new(grants.clone(), grant, names.to_vec(), false, said);
    by_openat2(&target).is_some() || Walk::new(&target, Look::THERE, None).run().is_ok()
}

/// Where a walk ended.
pub(super) struct At {
    pub(super) grant: usize,
    pub(super) parent: Arc<Dir>,
    pub(super) name: Option<Name>,
    pub(super) below: Vec<Name>,
    pub(super) found: Option<Found>,
    /// The directories that are still to be made between `parent` and `name`.
    pub(super) missing: Vec<Name>,
    pub(super) must_be_dir: bool,
}

/// The short way: no link, no rule, nothing wrong. Whatever it cannot say, the walk says.
fn by_openat2<R: Right>(target: &Target<R>) -> Option<At> {
    let inner = target.grants.inner();
    let grant = inner.grants.get(target.grant)?;
    let (name, parents) = target.names.split_last()?;
    if inner.resolver == Resolver::Walk
        || parents.is_empty()
        || if changes::<R>() {
            grant.rules.judge(&target.names) != Verdict::Open
        } else {
            grant.rules.hide(&target.names)
        }
    {
        return None;
    }
    let parent = open_beneath(&grant.dir, parents, grant.mount.is_some()).ok()?;
    let found = Found::new(lstat(&parent, name).ok()?);
    let plain = match found.kind {
        Kind::Directory => true,
        Kind::File | Kind::Special => !target.must_be_dir,
        Kind::Link => false,
    };
    // Another device may be one that is never read: the walk asks at each step.
    let plain = plain && found.stat.device == grant.device;
    (plain && stays_on_mount(grant.mount, &parent, name)).then(|| At {
        grant: target.grant,
        parent: Arc::new(parent),
        name: Some(name.clone()),
        below: target.names.clone(),
        found: Some(found),
        missing: vec![],
        must_be_dir: target.must_be_dir,
    })
}

/// Is the right one to change what is found? Then rules refuse by name.
pub(super) fn changes<R: Right>() -> bool {
    R::RIGHTS != Rights::READ
}
