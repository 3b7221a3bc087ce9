//! Attacks on searches: the server checks the root, and then opens whatever the walk finds.

use preopen_attacks::Step::{File, Link};

use crate::attack::{Attack, Goal, Verb};

const WALK: &str = "Only the root of the search was checked. The walk opens what it finds there, including a link that came \
with a clone. This needs no race and no attacker at work: a hostile tree is enough. A walk by handles sees that the \
entry is a link and does not follow it.";

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
        "a search enters a planted link",
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
        "The tool shows counts but no lines, which looks harmless. But each comparison of the counts of `FLAG_7` and \
`FLAG_8` reveals something about one letter, and about a hundred calls reveal the secret.",
    )
    .verb(Verb::Count, "{flag}")
    .goal(Goal::Letters)
    .tagged(203, Some("MCP10")),
];
