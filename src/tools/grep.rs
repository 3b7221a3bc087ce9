//! `grep`: lines that match, in the files below a directory, grouped by file in the order of paths.
//!
//! Threads search; what they keep is what fits the page, so memory does not grow with what is found.

mod answer;
mod args;
mod asked;
mod cursor;
mod found;
mod wanted;

use super::globs::{Begins, Candidates, NamePatterns};
use super::shared::everywhere::everywhere;
use super::shared::given_files::{note_mistaken, unfiltered};
use super::shared::left_out::PassedBy;
use super::shared::otherwise::{Arguments, Nothing};
use super::shared::probing::Probe;
use super::shared::search::{Judged, Look, Looked, Respect};
use super::shared::trying::{Attempted, Names, find};
use crate::cap::{
    Kind, OneOrAll, Place, Read, Scoped, Skipped, Target, Walked, WalkedDir, WalkedEntry,
};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::tool::Tool;
use answer::answer;
use args::Args;
use asked::Asked;
use found::Found;
use wanted::{wanted, without_effect};

/// How other readings of a pattern are asked for.
const ARGUMENTS: Arguments = Arguments {
    any_case: "ignore_case=true",
    text: "literal=true",
    expression: "literal=false",
    pattern: "pattern",
    multiline: "multiline=true",
};

pub(super) struct Grep;

impl Tool for Grep {
    const NAME: &'static str = "grep";
    const ABOUT: &'static str = "Finds lines by CONTENT. Each file's path, then `412:text` of its lines (`413-text` \
        around them).";
    const SEARCHES: bool = true;
    type Needs = OneOrAll<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Scoped<Read>, budget: &Budget) -> Result<String, ToolError> {
        let begins = Begins::of(&at);
        let names = Names {
            include: args.glob.compile("glob", begins, budget)?,
            exclude: args.exclude.compile_to_leave_out("exclude", begins, budget)?,
        };
        let asked = Asked::new(args, budget)?;
        let filters = [
            ("glob", !args.glob.as_given().is_empty()),
            ("exclude", !args.exclude.as_given().is_empty()),
            ("type", args.kind.is_some()),
        ];
        let is_filtered = filters.iter().any(|(_, is_used)| *is_used);
        let (names, note) = match &at {
            Scoped::One(file)
                if is_filtered && file.place(budget)?.found_kind() == Some(Kind::File) =>
            {
                unfiltered(&names, &filters, "path", budget)?
            }
            _ => (names, None),
        };
        let attempt = |names: &Names| {
            let search = InFiles { asked: &asked, names };
            let mut found = Found::default();
            let below = |target: &Target<Read>| search.below_or_in(&target.place(budget)?);
            let unsearched = everywhere(&at, names, below, |part| found.add(part, asked.page))?;
            Ok((found, unsearched))
        };
        let walk = |names: &Names, candidates: &Candidates| {
            let fits = |_: &WalkedDir, entry: WalkedEntry<'_>| asked.is_searched(entry);
            let respects = asked.respects;
            let hidden = asked.hidden;
            Probe { names, candidates, respects, hidden, fits }.everywhere(&at, budget)
        };
        let Attempted { found, mut unsearched, names } = find(names, budget, attempt, walk)?;
        unsearched.note(note);
        unsearched.note(without_effect(args));
        note_mistaken(&mut unsearched, &names.include, args.glob.as_given(), &at, budget);
        let otherwise = if found.total_files > 0 || unsearched.is_cut() {
            vec![]
        } else {
            InFiles { asked: &asked, names: &names }.otherwise(&found, &at)
        };
        Ok(answer(&asked, &found, &unsearched, otherwise))
    }
}

/// A search in the files that have certain names.
struct InFiles<'a> {
    asked: &'a Asked<'a>,
    names: &'a Names,
}

impl InFiles<'_> {
    /// Searches all below a place, or in it where it is a file.
    fn below_or_in(&self, place: &Place<Read>) -> Result<Looked<Self>, ToolError> {
        let asked = self.asked;
        if let Some(Kind::File) = place.found_kind() {
            let mut found = Found::default();
            found.is_one_file = true;
            // A file that is named is wanted whole.
            let wanted = wanted(asked.args, 0, asked.page);
            asked.search(&place.open_file()?, wanted, || place.display_path(), &mut found);
            let found = vec![(PassedBy::nothing_of_one_file(), found)];
            return Ok(Walked { found, skipped: Skipped::default(), is_cut: false });
        }
        self.below(place, asked.budget)
    }

    /// What else the pattern may have meant, where it matched nothing.
    fn otherwise(&self, found: &Found, at: &Scoped<Read>) -> Vec<String> {
        let asked = self.asked;
        let targets = match at {
            Scoped::One(target) => std::slice::from_ref(target),
            Scoped::Roots(targets) => targets,
        };
        let places: Vec<_> =
            targets.iter().filter_map(|target| target.place(asked.budget).ok()).collect();
        let nothing = Nothing {
            look: self,
            places: &places,
            pattern: &asked.args.pattern,
            meaning: asked.args.meaning(),
            only_matching: asked.args.only_matching,
            searched: &found.searched,
            arguments: &ARGUMENTS,
        };
        nothing.facts(asked.budget)
    }
}

impl Look for InFiles<'_> {
    type Found = Found;
    const IS_WORK: bool = true;

    fn respects(&self) -> Respect {
        self.asked.respects
    }

    fn include(&self) -> Option<&NamePatterns> {
        Some(&self.names.include)
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        let judged = self.names.judge(dir, entry, || self.asked.is_searched(entry));
        let is_dotfile = !self.asked.hidden && entry.name.starts_with(b".");
        let is_searched = matches!(judged, Judged::Meant | Judged::Entered)
            || (judged == Judged::OtherKind && entry.kind == Kind::Directory);
        if is_dotfile && (is_searched || entry.kind == Kind::Link) {
            Judged::Dotfile
        } else {
            judged
        }
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        match dir.open_file(entry.name) {
            Some(file) => {
                self.asked.search(&file, self.asked.wanted, || dir.display_path(entry.name), found);
            }
            None => found.unopened.one(dir.display_path(entry.name)),
        }
        false
    }
}
