//! [`scan`]: is there anything in a tree that a rule keeps from being moved, copied there or removed?
//!
//! Rules for names at any depth (`**/.git`) are not known from the top of a tree: so before a tree is
//! changed, all of it is looked at, under the names that it has and under those that it is to get.
//!
//! May import: `path`, `limits`, `error`, `system`. It promises nothing about entries that another process adds
//! after the look: rules face the caller, not other processes.

use crate::cap::grants::grant::Grant;
use std::cell::Cell;
use std::os::fd::{AsFd as _, OwnedFd};

use crate::cap::change::removable::{Holder, mount_point};
use crate::cap::change::temp::locked;
use crate::cap::change::traverse::{Act, Node, Pace, traverse};
use crate::cap::handle::step::Kind;
use crate::cap::place::Place;
use crate::cap::resolve::protected_links::Protection;
use crate::cap::rights::Right;
use crate::cap::rules::refusal::{protected, protected_repository};
use crate::cap::rules::repository::{is_part_of_repository, is_repository};
use crate::cap::rules::temp_name::{is_made_in, is_temp};
use crate::cap::rules::{Rules, Verdict};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;
use crate::system;

/// What is in a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Regular files.
    pub files: u64,
    /// Directories, the top among them.
    pub directories: u64,
    /// Links, which are never followed.
    pub links: u64,
    /// FIFOs, sockets and devices.
    pub special: u64,
    /// What was passed by, in a copy, for a name that is reserved for changes that are not finished.
    pub reserved: u64,
}

/// What a tree is looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cap) enum For {
    /// It leaves its place by one rename.
    Leaving,
    /// It is removed, entry by entry.
    Removal,
    /// It is copied, and stays: what is hidden is not copied.
    Copying,
    /// It is copied to a grant where links cannot be made, and then removed.
    LeavingTheGrant,
}

/// Looks at the whole tree at `from`, which is to come to `to`, and refuses what a rule speaks of.
pub(in crate::cap) fn scan<R: Right, S: Right>(
    from: &Place<R>,
    to: Option<&Place<S>>,
    why: For,
    budget: &Budget,
) -> Result<Census, ToolError> {
    let Some(name) = &from.name else { return Err(from.root_error()) };
    let protection = Protection::new(&from.grants, &from.grant, &from.rel_path, budget)?;
    let mut ends = vec![];
    if why != For::Copying {
        ends.push(End::new(from));
        protection.check_above(&from.grant, &from.rel_path, &from.requested.to_string())?;
    }
    if let Some(to) = to {
        ends.push(End::new(to));
    }
    let passes_by = (why == For::Copying).then_some((from.rules(), from.rel_path.as_slice()));
    let shown = from.requested.to_string();
    let into = to.map(|to| system::stat(&to.parent).map_err(|errno| to.os("look at", errno)));
    let into = into.transpose()?.map(|stat| (stat.device, stat.inode));
    let census = Census::default();
    // What is copied stays.
    let granted = if why == For::Copying { vec![] } else { granted_directories(from) };
    let reserved = Cell::new(0);
    let holders = if why == For::Copying { vec![] } else { vec![Holder::of(&*from.parent)] };
    let mut scan = Scan {
        ends,
        protection,
        passes_by,
        into,
        granted,
        why,
        shown: &shown,
        census,
        reserved,
        holders,
    };
    traverse(&from.parent, name, &mut scan, &Pace::of(budget, &shown))?;
    Ok(Census { reserved: scan.reserved.get(), ..scan.census })
}

/// One of the places that the tree has, or is to have.
struct End<'a> {
    rules: &'a Rules,
    grant: &'a Grant,
    below: &'a [Name],
    shown: String,
}

impl<'a> End<'a> {
    fn new<R: Right>(of: &'a Place<R>) -> Self {
        let shown = of.requested.to_string();
        Self { rules: of.rules(), grant: &of.grant, below: &of.rel_path, shown }
    }
}

struct Scan<'a> {
    ends: Vec<End<'a>>,
    protection: Protection<'a>,
    /// Whose hidden names are passed by.
    passes_by: Option<(&'a Rules, &'a [Name])>,
    /// The directory that it is to come into: it must not be a part of it.
    into: Option<(u64, u64)>,
    /// The roots of all grants: with one of them a grant would go. Known by device and inode, since grants
    /// can lie in one another, and by more than one path.
    granted: Vec<(u64, u64)>,
    why: For,
    shown: &'a str,
    census: Census,
    reserved: Cell<u64>,
    /// The directories above the entry, where it is not only copied.
    holders: Vec<Holder>,
}

impl Act for Scan<'_> {
    fn enter(&mut self, node: &Node<'_>, fd: &OwnedFd) -> Result<(), ToolError> {
        self.judge(node)?;
        let is = system::stat(fd).ok().map(|stat| (stat.device, stat.inode));
        if is.is_some() && is == self.into {
            let sentence = format!("`{}` cannot be put into itself", self.shown);
            return Err(ToolError::new(Code::BadArgs, sentence)
                .hint("use a destination outside the source"));
        }
        if is.is_some_and(|is| self.granted.contains(&is)) {
            let sentence =
                format!("`{}` is a granted directory itself", entry_in(self.shown, node));
            return Err(ToolError::new(Code::Protected, sentence)
                .hint("only the user moves or removes what is granted"));
        }
        self.refuse_repository(node, fd)?;
        self.refuse_what_stays(node)?;
        if self.why != For::Copying {
            self.holders.push(Holder::of(fd));
        }
        self.census.directories += 1;
        Ok(())
    }

    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        self.judge(node)?;
        match node.kind {
            Kind::Link => self.census.links += 1,
            Kind::Special => self.census.special += 1,
            Kind::File | Kind::Directory => self.census.files += 1,
        }
        if self.why == For::LeavingTheGrant && matches!(node.kind, Kind::Link | Kind::Special) {
            let path = crate::path::join(node.below);
            let sentence = format!(
                "`{}` contains `{path}`, a link or special file, which cannot be moved to another grant or file system",
                self.shown
            );
            return Err(ToolError::new(Code::SpecialFile, sentence)
                .hint("nothing was moved; copy_file copies the rest and says what it left out"));
        }
        self.refuse_what_stays(node)
    }

    fn leave(&mut self, _: &Node<'_>) -> Result<(), ToolError> {
        self.holders.pop();
        Ok(())
    }

    fn mount_point(&self, node: &Node<'_>, shown: &str) -> ToolError {
        // What is hidden is not named.
        if let Err(error) = self.judge(node) {
            return error;
        }
        if self.why != For::Copying {
            return mount_point(shown);
        }
        let sentence = format!(
            "`{shown}` is a mount point, which cannot be copied along with its parent directory"
        );
        ToolError::new(Code::OsBusy, sentence)
            .hint("nothing was copied; copy the other entries one by one")
    }

    fn is_passed_by(&self, below: &[Name]) -> bool {
        let is_hidden =
            self.passes_by.is_some_and(|(rules, base)| rules.hide(base.iter().chain(below)));
        if is_hidden && below.last().is_some_and(|name| is_temp(name.as_bytes())) {
            self.reserved.update(|count| count + 1);
        }
        is_hidden
    }
}

/// Device and inode of the root of each grant.
fn granted_directories<R: Right>(from: &Place<R>) -> Vec<(u64, u64)> {
    let roots = from.grants.inner().grants.iter().filter_map(|grant| system::stat(&grant.dir).ok());
    roots.map(|stat| (stat.device, stat.inode)).collect()
}

/// The path of an entry of the tree that is shown so.
fn entry_in(shown: &str, node: &Node<'_>) -> String {
    if node.below.is_empty() {
        return shown.to_owned();
    }
    format!("{}/{}", shown.trim_end_matches('/'), crate::path::join(node.below))
}

impl Scan<'_> {
    /// Is it a temp that a killed process left, or inside one? Then it belongs to nobody, and is moved or
    /// removed with the tree. Any other entry with a temp's name is a user's, and answers have not shown it.
    fn is_left_behind(&self, node: &Node<'_>) -> Result<bool, ToolError> {
        // A directory with such a name is entered only if it was left behind.
        let above = node.below.split_last().map_or(&[][..], |(_, above)| above);
        if above.iter().any(|name| is_temp(name.as_bytes())) {
            return Ok(true);
        }
        if !is_temp(node.name.as_bytes()) {
            return Ok(false);
        }
        let is_marked =
            system::stat(node.parent).is_ok_and(|dir| is_made_in(&dir, node.name.as_bytes()));
        match if is_marked { locked(node.parent, node.name) } else { None } {
            Some((_, stat)) if system::may_be_ours(&stat) => Ok(true),
            None if is_marked => {
                let sentence = format!("a change in `{}` is not finished", self.shown);
                Err(ToolError::new(Code::OsBusy, sentence).hint("try again in a moment"))
            }
            _ => {
                let path = crate::path::join(node.below);
                let sentence = format!(
                    "`{}` contains `{path}`, which is named like an unfinished change but does not belong to this server",
                    self.shown
                );
                Err(ToolError::new(Code::Protected, sentence)
                    .hint("only its owner can rename or remove it, and not with these tools"))
            }
        }
    }

    /// Refuses an entry that stays where it is when everything else has left or is removed.
    fn refuse_what_stays(&self, node: &Node<'_>) -> Result<(), ToolError> {
        let Some(holder) = self.holders.last() else { return Ok(()) };
        let obstacle = match self.why {
            For::Copying => None,
            // A rename moves the whole tree except what is mounted in it.
            For::Leaving => holder.mount_point(node.parent, node.name),
            For::Removal | For::LeavingTheGrant => holder.obstacle(node.parent, node.name),
        };
        match obstacle {
            Some(obstacle) => {
                Err(obstacle.error(&entry_in(self.shown, node)).and("nothing was changed"))
            }
            None => Ok(()),
        }
    }

    /// Refuses a directory that git would take for a repository, whatever it is called.
    fn refuse_repository(&self, node: &Node<'_>, fd: &OwnedFd) -> Result<(), ToolError> {
        for end in self.ends.iter().filter(|end| !end.rules.protect_nothing()) {
            let names: Vec<Name> = end.below.iter().chain(node.below).cloned().collect();
            if !end.rules.is_unprotected(&names) && is_repository(fd.as_fd(), &names, end.rules) {
                return Err(protected_repository(&entry_in(&end.shown, node), &names));
            }
        }
        Ok(())
    }

    fn judge(&self, node: &Node<'_>) -> Result<(), ToolError> {
        if self.is_left_behind(node)? {
            return Ok(());
        }
        for end in &self.ends {
            let names: Vec<Name> = end.below.iter().chain(node.below).cloned().collect();
            let begins = node.kind == Kind::Directory && end.rules.begin_with(&names);
            let verdict = end.rules.judge(&names);
            let is_top = node.below.is_empty();
            let path = entry_in(&end.shown, node);
            // What is hidden is not named.
            if verdict == Verdict::Hidden || (verdict == Verdict::Open && begins) {
                let sentence = format!("`{}` holds something that cannot be changed", end.shown);
                return Err(ToolError::new(Code::Protected, sentence)
                    .hint("nothing was changed; change the other entries one by one"));
            }
            if verdict != Verdict::Open {
                return Err(protected(&path, &names, verdict, end.rules));
            }
            if end.rules.protect_nothing() {
                continue;
            }
            self.protection.check(end.grant, &names, &path)?;
            // The top was judged where it was looked up, by what is beside it at each end.
            let above = names.split_last().map_or(&[][..], |(_, above)| above);
            if !is_top
                && !end.rules.is_unprotected(&names)
                && is_part_of_repository(node.parent, above, node.name, end.rules)
            {
                return Err(protected_repository(&path, &names));
            }
        }
        Ok(())
    }
}
