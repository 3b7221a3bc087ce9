//! Lists of [`Meaning`]s: what is tried where a glob matches nothing as it is written, the likeliest first.
//!
//! A search tries them in order, takes the first that matches something, and says so. In each spelling, characters such
//! as brackets are a part of a name first, and wildcards second: [`Meaning::names_first`] is the only place that makes
//! such lists.
//!
//! May import: its neighbours.

use super::foreign::{Foreign, MOST_FOREIGN};
use super::given::{Given, OtherSpelling, Piece, Source};
use super::meaning::{HERE, Keeps, Meaning, Spelling, Text};

/// Spellings of the text itself, the likeliest first.
const OWN_SPELLINGS: [Spelling; 9] = [
    Spelling::Written,
    Spelling::FromGrant,
    Spelling::AnyCase,
    Spelling::AnyDepth,
    Spelling::AnyCaseAndDepth,
    Spelling::Below,
    Spelling::Slashes,
    Spelling::Similar,
    Spelling::Files,
];

/// Those of a spelling of another program.
const FOREIGN: [Spelling; 3] = [Spelling::Written, Spelling::FromGrant, Spelling::Below];

impl Meaning {
    /// All meanings in some spellings. In each, what could be a part of a name is one first. Braces beside stars come
    /// last, after `others`.
    fn names_first(
        pieces: &[Piece],
        whole: Option<&Source>,
        text: Text,
        of: Tried<'_>,
    ) -> Vec<Self> {
        let mut kept = vec![];
        if whole.is_some_and(Source::could_be_a_name) {
            kept.push(Keeps::Whole);
        }
        if pieces.iter().any(|piece| piece.could_be_a_name() || piece.has_braces_without_commas()) {
            kept.push(Keeps::AllButStars);
        }
        if pieces.iter().any(Piece::has_names_in_brackets) {
            kept.push(Keeps::Brackets);
            let some = pieces.iter().map(Piece::some_names_in_brackets).max_by_key(Vec::len);
            kept.extend(some.into_iter().flatten().map(Keeps::SomeBrackets));
        }
        kept.push(Keeps::Nothing);
        let has_inside = of.has_inside && text == Text::Whole;
        let each = |keeps: Keeps| {
            let spellings = of.spellings.iter().filter(move |spelling| {
                pieces.iter().any(|piece| spelling.can_differ(piece, text, keeps))
            });
            spellings.flat_map(move |spelling| {
                let is_tried = move |is_inside: &bool| match (spelling, is_inside) {
                    (Spelling::Files, _) => !is_inside,
                    // Only the name of the grant means all of it.
                    (Spelling::FromGrant, false) => pieces.iter().any(Piece::may_be_from_grant),
                    _ => !is_inside || has_inside,
                };
                let inside = [false, true].into_iter().filter(is_tried);
                inside.map(move |is_inside| Self { keeps, is_inside, ..Self::of(*spelling) })
            })
        };
        let braces_last = !kept.contains(&Keeps::AllButStars)
            && pieces.iter().any(Piece::could_have_braces_of_names);
        let mut all: Vec<Self> = kept.into_iter().flat_map(each).collect();
        all.extend(of.others);
        if braces_last {
            all.extend(each(Keeps::AllButStars));
        }
        all
    }

    /// What a glob can mean where something is that it names, without another search.
    pub(super) fn here(piece: &Piece, text: Text) -> Vec<Self> {
        let tried = Tried { spellings: &HERE, has_inside: false, others: vec![] };
        Self::names_first(std::slice::from_ref(piece), None, text, tried)
    }

    /// The meanings as a name that are tried before an including glob is read as a glob.
    pub(super) fn names(piece: &Piece, text: Text) -> Vec<Self> {
        let here = Self::here(piece, text).into_iter();
        here.take_while(|one| one.keeps != Keeps::Nothing).collect()
    }

    /// Like [`Self::names`], but for the whole text.
    pub(super) fn whole_text_names(source: &Source, text: Text) -> Vec<Self> {
        if !source.could_be_a_name() {
            return vec![];
        }
        let tried =
            HERE.into_iter().filter(|one| one.can_differ(&source.whole, text, Keeps::Whole));
        tried.map(|spelling| Self { keeps: Keeps::Whole, ..Self::of(spelling) }).collect()
    }

    /// Other meanings of an excluding glob. They are only suggested, never applied.
    pub(super) fn hints(given: &Given, n: usize, piece: &Piece, text: Text) -> Vec<Self> {
        let reading = |one: &Self| Some(&given.foreign.get(one.foreign?)?.reading);
        // Much can have the last name of an absolute path.
        let is_last_name =
            |one: &Self| matches!(reading(one), Some(Foreign::Globs(_, how)) if how.is_name);
        let mut others = Self::foreign(given, Some(n), text, false);
        others.retain(|one| !is_last_name(one));
        let spellings = &[Spelling::AnyCase, Spelling::Below];
        let tried = Tried { spellings, has_inside: false, others };
        Self::names_first(std::slice::from_ref(piece), None, text, tried)
    }

    /// Those that are tried where one glob of a list matches nothing, the likeliest first. `foreign` are spellings of
    /// other programs.
    pub(super) fn others(piece: &Piece, text: Text, keeps: Keeps, foreign: Vec<Self>) -> Vec<Self> {
        let tried = Tried { spellings: &OWN_SPELLINGS, has_inside: true, others: foreign };
        let pieces = std::slice::from_ref(piece);
        let mut all = Self::names_first(pieces, None, text, tried);
        let part = Tried { spellings: &[Spelling::Part], has_inside: true, others: vec![] };
        all.extend(Self::names_first(pieces, None, text, part));
        // A name that is there was not meant as a class.
        let is_a_name = keeps != Keeps::Nothing;
        let is_tried =
            |one: &Self| *one == Self { keeps, ..Self::WRITTEN } || *one == Self::WRITTEN;
        all.retain(|one| !(is_tried(one) || (is_a_name && one.keeps == Keeps::Nothing)));
        all
    }

    /// All of a text with commas as one name, in the spellings in which a glob is tried.
    pub(super) fn whole_text_spellings(given: &Given, text: Text) -> Vec<Self> {
        let mut all = vec![];
        if given.own.could_be_a_name() {
            let near = OWN_SPELLINGS
                .into_iter()
                .filter(|one| one.can_differ(&given.own.whole, text, Keeps::Whole));
            all.extend(near.map(|spelling| Self { keeps: Keeps::Whole, ..Self::of(spelling) }));
        } else if given.own.could_have_commas_of_names() {
            all.extend(HERE.map(|spelling| Self { keeps: Keeps::Whole, ..Self::of(spelling) }));
        }
        let foreign = Self::foreign(given, None, text, false).into_iter();
        all.extend(foreign.filter(|one| one.keeps == Keeps::Whole));
        all
    }

    /// The spellings of other programs that all of a text, or one piece of it, may be written in.
    pub(super) fn foreign(
        given: &Given,
        piece: Option<usize>,
        text: Text,
        has_inside: bool,
    ) -> Vec<Self> {
        let mut all = vec![];
        for (nth, other) in given.foreign_of(piece).take(MOST_FOREIGN) {
            let OtherSpelling { reading, source, .. } = other;
            let (Some(source), Foreign::Globs(_, how)) = (source, reading) else {
                all.push(Self { foreign: Some(nth), ..Self::WRITTEN });
                continue;
            };
            let has_inside = has_inside && !how.is_name;
            let tried = Tried { spellings: &FOREIGN, has_inside, others: vec![] };
            let mut meanings = Self::names_first(&source.pieces, Some(source), text, tried);
            if how.only_names {
                meanings.retain(|one| one.keeps != Keeps::Nothing);
            }
            all.extend(meanings.into_iter().map(|one| Self { foreign: Some(nth), ..one }));
        }
        all
    }
}

/// What is tried for some globs.
struct Tried<'a> {
    spellings: &'a [Spelling],
    /// Also for what lies in directories of the name. A pattern finds directories themselves.
    has_inside: bool,
    others: Vec<Meaning>,
}

impl Spelling {
    /// Can it match something that the glob itself does not?
    fn can_differ(self, piece: &Piece, text: Text, keeps: Keeps) -> bool {
        let is_part = text == Text::Part && !piece.has_wildcards();
        let is_path = piece.grant.is_none() && (piece.glob.contains('/') || piece.is_pinned);
        let has_letters = piece.glob.chars().any(char::is_alphabetic);
        match self {
            // What lies below may.
            Self::Written => true,
            // A wildcard is not the name of a grant.
            Self::FromGrant => {
                (piece.may_be_from_grant() && !piece.begins_with_wildcard(keeps))
                    || (text == Text::Whole && !piece.has_wildcards())
            }
            Self::AnyDepth => is_path,
            Self::Below => is_path && !piece.is_pinned,
            Self::AnyCase => has_letters,
            Self::AnyCaseAndDepth => is_path && has_letters,
            Self::Similar => !piece.glob.chars().all(|c| "*?/".contains(c)),
            Self::Slashes => piece.glob.contains('\\'),
            Self::Files => piece.glob.ends_with('/'),
            // One letter is a part of nearly every name.
            Self::Part => {
                let is_class = keeps == Keeps::Nothing && piece.glob.contains('[');
                !is_part && !is_class && piece.is_text() && piece.glob.chars().nth(1).is_some()
            }
        }
    }
}
