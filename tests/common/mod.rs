//! What the tests share.

mod calls;
mod client;
mod disk;
mod drive;
mod sandbox;
mod strace;

pub use calls::{calls, changes, code, code_of};
pub use client::{
    Answer, Client, Era, NOBODY, Without, copy_program, deny_calls, for_everybody, modern_meta,
    plain, preopen, request, without_calls,
};
pub use disk::{Mounted, tree};
pub use drive::{Drive, Manners};
pub use preopen_attacks::{SECRET, Sandbox};
pub use sandbox::{budget, grants};
pub use strace::{Traced, may_trace};
