//! The walk: names are taken one by one, with the handle of every directory on the way.
//!
//! `..` in a link goes back to a handle that is still held, never through the kernel's `..`, so a
//! directory that is moved during the walk cannot lead out. Rules are judged on the name of each
//! step, so they hold on real names whatever links were on the way.
//!
//! A link's text that leaves the grant is a *name*: it is compared with the spellings of the grants
//! to find the one it means, and whatever it means is opened from that grant's handle or not at all.
//! What lies outside is never looked at; that is why the answer does not depend on it.
//!
//! May import: `path`, `limits`, `error`, `system`. No decision here can become stale by a later step.

use std::collections::VecDeque;
use std::sync::Arc;

use cap_std::fs::Dir;
use rustix::io::Errno;

use crate::cap::grants::Grants;
use crate::cap::grants::grant::Grant;
use crate::cap::handle::listed::{is_listed, is_short_form, may_alias};
use crate::cap::handle::name_refused::{is_about_a_name, name_refused};
use crate::cap::handle::pseudo::is_pseudo;
use crate::cap::handle::step::{FoundEntry, Kind, enter, lstat, stays_on_mount};
use crate::cap::place::{LookupOptions, Resolved};
use crate::cap::rights::{Right, changes};
use crate::cap::rules::Verdict;
use crate::cap::rules::refusal::protected;
use crate::cap::target::Target;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, VirtualPath};
use crate::system::{self, Stat};

/// Most steps of one walk. Forty links could unfold to far more names than any honest path has.
const MAX_STEPS: usize = 4096;
/// Most directories that a walk is below the root: it holds a handle of each.
pub(in crate::cap) const MAX_DEPTH: usize = 512;

/// One step of a walk.
pub(in crate::cap) enum Step {
    Up,
    Down(Name),
}

/// A directory below the root of the grant.
pub(in crate::cap) struct Level {
    name: Name,
    dir: Arc<Dir>,
    /// Can its file system open one entry by several names?
    may_alias: bool,
}

/// A walk from the root of a grant, with the handle of every directory on the way.
pub(in crate::cap) struct PathWalk<'a> {
    pub(in crate::cap) grants: &'a Grants,
    /// What the call may use.
    pub(in crate::cap) budget: Option<&'a Budget>,
    /// Whether hints for errors are looked up. They are not without a budget.
    pub(in crate::cap) gives_hints: bool,
    pub(in crate::cap) requested: &'a VirtualPath,
    /// Is the right one to change what is found? Then rules refuse by name, and no link may lead to
    /// another grant: a planted link must not redirect a change.
    pub(in crate::cap) changes: bool,
    pub(in crate::cap) look: LookupOptions,
    pub(in crate::cap) start: Arc<Grant>,
    pub(in crate::cap) grant: Arc<Grant>,
    /// The directories below the root that the walk is in.
    pub(in crate::cap) stack: Vec<Level>,
    pub(in crate::cap) todo: VecDeque<Step>,
    /// Must the path end at a directory?
    pub(in crate::cap) dir_only: bool,
    pub(in crate::cap) links: u8,
    pub(in crate::cap) jumps: u8,
    steps: usize,
    /// How many of the remaining steps come from the client's path, not from the text of a link.
    pub(in crate::cap) said_left: usize,
    /// The names that the client gave.
    pub(in crate::cap) said_names: &'a [Name],
    /// What they stand for, where that was found out by a look-alike.
    pub(in crate::cap) meant: Option<Vec<Name>>,
    /// What the names look like and do not stand for.
    pub(in crate::cap) resembles: Option<Vec<Name>>,
}

impl<'a> PathWalk<'a> {
    pub(in crate::cap) fn new<R: Right>(
        target: &'a Target<R>,
        look: LookupOptions,
        budget: Option<&'a Budget>,
    ) -> Self {
        Self {
            grants: &target.grants,
            budget,
            gives_hints: budget.is_some(),
            requested: &target.requested,
            changes: changes::<R>(),
            look,
            start: Arc::clone(&target.grant),
            grant: Arc::clone(&target.grant),
            stack: vec![],
            todo: target.names.iter().cloned().map(Step::Down).collect(),
            dir_only: target.must_be_dir,
            links: 0,
            jumps: 0,
            steps: 0,
            said_left: target.names.len(),
            said_names: &target.names,
            meant: None,
            resembles: None,
        }
    }

    /// The same for a walk whose error nobody reads.
    pub(in crate::cap) fn without_hints<R: Right>(
        target: &'a Target<R>,
        look: LookupOptions,
        budget: &'a Budget,
    ) -> Self {
        Self { gives_hints: false, ..Self::new(target, look, Some(budget)) }
    }

    pub(in crate::cap) fn run(mut self) -> Result<Resolved, ToolError> {
        while let Some(step) = self.todo.pop_front() {
            // Links that name one another twice each double the work at every level: forty of them never end.
            self.steps += 1;
            if let Some(budget) = self.budget {
                budget.step()?;
            }
            if self.steps > MAX_STEPS {
                return Err(self.circle());
            }
            match step {
                // To the handle that the walk came from. The kernel's `..` would lead to wherever the directory
                // lies by now: an attacker moves it out of the grant in the middle of the walk.
                Step::Up if self.stack.pop().is_some() => {}
                // Above the root of the grant, a link's text is only a name that is compared with those of grants.
                Step::Up => self.climb()?,
                Step::Down(name) => {
                    if let Some(at) = self.down(name)? {
                        return Ok(at);
                    }
                }
            }
        }
        self.here()
    }

    /// One name down. Gives the place when it was the last one.
    fn down(&mut self, name: Name) -> Result<Option<Resolved>, ToolError> {
        let parent = self.dir();
        let below = self.below(Some(&name));
        // Before the lookup, so that a refused change does not tell whether the name exists.
        if self.changes {
            self.refuse_by_name(&below)?;
        }
        let Some(stat) = self.look_at(&parent, &name, &below)? else {
            return self.nothing_there(parent, name);
        };
        let last = self.todo.is_empty();
        // With `--one-file-system`: somebody may have bound the host's root into the grant.
        if !stays_on_mount(self.grant.mount, &parent, &name) {
            return Err(ToolError::escapes_grant(self.requested));
        }
        let found = FoundEntry::new(stat);
        let is_end = match found.kind {
            // As in POSIX: with a slash after it, a link stands for the directory that it leads to, and
            // nothing is done to the link itself.
            Kind::Link if last && !self.look.follows && self.dir_only => {
                return Err(self.not_a_directory(&below));
            }
            Kind::Link => last && !self.look.follows,
            Kind::Directory => last,
            Kind::File | Kind::Special if last && !self.dir_only => true,
            Kind::File | Kind::Special => return Err(self.not_a_directory(&below)),
        };
        match found.kind {
            _ if is_end => Ok(Some(self.at(parent, Some(name), below, Some(found)))),
            Kind::Link => self.follow(&parent, name).map(|()| None),
            _ => self.enter(&parent, name).map(|()| None),
        }
    }

    /// What has this name, as far as the client may know of it.
    fn look_at(
        &self,
        parent: &Dir,
        name: &Name,
        below: &[Name],
    ) -> Result<Option<Stat>, ToolError> {
        // Here and not earlier on the way, so that the answer is that of a name which is not there.
        if self.grant.rules.hide(below) {
            // Nothing is created there: a new entry was refused by its name before.
            return if self.look.may_be_missing {
                Err(self.missing(parent, name))
            } else {
                Ok(None)
            };
        }
        let stat = match lstat(parent, name) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(None),
            // Nothing has a name that the file system does not take.
            Err(errno) if is_about_a_name(errno) && self.look.may_be_missing => {
                return Err(name_refused(name));
            }
            Err(errno) if is_about_a_name(errno) => return Ok(None),
            Err(errno) => return Err(self.os("look at", errno)),
        };
        // Rules were judged by this name. An entry that has another one must not be reached by it.
        if self.needs_listing(name) && !is_listed(parent, name, self.requested, self.budget)? {
            return if self.look.may_be_missing { Err(self.alias(parent, name)) } else { Ok(None) };
        }
        Ok(Some(stat))
    }

    /// The way on where a name does not exist: the name that looks like it, or the place to make it in.
    fn nothing_there(
        &mut self,
        parent: Arc<Dir>,
        name: Name,
    ) -> Result<Option<Resolved>, ToolError> {
        if let Some(real) = self.lookalike(&parent, &name)? {
            // Once more from the top, so that every rule is judged by the name that is opened.
            self.todo.push_front(Step::Down(real));
            return Ok(None);
        }
        if self.look.may_be_missing {
            self.yet_to_make(parent, name).map(Some)
        } else {
            Err(self.missing(&parent, &name))
        }
    }

    fn at(
        &self,
        parent: Arc<Dir>,
        name: Option<Name>,
        below: Vec<Name>,
        found: Option<FoundEntry>,
    ) -> Resolved {
        Resolved {
            grant: Arc::clone(&self.grant),
            parent,
            name,
            below,
            found,
            missing: vec![],
            must_be_dir: self.dir_only,
            meant: self.meant.clone(),
            resembles: self.resembles.clone(),
        }
    }

    /// The end of the path, and the directories on the way there, of which `name` is the first that
    /// is not there. All of them have been judged by name.
    fn yet_to_make(&mut self, parent: Arc<Dir>, name: Name) -> Result<Resolved, ToolError> {
        let mut missing = vec![name];
        for step in self.todo.drain(..) {
            match step {
                Step::Down(name) => missing.push(name),
                // `new/../x` is `x` for a program that shortens paths as text, and an error for the kernel. Two meanings
                // of one path are what attacks are made of, so it has none here.
                Step::Up => return Err(ToolError::escapes_grant(self.requested)),
            }
        }
        // The file system makes such names itself, for entries that may be hidden. The answer is that for a
        // name which it has made.
        if self.may_alias()
            && let Some(short) = missing.iter().find(|name| is_short_form(name))
        {
            return Err(self.alias(&parent, short));
        }
        if self.stack.len() + missing.len() > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let below = self.stack.iter().map(|level| &level.name).chain(&missing).cloned().collect();
        let name = missing.pop();
        Ok(Resolved { missing, ..self.at(parent, name, below, None) })
    }

    /// The names that are still to come, as far as they are known.
    pub(in crate::cap) fn further(&self) -> impl Iterator<Item = &Name> + Clone {
        self.todo.iter().map_while(|step| match step {
            Step::Down(name) => Some(name),
            Step::Up => None,
        })
    }

    /// Rules refuse a change by the name only, whether or not the entry exists: here, and further down the path as
    /// far as it is known. Only what has to be there already and is hidden is not refused here: it is
    /// answered like a name that is not there, which no rule refuses either.
    fn refuse_by_name(&self, below: &[Name]) -> Result<(), ToolError> {
        let whole = below.iter().chain(self.further());
        let rules = &self.grant.rules;
        let verdict = if self.look.may_be_missing {
            rules.judge(whole.clone())
        } else {
            rules.judge_unhidden(whole.clone())
        };
        match verdict {
            Verdict::Open => Ok(()),
            verdict => Err(protected(&self.requested.to_string(), whole, verdict, rules)),
        }
    }

    fn enter(&mut self, parent: &Dir, name: Name) -> Result<(), ToolError> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        match enter(parent, &name) {
            Ok(dir) => {
                let may_alias = self.look_at_file_system(&dir)?;
                self.stack.push(Level { name, dir: Arc::new(dir), may_alias });
                Ok(())
            }
            // It was a directory a moment ago. An attacker who swaps it with a link wants the link to be followed by the
            // open, but the open follows none. Look again: `steps` bounds how often.
            Err(Errno::NOTDIR | Errno::LOOP | Errno::NOENT) => {
                self.todo.push_front(Step::Down(name));
                Ok(())
            }
            Err(errno) => Err(self.os("open", errno)),
        }
    }

    /// What lies on a pseudo file system is not even looked at. Says whether the file system can open one
    /// entry by several names. The grant's own device was judged at startup.
    fn look_at_file_system(&self, dir: &Dir) -> Result<bool, ToolError> {
        let stat = system::stat(dir).map_err(|errno| self.os("look at", errno))?;
        let grant = &self.grant;
        if stat.device == grant.device {
            return Ok(grant.may_alias);
        }
        match is_pseudo(dir) {
            Ok(false) => Ok(may_alias(dir)),
            Ok(true) => Err(ToolError::special_file(self.requested)),
            Err(errno) => Err(self.os("look at", errno)),
        }
    }

    /// Must the directory be listed before this name is used, since the name may be an alias there?
    fn needs_listing(&self, name: &Name) -> bool {
        let has_tilde = name.as_bytes().contains(&b'~');
        has_tilde || (self.may_alias() && !self.grant.rules.are_none())
    }

    fn may_alias(&self) -> bool {
        self.stack.last().map_or(self.grant.may_alias, |level| level.may_alias)
    }

    /// The walk ended in a directory that it is already in: a root, or after `..`.
    fn here(mut self) -> Result<Resolved, ToolError> {
        let below = self.below(None);
        if self.changes {
            self.refuse_by_name(&below)?;
        }
        let (name, dir) = match self.stack.pop() {
            Some(Level { name, dir, .. }) => (Some(name), dir),
            None => (None, Arc::clone(&self.grant.dir)),
        };
        let stat = system::stat(&dir).map_err(|errno| self.os("look at", errno))?;
        let parent = if name.is_some() { self.dir() } else { dir };
        Ok(self.at(parent, name, below, Some(FoundEntry::new(stat))))
    }

    /// The directory that the walk is in.
    fn dir(&self) -> Arc<Dir> {
        Arc::clone(self.stack.last().map_or(&self.grant.dir, |level| &level.dir))
    }

    pub(in crate::cap) fn below(&self, name: Option<&Name>) -> Vec<Name> {
        self.stack.iter().map(|level| &level.name).chain(name).cloned().collect()
    }
}
