//! Other names of a hidden file. The weak servers compare the text of the requested or resolved path with the glob.

use super::shared::{EVERY, LEXICAL};
use crate::row::{Kind, Row};
use crate::step::Step;
use crate::step::Step::{Dir, File, HardLink, Link};
use crate::victims::{Harm, Victim};

const ENV: &[&str] = &[".env"];
const SECRET: &str = "{SECRET}";

const fn row(
    id: &'static str,
    hide: &'static [&'static str],
    tree: &'static [Step],
    path: &'static str,
) -> Row {
    Row::new(Kind::Aliases, id, path, "not_found").hide(hide).tree(tree)
}

pub(super) const ROWS: &[Row] = &[
    row("as-it-is", ENV, &[File("grant/.env", SECRET)], ".env")
        .harmless("the glob matches the name literally"),
    row("dot-in-front", ENV, &[File("grant/.env", SECRET)], "./.env").harms(LEXICAL),
    row("slashes-in-front", ENV, &[File("grant/.env", SECRET)], ".//.env").harms(LEXICAL),
    row("by-the-absolute-path", ENV, &[File("grant/.env", SECRET)], "{root}/grant/.env")
        .harms(LEXICAL),
    row("by-a-link", ENV, &[File("grant/.env", SECRET), Link("grant/l", ".env")], "l")
        .harms(LEXICAL),
    row(
        "by-a-link-and-its-slash",
        &["keys/**"],
        &[File("grant/keys/a", SECRET), Link("grant/l", "keys/")],
        "l/a",
    )
    .harms(LEXICAL),
    row(
        "by-a-link-to-its-directory",
        &["keys/**"],
        &[File("grant/keys/a", SECRET), Link("grant/l", "keys")],
        "l/a",
    )
    .harms(LEXICAL),
    row(
        "by-an-absolute-link",
        ENV,
        &[File("grant/.env", SECRET), Link("grant/l", "{root}/grant/.env")],
        "l",
    )
    .harms(LEXICAL),
    row(
        "by-a-link-that-goes-round",
        ENV,
        &[File("grant/.env", SECRET), Link("grant/l", "sub/../.env")],
        "l",
    )
    .harms(LEXICAL),
    row(
        "by-a-link-to-here",
        ENV,
        &[File("grant/.env", SECRET), Link("grant/self", ".")],
        "self/.env",
    )
    .harms(LEXICAL),
    row("by-our-own-escape", ENV, &[File("grant/.env", SECRET)], r"\x2Eenv")
        .harmless("preopen's own escape form"),
    row("case", ENV, &[File("grant/.ENV", SECRET)], ".ENV").harms(EVERY),
    row("case-of-one-letter", ENV, &[File("grant/.eNv", SECRET)], ".eNv").harms(EVERY),
    row("case-of-a-directory", &["keys/**"], &[File("grant/Keys/a", SECRET)], "Keys/a")
        .harms(EVERY),
    row("case-of-a-suffix", &["**/*.pem"], &[File("grant/sub/k.PEM", SECRET)], "sub/k.PEM")
        .harms(EVERY),
    row("case-by-a-link", ENV, &[File("grant/.ENV", SECRET), Link("grant/l", ".ENV")], "l")
        .harms(EVERY),
    row("case-in-greek", &["σας"], &[File("grant/ΣΑΣ", SECRET)], "ΣΑΣ").harms(EVERY),
    row("long-s", &["secret"], &[File("grant/\u{17F}ecret", SECRET)], "\u{17F}ecret").harms(EVERY),
    row("kelvin", &["key"], &[File("grant/\u{212A}ey", SECRET)], "\u{212A}ey").harms(EVERY),
    row("sharp-s", &["pass"], &[File("grant/paß", SECRET)], "paß").harms(EVERY),
    row("ligature", &["file"], &[File("grant/\u{FB01}le", SECRET)], "\u{FB01}le").harms(EVERY),
    row("compatibility-form", ENV, &[File("grant/．env", SECRET)], "．env").harms(EVERY),
    row("compatibility-letters", ENV, &[File("grant/.ｅｎｖ", SECRET)], ".ｅｎｖ").harms(EVERY),
    row("dotless-i", &["private"], &[File("grant/pr\u{131}vate", SECRET)], "pr\u{131}vate")
        .harms(EVERY),
    row("dot-at-the-end", &["keep."], &[File("grant/keep", SECRET)], "keep").harms(EVERY),
    row("one-character", &["?.pem"], &[File("grant/é.pem", SECRET)], "é.pem").harms(EVERY),
    row("one-character-decomposed", &["cr?"], &[File("grant/cre\u{301}", SECRET)], "cre\u{301}")
        .harms(EVERY),
    row("composed", &["caf\u{65}\u{301}"], &[File("grant/caf\u{E9}", SECRET)], "caf\u{E9}")
        .harms(EVERY),
    row("decomposed", &["caf\u{E9}"], &[File("grant/cafe\u{301}", SECRET)], "cafe\u{301}")
        .harms(EVERY),
    row("zero-width-joiner", ENV, &[File("grant/.e\u{200D}nv", SECRET)], ".e\u{200D}nv")
        .harms(EVERY),
    row("soft-hyphen", ENV, &[File("grant/.en\u{AD}v", SECRET)], ".en\u{AD}v").harms(EVERY),
    row("variation-selector", ENV, &[File("grant/.env\u{FE0F}", SECRET)], ".env\u{FE0F}")
        .harms(EVERY),
    row("tag-characters", ENV, &[File("grant/.env\u{E0041}", SECRET)], ".env\u{E0041}")
        .harms(EVERY),
    row("directory-itself", &["keys/**"], &[File("grant/keys/FLAG{name}", "")], "keys")
        .harms(EVERY),
    row("directory-and-slash", &["keys/**"], &[File("grant/keys/FLAG{name}", "")], "keys/")
        .harms(&[(Victim::Canonical, Harm::Leaks)]),
    row("name-that-is-not-below", &["keys/**"], &[Dir("grant/keys")], "keys/none")
        .harmless("the file does not exist"),
    row("below-a-hidden-name", &["keys"], &[File("grant/keys/deep/a", SECRET)], "keys/deep/a")
        .harms(EVERY),
    row(
        "below-a-hidden-name-anywhere",
        &["**/private"],
        &[File("grant/sub/private/a", SECRET)],
        "sub/private/a",
    )
    .harms(EVERY),
    row("listed", &["**/FLAG*"], &[File("grant/sub/FLAG{name}", "")], "sub/FLAG{name}")
        .harmless("the glob matches the name literally"),
    row(
        "by-a-hard-link",
        ENV,
        &[File("grant/.env", SECRET), HardLink("grant/h", "grant/.env")],
        "h",
    )
    .code("ok")
    .except(super::shared::OF_SECRET)
    .harms(EVERY)
    .known("the second name of the file matches no rule"),
    row(
        "everything-below",
        &["**/FLAG*", "*.pem"],
        &[File("grant/FLAG{name}", SECRET), File("grant/sub/K.PEM", SECRET)],
        ".",
    )
    .code("is_a_directory")
    .except(super::shared::OF_DIRECTORY)
    .harms(EVERY),
];
