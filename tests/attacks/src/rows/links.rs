//! Symbolic links in the tree: links that lead out, circles, and links that lead out and back in.

use super::shared::{JOIN, LEXICAL};
use crate::row::{Kind, Row};
use crate::step::Step;
use crate::step::Step::{Dir, File, Link};
use crate::victims::{Harm, Victim};

const fn row(
    id: &'static str,
    tree: &'static [Step],
    path: &'static str,
    code: &'static str,
) -> Row {
    Row::new(Kind::Links, id, path, code).tree(tree)
}

/// Creates a row whose link leads outside. A server that follows links reveals the secret.
const fn out(id: &'static str, tree: &'static [Step], path: &'static str) -> Row {
    row(id, tree, path, "escapes_grant").harms(LEXICAL)
}

pub(super) const ROWS: &[Row] = &[
    out("file-relative", &[Link("grant/l", "../outside/secret.txt")], "l"),
    out("file-absolute", &[Link("grant/l", "{root}/outside/secret.txt")], "l"),
    out("file-from-below", &[Link("grant/sub/l", "../../outside/secret.txt")], "sub/l"),
    out("directory-relative", &[Link("grant/l", "../outside")], "l/secret.txt"),
    out("directory-absolute", &[Link("grant/l", "{root}/outside")], "l/secret.txt"),
    out("directory-itself", &[Link("grant/l", "../outside")], "l"),
    out("directory-itself-and-slash", &[Link("grant/l", "../outside")], "l/"),
    out("directory-itself-and-dot", &[Link("grant/l", "../outside")], "l/."),
    out("slash-in-the-target", &[Link("grant/l", "../outside/")], "l/secret.txt"),
    out("dot-in-the-target", &[Link("grant/l", "../outside/.")], "l/secret.txt"),
    out("slashes-in-the-target", &[Link("grant/l", "..//outside///")], "l/secret.txt"),
    // cap-primitives before 4.0.3 did not stop this on kernels without `openat2`.
    out(
        "slash-of-a-link-to-a-link",
        &[Link("grant/l", "m/"), Link("grant/m", "../outside")],
        "l/secret.txt",
    ),
    out("slash-of-a-link-itself", &[Link("grant/l", "m/"), Link("grant/m", "../outside")], "l"),
    out(
        "two-hops",
        &[Link("grant/l", "sub/m"), Link("grant/sub/m", "../../outside/secret.txt")],
        "l",
    ),
    out(
        "three-hops",
        &[Link("grant/a", "b"), Link("grant/b", "c"), Link("grant/c", "../outside/secret.txt")],
        "a",
    ),
    out("up", &[Link("grant/l", "..")], "l/outside/secret.txt"),
    out("up-listed", &[Link("grant/l", "..")], "l"),
    out("up-twice", &[Link("grant/sub/l", "../..")], "sub/l/outside/secret.txt"),
    out("up-from-inside", &[Link("grant/l", "sub/../..")], "l/outside/secret.txt"),
    out("through-inside", &[Link("grant/l", "sub/../../outside")], "l/secret.txt"),
    out(
        "by-a-link-and-up",
        &[Dir("grant/a/b"), Link("grant/l", "a/b"), Link("grant/m", "l/../../../outside")],
        "m/secret.txt",
    ),
    out("absolute-by-the-grant", &[Link("grant/l", "{root}/grant/../outside/secret.txt")], "l"),
    out("absolute-with-dotdot", &[Link("grant/l", "{root}/outside/../outside/secret.txt")], "l"),
    out("root", &[Link("grant/l", "/")], "l{root}/outside/secret.txt"),
    out("the-sibling", &[Link("grant/l", "../grant_sibling/secret.txt")], "l"),
    out("magic-root", &[Link("grant/l", "/proc/self/root{root}/outside/secret.txt")], "l"),
    out("magic-root-as-directory", &[Link("grant/l", "/proc/self/root")], "l{root}/outside"),
    out(
        "itself-fifteen-times",
        &[Link("grant/self", "."), Link("grant/l", "../outside/secret.txt")],
        "{15*self/}l",
    ),
    out("named-like-dotdot", &[Link("grant/... ", "../outside")], "... /secret.txt"),
    out("named-like-a-flag", &[Link("grant/-rf", "../outside/secret.txt")], "-rf"),
    out(
        "long-target",
        &[Link("grant/l", "././././././././././././././././././././././././../outside/secret.txt")],
        "l",
    ),
    out("by-an-absolute-path", &[Link("grant/l", "../outside")], "{root}/grant/l/secret.txt"),
    row("device", &[Link("grant/l", "/dev/zero")], "l", "escapes_grant")
        .harms(&[(Victim::Join, Harm::Hangs), (Victim::Prefix, Harm::Hangs)]),
    row("nothing-outside", &[Link("grant/l", "../outside/none")], "l", "escapes_grant")
        .harmless("the file does not exist"),
    row("name-that-is-not-outside", &[Link("grant/l", "../outside")], "l/none", "escapes_grant")
        .harmless("the file does not exist"),
    row("nothing-anywhere", &[Link("grant/l", "/none/none")], "l", "escapes_grant")
        .harmless("the file does not exist"),
    row("out-and-in", &[Link("grant/l", "../grant/sub/file.txt")], "l", "escapes_grant")
        .harmless("ends inside"),
    row("up-and-in", &[Link("grant/l", "..")], "l/grant/sub/file.txt", "escapes_grant")
        .harmless("ends inside"),
    row("nothing-inside", &[Link("grant/l", "none")], "l", "not_found")
        .harmless("the file does not exist"),
    row("to-itself", &[Link("grant/l", "l")], "l", "bad_path").harmless("the kernel gives up"),
    row("to-itself-as-directory", &[Link("grant/l", "l/x")], "l", "bad_path")
        .harmless("the kernel gives up"),
    row("round", &[Link("grant/l", "m"), Link("grant/m", "l")], "l/x", "bad_path")
        .harmless("the kernel gives up"),
    row("itself-sixty-times", &[Link("grant/self", ".")], "{60*self/}sub/file.txt", "bad_path")
        .harmless("ends inside"),
    row(
        "hides-a-file-behind-it",
        &[File("grant/a", "x"), Link("grant/l", "a")],
        "l/secret.txt",
        "not_a_directory",
    )
    .harmless("the kernel refuses"),
    row("absolute-inside", &[Link("grant/l", "{root}/grant/sub/file.txt")], "l", "ok")
        .except(super::shared::OF_FILE)
        .harmless("ends inside"),
    row("of-another-name", &[Link("l", "outside")], "{root}/l/secret.txt", "unknown_grant")
        .harms(JOIN),
    row(
        "everything-below",
        &[
            Link("grant/sub/l", "../../outside"),
            Link("grant/m", "../outside/secret.txt"),
            Link("grant/up", ".."),
            Link("grant/round", "."),
        ],
        ".",
        "is_a_directory",
    )
    .except(super::shared::OF_DIRECTORY)
    .harmless("they list one directory, and follow nothing in it"),
];
