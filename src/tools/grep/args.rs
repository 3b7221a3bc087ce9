//! The arguments of `grep`.
//!
//! May import: `grep`, `path`, its neighbours.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::grep::Meaning;
use crate::path::VirtualPath;
use crate::tools::globs::{Globs, MAX_CHARS};
use crate::tools::shared::defaults::yes;
use crate::tools::shared::encoding::MAX_LABEL;
use crate::tools::shared::pages::MAX_CURSOR;

#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument that the client may set")]
pub(in crate::tools) struct Args {
    /// A regex, as ripgrep's.
    #[schemars(example = r"fn \w+\(", length(max = MAX_CHARS))]
    pub(super) pattern: String,
    /// Directory or file; else all.
    #[serde(default)]
    #[schemars(example = &"src")]
    pub(super) path: VirtualPath,
    /// Only these globs.
    #[serde(default)]
    #[schemars(example = ["*.rs"])]
    pub(super) glob: Globs,
    /// Globs to leave out.
    #[serde(default)]
    #[schemars(example = ["target"])]
    pub(super) exclude: Globs,
    /// As ripgrep's: rust, py.
    #[serde(default, rename = "type")]
    #[schemars(example = &"rust", length(max = 50))]
    pub(super) kind: Option<String>,
    /// The pattern is plain text.
    #[serde(default)]
    #[schemars(example = false)]
    pub(super) literal: bool,
    /// Whatever the case.
    #[serde(default)]
    #[schemars(example = true)]
    pub(super) ignore_case: bool,
    /// Only whole words.
    #[serde(default)]
    #[schemars(example = false)]
    pub(super) word: bool,
    /// Matches may span lines.
    #[serde(default)]
    #[schemars(example = false)]
    pub(super) multiline: bool,
    /// Lines, paths, or a count for each file.
    #[serde(default)]
    #[schemars(example = &"content")]
    pub(super) output: Output,
    /// As `line:column:match`.
    #[serde(default)]
    #[schemars(example = false)]
    pub(super) only_matching: bool,
    /// Lines before each match.
    #[serde(default)]
    #[schemars(example = 2)]
    pub(super) before: Option<usize>,
    /// Lines after each match.
    #[serde(default)]
    #[schemars(example = 2)]
    pub(super) after: Option<usize>,
    /// Lines before and after.
    #[serde(default)]
    #[schemars(example = 2)]
    pub(super) context: Option<usize>,
    /// false: also what git ignores.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    pub(super) respect_ignore: bool,
    /// false: no dotfiles.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    pub(super) hidden: bool,
    /// Most lines, or files.
    #[serde(default)]
    #[schemars(example = 250, range(min = 1), extend("default" = PAGE))]
    pub(super) limit: Option<usize>,
    /// Of one file of several; 0: all.
    #[serde(default)]
    #[schemars(example = 20, range(min = 0), extend("default" = PER_FILE))]
    pub(super) per_file: Option<usize>,
    /// Each file's last lines.
    #[serde(default)]
    #[schemars(example = false)]
    pub(super) from_end: bool,
    /// From the previous answer.
    #[serde(default)]
    #[schemars(example = "after:120:src/main.rs", length(max = MAX_CURSOR))]
    pub(super) cursor: Option<String>,
    /// The encoding of files that are not UTF-8.
    #[serde(default)]
    #[schemars(example = &"shift_jis", length(max = MAX_LABEL))]
    pub(super) encoding: Option<String>,
}

impl Args {
    pub(super) fn meaning(&self) -> Meaning {
        Meaning {
            literal: self.literal,
            ignore_case: self.ignore_case,
            word: self.word,
            multiline: self.multiline,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::tools) enum Output {
    #[default]
    Content,
    Files,
    Count,
}

/// Lines on one page, where the client does not say.
pub(super) const PAGE: usize = 250;

/// Lines of one file, where the client does not say.
pub(super) const PER_FILE: usize = 20;
