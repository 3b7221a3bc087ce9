//! The names a client may say: [`VirtualPath`], its parsed [`Spelling`], and [`Name`], one component.
//!
//! A name is not an authority. Nothing here touches a file system, and nothing here decides
//! whether a path stays inside a grant: that question is never asked of a string. What is refused
//! here is refused because no honest caller needs it (`..`, NUL), not because refusing it is what
//! keeps the server safe; the capability layer below contains both all the same.
//!
//! May import: nothing of this crate. It does not use `std::path`, normalise, or fold `..`.

mod readings;
mod shown;

use std::ffi::{OsStr, OsString};
use std::fmt::{self, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

pub use readings::{Reading, begins_elsewhere, has_backslash_inside, readings};
use schemars::JsonSchema;
use serde::Deserialize;
pub use shown::{brief, percent_decoded, percent_encoded, printable};
use shown::{decode, decode_any_case, write_escaped};

/// Longest path a client may say, in bytes: the kernel's own `PATH_MAX`.
pub const MAX_PATH_BYTES: usize = 4096;
/// Longest name in a path, in bytes: the kernel's own `NAME_MAX`. Known here, so that the answer does
/// not depend on what is looked at first.
pub const MAX_NAME_BYTES: usize = 255;

/// How the schema of an argument says that it is a [`VirtualPath`].
pub const SCHEMA_FORMAT: &str = "path";

/// What the client said, verbatim.
///
/// Any string is a `VirtualPath`, because in a list of paths one bad path must not make the others
/// fail: it is parsed where it is used, by [`VirtualPath::parse`].
///
/// ```
/// use preopen::path::VirtualPath;
///
/// let names = VirtualPath::from("src//./main.rs").parse().unwrap().names;
/// assert_eq!(names.iter().map(ToString::to_string).collect::<Vec<_>>(), ["src", "main.rs"]);
/// assert!(VirtualPath::from("src/../../etc/passwd").parse().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = SCHEMA_FORMAT))]
pub struct VirtualPath(String);

/// A path taken apart: the names in it, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// Does it start with `/`, so that its first names spell a place on the host?
    pub absolute: bool,
    /// Its components, decoded; empty for `""`, `.` and `/`.
    pub names: Vec<Name>,
    /// Does it end in `/` or `/.`, so that it can only mean a directory?
    pub must_be_dir: bool,
}

/// Why a string is not a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPath {
    /// It holds a NUL, written out or as `\x00`.
    Nul,
    /// A component is `..`.
    Parent,
    /// An escape decodes to `/`, which no component can hold.
    Slash,
    /// It is longer than [`MAX_PATH_BYTES`].
    TooLong,
    /// One of its names is longer than [`MAX_NAME_BYTES`].
    NameTooLong,
}

impl VirtualPath {
    /// The string as the client sent it.
    pub fn as_requested(&self) -> &str {
        &self.0
    }

    /// Takes the path apart.
    ///
    /// Empty components and `.` are dropped, as every file system does. `\xHH` (two upper-case
    /// hex digits) stands for one byte: it is how [`Name`]s that are not printable UTF-8 are shown.
    ///
    /// # Errors
    /// [`BadPath`] says what no path can hold.
    pub fn parse(&self) -> Result<Spelling, BadPath> {
        if self.0.len() > MAX_PATH_BYTES {
            return Err(BadPath::TooLong);
        }
        let mut names = Vec::new();
        for part in self.0.split('/').filter(|part| !matches!(*part, "" | ".")) {
            match decode(part) {
                bytes if bytes == b".." => return Err(BadPath::Parent),
                bytes if bytes == b"." => {}
                bytes if bytes.contains(&0) => return Err(BadPath::Nul),
                bytes if bytes.contains(&b'/') => return Err(BadPath::Slash),
                bytes if bytes.len() > MAX_NAME_BYTES => return Err(BadPath::NameTooLong),
                bytes => names.push(Name(OsString::from_vec(bytes))),
            }
        }
        let must_be_dir = matches!(self.0.rsplit('/').next(), Some("" | "."));
        Ok(Spelling { absolute: self.0.starts_with('/'), names, must_be_dir })
    }
}

impl VirtualPath {
    /// Does the name in this place, counted from the last one, have a byte in it that is written `\xHH`?
    pub fn is_in_hex(&self, from_the_end: usize) -> bool {
        let is_name = |part: &&str| !matches!(decode(part).as_slice(), b"" | b".");
        let part = self.0.split('/').rev().filter(is_name).nth(from_the_end);
        part.is_some_and(|part| decode(part) != part.as_bytes())
    }
}

impl<S: Into<String>> From<S> for VirtualPath {
    fn from(said: S) -> Self {
        Self(said.into())
    }
}

impl VirtualPath {
    /// The whole path, escaped like a [`Name`]: for the audit trail. What is too long to be a path is
    /// shortened.
    pub fn whole(&self) -> String {
        if self.0.len() > MAX_PATH_BYTES { self.to_string() } else { printable(&self.0) }
    }
}

/// The path as an error may repeat it: escaped like a [`Name`], shortened where it is very long.
impl fmt::Display for VirtualPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 200;
        match self.0.char_indices().nth(SHOWN) {
            None => write_escaped(f, self.0.as_bytes(), false),
            Some((cut, _)) => {
                write_escaped(f, self.0.get(..cut).unwrap_or_default().as_bytes(), false)?;
                write!(f, "... ({} bytes)", self.0.len())
            }
        }
    }
}

/// One component: not empty, not `.` or `..`, without `/` or NUL, any other bytes.
///
/// Its `Display` form is what clients see. Parsed back as part of a [`VirtualPath`] it gives the
/// same bytes: what is not UTF-8, and every character that could disguise a listing (controls,
/// bidirectional overrides, tags), is written `\xHH`.
///
/// ```
/// use preopen::path::{Name, VirtualPath};
///
/// let name = Name::from_bytes(b"caf\xe9\n").unwrap();
/// assert_eq!(name.to_string(), r"caf\xE9\x0A");
/// assert_eq!(VirtualPath::from(name.to_string()).parse().unwrap().names, [name]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(OsString);

impl Name {
    /// The component with these bytes, unless no component can have them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let impossible =
            matches!(bytes, b"" | b"." | b"..") || bytes.iter().any(|b| matches!(b, 0 | b'/'));
        (!impossible).then(|| Self(OsString::from_vec(bytes.to_vec())))
    }

    /// The bytes as the file system has them.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Does it hold a character that deceives a reader of a list: a line feed or another control, one that
    /// reorders the line, or one that is invisible by design?
    pub fn deceives(&self) -> bool {
        String::from_utf8_lossy(self.as_bytes()).contains(shown::deceives)
    }

    /// A name that may hold anything, as a defect could make it: the kernel must not follow it out.
    #[cfg(all(test, target_os = "linux", not(preopen_portable)))]
    pub(crate) fn forged(bytes: &[u8]) -> Self {
        Self(OsString::from_vec(bytes.to_vec()))
    }

    /// The name that this one spells with `\xHH` in digits of either case; `None` if it has no such escape.
    pub fn with_escapes_read(&self) -> Option<Self> {
        Self::from_bytes(&decode_any_case(self.as_bytes())?)
    }

    /// The form that system calls take.
    pub fn as_os_str(&self) -> &OsStr {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(f, self.0.as_bytes(), true)
    }
}

/// `names` as one relative path in its escaped form; `.` when there are none.
pub fn join(names: &[Name]) -> String {
    let mut path = String::new();
    for name in names {
        if !path.is_empty() {
            path.push('/');
        }
        // Writing to a String cannot fail.
        let _ = write!(path, "{name}");
    }
    if path.is_empty() { ".".into() } else { path }
}

#[cfg(test)]
mod tests {
    use super::shown::deceives;
    use super::*;

    fn parse(said: &str) -> Result<Spelling, BadPath> {
        VirtualPath::from(said).parse()
    }

    #[test]
    fn empty_components_and_dots_are_dropped() {
        for said in ["a/b", "./a/b", "a//b", "a/./b", ".//a/.//b"] {
            assert_eq!(join(&parse(said).unwrap().names), "a/b", "{said}");
        }
        assert_eq!(join(&parse(r"\x2E/a/\x2E").unwrap().names), "a", "an escaped dot is one");
        for said in ["", ".", "/", "//", "./", "/."] {
            assert!(parse(said).unwrap().names.is_empty(), "{said}");
        }
    }

    #[test]
    fn a_name_that_is_written_in_hex_is_known() {
        let path = VirtualPath::from(r"a/\x20b/./\x2E/c\x4/");
        assert_eq!([0, 1, 2, 3].map(|at| path.is_in_hex(at)), [false, true, false, false]);
    }

    #[test]
    fn a_trailing_slash_is_remembered() {
        assert!(parse("a/").unwrap().must_be_dir);
        assert!(parse("a/.").unwrap().must_be_dir);
        assert!(!parse("a").unwrap().must_be_dir);
    }

    #[test]
    fn what_no_path_can_hold() {
        assert_eq!(parse("a/../b"), Err(BadPath::Parent));
        assert_eq!(parse("a\0b"), Err(BadPath::Nul));
        assert_eq!(parse(r"a\x00b"), Err(BadPath::Nul));
        assert_eq!(parse(r"\x2E\x2E/b"), Err(BadPath::Parent));
        assert_eq!(parse(r"a\x2Fb"), Err(BadPath::Slash));
        assert!(parse("...").is_ok() && parse("a..b").is_ok());
    }

    #[test]
    fn the_longest_path_and_name_are_taken_and_none_that_is_longer() {
        let path = "x/".repeat(MAX_PATH_BYTES / 2);
        assert!(path.len() == MAX_PATH_BYTES && parse(&path).is_ok());
        assert_eq!(parse(&format!("{path}x")), Err(BadPath::TooLong));
        assert_eq!(parse(&"x/".repeat(MAX_PATH_BYTES)), Err(BadPath::TooLong));
        let name = "x".repeat(MAX_NAME_BYTES);
        assert!(parse(&name).is_ok());
        assert_eq!(parse(&format!("a/{name}x/b")), Err(BadPath::NameTooLong));
        assert_eq!(VirtualPath::from("a//b/").as_requested(), "a//b/");
    }

    #[test]
    fn every_name_reads_back_as_itself() {
        let names: [&[u8]; 9] = [
            b"plain.rs",
            b"\xff\xfe",
            b"a\x1b[2Jb",
            br"\x41",
            br"\\x41",
            br"\x4",
            br"\xff",
            "\u{202E}txt.exe".as_bytes(),
            "e\u{301}\u{200D}".as_bytes(),
        ];
        for bytes in names {
            let name = Name::from_bytes(bytes).unwrap();
            let shown = name.to_string();
            assert!(!shown.chars().any(deceives), "{shown}");
            assert_eq!(parse(&shown).unwrap().names, [name], "{shown}");
        }
    }

    #[test]
    fn only_what_deceives_is_written_in_hex() {
        for (bytes, shown) in [
            (b"caf\xE9\n" as &[u8], r"caf\xE9\x0A"),
            ("café \u{1F600}".as_bytes(), "café \u{1F600}"),
            (br"C:\dir\\", r"C:\dir\\"),
            (br"\x41", r"\x5Cx41"),
            (b"\x1B\xC3\xA9", r"\x1Bé"),
        ] {
            assert_eq!(Name::from_bytes(bytes).unwrap().to_string(), shown);
        }
        assert_eq!(VirtualPath::from("a\u{202E}\\x41").to_string(), r"a\xE2\x80\xAE\x41");
    }

    #[test]
    fn no_component_is_empty_or_leads_elsewhere() {
        for bytes in [b"" as &[u8], b".", b"..", b"a/b", b"/", b"a\0", b"\0"] {
            assert_eq!(Name::from_bytes(bytes), None, "{bytes:?}");
        }
        assert!(Name::from_bytes(b"...").is_some());
    }

    #[test]
    fn a_name_that_deceives_is_noticed() {
        for name in ["a\nb", "a\u{9B}", "a\u{202E}b", "a\u{2028}", "\u{FEFF}a", "a\u{E0041}"] {
            assert!(Name::from_bytes(name.as_bytes()).unwrap().deceives(), "{name:?}");
        }
        for name in ["a b é", "e\u{301}\u{200D}"] {
            assert!(!Name::from_bytes(name.as_bytes()).unwrap().deceives(), "{name:?}");
        }
    }

    #[test]
    fn the_audit_trail_has_every_path_whole_that_can_be_one() {
        let longest = "x".repeat(MAX_PATH_BYTES);
        assert_eq!(VirtualPath::from(longest.clone()).whole(), longest);
        let longer = VirtualPath::from(longest + "x").whole();
        assert!(longer.ends_with("... (4097 bytes)") && longer.len() < 300, "{longer}");
        assert_eq!(VirtualPath::from("a\n").whole(), r"a\x0A");
    }

    #[test]
    fn a_long_path_is_repeated_in_part_and_says_so() {
        let shown = VirtualPath::from("x".repeat(5000)).to_string();
        assert!(shown.ends_with("... (5000 bytes)") && shown.len() < 300);
    }
}
