//! What the tests share.

mod calls;
mod client;
mod sandbox;

pub use calls::{calls, changes, code, code_of};
pub use client::{
    Answer, Client, Era, NOBODY, Without, deny_calls, for_everybody, modern_meta, plain, preopen,
    without_calls,
};
pub use preopen_attacks::{SECRET, Sandbox};
pub use sandbox::{budget, grants};
