//! [`Above`]: what ignore files above a grant say, and those of the user, as they were read at startup.
//!
//! They are texts, not handles: nothing above a grant can be opened through them. No answer shows one, or the
//! path of its directory. This module does not know what the texts mean.

/// Most bytes of one ignore file that are read.
pub const MAX_ABOVE_TEXT: usize = 64 << 10;

/// What lies above one grant, and what the user's own configuration says for all repositories.
#[derive(Clone, Debug, Default)]
pub struct Above {
    /// The directories above the grant that have ignore files, from the top.
    pub levels: Vec<AboveLevel>,
    /// The `info/exclude` of the repository whose worktree the granted directory is, if that lies outside the grant.
    pub exclude: Option<AboveText>,
    /// Does that repository ignore case?
    pub ignores_case: bool,
    /// The user's list for all repositories (`core.excludesFile`).
    pub global: Option<AboveText>,
}

/// A directory above a grant.
#[derive(Clone, Debug, Default)]
pub struct AboveLevel {
    /// The way from it to the grant, each name with a slash after it.
    pub way: Vec<u8>,
    /// Its `.rgignore`.
    pub rgignore: Option<AboveText>,
    /// Its `.ignore`.
    pub ignore: Option<AboveText>,
    /// Its `.gitignore`.
    pub gitignore: Option<AboveText>,
    /// The `info/exclude` of the repository that begins here.
    pub exclude: Option<AboveText>,
    /// Does a repository begin here?
    pub is_repository: bool,
    /// Does that repository ignore case?
    pub ignores_case: bool,
}

/// The text of an ignore file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboveText {
    /// At most [`MAX_ABOVE_TEXT`] bytes.
    pub bytes: Vec<u8>,
    /// Is the text complete?
    pub is_whole: bool,
}
