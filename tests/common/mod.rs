//! What the tests share.

mod client;
mod naive;
mod sandbox;

pub use client::{Answer, Client, Era, Without, modern_meta, preopen, without_calls};
pub use naive::naive_read;
pub use sandbox::{SECRET, Sandbox, budget, grants};
