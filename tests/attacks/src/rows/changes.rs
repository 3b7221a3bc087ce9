//! Changes after the server has started: a path may then lead elsewhere, a handle does not.

use super::shared::{EVERY, HANGS, LEXICAL};
use crate::row::{Kind, Row};
use crate::step::Step;
use crate::step::Step::{Bind, Dir, Fifo, File, Link, Remove, Rename};

const fn row(
    id: &'static str,
    later: &'static [Step],
    path: &'static str,
    code: &'static str,
) -> Row {
    Row::new(Kind::Changes, id, path, code).later(later)
}

pub(super) const ROWS: &[Row] = &[
    row(
        "grant-becomes-a-link",
        &[Rename("grant", "moved"), Link("grant", "outside")],
        "secret.txt",
        "not_found",
    )
    .harms(EVERY),
    row(
        "grant-becomes-another-directory",
        &[Rename("grant", "moved"), File("grant/secret.txt", "{SECRET}")],
        "secret.txt",
        "not_found",
    )
    .harms(EVERY),
    row("grant-is-moved", &[Rename("grant", "moved")], "sub/file.txt", "ok")
        .except(super::shared::OF_FILE)
        .harmless("the weak servers no longer find the file"),
    row("grant-is-removed", &[Remove("grant")], "sub/file.txt", "not_found")
        .harmless("the file does not exist"),
    row(
        "grant-is-removed-and-made-anew",
        &[Remove("grant"), File("grant/secret.txt", "{SECRET}")],
        "secret.txt",
        "not_found",
    )
    .harms(EVERY),
    row(
        "parent-of-the-grant-becomes-a-link",
        &[
            Rename("grant", "moved"),
            Dir("other"),
            Link("other/secret.txt", "../outside/secret.txt"),
            Link("grant", "other"),
        ],
        "secret.txt",
        "not_found",
    )
    .harms(LEXICAL),
    row(
        "directory-becomes-a-link",
        &[Rename("grant/sub", "grant/was"), Link("grant/sub", "../outside")],
        "sub/secret.txt",
        "escapes_grant",
    )
    .harms(LEXICAL),
    row(
        "directory-is-moved-out",
        &[Rename("grant/sub", "outside/sub")],
        "sub/file.txt",
        "not_found",
    )
    .harmless("the file does not exist"),
    row(
        "file-becomes-a-link",
        &[Remove("grant/sub/file.txt"), Link("grant/sub/file.txt", "../../outside/secret.txt")],
        "sub/file.txt",
        "escapes_grant",
    )
    .harms(LEXICAL),
    row(
        "file-becomes-a-fifo",
        &[Remove("grant/sub/file.txt"), Fifo("grant/sub/file.txt")],
        "sub/file.txt",
        "special_file",
    )
    .except(&[("get_file_info", "ok")])
    .harms(HANGS),
    row(
        "file-becomes-a-directory",
        &[Remove("grant/sub/file.txt"), Dir("grant/sub/file.txt")],
        "sub/file.txt",
        "is_a_directory",
    )
    .except(super::shared::OF_DIRECTORY)
    .harmless("the directory is empty"),
    row(
        "mount-over-a-directory",
        &[Bind("grant/sub", "outside")],
        "sub/secret.txt",
        "escapes_grant",
    )
    .args(&["--one-file-system"])
    .harms(EVERY),
];
