//! [`Links`]: the symbolic links that a search passed by, and what the answer says of them.
//!
//! May import: `cap`, `path`, its neighbours. Links that lead outside, to what is hidden, to nothing, or in a circle are counted
//! together: the answer does not tell them apart.

use crate::cap::{Followed, Tally};
use crate::format::count;
use crate::path::brief;

/// Most links of one walk of which it is found out where they lead, and most besides that the globs mean.
pub(in crate::tools) const MOST_LINKS: usize = 300;

/// What one thread of a search passed by.
#[derive(Clone, Debug, Default)]
pub(in crate::tools) struct Links {
    /// Those to a file or directory of the grants.
    followable: Tally,
    /// Those to nothing that can be searched.
    dead: Tally,
    /// Those of which it was not found out where they lead. They are counted as those that lead to something.
    unknown: Tally,
    /// One that the globs mean.
    meant: Option<Meant>,
    /// Those that the globs mean and that lead to nothing.
    meant_dead: Tally,
}

/// A link that has the name that is searched for, or through which a glob leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Meant {
    /// `false` comes first.
    is_guess: bool,
    /// The rest of the glob, from the directory that the link leads to.
    rest: Rest,
    path: String,
    real: String,
    is_directory: bool,
}

/// The rest of a glob, with its length in front.
type Rest = Option<(usize, String)>;

/// How a glob means a link.
pub(in crate::tools) enum Means {
    /// By its name. Is that sure?
    Itself(bool),
    /// What lies below it: this rest of the glob. Is the rest known to exist?
    Below(String, bool),
}

impl Links {
    /// A link, and where it leads.
    pub(in crate::tools) fn one(
        &mut self,
        path: String,
        to: Option<Followed>,
        means: Option<Means>,
    ) {
        let Some(Followed { shown, is_directory }) = to else {
            if matches!(means, Some(Means::Itself(_))) {
                self.meant_dead.one(path.clone());
            }
            return self.dead.one(path);
        };
        if let Some(means) = means {
            let (rest, is_guess) = match means {
                Means::Itself(is_sure) => (None, !is_sure),
                Means::Below(rest, exists) => (Some((rest.len(), rest)), !exists),
            };
            let meant = Meant { is_guess, path: path.clone(), real: shown, is_directory, rest };
            self.mean(meant);
        }
        self.followable.one(path);
    }

    /// Counts a link whose target was not looked up.
    pub(in crate::tools) fn unknown(&mut self, path: String) {
        self.unknown.one(path);
    }

    fn mean(&mut self, meant: Meant) {
        self.meant = Some(match self.meant.take() {
            Some(other) => other.min(meant),
            None => meant,
        });
    }

    /// What another thread has passed by as well.
    pub(in crate::tools) fn add(&mut self, other: Self) {
        self.followable.add(other.followable);
        self.dead.add(other.dead);
        self.unknown.add(other.unknown);
        self.meant_dead.add(other.meant_dead);
        if let Some(meant) = other.meant {
            self.mean(meant);
        }
    }

    /// What a glob means that leads through a link, where other globs match.
    pub(in crate::tools) fn led_through_by(&self, argument: &str) -> Option<String> {
        self.meant.as_ref().filter(|meant| meant.rest.is_some())?;
        self.meant_by(argument)
    }

    /// What the globs of this argument mean, where nothing but links has such a name.
    pub(in crate::tools) fn meant_by(&self, argument: &str) -> Option<String> {
        // A pattern finds links themselves.
        let finds_links = argument == "pattern";
        let meant = self.meant.as_ref();
        let meant = meant.filter(|is| is.rest.is_some() || is.is_directory || !finds_links);
        let Some(Meant { path, real, is_directory, rest, .. }) = meant else {
            let path = self.meant_dead.example.as_ref()?;
            return Some(format!(
                "{} is a link that leads to nothing that can be searched",
                brief(path)
            ));
        };
        let path = brief(path);
        let place = if argument == "include_patterns" {
            format!("root_paths=[\"{path}\"]")
        } else {
            format!("path={path}")
        };
        let with = match rest {
            Some((_, rest)) => format!("{place} and {argument}={}", brief(rest)),
            None if *is_directory && !finds_links => format!("{place} and no {argument}"),
            None => place,
        };
        let real = brief(real);
        Some(format!("{path} is a link to {real}, and links are not followed: search with {with}"))
    }

    /// How many were not followed. `place` is the argument that names where to search.
    pub(in crate::tools) fn facts(&self, place: &str) -> Vec<String> {
        let mut facts = vec![];
        let meant = self.meant.as_ref().map(|meant| &meant.path);
        let examples = meant.or(self.followable.example.as_ref());
        if let Some(example) = examples.or(self.unknown.example.as_ref()) {
            let links = count(self.followable.count + self.unknown.count, "link", "links");
            facts.push(format!(
                "{links} not followed (e.g. {example}); give one as `{place}` to search it"
            ));
        }
        if let Some(example) = &self.dead.example {
            let links = if self.dead.count == 1 { "link leads" } else { "links lead" };
            let dead = self.dead.count;
            facts.push(format!("{dead} {links} to nothing that can be searched (e.g. {example})"));
        }
        facts
    }
}
