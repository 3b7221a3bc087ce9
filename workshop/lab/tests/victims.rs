//! The weak servers serve only directories of the lab, and the kernel confines them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::common::{command, lab, left};

#[test]
fn other_directories_are_not_served() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(lab());
    command.args(["serve-victim", "join", "--root"]).arg(directory.path()).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("only directories that the lab created")
    );
}

/// The server without a check reads the flag next to its directory, but nothing outside the lab's directory.
#[test]
#[cfg(target_os = "linux")]
fn the_kernel_confines_the_weakest_server() {
    let (temporary, beyond) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let private = beyond.path().join("private.txt");
    std::fs::write(&private, "private").unwrap();
    let mut command = command(&temporary, &["serve-victim", "join"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut lines = BufReader::new(output).lines();
    let mut read = |path: &str| -> Value {
        let params = json!({"name": "read_file", "arguments": {"path": path}});
        writeln!(
            input,
            "{}",
            json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
        )
        .unwrap();
        serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap()
    };
    let flag = read("../outside/secret.txt");
    assert!(flag["result"]["content"][0]["text"].as_str().unwrap().starts_with("FLAG_"), "{flag}");
    let refused = read(private.to_str().unwrap());
    assert_eq!(refused["result"]["isError"], true, "{refused}");
    assert!(!refused.to_string().contains(r#""private""#), "{refused}");
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("DELIBERATELY WEAK"));
    assert_eq!(left(&temporary), Vec::<std::path::PathBuf>::new());
}
