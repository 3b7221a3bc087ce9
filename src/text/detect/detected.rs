//! [`Encoding`]: in what form a file's text is written, detected by what nearly all of its bytes say.
//!
//! Pages, searches, edits, appends and file information all ask here, with the same evidence, so they
//! never disagree about one version of a file. What follows from statistics is a guess, and is called so.
//!
//! May import: nothing of this crate.

use std::borrow::Cow;

use encoding_rs::ISO_2022_JP;

use crate::text::detect::by_chance::is_by_chance;
use crate::text::detect::byte_counts::{Counted, has_binary_header};
use crate::text::detect::evidence::{Evidence, Sample};
use crate::text::detect::guess::guess;
use crate::text::detect::without_mark::without_mark;
use crate::text::encoding::coding::{Coding, is_alone};
use crate::text::encoding::runs::{Run, all_runs, runs};

/// Bytes at the beginning of a file that are looked at first: whole units of any encoding.
const HEAD: usize = 8 << 10;

/// In what form a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) struct Encoding {
    coding: Coding,
    /// Bytes of the byte order mark at the beginning of the file.
    mark: usize,
    /// Does it follow from statistics and nothing else?
    is_guessed: bool,
    stray: Stray,
}

/// What a text has besides text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stray {
    /// Bytes that are not valid in the encoding.
    bad: u64,
    nuls: u64,
    /// Was all of the file counted?
    is_all: bool,
}

/// The bytes are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) struct Binary;

/// What evidence shows without statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Told {
    /// This encoding.
    Is(Encoding),
    /// An older one.
    Older,
    /// An older one, or UTF-8 with bad bytes.
    Either,
}

impl Encoding {
    /// UTF-8 and nothing else, as nearly every file is.
    pub(in crate::text) const PLAIN: Self = Self {
        coding: Coding::Utf8,
        mark: 0,
        is_guessed: false,
        stray: Stray { bad: 0, nuls: 0, is_all: true },
    };

    /// The one that the client named, or else the one that the evidence shows. A mark counts for more
    /// than a name: some clients name UTF-8 whenever they may.
    pub(in crate::text) fn of(
        evidence: &Evidence<'_>,
        named: Option<Coding>,
    ) -> Result<Self, Binary> {
        match named {
            Some(coding) => {
                let marked = Coding::of_mark(evidence.begin());
                Ok(Self::known(marked.unwrap_or(coding), evidence))
            }
            None => Self::detect(evidence),
        }
    }

    /// Detects it from a file's evidence.
    pub(in crate::text) fn detect(evidence: &Evidence<'_>) -> Result<Self, Binary> {
        let told = Self::without_statistics(evidence)?;
        let (coding, is_guessed) = match told {
            Told::Is(encoding) => return Ok(encoding),
            Told::Older | Told::Either => match guess(evidence) {
                // In what only has single bytes, sequences of UTF-8 seldom come by chance.
                guess if told == Told::Either && guess.is_single_byte() => (Coding::Utf8, true),
                guess => (Coding::Standard(guess), true),
            },
        };
        Ok(Self { is_guessed, ..Self::known(coding, evidence) })
    }

    /// What the evidence shows without the statistics of the older encodings, which take long.
    pub(in crate::text) fn without_statistics(evidence: &Evidence<'_>) -> Result<Told, Binary> {
        let start = evidence.begin();
        if let Some(coding) = Coding::of_mark(start) {
            let told = Self::known(coding, evidence);
            let bytes = evidence.pieces.iter().map(|piece| piece.bytes.len()).sum::<usize>();
            let stray = told.stray.bad + told.stray.nuls * coding.unit().width() as u64;
            // The mark decides, unless most of what comes after it is anything but text.
            let is_text = 2 * stray <= bytes as u64;
            return if is_text { Ok(Told::Is(told)) } else { Err(Binary) };
        }
        if evidence.is_plain() {
            let coding =
                if is_iso_2022_jp(start) { Coding::Standard(ISO_2022_JP) } else { Coding::Utf8 };
            let is_guessed = coding == Coding::Utf8 && is_by_chance(evidence);
            return Ok(Told::Is(Self { coding, is_guessed, ..Self::PLAIN }));
        }
        // Most binary files show by their first bytes what they are, and are read no further.
        let head = start.get(..HEAD).unwrap_or(start);
        let counted = Counted::of_head(head);
        let is_odd = !head.len().is_multiple_of(2)
            || (counted.is_utf8() == Some(true) && !counted.is_binary());
        if let Some(coding) = without_mark(head, is_odd) {
            return Ok(Told::Is(Self::known(coding, evidence)));
        }
        if counted.is_full_of_controls() {
            return Err(Binary);
        }
        let counted = Counted::of(evidence);
        if counted.is_binary() || has_binary_header(start) {
            return Err(Binary);
        }
        Ok(match counted.is_utf8() {
            Some(true) => {
                let is_guessed = !counted.is_surely_utf8() || is_by_chance(evidence);
                Told::Is(Self { is_guessed, ..Self::known(Coding::Utf8, evidence) })
            }
            Some(false) => Told::Older,
            None => Told::Either,
        })
    }

    /// A coding that is known, and what the evidence shows of it.
    pub(in crate::text) fn known(coding: Coding, evidence: &Evidence<'_>) -> Self {
        let mark = match coding.mark() {
            mark if !mark.is_empty() && evidence.begin().starts_with(mark) => mark.len(),
            _ => 0,
        };
        let mut stray = Stray { is_all: evidence.is_whole, ..Stray::default() };
        for piece in &evidence.pieces {
            let bytes = piece.in_coding(coding);
            stray.nuls += coding.unit().nuls(bytes).count() as u64;
            if coding.decode(bytes).is_some() {
                continue;
            }
            let mut each = |run: Run<'_>| match run {
                Run::Text(..) => {}
                Run::Bad(bad) => stray.bad += bad.len() as u64,
            };
            if piece.is_cut_after {
                runs(coding, bytes, &mut each);
            } else {
                all_runs(coding, bytes, &mut each);
            }
        }
        Self { coding, mark, is_guessed: false, stray }
    }

    /// The coding, without what else is known.
    pub(in crate::text) fn coding(self) -> Coding {
        self.coding
    }

    /// Does it follow from statistics and nothing else?
    pub(in crate::text) fn is_guessed(self) -> bool {
        self.is_guessed
    }

    /// Are there bytes, as far as the evidence shows, that are shown as escapes?
    pub(in crate::text) fn has_escapes(self) -> bool {
        self.stray.bad + self.stray.nuls > 0
    }

    /// Is it UTF-8 by a guess, or with NULs?
    pub(in crate::text) fn is_odd_utf8(self) -> bool {
        self.coding == Coding::Utf8 && (self.is_guessed || self.stray.nuls > 0)
    }

    /// How many bytes, as far as the evidence shows, are not valid in the encoding.
    pub(in crate::text) fn bad(self) -> u64 {
        self.stray.bad
    }

    /// Are there any of those?
    pub(in crate::text) fn has_bad_bytes(self) -> bool {
        self.stray.bad > 0
    }

    /// How it is called, unless it is UTF-8 and nothing else.
    pub(in crate::text) fn name(self) -> Option<Cow<'static, str>> {
        let number = |count: u64, one: &str| match count {
            0 => None,
            _ if !self.stray.is_all => Some(format!("{one}s")),
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {one}s")),
        };
        let mark = (self.mark > 0).then(|| "BOM".to_owned());
        let with: Vec<_> = mark
            .into_iter()
            .chain(number(self.stray.bad, "bad byte"))
            .chain(number(self.stray.nuls, "NUL"))
            .collect();
        let name = self.coding.name();
        match (self.is_guessed, with.as_slice()) {
            (false, []) if self.coding == Coding::Utf8 => None,
            (false, []) => Some(name.into()),
            (true, []) => Some(format!("{name} (guessed)").into()),
            (false, with) => Some(format!("{name} with {}", with.join(" and ")).into()),
            (true, with) => Some(format!("{name} (guessed) with {}", with.join(" and ")).into()),
        }
    }

    /// Bytes of the byte order mark at the beginning of the file.
    pub(in crate::text) fn mark(self) -> u64 {
        self.mark as u64
    }
}

impl Sample<'_> {
    /// Its bytes from the first position that is certainly the start of a character.
    pub(in crate::text) fn in_coding(&self, coding: Coding) -> &[u8] {
        match coding {
            Coding::Utf8 => self.in_utf8(),
            _ if !self.is_cut_before => &self.bytes,
            _ if coding.unit().width() == 1 => {
                let begin = self.bytes.iter().position(|byte| is_alone(*byte));
                begin.and_then(|begin| self.bytes.get(begin..)).unwrap_or_default()
            }
            // A character of four bytes may be cut in its middle.
            _ if coding.unit().is_second_half(&self.bytes) => {
                self.bytes.get(coding.unit().width()..).unwrap_or_default()
            }
            _ => &self.bytes,
        }
    }
}

/// The encoding is written with the bytes of ASCII, and what they mean depends on those before them.
pub(in crate::text) fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let shifts = |shift: &[u8]| memchr::memmem::find(bytes, shift).is_some();
    if memchr::memchr(0x1b, bytes).is_none() || !(shifts(b"\x1b$B") || shifts(b"\x1b$@")) {
        return false;
    }
    // The last line may be cut.
    let lines = memchr::memrchr(b'\n', bytes).and_then(|end| bytes.get(..=end)).unwrap_or(bytes);
    ISO_2022_JP.decode_without_bom_handling_and_without_replacement(lines).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(bytes: &[u8]) -> Result<Encoding, Binary> {
        Encoding::detect(&Evidence::of(bytes).unwrap())
    }

    fn name(bytes: &[u8]) -> String {
        match detect(bytes) {
            Ok(encoding) => encoding.name().unwrap_or("UTF-8".into()).into_owned(),
            Err(Binary) => "binary".into(),
        }
    }

    #[test]
    fn encodings_are_told_apart() {
        let (russian, _, _) = encoding_rs::WINDOWS_1251
            .encode("Съешь же ещё этих мягких французских булок, да выпей чаю");
        let (japanese, _, _) =
            encoding_rs::SHIFT_JIS.encode("いろはにほへと ちりぬるを わかよたれそ つねならむ");
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let widest = |text: &str| Coding::Utf32Be.encode(text).unwrap().into_owned();
        for (bytes, want) in [
            (b"plain".as_slice(), "UTF-8"),
            ("caf\u{e9}".as_bytes(), "UTF-8"),
            (b"\xEF\xBB\xBFx", "UTF-8 with BOM"),
            (b"\xFF\xFEx\0", "UTF-16LE with BOM"),
            (b"\xFE\xFF\0x", "UTF-16BE with BOM"),
            (b"\xFF\xFE\0\0x\0\0\0", "UTF-32LE with BOM"),
            (b"\0\0\xFE\xFF\0\0\0x", "UTF-32BE with BOM"),
            (b"p\0l\0a\0i\0n\0\n\0", "UTF-16LE"),
            (b"\0p\0l\0a\0i\0n\0\n", "UTF-16BE"),
            (&wide("Съешь же ещё этих мягких булок\n"), "UTF-16LE"),
            (&wide("我是猫，还没有名字。\n一点也不知道。\n在哪里"), "UTF-16LE"),
            (&widest("plain\nж\n"), "UTF-32BE"),
            (b"un caf\xe9 tr\xe8s serr\xe9\n", "windows-1252 (guessed)"),
            (&russian, "windows-1251 (guessed)"),
            (b"caf\xe9", "windows-1252 (guessed)"),
            (b"\x80 5 euro\n", "windows-1252 (guessed)"),
            (&japanese, "Shift_JIS (guessed)"),
            (b"a \x1b$B$\"\x1b(B b", "ISO-2022-JP"),
        ] {
            assert_eq!(name(bytes), want, "{bytes:x?}");
        }
    }

    #[test]
    fn a_text_that_is_nearly_utf8_is_utf8() {
        for (bytes, want) in [
            (b"caf\xc3\xa9 \xff\n".as_slice(), "UTF-8 (guessed) with 1 bad byte"),
            (b"\xe6\x97\xa5 \xe6\x9c\xac \xe9\n", "UTF-8 (guessed) with 1 bad byte"),
            (b"log \xe6\x97", "UTF-8 (guessed) with 2 bad bytes"),
            (b"log \xe6\x97\nok\n", "UTF-8 (guessed) with 2 bad bytes"),
            (b"log \xe2\x80\n\xc3\xa9\n", "UTF-8 (guessed) with 2 bad bytes"),
            (b"caf\xc3\xa9 caf\xc3", "UTF-8 (guessed) with 1 bad byte"),
            (b"\xe6\x97\xa5\xe6\x9c\xac \xa5\x80 x\n", "UTF-8 (guessed) with 2 bad bytes"),
            (b"<title>\x88\xea\x97\x97</title>\n", "UTF-8 (guessed) with 1 bad byte"),
            (&b"\x88\xea\x97\x97\n".repeat(500), "UTF-8 (guessed) with 500 bad bytes"),
            ("日本語のテ\u{30e3}".as_bytes().split_last().unwrap().1, "UTF-8 with 2 bad bytes"),
            (b"\xef\xbb\xbfa\0\n", "UTF-8 with BOM and 1 NUL"),
            (b"\xff\xfeH\0i\0\n\0x", "UTF-16LE with BOM and 1 bad byte"),
            (b"\xff\xfea\0=\xd8b\0\n\0", "UTF-16LE with BOM and 2 bad bytes"),
            (b"\xff\xfea\0\0\0", "UTF-16LE with BOM and 1 NUL"),
            (b"\xef\xbb\xbfa long enough text \xff\0\n", "UTF-8 with BOM and 1 bad byte and 1 NUL"),
            (b"alpha\0beta\n", "UTF-8 with 1 NUL"),
        ] {
            assert_eq!(name(bytes), want, "{bytes:x?}");
        }
    }

    #[test]
    fn what_is_not_text_is_binary() {
        let mut tar = [b"name".as_slice(), &[0; 508]].concat();
        tar.splice(257..262, *b"ustar");
        tar.extend(b"a text\n".repeat(10_000));
        let head =
            |len: usize| [b"text\n".repeat(len), b"\x8f\x01\0\xff\xfe\x1d".repeat(len)].concat();
        for bytes in [
            b"\x7fELF\0\0\0\x01\x02".as_slice(),
            b"a\0b",
            b"\0\0\0\0",
            b"\xEF\xBB\xBF\0\0\0\0\0\0\x01",
            b"\xFF\xFEx\0\0\0\0\0\0\0",
            b"\x1f\x8b\x08\x01\x02\x03\xff\xfe\xfd\x80\x81\x05",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0\x01",
            b"PK\x03\x04\x14\0\0\0\0\0a text that is stored as it is, and long enough to be one, and longer still, and so on, and so on\n",
            b"\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0",
            &tar,
            &head(1_000),
            &head(500_000),
        ] {
            assert_eq!(detect(bytes), Err(Binary), "{:x?}", bytes.get(..40));
        }
    }

    #[test]
    fn a_named_coding_is_taken_unless_there_is_a_mark() {
        let of = |bytes: &[u8], label: &str| {
            let named = Coding::of_label(label);
            Encoding::of(&Evidence::of(bytes).unwrap(), named).unwrap().name().unwrap().into_owned()
        };
        assert_eq!(of(b"caf\x82", "windows-1252"), "windows-1252");
        assert_eq!(of(b"\0\0\x01", "latin1"), "windows-1252 with 2 NULs");
        assert_eq!(of(b"\xFE\xFF\0x", "utf-16"), "UTF-16BE with BOM");
        assert_eq!(of(b"\xFE\xFF\0x", "utf-8"), "UTF-16BE with BOM");
        assert_eq!(of(b"\0x\0y", "utf-16be"), "UTF-16BE");
    }
}
