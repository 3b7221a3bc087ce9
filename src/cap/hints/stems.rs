//! What import paths leave out: the extension of a file, or the name of the file that stands for its directory.
//!
//! May import: `path`. This module words nothing; `suggest` and `read` do.

use cap_std::fs::Dir;

use crate::cap::handle::directory::names;
use crate::cap::handle::step::lstat;
use crate::cap::place::Place;
use crate::cap::rights::Right;
use crate::cap::rules::Rules;
use crate::cap::rules::fold::fold;
use crate::path::Name;

/// Most directory entries read for one hint, hidden ones included.
const MAX_READ: usize = 20_000;
/// Most names that are kept to choose from.
const MAX_KEPT: usize = 100;
/// Most names that are found.
const MAX_FOUND: usize = 3;

/// Files that an import of their directory resolves to, most likely first.
const INDEX_FILES: [&[u8]; 12] = [
    b"index.ts",
    b"index.tsx",
    b"index.js",
    b"index.jsx",
    b"index.mts",
    b"index.mjs",
    b"index.cjs",
    b"index.d.ts",
    b"index.vue",
    b"index.svelte",
    b"mod.rs",
    b"__init__.py",
];

/// How far a name is from another one that it extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cap) enum Extended {
    /// It is that name.
    Not,
    /// `util.ts` for `util`.
    Once,
    /// `util.test.ts` for `util`.
    Further,
}

impl<R: Right> Place<R> {
    /// The path of the file that an import of this directory means, if there is one.
    pub(in crate::cap) fn index_file(&self) -> Option<String> {
        let dir = self.open_directory().ok()?;
        let path =
            |name: &[u8]| Some([self.rel_path.as_slice(), &[Name::from_bytes(name)?]].concat());
        let mut paths = INDEX_FILES.into_iter().filter_map(path);
        let rules = self.rules();
        let found = paths.find(|path| {
            let is_file = |name: &Name| lstat(&dir, name).is_ok_and(|stat| stat.kind.is_file());
            !rules.hide(path) && path.last().is_some_and(is_file)
        });
        Some(self.grants.display_path(&self.grant, &found?))
    }
}

/// Is a name the wanted one, perhaps with extensions? Both are folded.
pub(in crate::cap) fn extended(name: &str, wanted: &str) -> Option<Extended> {
    match name.strip_prefix(wanted)?.strip_prefix('.') {
        None => (name == wanted).then_some(Extended::Not),
        Some("") => None,
        Some(extension) if extension.contains('.') => Some(Extended::Further),
        Some(_) => Some(Extended::Once),
    }
}

/// The names in `dir` (which is `below` in its grant) that are `wanted` with an extension; else those that differ
/// from it only in the extension.
pub(in crate::cap) fn same_stem(
    dir: &Dir,
    rules: &Rules,
    below: &[Name],
    wanted: &Name,
) -> Vec<Name> {
    let wanted = fold(&wanted.to_string());
    let rank = |name: &Name| rank(&fold(&name.to_string()), &wanted);
    let visible = |name: &Name| !rules.hide(below.iter().chain([name]));
    let found = names(dir).take(MAX_READ).filter_map(|name| Some((rank(&name)?, name)));
    let mut found: Vec<_> = found.filter(|(_, name)| visible(name)).take(MAX_KEPT).collect();
    found.sort();
    let best = found.first().map(|(rank, _)| *rank);
    // Those with an extension more are meant, where there are any.
    let is_meant = |rank: u8| best.is_some_and(|best| (best < OTHER) == (rank < OTHER));
    found.retain(|(rank, _)| is_meant(*rank));
    found.into_iter().take(MAX_FOUND).map(|(_, name)| name).collect()
}

/// The rank of a name that has another extension in place of the wanted one's.
const OTHER: u8 = 2;

fn rank(name: &str, wanted: &str) -> Option<u8> {
    match extended(name, wanted) {
        Some(Extended::Not) => None,
        Some(Extended::Once) => Some(0),
        Some(Extended::Further) => Some(1),
        None => {
            let (stem, _) = wanted.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())?;
            (extended(name, stem) == Some(Extended::Once)).then_some(OTHER)
        }
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn a_stem_with_an_extension_is_known_and_another_extension_comes_after() {
        for (name, wanted, rank) in [
            ("util.go", "util", Some(0)),
            ("util.test.ts", "util", Some(1)),
            ("util.ts", "util.js", Some(2)),
            ("util.test.ts", "util.js", None),
            ("util", "util", None),
            ("util.", "util", None),
            ("utility.ts", "util", None),
            (".env", "", Some(0)),
            ("a.ts", ".js", None),
        ] {
            assert_eq!(crate::cap::hints::stems::rank(name, wanted), rank, "{name} {wanted}");
        }
    }
}
