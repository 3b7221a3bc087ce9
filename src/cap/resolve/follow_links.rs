//! Where symbolic links at protected names lead: [`protected_places`].
//!
//! A link gives a second name to what it leads to. If that name is protected, or lies on the way to a
//! protected name, so is the place; and links in that place have second names in turn. All of it is worked
//! out from the [`LinkIndex`] of each grant, by names and without a system call.

use std::collections::{HashSet, VecDeque};

use crate::cap::grants::Inner;
use crate::cap::grants::known_links::ProtectedPlace;
use crate::cap::grants::link_index::LinkIndex;
use crate::cap::grants::link_tree::{Directory, Entry};
use crate::cap::rules::folded;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;

/// Most links that one link may lead through. The kernel follows 40, but a longer chain can be made shorter: all
/// links on the way are protected, too.
const MAX_LINKS: usize = 1_000;
/// Most names that are looked up to follow all links of one state of the index.
const MAX_STEPS: usize = 300_000;

/// Every place that a link at a protected name leads to, in all grants.
///
/// # Errors
/// `over_limit` for links that lead through too many others; `timed_out`, `cancelled`.
pub(in crate::cap) fn protected_places(
    inner: &Inner,
    indexes: &[LinkIndex],
    budget: &Budget,
) -> Result<Vec<ProtectedPlace>, ToolError> {
    Follow::new(inner, indexes, budget).all()
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
    is_in_repository: bool,
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
            self.links_below(grant, index.root(), &[], (grant, &[]), false)?;
        }
        // The index itself is bounded. What its links unfold to is bounded from here on.
        self.steps = 0;
        while let Some(link) = self.waiting.pop_front() {
            let Some(led) = self.follow(link.grant, &link.at, link.text)? else { continue };
            let host = self.host(led.grant, &led.below);
            let (alias_grant, alias) = link.alias;
            let is_in_repository = link.is_in_repository;
            let is_new = !(is_in_repository || self.is_protected(alias_grant, &alias))
                || self.noted.insert((led.grant, led.below.clone()));
            if let Some(directory) = self.directory(led.grant, &led.below).filter(|_| is_new) {
                let name = (alias_grant, alias.as_slice());
                self.links_below(led.grant, directory, &led.below, name, is_in_repository)?;
            }
            let passed = led.passed.iter().map(|passed| folded(passed)).collect();
            let place = folded(&host);
            let depth = host.len();
            self.found.push(ProtectedPlace {
                grant: alias_grant,
                alias,
                place,
                depth,
                is_in_repository,
                passed,
            });
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
        is_in_repository: bool,
    ) -> Result<(), ToolError> {
        let Some(held) = self.inner.grants.get(alias_grant) else { return Ok(()) };
        let mut todo = vec![(directory, at.to_vec(), alias.to_vec(), is_in_repository)];
        while let Some((directory, at, alias, is_in_repository)) = todo.pop() {
            let is_in_repository = is_in_repository || directory.is_repository;
            for (name, entry) in directory.entries() {
                self.step()?;
                let at = [at.as_slice(), std::slice::from_ref(&name)].concat();
                let alias = [alias.as_slice(), &[name]].concat();
                match entry {
                    Entry::Directory(inside) => todo.push((inside, at, alias, is_in_repository)),
                    Entry::Link(text)
                        if is_in_repository || held.rules.is_on_way_to_protected(&alias) =>
                    {
                        let is_protected =
                            is_in_repository || self.is_protected(alias_grant, &alias);
                        if self.seen.insert((grant, at.clone(), is_protected)) {
                            let alias = (alias_grant, alias);
                            self.waiting.push_back(Waiting {
                                grant,
                                at,
                                alias,
                                is_in_repository,
                                text,
                            });
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
        let mut links = 1;
        let mut is_known = true;
        while let Some(part) = todo.pop_front() {
            self.step()?;
            if part == b".." {
                // A name outside the grants may be a link, so what `..` means after it is unknown.
                if !is_known {
                    return Ok(None);
                }
                passed.push(host.clone());
                host.pop();
                continue;
            }
            let Some(name) = Name::from_bytes(part) else { continue };
            host.push(name);
            let Some((grant, depth)) = self.spelled(&host) else {
                is_known = self.is_above_a_grant(&host);
                continue;
            };
            is_known = true;
            let below = host.split_off(depth);
            host = self.host(grant, &below);
            if let Some(Entry::Link(text)) = self.entry(grant, &below) {
                links += 1;
                if links > MAX_LINKS {
                    break;
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
        let Some((grant, depth)) = self.spelled(&host) else { return Ok(None) };
        Ok(Some(Led { grant, below: host.split_off(depth), passed }))
    }

    fn spelled(&self, host: &[Name]) -> Option<(usize, usize)> {
        self.inner.spelled(host).map(|(grant, depth)| (grant.number, depth))
    }

    fn is_protected(&self, grant: usize, alias: &[Name]) -> bool {
        let held = self.inner.grants.get(grant);
        held.is_some_and(|held| held.rules.is_protected(alias))
    }

    /// Returns whether the path of a grant goes through this directory. Such a directory is not a link.
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
            let sentence = "following the links at protected names takes too many steps";
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
    use std::sync::Arc;

    use super::*;
    use crate::cap::grants::Grants;
    use crate::cap::rights::{Rights, Write};
    use crate::cap::rules::Rules;
    use crate::cap::testing::{TO_MAKE, budget, preopen, tree};

    fn protected(temp: &tempfile::TempDir, granted: &[&str], path: &str) -> bool {
        let rules = Rules::default().protecting(&[], &[], &[]).unwrap();
        let all = granted.iter().map(|name| preopen(temp, name, Rights::RW, rules.clone()));
        let grants = Grants::new(all.collect(), vec![], false).unwrap();
        let path = temp.path().canonicalize().unwrap().join(path);
        let target = grants.attenuate::<Write>(&path.to_str().unwrap().into()).unwrap();
        let found = target.look(TO_MAKE, &budget());
        found.is_err_and(|error| error.code() == Code::Protected)
    }

    #[test]
    fn a_link_is_followed_from_any_depth_that_the_server_reaches() {
        for depth in [1, 257, 500] {
            let at = format!("g/{}.vscode -> {{root}}/g/tools", "d/".repeat(depth));
            let temp = tree(&[&at, "g/tools/x", "g/other/x"]);
            assert!(protected(&temp, &["g"], "g/tools/x"), "{depth}");
            assert!(!protected(&temp, &["g"], "g/other/x"), "{depth}");
        }
    }

    #[test]
    fn a_place_is_protected_in_a_grant_that_lies_below_it() {
        let temp = tree(&["g/.config -> conf", "g/conf/git/config", "g/conf/own/config"]);
        let granted = ["g", "g/conf/git", "g/conf/own"];
        assert!(protected(&temp, &granted, "g/conf/git/config"));
        assert!(!protected(&temp, &granted, "g/conf/own/config"));
    }

    #[test]
    fn links_that_unfold_without_end_are_refused_and_end_with_the_call() {
        // Each link leads through many others, and there are many of them.
        let temp = tree(&["g/d/f"]);
        let make = |at: String, to: String| {
            std::os::unix::fs::symlink(to, temp.path().join(at)).unwrap();
        };
        // XFS takes no longer text than 1,023 bytes.
        make("g/x".into(), "d/../".repeat(200));
        std::fs::create_dir(temp.path().join("g/.git")).unwrap();
        for n in 0..200 {
            make(format!("g/.git/{n}"), format!("../{}d", "x/".repeat(38)));
        }
        let rules = Rules::default().protecting(&[], &[], &[]).unwrap();
        let all = vec![preopen(&temp, "g", Rights::RW, rules)];
        let grants = Grants::new(all, vec![], false).unwrap();
        let target = grants.attenuate::<Write>(&"new".into()).unwrap();
        let refused = target.look(TO_MAKE, &budget()).err().unwrap();
        assert_eq!(refused.code(), Code::OverLimit, "{refused}");
        let cancelled = crate::limits::CallMonitor::new(|| true);
        let clock = crate::limits::Clock::new(std::time::Instant::now);
        let budget = Budget::new(Arc::default(), clock, cancelled);
        assert_eq!(target.look(TO_MAKE, &budget).err().unwrap().code(), Code::Cancelled);
    }
}
