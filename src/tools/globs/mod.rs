//! Globs: what clients write for names and paths, and what they mean by it.
//!
//! Read in this order: `argument` is a list of globs, `given` takes each apart, `readings` compiles it in one
//! `meaning`, and `name_pattern` says of each name whether the list takes it. Where a glob matches nothing, `meanings`
//! lists what it may mean instead, and `candidates` finds out which of that is there.
//!
//! May import: `cap`, `error`, `limits`, `path`. This room does not walk.

mod argument;
mod begins;
mod braced;
mod candidates;
mod expression;
mod foreign;
mod given;
mod led_to;
mod literal_brackets;
mod meaning;
mod meanings;
mod name_pattern;
mod readings;
mod sets;
mod through_links;
mod watched;

pub(super) use self::argument::{Globs, MAX_CHARS};
pub(super) use self::begins::Begins;
pub(super) use self::candidates::Candidates;
pub(super) use self::led_to::Left;
pub(super) use self::meaning::Text;
pub(super) use self::name_pattern::{NamePatterns, Says};
pub(super) use self::through_links::Rest;
