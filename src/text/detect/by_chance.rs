//! [`is_by_chance`]: UTF-8 that may be another encoding, since so little of it says that it is UTF-8.
//!
//! A character of EUC-JP, EUC-KR or GBK is two bytes, and some of them are a character of UTF-8 as well: `系统` in GBK
//! reads as `ϵͳ`. Nearly all such characters are ones that texts seldom have. Where they are all that a text has
//! beyond ASCII, or nearly, that it is UTF-8 is a guess.
//!
//! May import: nothing of this crate.

use std::collections::BTreeSet;

use crate::text::detect::evidence::Evidence;

/// Different characters that are not valid UTF-8 by chance.
const SEVERAL: usize = 6;
/// The first character of three bytes.
const THREE_BYTES: char = '\u{800}';
/// Bytes that are looked at at a time for one beyond ASCII.
const CHUNK: usize = 64;

/// May evidence that is valid UTF-8 be so by chance?
pub(in crate::text) fn is_by_chance(evidence: &Evidence<'_>) -> bool {
    let mut read = Read::default();
    for piece in &evidence.pieces {
        for chunk in piece.in_utf8().utf8_chunks() {
            if read.text(chunk.valid()).is_sure() {
                return false;
            }
        }
    }
    read.is_odd
}

/// The same of a text.
pub(in crate::text) fn is_text_by_chance(text: &str) -> bool {
    are_texts_by_chance(std::iter::once(text))
}

/// The same of texts that follow each other.
pub(in crate::text) fn are_texts_by_chance<'t>(mut texts: impl Iterator<Item = &'t str>) -> bool {
    let mut read = Read::default();
    !texts.any(|text| read.text(text).is_sure()) && read.is_odd
}

/// What was read of a text.
#[derive(Default)]
struct Read {
    seen: BTreeSet<char>,
    is_odd: bool,
    has_longer: bool,
}

impl Read {
    fn is_sure(&self) -> bool {
        self.has_longer || self.seen.len() >= SEVERAL
    }

    fn text(&mut self, text: &str) -> &Self {
        let mut from = 0;
        while let Some(chunk) = text.as_bytes().get(from..).filter(|rest| !rest.is_empty()) {
            let len = chunk.len().min(CHUNK);
            if chunk.get(..len).is_some_and(<[u8]>::is_ascii) {
                from += len;
                continue;
            }
            from += chunk.iter().take_while(|byte| byte.is_ascii()).count();
            from = self.run(text, from);
            if self.is_sure() {
                break;
            }
        }
        self
    }

    /// Characters beyond ASCII that stand beside each other, from a place on. Returns where they end.
    fn run(&mut self, text: &str, from: usize) -> usize {
        let mut before = text.get(..from).unwrap_or_default().chars().next_back();
        let mut rest = text.get(from..).unwrap_or_default().chars();
        let mut at = from;
        while let Some(c) = rest.next().filter(|c| !c.is_ascii()) {
            if c >= THREE_BYTES {
                self.has_longer = true;
                return text.len();
            }
            at += c.len_utf8();
            let after = rest.clone().next();
            self.is_odd |= is_odd(before, c, after);
            self.seen.insert(c);
            if self.is_sure() {
                return text.len();
            }
            before = Some(c);
        }
        at
    }
}

/// The scripts of which texts have single letters.
#[derive(PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
}

fn script(c: char) -> Option<Script> {
    match u32::from(c) {
        0xC0..=0x24F if c.is_alphabetic() => Some(Script::Latin),
        0x386..=0x3CE => Some(Script::Greek),
        0x400..=0x45F | 0x490..=0x4FF => Some(Script::Cyrillic),
        0x5D0..=0x5EA => Some(Script::Hebrew),
        0x620..=0x6FF => Some(Script::Arabic),
        _ => None,
    }
}

/// Do texts seldom have this character there?
fn is_odd(before: Option<char>, c: char, after: Option<char>) -> bool {
    let code = u32::from(c);
    // The second bytes of those encodings are above this.
    if code & 0x3F < 0x20 {
        return false;
    }
    let scripts = (before.and_then(script), script(c));
    if matches!(&scripts, (Some(before), Some(is)) if before != is) {
        return true;
    }
    let is_beside = |wanted: fn(char) -> bool| [before, after].into_iter().flatten().any(wanted);
    let is_beside_latin = || is_beside(|c| c.is_ascii_alphabetic());
    match code {
        _ if is_common(code) => false,
        0x1A0 | 0x1A1 | 0x1AF | 0x1B0 | 0x2BB | 0x2BC | 0x2BE | 0x2BF => !is_beside_latin(),
        // Marks that are above or below a letter.
        0x320..=0x33F | 0x360..=0x36F => !before.is_some_and(|c| c.is_ascii_alphabetic()),
        // The further letters of languages that write Cyrillic, and the points of Hebrew.
        0x4A0..=0x4BF | 0x4E0..=0x4FF => !is_beside(|c| matches!(c, '\u{410}'..='\u{44f}')),
        0x5A0..=0x5BF | 0x5F0..=0x5F4 => !is_beside(|c| matches!(c, '\u{5d0}'..='\u{5ea}')),
        _ => true,
    }
}

/// Is it a character of a language of today that may stand anywhere?
fn is_common(code: u32) -> bool {
    let is_latin = matches!(code, 0xA0..=0x131 | 0x134..=0x137 | 0x139..=0x13E | 0x160..=0x165 | 0x168..=0x17E);
    let is_greek = matches!(code, 0x3A0 | 0x3A1 | 0x3A3..=0x3A9 | 0x3AC..=0x3BF);
    let is_cyrillic_or_hebrew = matches!(code, 0x420..=0x43F | 0x5E0..=0x5EA);
    // With the letters of Persian and Urdu.
    let is_arabic = matches!(code, 0x621..=0x63A | 0x660..=0x66D | 0x679 | 0x67E | 0x6F0..=0x6F9
        | 0x6A4 | 0x6A9 | 0x6AF | 0x6BA | 0x6BE);
    is_latin || is_greek || is_cyrillic_or_hebrew || is_arabic
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_JP, EUC_KR, GBK};

    use super::*;

    #[test]
    fn texts_of_utf8_are_sure() {
        for text in [
            "",
            "plain",
            "café",
            "ñ",
            "é",
            "\"à\"",
            "£5",
            "±½°",
            "naïve",
            "Å",
            "šķ",
            "ğ",
            "ł",
            "Ő",
            "ţ",
            "µ",
            "λ",
            "Δ",
            "δ = π",
            "да",
            "Р",
            "ё",
            "Қазақ",
            "їжак",
            "ң",
            "שלום",
            "ת",
            "مرحبا",
            "گل",
            "٣",
            "—",
            "“x”",
            "🦀",
            "日本",
            "e\u{301}",
            "x\u{332}",
            "a\u{a0}b",
            "Hawaiʻi",
            "tư",
            "ə",
            "ˈ",
            "kʼ",
            "ɛ",
            "ș",
            "ǎ",
            "ƒ",
            "\u{85}",
            "ϵͳ and 系",
            "ϵͳ – x",
            "ɽ ǽ é è à ç ê",
        ] {
            let is_single_letter = text == "ң";
            assert_eq!(is_text_by_chance(text), is_single_letter, "{text}");
        }
    }

    #[test]
    fn characters_of_two_bytes_that_are_utf8_by_chance_are_not_sure() {
        let mut all = 0;
        let mut odd = 0;
        for (encoding, words) in [
            (
                GBK,
                "系统 学习 小学 目录 系 页 一 业 图 通 说 时 实 上 人 平 起 取 去 全 之 只 医 移 源 员 原",
            ),
            (EUC_JP, "表 能 同 動 品 日 特 年 秒 変 文 部 無 名 長 聴 認 番"),
            (EUC_KR, "품 파 하 호 한 희 홍 화"),
            (BIG5, "的 是 我 不"),
        ] {
            for word in words.split(' ') {
                let bytes = encoding.encode(word).0.into_owned();
                let Ok(text) = std::str::from_utf8(&bytes) else { continue };
                all += 1;
                let is_odd = is_text_by_chance(text);
                assert_eq!(is_odd, is_text_by_chance(&format!("x = \"{text}\"\n").repeat(100)));
                odd += usize::from(is_odd);
            }
        }
        // Some read as a letter that many texts have.
        assert!(all >= 20 && odd * 10 >= all * 8, "{odd} of {all}");
        for (encoding, word) in [(GBK, "系统"), (EUC_JP, "表"), (EUC_JP, "能"), (GBK, "学习")]
        {
            let bytes = encoding.encode(word).0.into_owned();
            assert!(is_text_by_chance(std::str::from_utf8(&bytes).unwrap()), "{word}");
        }
    }
}
