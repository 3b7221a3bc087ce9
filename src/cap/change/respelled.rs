//! Another spelling of a name, such as `README.md` for `readme.md`, on a file system that takes both for one.
//!
//! To the kernel a rename between the two is a rename of a file to itself: it does nothing, or finds the name taken. So
//! it takes two steps, through a name that neither is. A process that is killed between them leaves the file under that
//! name, `README.md.renaming-` and random digits, which is listed and read like any other. It is not a temp, so the
//! next change does not remove it.
//!
//! May import: `path`, `limits`, `error`, `system`.

use std::sync::Arc;

use cap_std::fs::Dir;
use data_encoding::HEXLOWER;
use rustix::io::Errno;

use crate::cap::change::change_lock::ChangeLock;
use crate::cap::change::check_tree::{For, scan};
use crate::cap::change::rename_noreplace::{Entry, rename_beside};
use crate::cap::change::temp::remove_stale_temps;
use crate::cap::handle::listed::is_listed;
use crate::cap::handle::step::{Kind, lstat};
use crate::cap::place::Place;
use crate::cap::resolve::protected_links::check_place;
use crate::cap::rights::{Right, Write};
use crate::cap::rules::Verdict;
use crate::cap::rules::fold::fold;
use crate::cap::rules::refusal::protected;
use crate::cap::target::Target;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::Name;
use crate::system::{self, Stat};

/// Bytes of a name up to which the one in between begins with it.
const MAX_BEGIN: usize = 200;

impl<R: Right> Place<R> {
    /// The place `to`, where it is another spelling of this one, which was found as `source`. It is looked up by the
    /// name that is listed: file systems with second names are asked for no other.
    pub(in crate::cap) fn respelled(
        &self,
        source: &Target<R>,
        to: &Target<Write>,
        budget: &Budget,
    ) -> Result<Option<Place<Write>>, ToolError> {
        let (Some((old, above)), Some((new, above_new))) =
            (source.names.split_last(), to.names.split_last())
        else {
            return Ok(None);
        };
        let is_in_one_directory = source.grant == to.grant && above == above_new;
        if !is_in_one_directory || self.name.as_ref() != Some(old) || !is_one_name(old, new) {
            return Ok(None);
        }
        let Ok(stat) = lstat(&self.parent, new) else { return Ok(None) };
        if !self.found.as_ref().is_some_and(|found| is_one_file(&found.stat, &stat)) {
            return Ok(None);
        }
        let below = self.below_as(new);
        if self.rules().judge(&below) != Verdict::Open {
            return Ok(None);
        }
        check_place(&self.grants, &self.grant, &below, self.kind() == Kind::Directory, budget)?;
        let place = Place {
            grants: self.grants.clone(),
            grant: Arc::clone(&self.grant),
            parent: Arc::clone(&self.parent),
            name: Some(new.clone()),
            rel_path: below,
            found: Some(crate::cap::handle::step::FoundEntry::new(stat)),
            missing: vec![],
            must_be_dir: to.must_be_dir,
            meant: None,
            resembles: None,
            requested: to.requested.clone(),
            right: std::marker::PhantomData,
        };
        budget.note_path(place.display_path());
        Ok(Some(place))
    }

    /// Its path with another name at the end.
    fn below_as(&self, name: &Name) -> Vec<Name> {
        let above = self.rel_path.split_last().map_or(&[][..], |(_, above)| above);
        above.iter().chain([name]).cloned().collect()
    }
}

impl Place<Write> {
    /// Is `to` the same entry, whose name the file system finds by another spelling? Of two names of one file both are
    /// listed.
    pub(in crate::cap) fn is_respelled_by(
        &self,
        to: &Self,
        budget: &Budget,
    ) -> Result<bool, ToolError> {
        let (Some(old), Some(new)) = (&self.name, &to.name) else { return Ok(false) };
        let (Some(found), Some(is)) = (&self.found, &to.found) else { return Ok(false) };
        if old == new || !is_one_name(old, new) || !is_one_file(&found.stat, &is.stat) {
            return Ok(false);
        }
        let directory = |dir: &Dir| system::stat(dir).ok().map(|stat| (stat.device, stat.inode));
        let is_in_one_directory = directory(&self.parent) == directory(&to.parent);
        Ok(is_in_one_directory && !is_listed(&to.parent, new, &to.requested, Some(budget))?)
    }

    /// Gives the entry the other spelling.
    pub(in crate::cap) fn respell(&self, to: &Self, budget: &Budget) -> Result<(), ToolError> {
        let old = self.name_of_entry()?;
        let new = to.name_of_entry()?;
        match self.kind() {
            Kind::Special => return Err(self.special()),
            Kind::Directory => {
                scan(self, Some(to), For::Leaving, budget)?;
            }
            Kind::File | Kind::Link => {}
        }
        let between = between(new).map_err(|errno| self.os("move", errno))?;
        let below = self.below_as(&between);
        let verdict = self.rules().judge(&below);
        if verdict != Verdict::Open {
            let shown = self.grants.display_path(&self.grant, &below);
            return Err(protected(&shown, &below, verdict, self.rules()));
        }
        let left = remove_stale_temps(&self.parent, budget);
        budget.step()?;
        let lock = ChangeLock::of(&self.parent, budget)?;
        let rename = |from: &Name, to: &Name| {
            let is_directory = self.kind() == Kind::Directory;
            rename_beside(&Entry { dir: &*self.parent, name: from, is_directory }, &self.parent, to)
        };
        rename(old, &between).map_err(|why| to.not_placed(why))?;
        if let Err(why) = rename(&between, new) {
            let error = to.not_placed(why);
            return Err(match rename(&between, old) {
                Ok(()) => error,
                Err(_) => error.and(&format!(
                    "it is called `{}` now",
                    self.grants.display_path(&self.grant, &below)
                )),
            });
        }
        drop(lock);
        to.sync(left.sync())?;
        left.remove(budget);
        Ok(())
    }
}

/// Can the two be one name to a file system?
fn is_one_name(old: &Name, new: &Name) -> bool {
    old != new && fold(&old.to_string()) == fold(&new.to_string())
}

fn is_one_file(a: &Stat, b: &Stat) -> bool {
    (a.device, a.inode) == (b.device, b.inode)
}

/// A name that says what is going on, and that nothing has.
fn between(name: &Name) -> Result<Name, Errno> {
    let mut random = [0; 8];
    system::fill_random(&mut random)?;
    let begin = if name.as_bytes().len() <= MAX_BEGIN { name.as_bytes() } else { b"file" };
    let digits = HEXLOWER.encode(&random);
    Name::from_bytes(&[begin, b".renaming-", digits.as_bytes()].concat()).ok_or(Errno::INVAL)
}
