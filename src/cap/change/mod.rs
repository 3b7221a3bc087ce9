//! What the rights to write and to remove allow at a place.
//!
//! `lookup` finds the place and takes the locks; `check_tree` refuses before anything is changed; the others change.
//!
//! May import: `error`, `limits`, `path`, `system`.

pub(super) mod append;
pub(super) mod change_lock;
pub(super) mod check_tree;
pub(super) mod copy;
pub(super) mod in_place;
pub(super) mod lookup;
pub(super) mod made;
pub(super) mod move_across;
pub(super) mod new_names;
pub(super) mod not_placed;
pub(super) mod permissions;
pub(super) mod removable;
pub(super) mod remove;
pub(super) mod rename;
pub(super) mod rename_noreplace;
pub(super) mod respelled;
pub(super) mod temp;
pub(super) mod traverse;
pub(super) mod write;
