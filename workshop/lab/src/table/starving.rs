//! What makes a server wait, work or grow for ever. No check of a path sees it.

use preopen_attacks::Step::{Fifo, File, Sparse};

use crate::attack::{Attack, Goal, Verb};

/// Large enough to be seen, small enough that nobody suffers.
const HUGE: u64 = 32 << 20;

const TYPE: &str = "The path is inside and every check agrees. But to open a FIFO is to wait for its other end, and \
a device is read for ever. preopen opens without waiting, asks what it has got, and serves files alone.";

pub(super) const ROWS: &[Attack] = &[
    Attack::from_row("fifo", "special/fifo", "a FIFO is read", TYPE)
        .goal(Goal::Answer)
        .tagged(400, None)
        .on_own_server(),
    Attack::own("fifo-in-search", "a FIFO lies in a search's way", &[Fifo("grant/pipe")], ".", TYPE)
        .verb(Verb::Grep, "{flag}")
        .goal(Goal::Answer)
        .tagged(400, None)
        .on_own_server(),
    Attack::from_row("device", "special/endless-device", "a device that never ends", TYPE)
        .goal(Goal::Answer)
        .tagged(400, None)
        .on_own_server(),
    Attack::own(
        "bad-regex",
        "an expression that tries every way",
        &[File("grant/a.txt", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n")],
        ".",
        "An engine that goes back and tries again needs 2^56 steps for `(a|a)*$` on one line. A list of \
bad patterns misses it, and a limit of time comes late. preopen's engine takes linear time.",
    )
    .verb(Verb::Regex, "(a|a)*$")
    .goal(Goal::Answer)
    .tagged(1333, None)
    .on_own_server(),
    Attack::own(
        "huge-file",
        "32 MiB of nothing are read",
        &[Sparse("grant/huge.txt", HUGE)],
        "huge.txt",
        "The file is read whole before anything is cut, so that memory grows with it. preopen reads a page, \
whatever the size.",
    )
    // The half of it: some of what was there before is used again.
    .goal(Goal::Memory(HUGE / 2))
    .tagged(400, None)
    .on_own_server(),
];
