//! How a path is spelled, and where links lead: what a check of paths is there for.

use preopen_attacks::Step::{File, Link};
use preopen_attacks::Victim;

use crate::attack::{Attack, Goal, Verb};

const SPELLED: &str = "Joining the path to the directory lets `..` and `/` leave it; comparing the joined text with the \
directory's stops neither `..` nor a sibling whose name begins alike. To preopen a path is names, to be \
found from a handle, and a handle has no parent: `..` and paths from elsewhere are no names at all.";
const LINKED: &str = "The text of the path is innocent; the link is what leads out, and whoever opens by path follows it. \
Resolving links before the check sees it. preopen lets the kernel follow none: it reads the link \
through the handle, and its target is names from a handle again. Nothing outside is ever looked at.";
const ROOT: &str = "The check resolves the directory's own name as well: what bears it now is what is served. A \
handle is the directory, whatever bears its name.";

const fn linked(id: &'static str, row: &'static str, title: &'static str) -> Attack {
    Attack::from_row(id, row, title, LINKED).tagged(59, Some("MCP02"))
}

pub(super) const ROWS: &[Attack] = &[
    Attack::from_row("dotdot", "spelling/dotdot", "`..` in front", SPELLED),
    Attack::from_row("dotdot-below", "spelling/dotdot-from-below", "`..` behind a directory", SPELLED),
    Attack::from_row("dotdot-past-root", "spelling/dotdot-past-the-root", "`..` up to `/`", SPELLED),
    Attack::from_row("absolute", "spelling/absolute", "an absolute path", SPELLED),
    Attack::from_row("absolute-proc", "spelling/absolute-by-proc", "through /proc/self/root", SPELLED),
    Attack::from_row(
        "sibling-prefix",
        "spelling/absolute-sibling",
        "a sibling whose name begins alike",
        SPELLED,
    ),
    Attack::from_row("list-dotdot", "spelling/dotdot-to-a-directory", "the names outside", SPELLED)
        .verb(Verb::List, ""),
    linked("link-file", "links/file-relative", "a link to a file outside"),
    linked("link-absolute", "links/file-absolute", "an absolute one"),
    linked("link-directory", "links/directory-relative", "through a link to a directory"),
    linked("link-chain", "links/three-hops", "a link to a link to a link"),
    linked("link-up", "links/up", "through a link to `..`"),
    linked("link-magic", "links/magic-root", "a link through /proc/self/root"),
    linked("list-link", "links/directory-itself", "the names behind a link").verb(Verb::List, ""),
    Attack::from_row("root-replaced", "changes/grant-becomes-a-link", "the root becomes a link", ROOT)
        .tagged(367, Some("MCP02"))
        .on_own_server(),
    Attack::from_row(
        "hard-link",
        "special/hard-link",
        "a hard link to a file outside",
        "A hard link is no way to the file, it is the file, in the directory that was granted. Whoever made \
it could reach the file already. No resolver sees it; preopen serves it too, and its list of known escapes says so.",
    )
    .tagged(59, Some("MCP02")),
    Attack::own(
        "exists-oracle",
        "names outside, guessed by refusals",
        &[Link("grant/l", "../outside"), File("outside/none", "")],
        "l/",
        "To check a path it is resolved, and what is not there cannot be: the refusal tells which it \
was. preopen never looks at what lies outside, so that its answer is the same.",
    )
    .only(&[Victim::Join, Victim::Prefix, Victim::Canonical])
    .goal(Goal::Names)
    .tagged(209, Some("MCP10")),
];
