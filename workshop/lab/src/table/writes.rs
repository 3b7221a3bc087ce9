//! Attacks that write outside, and attacks that write files inside that other programs run.

use preopen_attacks::Step::{Dir, HardLink, Link};
use preopen_attacks::Victim;

use crate::attack::{Attack, Goal, Verb};

const OUT: &str = "A write by path follows `..`, a link to the file, and a link on the way. From a handle, the kernel refuses \
the step that leaves, before anything is opened.";
const DANGLING: &str = "A file that does not exist yet cannot be resolved, so typical code checks the directory and then opens \
the name. Here the name is a link to a missing file outside. From a handle, the lookup is the same whether the file \
exists or not.";
const RUNS: &str = "The path is inside, and the grant allows the write. But editors, git and clients run the contents of such \
files without asking. preopen protects these names, whether the files exist or not.";

const LEXICAL: &[Victim] = &[Victim::Join, Victim::Prefix];

const fn out(attack: Attack) -> Attack {
    attack.verb(Verb::Write, "planted by the lab\n").goal(Goal::Outside)
}

const fn runs(id: &'static str, title: &'static str, path: &'static str) -> Attack {
    Attack::own(id, title, &[Dir("grant/.git/hooks"), Dir("grant/.vscode")], path, RUNS)
        .verb(Verb::Write, "planted by the lab\n")
        .goal(Goal::Config)
        .tagged(732, Some("MCP05"))
}

pub(super) const ROWS: &[Attack] = &[
    out(Attack::own("write-dotdot", "a write through `..`", &[], "../outside/new.txt", OUT))
        .only(LEXICAL),
    out(Attack::own(
        "write-link",
        "a write through a link to a file",
        &[Link("grant/l", "../outside/secret.txt")],
        "l",
        OUT,
    ))
    .only(LEXICAL)
    .tagged(59, Some("MCP02")),
    out(Attack::own(
        "write-parent",
        "a write through a linked directory",
        &[Link("grant/l", "../outside")],
        "l/new.txt",
        OUT,
    ))
    .only(LEXICAL)
    .tagged(59, Some("MCP02")),
    out(Attack::own(
        "write-dangling",
        "a write through a dangling link",
        &[Link("grant/l", "../outside/new.txt")],
        "l",
        DANGLING,
    ))
    .tagged(59, Some("MCP02")),
    out(Attack::own(
        "write-hard-link",
        "a write into a hard link",
        &[HardLink("grant/h", "outside/secret.txt")],
        "h",
        "The server replaces the contents of the file, which also has a name outside. preopen creates a new file under \
this name. The other name keeps the old contents, and the answer says so.",
    ))
    .tagged(59, Some("MCP02")),
    runs("write-git-hook", "a hook that git runs", ".git/hooks/pre-commit"),
    runs("write-mcp-json", "a server that the client starts", ".mcp.json"),
    runs("write-vscode-task", "a task that the editor runs", ".vscode/tasks.json"),
];
