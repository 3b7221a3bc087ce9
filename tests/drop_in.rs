//! A client that is configured for the official file server, and agents that know its tools: the same
//! command line, names and arguments do the same work. docs/clients.md has every difference.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

/// Calls as that server takes them, with the whole paths that it needs: each tool and each argument that it
/// has. And what an agent looks for in the answer.
fn calls(at: &str) -> Vec<(&'static str, Value, &'static str)> {
    let path = |name: &str| format!("{at}/{name}");
    vec![
        ("list_allowed_directories", json!({}), at_end(at)),
        ("list_directory", json!({"path": at}), "[DIR] src"),
        ("list_directory_with_sizes", json!({"path": at, "sortBy": "size"}), "[FILE] notes.txt"),
        ("directory_tree", json!({"path": at, "excludePatterns": ["*.md"]}), "main.rs"),
        ("read_file", json!({"path": path("notes.txt")}), "one\ntwo\nthree\n"),
        ("read_text_file", json!({"path": path("notes.txt"), "head": 1}), "one\n"),
        ("read_text_file", json!({"path": path("notes.txt"), "tail": 1}), "three\n"),
        (
            "read_multiple_files",
            json!({"paths": [path("notes.txt"), path("src/main.rs")]}),
            "fn main",
        ),
        (
            "search_files",
            json!({"path": at, "pattern": "**/*.rs", "excludePatterns": ["target"]}),
            "src/main.rs",
        ),
        ("get_file_info", json!({"path": path("notes.txt")}), "size: 14"),
        ("create_directory", json!({"path": path("a/b")}), "Successfully created directory"),
        (
            "write_file",
            json!({"path": path("a/new.txt"), "content": "x\n"}),
            "Successfully wrote to",
        ),
        (
            "edit_file",
            json!({"path": path("notes.txt"), "edits": [{"oldText": "two", "newText": "2"}], "dryRun": true}),
            "-two\n+2\n",
        ),
        (
            "edit_file",
            json!({"path": path("notes.txt"), "edits": [{"oldText": "two", "newText": "2"}]}),
            "+2\n",
        ),
        (
            "move_file",
            json!({"source": path("a/new.txt"), "destination": path("a/moved.txt")}),
            "Successfully moved",
        ),
        ("read_text_file", json!({"path": path("a/moved.txt")}), "x\n"),
    ]
}

/// The last name of a path.
fn at_end(path: &str) -> &'static str {
    assert!(path.ends_with("grant"));
    "grant"
}

#[test]
fn calls_for_the_official_server_do_the_same_here() {
    for era in [Era::Legacy, Era::Modern] {
        let sandbox = Sandbox::new()
            .file("grant/notes.txt", "one\ntwo\nthree\n")
            .file("grant/src/main.rs", "fn main() {}\n")
            .file("grant/README.md", "# x\n");
        let at = sandbox.path("grant").canonicalize().unwrap();
        let at = at.to_str().unwrap();
        let mut client = Client::start(&[&format!("{at}:rw")], era);
        for (tool, arguments, wanted) in calls(at) {
            let answer = client.call(tool, &arguments);
            assert_eq!(answer.code(), "ok", "{tool} {arguments}: {answer:?}");
            assert!(answer.text.contains(wanted), "{tool} {arguments}: {answer:?}");
        }
        let image = client.request(
            "tools/call",
            json!({"name": "read_media_file", "arguments": {"path": format!("{at}/notes.txt")}}),
        );
        assert_eq!(image["result"]["isError"], false, "{image}");
    }
}

#[test]
fn other_names_are_answered_and_not_offered() {
    let sandbox = Sandbox::new().file("grant/a", "x\n");
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    let listed = client.request("tools/list", json!({})).to_string();
    for name in ["read_file", "list_directory_with_sizes"] {
        assert!(!listed.contains(&format!("\"{name}\"")), "{listed}");
    }
    assert_eq!(
        client.call("read_file", &json!({"path": "a"})),
        client.call("read_text_file", &json!({"path": "a"}))
    );
    let sizes = json!({"path": ".", "sizes": true});
    assert_eq!(
        client.call("list_directory_with_sizes", &json!({"path": "."})),
        client.call("list_directory", &sizes)
    );
    let without = json!({"path": ".", "sizes": false});
    assert_eq!(
        client.call("list_directory_with_sizes", &without),
        client.call("list_directory", &without)
    );
}
