//! What is done with an open directory: one step, one open, one listing.
//!
//! Everything here takes a handle and one name. `open` is the only place with the flags of an open.
//!
//! May import: `error`, `limits`, `path`, `system`. It knows no grant and no rule.

pub(super) mod attributes;
pub(super) mod directory;
pub(super) mod file_state;
pub(super) mod hindrance;
pub(super) mod listed;
pub(super) mod mount;
pub(super) mod name_refused;
pub(super) mod open;
pub(super) mod overlay;
pub(super) mod pseudo;
pub(super) mod resolver;
pub(super) mod step;
