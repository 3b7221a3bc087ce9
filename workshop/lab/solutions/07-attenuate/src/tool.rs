//! A tool that shows a page of the manual, and the authority it gets for that.

use std::io;

use cap_std::fs::Dir;

/// What the tool holds: `docs/`, for reading only.
pub struct Held(Dir);

impl Held {
    /// Reads the text of a file.
    pub fn read_to_string(&self, path: &str) -> io::Result<String> {
        self.0.read_to_string(path)
    }
}

/// Returns what the tool gets.
pub fn hand_out(grant: &Dir) -> io::Result<Held> {
    grant.open_dir("docs").map(Held)
}

/// Shows a page, such as `guide.txt` in `docs/`.
pub fn run(held: &Held, page: &str) -> io::Result<String> {
    held.read_to_string(page)
}
