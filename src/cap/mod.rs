//! The capability core: handles, rights, and the only code that resolves a name.
//!
//! ```text
//! VirtualPath --Grants::attenuate--> Target<R> --place()--> Place<R> --> open, list, look
//!   a name        rights compared     a right     resolved    pinned
//! ```
//!
//! May import: `path`, `limits`, `error`, `system`; `cap_std` and `rustix::fs`, which no module outside
//! `cap`, `authority` and `system` may name (`sandbox` gets borrowed handles from here). There are no host paths here, and no function
//! takes a handle and a path as two arguments.

mod attenuate;
mod change;
mod grants;
mod handle;
mod hints;
mod lookup;
mod needs;
mod place;
mod read;
mod resolve;
mod rights;
mod rules;
mod target;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod testing;

pub use attenuate::Scoped;
pub use change::check_tree::Census;
pub use change::copy::Copied;
pub use change::lookup::to_move;
pub use change::rename::Renamed;
pub use change::write::{Expect, Written};
pub use grants::Grants;
pub use grants::above::{Above, AboveLevel, AboveText, MAX_ABOVE_TEXT};
pub use grants::grant::Preopen;
pub use grants::grant::Unavailable;
pub use grants::grant_info::GrantInfo;
pub use grants::locks::ChangeGuard;
pub use handle::attributes::Lost;
pub use handle::file_state::FileState;
pub use handle::hindrance::Hindrance;
pub use handle::listed::may_alias;
pub use handle::pseudo::is_pseudo;
pub use handle::resolver::Resolver;
pub use handle::step::Kind;
pub use hints::named_below::is_made;
pub use needs::{GrantList, Many, ManyOrAll, MovePaths, Needs, OneOrAll, Optional, Route};
pub use place::Place;
pub use read::followed::Followed;
pub use read::tally::{Skipped, Tally};
pub use read::walk_tree::{Visit, Walked, search_threads, walk};
pub use read::walked::{Listing, WalkedDir, WalkedEntry};
pub use read::{Entries, Entry, Info, OpenFile};
pub use resolve::lookalike::look;
pub use rights::{Read, Remove, Right, Rights, UnknownRights, Write};
pub use rules::Rules;
pub use rules::fold::{fold, is_ignorable};
pub use rules::glob_parts::{Part, Reading, Token, separated, tokens};
pub use rules::globs::BadGlob;
pub use rules::protected_names::reference as protected_reference;
pub use target::Target;
