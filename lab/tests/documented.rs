//! What the documents say of the lab can be typed.

use crate::common::{PATIENCE, Run};

/// Each command in a shell block is run; of those that would take long, or have a server of the reader's in them, what
/// they say is understood.
#[test]
fn every_command_of_the_documents_is_understood() {
    let mut seen = 0;
    for name in ["../README.md", "../docs/lab.md"] {
        let text = std::fs::read_to_string(name).unwrap();
        let blocks = text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
        for line in blocks.flat_map(str::lines) {
            let Some(typed) =
                line.split('#').next().and_then(|line| line.strip_prefix("preopen-lab"))
            else {
                continue;
            };
            let mut args: Vec<&str> = typed.split_whitespace().collect();
            let is_quick = args.first().is_some_and(|word| matches!(*word, "list" | "run"));
            let end = args.iter().position(|arg| *arg == "--").unwrap_or(args.len());
            if is_quick {
                args.splice(end..end, ["--patience", PATIENCE]);
            } else {
                args.splice(end..end, ["--help"]);
            }
            let run = Run::of(&args);
            assert_eq!(run.code(), 0, "{line}: {}", run.errors());
            seen += 1;
        }
    }
    assert!(seen >= 8, "only {seen} commands were found");
}

#[test]
fn the_page_has_every_verdict_and_every_weak_server() {
    let page = std::fs::read_to_string("../docs/lab.md").unwrap();
    for word in ["ESCAPED", "PLANTED", "HUNG", "SWELLED", "contained", "served", "not mapped"] {
        assert!(page.contains(&format!("| `{word}` |")), "{word}");
    }
    for level in ["join", "prefix", "checked", "resolved"] {
        assert!(page.contains(&format!("| `{level}` |")), "{level}");
    }
}
