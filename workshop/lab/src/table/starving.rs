//! Attacks that make a server wait, compute or grow without end. A path check cannot detect them.

use preopen_attacks::Step::{Fifo, File, Sparse};

use crate::attack::{Attack, Goal, Verb};

/// Large enough to be measured, small enough to do no damage.
const HUGE: u64 = 32 << 20;

const TYPE: &str = "The path is inside and passes every check. But opening a FIFO waits for its other end, and reading a device \
never ends. preopen opens without waiting, checks the type of the opened file, and serves only regular files.";

pub(super) const ROWS: &[Attack] = &[
    Attack::from_row("fifo", "special/fifo", "a FIFO is read", TYPE)
        .goal(Goal::Answer)
        .tagged(400, None)
        .on_own_server(),
    Attack::own("fifo-in-search", "a search meets a FIFO", &[Fifo("grant/pipe")], ".", TYPE)
        .verb(Verb::Grep, "{flag}")
        .goal(Goal::Answer)
        .tagged(400, None)
        .on_own_server(),
    Attack::from_row("device", "special/endless-device", "an endless device is read", TYPE)
        .goal(Goal::Answer)
        .tagged(400, None)
        .on_own_server(),
    Attack::own(
        "bad-regex",
        "an expression that backtracks exponentially",
        &[File("grant/a.txt", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n")],
        ".",
        "A backtracking engine needs 2^56 steps for `(a|a)*$` on one line. A list of bad patterns misses it, and a \
time limit acts late. preopen's engine takes linear time.",
    )
    .verb(Verb::Regex, "(a|a)*$")
    .goal(Goal::Answer)
    .tagged(1333, None)
    .on_own_server(),
    Attack::own(
        "huge-file",
        "a file of 32 MiB is read",
        &[Sparse("grant/huge.txt", HUGE)],
        "huge.txt",
        "The server reads the whole file before it cuts the result, so its memory grows with the file. preopen reads one \
page, whatever the size.",
    )
    // Half of the size, because the server may reuse memory that it already had.
    .goal(Goal::Memory(HUGE / 2))
    .tagged(400, None)
    .on_own_server(),
];
