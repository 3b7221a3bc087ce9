//! Limits on the length of names, the length of paths, and the depth.

use crate::row::{Kind, Row};
use crate::step::Step;
use crate::step::Step::Deep;

const fn row(
    id: &'static str,
    tree: &'static [Step],
    path: &'static str,
    code: &'static str,
) -> Row {
    Row::new(Kind::Limits, id, path, code).tree(tree)
}

pub(super) const ROWS: &[Row] = &[
    row("long-name", &[], "{300*n}", "over_limit").harmless("the kernel refuses"),
    row("long-name-below", &[], "sub/{256*n}", "over_limit").harmless("the kernel refuses"),
    row("longest-name", &[], "{255*n}", "not_found").harmless("the file does not exist"),
    row("long-path", &[], "{1500*sub/}x", "over_limit").harmless("the kernel refuses"),
    row("long-path-of-dots", &[], "{2500*./}sub/file.txt", "over_limit")
        .harmless("the kernel refuses"),
    row("very-long-path", &[], "{1000000*a}", "over_limit").harmless("the kernel refuses"),
    row("deep-path", &[Deep("grant/deep", 600)], "deep/{600*d/}none", "over_limit")
        .harmless("the file does not exist"),
    row("deep-path-that-fits", &[Deep("grant/deep", 400)], "deep/{400*d/}none", "not_found")
        .harmless("the file does not exist"),
];
