//! Labels of encodings in any spelling: [`Coding::of_label`] finds the coding that one names, and [`nearest`] the labels
//! that are similar to an unknown one.
//!
//! May import: nothing of this crate. `coding` has the codings.

use crate::text::encoding::coding::Coding;

/// Labels under which encodings are known and suggested.
const LABELS: [&str; 60] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "utf-32le",
    "utf-32be",
    "us-ascii",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-9",
    "iso-8859-10",
    "iso-8859-11",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "x-mac-cyrillic",
    "ibm866",
    "gbk",
    "gb2312",
    "gb18030",
    "big5",
    "big5-hkscs",
    "euc-jp",
    "iso-2022-jp",
    "shift_jis",
    "euc-kr",
    "tis-620",
    "windows-31j",
    "cp437",
    "cp737",
    "cp775",
    "cp850",
    "cp852",
    "cp855",
    "cp858",
    "cp860",
    "cp861",
    "cp862",
    "cp863",
    "cp865",
];

/// Other names, and the labels that they stand for.
const OTHERS: [(&str, &str); 32] = [
    ("ascii", "us-ascii"),
    ("utf8bom", UTF8_WITH_MARK),
    ("utf8sig", UTF8_WITH_MARK),
    ("utf8withbom", UTF8_WITH_MARK),
    ("utf8mb4", "utf-8"),
    ("utf16", "utf-16le"),
    ("ucs2", "utf-16le"),
    ("ucs2le", "utf-16le"),
    ("ucs2be", "utf-16be"),
    ("utf32", "utf-32le"),
    ("ucs4", "utf-32le"),
    ("latin1", "iso-8859-1"),
    ("isolatin1", "iso-8859-1"),
    ("latin2", "iso-8859-2"),
    ("latin3", "iso-8859-3"),
    ("latin4", "iso-8859-4"),
    ("latin5", "iso-8859-9"),
    ("latin6", "iso-8859-10"),
    ("latin7", "iso-8859-13"),
    ("latin8", "iso-8859-14"),
    ("latin9", "iso-8859-15"),
    ("latin10", "iso-8859-16"),
    ("macroman", "macintosh"),
    ("macosroman", "macintosh"),
    ("mac", "macintosh"),
    ("xmacroman", "macintosh"),
    ("maccyrillic", "x-mac-cyrillic"),
    ("sjis", "shift_jis"),
    ("mskanji", "shift_jis"),
    ("ujis", "euc-jp"),
    ("jis", "iso-2022-jp"),
    ("uhc", "euc-kr"),
];
const UTF8_WITH_MARK: &str = "utf-8-sig";

/// Numbers of code pages, and the labels that they stand for. `windows-` and a number from 1250 to 1258 is a label, and
/// so is `cp` and the number of a code page of DOS.
const NUMBERS: [(&str, &str); 24] = [
    ("819", "iso-8859-1"),
    ("866", "ibm866"),
    ("874", "windows-874"),
    ("932", "shift_jis"),
    ("943", "shift_jis"),
    ("936", "gbk"),
    ("949", "euc-kr"),
    ("950", "big5"),
    ("1200", "utf-16le"),
    ("1201", "utf-16be"),
    ("10000", "macintosh"),
    ("10007", "x-mac-cyrillic"),
    ("12000", "utf-32le"),
    ("12001", "utf-32be"),
    ("20127", "us-ascii"),
    ("20866", "koi8-r"),
    ("20932", "euc-jp"),
    ("21866", "koi8-u"),
    ("28591", "iso-8859-1"),
    ("28592", "iso-8859-2"),
    ("28605", "iso-8859-15"),
    ("51932", "euc-jp"),
    ("54936", "gb18030"),
    ("65001", "utf-8"),
];
/// What stands before the number of a code page.
const PREFIXES: [&str; 9] =
    ["windows", "codepage", "msdos", "win", "ibm", "oem", "cp", "ms", "dos"];

/// Most labels that are suggested, and how alike they have to be.
const MOST: usize = 3;
const ALIKE: f64 = 0.6;

/// The letters and digits of a label: capitals, blanks and punctuation make no difference.
pub fn plain(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Does this label ask for a byte order mark at the beginning of UTF-8?
pub fn asks_for_mark(label: &str) -> bool {
    let plain = plain(label);
    OTHERS.iter().any(|(other, is)| *other == plain && *is == UTF8_WITH_MARK)
}

/// Finds the label for one that is reduced to its letters and digits.
fn of_plain(wanted: &str) -> Option<&'static str> {
    let is_wanted = |label: &&&str| plain(label) == wanted;
    if let Some(label) = LABELS.iter().find(is_wanted) {
        return Some(label);
    }
    if let Some((_, label)) = OTHERS.iter().find(|(other, _)| *other == wanted) {
        return Some(label);
    }
    let number = PREFIXES.iter().find_map(|prefix| wanted.strip_prefix(prefix)).unwrap_or(wanted);
    if let Some((_, label)) = NUMBERS.iter().find(|(other, _)| *other == number) {
        return Some(label);
    }
    let has_number = |label: &&&str| {
        let of = |prefix| label.strip_prefix(prefix).is_some_and(|of: &str| of == number);
        of("windows-") || of("cp")
    };
    LABELS.iter().find(has_number).copied()
}

/// The known labels that are similar to an unknown one.
pub fn nearest(label: &str) -> Vec<&'static str> {
    let wanted = plain(label);
    let others = OTHERS.iter().copied();
    let all = LABELS.iter().map(|label| (plain(label), *label));
    let mut all: Vec<(f64, &str)> = all
        .chain(others.map(|(other, label)| (other.to_owned(), label)))
        .map(|(plain, label)| (strsim::normalized_damerau_levenshtein(&plain, &wanted), label))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    all.sort_by(|(one, a), (other, b)| other.total_cmp(one).then(a.cmp(b)));
    let mut labels = vec![];
    for (_, label) in all {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels.truncate(MOST);
    labels
}

impl Coding {
    /// The coding of a label such as `windows-1252`, `latin_1`, `sjis` or `utf-32le`, in any spelling.
    pub fn of_label(label: &str) -> Option<Self> {
        Self::of_known_label(label.trim())
            .or_else(|| Self::of_known_label(of_plain(&plain(label))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_a_coding() {
        for label in LABELS {
            assert!(Coding::of_known_label(label).is_some(), "{label}");
            assert_eq!(of_plain(&plain(label)), Some(label));
        }
        for (other, label) in OTHERS.iter().chain(&NUMBERS) {
            assert!(Coding::of_known_label(label).is_some(), "{other} {label}");
        }
    }

    #[test]
    fn labels_that_come_near_are_suggested() {
        assert_eq!(nearest("utf-18"), ["utf-16le", "utf-8", "utf-32le"]);
        assert_eq!(nearest("windows-125").len(), MOST);
        assert!(nearest("shift-jsi").contains(&"shift_jis"));
        assert!(nearest("klingon").is_empty());
        assert!(nearest("").is_empty());
    }

    #[test]
    fn labels_are_those_that_clients_use() {
        let name = |label: &str| Coding::of_label(label).map(Coding::name);
        for (label, want) in [
            ("latin1", "windows-1252"),
            ("ISO_8859-15", "ISO-8859-15"),
            ("cp1252", "windows-1252"),
            ("cp932", "Shift_JIS"),
            ("cp949", "EUC-KR"),
            ("euc_jp", "EUC-JP"),
            (" UTF-8 ", "UTF-8"),
            ("utf-16", "UTF-16LE"),
            ("utf_32_be", "UTF-32BE"),
            ("UTF-32LE", "UTF-32LE"),
            ("koi8-r", "KOI8-R"),
            ("gb18030", "gb18030"),
            ("cp437", "CP437"),
            ("IBM850", "CP850"),
            ("437", "CP437"),
            ("utf-16-le", "UTF-16LE"),
            ("utf_16_be", "UTF-16BE"),
            ("UTF 16 BE", "UTF-16BE"),
            ("macroman", "macintosh"),
            ("Mac OS Roman", "macintosh"),
            ("latin_1", "windows-1252"),
            ("latin-9", "ISO-8859-15"),
            ("windows1252", "windows-1252"),
            ("win-1251", "windows-1251"),
            ("CP-1250", "windows-1250"),
            ("1252", "windows-1252"),
            ("iso8859-1", "windows-1252"),
            ("iso 8859 2", "ISO-8859-2"),
            ("sjis", "Shift_JIS"),
            ("Shift JIS", "Shift_JIS"),
            ("koi8r", "KOI8-R"),
            ("eucjp", "EUC-JP"),
            ("utf8-bom", "UTF-8"),
            ("UTF-8 with BOM", "UTF-8"),
            ("cp65001", "UTF-8"),
            ("utf16", "UTF-16LE"),
            ("ucs-2", "UTF-16LE"),
            ("tis620", "windows-874"),
            ("big5hkscs", "Big5"),
        ] {
            assert_eq!(name(label), Some(want), "{label}");
        }
        assert_eq!(name("nonsense"), None);
        assert_eq!(name(""), None);
        assert_eq!(name("iso-2022-kr"), None, "browsers refuse it");
    }
}
