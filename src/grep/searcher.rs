//! [`searcher`]: the line searcher of the crate `grep-searcher`, set up for a pattern.
//!
//! May import: its neighbours.

use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};

use super::hits::Wanted;
use super::pattern::Pattern;

/// Most bytes of one line, or of one match over several lines, that is held to be searched.
pub(super) const MOST_HELD: usize = 8 << 20;

/// Sets up a searcher that keeps lines only where they are to be shown.
pub(super) fn searcher(pattern: &Pattern, wanted: Wanted) -> Searcher {
    let shows = wanted.output.are_shown();
    let about = |lines| if shows { lines } else { 0 };
    SearcherBuilder::new()
        .line_number(shows)
        .multi_line(pattern.multiline)
        .line_terminator(pattern.line_end)
        .before_context(about(wanted.before))
        .after_context(about(wanted.after))
        .heap_limit(Some(MOST_HELD))
        // `text` has already found out which files are texts, and in which encoding.
        .binary_detection(BinaryDetection::none())
        .bom_sniffing(false)
        .build()
}
