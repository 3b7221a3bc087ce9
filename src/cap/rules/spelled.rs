//! [`SpelledPath`]: a path as rules read it, each name in every form in which a glob may match it.
//!
//! Folded, a name is equal to whatever some file system takes for the same name; composed, each of its
//! characters is one `char`; and dots at its end are kept or not. Most names have one form.
//!
//! May import: `path`. This module does not know globs.

use unicode_normalization::UnicodeNormalization as _;

use crate::cap::rules::fold::{composed, fold};
use crate::path::Name;

/// How names are compared with a glob.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cap) enum Spelling {
    /// In every spelling that some file system takes for the same name: for what takes something away.
    #[default]
    Any,
    /// As the glob is written, up to Unicode composition: for what opens something.
    AsWritten,
}

/// A name in each form that differs from those before it, the folded one first.
pub(in crate::cap) type Forms = Vec<String>;

/// A path, name by name.
#[derive(Clone, Debug, Default)]
pub(in crate::cap) struct SpelledPath {
    by: Spelling,
    /// How many of the names lead to the grant.
    above: usize,
    names: Vec<Forms>,
    /// The folded path below the grant.
    folded: String,
}

impl SpelledPath {
    pub(in crate::cap) fn new(by: Spelling) -> Self {
        Self { by, ..Self::default() }
    }

    /// The root of a grant, to which these names lead.
    pub(in crate::cap) fn root<'a>(above: impl IntoIterator<Item = &'a Name>) -> Self {
        let path = Self::of(above, Spelling::Any);
        Self { above: path.names.len(), folded: String::new(), ..path }
    }

    pub(in crate::cap) fn of<'a>(names: impl IntoIterator<Item = &'a Name>, by: Spelling) -> Self {
        let mut path = Self::new(by);
        for name in names {
            path.push(name);
        }
        path
    }

    /// Goes down to this name.
    pub(in crate::cap) fn push(&mut self, name: &Name) {
        let text = String::from_utf8_lossy(name.as_bytes());
        let forms = match self.by {
            Spelling::Any => forms(&text),
            Spelling::AsWritten => vec![text.nfc().collect()],
        };
        if !self.folded.is_empty() {
            self.folded.push('/');
        }
        self.folded.push_str(forms.first().map_or("", String::as_str));
        self.names.push(forms);
    }

    /// The names below the grant.
    pub(in crate::cap) fn below(&self) -> &[Forms] {
        self.names.get(self.above..).unwrap_or_default()
    }

    /// The names from the root of the host.
    pub(in crate::cap) fn whole(&self) -> &[Forms] {
        &self.names
    }

    /// The form in which two spellings of one path below the grant are equal.
    pub(in crate::cap) fn folded(&self) -> &str {
        &self.folded
    }
}

fn forms(text: &str) -> Forms {
    // As nearly all names are.
    if text.is_ascii() && trimmed(text).len() == text.len() {
        return vec![text.to_ascii_lowercase()];
    }
    let folded = fold(text);
    let composed = composed(text);
    let mut all = vec![trimmed(&folded).to_owned()];
    for form in [trimmed(&composed), &composed] {
        if all.iter().all(|other| other != form) {
            all.push(form.to_owned());
        }
    }
    all
}

/// Where Windows has written, dots and blanks at the end are not a part of a name.
pub(in crate::cap) fn trimmed(name: &str) -> &str {
    match name.trim_end_matches(['.', ' ']) {
        "" => name,
        trimmed => trimmed,
    }
}
