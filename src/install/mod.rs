//! `preopen install`: what each client's own files must contain for it to start this server.
//!
//! Pure: the text of a file goes in, the new text comes out. One file a client; the forms
//! of the files, `json` and `toml`, are changed so that every byte that is not ours stays.
//!
//! May import: nothing of this crate. It does not open files or ask the user: `installing`
//! does, with handles from `authority`.

mod about;
mod claude_code;
mod claude_desktop;
mod client;
mod codex;
mod cursor;
mod file;
mod gemini;
mod json;
mod toml;
mod unreadable;
mod vscode;
mod written;
mod zed;

pub use about::{Base, Exclusive, File, Scope, Server};
pub use client::Client;
pub use unreadable::Unreadable;
