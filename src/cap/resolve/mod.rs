//! The one resolver: from a [`Target`]'s names to a [`Place`], never leaving the handles.
//!
//! Where a path has no link in it and no rule speaks of it, the kernel walks to its parent in one
//! step (`openat2` with `RESOLVE_BENEATH` and `RESOLVE_NO_SYMLINKS`). In every other case, and where
//! there is no `openat2`, the walk of `by_name` does it. Both end at the same thing: the handle of
//! the directory that holds the target, and the target's name there.
//!
//! May import: `path`, `limits`, `error`. `AT_FDCWD` and absolute paths do not occur. No handle is
//! cached: a directory could be moved out of its grant between two calls.

pub(super) mod apart;
pub(super) mod follow_links;
pub(super) mod lookalike;
pub(super) mod protected_links;
pub(super) mod similar_name;
pub(super) mod through_links;
pub(super) mod walk;

use crate::cap::grants::grant::Grant;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::cap::grants::Grants;
use crate::cap::handle::resolver::Resolver;
use crate::cap::handle::step::{FoundEntry, Kind, lstat, open_beneath, stays_on_mount};
use crate::cap::place::{LookupOptions, Place, Resolved};
use crate::cap::resolve::protected_links::check_place;
use crate::cap::resolve::walk::PathWalk;
use crate::cap::rights::{Read, Right, changes};
use crate::cap::rules::Verdict;
use crate::cap::target::Target;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, VirtualPath, join};

/// Looks `target` up. See [`Target::place`].
pub(super) fn resolve<R: Right>(
    target: &Target<R>,
    look: LookupOptions,
    budget: &Budget,
) -> Result<Place<R>, ToolError> {
    let at = match by_openat2(target) {
        Some(at) => at,
        None => PathWalk::new(target, look, Some(budget)).run()?,
    };
    // On the real place, whichever way led there: `.git -> store/git` makes `store/git/hooks` run code.
    if changes::<R>() {
        let is_directory = at.found.as_ref().is_some_and(|found| found.kind == Kind::Directory);
        check_place(&target.grants, &at.grant, &at.below, is_directory, budget)?;
    }
    Ok(Place {
        grants: target.grants.clone(),
        grant: at.grant,
        parent: at.parent,
        name: at.name,
        rel_path: at.below,
        found: at.found,
        missing: at.missing,
        must_be_dir: at.must_be_dir,
        meant: at.meant,
        resembles: at.resembles,
        requested: target.requested.clone(),
        right: PhantomData,
    })
}

/// Is there something to read at `names` in this grant? Words errors, decides nothing.
pub(in crate::cap) fn exists(grants: &Grants, grant: &Arc<Grant>, names: &[Name]) -> bool {
    let said = VirtualPath::from(join(names));
    let target =
        Target::<Read>::new(grants.clone(), Arc::clone(grant), names.to_vec(), false, said);
    by_openat2(&target).is_some()
        || PathWalk::new(&target, LookupOptions::THERE, None).run().is_ok()
}

/// The short way: no link, no rule, nothing wrong. Whatever it cannot say, the walk says.
fn by_openat2<R: Right>(target: &Target<R>) -> Option<Resolved> {
    let inner = target.grants.inner();
    let grant = &target.grant;
    // The root of a grant has no parent in it: the walk handles it.
    let (name, parents) = target.names.split_last()?;
    // Only names that are what their directory lists: the walk looks at that.
    let may_be_aliases = (grant.may_alias && !grant.rules.are_none())
        || target.names.iter().any(|name| name.as_bytes().contains(&b'~'));
    let is_ruled = if changes::<R>() {
        grant.rules.judge(&target.names) != Verdict::Open
    } else {
        grant.rules.hide(&target.names)
    };
    if inner.resolver == Resolver::Walk || parents.is_empty() || may_be_aliases || is_ruled {
        return None;
    }
    // On one mount: what another file system takes for one name is not known yet.
    let parent = open_beneath(&grant.dir, parents, true).ok()?;
    let found = FoundEntry::new(lstat(&parent, name).ok()?);
    let plain = match found.kind {
        Kind::Directory => true,
        Kind::File | Kind::Special => !target.must_be_dir,
        // The kernel would follow it in one step, past the rules for the names that it leads through.
        Kind::Link => false,
    };
    // Another device may be one that is never read: the walk asks at each step.
    let plain = plain && found.stat.device == grant.device;
    (plain && stays_on_mount(grant.mount, &parent, name)).then(|| Resolved {
        grant: Arc::clone(grant),
        parent: Arc::new(parent),
        name: Some(name.clone()),
        below: target.names.clone(),
        found: Some(found),
        missing: vec![],
        must_be_dir: target.must_be_dir,
        meant: None,
        resembles: None,
    })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::cap::rights::{Rights, Write};
    use crate::cap::rules::Rules;
    use crate::cap::testing::{FOLLOWED, ITSELF, TO_MAKE, budget, check, granted, preopen, tree};
    use crate::error::Code;

    /// Both ways give the same result, so only this test sees which one was used.
    #[test]
    fn the_short_way_is_for_what_is_plain() {
        let temp = tree(&["g/a/f", "g/f", "g/to-a -> a", "g/.git/x"]);
        let rules = Rules::default().protecting(&[], &[], &[]).unwrap();
        let all = vec![preopen(&temp, "g", Rights::RWD, rules)];
        let grants = Grants::new(all, vec![], false).unwrap();
        let is_short = |path: &str| {
            by_openat2(&grants.attenuate::<Write>(&VirtualPath::from(path)).unwrap()).is_some()
        };
        assert_eq!(is_short("a/f"), grants.resolver() == Resolver::OpenAt2);
        for path in ["f", "to-a/f", "a/none", ".git/x"] {
            assert!(!is_short(path), "{path}");
        }
    }

    #[test]
    fn names_and_links_lead_to_one_place() {
        let temp = tree(&[
            "g/f",
            "g/a/b/f",
            "g/to-f -> a/b/f",
            "g/to-a -> a",
            "g/a/up -> ..",
            "g/a/b/up -> ..",
            "g/slash-f -> f/",
            "g/dot-f -> f/.",
            "g/slash-a -> a/",
            "g/out -> ..",
            "g/gone -> none",
            "g/into -> none/../f",
            "g/abs -> {root}/g/a/b/f",
            "g/loop -> loop",
            "g/etc -> /etc/passwd",
        ]);
        let grants = granted(&temp);
        check::<Read>(
            &grants,
            FOLLOWED,
            &[
                ("", "g Directory"),
                ("f", "g/f File"),
                ("f/", "not_a_directory"),
                ("f/x", "not_a_directory"),
                ("a/b/f", "g/a/b/f File"),
                ("a/b/f/", "not_a_directory"),
                ("a/b/", "g/a/b Directory"),
                ("to-f", "g/a/b/f File"),
                ("to-a/b", "g/a/b Directory"),
                ("a/up", "g Directory"),
                ("a/up/f", "g/f File"),
                ("a/b/up", "g/a Directory"),
                ("slash-f", "not_a_directory"),
                ("slash-f/", "not_a_directory"),
                ("dot-f", "not_a_directory"),
                ("slash-a", "g/a Directory"),
                ("slash-a/b/f", "g/a/b/f File"),
                ("abs", "g/a/b/f File"),
                ("out", "escapes_grant"),
                ("out/x", "escapes_grant"),
                ("etc", "escapes_grant"),
                ("gone", "not_found"),
                ("none", "not_found"),
                ("none/x", "not_found"),
                ("loop", "bad_path"),
            ],
        );
        check::<Read>(
            &grants,
            ITSELF,
            &[
                ("to-f", "g/to-f Link"),
                ("loop", "g/loop Link"),
                ("to-a/b/up", "g/a/b/up Link"),
                ("gone", "g/gone Link"),
                ("to-f/", "not_a_directory"),
                ("to-a/", "not_a_directory"),
                ("to-a/.", "not_a_directory"),
                ("gone/", "not_a_directory"),
                ("a/", "g/a Directory"),
            ],
        );
        check::<Write>(
            &grants,
            TO_MAKE,
            &[
                ("none", "g/none new"),
                ("none/x/y", "g/none/x/y new in none/x"),
                ("to-a/none/x", "g/a/none/x new in none"),
                ("gone", "g/none new"),
                ("into", "escapes_grant"),
                ("f/x", "not_a_directory"),
            ],
        );
    }

    #[test]
    fn every_walk_ends() {
        let temp = tree(&["g/a/b/f", "g/f"]);
        let link = |from: String, to: String| symlink(to, temp.path().join(from)).unwrap();
        // 273 steps each. XFS takes no longer text than 1,023 bytes.
        link("g/x".into(), "a/../".repeat(136));
        let x = "x/".repeat(15);
        (1..=41).for_each(|n| {
            link(format!("g/l{n}"), if n == 1 { "f".into() } else { format!("l{}", n - 1) });
        });
        for (jumps, way) in [(8, "j"), (9, "k")] {
            for n in 1..=jumps {
                let (at, there) = if n % 2 == 1 { ("g", "o") } else { ("o", "g") };
                let end = if n == jumps { "end".into() } else { format!("{way}{}", n + 1) };
                link(format!("{at}/{way}{n}"), format!("../{there}/{end}"));
            }
        }
        for end in ["g/end", "o/end"] {
            std::fs::write(temp.path().join(end), "").unwrap();
        }
        let grants = granted(&temp);
        let deep = |n: usize| vec!["n"; n].join("/");
        std::fs::create_dir_all(temp.path().join("g").join(deep(513))).unwrap();
        check::<Read>(
            &grants,
            FOLLOWED,
            &[
                (&format!("{x}a"), "g/a Directory"),
                (&format!("{x}a/b"), "bad_path"),
                ("l40", "g/f File"),
                ("l41", "bad_path"),
                ("j1", "g/end File"),
                ("k1", "bad_path"),
            ],
        );
        let walk = |path: String, look: LookupOptions| {
            let target =
                grants.attenuate::<Write>(&VirtualPath::from(format!("g/{path}"))).unwrap();
            PathWalk::new(&target, look, Some(&budget()))
                .run()
                .map(|at| at.below.len())
                .map_err(|e| e.code())
        };
        assert_eq!(walk(deep(513), FOLLOWED), Ok(513));
        assert_eq!(walk(deep(513) + "/n", FOLLOWED), Err(Code::OverLimit));
        assert_eq!(walk(format!("a/b/{}", deep(510)), TO_MAKE), Ok(512));
        assert_eq!(walk(format!("a/b/{}", deep(511)), TO_MAKE), Err(Code::OverLimit));
    }

    #[test]
    fn rules_hold_on_the_names_that_links_lead_to() {
        let temp = tree(&[
            "g/secret/f",
            "g/vendor/f",
            "g/l -> secret/f",
            "g/v -> vendor",
            "g/a/up -> ..",
            "o/x",
        ]);
        let rules = Rules::new(&["secret".into()], &["vendor/**".into()]).unwrap();
        let all = vec![
            preopen(&temp, "g", Rights::RWD, rules),
            preopen(&temp, "o", Rights::RWD, Rules::default()),
        ];
        let grants = Grants::new(all, vec![], false).unwrap();
        check::<Read>(
            &grants,
            FOLLOWED,
            &[
                ("secret", "not_found"),
                ("secret/f", "not_found"),
                ("SECRET/none", "not_found"),
                ("l", "not_found"),
                ("v/f", "g/vendor/f File"),
            ],
        );
        // What has to be there and is hidden is like what is not there.
        check::<Write>(
            &grants,
            FOLLOWED,
            &[
                ("secret/f", "not_found"),
                ("secret", "not_found"),
                ("none/secret", "not_found"),
                ("l", "not_found"),
                ("v/secret", "protected"),
            ],
        );
        check::<Write>(
            &grants,
            TO_MAKE,
            &[
                ("secret/f", "protected"),
                ("none/secret", "protected"),
                ("l", "protected"),
                ("v/f", "protected"),
                ("v", "protected"),
                ("a/up", "g Directory"),
                ("a/up/vendor", "protected"),
                ("a/new", "g/a/new new"),
            ],
        );
    }

    #[test]
    fn a_name_that_is_missing_is_told_what_comes_near() {
        let temp = tree(&["g/src/main.rs", "g/to -> src", "o/x"]);
        let grants = granted(&temp);
        let said = |path: &str| {
            let target = grants.attenuate::<Read>(&VirtualPath::from(path)).unwrap();
            resolve(&target, FOLLOWED, &budget()).err().unwrap().to_string()
        };
        assert!(
            said("g/to/man.rs").ends_with("did you mean `g/src/main.rs`?"),
            "{}",
            said("g/to/man.rs")
        );
        assert!(
            said("g/to/else").ends_with("list_directory with path=`g/src` shows what there is")
        );
        let grant = &grants.inner().grants[0];
        assert!(exists(&grants, grant, &[Name::from_bytes(b"to").unwrap()]));
        assert!(!exists(&grants, grant, &[Name::from_bytes(b"none").unwrap()]));
    }
}
