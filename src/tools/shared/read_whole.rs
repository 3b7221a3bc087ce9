//! [`whole`]: all bytes of a file, where a tool has to hold it.
//!
//! It refuses files over a limit. Callers that need only parts read by pieces.
//!
//! May import: `cap`, `error`, `limits`, `path`.

use crate::cap::OpenFile;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// How large it may be, and the limit that says so.
#[derive(Clone, Copy)]
pub(in crate::tools) struct Most {
    pub(in crate::tools) bytes: u64,
    pub(in crate::tools) limit: &'static str,
}

/// All bytes of the file.
///
/// # Errors
/// `over_limit`; the codes of the host; `timed_out`, `cancelled`.
pub(in crate::tools) fn whole(
    file: &OpenFile,
    said: &VirtualPath,
    most: Most,
    budget: &Budget,
) -> Result<Vec<u8>, ToolError> {
    let Most { bytes: most, limit } = most;
    let over = || {
        let sentence = format!("`{said}` has more than {most} bytes, the limit of this tool");
        ToolError::new(Code::OverLimit, sentence).hint(format!("the user can change {limit}"))
    };
    if file.size() > most {
        return Err(over());
    }
    let size = usize::try_from(file.size()).unwrap_or(0);
    let mut bytes = vec![0; size + 1];
    let mut len = 0;
    loop {
        budget.step()?;
        let end = bytes.len().min(len + CHUNK);
        let room = bytes.get_mut(len..end).unwrap_or_default();
        let wanted = room.len();
        let offset = len as u64;
        let read = file.read_at(room, offset)?.len();
        len += read;
        match (read < wanted, len < bytes.len()) {
            (true, _) => break,
            (false, true) => {}
            // It has grown since it was opened.
            (false, false) if len as u64 > most => return Err(over()),
            (false, false) => bytes.resize(len + CHUNK, 0),
        }
    }
    bytes.truncate(len);
    Ok(bytes)
}
