//! What the tests share.

mod client;
mod naive;
mod sandbox;

pub use client::{Answer, Client, Era, Without, modern_meta, preopen};
pub use naive::naive_read;
pub use sandbox::{SECRET, Sandbox, budget, grants};
