//! [`without_mark`]: UTF-16 and UTF-32 without a byte order mark.
//!
//! May import: nothing of this crate.

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::text::encoding::coding::Coding;
use crate::text::encoding::runs::{Run, runs};

/// Units that a text must have to be detected; more where few of them are ASCII.
const FEW: usize = 4;
const MORE: usize = 16;

/// UTF-16 and UTF-32 without a mark, detected by where the zero bytes are and by what the text then says.
/// `is_odd` tells of bytes that are nearly UTF-8, or not a whole number of units.
pub(in crate::text) fn without_mark(start: &[u8], is_odd: bool) -> Option<Coding> {
    if !start.contains(&0) {
        return None;
    }
    let all =
        [Coding::Utf32Le, Coding::Utf32Be, Coding::Standard(UTF_16LE), Coding::Standard(UTF_16BE)];
    all.into_iter().find(|coding| {
        let (unit, width) = (coding.unit(), coding.unit().width());
        let is_little = unit.line_feed().starts_with(b"\n");
        let zeros = |at: usize| start.iter().skip(at).step_by(width).filter(|b| **b == 0).count();
        let (high, low) = if is_little { (width - 1, 0) } else { (0, width - 1) };
        let units = start.len() / width;
        let is_mostly_ascii =
            units >= FEW && zeros(high) * 10 >= units * 7 && zeros(low) * 20 <= units;
        // Texts in other scripts have line ends and blanks, and those are ASCII.
        let has_line_ends = units >= MORE && unit.line_ends(start).next().is_some();
        (is_mostly_ascii || (has_line_ends && !is_odd)) && reads_as_text(*coding, start)
    })
}

/// Do these bytes decode without errors, and nearly all to letters, digits, symbols and blanks?
fn reads_as_text(coding: Coding, bytes: &[u8]) -> bool {
    let mut all = 0_u64;
    let mut good = 0_u64;
    let mut is_valid = true;
    runs(coding, bytes, &mut |run| match run {
        Run::Text(text, _) => {
            for c in text.chars() {
                all += 1;
                good += u64::from(is_of_texts(c));
            }
        }
        Run::Bad(_) => is_valid = false,
    });
    is_valid && all > 0 && good * 20 >= all * 19
}

fn is_of_texts(c: char) -> bool {
    c.is_alphanumeric()
        || c.is_ascii_graphic()
        || matches!(c, ' ' | '\t' | '\n' | '\r')
        || matches!(u32::from(c), 0xA0..=0xBF | 0x300..=0x36F | 0x2000..=0x2BFF | 0x3000..=0x303F
            | 0xFE00..=0xFE0F | 0xFF00..=0xFFEF | 0x1_F000..=0x1_FAFF)
}
