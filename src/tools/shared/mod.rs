//! What tools share: how a tree is searched, how a change is checked, and how an answer is written.
//!
//! May import: what tools may. No file here imports a tool.

pub(super) mod change_answer;
pub(super) mod defaults;
pub(super) mod encoding;
pub(super) mod everywhere;
pub(super) mod file_types;
pub(super) mod given_files;
pub(super) mod guessed;
pub(super) mod left_out;
pub(super) mod links;
pub(super) mod otherwise;
pub(super) mod pages;
pub(super) mod probing;
pub(super) mod read_whole;
pub(super) mod repeated;
pub(super) mod replaced;
pub(super) mod search;
pub(super) mod since;
pub(super) mod text_answer;
pub(super) mod trying;
