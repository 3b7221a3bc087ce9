//! The rooms of `src/text` import each other one way. A file between two rooms would otherwise join them again.

use crate::architecture::{collect, sources, without_tests};

/// The rooms and the files beside them, with those that each of them may name. Each row names only rows above it.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("line_ends", &[]),
    ("meter", &[]),
    ("cropped", &[]),
    ("find", &["meter"]),
    ("encoding", &[]),
    ("detect", &["encoding"]),
    ("read", &["detect", "encoding", "line_ends"]),
    ("lookalike", &["encoding", "meter"]),
    ("hints", &["cropped", "encoding", "find", "line_ends", "lookalike", "meter"]),
    ("edit", &["detect", "encoding", "find", "hints", "line_ends", "lookalike", "meter", "read"]),
    ("diff", &["cropped", "edit", "line_ends", "lookalike"]),
];

#[test]
fn rooms_of_text_import_only_lower_rooms() {
    let (mut violations, mut rooms) = (vec![], std::collections::BTreeSet::new());
    for (file, text) in sources(std::path::Path::new("src/text")) {
        let below = file.strip_prefix("src/text/").unwrap();
        let room = below.split('/').next().unwrap().trim_end_matches(".rs");
        if room != "mod" {
            rooms.insert(room.to_owned());
            violations
                .extend(violations_of(room, &text).into_iter().map(|v| format!("{file}: {v}")));
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
    let rows: std::collections::BTreeSet<_> = MAY_NAME.iter().map(|(r, _)| (*r).into()).collect();
    assert_eq!(rooms, rows, "each room has a row, and each row a room");
}

#[test]
fn the_rows_have_no_circle() {
    for (at, (room, may)) in MAY_NAME.iter().enumerate() {
        for other in *may {
            assert!(MAY_NAME[..at].iter().any(|(above, _)| above == other), "{room}: {other}");
        }
    }
}

#[test]
fn the_check_of_rooms_bites() {
    for (room, text) in [
        ("hints", "use crate::text::edit::one_edit::Edit;"),
        ("encoding", "use crate::text::{detect::guess::guess, encoding::runs::runs};"),
        ("read", "fn f() { crate::text::edit::apply::apply() }"),
        ("hints", "use crate::text::Edit;"),
        ("hints", "use super::missing::Missing;"),
    ] {
        assert_eq!(violations_of(room, text).len(), 1, "{room}: {text}");
    }
    for (room, text) in [
        ("edit", "use crate::text::hints::missing::Missing;"),
        ("hints", "use crate::text::hints::missing::Missing;"),
        ("hints", "#[cfg(test)] mod tests { use crate::text::edit::one_edit::Edit; }"),
    ] {
        assert_eq!(violations_of(room, text), Vec::<String>::new(), "{room}: {text}");
    }
}

/// What a file of a room names that it may not: another room, the facade, or a path that hides the room.
fn violations_of(room: &str, text: &str) -> Vec<String> {
    let own = MAY_NAME.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, may)| *may);
    let mut paths = vec![];
    collect(&without_tests(text.parse().unwrap()), &[], &mut paths);
    let is_wrong = |path: &Vec<String>| match path.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        ["crate", "text", other, ..] => other != room && !own.contains(&other),
        ["super", _, ..] => true,
        _ => false,
    };
    paths.iter().filter(|path| is_wrong(path)).map(|path| path.join("::")).collect()
}
