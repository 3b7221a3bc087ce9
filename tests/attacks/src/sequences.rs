//! Attacks that consist of several changes. Each call looks harmless, but together they write a file that another
//! program runs without asking.
//!
//! Every sequence harms a deliberately weak server ([`Call::by_name`]).

use std::fmt;
use std::path::Path;

use crate::step::Step;
use crate::step::Step::{Dir, File, Link};

/// The text that the attacker writes.
pub const PAYLOAD: &str = "PAYLOAD";

/// One change. Paths are relative to the grant.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    /// Writes [`PAYLOAD`] into a file and creates its parent directories.
    Write(&'static str),
    /// Moves the first path to the second.
    Move(&'static str, &'static str),
    /// Copies the first path to the second.
    Copy(&'static str, &'static str),
    /// Creates a directory.
    MakeDirectory(&'static str),
    /// Deletes a path with everything below it.
    Delete(&'static str),
}

/// An attack that consists of several changes.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    /// Its name.
    pub id: &'static str,
    /// The initial tree.
    pub tree: &'static [Step],
    /// The calls, in order. A refused call does not stop the next one.
    pub calls: &'static [Call],
    /// The files that a program would then read. The attack succeeded if all of them exist and the first one contains
    /// [`PAYLOAD`].
    pub reached: &'static [&'static str],
}

const fn sequence(
    id: &'static str,
    tree: &'static [Step],
    calls: &'static [Call],
    reached: &'static [&'static str],
) -> Sequence {
    Sequence { id, tree, calls, reached }
}

/// The files of every git repository.
const REPOSITORY: &[Step] = &[
    File("grant/.git/HEAD", "ref: refs/heads/main\n"),
    File("grant/.git/config", ""),
    Dir("grant/.git/objects"),
    Dir("grant/.git/refs"),
];

/// The files by which git would recognise `docs` as a repository.
const BARE: &[&str] = &["docs/config", "docs/HEAD", "docs/objects", "docs/refs"];

/// A chain of more links than the kernel follows.
const LONG_CHAIN: &[Step] = &[
    Dir("grant/tools"),
    Link("grant/.vscode", "l0"),
    Link("grant/l0", "l1"),
    Link("grant/l1", "l2"),
    Link("grant/l2", "l3"),
    Link("grant/l3", "l4"),
    Link("grant/l4", "l5"),
    Link("grant/l5", "l6"),
    Link("grant/l6", "l7"),
    Link("grant/l7", "l8"),
    Link("grant/l8", "l9"),
    Link("grant/l9", "l10"),
    Link("grant/l10", "l11"),
    Link("grant/l11", "l12"),
    Link("grant/l12", "l13"),
    Link("grant/l13", "l14"),
    Link("grant/l14", "l15"),
    Link("grant/l15", "l16"),
    Link("grant/l16", "l17"),
    Link("grant/l17", "l18"),
    Link("grant/l18", "l19"),
    Link("grant/l19", "l20"),
    Link("grant/l20", "l21"),
    Link("grant/l21", "l22"),
    Link("grant/l22", "l23"),
    Link("grant/l23", "l24"),
    Link("grant/l24", "l25"),
    Link("grant/l25", "l26"),
    Link("grant/l26", "l27"),
    Link("grant/l27", "l28"),
    Link("grant/l28", "l29"),
    Link("grant/l29", "l30"),
    Link("grant/l30", "l31"),
    Link("grant/l31", "l32"),
    Link("grant/l32", "l33"),
    Link("grant/l33", "l34"),
    Link("grant/l34", "l35"),
    Link("grant/l35", "l36"),
    Link("grant/l36", "l37"),
    Link("grant/l37", "l38"),
    Link("grant/l38", "l39"),
    Link("grant/l39", "l40"),
    Link("grant/l40", "l41"),
    Link("grant/l41", "l42"),
    Link("grant/l42", "l43"),
    Link("grant/l43", "l44"),
    Link("grant/l44", "tools"),
];

/// All sequences.
pub const SEQUENCES: &[Sequence] = &[
    sequence(
        "parent-of-the-target-is-moved",
        &[File("grant/store/git/config", ""), Link("grant/.git", "store/git")],
        &[Call::Move("store", "s2"), Call::Write("s2/git/config"), Call::Move("s2", "store")],
        &[".git/config"],
    ),
    sequence(
        "parent-of-the-target-is-copied-and-replaced",
        &[File("grant/tools/vscode/tasks.json", ""), Link("grant/.vscode", "tools/vscode")],
        &[
            Call::Copy("tools", "copy"),
            Call::Write("copy/vscode/tasks.json"),
            Call::Delete("tools"),
            Call::Move("copy", "tools"),
        ],
        &[".vscode/tasks.json"],
    ),
    sequence(
        "target-is-moved-into-place",
        &[Link("grant/.vscode", "missing/dir")],
        &[Call::Write("x/dir/tasks.json"), Call::Move("x", "missing")],
        &[".vscode/tasks.json"],
    ),
    sequence(
        "target-is-copied-into-place",
        &[Link("grant/.vscode", "missing/dir")],
        &[Call::Write("x/dir/tasks.json"), Call::Copy("x", "missing")],
        &[".vscode/tasks.json"],
    ),
    sequence(
        "target-is-made",
        &[Link("grant/.vscode", "missing/dir")],
        &[Call::MakeDirectory("missing/dir"), Call::Write("missing/dir/tasks.json")],
        &[".vscode/tasks.json"],
    ),
    sequence(
        "target-of-a-name-with-alternatives",
        &[Link("grant/lefthook.yml", "dot/hooks.yml"), File("grant/dot/hooks.yml", "")],
        &[Call::Write("dot/hooks.yml")],
        &["lefthook.yml"],
    ),
    sequence(
        "target-of-a-login-file",
        &[Link("grant/.bash_profile", "dot/profile"), File("grant/dot/profile", "")],
        &[Call::Delete("dot/profile"), Call::Write("dot/profile")],
        &[".bash_profile"],
    ),
    sequence(
        "target-of-a-zsh-file",
        &[Link("grant/.zprofile", "dot/zprofile")],
        &[Call::Write("dot/zprofile")],
        &[".zprofile"],
    ),
    sequence(
        "target-of-mise",
        &[Link("grant/mise.toml", "dot/mise")],
        &[Call::Write("new"), Call::Move("new", "dot/mise")],
        &["mise.toml"],
    ),
    sequence(
        "link-inside-a-protected-directory",
        &[Link("grant/.git/hooks", "../hooks"), Dir("grant/hooks")],
        &[Call::Write("hooks/pre-commit")],
        &[".git/hooks/pre-commit"],
    ),
    sequence(
        "file-link-inside-a-protected-directory",
        &[Link("grant/.claude/settings.json", "../cs/x"), File("grant/cs/x", "")],
        &[Call::Write("cs/x")],
        &[".claude/settings.json"],
    ),
    sequence(
        "link-in-another-corner",
        &[Link("grant/a/b/c/.husky", "../../../d/hooks"), Dir("grant/d/hooks")],
        &[Call::Write("d/hooks/pre-commit")],
        &["a/b/c/.husky/pre-commit"],
    ),
    sequence(
        "link-to-a-directory-on-the-way",
        &[Link("grant/.config", "conf"), Dir("grant/conf")],
        &[Call::Write("conf/git/config")],
        &[".config/git/config"],
    ),
    sequence(
        "link-on-the-way-is-replaced",
        &[
            Link("grant/.vscode", "current"),
            Link("grant/current", "tools"),
            Link("grant/other", "stage"),
            Dir("grant/tools"),
            Dir("grant/stage"),
        ],
        &[Call::Write("stage/tasks.json"), Call::Delete("current"), Call::Move("other", "current")],
        &[".vscode/tasks.json"],
    ),
    sequence(
        "directory-becomes-a-repository",
        &[],
        &[
            Call::Write("docs/HEAD"),
            Call::MakeDirectory("docs/objects"),
            Call::MakeDirectory("docs/refs"),
            Call::Write("docs/config"),
        ],
        BARE,
    ),
    sequence(
        "directory-becomes-a-repository-head-last",
        &[],
        &[
            Call::Write("docs/config"),
            Call::Write("docs/objects/x"),
            Call::Write("docs/refs/x"),
            Call::Write("head"),
            Call::Move("head", "docs/HEAD"),
        ],
        BARE,
    ),
    sequence(
        "directory-becomes-a-repository-by-moves",
        &[],
        &[
            Call::Write("docs/HEAD"),
            Call::Write("a/x"),
            Call::Copy("a", "docs/objects"),
            Call::Move("a", "docs/refs"),
            Call::Write("docs/config"),
        ],
        BARE,
    ),
    sequence(
        "directory-shares-another-repository",
        &[],
        &[Call::Write("docs/HEAD"), Call::Write("docs/config"), Call::Write("docs/commondir")],
        &["docs/config", "docs/HEAD", "docs/commondir"],
    ),
    sequence(
        "repository-is-copied",
        REPOSITORY,
        &[Call::Copy(".git", "docs"), Call::Write("docs/config")],
        BARE,
    ),
    sequence(
        "link-inside-a-repository-of-another-name",
        &[
            File("grant/docs/HEAD", "ref: refs/heads/main\n"),
            Dir("grant/docs/objects"),
            Dir("grant/docs/refs"),
            Link("grant/docs/config", "../conf"),
            File("grant/conf", ""),
        ],
        &[Call::Write("conf")],
        BARE,
    ),
    sequence(
        "repository-that-a-git-file-names",
        &[
            File("grant/work/.git", "gitdir: ../admin\n"),
            File("grant/admin/HEAD", "ref: refs/heads/main\n"),
            File("grant/admin/commondir", "../common\n"),
            File("grant/common/config", ""),
            Dir("grant/common/objects"),
            Dir("grant/common/refs"),
        ],
        &[Call::Write("common/config"), Call::Write("common/hooks/pre-commit")],
        &["common/config", "admin/HEAD", "work/.git"],
    ),
    sequence(
        "rebase-in-a-repository-of-another-name",
        &[
            File("grant/docs/HEAD", "ref: refs/heads/main\n"),
            File("grant/docs/config", ""),
            Dir("grant/docs/objects"),
            Dir("grant/docs/refs"),
        ],
        &[Call::Write("docs/rebase-merge/git-rebase-todo")],
        &["docs/rebase-merge/git-rebase-todo", "docs/HEAD"],
    ),
    sequence(
        "chain-of-links-becomes-shorter",
        LONG_CHAIN,
        &[Call::Write("tools/tasks.json"), Call::Delete("l3"), Call::Move("l40", "l3")],
        &[".vscode/tasks.json"],
    ),
    sequence(
        "repository-of-another-name-is-changed",
        &[
            File("grant/docs/HEAD", "ref: refs/heads/main\n"),
            File("grant/docs/config", ""),
            Dir("grant/docs/objects"),
            Dir("grant/docs/refs"),
        ],
        &[
            Call::Write("docs/config"),
            Call::Delete("docs/config"),
            Call::Write("new"),
            Call::Move("new", "docs/config"),
        ],
        BARE,
    ),
];

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(path) => write!(f, "write `{path}`"),
            Self::Move(from, to) => write!(f, "move `{from}` to `{to}`"),
            Self::Copy(from, to) => write!(f, "copy `{from}` to `{to}`"),
            Self::MakeDirectory(path) => write!(f, "make `{path}`"),
            Self::Delete(path) => write!(f, "delete `{path}`"),
        }
    }
}

impl Sequence {
    /// Returns whether a program would now read the attacker's text.
    #[must_use]
    pub fn has_worked(&self, grant: &Path) -> bool {
        let Some(first) = self.reached.first() else { return false };
        std::fs::read_to_string(grant.join(first)).is_ok_and(|text| text.contains(PAYLOAD))
            && self.reached.iter().all(|path| grant.join(path).exists())
    }
}
