//! The capability core: handles, rights, and the only code that resolves a name.
//!
//! ```text
//! VirtualPath --Grants::attenuate--> Target<R> --place()--> Place<R> --> open, list, look
//!   a name        rights compared     a right     resolved    pinned
//! ```
//!
//! May import: `path`, `limits`, `error`, `system`; `cap_std` and `rustix::fs`, which no module outside
//! `cap`, `authority` and `system` may name (`sandbox` gets borrowed handles from here). Absent on purpose: host paths, and any function that
//! takes a handle and a path apart from each other.

mod across;
mod append;
mod attributes;
mod beneath;
mod by_name;
mod copy;
mod fold;
mod grant;
mod guards;
mod linked;
mod needs;
mod pseudo;
mod read;
mod remove;
mod rename;
mod resolve;
mod rights;
mod rules;
mod scan;
mod suggest;
mod target;
mod temp;
mod tree;
mod turns;
mod walk;
mod walked;
mod write;

pub use beneath::Kind;
pub use copy::Copied;
pub use grant::{Announced, Grants, Preopen, Unavailable};
pub use needs::{Each, Inventory, Moving, Needs, Perhaps, Route, Scope, Scoped};
pub use pseudo::is_pseudo;
pub use read::{Entries, Entry, FileState, Info, OpenFile};
pub use rename::Renamed;
pub use resolve::Resolver;
pub use rights::{Read, Remove, Right, Rights, UnknownRights, Write};
pub use rules::{BadGlob, Rules};
pub use scan::Census;
pub use target::{Place, Target};
pub use turns::{Turn, to_move};
pub use walk::{Visit, Walked, search_threads, walk};
pub use walked::{Listing, Skipped, Tally, WalkedDir, WalkedEntry};
pub use write::{Expect, Written};
