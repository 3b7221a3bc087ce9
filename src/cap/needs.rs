//! [`Needs`]: what one call needs, as a type. It turns the paths in a call's arguments into targets.
//!
//! The shapes: one right to one path, or to none; rights to two paths; a move; a right to one path or to every root;
//! each of many paths on its own; no path at all.
//!
//! May import: `path`, `limits`, `error`. Absent on purpose: looking at what a path names, but to word
//! the hint that another grant has it.

use super::{Announced, Grants, Remove, Right, Rights, Target, Write};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;

/// Most paths of one call in the audit trail.
const MAX_SAID: usize = 100;

/// The paths of a call on the way in, its targets on the way out.
pub trait Needs: 'static {
    /// The rights that a grant must carry for the tool to exist at all.
    const RIGHTS: Rights;
    /// What the arguments name.
    type Paths<'a>;
    /// What the tool gets.
    type Targets;
    /// The paths as they were said, escaped: for the audit trail.
    fn said(paths: &Self::Paths<'_>) -> Vec<String>;
    /// Compares rights and mints the targets.
    ///
    /// # Errors
    /// Those of [`Grants::attenuate`].
    fn attenuate(
        grants: &Grants,
        paths: Self::Paths<'_>,
        budget: &Budget,
    ) -> Result<Self::Targets, ToolError>;
}

/// One path, one right.
impl<R: Right> Needs for R {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = &'a VirtualPath;
    type Targets = Target<R>;
    fn said(path: &Self::Paths<'_>) -> Vec<String> {
        vec![path.whole()]
    }
    fn attenuate(grants: &Grants, path: &VirtualPath, _: &Budget) -> Result<Target<R>, ToolError> {
        grants.attenuate(path)
    }
}

/// Two paths, each with its own right.
impl<A: Right, B: Right> Needs for (A, B) {
    const RIGHTS: Rights = A::RIGHTS.and(B::RIGHTS);
    type Paths<'a> = (&'a VirtualPath, &'a VirtualPath);
    type Targets = (Target<A>, Target<B>);
    fn said((a, b): &Self::Paths<'_>) -> Vec<String> {
        vec![a.whole(), b.whole()]
    }
    fn attenuate(
        grants: &Grants,
        (a, b): Self::Paths<'_>,
        _: &Budget,
    ) -> Result<Self::Targets, ToolError> {
        Ok((grants.attenuate(a)?, grants.attenuate(b)?))
    }
}

/// One path, or none.
#[derive(Debug)]
pub struct Perhaps<R>(std::marker::PhantomData<R>);

impl<R: Right> Needs for Perhaps<R> {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = Option<&'a VirtualPath>;
    type Targets = Option<Target<R>>;
    fn said(path: &Self::Paths<'_>) -> Vec<String> {
        path.iter().map(|path| path.whole()).collect()
    }
    fn attenuate(
        grants: &Grants,
        path: Option<&VirtualPath>,
        _: &Budget,
    ) -> Result<Option<Target<R>>, ToolError> {
        path.map(|path| grants.attenuate(path)).transpose()
    }
}

/// A source and a destination: of one grant, or of two.
#[derive(Debug)]
pub enum Moving {}

impl Needs for Moving {
    const RIGHTS: Rights = Rights::WRITE;
    type Paths<'a> = (&'a VirtualPath, &'a VirtualPath);
    type Targets = Route;
    fn said((source, destination): &Self::Paths<'_>) -> Vec<String> {
        vec![source.whole(), destination.whole()]
    }
    fn attenuate(
        grants: &Grants,
        (source, destination): Self::Paths<'_>,
        _: &Budget,
    ) -> Result<Route, ToolError> {
        let (from, to) =
            (grants.attenuate::<Write>(source)?, grants.attenuate::<Write>(destination)?);
        let removable = grants.attenuate::<Remove>(source);
        if from.grant == to.grant {
            Ok(Route::Within { source: from, destination: to, removable })
        } else {
            Ok(Route::Across { source: removable?, destination: to })
        }
    }
}

/// The way of a move, and the rights that it takes.
pub enum Route {
    /// In one grant, where the right to write suffices, unless there are two file systems in it.
    Within {
        /// What to move.
        source: Target<Write>,
        /// Where to.
        destination: Target<Write>,
        /// The source, as what is copied and then removed.
        removable: Result<Target<Remove>, ToolError>,
    },
    /// From one grant to another: it leaves the first one.
    Across {
        /// What to move.
        source: Target<Remove>,
        /// Where to.
        destination: Target<Write>,
    },
}

/// One path; where it names the list of grants, each root that has the right.
#[derive(Debug)]
pub struct Scope<R>(std::marker::PhantomData<R>);

impl<R: Right> Needs for Scope<R> {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = &'a VirtualPath;
    type Targets = Scoped<R>;
    fn said(path: &Self::Paths<'_>) -> Vec<String> {
        vec![path.whole()]
    }
    fn attenuate(grants: &Grants, path: &VirtualPath, _: &Budget) -> Result<Scoped<R>, ToolError> {
        grants.attenuate_scope(path)
    }
}

/// What a [`Scope`] comes to.
pub enum Scoped<R> {
    /// The path named one place.
    One(Target<R>),
    /// The path named the list of grants: the root of each that has the right.
    Roots(Vec<Target<R>>),
}

/// Many paths, each answered on its own: one bad path does not fail the others.
#[derive(Debug)]
pub struct Each<R>(std::marker::PhantomData<R>);

impl<R: Right> Needs for Each<R> {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = &'a [VirtualPath];
    type Targets = Vec<Result<Target<R>, ToolError>>;
    fn said(paths: &Self::Paths<'_>) -> Vec<String> {
        paths.iter().take(MAX_SAID).map(VirtualPath::whole).collect()
    }
    fn attenuate(
        grants: &Grants,
        paths: &[VirtualPath],
        budget: &Budget,
    ) -> Result<Self::Targets, ToolError> {
        let most = budget.limits().max_paths;
        if paths.len() > most {
            let sentence = format!("{} paths in one call, over the limit of {most}", paths.len());
            return Err(ToolError::new(Code::OverLimit, sentence).hint("make several calls"));
        }
        let each = paths.iter().map(|path| budget.step().map(|()| grants.attenuate(path)));
        Ok(each.collect::<Result<_, _>>()?)
    }
}

/// No path: only what anyone may know of the grants.
#[derive(Debug)]
pub enum Inventory {}

impl Needs for Inventory {
    const RIGHTS: Rights = Rights::NONE;
    type Paths<'a> = ();
    type Targets = Vec<Announced>;
    fn said((): &Self::Paths<'_>) -> Vec<String> {
        vec![]
    }
    fn attenuate(grants: &Grants, (): (), _: &Budget) -> Result<Vec<Announced>, ToolError> {
        Ok(grants.announced())
    }
}
