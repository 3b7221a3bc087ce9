//! [`buffer`]: the memory that a file is read into.
//!
//! May import: `cap` (for open files).

use crate::cap::OpenFile;

/// A buffer to read `file` with: a small file does not take a large one. A read that does not fill
/// it has come to the end of the file.
pub(in crate::text) fn buffer(file: &OpenFile, most: usize) -> Vec<u8> {
    let size = usize::try_from(file.size()).unwrap_or(most);
    // A multiple of four, so that no unit of UTF-16 or UTF-32 is cut; and more than the file has.
    vec![0; most.min(size.saturating_add(4) & !3)]
}
