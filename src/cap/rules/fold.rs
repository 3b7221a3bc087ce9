//! [`fold`]: the form in which two spellings of one name are equal; [`composed`]: the form in which a
//! character of a name is one `char`.
//!
//! File systems differ in what they take for the same name: case, composition (APFS), characters without
//! a shape (HFS+, git's CVE-2014-9390), compatibility forms (ZFS with `normalization=formKC`, where
//! `．git` opens `.git`). A rule must hold under the laxest of them.
//!
//! May import: nothing of this crate. This module is only for rules and hints: what is opened is always
//! the name as it was spelled.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// One name without default-ignorable characters, in compatibility decomposition, with full case folding.
pub fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let visible = name.chars().filter(|c| !is_ignorable(*c)).map(dotted_like_others);
    let decomposed = visible.nfd().default_case_fold().nfkd().map(dotted_like_others);
    let folded = decomposed.default_case_fold().nfkd();
    let mut is_above_i = false;
    folded
        // The dot above of a decomposed `İ`, which is the same letter as the composed one.
        .filter(move |c| {
            if canonical_combining_class(*c) == 0 {
                is_above_i = *c == 'i';
            }
            !(is_above_i && *c == '\u{307}')
        })
        // `／` is one character of a name, and must not read as the end of it.
        .map(|c| if c == '/' { '\u{2044}' } else { c })
        .collect()
}

/// One name in canonical composition and simple lower case: no character becomes several, so that `?` in
/// a glob stands for `é`, `ß` or `ﬁ`.
pub(in crate::cap) fn composed(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfc().map(lower).collect()
}

/// `İ` and `ı` as `i`. Case folding keeps them apart, but tables of file systems that map single
/// characters do not: the upper case of `ı` is `I` (exFAT's own table), the lower case of `İ` is `i`.
fn dotted_like_others(c: char) -> char {
    if matches!(c, '\u{130}' | '\u{131}') { 'i' } else { c }
}

fn lower(c: char) -> char {
    let mut lower = dotted_like_others(c).to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Does Unicode let a program show nothing for this character?
pub fn is_ignorable(c: char) -> bool {
    IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Unicode's `Default_Ignorable_Code_Point`, the code points that are not assigned yet among them. A
/// constant, so that there is no way to be without it; a test compares it with Unicode's own data.
const IGNORABLE: [(char, char); 17] = [
    ('\u{AD}', '\u{AD}'),
    ('\u{34F}', '\u{34F}'),
    ('\u{61C}', '\u{61C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{202A}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFF8}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0000}', '\u{E0FFF}'),
];

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    #[test]
    fn the_table_of_ignorable_characters_is_unicodes_own() {
        let class = regex_syntax::parse(r"\p{Default_Ignorable_Code_Point}").unwrap().into_kind();
        let HirKind::Class(Class::Unicode(class)) = class else { panic!("not a class") };
        let known: Vec<_> = class.iter().map(|range| (range.start(), range.end())).collect();
        assert_eq!(IGNORABLE.as_slice(), known);
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        // The planes with letters.
        let each = (0..0x2_0000).filter_map(char::from_u32).map(String::from);
        let some = ["STRASSE", "ﬁle", "Σς", "\u{345}\u{301}", "é\u{200D}x", "I\u{323}\u{307}"];
        for text in each.chain(some.map(String::from)) {
            assert_eq!(fold(&fold(&text)), fold(&text), "{text:?}");
        }
    }

    #[test]
    fn what_some_file_system_takes_for_one_name_folds_to_one() {
        for (name, other) in [
            ("．git", ".git"),
            ("．ｇｉｔ", ".git"),
            (".gıt", ".git"),
            (".gİt", ".git"),
            (".gI\u{307}t", ".git"),
            ("\u{130}", "I\u{307}"),
            ("…", "..."),
            ("①", "1"),
            ("a／b", "a\u{2044}b"),
            ("é", "e\u{301}"),
        ] {
            assert_eq!(fold(name), fold(other), "{name}");
        }
        assert_ne!(fold("é"), fold("e"));
    }

    #[test]
    fn a_composed_name_has_one_char_for_each_character() {
        for (name, want) in [("CRE\u{301}", "cré"), ("Straße", "straße"), ("ﬁ", "ﬁ"), ("İ", "i")]
        {
            assert_eq!(composed(name), want, "{name}");
        }
        let each = (0..0x2_0000).filter_map(char::from_u32);
        assert!(each.map(lower).all(|c| lower(c) == c));
    }
}
