//! What an error offers as the next step: a path that the client may have meant.
//!
//! Only names that the client could list are looked at, so a hint reveals nothing that a listing would not.
//! Nothing here decides whether a path may be used.
//!
//! May import: `error`, `limits`, `path`.

pub(super) mod as_glob;
pub(super) mod begun;
pub(super) mod existing;
pub(super) mod named_below;
pub(super) mod new_path;
pub(super) mod stems;
pub(super) mod suggest;
pub(super) mod unknown_grant;
pub(super) mod walk_errors;
