//! A tool that shows a page of the manual, and the authority it gets for that.

use std::io;

use cap_std::fs::Dir;

/// What the tool holds. A `Dir` can do anything with everything below it.
pub type Held = Dir;

/// Returns what the tool gets.
pub fn hand_out(grant: &Dir) -> io::Result<Held> {
    grant.try_clone()
}

/// Shows a page, such as `guide.txt` in `docs/`.
pub fn run(held: &Held, page: &str) -> io::Result<String> {
    held.read_to_string(format!("docs/{page}"))
}
