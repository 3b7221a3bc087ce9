//! Characters that cannot be told from others by eye: [`is_invisible`], [`plain`] and [`fold_onto`], under which
//! texts that look the same are equal; [`named`] and [`escaped`] make such a character visible.
//!
//! May import: `cap` (which characters are ignorable). This module does not know where a character stands.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_general_category::{GeneralCategory as G, get_general_category};
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

use crate::cap::is_ignorable;

/// Combining marks that are put in order. Unicode's stream-safe format has no more in a row.
const MAX_MARKS: usize = 32;

/// Does the character take no space of its own? A tab and a line feed do.
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && !matches!(c, '\t' | '\n');
    }
    let category = || get_general_category(c);
    is_ignorable(c)
        || matches!(category(), G::Control | G::Format | G::LineSeparator | G::ParagraphSeparator)
}

/// A quote, a dash, a blank, a sign or a letter as a keyboard has it.
pub(in crate::text) fn plain(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '\u{b4}'
        | '\u{2b9}'
        | '\u{2bb}'..='\u{2bd}'
        | '\u{2c8}'
        | '\u{2ca}'
        | '\u{2cb}'
        | '\u{2018}'..='\u{201b}'
        | '\u{2032}'
        | '\u{2035}'
        | '\u{2039}'
        | '\u{203a}' => '\'',
        '\u{ab}'
        | '\u{bb}'
        | '\u{2ba}'
        | '\u{2ee}'
        | '\u{201c}'..='\u{201f}'
        | '\u{2033}'
        | '\u{2036}'
        | '\u{3003}'
        | '\u{301d}'..='\u{301f}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{2d7}' | '\u{2796}' => '-',
        '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{2800}'
        | '\u{3000}' => ' ',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2217}' => '*',
        '\u{2223}' | '\u{1c0}' => '|',
        '\u{2236}' | '\u{a789}' => ':',
        '\u{223c}' | '\u{2dc}' => '~',
        '\u{2024}' => '.',
        '\u{1c3}' => '!',
        '\u{37e}' => ';',
        c => latin(c),
    }
}

/// The Latin letter for which a Greek or Cyrillic one is easily taken.
fn latin(c: char) -> char {
    match c {
        '\u{391}' | '\u{410}' => 'A',
        '\u{392}' | '\u{412}' => 'B',
        '\u{421}' => 'C',
        '\u{395}' | '\u{415}' => 'E',
        '\u{397}' | '\u{41d}' => 'H',
        '\u{399}' | '\u{406}' => 'I',
        '\u{408}' => 'J',
        '\u{39a}' | '\u{41a}' => 'K',
        '\u{39c}' | '\u{41c}' => 'M',
        '\u{39d}' => 'N',
        '\u{39f}' | '\u{41e}' => 'O',
        '\u{3a1}' | '\u{420}' => 'P',
        '\u{405}' => 'S',
        '\u{3a4}' | '\u{422}' => 'T',
        '\u{3a7}' | '\u{425}' => 'X',
        '\u{3a5}' => 'Y',
        '\u{396}' => 'Z',
        '\u{430}' => 'a',
        '\u{3f2}' | '\u{441}' => 'c',
        '\u{501}' => 'd',
        '\u{435}' => 'e',
        '\u{4bb}' => 'h',
        '\u{456}' => 'i',
        '\u{3f3}' | '\u{458}' => 'j',
        '\u{3bf}' | '\u{43e}' => 'o',
        '\u{440}' => 'p',
        '\u{51b}' => 'q',
        '\u{455}' => 's',
        '\u{51d}' => 'w',
        '\u{445}' => 'x',
        '\u{443}' => 'y',
        c => c,
    }
}

/// Is it a blank other than those of ASCII?
pub(in crate::text) fn is_odd_blank(c: char) -> bool {
    !c.is_ascii() && plain(c) == ' '
}

/// Appends what the character looks like: nothing, the plain one, or the ones that it is composed of.
pub(in crate::text) fn fold_onto(c: char, folded: &mut String) {
    if is_invisible(c) {
        return;
    }
    if c.is_ascii() {
        return folded.push(c);
    }
    match plain(c) {
        like if like != c => folded.push(like),
        _ => decompose_onto(c, plain, folded),
    }
}

/// Appends what the character is composed of, each part as `like` says.
pub(in crate::text) fn decompose_onto(c: char, like: fn(char) -> char, folded: &mut String) {
    decompose_compatible(c, |part| push_in_order(like(part), folded));
}

/// Appends a character; combining marks come in the canonical order, whichever was written first.
fn push_in_order(c: char, folded: &mut String) {
    let class = canonical_combining_class(c);
    let mut after = vec![];
    if class != 0 {
        while let Some(last) = folded.chars().next_back()
            && canonical_combining_class(last) > class
            && after.len() < MAX_MARKS
        {
            folded.pop();
            after.push(last);
        }
    }
    folded.push(c);
    folded.extend(after.into_iter().rev());
}

/// All characters that look like this one, itself left out.
pub fn look_alikes(c: char) -> Vec<char> {
    /// The characters that [`plain`] knows are below this one.
    const END: u32 = 0xa800;
    static ALIKE: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
        let mut alike: HashMap<char, Vec<char>> = HashMap::new();
        for other in (0x80..END).filter_map(char::from_u32) {
            let like = plain(other);
            if like != other {
                alike.entry(like).or_default().push(other);
            }
        }
        alike
    });
    let like = plain(c);
    let others = ALIKE.get(&like).into_iter().flatten().copied();
    std::iter::once(like).chain(others).filter(|other| *other != c).collect()
}

/// Is it a character that another one, or several, look like?
pub fn is_look_alike(c: char) -> bool {
    let mut folded = String::new();
    fold_onto(c, &mut folded);
    !c.is_ascii() && (!folded.chars().eq([c]) || canonical_combining_class(c) != 0)
        || c.is_ascii() && is_invisible(c)
}

/// The characters of a text that another one does not have and that are not told from others by eye, each named once.
pub fn odd_characters(text: &str, other: &str) -> Vec<String> {
    let mut odd: Vec<char> = vec![];
    for c in text.chars() {
        if is_look_alike(c) && !odd.contains(&c) && !other.contains(c) {
            odd.push(c);
        }
    }
    odd.into_iter().map(named).collect()
}

/// `U+200B ZERO WIDTH SPACE`.
pub(in crate::text) fn named(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    match unicode_names2::name(c) {
        Some(name) => format!("{code} {name}"),
        None => code,
    }
}

/// Is it of the plane whose characters stand for bad bytes in a text that is edited?
fn is_of_private_plane(c: char) -> bool {
    u32::from(c) >= 0x10_0000
}

/// Appends the character as it stands in a string of JSON; those are escaped that cannot be seen, and those
/// for which `is_odd` says so.
pub(in crate::text) fn escaped(c: char, is_odd: bool, text: &mut String) {
    match c {
        '"' | '\\' => text.extend(['\\', c]),
        '\n' => text.push_str("\\n"),
        '\t' => text.push_str("\\t"),
        c if is_odd || is_invisible(c) || is_odd_blank(c) || is_of_private_plane(c) => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
        c => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        text.chars().for_each(|c| fold_onto(c, &mut folded));
        folded
    }

    #[test]
    fn texts_that_look_the_same_fold_to_one() {
        for (one, other) in [
            ("a\u{200b}b\u{ad}\u{feff}\u{2060}\u{fe0f}\u{200d}\u{202e}", "ab"),
            ("\u{7}\u{85}\u{2028}\u{e0041}", ""),
            ("a\u{a0}b\u{202f}c\u{3000}", "a b c "),
            ("\u{e9}", "e\u{301}"),
            ("\u{ea}\u{323}", "\u{1eb9}\u{302}"),
            ("각", "\u{1100}\u{1161}\u{11a8}"),
            ("“x” – ‘y’…", "\"x\" - 'y'..."),
            ("ﬁ", "fi"),
            ("Ａ１", "A1"),
            ("сору", "copy"),
            ("Ο", "O"),
        ] {
            assert_eq!(folded(one), folded(other), "{one:?} {other:?}");
        }
        assert_ne!(folded("é"), folded("e"));
        assert_ne!(folded("\t"), folded(" "));
    }

    #[test]
    fn marks_beyond_reason_end() {
        let text = "\u{301}\u{323}".repeat(10_000);
        assert_eq!(folded(&text).chars().count(), 20_000);
    }

    #[test]
    fn a_character_is_named_and_escaped() {
        assert_eq!(named('\u{200b}'), "U+200B ZERO WIDTH SPACE");
        assert_eq!(named('\u{7}'), "U+0007");
        let mut text = String::new();
        "a\"\\\n\t\u{200b}\u{a0}é\u{e0041}".chars().for_each(|c| escaped(c, false, &mut text));
        assert_eq!(text, r#"a\"\\\n\t\u200b\u00a0é\udb40\udc41"#);
        let sent: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        assert_eq!(sent, "a\"\\\n\t\u{200b}\u{a0}é\u{e0041}");
    }
}
