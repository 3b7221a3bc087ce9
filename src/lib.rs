//! A file server for coding agents that holds only the directories it was handed.
//!
//! ```text
//! client bytes - protocol - Value - dispatch -+- Tool::Args (typed)
//!                                             +- Tool::paths(&args) -> &VirtualPath     names only
//!    authority - Grants (built once) ---------+- Needs::attenuate -> Target<Read> ..    authority only here
//!                                             +- Tool::run(&args, targets, &Budget)     no Grants, no Dir, no Path
//!                                             +- Output -> text, bounded
//!                                             +- Event -> Sink                          also on refusal
//! client bytes - protocol - CallToolResult ---+
//! ```
//!
//! # Reading order
//!
//! 1. [`path`] and [`cap::Rights`]: what a name is, and what a right is.
//! 2. [`cap::Grants::attenuate`]: where the two meet, and a [`cap::Target`] is minted.
//! 3. `cap/resolve/`: from a target to a [`cap::Place`], never leaving the handles.
//! 4. [`tool::Tool`] and one file in `tools/`: how little a tool gets, and that it is enough.
//! 5. [`dispatch`], then [`protocol`]: how a call comes in and its answer goes out.
//! 6. [`authority`]: the one module that may do whatever its user may, and how little it does with it.
//!
//! ARCHITECTURE.md has the invariants and who may import whom.

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
compile_error!(
    "preopen is for Linux and macOS: on Windows it runs in WSL 2, and docs/systems.md says why"
);

pub mod allowlist;
pub mod args;
pub mod audit;
pub mod auditing;
pub mod authority;
pub mod cap;
pub mod cli;
pub mod dispatch;
pub mod doctor;
pub mod error;
pub mod explain;
pub mod format;
pub mod git;
pub mod grep;
pub mod ignore;
pub mod install;
pub mod installing;
pub mod limits;
pub mod logging;
pub mod path;
pub mod protocol;
pub mod sandbox;
mod system;
pub mod text;
pub mod tool;
pub mod tools;
