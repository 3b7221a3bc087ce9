//! The clippy bans bite: a crate full of violations gives one error for each, and no other.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Lines of the fixture that end so must be refused, by a lint whose name begins with
/// `clippy::disallowed`; all others must not.
const MARK: &str = "//~ banned";

#[test]
fn every_banned_call_is_refused_and_nothing_else() {
    let root = std::fs::canonicalize(".").unwrap();
    let fixture = root.join("tests/fixtures/ambient");
    let output = Command::new(env!("CARGO"))
        .args([
            "clippy",
            "--locked",
            "--quiet",
            "--message-format=json",
            "--",
            "-D",
            "clippy::disallowed_methods",
        ])
        .args(["-D", "clippy::disallowed_macros"])
        .current_dir(&fixture)
        .env("CLIPPY_CONF_DIR", &root)
        .env("CARGO_TARGET_DIR", root.join("target/guards"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let mut refused = BTreeSet::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let code = message["message"]["code"]["code"].as_str().unwrap_or_default();
        if code.starts_with("clippy::disallowed") {
            let mut span = &message["message"]["spans"][0];
            // A call within a macro's own text is the fault of the line that calls the macro.
            while span["expansion"]["span"].is_object() {
                span = &span["expansion"]["span"];
            }
            refused.insert(usize::try_from(span["line_start"].as_u64().unwrap()).unwrap());
        } else {
            assert_ne!(message["message"]["level"], "error", "{line}");
        }
    }
    let text = std::fs::read_to_string(fixture.join("src/lib.rs")).unwrap();
    let marked: BTreeSet<usize> =
        (1..).zip(text.lines()).filter(|(_, line)| line.ends_with(MARK)).map(|(n, _)| n).collect();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let bans =
        std::fs::read_to_string(root.join("clippy.toml")).unwrap().matches("{ path = ").count();
    assert_eq!(marked.len(), bans, "the fixture has a line for each ban");
    assert_eq!(
        refused,
        marked,
        "\nrefused against marked lines of {}\n{stderr}",
        fixture.display()
    );
}
