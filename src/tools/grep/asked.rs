//! [`Asked`]: the arguments of a call of `grep`, parsed, and the search of one file with them.
//!
//! May import: `cap` (for open files), `error`, `grep`, `limits`, its neighbours.

use std::cmp::Ordering;

use ::ignore::types::Types;

use super::args::{Args, Output, PAGE, PER_FILE};
use super::cursor;
use super::found::Found;
use super::wanted::wanted;
use crate::cap::{Kind, OpenFile, WalkedEntry};
use crate::error::ToolError;
use crate::grep::{Outcome, Pattern, Position, Search, Wanted};
use crate::limits::{Budget, Work};
use crate::text::Coding;
use crate::tools::shared::encoding::named;
use crate::tools::shared::file_types;
use crate::tools::shared::search::Respect;

/// The arguments of a call, parsed.
pub(super) struct Asked<'a> {
    pub(super) pattern: Pattern,
    pub(super) wanted: Wanted,
    /// Are there globs, or a type, that files have to match?
    pub(super) filters_names: bool,
    pub(super) types: Option<Types>,
    pub(super) output: Output,
    pub(super) respects: Respect,
    pub(super) hidden: bool,
    pub(super) page: usize,
    /// The file and the place in it up to which earlier pages have shown what matches.
    pub(super) from: Option<(String, Position)>,
    pub(super) coding: Option<Coding>,
    pub(super) budget: &'a Budget,
    pub(super) args: &'a Args,
}

impl<'a> Asked<'a> {
    pub(super) fn new(args: &'a Args, budget: &'a Budget) -> Result<Self, ToolError> {
        let _busy = budget.begin(Work::Patterns);
        let page = args.limit.unwrap_or(PAGE).clamp(1, budget.limits().max_list_entries);
        let wanted = wanted(args, PER_FILE, page);
        let cursor = args.cursor.as_deref();
        Ok(Self {
            pattern: Pattern::new("pattern", &args.pattern, args.meaning())?,
            wanted,
            filters_names: !args.glob.as_given().is_empty() || args.kind.is_some(),
            types: args.kind.as_deref().map(file_types::named).transpose()?,
            output: args.output,
            respects: Respect(args.respect_ignore),
            hidden: args.hidden,
            page,
            from: cursor.map(|cursor| cursor::read(cursor, wanted.output)).transpose()?,
            coding: named(args.encoding.as_deref())?,
            budget,
            args,
        })
    }

    /// Is it a file of a type that is searched?
    pub(super) fn is_searched(&self, WalkedEntry { name, kind }: WalkedEntry<'_>) -> bool {
        kind == Kind::File && self.types.as_ref().is_none_or(|all| file_types::matches(all, name))
    }

    pub(super) fn search(
        &self,
        file: &OpenFile,
        wanted: Wanted,
        shown: impl Fn() -> String,
        found: &mut Found,
    ) {
        // What an earlier page has shown of this file.
        let from = match &self.from {
            None => wanted.output.beginning(),
            Some((path, position)) => match shown().cmp(path) {
                Ordering::Less => wanted.output.finish(),
                Ordering::Equal => *position,
                Ordering::Greater => wanted.output.beginning(),
            },
        };
        let search = found.search.get_or_insert_with(|| {
            Search::new(self.pattern.clone(), wanted).in_coding(self.coding)
        });
        let hits = match search.file(file, from, self.budget) {
            Outcome::Searched(hits) => hits,
            Outcome::Partly(hits) => {
                found.failed += 1;
                hits
            }
            Outcome::Binary => return found.binary.one(shown()),
        };
        found.searched.file(file.size());
        if let (0, Some(guessed)) = (hits.count, hits.guessed) {
            let pattern = (self.args.pattern.as_str(), &self.pattern);
            found.guessed.file(file, guessed, pattern, shown(), self.budget);
        }
        if hits.count > 0 {
            found.total_files += 1;
            found.total_lines += hits.count;
            if from == wanted.output.beginning() || !hits.lines.is_empty() {
                found.insert(shown(), hits, self.page);
            }
        }
    }
}
