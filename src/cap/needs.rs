//! [`Needs`]: what one call needs, as a type. It turns the paths in a call's arguments into targets.
//!
//! The shapes: one right to one path, or to none; rights to two paths; a move; a right to one path or to every root;
//! each of many paths on its own, or each or every root; no path at all.
//!
//! May import: `path`, `limits`, `error`. It does not look at what a path names, except for
//! the hint that another grant has it.

use crate::cap::attenuate::Scoped;
use crate::cap::grants::Grants;
use crate::cap::grants::grant_info::GrantInfo;
use crate::cap::rights::{Remove, Right, Rights, Write};
use crate::cap::target::Target;
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
    fn requested(paths: &Self::Paths<'_>) -> Vec<String>;
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
    fn requested(path: &Self::Paths<'_>) -> Vec<String> {
        vec![path.whole()]
    }
    fn attenuate(
        grants: &Grants,
        path: &VirtualPath,
        budget: &Budget,
    ) -> Result<Target<R>, ToolError> {
        mint(grants, path, budget)
    }
}

/// Two paths, each with its own right.
impl<A: Right, B: Right> Needs for (A, B) {
    const RIGHTS: Rights = A::RIGHTS.union(B::RIGHTS);
    type Paths<'a> = (&'a VirtualPath, &'a VirtualPath);
    type Targets = (Target<A>, Target<B>);
    fn requested((a, b): &Self::Paths<'_>) -> Vec<String> {
        vec![a.whole(), b.whole()]
    }
    fn attenuate(
        grants: &Grants,
        (a, b): Self::Paths<'_>,
        budget: &Budget,
    ) -> Result<Self::Targets, ToolError> {
        Ok((mint(grants, a, budget)?, mint(grants, b, budget)?))
    }
}

/// One path, or none.
#[derive(Debug)]
pub struct Optional<R>(std::marker::PhantomData<R>);

impl<R: Right> Needs for Optional<R> {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = Option<&'a VirtualPath>;
    type Targets = Option<Target<R>>;
    fn requested(path: &Self::Paths<'_>) -> Vec<String> {
        path.iter().map(|path| path.whole()).collect()
    }
    fn attenuate(
        grants: &Grants,
        path: Option<&VirtualPath>,
        budget: &Budget,
    ) -> Result<Option<Target<R>>, ToolError> {
        path.map(|path| mint(grants, path, budget)).transpose()
    }
}

/// A source and a destination: of one grant, or of two.
#[derive(Debug)]
pub enum MovePaths {}

impl Needs for MovePaths {
    const RIGHTS: Rights = Rights::WRITE;
    type Paths<'a> = (&'a VirtualPath, &'a VirtualPath);
    type Targets = Route;
    fn requested((source, destination): &Self::Paths<'_>) -> Vec<String> {
        vec![source.whole(), destination.whole()]
    }
    fn attenuate(
        grants: &Grants,
        (source, destination): Self::Paths<'_>,
        budget: &Budget,
    ) -> Result<Route, ToolError> {
        let (from, to): (Target<Write>, Target<Write>) =
            (mint(grants, source, budget)?, mint(grants, destination, budget)?);
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
pub struct OneOrAll<R>(std::marker::PhantomData<R>);

impl<R: Right> Needs for OneOrAll<R> {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = &'a VirtualPath;
    type Targets = Scoped<R>;
    fn requested(path: &Self::Paths<'_>) -> Vec<String> {
        vec![path.whole()]
    }
    fn attenuate(
        grants: &Grants,
        path: &VirtualPath,
        budget: &Budget,
    ) -> Result<Scoped<R>, ToolError> {
        let scoped = grants.attenuate_scope(path);
        scoped.map_err(|error| grants.with_hints(path, error, budget))
    }
}

/// Many paths, each answered on its own: one bad path does not fail the others.
#[derive(Debug)]
pub struct Many<R>(std::marker::PhantomData<R>);

impl<R: Right> Needs for Many<R> {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = &'a [VirtualPath];
    type Targets = Vec<Result<Target<R>, ToolError>>;
    fn requested(paths: &Self::Paths<'_>) -> Vec<String> {
        paths.iter().take(MAX_SAID).map(VirtualPath::whole).collect()
    }
    fn attenuate(
        grants: &Grants,
        paths: &[VirtualPath],
        budget: &Budget,
    ) -> Result<Self::Targets, ToolError> {
        each(paths, budget, |path| mint(grants, path, budget))
    }
}

/// Many paths, each answered on its own; one that names the list of grants stands for each root that has the right.
#[derive(Debug)]
pub struct ManyOrAll<R>(std::marker::PhantomData<R>);

impl<R: Right> Needs for ManyOrAll<R> {
    const RIGHTS: Rights = R::RIGHTS;
    type Paths<'a> = &'a [VirtualPath];
    type Targets = Vec<Result<Scoped<R>, ToolError>>;
    fn requested(paths: &Self::Paths<'_>) -> Vec<String> {
        Many::<R>::requested(paths)
    }
    fn attenuate(
        grants: &Grants,
        paths: &[VirtualPath],
        budget: &Budget,
    ) -> Result<Self::Targets, ToolError> {
        each(paths, budget, |path| OneOrAll::<R>::attenuate(grants, path, budget))
    }
}

/// What each of some paths comes to.
fn each<T>(
    paths: &[VirtualPath],
    budget: &Budget,
    mint: impl Fn(&VirtualPath) -> Result<T, ToolError>,
) -> Result<Vec<Result<T, ToolError>>, ToolError> {
    let most = budget.limits().max_paths;
    if paths.len() > most {
        let sentence = format!("{} paths in one call, over the limit of {most}", paths.len());
        return Err(ToolError::new(Code::OverLimit, sentence).hint("make several calls"));
    }
    let each = paths.iter().map(|path| budget.step().map(|()| mint(path)));
    Ok(each.collect::<Result<_, _>>()?)
}

/// No path: only what anyone may know of the grants.
#[derive(Debug)]
pub enum GrantList {}

impl Needs for GrantList {
    const RIGHTS: Rights = Rights::NONE;
    type Paths<'a> = ();
    type Targets = Vec<GrantInfo>;
    fn requested((): &Self::Paths<'_>) -> Vec<String> {
        vec![]
    }
    fn attenuate(grants: &Grants, (): (), _: &Budget) -> Result<Vec<GrantInfo>, ToolError> {
        Ok(grants.grant_infos())
    }
}

/// The target of one path, or a refusal that says which path may be meant.
fn mint<R: Right>(
    grants: &Grants,
    path: &VirtualPath,
    budget: &Budget,
) -> Result<Target<R>, ToolError> {
    grants.attenuate(path).map_err(|error| grants.with_hints(path, error, budget))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cap::grants::grant::Unavailable;
    use crate::cap::rights::Read;
    use crate::cap::rules::Rules;
    use crate::cap::testing::{budget, preopen, tree};

    /// `g` to be read, `o` with these rights, and one that is not there.
    fn grants(o: Rights) -> Grants {
        let temp = tree(&["g/f", "o/f"]);
        let both = [("g", Rights::RO), ("o", o)];
        let both = both.map(|(name, rights)| preopen(&temp, name, rights, Rules::default()));
        let shut =
            Unavailable { name: "gone".into(), written_as: "/gone".into(), reason: "it is".into() };
        Grants::new(both.into(), vec![shut], false).unwrap()
    }

    fn path(said: &str) -> VirtualPath {
        VirtualPath::from(said)
    }

    fn code<T>(result: Result<T, ToolError>) -> String {
        result.map_or_else(|error| error.code().to_string(), |_| "ok".into())
    }

    /// What a shape makes of paths: what it says of them, and the code.
    fn minted<N: Needs>(grants: &Grants, paths: N::Paths<'_>) -> (Vec<String>, String) {
        (N::requested(&paths), code(N::attenuate(grants, paths, &budget())))
    }

    #[test]
    fn each_path_is_minted_with_its_own_right() {
        let grants = grants(Rights::RW);
        let g = path("g/f");
        let o = path("o/f");
        let odd = path("a\n");
        let said = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(minted::<Read>(&grants, &g), (said(&["g/f"]), "ok".into()));
        assert_eq!(minted::<Write>(&grants, &g), (said(&["g/f"]), "right_missing".into()));
        assert_eq!(minted::<Read>(&grants, &odd), (said(&["a\\x0A"]), "unknown_grant".into()));
        assert_eq!(
            minted::<(Read, Write)>(&grants, (&g, &o)),
            (said(&["g/f", "o/f"]), "ok".into())
        );
        assert_eq!(minted::<(Read, Write)>(&grants, (&o, &g)).1, "right_missing");
        assert_eq!(minted::<Optional<Read>>(&grants, None), (vec![], "ok".into()));
        assert_eq!(
            minted::<Optional<Write>>(&grants, Some(&g)),
            (said(&["g/f"]), "right_missing".into())
        );
        assert_eq!(minted::<OneOrAll<Read>>(&grants, &g), (said(&["g/f"]), "ok".into()));
        assert_eq!(minted::<GrantList>(&grants, ()), (vec![], "ok".into()));
        assert_eq!(<(Read, Write)>::RIGHTS, Rights::RW);
        let target = Optional::<Read>::attenuate(&grants, Some(&o), &budget()).unwrap();
        assert_eq!(target.map(|target| target.display_path()).as_deref(), Some("o/f"));
    }

    #[test]
    fn a_move_within_a_grant_needs_less_than_one_out_of_it() {
        let temp = tree(&["g/f", "o/f"]);
        for (g, o, within, removable, across) in [
            (Rights::RW, Rights::RW, "ok", "right_missing", "right_missing"),
            (Rights::RWD, Rights::RW, "ok", "ok", "ok"),
            (Rights::RWD, Rights::RO, "ok", "ok", "right_missing"),
            (Rights::RO, Rights::RWD, "right_missing", "", "right_missing"),
        ] {
            let both = [("g", g), ("o", o)]
                .map(|(name, rights)| preopen(&temp, name, rights, Rules::default()));
            let grants = Grants::new(both.into(), vec![], false).unwrap();
            let route =
                |to: &str| MovePaths::attenuate(&grants, (&path("g/f"), &path(to)), &budget());
            assert_eq!(code(route("g/new")), within);
            if let Ok(Route::Within { source, destination, removable: may }) = route("g/new") {
                assert_eq!(
                    (source.display_path(), destination.display_path()),
                    ("g/f".into(), "g/new".into())
                );
                assert_eq!(code(may), removable);
            }
            assert_eq!(code(route("o/new")), across);
            assert!(!matches!(route("o/new"), Ok(Route::Within { .. })));
        }
        assert_eq!(MovePaths::requested(&(&path("a"), &path("b\t"))), ["a", "b\\x09"]);
    }

    #[test]
    fn many_paths_are_each_answered_up_to_the_limit() {
        let grants = grants(Rights::RW);
        let paths = |n: usize| {
            (0..n).map(|at| path(if at == 1 { "none" } else { "g/f" })).collect::<Vec<_>>()
        };
        let minted = Many::<Read>::attenuate(&grants, &paths(50), &budget()).unwrap();
        let codes: Vec<String> = minted.into_iter().map(code).collect();
        assert_eq!(
            (codes.len(), codes[0].as_str(), codes[1].as_str()),
            (50, "ok", "unknown_grant")
        );
        assert_eq!(code(Many::<Read>::attenuate(&grants, &paths(51), &budget())), "over_limit");
        assert_eq!(Many::<Read>::requested(&&*paths(200)).len(), 100);
        assert_eq!(Many::<Read>::requested(&&*paths(2)), ["g/f", "none"]);
    }

    /// How many roots a path stands for; none if it names one place.
    fn count<R: Right>(grants: &Grants, said: &str) -> Result<usize, ToolError> {
        OneOrAll::<R>::attenuate(grants, &path(said), &budget()).map(|scoped| match scoped {
            Scoped::One(_) => 0,
            Scoped::Roots(all) => all.len(),
        })
    }

    #[test]
    fn the_list_of_grants_stands_for_those_that_have_the_right() {
        let grants = grants(Rights::RWD);
        let roots = |scoped: Result<usize, ToolError>| scoped.map_err(|error| error.code());
        assert_eq!(roots(count::<Read>(&grants, "")), Ok(2));
        assert_eq!(roots(count::<Write>(&grants, ".")), Ok(1));
        assert_eq!(roots(count::<Read>(&grants, "o")), Ok(0));
        assert_eq!(roots(count::<Write>(&self::grants(Rights::RO), "")), Err(Code::RightMissing));
        assert_eq!((grants.rights(), self::grants(Rights::RO).rights()), (Rights::RWD, Rights::RO));
        #[cfg(all(target_os = "linux", not(preopen_portable)))]
        assert_eq!(
            grants.handles().map(|(_, rights)| rights).collect::<Vec<_>>(),
            [Rights::RO, Rights::RWD]
        );
        let told = GrantList::attenuate(&grants, (), &budget()).unwrap();
        let told: Vec<_> =
            told.iter().map(|a| (a.name.as_str(), a.rights, a.unavailable.is_some())).collect();
        assert_eq!(
            told,
            [("g", Rights::RO, false), ("o", Rights::RWD, false), ("gone", Rights::NONE, true)]
        );
    }
}
