//! [`fold`]: the form under which two spellings of one name are equal.
//!
//! File systems differ in what they take for the same name: case, composition (APFS), characters
//! without a shape (HFS+, git's CVE-2014-9390). A rule must hold under the laxest of them.
//!
//! May import: nothing of this crate. Absent on purpose: any use beyond rules; what is opened is
//! always the name as it was spelled.

use std::sync::LazyLock;

use caseless::Caseless as _;
use regex_syntax::hir::{Class, ClassUnicode, HirKind};
use unicode_normalization::UnicodeNormalization as _;

/// `text` without default-ignorable characters, canonically decomposed, with full case folding.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().filter(|c| !is_ignorable(*c)).nfd().default_case_fold().nfd().collect()
}

fn is_ignorable(c: char) -> bool {
    !c.is_ascii()
        && IGNORABLE.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c))
}

/// Unicode's own table, which the regex parser carries.
static IGNORABLE: LazyLock<ClassUnicode> = LazyLock::new(|| {
    match regex_syntax::parse(r"\p{Default_Ignorable_Code_Point}")
        .map(regex_syntax::hir::Hir::into_kind)
    {
        Ok(HirKind::Class(Class::Unicode(class))) => class,
        _ => ClassUnicode::empty(),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_ignorable_characters_is_there() {
        for c in ['\u{AD}', '\u{200D}', '\u{FE0F}', '\u{E0041}', '\u{3164}'] {
            assert!(is_ignorable(c), "{c:?}");
        }
        assert!(!is_ignorable('é'));
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for text in ["STRASSE", "\u{130}", "ﬁle", "Σς", "\u{345}\u{301}", "é\u{200D}x"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
