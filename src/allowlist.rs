//! What the operator asked for, still only names: one SPEC of the command line, or a whole
//! `allowlist.toml`.
//!
//! Pure: text in, values out. May import: `cap` (for rights), `limits`. This module does not
//! look whether a directory exists: `authority` does.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

use crate::cap::Rights;
use crate::limits::Limits;

/// One directory to grant.
///
/// ```
/// use preopen::allowlist::GrantSpec;
/// use preopen::cap::Rights;
///
/// let spec: GrantSpec = "app=/srv/app:rw".parse().unwrap();
/// assert_eq!(spec.name.as_deref(), Some("app"));
/// assert_eq!(spec.rights(), Rights::RW);
/// assert!("/srv/app:wr".parse::<GrantSpec>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantSpec {
    /// What clients shall call it; else the directory's own name.
    pub name: Option<String>,
    /// Which directory.
    pub path: PathBuf,
    /// The directory as the operator wrote it: all that clients may see of where it is.
    pub written: String,
    /// What may be done in it, if that is said.
    pub rights: Option<Rights>,
    /// Globs of names that are only read, whatever the rights.
    pub readonly: Vec<String>,
    /// Globs of names that are changed although they can run code without being asked.
    pub unprotect: Vec<String>,
    /// Globs of names that are neither listed nor opened.
    pub hide: Vec<String>,
    /// Absolute paths that clients outside a container call it by.
    pub also_known_as: Vec<String>,
}

impl GrantSpec {
    /// What may be done in it: to read, if nothing is said.
    pub fn rights(&self) -> Rights {
        self.rights.unwrap_or(Rights::RO)
    }
}

impl FromStr for GrantSpec {
    type Err = BadSpec;

    /// Reads `[NAME=]DIR[:RIGHTS]`.
    fn from_str(spec: &str) -> Result<Self, BadSpec> {
        if spec.contains("${") {
            return Err(BadSpec::Unexpanded);
        }
        let (name, rest) = match spec.split_once('=') {
            Some((name, rest)) if is_name(name) => (Some(name.to_owned()), rest),
            _ => (None, spec),
        };
        let (path, rights) = match rest.rsplit_once(':') {
            Some((path, rights))
                if rights.bytes().all(|b| b.is_ascii_alphabetic()) && !rights.is_empty() =>
            {
                let rights = rights.parse().map_err(|_| BadSpec::Rights(rights.to_owned()))?;
                (path, Some(rights))
            }
            _ => (rest, None),
        };
        if path.is_empty() {
            return Err(BadSpec::NoPath);
        }
        Ok(Self {
            name,
            path: path.into(),
            written: path.to_owned(),
            rights,
            readonly: vec![],
            unprotect: vec![],
            hide: vec![],
            also_known_as: vec![],
        })
    }
}

impl fmt::Display for GrantSpec {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}=")?;
        }
        f.write_str(&self.written)?;
        // Its own colon would be taken for that of the rights.
        if self.rights() != Rights::RO || self.written.contains(':') {
            write!(f, ":{}", self.rights())?;
        }
        Ok(())
    }
}

/// Why a SPEC cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadSpec {
    /// It holds `${`: the client did not put in the value.
    Unexpanded,
    /// What stands after the last `:` is none of `ro`, `rw`, `rwd`.
    Rights(String),
    /// It names no directory.
    NoPath,
}

impl fmt::Display for BadSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpanded => f.write_str(
                "the client that starts this server did not replace `${...}`; write the directory \
                 itself, or `.` for the directory the client starts servers in",
            ),
            Self::Rights(rights) => write!(
                f,
                "`{rights}` is none of the rights `ro`, `rw` and `rwd` (if the directory's name has a \
                 colon in it, end it with `:ro`)"
            ),
            Self::NoPath => f.write_str("it names no directory; write `.` for the current one"),
        }
    }
}

impl std::error::Error for BadSpec {}

/// May a grant be called this? One word, as it becomes the first part of paths.
pub fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A whole `allowlist.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowlist {
    /// The directories, in the order of the file.
    pub allow: Vec<GrantSpec>,
    /// The bounds; those the file does not name have their defaults.
    pub limits: Limits,
    /// Where to write the audit trail.
    pub audit: Option<PathBuf>,
    /// May calls write a file in place?
    pub in_place: bool,
}

impl Allowlist {
    /// Reads the text of a file that lies in `directory`: relative paths in it start there.
    ///
    /// # Errors
    /// A sentence that shows the line, for the operator.
    pub fn parse(text: &str, directory: &Path) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let allow =
            file.allow.into_iter().map(|row| row.spec(directory)).collect::<Result<_, _>>()?;
        let audit = file.audit.map(|audit| directory.join(audit.path));
        Ok(Self { allow, limits: file.limits, audit, in_place: file.in_place })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Row>,
    #[serde(default)]
    limits: Limits,
    audit: Option<Audit>,
    #[serde(default)]
    in_place: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: PathBuf,
    name: Option<String>,
    #[serde(default)]
    rights: Option<String>,
    #[serde(default)]
    readonly: Vec<String>,
    #[serde(default)]
    unprotect: Vec<String>,
    #[serde(default)]
    hide: Vec<String>,
    #[serde(default)]
    also_known_as: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    path: PathBuf,
}

impl Row {
    fn spec(self, directory: &Path) -> Result<GrantSpec, String> {
        let read = |rights: String| rights.parse().map_err(|_| BadSpec::Rights(rights).to_string());
        let rights = self.rights.map(read).transpose()?;
        if let Some(name) = self.name.as_deref().filter(|name| !is_name(name)) {
            return Err(format!(
                "`{name}` cannot be a grant's name: letters, digits, `-`, `_` and `.` can"
            ));
        }
        if self.path.as_os_str().is_empty() {
            return Err(BadSpec::NoPath.to_string());
        }
        Ok(GrantSpec {
            name: self.name,
            written: self.path.display().to_string(),
            path: directory.join(self.path),
            rights,
            readonly: self.readonly,
            unprotect: self.unprotect,
            hide: self.hide,
            also_known_as: self.also_known_as,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> GrantSpec {
        text.parse().unwrap()
    }

    #[test]
    fn a_spec_is_name_directory_and_rights() {
        assert_eq!(spec(".").rights(), Rights::RO);
        assert_eq!(spec("/a:rwd").rights(), Rights::RWD);
        assert_eq!(spec("x=/a").name.as_deref(), Some("x"));
        assert_eq!(spec("./a=b").path, PathBuf::from("./a=b"), "no name has a slash in it");
        assert_eq!(
            spec("/a:b/c").path,
            PathBuf::from("/a:b/c"),
            "a colon in the middle is the path's"
        );
        assert_eq!(spec("/a:b:ro").path, PathBuf::from("/a:b"));
    }

    #[test]
    fn a_bad_spec_says_what_to_write() {
        assert_eq!("${workspaceFolder}".parse::<GrantSpec>(), Err(BadSpec::Unexpanded));
        assert_eq!("/a:wr".parse::<GrantSpec>(), Err(BadSpec::Rights("wr".into())));
        assert_eq!("x=:rw".parse::<GrantSpec>(), Err(BadSpec::NoPath));
        assert_eq!("".parse::<GrantSpec>(), Err(BadSpec::NoPath));
    }

    #[test]
    fn a_file_says_all_that_a_spec_says_and_more() {
        let text = r#"
            in_place = true
            [[allow]]
            path = "src"
            name = "code"
            rights = "rw"
            hide = [".env*"]
            [[allow]]
            path = "/data"
            [limits]
            max_result_chars = 9
            [audit]
            path = "log.jsonl"
        "#;
        let list = Allowlist::parse(text, Path::new("/etc/preopen")).unwrap();
        assert_eq!(list.allow[0].path, PathBuf::from("/etc/preopen/src"));
        assert_eq!(list.allow[0].hide, [".env*"]);
        assert_eq!(list.allow[1].path, PathBuf::from("/data"));
        assert_eq!(list.limits, Limits { max_result_chars: 9, ..Limits::default() });
        assert_eq!(list.audit, Some("/etc/preopen/log.jsonl".into()));
        assert!(list.in_place && !Allowlist::default().in_place);
    }

    #[test]
    fn a_misspelt_key_is_refused_with_its_line() {
        let error = Allowlist::parse("[[allow]]\npath = \".\"\nright = \"rw\"\n", Path::new("/"))
            .unwrap_err();
        assert!(error.contains("line 3") && error.contains("right"), "{error}");
        assert!(Allowlist::parse("[limits]\nmax_result_char = 1\n", Path::new("/")).is_err());
        assert!(
            Allowlist::parse("[[allow]]\npath = \".\"\nrights = \"w\"\n", Path::new("/")).is_err()
        );
        assert!(
            Allowlist::parse("[[allow]]\npath = \".\"\nname = \"a/b\"\n", Path::new("/")).is_err()
        );
    }
}
