//! [`ToolError`]: why a call was refused; [`Code`] is its kind.
//!
//! Four parts for four readers: the code for programs, a sentence for people, a hint for the next
//! step, a detail for the log. Only the first three reach a client, and no constructor here can put
//! an errno text or a host path into them. `docs/errors.md` is printed from this file.
//!
//! May import: `path` (to name things), `limits` (why a call ran out). Protocol errors are
//! in `protocol`: a malformed message reaches no tool. There is no catch-all `Other`.

mod os;

use std::borrow::Cow;
use std::fmt;

use crate::limits::{StopReason, affordable, cost};
use crate::path::{BadPath, MAX_NAME_BYTES, MAX_PATH_BYTES, VirtualPath};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $group:ident;)+) => {
        /// The kind of a refusal. Codes are API: in snake case, never renamed, never used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code, in the order of the reference page.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The code as clients see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The party that has to act on it.
            pub const fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group,)+ }
            }

            /// What it means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// The path cannot name anything: it holds `..` or NUL, or links on the way run in a circle. Or a new
    /// name holds characters that deceive a reader, may be a second name of another file, or the file system does not
    /// take it.
    BadPath = "bad_path", Client;
    /// An argument is missing, unknown, or of the wrong kind.
    BadArgs = "bad_args", Client;
    /// No grant has that name, or the absolute path lies in none.
    UnknownGrant = "unknown_grant", Client;
    /// Nothing has that name. A hidden name answers the same.
    NotFound = "not_found", Client;
    /// A file was needed.
    NotAFile = "not_a_file", Client;
    /// A directory was needed.
    NotADirectory = "not_a_directory", Client;
    /// A file was needed, and this is a directory.
    IsADirectory = "is_a_directory", Client;
    /// Something has that name already.
    AlreadyExists = "already_exists", Client;
    /// The directory still holds something.
    NotEmpty = "not_empty", Client;
    /// The bytes are not text that can be shown.
    NotText = "not_text", Client;
    /// The text to replace occurs more than once.
    NotUnique = "not_unique", Client;
    /// The text to replace does not occur.
    NoMatch = "no_match", Client;
    /// The file has changed since it was read.
    Stale = "stale", Client;
    /// The grant does not carry the right that the tool needs.
    RightMissing = "right_missing", Policy;
    /// The path leads outside its grant. The target is not looked at, so the answer reveals nothing about it.
    EscapesGrant = "escapes_grant", Policy;
    /// The operator protects that name from changes.
    Protected = "protected", Policy;
    /// A FIFO, socket, device, or a file of a pseudo file system such as `/proc`.
    SpecialFile = "special_file", Policy;
    /// Larger than a limit allows.
    OverLimit = "over_limit", Limit;
    /// The call's time ran out.
    TimedOut = "timed_out", Limit;
    /// The client cancelled the call.
    Cancelled = "cancelled", Limit;
    /// The operating system refused it: the server's own user may not do this, or the file system is mounted read only.
    OsDenied = "os_denied", Host;
    /// The disk or a quota is full.
    OsFull = "os_full", Host;
    /// The operating system reports that it is in use.
    OsBusy = "os_busy", Host;
    /// The change cannot be recorded, and the operator requires a record of each change.
    NotRecorded = "not_recorded", Host;
    /// The operating system failed in another way; the log has the detail.
    OsError = "os_error", Host;
    /// A defect of this server; the log has the detail.
    Internal = "internal", Bug;
}

/// The party that has to act on a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The caller: another call will do.
    Client,
    /// The operator: the grant says no.
    Policy,
    /// The caller: ask for less.
    Limit,
    /// The person who runs the machine.
    Host,
    /// The developers of this program.
    Bug,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refused call. Its `Display` is the text that a client gets: `code: sentence`, then the hint.
///
/// ```
/// use preopen::error::{Code, ToolError};
///
/// let error = ToolError::new(Code::NotFound, "nothing is named `a`").hint("list the directory");
/// assert_eq!(error.to_string(), "not_found: nothing is named `a`\nhint: list the directory");
/// ```
#[derive(Clone, Debug)]
pub struct ToolError {
    code: Code,
    sentence: String,
    hint: Option<String>,
    detail: Option<String>,
}

impl ToolError {
    /// An error of this kind. The sentence is in lower case, has no full stop, and values stand in
    /// backticks.
    #[must_use]
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), hint: None, detail: None }
    }

    /// Adds the next step that the reader can take.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a further step to the hint.
    #[must_use]
    pub fn and_hint(mut self, also: &str) -> Self {
        self.hint = Some(self.hint.map_or_else(|| also.into(), |hint| format!("{hint}; {also}")));
        self
    }

    /// Adds another clause to the sentence.
    #[must_use]
    pub fn and(mut self, also: &str) -> Self {
        self.sentence = format!("{}; {also}", self.sentence);
        self
    }

    /// Adds what only the log may see.
    #[must_use]
    pub fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// Names the part of the call that the sentence is about, such as `edits[2]`.
    #[must_use]
    pub(crate) fn about(mut self, part: &str) -> Self {
        self.sentence = format!("{part}: {}", self.sentence);
        self
    }

    /// The same in at most that many characters. Cuts the hint first, then the sentence.
    #[must_use]
    pub fn within(mut self, most: usize) -> Self {
        if cost(&self.to_string()) > most {
            let room = most.saturating_sub(self.code.as_str().len() + ": ".len());
            self.sentence = cut_to(self.sentence, room);
            self.hint = None;
        }
        self
    }

    /// The same with its sentence and its hint worded otherwise.
    #[must_use]
    pub(crate) fn reworded(self, reword: impl Fn(&str) -> Cow<'_, str>) -> Self {
        let hint = self.hint.map(|hint| reword(&hint).into_owned());
        Self { sentence: reword(&self.sentence).into_owned(), hint, ..self }
    }

    /// The kind.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The next step that the reader can take.
    pub(crate) fn shown_hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What only the log may see.
    pub fn log_detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The path cannot name anything.
    pub(crate) fn bad_path(said: &VirtualPath, why: BadPath) -> Self {
        match why {
            BadPath::Nul => Self::new(Code::BadPath, format!("`{said}` holds a NUL character"))
                .hint("leave the NUL character out"),
            BadPath::Slash => {
                Self::new(Code::BadPath, format!("`{said}` has an escaped `/` in a name"))
                    .hint("write `/` as it is, between the names of directories")
            }
            BadPath::Parent => Self::new(Code::BadPath, format!("`{said}` has `..` in it"))
                .hint("write the path from the top of the grant, without `..`"),
            BadPath::NameTooLong => Self::new(
                Code::OverLimit,
                format!("a name in `{said}` is longer than {MAX_NAME_BYTES} bytes"),
            )
            .hint("use a shorter name"),
            BadPath::TooLong => Self::new(
                Code::OverLimit,
                format!(
                    "the path is {} bytes, over the limit of {MAX_PATH_BYTES}",
                    said.as_requested().len()
                ),
            ),
        }
    }

    /// The path leads out. One text for everything that does, whether it exists or not.
    pub(crate) fn escapes_grant(said: &VirtualPath) -> Self {
        Self::new(Code::EscapesGrant, format!("`{said}` leads outside its grant"))
            .hint("work on paths inside the grants; list_allowed_directories shows them")
    }

    /// It is never opened.
    pub(crate) fn special_file(said: &VirtualPath) -> Self {
        Self::new(Code::SpecialFile, format!("`{said}` is a special file, which no tool opens"))
            .hint("special files are FIFOs, sockets, devices and files of /proc or /sys; only the user can work with them")
    }
}

/// The text, or as much of it as has room with a note that it is cut.
pub fn cut_to(text: String, most: usize) -> String {
    const NOTE: &str = "\n[cut off here: the answer reached max_result_chars]";
    if cost(&text) <= most {
        return text;
    }
    let kept = affordable(&text, most.saturating_sub(cost(NOTE)));
    affordable(&format!("{kept}{NOTE}"), most).to_owned()
}

impl From<StopReason> for ToolError {
    fn from(spent: StopReason) -> Self {
        match spent {
            StopReason::TimedOut { ms, work } => {
                let still = work
                    .map_or(String::new(), |work| format!(": it was still {}", work.in_words()));
                Self::new(Code::TimedOut, format!("the call did not end within {ms} ms{still}"))
                    .hint("ask for less: a smaller directory, file range or limit")
            }
            StopReason::Cancelled => Self::new(Code::Cancelled, "the client cancelled the call"),
        }
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.sentence)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ToolError {}

/// The reference page of all codes, in Markdown: what `preopen explain errors` prints.
pub fn reference() -> String {
    let mut page = String::from(
        "# Errors\n\n\
         A refused call is an answer with `isError: true` whose text is `code: sentence`, and often a\n\
         second line `hint: the next step`. Codes never change their meaning. The party that has to act: `client`\n\
         (another call will do), `policy` (the operator's grants say no), `limit` (ask for less), `host`\n\
         (the machine), `bug` (this program).\n\n\
         | code | who | meaning |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let who = format!("{:?}", code.group()).to_lowercase();
        page += &format!("| `{code}` | {who} | {} |\n", code.meaning());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        let mut names: Vec<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert!(names.iter().all(|n| n.bytes().all(|b| b == b'_' || b.is_ascii_lowercase())));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
