//! Protects what symbolic links at protected names lead to: it runs code under its other name, too.
//!
//! `.git -> store/git` makes `store/git/config` as dangerous as `.git/config`. A change of such a place is
//! refused. A change *above* it is refused too: an agent could move `store` away, change it there and move it
//! back. So is a change of a link on the way, which would make the link lead elsewhere.
//!
//! Names that some file system takes for one are one here: this only decides what is refused.

use crate::cap::grants::grant::Grant;
use std::sync::Arc;

use crate::cap::grants::Grants;
use crate::cap::grants::known_links::{ProtectedPlace, State};
use crate::cap::grants::link_index::LinkIndex;
use crate::cap::resolve::follow_links::protected_places;
use crate::cap::rules::folded;
use crate::cap::rules::refusal::{protected_by_link, protected_repository};
use crate::cap::rules::repository::lies_in_repository;
use crate::error::{Code, ToolError};
use crate::limits::{Budget, StopReason};
use crate::path::Name;

/// What protected links lead to, at the time of one change.
pub(in crate::cap) struct Protection<'a> {
    grants: &'a Grants,
    places: Arc<[ProtectedPlace]>,
}

impl<'a> Protection<'a> {
    /// Brings the indexes up to date for a change of the place `below` a grant.
    ///
    /// # Errors
    /// `timed_out`, `cancelled`; `over_limit` for a tree made to keep this busy.
    pub(in crate::cap) fn new(
        grants: &'a Grants,
        grant: &Grant,
        below: &[Name],
        budget: &Budget,
    ) -> Result<Self, ToolError> {
        let inner = grants.inner();
        let mut state = inner.protected_links.lock(budget)?;
        let State { indexes, places } = &mut *state;
        indexes.resize_with(inner.grants.len(), LinkIndex::default);
        for (number, (held, index)) in inner.grants.iter().zip(indexes.iter_mut()).enumerate() {
            if held.rules.protect_nothing() {
                continue;
            }
            let along = if number == grant.number { below } else { &[] };
            let mut refresh = || {
                let has_changed = index.refresh(held, budget)?;
                Ok::<_, StopReason>(index.refresh_along(held, along, budget)? || has_changed)
            };
            let refreshed = refresh();
            // The index keeps what it read before an error, and that may hold a new link.
            if refreshed != Ok(false) {
                *places = None;
            }
            refreshed?;
        }
        let known = match places {
            Some(known) => Arc::clone(known),
            None => {
                let all = protected_places(inner, indexes, budget)?.into();
                Arc::clone(places.insert(all))
            }
        };
        Ok(Self { grants, places: known })
    }

    /// Refuses a change of a place that a protected link leads to, or that lies in such a place.
    ///
    /// # Errors
    /// `protected`.
    pub(in crate::cap) fn check(
        &self,
        grant: &Grant,
        below: &[Name],
        shown: &str,
    ) -> Result<(), ToolError> {
        if self.places.is_empty() {
            return Ok(());
        }
        let names = host_names(grant, below);
        let path = folded(&names);
        for place in self.places.iter().filter(|place| is_at_or_below(&path, &place.place)) {
            // From the root of the host: the place may lie above the grant, where grants lie in one another.
            let rest = names.get(place.depth..).unwrap_or_default();
            let alias = [place.alias.as_slice(), rest].concat();
            if self.is_protected(place, &alias) {
                return Err(self.refused(place, &alias, shown));
            }
        }
        Ok(())
    }

    /// Refuses a change that would replace, move or remove a directory above a place that a protected link
    /// leads to, or a link on the way there.
    ///
    /// # Errors
    /// `protected`.
    pub(in crate::cap) fn check_above(
        &self,
        grant: &Grant,
        below: &[Name],
        shown: &str,
    ) -> Result<(), ToolError> {
        if self.places.is_empty() {
            return Ok(());
        }
        let path = folded(&host_names(grant, below));
        let is_on_way = |place: &&ProtectedPlace| {
            is_at_or_below(&place.place, &path)
                || place.passed.iter().any(|passed| is_at_or_below(passed, &path))
        };
        match self.places.iter().find(is_on_way) {
            Some(place) => Err(self.refused(place, &place.alias, shown)),
            None => Ok(()),
        }
    }

    fn is_protected(&self, place: &ProtectedPlace, alias: &[Name]) -> bool {
        let Some(held) = self.grants.inner().grants.get(place.grant) else { return false };
        held.rules.is_protected(alias)
            || (place.is_in_repository && !held.rules.is_unprotected(alias))
    }

    fn refused(&self, place: &ProtectedPlace, alias: &[Name], shown: &str) -> ToolError {
        let Some(held) = self.grants.inner().grants.get(place.grant) else {
            return ToolError::new(Code::Internal, "a protected place without its grant");
        };
        // A link in a hidden place is not named.
        let link = self.grants.display_path(held, &place.alias);
        let link = (!held.rules.hide(&place.alias)).then_some(link);
        protected_by_link(shown, link.as_deref(), alias, &held.rules)
    }
}

/// Refuses a change of the place `below` a grant, if a protected link leads there or if git would obey it.
///
/// # Errors
/// `protected`; those of [`Protection::new`].
pub(in crate::cap) fn check_place(
    grants: &Grants,
    grant: &Grant,
    below: &[Name],
    is_directory: bool,
    budget: &Budget,
) -> Result<(), ToolError> {
    if grant.rules.protect_nothing() {
        return Ok(());
    }
    let shown = grants.display_path(grant, below);
    let protection = Protection::new(grants, grant, below, budget)?;
    protection.check(grant, below, &shown)?;
    // A directory that is there stays, unless its whole tree is moved or removed: then `scan` asks this.
    if !is_directory {
        protection.check_above(grant, below, &shown)?;
    }
    if lies_in_repository(&grant.dir, below, &grant.rules) {
        return Err(protected_repository(&shown, below));
    }
    Ok(())
}

/// The names of a place from the root of the host.
fn host_names(grant: &Grant, below: &[Name]) -> Vec<Name> {
    [grant.canonical(), below].concat()
}

/// Is `path` the place, or below it? Both are folded and absolute.
fn is_at_or_below(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use super::*;
    use crate::cap::rights::{Read, Rights, Write};
    use crate::cap::rules::Rules;
    use crate::cap::testing::{FOLLOWED, TO_MAKE, budget, check, preopen, resolve_both_ways, tree};

    fn grants(temp: &tempfile::TempDir, o: Rights) -> Grants {
        let all = [("g", Rights::RWD), ("o", o)].map(|(name, rights)| {
            preopen(temp, name, rights, Rules::default().protecting(&[], &[], &[]).unwrap())
        });
        Grants::new(all.into(), vec![], false).unwrap()
    }

    fn answer(grants: &Grants, path: &str) -> String {
        resolve_both_ways::<Write>(grants, path, TO_MAKE)
    }

    #[test]
    fn what_a_protected_link_leads_to_is_protected_and_all_below_it() {
        let temp = tree(&[
            "g/.vscode -> tools/vscode",
            "g/tools/vscode/tasks.json",
            "g/tools/other",
            "g/.config/git -> ../conf",
            "g/conf/x",
            "g/sub/.husky -> ../hooks",
            "g/hooks/a",
            "g/sub/f",
            "g/a/.vscode -> cfg",
            "g/a/cfg/tasks.json",
            "g/a/b/f",
            "g/.bash_profile -> dot/profile",
            "g/dot/profile",
            "g/lefthook.yml -> dot/hooks.yml",
            "g/mise.toml -> dot/mise",
        ]);
        let grants = grants(&temp, Rights::RO);
        for path in [
            "tools/vscode/tasks.json",
            "tools/vscode/new/er",
            "tools/vscode",
            "TOOLS/VSCODE/tasks.json",
            "conf/x",
            "hooks/a",
            "a/cfg/tasks.json",
            "a/cfg/new/er",
            "a/cfg",
            "dot/profile",
            "dot/hooks.yml",
            "dot/mise",
        ] {
            assert_eq!(answer(&grants, path), "protected", "{path}");
        }
        check::<Write>(
            &grants,
            TO_MAKE,
            &[
                ("tools/other", "g/tools/other File"),
                ("tools", "g/tools Directory"),
                ("dot/new", "g/dot/new new"),
                ("sub/f", "g/sub/f File"),
                ("a/b/f", "g/a/b/f File"),
                ("f", "g/f new"),
            ],
        );
        let read = resolve_both_ways::<Read>(&grants, "tools/vscode/tasks.json", FOLLOWED);
        assert_eq!(read, "g/tools/vscode/tasks.json File");
    }

    #[test]
    fn links_inside_protected_directories_and_links_they_pass_are_followed() {
        let temp = tree(&[
            "g/.git/hooks -> ../hooks",
            "g/hooks/pre-commit",
            "g/.claude/settings.json -> ../cs/x",
            "g/cs/x",
            "g/cs/y",
            "g/.config -> conf",
            "g/conf/git/config",
            "g/conf/other",
            "g/.github -> gh",
            "g/gh/workflows -> ../flows",
            "g/flows/ci.yml",
            "g/.zed -> one",
            "g/one -> two/three",
            "g/two/three/settings.json",
            "g/.idea -> into/../around",
            "g/into/f",
            "g/around/f",
        ]);
        let grants = grants(&temp, Rights::RO);
        for path in
            ["hooks/pre-commit", "hooks", "cs/x", "conf/git/config", "flows/ci.yml", "around/f"]
                .into_iter()
                .chain(["two/three/settings.json", "one/new", "two/three"])
        {
            assert_eq!(answer(&grants, path), "protected", "{path}");
        }
        check::<Write>(
            &grants,
            TO_MAKE,
            &[("cs/y", "g/cs/y File"), ("conf/other", "g/conf/other File"), ("gh/x", "g/gh/x new")],
        );
        // The link on the way is not replaced either.
        let one = grants.attenuate::<Write>(&"g/one".into()).unwrap();
        let kept = one.look(crate::cap::testing::ITSELF, &budget());
        assert_eq!(kept.err().unwrap().code(), Code::Protected);
    }

    #[test]
    fn what_is_not_there_yet_is_protected_with_the_directories_above_it() {
        let temp = tree(&["g/.vscode -> missing/dir", "g/.git -> store/git", "g/store/git/config"]);
        let grants = grants(&temp, Rights::RO);
        for path in ["missing", "missing/dir", "missing/dir/tasks.json", "store/git/new"] {
            assert_eq!(answer(&grants, path), "protected", "{path}");
        }
        check::<Write>(
            &grants,
            TO_MAKE,
            &[("missing/other", "g/missing/other new in missing"), ("store/f", "g/store/f new")],
        );
        let place = grants.attenuate::<Write>(&"g/store".into()).unwrap();
        let place = place.look(TO_MAKE, &budget()).unwrap();
        let protection =
            Protection::new(&grants, &place.grant, &place.rel_path, &budget()).unwrap();
        let moved = protection.check_above(&place.grant, &place.rel_path, "store").unwrap_err();
        assert!(moved.to_string().contains("the link `g/.git` leads there"), "{moved}");
    }

    #[test]
    fn links_that_lead_to_another_grant_protect_it_there() {
        let temp = tree(&["o/.vscode -> ../g/shared", "g/shared/tasks.json", "g/f"]);
        std::os::unix::fs::symlink(temp.path().join("g/abs"), temp.path().join("o/.envrc"))
            .unwrap();
        let grants = grants(&temp, Rights::RO);
        for path in ["shared/tasks.json", "shared", "abs"] {
            assert_eq!(answer(&grants, path), "protected", "{path}");
        }
        assert_eq!(answer(&grants, "f"), "g/f File");
    }

    #[test]
    fn a_link_is_found_as_soon_as_it_is_there_and_forgotten_when_it_is_gone() {
        let temp = tree(&["g/a/b/c/f", "g/conf/f", "g/big/"]);
        let grants = grants(&temp, Rights::RO);
        for n in 0..1_500 {
            std::fs::write(temp.path().join(format!("g/big/{n}")), "").unwrap();
        }
        for at in ["g/.vscode", "g/a/b/c/.idea", "g/big/.zed"] {
            assert_eq!(answer(&grants, "conf/f"), "g/conf/f File", "{at}");
            std::os::unix::fs::symlink(temp.path().join("g/conf"), temp.path().join(at)).unwrap();
            assert_eq!(answer(&grants, "conf/f"), "protected", "{at}");
            std::fs::remove_file(temp.path().join(at)).unwrap();
        }
        assert_eq!(answer(&grants, "conf/f"), "g/conf/f File");
    }

    #[test]
    fn a_link_that_is_hidden_or_read_only_protects_what_it_leads_to() {
        let temp =
            tree(&["g/.git/config -> ../conf", "g/conf", "g/ro/.vscode -> ../tools", "g/tools/x"]);
        for (hide, readonly) in [(".git", "/ro"), ("/ro", ".git"), ("**/.git/**", "/ro/**")] {
            let rules = Rules::new(&[hide.into()], &[readonly.into()]).unwrap();
            let rules = rules.protecting(&[], &[], &[]).unwrap();
            let grants = Grants::new(vec![preopen(&temp, "g", Rights::RW, rules)], vec![], false);
            let grants = grants.unwrap();
            for path in ["conf", "tools/x"] {
                let target = grants.attenuate::<Write>(&path.into()).unwrap();
                let refused = target.look(TO_MAKE, &budget()).err().unwrap().to_string();
                assert!(refused.starts_with("protected: "), "{refused}");
                let is_hidden = (path == "conf") == hide.contains(".git");
                assert_eq!(refused.contains("the link"), !is_hidden, "{refused}");
            }
        }
    }

    #[test]
    fn what_is_unprotected_stays_so_through_a_link() {
        let temp = tree(&["g/.vscode -> cfg", "g/cfg/settings.json", "g/cfg/tasks.json"]);
        let open = [".vscode/settings.json".to_owned()];
        let rules = Rules::default().protecting(&open, &[], &[]).unwrap();
        let all = ["g", "o"].map(|name| preopen(&temp, name, Rights::RWD, rules.clone()));
        let grants = Grants::new(all.into(), vec![], false).unwrap();
        check::<Write>(
            &grants,
            TO_MAKE,
            &[
                ("cfg/settings.json", "g/cfg/settings.json File"),
                ("cfg/tasks.json", "protected"),
                ("cfg", "protected"),
            ],
        );
    }
}
