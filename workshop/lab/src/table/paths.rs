//! Attacks by the spelling of a path and by links: those that a path check is meant to stop.

use preopen_attacks::Step::{File, Link};
use preopen_attacks::Victim;

use crate::attack::{Attack, Goal, Verb};

const SPELLED: &str = "A path that is joined to the directory can leave it with `..` or `/`. A comparison of the joined text with \
the directory's text stops neither `..` nor a sibling with the same prefix. preopen looks up each name of a path from a \
handle. A handle has no parent: `..` and paths from elsewhere are not names.";
const LINKED: &str = "The text of the path is harmless; the link leads out, and an open by path follows it. A check that resolves \
links first sees that. preopen lets the kernel follow no link: it reads the link through the handle and looks up the \
names of its target from a handle again. It never looks at anything outside.";
const ROOT: &str = "The check resolves the name of the granted directory as well, so the server serves whatever has that name \
now. A handle refers to the directory itself, whatever its name is.";

const fn linked(id: &'static str, row: &'static str, title: &'static str) -> Attack {
    Attack::from_row(id, row, title, LINKED).tagged(59, Some("MCP02"))
}

pub(super) const ROWS: &[Attack] = &[
    Attack::from_row("dotdot", "spelling/dotdot", "`..` at the start", SPELLED),
    Attack::from_row("dotdot-below", "spelling/dotdot-from-below", "`..` after a directory", SPELLED),
    Attack::from_row("dotdot-past-root", "spelling/dotdot-past-the-root", "`..` up to `/`", SPELLED),
    Attack::from_row("absolute", "spelling/absolute", "an absolute path", SPELLED),
    Attack::from_row("absolute-proc", "spelling/absolute-by-proc", "through /proc/self/root", SPELLED),
    Attack::from_row(
        "sibling-prefix",
        "spelling/absolute-sibling",
        "a sibling with the same prefix",
        SPELLED,
    ),
    Attack::from_row("list-dotdot", "spelling/dotdot-to-a-directory", "a directory outside is listed", SPELLED)
        .verb(Verb::List, ""),
    linked("link-file", "links/file-relative", "a link to a file outside"),
    linked("link-absolute", "links/file-absolute", "an absolute link to a file outside"),
    linked("link-directory", "links/directory-relative", "through a link to a directory"),
    linked("link-chain", "links/three-hops", "a link to a link to a link"),
    linked("link-up", "links/up", "through a link to `..`"),
    linked("link-magic", "links/magic-root", "a link through /proc/self/root"),
    linked("list-link", "links/directory-itself", "a link to a directory outside is listed").verb(Verb::List, ""),
    Attack::from_row("root-replaced", "changes/grant-becomes-a-link", "the granted directory becomes a link", ROOT)
        .tagged(367, Some("MCP02"))
        .on_own_server(),
    Attack::from_row(
        "hard-link",
        "special/hard-link",
        "a hard link to a file outside",
        "A hard link does not lead to the file: it is the file, in the granted directory. Its maker could reach the \
file already. No path resolution can detect it. preopen serves it too, as its list of known escapes states.",
    )
    .tagged(59, Some("MCP02")),
    Attack::own(
        "exists-oracle",
        "names outside, guessed from refusals",
        &[Link("grant/l", "../outside"), File("outside/none", "")],
        "l/",
        "The check resolves the path, which fails if the file does not exist. So the refusal reveals whether it \
exists. preopen never looks at anything outside, so its answer is always the same.",
    )
    .only(&[Victim::Join, Victim::Prefix, Victim::Canonical])
    .goal(Goal::Names)
    .tagged(209, Some("MCP10")),
];
