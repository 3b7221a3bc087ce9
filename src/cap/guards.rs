//! Names that run code on the user's machine without being asked, or speak for the user: what an agent
//! writes there, somebody else starts. They are read like any other file, and never changed.
//!
//! Each is the way into a published attack on an agent or its editor (a changed `.mcp.json`, a
//! `tasks.json`, a hook of git), or of the same kind. What runs when the user asks for it (a build script,
//! a `Makefile`, `package.json`) is not here: agents are asked to write those.
//!
//! May import: `error`, `path`. Absent on purpose: what matches them; that is `rules`.

use super::rules::Verdict;
use crate::error::{Code, ToolError};
use crate::path::{Name, join};

/// The globs, as in `hide`. `unprotect` in the allowlist opens some of them again.
pub(super) const GUARDED: &[&str] = &[
    // Hooks, filters and aliases of version control. A `.git` that is a file names a directory of them;
    // `git~1` is what Windows calls `.git` as well.
    ".git",
    "git~1",
    ".gitmodules",
    ".gitconfig",
    "**/.config/git/**",
    ".hg",
    ".hgrc",
    ".jj",
    ".svn",
    ".husky/**",
    ".githooks/**",
    ".pre-commit-config.yaml",
    "{,.}lefthook{,-local}.{yml,yaml,toml,json}",
    // Servers and hooks that agents start.
    ".mcp.json",
    ".claude/**",
    ".claude.json",
    ".cursor/**",
    ".codex/**",
    ".gemini/**",
    ".qwen/**",
    ".windsurf/**",
    ".codeium/**",
    ".continue/**",
    ".roo/**",
    ".kiro/**",
    ".amazonq/**",
    ".junie/**",
    ".trae/**",
    ".augment/**",
    ".factory/**",
    ".opencode/**",
    "opencode.{json,jsonc}",
    ".aider.conf.yml",
    ".kilocode/**",
    "{,.}crush.json",
    // Tasks, debuggers and interpreters that editors start.
    ".vscode/**",
    "*.code-workspace",
    ".vs/**",
    ".idea/**",
    ".run/**",
    ".fleet/**",
    ".zed/**",
    ".devcontainer/**",
    ".devcontainer.json",
    ".exrc",
    ".vim/**",
    "**/.config/nvim/**",
    "**/.config/Code/User/**",
    ".helix/**",
    ".emacs",
    ".emacs.d/**",
    ".Rprofile",
    ".vimrc",
    ".nvimrc",
    ".nvim.lua",
    ".dir-locals{,-2}.el",
    ".gdbinit",
    ".lldbinit",
    // What a shell or a session reads by itself.
    ".envrc",
    ".bashrc",
    ".bash_{profile,login,logout,aliases}",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".z{profile,login,logout}",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".login",
    ".xprofile",
    ".xinitrc",
    ".xsession",
    "**/.config/fish/**",
    "**/.config/autostart/**",
    "**/.config/systemd/**",
    "**/.config/environment.d/**",
    "**/Library/LaunchAgents/**",
    "**/.local/share/applications/**",
    ".tmux.conf",
    "{,.}mise.toml",
    ".ssh/**",
    // Code that runs elsewhere, with the repository's secrets.
    "**/.github/workflows/**",
    "**/.github/actions/**",
    "**/.forgejo/workflows/**",
    "**/.gitea/workflows/**",
    ".circleci/**",
    ".gitlab-ci.yml",
    ".travis.yml",
    "azure-pipelines.yml",
];

/// A rule refuses to change what is shown as `shown`, and lies there `below` its grant.
pub(super) fn protected<'a>(
    shown: &str,
    below: impl IntoIterator<Item = &'a Name>,
    verdict: Verdict,
) -> ToolError {
    let (sentence, hint) = match verdict {
        Verdict::Open | Verdict::Hidden => (format!("`{shown}` is not to be changed"), None),
        Verdict::Own => (
            format!("`{shown}` belongs to the server itself"),
            Some("only the user changes what the server is allowed to do".to_owned()),
        ),
        Verdict::ReadOnly => (
            format!("`{shown}` is only read: the user says so"),
            Some("it is named by `readonly` in the user's allowlist".to_owned()),
        ),
        Verdict::Guarded => (
            format!("`{shown}` can run code or speak for the user without being asked"),
            Some(format!(
                "ask the user to change it, or to open it: `unprotect = [{}]` below `[[allow]]` in the \
                 file for `--config`",
                in_toml(&join(&below.into_iter().cloned().collect::<Vec<_>>()))
            )),
        ),
    };
    let error = ToolError::new(Code::Protected, sentence);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The glob that means this path alone, as a string of TOML.
fn in_toml(path: &str) -> String {
    let glob = format!("/{}", globset::escape(path));
    if glob.contains('\'') {
        format!("\"{}\"", glob.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("'{glob}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_what_the_user_writes_to_open_that_path_alone() {
        for (names, glob) in [
            (&["a", ".git"][..], "`unprotect = ['/a/.git']`"),
            (&["[x]*", ".git"], "`unprotect = ['/[[]x[]][*]/.git']`"),
            (&["it's", ".git"], "`unprotect = [\"/it's/.git\"]`"),
        ] {
            let names: Vec<Name> =
                names.iter().filter_map(|n| Name::from_bytes(n.as_bytes())).collect();
            let said = protected("shown", &names, Verdict::Guarded).to_string();
            assert!(
                said.starts_with("protected: `shown` can run code") && said.contains(glob),
                "{said}"
            );
        }
    }
}
