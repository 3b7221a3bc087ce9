//! Searches: the root is checked, and then the walk opens what it finds.

use preopen_attacks::Step::{File, Link};

use crate::attack::{Attack, Goal, Verb};

const WALK: &str = "Only the directory that is searched was checked. The walk opens what it finds there, a link \
that came with a clone among it. No race, nobody at work: a hostile tree is enough. A walk by \
handles sees that it is a link, and does not follow it.";

pub(super) const ROWS: &[Attack] = &[
    Attack::own(
        "search-link",
        "a search opens a planted link",
        &[Link("grant/notes.txt", "../outside/secret.txt")],
        ".",
        WALK,
    )
    .verb(Verb::Grep, "{flag}")
    .tagged(59, Some("MCP10")),
    Attack::own(
        "search-directory",
        "a search goes through a planted link",
        &[Link("grant/docs", "../outside")],
        ".",
        WALK,
    )
    .verb(Verb::Find, "{flag}")
    .tagged(59, Some("MCP10")),
    Attack::own(
        "count-oracle",
        "a secret, letter by letter, from counts",
        &[Link("grant/notes.txt", "../outside/secret.txt"), File("grant/readme.txt", "text\n")],
        ".",
        "The tool shows counts and no lines, which looks harmless. But whether there are more files with \
`FLAG_7` than with `FLAG_8` is one letter, and a hundred calls are the secret.",
    )
    .verb(Verb::Count, "{flag}")
    .goal(Goal::Letters)
    .tagged(203, Some("MCP10")),
];
