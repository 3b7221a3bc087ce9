//! What the tests share.

mod calls;
mod client;
mod disk;
#[cfg(target_os = "linux")]
mod drive;
mod filter;
mod follow;
mod hints;
mod ripgrep;
mod sandbox;
mod strace;

/// Is the program built with Linux's own calls and walls, and not with what every Unix has?
pub const HAS_LINUX_CALLS: bool = cfg!(all(target_os = "linux", not(preopen_portable)));

pub use calls::{calls, changes, code, code_of, required};
pub use client::{
    Answer, Client, Era, NOBODY, PATIENCE, copy_program, ended, for_everybody, modern_meta, plain,
    preopen, request,
};
pub use disk::{Mounted, tree};
#[cfg(target_os = "linux")]
pub use drive::{Drive, Manners};
#[cfg(target_os = "linux")]
pub use filter::without_calls;
pub use filter::{Without, deny_openat2};
pub use follow::follow;
pub use hints::foreign_arguments;
pub use preopen_attacks::{SECRET, Sandbox};
pub use ripgrep::ripgrep;
pub use sandbox::{budget, grants};
pub use strace::{Traced, may_trace};
