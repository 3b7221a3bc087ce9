//! What symbolic links at protected names lead to. It has another name, and runs code all the same.
//!
//! `.git -> store/git` makes `store/git/config` as dangerous as `.git/config`. A change of such a place is
//! refused; so is a change *above* it, since whoever moves `store` away, changes it there and moves it back
//! has changed it too; and so is a change of any link on the way, which would lead elsewhere.
//!
//! Where links lead is worked out from the [`LinkIndex`] of each grant, by names alone and without a system
//! call. Names that some file system takes for one are one here: this only decides what is refused.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::Grants;
use super::grant::Inner;
use super::link_index::{Directory, Entry, LinkIndex};
use super::refusal::{protected_by_link, protected_repository};
use super::repository::lies_in_repository;
use super::rules::{Verdict, folded};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Spent};
use crate::path::Name;

/// Most links that one link may lead through: the kernel's own bound.
const MAX_LINKS: usize = 40;
/// Most names that are looked up to follow all links of one state of the index.
const MAX_STEPS: usize = 300_000;
/// How long a call waits before it looks again whether another one still reads the index.
const PATIENCE: Duration = Duration::from_millis(1);

/// The indexes of all grants, and what follows from them.
#[derive(Default)]
pub(super) struct ProtectedLinks(Mutex<State>);

#[derive(Default)]
struct State {
    indexes: Vec<LinkIndex>,
    places: Option<Arc<[ProtectedPlace]>>,
}

/// A place that a link at a protected name leads to.
#[derive(Debug)]
struct ProtectedPlace {
    /// The grant whose rules protect it.
    grant: usize,
    /// The protected name that the link gives it, from the root of that grant.
    alias: Vec<Name>,
    /// The place itself, from the root of the host, folded; and how many names that are.
    place: String,
    depth: usize,
    /// The links and directories that were passed on the way, folded in the same way.
    passed: Vec<String>,
}

/// What protected links lead to, at the time of one change.
pub(super) struct Protection<'a> {
    grants: &'a Grants,
    places: Arc<[ProtectedPlace]>,
}

impl<'a> Protection<'a> {
    /// Brings the indexes up to date for a change of the place `below` a grant.
    ///
    /// # Errors
    /// `timed_out`, `cancelled`; `over_limit` for a tree made to keep this busy.
    pub(super) fn new(
        grants: &'a Grants,
        grant: usize,
        below: &[Name],
        budget: &Budget,
    ) -> Result<Self, ToolError> {
        let inner = grants.inner();
        let mut state = inner.protected_links.lock(budget)?;
        let State { indexes, places } = &mut *state;
        indexes.resize_with(inner.grants.len(), LinkIndex::default);
        let mut has_changed = places.is_none();
        for (number, (held, index)) in inner.grants.iter().zip(indexes.iter_mut()).enumerate() {
            if held.rules.guard_none() {
                continue;
            }
            let refreshed = index.refresh(held, budget);
            let along = if number == grant { below } else { &[] };
            has_changed |= refreshed? | index.refresh_along(held, along, budget)?;
        }
        let known = places.as_ref().filter(|_| !has_changed);
        let known = match known {
            Some(known) => Arc::clone(known),
            // Forgotten until the new ones are known: a call that is cancelled here must not leave old ones.
            None => {
                *places = None;
                let all: Arc<[_]> = Follow::new(inner, indexes, budget).all()?.into();
                *places = Some(Arc::clone(&all));
                all
            }
        };
        Ok(Self { grants, places: known })
    }

    /// Refuses a change of a place that a protected link leads to, or that lies in such a place.
    ///
    /// # Errors
    /// `protected`.
    pub(super) fn check(&self, grant: usize, below: &[Name], shown: &str) -> Result<(), ToolError> {
        if self.places.is_empty() {
            return Ok(());
        }
        let path = self.host_path(grant, below);
        for place in self.places.iter() {
            if is_at_or_below(&path, &place.place) {
                let names = self.host_names(grant).len() + below.len();
                let rest = below.len().saturating_sub(names.saturating_sub(place.depth));
                let rest = below.get(rest..).unwrap_or_default();
                let alias = [place.alias.as_slice(), rest].concat();
                if self.is_protected(place.grant, &alias) {
                    return Err(self.refused(place, &alias, shown));
                }
            }
        }
        Ok(())
    }

    /// Refuses a change that would replace, move or remove a directory above such a place, or a link on
    /// the way to it.
    ///
    /// # Errors
    /// `protected`.
    pub(super) fn check_above(
        &self,
        grant: usize,
        below: &[Name],
        shown: &str,
    ) -> Result<(), ToolError> {
        if self.places.is_empty() {
            return Ok(());
        }
        let path = self.host_path(grant, below);
        let is_on_way = |place: &&ProtectedPlace| {
            is_at_or_below(&place.place, &path)
                || place.passed.iter().any(|passed| is_at_or_below(passed, &path))
        };
        match self.places.iter().find(is_on_way) {
            Some(place) => Err(self.refused(place, &place.alias, shown)),
            None => Ok(()),
        }
    }

    fn is_protected(&self, grant: usize, alias: &[Name]) -> bool {
        let held = self.grants.inner().grants.get(grant);
        held.is_some_and(|held| held.rules.judge(alias) == Verdict::Guarded)
    }

    fn refused(&self, place: &ProtectedPlace, alias: &[Name], shown: &str) -> ToolError {
        let Some(held) = self.grants.inner().grants.get(place.grant) else {
            return ToolError::new(Code::Internal, "a protected place without its grant");
        };
        // A link in a hidden place is not named.
        let link = self.grants.shown(place.grant, &place.alias);
        let link = (!held.rules.hide(&place.alias)).then_some(link);
        protected_by_link(shown, link.as_deref(), alias, &held.rules)
    }

    fn host_names(&self, grant: usize) -> &[Name] {
        self.grants.inner().grants.get(grant).map_or(&[], |held| held.canonical())
    }

    fn host_path(&self, grant: usize, below: &[Name]) -> String {
        folded(&[self.host_names(grant), below].concat())
    }
}

/// Refuses a change of the place `below` a grant, if a protected link leads there or if git would obey it.
///
/// # Errors
/// `protected`; those of [`Protection::new`].
pub(super) fn check_place(
    grants: &Grants,
    grant: usize,
    below: &[Name],
    is_directory: bool,
    budget: &Budget,
) -> Result<(), ToolError> {
    let Some(held) = grants.inner().grants.get(grant) else { return Ok(()) };
    if held.rules.guard_none() {
        return Ok(());
    }
    let shown = grants.shown(grant, below);
    let protection = Protection::new(grants, grant, below, budget)?;
    protection.check(grant, below, &shown)?;
    // A directory that is there stays, unless its whole tree is moved or removed: then `scan` asks this.
    if !is_directory {
        protection.check_above(grant, below, &shown)?;
    }
    if lies_in_repository(&held.dir, below, &held.rules) {
        return Err(protected_repository(&shown, below));
    }
    Ok(())
}

impl ProtectedLinks {
    fn lock(&self, budget: &Budget) -> Result<MutexGuard<'_, State>, Spent> {
        loop {
            match self.0.try_lock() {
                Ok(state) => return Ok(state),
                Err(TryLockError::Poisoned(poisoned)) => {
                    let mut state = PoisonError::into_inner(poisoned);
                    *state = State::default();
                    return Ok(state);
                }
                Err(TryLockError::WouldBlock) => {
                    budget.is_wanted()?;
                    std::thread::sleep(PATIENCE);
                }
            }
        }
    }
}

/// Is `path` the place, or below it? Both are folded and absolute.
fn is_at_or_below(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Follows the links at protected names, and those that get a protected name by another one.
struct Follow<'a> {
    inner: &'a Inner,
    indexes: &'a [LinkIndex],
    budget: &'a Budget,
    steps: usize,
    found: Vec<ProtectedPlace>,
    /// Links whose text is still to be followed: their place, the name that protects them, their text.
    waiting: VecDeque<Waiting<'a>>,
    seen: HashSet<(usize, Vec<Name>, bool)>,
    /// Directories whose links were all noted, since everything in them is protected.
    noted: HashSet<(usize, Vec<Name>)>,
}

struct Waiting<'a> {
    grant: usize,
    /// Where the link is, from the root of its grant.
    at: Vec<Name>,
    alias: (usize, Vec<Name>),
    text: &'a [u8],
}

/// Where a link leads: a place in a grant, and what was passed on the way.
struct Led {
    grant: usize,
    below: Vec<Name>,
    passed: Vec<Vec<Name>>,
}

impl<'a> Follow<'a> {
    fn new(inner: &'a Inner, indexes: &'a [LinkIndex], budget: &'a Budget) -> Self {
        Self {
            inner,
            indexes,
            budget,
            steps: 0,
            found: vec![],
            waiting: VecDeque::new(),
            seen: HashSet::new(),
            noted: HashSet::new(),
        }
    }

    fn all(mut self) -> Result<Vec<ProtectedPlace>, ToolError> {
        for (grant, index) in self.indexes.iter().enumerate() {
            self.links_below(grant, index.root(), &[], (grant, &[]))?;
        }
        // The index itself is bounded. What its links unfold to is bounded from here on.
        self.steps = 0;
        while let Some(link) = self.waiting.pop_front() {
            let Some(led) = self.follow(link.grant, &link.at, link.text)? else { continue };
            let host = self.host(led.grant, &led.below);
            let (alias_grant, alias) = link.alias;
            let is_new = !self.is_protected(alias_grant, &alias)
                || self.noted.insert((led.grant, led.below.clone()));
            if let Some(directory) = self.directory(led.grant, &led.below).filter(|_| is_new) {
                self.links_below(led.grant, directory, &led.below, (alias_grant, &alias))?;
            }
            let passed = led.passed.iter().map(|passed| folded(passed)).collect();
            let (place, depth) = (folded(&host), host.len());
            self.found.push(ProtectedPlace { grant: alias_grant, alias, place, depth, passed });
        }
        Ok(self.found)
    }

    /// Notes the links in a directory and below it that have a protected name, when the directory itself
    /// has the name `alias`.
    fn links_below(
        &mut self,
        grant: usize,
        directory: &'a Directory,
        at: &[Name],
        (alias_grant, alias): (usize, &[Name]),
    ) -> Result<(), ToolError> {
        let Some(held) = self.inner.grants.get(alias_grant) else { return Ok(()) };
        let mut todo = vec![(directory, at.to_vec(), alias.to_vec())];
        while let Some((directory, at, alias)) = todo.pop() {
            for (name, entry) in directory.entries() {
                self.step()?;
                let at = [at.as_slice(), std::slice::from_ref(&name)].concat();
                let alias = [alias.as_slice(), &[name]].concat();
                match entry {
                    Entry::Directory(inside) => todo.push((inside, at, alias)),
                    Entry::Link(text) if held.rules.is_on_way_to_protected(&alias) => {
                        let is_protected = self.is_protected(alias_grant, &alias);
                        if self.seen.insert((grant, at.clone(), is_protected)) {
                            let alias = (alias_grant, alias);
                            self.waiting.push_back(Waiting { grant, at, alias, text });
                        }
                    }
                    Entry::Link(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Where a link leads that is at this place; none if it leaves the grants.
    fn follow(&mut self, grant: usize, at: &[Name], text: &[u8]) -> Result<Option<Led>, ToolError> {
        let mut host = self.host(grant, at);
        let mut passed = vec![host.clone()];
        host.pop();
        let mut todo: VecDeque<&[u8]> = text.split(|byte| *byte == b'/').collect();
        if text.starts_with(b"/") {
            host.clear();
        }
        let (mut links, mut is_known) = (1, true);
        while let Some(part) = todo.pop_front() {
            self.step()?;
            if part == b".." {
                // Outside the grants nothing is known of a name, so neither of what is above it.
                if !is_known {
                    return Ok(None);
                }
                passed.push(host.clone());
                host.pop();
                continue;
            }
            let Some(name) = Name::from_bytes(part) else { continue };
            host.push(name);
            let Some((grant, depth)) = self.inner.spelled(&host) else {
                is_known = self.is_above_a_grant(&host);
                continue;
            };
            is_known = true;
            let below = host.split_off(depth);
            host = self.host(grant, &below);
            if let Some(Entry::Link(text)) = self.entry(grant, &below) {
                links += 1;
                if links > MAX_LINKS {
                    return Ok(None);
                }
                passed.push(host.clone());
                host.pop();
                if text.starts_with(b"/") {
                    host.clear();
                }
                for part in text.split(|byte| *byte == b'/').rev() {
                    todo.push_front(part);
                }
            }
        }
        let Some((grant, depth)) = self.inner.spelled(&host) else { return Ok(None) };
        Ok(Some(Led { grant, below: host.split_off(depth), passed }))
    }

    fn is_protected(&self, grant: usize, alias: &[Name]) -> bool {
        let held = self.inner.grants.get(grant);
        held.is_some_and(|held| held.rules.judge(alias) == Verdict::Guarded)
    }

    /// Is it a directory that a grant's own path goes through? Then it is not a link.
    fn is_above_a_grant(&self, host: &[Name]) -> bool {
        self.inner.grants.iter().any(|grant| grant.canonical().starts_with(host))
    }

    fn host(&self, grant: usize, below: &[Name]) -> Vec<Name> {
        let canonical = self.inner.grants.get(grant).map_or(&[][..], |held| held.canonical());
        [canonical, below].concat()
    }

    fn directory(&self, grant: usize, below: &[Name]) -> Option<&'a Directory> {
        let root = self.indexes.get(grant)?.root();
        below.iter().try_fold(root, |directory, name| match directory.get(name)? {
            Entry::Directory(inside) => Some(&**inside),
            Entry::Link(_) => None,
        })
    }

    fn entry(&self, grant: usize, below: &[Name]) -> Option<&'a Entry> {
        let (last, parents) = below.split_last()?;
        self.directory(grant, parents)?.get(last)
    }

    fn step(&mut self) -> Result<(), ToolError> {
        self.steps += 1;
        if self.steps > MAX_STEPS && !self.waiting.is_empty() {
            let sentence = "the links at protected names lead through too many others";
            return Err(ToolError::new(Code::OverLimit, sentence).hint(
                "the user can remove such links, or name them under `unprotect` in the allowlist",
            ));
        }
        if self.steps.is_multiple_of(1_000) {
            self.budget.step()?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use super::super::tests::{FOLLOWED, TO_MAKE, budget, check, led, preopen, tree};
    use super::super::{Read, Rights, Rules, Write};
    use super::*;

    /// `g` is written to, and `o` has the rights that are given.
    fn grants(temp: &tempfile::TempDir, o: Rights) -> Grants {
        let all = [("g", Rights::RWD), ("o", o)].map(|(name, rights)| {
            preopen(temp, name, rights, Rules::default().guarding(&[], &[], &[]).unwrap())
        });
        Grants::new(all.into(), vec![], false).unwrap()
    }

    /// The refusal of a change, or where the path leads.
    fn answer(grants: &Grants, path: &str) -> String {
        led::<Write>(grants, path, TO_MAKE)
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
        let read = led::<Read>(&grants, "tools/vscode/tasks.json", FOLLOWED);
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
        {
            assert_eq!(answer(&grants, path), "protected", "{path}");
        }
        for path in ["two/three/settings.json", "one/new", "two/three"] {
            assert_eq!(answer(&grants, path), "protected", "{path}");
        }
        check::<Write>(
            &grants,
            TO_MAKE,
            &[("cs/y", "g/cs/y File"), ("conf/other", "g/conf/other File"), ("gh/x", "g/gh/x new")],
        );
        // The link on the way is not replaced either.
        let one = grants.attenuate::<Write>(&"g/one".into()).unwrap();
        let kept = one.look(super::super::tests::ITSELF, &budget());
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
        let protection = Protection::new(&grants, place.grant, &place.below, &budget()).unwrap();
        let moved = protection.check_above(place.grant, &place.below, "store").unwrap_err();
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
    fn links_that_unfold_without_end_are_refused_and_end_with_the_call() {
        // Each link leads through many others, and there are many of them.
        let temp = tree(&["g/d/f"]);
        let make = |at: String, to: String| {
            std::os::unix::fs::symlink(to, temp.path().join(at)).unwrap();
        };
        make("g/x".into(), "d/../".repeat(600));
        std::fs::create_dir(temp.path().join("g/.git")).unwrap();
        for n in 0..200 {
            make(format!("g/.git/{n}"), format!("../{}d", "x/".repeat(38)));
        }
        let grants = grants(&temp, Rights::RO);
        let target = grants.attenuate::<Write>(&"g/new".into()).unwrap();
        let refused = target.look(TO_MAKE, &budget()).err().unwrap();
        assert_eq!(refused.code(), Code::OverLimit, "{refused}");
        let cancelled = crate::limits::Watch::new(|| true);
        let clock = crate::limits::Clock::new(std::time::Instant::now);
        let budget = Budget::new(Arc::default(), clock, cancelled);
        assert_eq!(target.look(TO_MAKE, &budget).err().unwrap().code(), Code::Cancelled);
    }

    #[test]
    fn what_is_unprotected_stays_so_through_a_link() {
        let temp = tree(&["g/.vscode -> cfg", "g/cfg/settings.json", "g/cfg/tasks.json"]);
        let open = [".vscode/settings.json".to_owned()];
        let rules = Rules::default().guarding(&open, &[], &[]).unwrap();
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
