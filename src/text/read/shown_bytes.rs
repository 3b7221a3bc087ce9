//! [`shown_byte`]: which byte of a file its pages show as an escape, of those that a text has escapes of.
//!
//! The file is read to its end, some bytes at a time.
//!
//! May import: `cap` (for open files), `error`, `limits`.

use std::collections::BTreeSet;

use crate::cap::OpenFile;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::text::detect::detected::Encoding;
use crate::text::detect::evidence::{Evidence, InFile};
use crate::text::encoding::coding::Coding;
use crate::text::encoding::escapes::{byte_of_escape, has_nul};
use crate::text::encoding::runs::{Run, all_runs, runs};
use crate::text::read::buffer::buffer;

/// Bytes that are read at a time.
const CHUNK: usize = 256 << 10;

/// The first of `wanted` that a page of the file shows as an escape, in the coding that is named or else in the one that
/// its bytes show. A backslash is shown as one where the text has other escapes and it looks like one itself.
///
/// # Errors
/// The codes of the host; `timed_out`, `cancelled`.
pub fn shown_byte(
    file: &OpenFile,
    named: Option<Coding>,
    wanted: &BTreeSet<u8>,
    budget: &Budget,
) -> Result<Option<u8>, ToolError> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let in_file = InFile(file, budget);
    let Ok(encoding) = Encoding::of(&Evidence::through(&in_file)?, named) else { return Ok(None) };
    let mut seen = Seen { wanted, found: None, has_escapes: false, has_backslash: false };
    let mut bytes = buffer(file, 2 * CHUNK);
    let mut held = 0;
    let mut offset = encoding.mark();
    loop {
        budget.step()?;
        let room = bytes.get_mut(held..).unwrap_or_default();
        let most = room.len();
        let read = file.read_at(room, offset)?.len();
        offset += read as u64;
        let all = bytes.get(..held + read).unwrap_or_default();
        // Without room nothing more would be read, as in a line whose end never comes.
        let is_last = read < most || held > CHUNK;
        let mut each = |run: Run<'_>| seen.see(&run);
        let cut = if is_last {
            all_runs(encoding.coding(), all, &mut each);
            0
        } else {
            runs(encoding.coding(), all, &mut each)
        };
        if seen.found.is_some() || read < most {
            return Ok(seen.first());
        }
        let end = held + read;
        bytes.copy_within(end - cut..end, 0);
        held = cut;
    }
}

/// What was seen of a text.
struct Seen<'w> {
    wanted: &'w BTreeSet<u8>,
    found: Option<u8>,
    has_escapes: bool,
    has_backslash: bool,
}

impl Seen<'_> {
    fn see(&mut self, run: &Run<'_>) {
        match run {
            Run::Text(text, _) => {
                if has_nul(text) {
                    self.byte(0);
                }
                let mut escapes = text.match_indices("\\x").filter_map(|(at, _)| text.get(at..));
                self.has_backslash |=
                    self.wanted.contains(&b'\\') && escapes.any(|e| byte_of_escape(e).is_some());
            }
            Run::Bad(bad) => bad.iter().for_each(|byte| self.byte(*byte)),
        }
    }

    fn byte(&mut self, byte: u8) {
        self.has_escapes = true;
        if self.found.is_none() && self.wanted.contains(&byte) {
            self.found = Some(byte);
        }
    }

    fn first(&self) -> Option<u8> {
        self.found.or((self.has_escapes && self.has_backslash).then_some(b'\\'))
    }
}
