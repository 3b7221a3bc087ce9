//! A tool that shows a page of the manual, and what it is handed for that.

use std::io;

use cap_std::fs::Dir;

/// What the tool holds: `docs/`, to be read.
pub struct Held(Dir);

impl Held {
    /// The text of a file.
    pub fn read_to_string(&self, path: &str) -> io::Result<String> {
        self.0.read_to_string(path)
    }
}

/// What the tool is handed.
pub fn hand_out(grant: &Dir) -> io::Result<Held> {
    grant.open_dir("docs").map(Held)
}

/// Shows a page: `guide.txt` is one in `docs/`.
pub fn run(held: &Held, page: &str) -> io::Result<String> {
    held.read_to_string(page)
}
