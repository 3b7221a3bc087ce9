//! What the tests share.

mod calls;
mod client;
mod sandbox;

pub use calls::{calls, code, code_of};
pub use client::{Answer, Client, Era, Without, deny_calls, modern_meta, preopen, without_calls};
pub use preopen_attacks::{SECRET, Sandbox};
pub use sandbox::{budget, grants};
