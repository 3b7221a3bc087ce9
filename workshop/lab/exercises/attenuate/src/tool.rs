//! A tool that shows a page of the manual, and what it is handed for that.

use std::io;

use cap_std::fs::Dir;

/// What the tool holds. A `Dir` can do everything, with everything below it.
pub type Held = Dir;

/// What the tool is handed.
pub fn hand_out(grant: &Dir) -> io::Result<Held> {
    grant.try_clone()
}

/// Shows a page: `guide.txt` is one in `docs/`.
pub fn run(held: &Held, page: &str) -> io::Result<String> {
    held.read_to_string(format!("docs/{page}"))
}
