//! The rooms of `src/tools/`: one file for each tool, and what tools share below it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::architecture::{collect, sources, without_tests};

/// `src/tools/` has one file for each tool, and its registry. What tools share is in rooms below it.
#[test]
fn each_file_beside_the_registry_is_a_tool() {
    let all = sources(Path::new("src/tools"));
    let files = |is_tool: bool, is_beside: bool| {
        let some = all.iter().filter(|(file, text)| {
            text.contains("impl Tool for") == is_tool
                && (Path::new(file).parent() == Some(Path::new("src/tools"))) == is_beside
        });
        some.map(|(file, _)| file.as_str()).collect::<Vec<_>>()
    };
    assert!(files(true, true).len() >= 14, "{:?}", files(true, true));
    assert_eq!(files(true, false), [""; 0]);
    assert_eq!(files(false, true), ["src/tools/mod.rs"]);
}

/// Tools import what they share, and not the other way round; `shared` imports `globs`.
#[test]
fn rooms_of_tools_import_one_way() {
    let tools = sources(Path::new("src/tools")).into_iter().map(|(file, _)| module_below(&file));
    let tools: BTreeSet<_> = tools.collect();
    let imports = |text: &str, room: &str| {
        let may = if room == "shared" { vec!["globs", "shared"] } else { vec!["globs"] };
        let mut paths = vec![];
        collect(&without_tests(text.parse().unwrap()), &[], &mut paths);
        let named = paths.iter().flat_map(|path| path.windows(2)).filter_map(|pair| {
            let is_below = pair[0] == "tools" || pair[0] == "super";
            (is_below && tools.contains(&pair[1])).then(|| pair[1].clone())
        });
        named.filter(|name| !may.contains(&name.as_str())).collect::<BTreeSet<_>>()
    };
    for room in ["globs", "shared"] {
        let files = sources(Path::new(&format!("src/tools/{room}")));
        assert!(files.len() > 10, "{room}");
        for (file, text) in files {
            assert_eq!(imports(&text, room), BTreeSet::new(), "{file}");
        }
    }
    let text = "use crate::tools::shared::{since, search}; use super::super::grep::args::Args;";
    assert_eq!(imports(text, "shared"), BTreeSet::from(["grep".into()]));
    assert_eq!(imports(text, "globs"), BTreeSet::from(["grep".into(), "shared".into()]));
    let text = "use crate::grep::Pattern; use super::search::Look;";
    assert_eq!(imports(text, "shared"), BTreeSet::new());
}

/// A search that does not say what it is would take the places of small reads.
#[test]
fn tools_that_walk_trees_set_searches() {
    let (mut searching, mut others) = (vec![], 0);
    for (file, text) in sources(Path::new("src/tools")) {
        // What is shared by tools that search is not a tool.
        if !text.contains("impl Tool for") {
            continue;
        }
        // What a tool keeps in its own room is a part of it.
        let mut whole = text.clone();
        let room = Path::new(file.trim_end_matches(".rs"));
        if room.is_dir() {
            whole.extend(sources(room).into_iter().map(|(_, text)| text));
        }
        assert_eq!(walks(&whole), text.contains("const SEARCHES: bool = true;"), "{file}");
        if walks(&whole) {
            searching.push(file);
        } else {
            others += 1;
        }
    }
    assert!(searching.len() >= 4 && others >= 10, "{searching:?}, and {others} others");
    for text in [
        "use super::shared::search::Look;",
        "use crate::tools::shared::search::{Judged, Look};",
        "use super::{globs::Begins, shared::{search::{Look, yes}, since}};",
        "impl super::shared::search::Look for T {}",
    ] {
        assert!(walks(text), "{text}");
    }
    for text in ["use super::shared::search::yes;", "// use super::shared::search::Look;"] {
        assert!(!walks(text), "{text}");
    }
}

/// Does a text name the trait of searches?
fn walks(text: &str) -> bool {
    let mut paths = vec![];
    collect(&without_tests(text.parse().unwrap()), &[], &mut paths);
    paths.iter().any(|path| path.ends_with(&["search".into(), "Look".into()]))
}

/// The tool or room of `src/tools/` that a file is part of.
fn module_below(file: &str) -> String {
    let below = file.trim_start_matches("src/tools/");
    below.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
}
