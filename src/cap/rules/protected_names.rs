//! `PROTECTED_NAMES`: names that a program runs or obeys without being asked.
//!
//! An agent that can write one of these files makes somebody else's program act for it: the next
//! `git status`, the next login, the next time the editor opens the folder. So they are read like any
//! other file and never changed. The operator opens some of them with `unprotect`.
//!
//! A name belongs here if a program runs it, or takes orders from it, because the user did something
//! else, such as opening a folder; not if the user has to ask for it to run (`make`, `npm test`).
//! `preopen explain protected` prints this table. This module matches nothing; `rules` does.

/// Some names, and the program that runs or obeys them.
#[derive(Debug)]
pub(in crate::cap) struct ProtectedNames {
    /// Globs, as in `hide`.
    pub(in crate::cap) globs: &'static [&'static str],
    /// Ends the sentence "`x` cannot be changed: ".
    pub(in crate::cap) because: &'static str,
    /// Where that is documented: a manual page, or a page of the program's documentation.
    pub(in crate::cap) documented_in: &'static str,
}

const fn row(
    because: &'static str,
    documented_in: &'static str,
    globs: &'static [&'static str],
) -> ProtectedNames {
    ProtectedNames { globs, because, documented_in }
}

/// The table, in the order of the reference page.
pub(in crate::cap) const PROTECTED_NAMES: &[ProtectedNames] = &[
    // Version control.
    row(
        "git runs the hooks, filters and aliases that it configures",
        "githooks(5), git-config(1) `core.fsmonitor`, gitrepository-layout(5)",
        // A `.git` that is a file names a directory of them. Windows calls `.git` `git~1` as well.
        &[".git", "git~1", ".gitconfig", "**/.config/git/**"],
    ),
    row(
        "git clones from, and updates by, what it names",
        "gitmodules(5) `submodule.<name>.update`",
        &[".gitmodules"],
    ),
    row(
        "Mercurial, Sapling, Jujutsu, Subversion, Bazaar and Darcs run the hooks it configures",
        "hgrc(5) `hooks`, jj `config`, svn-book `hooks`, darcs `defaults`",
        &[".hg", ".hgrc", ".sl", ".jj", ".svn", ".bzr", "_darcs"],
    ),
    row(
        "the `repo` command runs the scripts in it",
        "Android source, `repo` reference",
        &[".repo/**"],
    ),
    row(
        "git runs it as a hook",
        "husky, pre-commit, lefthook, overcommit, lint-staged, simple-git-hooks: configuration",
        &[
            ".husky/**",
            ".githooks/**",
            ".pre-commit-config.yaml",
            "prek.toml",
            "{,.}lefthook{,-local}.{yml,yaml,toml,json,jsonc}",
            "**/.config/lefthook{,-local}.{yml,yaml,toml,json,jsonc}",
            ".overcommit.yml",
            ".git-hooks/**",
            ".huskyrc{,.json,.js}",
            "{,.}captainhook.json",
            "grumphp.yml",
            ".lintstagedrc{,.*}",
            "lint-staged.config.{js,mjs,cjs,ts,mts,cts}",
            "{,.}simple-git-hooks.{js,cjs,mjs,json}",
        ],
    ),
    // Agents: servers, hooks and permissions.
    row(
        "an agent starts the servers it lists",
        "Model Context Protocol clients: project configuration",
        &[".mcp.json"],
    ),
    row(
        "an agent takes hooks, servers, permissions or instructions from it",
        "the agent's documentation of its project directory",
        &[
            ".claude/**",
            ".claude.json",
            ".cursor/**",
            ".codex/**",
            ".gemini/**",
            ".qwen/**",
            ".windsurf/**",
            ".codeium/**",
            ".continue/**",
            ".continuerc.json",
            ".roo/**",
            ".roomodes",
            ".kiro/**",
            ".amazonq/**",
            ".junie/**",
            ".aiassistant/**",
            ".trae/**",
            ".augment/**",
            ".factory/**",
            ".opencode/**",
            "opencode.{json,jsonc}",
            ".aider.conf.yml",
            ".kilocode/**",
            ".kilocodemodes",
            "{,.}crush.json",
            ".crush/**",
            ".openhands/**",
            ".goose/**",
            ".agents/**",
            ".amp/**",
            ".copilot/**",
            ".lmstudio/**",
            "**/.config/{goose,amp,mcp,github-copilot,opencode,crush}/**",
            "**/.config/Claude/**",
            "**/Library/Application Support/Claude/**",
            "**/.github/hooks/**",
            "**/.github/agents/**",
        ],
    ),
    // Instructions for agents, which follow them as the user's orders in every later session.
    row(
        "agents obey it as if the user had written it",
        "agents.md, and the agents' documentation of rules and memory files",
        &[
            "AGENT.md",
            "AGENTS.md",
            "AGENTS.override.md",
            "CLAUDE.md",
            "CLAUDE.local.md",
            "GEMINI.md",
            "QWEN.md",
            "CRUSH.md",
            "WARP.md",
            ".rules",
            ".cursorrules",
            ".clinerules",
            ".windsurfrules",
            ".roorules{,-*}",
            ".kilocoderules{,-*}",
            ".augment-guidelines",
            ".goosehints",
            "**/.github/copilot-instructions.md",
            "**/.github/instructions/**",
            "**/.github/{skills,prompts,chatmodes}/**",
            ".clinerules-*",
        ],
    ),
    // Editors and debuggers.
    row(
        "an editor starts the tasks, servers or programs it names when the folder is opened",
        "the editor's documentation of workspace settings and tasks",
        &[
            ".vscode/**",
            "*.code-workspace",
            ".vs/**",
            ".idea/**",
            ".run/**",
            ".fleet/**",
            ".zed/**",
            ".nova/**",
            ".theia/**",
            ".externalToolBuilders/**",
            ".helix/**",
            "**/.config/{helix,zed}/**",
            "**/.config/{Code,Code - Insiders,Code - OSS,VSCodium,Cursor}/User/**",
            "**/Library/Application Support/{Code,Code - Insiders,VSCodium,Cursor}/User/**",
            ".vscode-server/**",
            ".ideavimrc",
            ".kakrc",
            "**/.config/{kak,micro}/**",
        ],
    ),
    row(
        "Vim, Neovim or Emacs runs it",
        "vim `exrc`, neovim `exrc`, Emacs manual: init file, directory variables",
        &[
            ".exrc",
            ".vim/**",
            "{.,.g,_,_g}vimrc",
            ".lvimrc",
            ".nvimrc",
            ".nvim.lua",
            "**/.config/{nvim,vim}/**",
            ".emacs",
            ".emacs.d/**",
            ".spacemacs",
            ".spacemacs.d/**",
            ".doom.d/**",
            "**/.config/{emacs,doom}/**",
            ".dir-locals{,-2}.el",
        ],
    ),
    row(
        "a debugger or an interactive interpreter runs it when it starts in the directory",
        "gdb, lldb, pdb, perldebug(1), irb, pry, iex, GHCi, utop, R, Octave: start files",
        &[
            ".gdbinit",
            ".gdbearlyinit",
            ".lldbinit",
            ".pdbrc{,.py}",
            ".perldb",
            ".irbrc",
            ".pryrc",
            ".byebugrc",
            ".iex.exs",
            ".ghci",
            ".ocamlinit",
            ".Rprofile",
            ".octaverc",
            ".radare2rc",
            "**/.julia/config/**",
            ".ipython/**",
        ],
    ),
    // Workspaces in the cloud, and in containers.
    row(
        "a cloud workspace or a development container runs its commands when it starts",
        "containers.dev, Gitpod, Firebase Studio, CodeSandbox, Replit, StackBlitz, devfile.io",
        &[
            ".devcontainer/**",
            ".devcontainer.json",
            ".gitpod.{yml,Dockerfile}",
            ".idx/**",
            ".codesandbox/**",
            ".replit",
            "replit.nix",
            ".stackblitzrc",
            "{,.}devfile.y{,a}ml",
        ],
    ),
    // Shells, sessions and terminals.
    row(
        "a shell hook runs it when the directory is entered",
        "direnv(1), mise, autoenv: configuration",
        &[
            ".envrc",
            ".direnvrc",
            "**/.config/direnv/**",
            "{,.}mise{,.*}.toml",
            "**/{,.}mise/config{,.*}.toml",
            "**/{,.}mise/conf.d/**",
            "**/.config/mise{,.*}.toml",
            "**/.config/mise/**",
            ".rtx{,.*}.toml",
            ".autoenv{,.zsh}",
            ".autoenv_leave.zsh",
        ],
    ),
    row(
        "a shell runs it when it starts or ends",
        "bash(1), zsh(1), ksh(1), tcsh(1), fish, Nushell, PowerShell, xonsh: start files",
        &[
            ".bashrc",
            ".bash_{profile,login,logout,aliases,completion}",
            ".profile",
            ".inputrc",
            ".zshrc",
            ".zshenv",
            ".z{profile,login,logout}",
            ".oh-my-zsh/**",
            "**/.config/{bash_completion,starship.toml}",
            ".rvmrc",
            ".{k,mk,c,tc}shrc",
            ".login",
            ".logout",
            ".xonshrc",
            "**/.config/{fish,nushell,powershell,xonsh,elvish}/**",
        ],
    ),
    row(
        "the desktop or the system starts what it names when the user logs in",
        "xinit(1), systemd.unit(5), environment.d(5), pam_env(8), launchd.plist(5), XDG autostart",
        &[
            ".xprofile",
            ".xinitrc",
            ".xserverrc",
            ".xsession{,rc}",
            ".pam_environment",
            "**/.config/{autostart,autostart-scripts,plasma-workspace,systemd,environment.d}/**",
            "**/.config/{i3,sway,hypr,awesome,qtile,bspwm,openbox,labwc,river,niri}/**",
            ".i3/**",
            ".xmonad/**",
            ".{fluxbox,icewm}/**",
            "**/.config/{lxsession,waybar}/**",
            "**/.kde/Autostart/**",
            "**/Library/LaunchAgents/**",
            "**/Library/LaunchDaemons/**",
            "**/.local/share/{applications,systemd,dbus-1}/**",
        ],
    ),
    row(
        "a terminal or a multiplexer runs the commands in it",
        "tmux(1), screen(1), WezTerm, kitty, Alacritty, Ghostty: configuration",
        &[
            ".tmux.conf",
            ".screenrc",
            ".wezterm.lua",
            ".hammerspoon/**",
            "**/.config/{tmux,wezterm,kitty,alacritty,ghostty,zellij}/**",
            ".byobu/**",
        ],
    ),
    row(
        "ssh, gpg or the mail system runs commands from it, or lets others in by it",
        "ssh_config(5), sshd(8) `AUTHORIZED_KEYS`, gpg(1), procmail(1)",
        &[".ssh/**", ".gnupg/**", ".forward", ".procmailrc", ".rhosts", ".shosts", ".k5login"],
    ),
    // Code that runs elsewhere, with the repository's secrets.
    row(
        "a CI service runs it when a commit is pushed, with the repository's secrets",
        "the service's documentation of its configuration file",
        &[
            "**/.github/workflows/**",
            "**/.github/actions/**",
            "**/.{forgejo,gitea}/workflows/**",
            ".circleci/**",
            ".gitlab-ci.yml",
            ".travis.yml",
            ".cirrus.{yml,star}",
            "{,.}appveyor.yml",
            "azure-pipelines.y{,a}ml",
            ".azure-pipelines/**",
            "bitbucket-pipelines.yml",
            ".drone.y{,a}ml",
            ".woodpecker{,.yml,.yaml}",
            ".buildkite/**",
            ".semaphore/**",
            ".teamcity/**",
            ".tekton/**",
            ".build.yml",
            ".builds/**",
            "cloudbuild.{yaml,yml,json}",
            "Jenkinsfile",
            ".zuul.yaml",
            ".zuul.d/**",
            "buildspec.y{,a}ml",
            "{bitrise,wercker}.yml",
            ".{onedev-buildspec,vela}.yml",
        ],
    ),
];

/// Every glob of the table, with its row, in order.
pub(in crate::cap) fn globs() -> impl Iterator<Item = (&'static str, &'static ProtectedNames)> {
    PROTECTED_NAMES.iter().flat_map(|row| row.globs.iter().map(move |glob| (*glob, row)))
}

/// The reference page, in Markdown: what `preopen explain protected` prints.
pub fn reference() -> String {
    let mut page = String::from(
        "# Protected names\n\n\
         preopen never changes these names, whatever the rights of the grant. They are read like any\n\
         other file. A change of one is refused with `protected`.\n\n\
         **The principle.** A name is protected if a program runs it, or takes orders from it, because\n\
         the user did something else: entered a directory, opened a folder, logged in, started an agent,\n\
         pushed a commit. An agent that can write such a file can act through that program.\n\n\
         What a protected name leads to is protected too, where the name is a symbolic link: the file,\n\
         everything below it, and the directories above it that would have to be moved to replace it.\n\
         So is everything in a directory that git would take for a repository, whatever it is called, and\n\
         what would make one: `HEAD` beside `objects` or `refs`; `config` or `hooks` beside a `HEAD`.\n\n\
         **What is outside the principle**, and not protected: files that run when the user asks for\n\
         it (`Makefile`, `package.json`, `build.rs`, `.npmrc`, `.cargo/config.toml`, tests). Agents are\n\
         asked to write those. Some editors run a part of them without being asked: a language server\n\
         may build the project (`build.rs`, procedural macros) or load its configuration as code\n\
         (`.eslintrc.js`, `vite.config.ts`). Look at what an agent wrote before you open the folder in\n\
         such an editor. Also outside: files that a protected file names, such as a script that a git\n\
         hook calls.\n\n\
         **To open one**, add a glob to `unprotect` under `[[allow]]` in the file for `--config`, such\n\
         as `unprotect = [\"/AGENTS.md\"]`. A glob without `/` holds at any depth.\n\n\
         | names | why: the name is protected because | source |\n|---|---|---|\n",
    );
    for row in PROTECTED_NAMES {
        let globs: Vec<String> = row.globs.iter().map(|glob| format!("`{glob}`")).collect();
        page += &format!("| {} | {} | {} |\n", globs.join(" "), row.because, row.documented_in);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_gives_its_reason_and_source_and_no_glob_occurs_twice() {
        for row in PROTECTED_NAMES {
            assert!(!row.globs.is_empty() && row.documented_in.len() > 5, "{row:?}");
            assert!(row.because.len() > 10 && !row.because.ends_with('.'), "{row:?}");
        }
        let mut all: Vec<_> = globs().map(|(glob, _)| glob).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(reference().matches("\n| ").count(), PROTECTED_NAMES.len() + 1);
    }
}
