//! The spelling of the path: `..`, absolute paths, the syntax of other systems, and encodings.

use super::shared::{JOIN, LEXICAL};
use crate::row::{Kind, Row};
use crate::victims::{Harm, Victim};

const fn row(id: &'static str, path: &'static str, code: &'static str) -> Row {
    Row::new(Kind::Spelling, id, path, code)
}

/// Creates a row for an encoding that no server decodes, so that it is only an unused name.
const fn name(id: &'static str, path: &'static str) -> Row {
    row(id, path, "not_found").harmless("a name like any other")
}

pub(super) const ROWS: &[Row] = &[
    row("dotdot", "../outside/secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-from-below", "sub/../../outside/secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-and-back-and-out", "./../grant/../outside/secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-doubled-slashes", "..//outside///secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-between-dots", "./.././outside/./secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-alone", "..", "bad_path").harms(LEXICAL),
    row("dotdot-slash", "../", "bad_path").harms(LEXICAL),
    row("dotdot-to-a-directory", "../outside", "bad_path").harms(LEXICAL),
    row("dotdot-to-the-sibling", "../grant_sibling/secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-after-many-steps", "{500*sub/../}../outside/secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-past-the-root", "{60*../}{root}/outside/secret.txt", "bad_path").harms(LEXICAL),
    row("dotdot-that-stays-inside", "sub/../sub/file.txt", "bad_path").harmless("stays inside"),
    row("dotdot-at-the-end", "sub/..", "bad_path").harmless("stays inside"),
    row("dotdot-behind-a-file", "sub/file.txt/../file.txt", "bad_path")
        .harmless("the kernel refuses"),
    row("dotdot-behind-nothing", "none/../../outside/secret.txt", "bad_path")
        .harmless("the kernel refuses: `none` does not exist"),
    row("dotdot-out-and-in", "../grant/sub/file.txt", "bad_path").harmless("ends inside"),
    row("dotdot-behind-the-grants-name", "grant/../../outside/secret.txt", "bad_path")
        .harmless("the kernel refuses: `grant` contains no `grant`"),
    row("absolute", "{root}/outside/secret.txt", "unknown_grant").harms(JOIN),
    row("absolute-two-slashes", "/{root}/outside/secret.txt", "unknown_grant").harms(JOIN),
    row("absolute-directory", "{root}/outside", "unknown_grant").harms(JOIN),
    row("absolute-parent", "{root}", "unknown_grant").harms(JOIN),
    row("absolute-sibling", "{root}/grant_sibling/secret.txt", "unknown_grant").harms(LEXICAL),
    row("absolute-dotdot", "{root}/grant/../outside/secret.txt", "bad_path").harms(LEXICAL),
    row("absolute-dotdot-from-below", "{root}/grant/sub/../../outside/secret.txt", "bad_path")
        .harms(LEXICAL),
    row("absolute-by-proc", "/proc/self/root{root}/outside/secret.txt", "unknown_grant")
        .harms(JOIN),
    row("absolute-by-a-thread", "/proc/thread-self/root{root}/outside/secret.txt", "unknown_grant")
        .harms(JOIN),
    row("absolute-device", "/dev/zero", "unknown_grant").harms(&[(Victim::Join, Harm::Hangs)]),
    row("absolute-root", "/", "is_a_directory").except(super::shared::OF_DIRECTORY).harmless(
        "means the grant for preopen, and contains no secret of the test for the weak servers",
    ),
    row("absolute-etc", "/etc/passwd", "unknown_grant").harmless("contains no secret of the test"),
    row("absolute-environment", "/proc/self/environ", "unknown_grant")
        .harmless("contains no secret of the test"),
    row("absolute-that-is-none", "{root}/none", "unknown_grant")
        .harmless("the file does not exist"),
    row("nul-at-the-end", "sub/file.txt\0.png", "bad_path")
        .harmless("the standard library refuses NUL"),
    row("nul-after-dotdot", "../outside/secret.txt\0", "bad_path")
        .harmless("the standard library refuses NUL"),
    row("nul-in-front", "\0/etc/passwd", "bad_path").harmless("the standard library refuses NUL"),
    row("own-escape-of-dots", r"\x2E\x2E/outside/secret.txt", "bad_path")
        .harmless("preopen's own escape form"),
    row("own-escape-of-one-dot", r".\x2E/outside/secret.txt", "bad_path")
        .harmless("preopen's own escape form"),
    row("own-escape-of-a-slash", r"..\x2Foutside\x2Fsecret.txt", "bad_path")
        .harmless("preopen's own escape form"),
    row("own-escape-of-nul", r"sub/file.txt\x00", "bad_path").harmless("preopen's own escape form"),
    row("own-escape-of-overlong-dots", r"\xC0\xAE\xC0\xAE/outside/secret.txt", "not_found")
        .harmless("preopen's own escape form"),
    row("slash-behind-a-file", "sub/file.txt/", "not_a_directory").harmless("the kernel refuses"),
    row("dot-behind-a-file", "sub/file.txt/.", "not_a_directory").harmless("the kernel refuses"),
    row("name-behind-a-file", "sub/file.txt/x", "not_a_directory").harmless("the kernel refuses"),
    row("dots-and-slashes", ".//./sub/.//file.txt", "ok")
        .except(super::shared::OF_FILE)
        .harmless("stays inside"),
    name("percent", "%2e%2e/outside/secret.txt"),
    name("percent-twice", "%252e%252e/outside/secret.txt"),
    name("percent-slash", "..%2foutside%2fsecret.txt"),
    name("percent-overlong", "%c0%ae%c0%ae/outside/secret.txt"),
    name("file-url", "file://{root}/outside/secret.txt"),
    name("file-url-of-a-host", "file://localhost{root}/outside/secret.txt"),
    name("fullwidth-dots", "\u{FF0E}\u{FF0E}/outside/secret.txt"),
    name("two-dot-leader", "\u{2025}/outside/secret.txt"),
    name("division-slash", "..\u{2215}outside\u{2215}secret.txt"),
    name("zero-width-in-dotdot", ".\u{200B}./outside/secret.txt"),
    name("three-dots", ".../outside/secret.txt"),
    name("dotdot-and-space", ".. /outside/secret.txt"),
    name("home", "~/secret.txt"),
    name("home-of-root", "~root/secret.txt"),
    name("variable", "$HOME"),
    name("variable-in-braces", "${HOME}/secret.txt"),
    name("variable-of-windows", "%USERPROFILE%"),
    name("command", "$(cat secret.txt)"),
    name("command-in-backticks", "`id`"),
    name("command-after-a-semicolon", "sub;cat secret.txt"),
    name("command-after-a-bar", "|id"),
    name("flag", "--help"),
    name("flag-with-a-value", "--output=sub"),
    name("star", "*"),
    name("braces", "{sub,outside}"),
    name("backslashes", r"..\outside\secret.txt"),
    name("drive", r"C:\Windows\win.ini"),
    name("drive-with-slashes", "C:/Windows/win.ini"),
    name("share", r"\\server\share"),
    name("verbatim-path", r"\\?\C:\"),
    name("stream", "sub/file.txt::$DATA"),
    name("device-name", "CON"),
    name("device-name-with-a-suffix", "sub/NUL.txt"),
    name("trailing-dot", "sub/file.txt."),
    name("trailing-space", "sub/file.txt "),
    name("trailing-newline", "sub/file.txt\n"),
    name("escape-sequence", "sub/\u{1B}[2Jfile.txt"),
    name("right-to-left", "sub/\u{202E}txt.elif"),
    name("tag-characters", "sub/file.txt\u{E0041}"),
    name("zero-width", "sub/fi\u{200B}le.txt"),
];
