//! The rooms of `src/cap` and of `src/text` import each other one way. A file between two rooms would otherwise join them
//! again.

use crate::architecture::{collect, sources, without_tests};

/// The rooms of a module and the files beside them, with those that each of them may name. Each row names only rows
/// above it.
type Rooms = &'static [(&'static str, &'static [&'static str])];

const CAP: Rooms = &[
    ("rights", &[]),
    ("handle", &[]),
    ("rules", &["handle"]),
    ("grants", &["handle", "rights", "rules"]),
    ("target", &["grants", "rights"]),
    ("place", &["grants", "handle", "rights", "target"]),
    ("attenuate", &["grants", "rights", "target"]),
    ("needs", &["attenuate", "grants", "rights", "target"]),
    ("resolve", &["grants", "handle", "place", "rights", "rules", "target"]),
    ("hints", &["attenuate", "grants", "handle", "place", "resolve", "rights", "rules", "target"]),
    ("lookup", &["handle", "hints", "place", "resolve", "rights", "rules", "target"]),
    ("read", &["grants", "handle", "hints", "place", "resolve", "rights", "rules", "target"]),
    ("change", &["grants", "handle", "hints", "place", "resolve", "rights", "rules", "target"]),
];

const TEXT: Rooms = &[
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

const MODULES: [(&str, Rooms); 2] = [("cap", CAP), ("text", TEXT)];

#[test]
fn rooms_import_only_lower_rooms() {
    for (module, rooms) in MODULES {
        let (mut violations, mut seen) = (vec![], std::collections::BTreeSet::new());
        for (file, text) in sources(std::path::Path::new(&format!("src/{module}"))) {
            let below = file.strip_prefix(&format!("src/{module}/")).unwrap();
            let room = below.split('/').next().unwrap().trim_end_matches(".rs");
            // The facade, and what only tests use.
            if !matches!(room, "mod" | "testing") {
                seen.insert(room.to_owned());
                let found = violations_of(module, rooms, room, &text).into_iter();
                violations.extend(found.map(|path| format!("{file}: {path}")));
            }
        }
        assert!(violations.is_empty(), "\n{}", violations.join("\n"));
        let rows: std::collections::BTreeSet<_> = rooms.iter().map(|(r, _)| (*r).into()).collect();
        assert_eq!(seen, rows, "each room of {module} has a row, and each row a room");
    }
}

#[test]
fn the_rows_have_no_circle() {
    for (_, rooms) in MODULES {
        for (at, (room, may)) in rooms.iter().enumerate() {
            for other in *may {
                assert!(rooms[..at].iter().any(|(above, _)| above == other), "{room}: {other}");
            }
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
        assert_eq!(violations_of("text", TEXT, room, text).len(), 1, "{room}: {text}");
    }
    for (room, text) in [
        ("handle", "use crate::cap::rules::fold::fold;"),
        ("resolve", "use crate::cap::hints::suggest::missing;"),
        ("grants", "use crate::cap::Place;"),
    ] {
        assert_eq!(violations_of("cap", CAP, room, text).len(), 1, "{room}: {text}");
    }
    for (room, text) in [
        ("edit", "use crate::text::hints::missing::Missing;"),
        ("hints", "use crate::text::hints::missing::Missing;"),
        ("hints", "#[cfg(test)] mod tests { use crate::text::edit::one_edit::Edit; }"),
    ] {
        assert_eq!(violations_of("text", TEXT, room, text), Vec::<String>::new(), "{room}: {text}");
    }
}

/// What a file of a room names that it may not: another room, the facade, or a path that hides the room.
fn violations_of(module: &str, rooms: Rooms, room: &str, text: &str) -> Vec<String> {
    let own = rooms.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, may)| *may);
    let mut paths = vec![];
    collect(&without_tests(text.parse().unwrap()), &[], &mut paths);
    let is_wrong = |path: &Vec<String>| match path.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        ["crate", of, other, ..] => of == module && other != room && !own.contains(&other),
        ["super", _, ..] => true,
        _ => false,
    };
    paths.iter().filter(|path| is_wrong(path)).map(|path| path.join("::")).collect()
}
