//! Controls, which every server must serve, and the attack that no file server can stop.

use preopen_attacks::Step::{File, Link};

use crate::attack::{Attack, Goal, Verb};

const CONTROL: &str =
    "This is not an attack: a server that refuses everything is safe and useless.";

const fn control(attack: Attack) -> Attack {
    attack.goal(Goal::Served).only(&[]).tagged(0, None)
}

pub(super) const ROWS: &[Attack] = &[
    control(Attack::own("ok-read", "an ordinary file", &[], "sub/file.txt", CONTROL))
        .verb(Verb::Read, "inside"),
    control(Attack::own(
        "ok-link",
        "a link that stays inside",
        &[Link("grant/l", "sub/file.txt")],
        "l",
        CONTROL,
    ))
    .verb(Verb::Read, "inside"),
    control(Attack::own(
        "ok-list",
        "an ordinary directory",
        &[File("grant/sub/inside.txt", "")],
        "sub",
        CONTROL,
    ))
    .verb(Verb::List, "inside.txt"),
    control(Attack::own(
        "ok-find",
        "an ordinary search by name",
        &[File("grant/sub/inside.txt", "")],
        ".",
        CONTROL,
    ))
    .verb(Verb::Find, "inside"),
    control(Attack::own("ok-grep", "an ordinary search for text", &[], ".", CONTROL))
        .verb(Verb::Grep, "inside"),
    control(Attack::own("ok-write", "a new file", &[], "sub/new.txt", CONTROL))
        .verb(Verb::Write, "written\n"),
];

pub(super) const SHELL: &[Attack] = &[Attack::own(
    "shell-beside-it",
    "the agent also has a shell",
    &[],
    "../outside/secret.txt",
    "The server refuses, so the agent runs `sh` instead, which can do everything that its user can. Ambient \
authority next to a capability defeats it. `preopen install CLIENT --exclusive` takes the shell away.",
)
.goal(Goal::Shell)
.tagged(250, Some("MCP02"))];
