//! [`Pattern`] and [`Search`]: lines that match, in one open file.
//!
//! Text streams by in a window, so memory does not grow with a file; a huge file is searched by several
//! threads, a segment each. What is UTF-8 is searched as it lies there, bad bytes and NULs included; what
//! is in another encoding is turned into UTF-8 on the way. `text` decides which, as it does for pages.
//!
//! May import: `cap` (for open files), `error`, `limits`, `text` (for encodings), `format`. It does not
//! choose the files.

mod hits;
mod kept;
mod line_ends;
mod page_escapes;
mod pattern;
mod readings;
mod recoded;
mod search;
mod searcher;
mod segments;
mod shown;
mod similar;
mod stream;
mod syntax;

pub use self::hits::{Hits, Line, Lines, Outcome, Position, Wanted};
pub use self::pattern::{Meaning, Pattern};
pub use self::readings::{Other, Reading, SIMILAR, as_name, readings};
pub use self::recoded::Recoded;
pub use self::search::Search;
