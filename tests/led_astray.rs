//! Somebody else puts a link to the outside on the way of a change, between any two of its steps. The races of `changing_races` do the
//! same by chance; here each moment is tried once. Nothing outside is read, made, changed or removed.

use std::os::unix::fs::symlink;

use preopen::limits::CallMonitor;
use serde_json::{Value, json};

use crate::between::{Act, Bench, Play};
use crate::common::{SECRET, Sandbox, tree};

fn way(source: &str, destination: &str) -> Value {
    json!({"source": source, "destination": destination})
}

/// Every change, with `P` for a directory on its way.
fn changes() -> Vec<(&'static str, Value)> {
    let edits = json!([{"old_text": "in", "new_text": "planted"}]);
    vec![
        ("write_file", json!({"path": "grant/P/x", "content": "planted"})),
        ("write_file", json!({"path": "grant/P/f", "content": "planted"})),
        ("write_file", json!({"path": "grant/P/f", "content": "planted", "mode": "append"})),
        ("write_file", json!({"path": "grant/P/deep/er/x", "content": "planted"})),
        ("edit_file", json!({"path": "grant/P/f", "edits": edits})),
        ("create_directory", json!({"path": "grant/P/x"})),
        ("create_directory", json!({"path": "grant/P/deep/er/x"})),
        ("copy_file", way("grant/a", "grant/P/x")),
        ("copy_file", way("grant/d", "grant/P/x")),
        ("copy_file", way("grant/P/f", "other/x")),
        ("copy_file", way("grant/P", "other/x")),
        ("move_file", way("grant/a", "grant/P/x")),
        ("move_file", way("grant/d", "grant/P/x")),
        ("move_file", way("other/a", "grant/P/x")),
        ("move_file", way("other/d", "grant/P/x")),
        ("move_file", way("grant/P/f", "grant/x")),
        ("move_file", way("grant/P/f", "other/x")),
        ("move_file", way("grant/P", "other/x")),
        ("delete_file", json!({"path": "grant/P/f"})),
        ("delete_file", json!({"path": "grant/P", "recursive": true})),
    ]
}

fn with_way(arguments: &Value, way: &str) -> Value {
    serde_json::from_str(&arguments.to_string().replace('P', way)).unwrap()
}

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("grant/a", "a")
        .file("grant/d/in", "in")
        .file("grant/p/f", "in")
        .file("grant/p/sub/f", "in")
        .file("other/a", "a")
        .file("other/d/in", "in")
        .file("outside/f", SECRET)
        .file("outside/sub/f", SECRET)
}

/// What lies outside is as it was, and nothing of it has come in.
fn check(bench: &Bench, shown: &str) {
    let outside = tree(&bench.sandbox, "outside");
    assert_eq!(outside, tree(&sandbox(), "outside"), "{shown}");
    for grant in ["grant", "other"] {
        let inside = tree(&bench.sandbox, grant);
        assert!(inside.iter().all(|(_, text)| !text.contains(SECRET)), "{shown}: {inside:?}");
        assert!(inside.iter().all(|(name, _)| !name.contains(".preopen-")), "{shown}: {inside:?}");
    }
}

#[test]
fn a_directory_that_becomes_a_link_leads_no_change_outside() {
    let acts: [&dyn Fn(&Bench) -> Act; 2] = [
        // The directory on the way, and one below it.
        &|bench| {
            let [from, to, outside] = ["grant/p", "grant/q", "outside"].map(|at| bench.path(at));
            Box::new(move || {
                std::fs::rename(&from, &to).is_ok() && symlink(&outside, &from).is_ok()
            })
        },
        &|bench| {
            let [from, to, outside] =
                ["grant/p/sub", "grant/q", "outside/sub"].map(|at| bench.path(at));
            Box::new(move || {
                std::fs::rename(&from, &to).is_ok() && symlink(&outside, &from).is_ok()
            })
        },
    ];
    for (tool, arguments) in changes() {
        for act in acts {
            let play = Play {
                tree: &sandbox,
                tool,
                arguments: &|_| with_way(&arguments, "p"),
                act,
                check: &|bench, _, _, shown| check(bench, shown),
            };
            play.at_each_step();
        }
    }
}

#[test]
fn a_link_in_the_place_of_a_missing_directory_leads_no_change_outside() {
    let mut changes_played = 0;
    for (tool, arguments) in changes() {
        let arguments = with_way(&arguments, "new");
        // What needs the directory to be there fails before anything is done.
        let bench = Bench::new(sandbox());
        if bench.call(tool, &arguments, CallMonitor::unattended()).is_err() {
            continue;
        }
        let planted_at = ["grant/new", "grant/new/deep", "grant/new/x"].map(|planted| {
            let play = Play {
                tree: &sandbox,
                tool,
                arguments: &|_| arguments.clone(),
                act: &|bench| {
                    let (outside, at) = (bench.path("outside"), bench.path(planted));
                    Box::new(move || symlink(&outside, &at).is_ok())
                },
                check: &|bench, _, _, shown| check(bench, shown),
            };
            play.times_acted()
        });
        assert!(planted_at[0] > 0, "{tool} {arguments}: {planted_at:?}");
        changes_played += 1;
    }
    assert!(changes_played > 5, "{changes_played}");
}
