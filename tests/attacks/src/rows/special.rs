//! Hard links, mounts and special files.

use super::shared::{EVERY, HANGS};
use crate::row::{Kind, Row};
use crate::step::Step;
use crate::step::Step::{Bind, Device, Fifo, HardLink, Link, Mode, Proc, Socket, Sparse};
use crate::victims::{Harm, Victim};

const fn row(
    id: &'static str,
    tree: &'static [Step],
    path: &'static str,
    code: &'static str,
) -> Row {
    Row::new(Kind::Special, id, path, code).tree(tree)
}

/// Creates a row for a special file: a server may report its type but must not open it.
const fn special_file(id: &'static str, tree: &'static [Step], path: &'static str) -> Row {
    row(id, tree, path, "special_file").except(&[("get_file_info", "ok")])
}

/// The harm of a magic link in `/proc`.
const MAGIC: &[(Victim, Harm)] = &[(Victim::Join, Harm::Leaks), (Victim::Prefix, Harm::Leaks)];

pub(super) const ROWS: &[Row] = &[
    special_file("fifo", &[Fifo("grant/p")], "p").harms(HANGS),
    special_file("fifo-by-a-link", &[Fifo("grant/p"), Link("grant/l", "p")], "l").harms(HANGS),
    special_file(
        "fifo-by-two-links",
        &[Fifo("grant/sub/p"), Link("grant/l", "m"), Link("grant/m", "sub/p")],
        "l",
    )
    .harms(HANGS),
    special_file("fifo-by-an-absolute-link", &[Fifo("grant/p"), Link("grant/l", "{root}/grant/p")], "l")
        .harms(HANGS),
    row(
        "fifo-outside",
        &[Fifo("outside/p"), Link("grant/l", "../outside/p")],
        "l",
        "escapes_grant",
    )
    .harms(&[(Victim::Join, Harm::Hangs), (Victim::Prefix, Harm::Hangs)]),
    row("fifo-as-directory", &[Fifo("grant/p")], "p/x", "not_a_directory")
        .harmless("the kernel refuses"),
    special_file("endless-device", &[Device("grant/d")], "d").harms(HANGS),
    special_file("endless-device-by-a-link", &[Device("grant/d"), Link("grant/l", "d")], "l")
        .harms(HANGS),
    special_file("socket", &[Socket("grant/s")], "s").harmless("the kernel refuses to open it"),
    special_file("socket-by-a-link", &[Socket("grant/s"), Link("grant/l", "s")], "l")
        .harmless("the kernel refuses to open it"),
    row("hole-of-a-terabyte", &[Sparse("grant/f", 1 << 40)], "f", "not_text")
        .except(&[
            ("grep", "ok"),
            ("keyword_search", "ok"),
            ("get_file_info", "ok"),
            ("list_directory", "not_a_directory"),
            ("directory_tree", "not_a_directory"),
            ("search_files", "not_a_directory"),
            ("read_media_file", "over_limit"),
            ("performance_check", "over_limit"),
        ])
        .harms(HANGS),
    row("unreadable-file", &[Mode("grant/sub/file.txt", 0o000)], "sub/file.txt", "os_denied")
        .except(&[
            ("get_file_info", "ok"),
            ("list_directory", "not_a_directory"),
            ("directory_tree", "not_a_directory"),
            ("search_files", "not_a_directory"),
        ])
        .harmless("the kernel refuses"),
    row("unreadable-directory", &[Mode("grant/sub", 0o000)], "sub", "is_a_directory")
        .except(&[
            ("search_files", "os_denied"),
            ("directory_tree", "os_denied"),
            ("grep", "os_denied"),
            ("keyword_search", "os_denied"),
            ("get_file_info", "ok"),
            ("list_directory", "os_denied"),
        ])
        .harmless("the kernel refuses"),
    row("below-an-unreadable-directory", &[Mode("grant/sub", 0o000)], "sub/file.txt", "os_denied")
        .harmless("the kernel refuses"),
    row(
        "link-out-through-an-unreadable-directory",
        &[Link("grant/sub/l", "../../outside/secret.txt"), Mode("grant/sub", 0o000)],
        "sub/l",
        "os_denied",
    )
    .harmless("the kernel refuses"),
    row("hard-link", &[HardLink("grant/h", "outside/secret.txt")], "h", "ok")
        .except(super::shared::OF_SECRET)
        .harms(EVERY)
        .known("a user who makes a hard link can already read the file, and the link puts the file into the grant"),
    row("mount-of-a-directory", &[Bind("grant/m", "outside")], "m/secret.txt", "ok")
        .except(super::shared::OF_SECRET)
        .harms(EVERY)
        .known("a user who mounts it there puts it into the grant; `--one-file-system` refuses it"),
    row(
        "mount-with-one-file-system",
        &[Bind("grant/m", "outside")],
        "m/secret.txt",
        "escapes_grant",
    )
    .args(&["--one-file-system"])
    .harms(EVERY),
    row(
        "link-into-a-mount-with-one-file-system",
        &[Bind("grant/m", "outside"), Link("grant/l", "m/secret.txt")],
        "l",
        "escapes_grant",
    )
    .args(&["--one-file-system"])
    .harms(EVERY),
    row("mount-of-a-file", &[Bind("grant/m", "outside/secret.txt")], "m", "ok")
        .except(super::shared::OF_SECRET)
        .harms(EVERY)
        .known("a user who mounts it there puts it into the grant; `--one-file-system` refuses it"),
    row(
        "mount-of-a-file-with-one-file-system",
        &[Bind("grant/m", "outside/secret.txt")],
        "m",
        "escapes_grant",
    )
    .args(&["--one-file-system"])
    .harms(EVERY),
    row("proc-inside", &[Proc("grant/p")], "p/self/environ", "special_file")
        .harmless("contains no secret of the test"),
    row("proc-inside-memory", &[Proc("grant/p")], "p/self/mem", "special_file")
        .harmless("the kernel refuses to read it"),
    row(
        "proc-inside-magic-root",
        &[Proc("grant/p")],
        "p/self/root{root}/outside/secret.txt",
        "special_file",
    )
    .harms(MAGIC),
    row("proc-inside-magic-file", &[Proc("grant/p")], "p/self/fd/0", "special_file")
        .harmless("contains no secret of the test"),
];
