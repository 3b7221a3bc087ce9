//! [`Ways`]: the directories through which globs lead, in case one of them is a link.
//!
//! A search follows no links, so `ldir/*.ts` matches nothing where `ldir` is one. The begin of each glob, up to each of its slashes,
//! is held against the links that the search meets.
//!
//! May import: its neighbours. It is compiled when the first link is met.

use super::given::{Given, Piece};
use super::meaning::{Keeps, Meaning, Spelling, Taken, Text};
use super::readings::Readings;
use super::sets::{Sets, Spot};

/// Most leading parts of globs that are compared with links.
const MOST_WAYS: usize = 20;

/// The leading parts of some globs.
pub(super) struct Ways(Vec<Way>);

struct Way {
    /// Which text of globs it is of, and which piece.
    of: (usize, usize),
    sets: Sets,
    /// The rest of the glob; empty where a slash ends it.
    rest: String,
    /// The names at the begin of the rest that have no wildcard.
    names: Vec<String>,
    /// Are these the whole rest?
    is_plain: bool,
    /// Is the last of them a part of a name?
    is_part: bool,
}

/// What of a glob follows after a link.
pub(in crate::tools) struct Rest<'a> {
    /// Which text of globs it is of, and which piece.
    pub(in crate::tools) of: (usize, usize),
    pub(in crate::tools) glob: &'a str,
    /// The names at its begin.
    pub(in crate::tools) names: Vec<&'a str>,
    /// Are these all of it?
    pub(in crate::tools) is_plain: bool,
    /// Is the last of them a part of a name?
    pub(in crate::tools) is_part: bool,
}

impl Ways {
    /// The begins of globs that are taken in these meanings.
    pub(super) fn new(given: &[Given], taken: &[Taken], readings: Readings) -> Self {
        let mut ways = vec![];
        for (nth, (given, taken)) in given.iter().zip(taken).enumerate() {
            let pieces = given.own.pieces.iter().enumerate().filter(|(_, piece)| piece.takes);
            for (n, piece) in pieces {
                // Of a directory that a glob leads through, the name counts.
                let meaning = taken.of_piece(n).unwrap_or(Meaning::WRITTEN);
                let meaning = Meaning { is_inside: false, ..meaning };
                let of = (nth, n);
                ways.extend(begins(piece, meaning, readings).into_iter().map(|way| (of, way)));
                if piece.may_be_from_grant() {
                    let meaning = Meaning { spelling: Spelling::FromGrant, ..meaning };
                    ways.extend(begins(piece, meaning, readings).into_iter().map(|way| (of, way)));
                }
            }
        }
        ways.truncate(MOST_WAYS);
        let compiled = ways.into_iter().filter_map(|(of, begin)| {
            let Begin { piece, meaning, rest, is_part } = begin;
            let readings = Readings { text: Text::Whole, ..readings };
            let sets = Sets::of_one(&[readings.piece(&piece, meaning).ok()?])?;
            let all: Vec<&str> = rest.split('/').filter(|name| !name.is_empty()).collect();
            let mut names: Vec<String> = all.iter().map(|name| (*name).to_owned()).collect();
            names.truncate(all.iter().take_while(|name| !name.contains(SPECIAL)).count());
            let is_plain = names.len() == all.len();
            Some(Way { of, sets, rest, names, is_plain, is_part })
        });
        Self(compiled.collect())
    }

    /// The rest of a glob that leads through this link; the shortest one.
    pub(super) fn through(&self, link: Spot<'_>) -> Option<Rest<'_>> {
        let at = Spot { is_directory: true, ..link };
        let ways = self.0.iter().filter(|way| way.sets.takes(at) == Some(true));
        let way = ways.min_by_key(|way| way.rest.len())?;
        let names = way.names.iter().map(String::as_str).collect();
        let Way { of, rest: glob, is_plain, is_part, .. } = way;
        Some(Rest { of: *of, glob, names, is_plain: *is_plain, is_part: *is_part })
    }
}

/// What has another meaning in a glob than in a name.
const SPECIAL: [char; 6] = ['*', '?', '[', '{', ',', '\\'];

/// A glob up to one of its slashes.
struct Begin {
    piece: Piece,
    meaning: Meaning,
    /// What follows.
    rest: String,
    /// Whether the last name of the rest is a part of a name.
    is_part: bool,
}

/// The begins of one glob.
fn begins(piece: &Piece, meaning: Meaning, readings: Readings) -> Vec<Begin> {
    let is_part = readings.text == Text::Part && !piece.has_wildcards();
    // A pattern without wildcards is at any depth.
    let is_anywhere = is_part && !piece.is_pinned && meaning == Meaning::WRITTEN;
    let meaning = if is_anywhere { Meaning::of(Spelling::AnyDepth) } else { meaning };
    let begin = |at: usize| {
        let (begin, rest) = piece.glob.split_at_checked(at)?;
        let rest = rest.trim_start_matches('/');
        // What begins with wildcards alone leads through each link. Then only the names that follow tell.
        let is_any = |name: &str| name.chars().all(|c| c == '*');
        let is_way = !begin.rsplit('/').next().is_none_or(is_any)
            || rest.split('/').next().is_some_and(|name| !name.contains(SPECIAL));
        let piece = Piece { glob: begin.to_owned(), ..piece.clone() };
        let is_part = is_part && !rest.is_empty();
        (is_way && !begin.is_empty()).then(|| Begin { piece, meaning, rest: rest.into(), is_part })
    };
    let begins = piece.glob.match_indices('/').filter_map(|(at, _)| begin(at));
    // The name of a link may have brackets.
    let as_names = |begin: Begin| {
        let keeps = [Keeps::AllButStars, begin.meaning.keeps];
        let is_special = begin.piece.glob.contains(['[', '{']);
        let kept = keeps.into_iter().skip(usize::from(!is_special));
        let of = move |keeps| Begin {
            piece: begin.piece.clone(),
            meaning: Meaning { keeps, ..begin.meaning },
            rest: begin.rest.clone(),
            is_part: begin.is_part,
        };
        kept.map(of).collect::<Vec<_>>()
    };
    begins.flat_map(as_names).collect()
}
