//! The capability core: handles, rights, and the only code that resolves a name.
//!
//! ```text
//! VirtualPath --Grants::attenuate--> Target<R> --place()--> Place<R> --> open, list, look
//!   a name        rights compared     a right     resolved    pinned
//! ```
//!
//! May import: `path`, `limits`, `error`; `cap_std` and `rustix::fs`, which no module outside
//! `cap` and `authority` may name (`sandbox` gets borrowed handles from here). Absent on purpose: host paths, and any function that
//! takes a handle and a path apart from each other.

mod beneath;
mod by_name;
mod fold;
mod grant;
mod names;
mod needs;
mod pseudo;
mod read;
mod resolve;
mod rights;
mod rules;
mod suggest;
mod target;
mod walk;
mod walked;

pub use beneath::Kind;
pub use grant::{Announced, Grants, Preopen, Unavailable};
pub use needs::{Each, Inventory, Needs, Scope, Scoped};
pub use pseudo::is_pseudo;
pub use read::{Entries, Entry, FileState, Info, OpenFile};
pub use resolve::Resolver;
pub use rights::{Read, Remove, Right, Rights, UnknownRights, Write};
pub use rules::{BadGlob, Rules};
pub use target::{Place, Target};
pub use walk::{Visit, Walked, search_threads, walk};
pub use walked::{Listing, Skipped, Tally, WalkedDir, WalkedEntry};
