//! A sparse index of the lines of huge files: where some of them begin.
//!
//! It only saves time. It is consulted after a file is open, for exactly the state that the file then
//! has, and that a line begins at the place it names is verified before it is used. A change that leaves
//! size and times as they were (a write through a memory map) can make the count of lines before it
//! wrong. Memory is bounded: [`MAX_FILES`] files, [`MAX_ENTRIES`] places in each.
//!
//! May import: `cap` (for the state of a file). It holds no contents, names or handles.

use std::sync::{Mutex, PoisonError};

use crate::cap::FileState;

/// Bytes between two places that are remembered.
pub(in crate::text) const STRIDE: u64 = 1 << 20;
/// Files that are remembered; the one that was not asked for longest goes first.
const MAX_FILES: usize = 8;
/// Places in one file: a file of 64 GiB. Beyond its last place, lines are counted as without an index.
const MAX_ENTRIES: usize = 65_536;

/// The beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) struct LineStart {
    /// Where, in bytes.
    pub(in crate::text) offset: u64,
    /// Which line, from 1.
    pub(in crate::text) line: u64,
}

impl LineStart {
    /// The beginning of a file.
    pub(in crate::text) const FIRST: Self = Self { offset: 0, line: 1 };
}

/// What is remembered of one file.
#[derive(Clone, Debug, Default)]
struct Known {
    starts: Vec<LineStart>,
    total: Option<u64>,
}

/// The lines of the files that were read last. One for the process, handed from call to call.
#[derive(Debug, Default)]
pub(in crate::text) struct LineIndex {
    /// The most recently used one last.
    files: Mutex<Vec<(FileState, Known)>>,
}

impl LineIndex {
    /// The last known line start that is not after `line`, and how many lines the file has, if known.
    pub(in crate::text) fn nearest(&self, file: FileState, line: u64) -> (LineStart, Option<u64>) {
        self.with(file, |known| {
            let count = known.starts.partition_point(|start| start.line <= line);
            let start = count.checked_sub(1).and_then(|at| known.starts.get(at)).copied();
            (start.unwrap_or(LineStart::FIRST), known.total)
        })
    }

    /// Remembers a line start, unless one near it is known.
    pub(in crate::text) fn learn(&self, file: FileState, start: LineStart) {
        self.with(file, |known| {
            let last = known.starts.last().map_or(0, |last| last.offset);
            if start.offset >= last + STRIDE && known.starts.len() < MAX_ENTRIES {
                known.starts.push(start);
            }
        });
    }

    /// Remembers how many lines the file has.
    pub(in crate::text) fn learn_total(&self, file: FileState, lines: u64) {
        self.with(file, |known| known.total = Some(lines));
    }

    /// Forgets a file: something that was remembered of it does not hold.
    pub(in crate::text) fn forget(&self, file: FileState) {
        self.with(file, |known| *known = Known::default());
    }

    fn with<T>(&self, file: FileState, work: impl FnOnce(&mut Known) -> T) -> T {
        // What a thread that panicked left is a valid index all the same.
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = match files.iter().position(|(state, _)| *state == file) {
            Some(at) => files.remove(at).1,
            None => Known::default(),
        };
        let result = work(&mut known);
        if files.len() >= MAX_FILES {
            files.remove(0);
        }
        files.push((file, known));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_sparse_and_files_few() {
        let index = LineIndex::default();
        let file = |inode| FileState {
            device: u64::MAX,
            inode,
            size: 9,
            modified: (0, 0),
            changed: (0, 0),
        };
        index.learn(file(1), LineStart { offset: STRIDE, line: 10 });
        index.learn(file(1), LineStart { offset: STRIDE + 5, line: 11 });
        index.learn(file(1), LineStart { offset: 2 * STRIDE, line: 20 });
        index.learn_total(file(1), 30);
        assert_eq!(index.nearest(file(1), 9), (LineStart::FIRST, Some(30)));
        assert_eq!(index.nearest(file(1), 19).0, LineStart { offset: STRIDE, line: 10 });
        assert_eq!(index.nearest(file(1), 25).0, LineStart { offset: 2 * STRIDE, line: 20 });
        let grown = FileState { size: 10, ..file(1) };
        assert_eq!(
            index.nearest(grown, 25),
            (LineStart::FIRST, None),
            "another state is another file"
        );
        (2..20).for_each(|inode| index.learn_total(file(inode), 1));
        assert_eq!(index.nearest(file(1), 25), (LineStart::FIRST, None), "forgotten");
    }
}
