//! preopen: a file server for coding agents that holds only the directories it was handed.
pub mod allowlist;
pub mod args;
pub mod audit;
pub mod authority;
pub mod cap;
pub mod cli;
pub mod dispatch;
pub mod doctor;
pub mod error;
pub mod explain;
pub mod limits;
pub mod path;
pub mod protocol;
pub mod text;
pub mod tool;
pub mod tools;
