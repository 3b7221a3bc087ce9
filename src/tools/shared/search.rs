//! [`Look`]: a search below one place. A tool says by it what to make of each entry.
//!
//! Why an entry is left out is counted here, once for all tools.
//!
//! May import: `cap`, `error`, `ignore`, `limits`, `globs`, its neighbours.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::left_out::PassedBy;
use super::links::{Links, MOST_LINKS, Means};
use crate::cap::{Kind, Listing, Place, Read, Visit, Walked, WalkedDir, WalkedEntry, walk};
use crate::error::ToolError;
use crate::ignore::{IgnoreFiles, Ignored, is_version_control};
use crate::limits::Budget;
use crate::tools::globs::{Left, NamePatterns, Rest};

/// What an entry is to a search, ignore rules apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum Judged {
    /// It is looked at; a directory perhaps looked into.
    Meant,
    /// A directory that is only looked into.
    Entered,
    /// Of another name or kind than is searched for.
    Other,
    /// Of the name that is searched for, but not of the kind.
    OtherKind,
    /// Left out, with all below it, by a glob of this argument.
    Excluded(&'static str),
    /// Left out, with all below it, because its name begins with a dot.
    Dotfile,
}

/// What a search tool does with the entries of a tree. The walk itself, and which entries it skips,
/// are the same for all tools.
pub(in crate::tools) trait Look: Sync {
    /// What one thread has found.
    type Found: Default + Send;
    /// As for [`Visit`].
    const IS_WORK: bool;
    /// Are the links counted that are not followed?
    const COUNTS_LINKS: bool = true;

    /// Whether ignored entries are left out.
    fn respects(&self) -> Respect;

    /// Classifies an entry for this search. An ignored entry counts as ignored only if nothing else leaves it out.
    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged;

    /// Looks at one that is meant; for a directory the answer says whether to go on into it.
    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Self::Found) -> bool;

    /// The globs of what is searched for.
    fn include(&self) -> Option<&NamePatterns> {
        None
    }

    /// Would an entry of the right name be found if its kind were searched for as well?
    fn is_otherwise_meant(&self, _: &WalkedDir, _: WalkedEntry<'_>) -> bool {
        true
    }

    /// Looks at everything below a place.
    ///
    /// # Errors
    /// Those of [`walk`].
    fn below(&self, place: &Place<Read>, budget: &Budget) -> Result<Looked<Self>, ToolError>
    where
        Self: Sized,
    {
        let files = IgnoreFiles::new(place, budget);
        let looking = Looking {
            look: self,
            files: &files,
            links: AtomicUsize::new(0),
            meant_links: AtomicUsize::new(0),
            looked_below: AtomicUsize::new(0),
            budget,
        };
        let mut walked = walk(place, &looking, self.respects().above(place, &files), budget)?;
        if let Some((passed_by, _)) = walked.found.first_mut() {
            passed_by.left_out = files.left_out();
        }
        Ok(walked)
    }
}

/// What became of a [`Look`].
pub(in crate::tools) type Looked<L> = Walked<(PassedBy, <L as Look>::Found)>;

struct Looking<'a, L> {
    look: &'a L,
    files: &'a IgnoreFiles<'a>,
    /// How many links were met, and how many of those that the globs mean.
    links: AtomicUsize,
    meant_links: AtomicUsize,
    /// In how many directories that were left out it was looked for the begin of a glob.
    looked_below: AtomicUsize,
    budget: &'a Budget,
}

/// Most of these directories.
const MOST_LOOKED_BELOW: usize = 300;

impl<L: Look> Looking<'_, L> {
    /// Where a glob leads to a directory that is left out, or a name in it: the path, as clients say it.
    fn led_to(&self, dir: &WalkedDir, name: &[u8]) -> Option<String> {
        self.look.include()?.led_to(dir, Some(name), Left::Directory)
    }

    /// Notes the globs that match a directory that is left out, or lead to an entry that is: what they mean is there. Gives
    /// the path that one leads to.
    fn left_out(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Option<String> {
        let include = self.look.include().filter(|_| entry.kind == Kind::Directory);
        if let Some(include) = include {
            include.leads_through(dir, entry.name, None);
        }
        self.led_to(dir, entry.name)
    }

    /// Are there globs of what is searched for that do not match everything?
    fn has_names(&self) -> bool {
        self.look.include().is_some_and(|all| !all.is_empty() && !all.match_all())
    }

    /// Could something below a directory be meant?
    fn reaches(&self, dir: &WalkedDir, name: &[u8]) -> bool {
        self.look.include().is_none_or(|include| include.reach(dir, name))
    }

    /// Is the path that a glob begins with in a directory that is left out?
    fn begins_below(&self, dir: &WalkedDir, name: &[u8]) -> bool {
        self.look.include().is_some_and(|include| {
            self.looked_below.fetch_add(1, Ordering::Relaxed) < MOST_LOOKED_BELOW
                && include.begin_below(dir, name)
        })
    }

    /// Counts a link that is not followed.
    fn link(&self, dir: &WalkedDir, link: &[u8], judged: Judged, links: &mut Links) {
        let path = dir.display_path(link);
        let include = self.look.include().filter(|all| !all.is_empty() && !all.match_all());
        let is_named = include.is_some() && judged == Judged::OtherKind;
        let rest = include.filter(|_| !is_named).and_then(|include| include.through(dir, link));
        let met = if is_named || rest.is_some() { &self.meant_links } else { &self.links };
        // It takes far longer to find out where a link leads than to pass by it.
        if met.fetch_add(1, Ordering::Relaxed) >= MOST_LINKS {
            return links.unknown(path);
        }
        let Ok(to) = dir.follow(link, &[], self.budget) else { return links.unknown(path) };
        let is_directory = to.as_ref().is_some_and(|to| to.is_directory);
        let glob = rest.as_ref().map(|rest| rest.of);
        let means = match (include, rest) {
            // A pattern may be meant for something of another kind that is found.
            (Some(include), None) if is_named => {
                Some(Means::Itself(include.argument() != "pattern"))
            }
            (_, Some(rest)) if is_directory => self.means(dir, link, &rest),
            _ => None,
        };
        // A guess does not keep other meanings from being tried.
        let is_sure =
            to.is_some() && matches!(&means, Some(Means::Itself(true) | Means::Below(_, true)));
        if let Some(include) = include.filter(|_| is_sure) {
            include.leads_through(dir, link, glob);
        }
        links.one(path, to, means);
    }

    /// What a glob means that leads through a link to a directory; nothing if what it names there does not exist.
    fn means(&self, dir: &WalkedDir, link: &[u8], rest: &Rest<'_>) -> Option<Means> {
        let leads_to = |names: &[&str]| {
            names.is_empty() || matches!(dir.follow(link, names, self.budget), Ok(Some(_)))
        };
        let is_there = leads_to(&rest.names);
        let above = rest.names.split_last().map_or(&[][..], |(_, above)| above);
        if !(is_there || (rest.is_part && leads_to(above))) {
            return None;
        }
        Some(match rest.glob {
            "" => Means::Itself(false),
            glob => {
                // Without a slash, it would match at any depth.
                let slash = if glob.contains('/') || glob == "**" { "" } else { "/" };
                Means::Below(format!("{slash}{glob}"), rest.is_plain && is_there)
            }
        })
    }
}

impl<L: Look> Visit for Looking<'_, L> {
    type Known = Ignored;
    type Found = (PassedBy, L::Found);
    const IS_WORK: bool = L::IS_WORK;

    fn enter(&self, dir: &WalkedDir, names: &Listing, above: &Ignored) -> Ignored {
        self.look.respects().inside(dir, names, above, self.files)
    }

    fn entry(
        &self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        ignored: &Ignored,
        (passed_by, found): &mut Self::Found,
    ) -> bool {
        if ignored.is_left_out() {
            let meant = self.look.include().and_then(|include| {
                let entry = include.led_to(dir, Some(entry.name), Left::Entry);
                entry.or_else(|| include.led_to(dir, None, Left::Worktree))
            });
            if let Some(path) = meant {
                passed_by.meant_in_worktree.one(path);
            }
            return false;
        }
        let judged = self.look.judge(dir, entry);
        match judged {
            Judged::Excluded(by) => {
                passed_by.excluded.entry(by).or_default().one(dir, entry, false);
                // What a glob leads to is there.
                if entry.kind == Kind::Directory {
                    self.left_out(dir, entry);
                }
                return false;
            }
            Judged::Other if entry.kind != Kind::Link => return false,
            // What a program keeps versions in is never searched, and the descriptions say so.
            _ if is_version_control(entry.name) => {
                let meant = self.led_to(dir, entry.name);
                let is_named = matches!(judged, Judged::Meant | Judged::OtherKind);
                if is_named || meant.is_some() {
                    passed_by.versions.one(dir.display_path(entry.name));
                }
                return false;
            }
            _ => {}
        }
        // The walk stops soon after.
        let Some(is_ignored) = ignored.covers(dir, entry, self.files) else { return false };
        if is_ignored {
            let is_entered = entry.kind == Kind::Directory && judged == Judged::OtherKind;
            let is_reached = judged == Judged::Entered && self.reaches(dir, entry.name);
            let is_named = judged == Judged::Meant || is_entered;
            let is_of_other_kind = judged == Judged::OtherKind && !is_entered;
            let led_to = if is_of_other_kind { None } else { self.left_out(dir, entry) };
            let is_meant = led_to.is_some() || (is_named && self.has_names());
            if is_named || is_reached {
                passed_by.ignored.one(dir, entry, is_meant);
            } else if judged == Judged::Entered && self.begins_below(dir, entry.name) {
                passed_by.unreached_ignored.one(dir, entry, true);
            }
            let named = is_named.then(|| dir.display_path(entry.name));
            if let Some(path) = named.or(led_to) {
                passed_by.meant_ignored.one(path);
            }
            return false;
        }
        match judged {
            Judged::Meant => {
                passed_by.named += 1;
                return self.look.look(dir, entry, found);
            }
            Judged::Dotfile => {
                if entry.kind != Kind::Directory || self.reaches(dir, entry.name) {
                    passed_by.dotfiles.one(dir, entry, false);
                } else if self.begins_below(dir, entry.name) {
                    passed_by.unreached_dotfiles.one(dir, entry, true);
                }
                if entry.kind == Kind::Directory {
                    self.left_out(dir, entry);
                }
            }
            Judged::OtherKind if self.look.is_otherwise_meant(dir, entry) => {
                passed_by.other_kind.one(dir.display_path(entry.name));
            }
            Judged::OtherKind | Judged::Entered | Judged::Excluded(_) | Judged::Other => {}
        }
        if entry.kind == Kind::Link && judged != Judged::Dotfile && L::COUNTS_LINKS {
            self.link(dir, entry.name, judged, &mut passed_by.links);
        }
        entry.kind == Kind::Directory && judged != Judged::Dotfile
    }
}

/// Are entries that ignore files name left out?
#[derive(Clone, Copy)]
pub(in crate::tools) struct Respect(pub(in crate::tools) bool);

impl Respect {
    /// What is ignored at a place, because of what lies above it.
    fn above(self, place: &Place<Read>, files: &IgnoreFiles<'_>) -> Ignored {
        if self.0 { Ignored::above(place, files) } else { Ignored::default() }
    }

    /// What is ignored in a directory.
    fn inside(
        self,
        dir: &WalkedDir,
        names: &Listing,
        above: &Ignored,
        files: &IgnoreFiles<'_>,
    ) -> Ignored {
        if self.0 { above.and_in(dir, names, files) } else { above.clone() }
    }
}

/// Does a search below one place come to the other, as far as ignore rules decide? A place that it leaves out, and that
/// is named as well, is searched for itself.
pub(in crate::tools) fn reaches(
    from: &Place<Read>,
    to: &Place<Read>,
    respects: Respect,
    budget: &Budget,
) -> bool {
    if !to.is_within(from) {
        return false;
    }
    // The search stops at its first step.
    if budget.step().is_err() {
        return true;
    }
    let files = IgnoreFiles::new(from, budget);
    let mut ignored = respects.above(from, &files);
    let marks: [&[u8]; 5] = [b".rgignore", b".ignore", b".gitignore", b".git", b".jj"];
    for (dir, entry) in &WalkedDir::way(from, to) {
        ignored = respects.inside(dir, &dir.look_for(&marks), &ignored, &files);
        let entry = WalkedEntry { name: entry.0.as_slice(), kind: entry.1 };
        let is_left_out = ignored.is_left_out()
            || is_version_control(entry.name)
            || (respects.0 && ignored.covers(dir, entry, &files).unwrap_or(false));
        if is_left_out {
            return false;
        }
    }
    // The place itself can be a linked worktree.
    !(respects.0
        && WalkedDir::itself(from, to).is_some_and(|dir| {
            respects.inside(&dir, &dir.look_for(&marks), &ignored, &files).is_left_out()
        }))
}
