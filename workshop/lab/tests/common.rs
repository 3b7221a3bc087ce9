//! Runs the program in a temporary directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// How long tests wait for an answer, in milliseconds. The machine may be slow.
pub const PATIENCE: &str = "2000";

/// Returns the path of `preopen-lab`.
pub fn lab() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_preopen-lab"))
}

/// Returns the path of `preopen`. Cargo builds it for the tests of the whole workspace; this function builds it if only
/// the tests of the lab run.
pub fn preopen() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let beside = lab().with_file_name("preopen");
        if !beside.exists() {
            let profile = beside.parent().unwrap();
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["build", "--locked", "--package", "preopen", "--bin", "preopen"]);
            cargo.arg("--target-dir").arg(profile.parent().unwrap());
            cargo.args(profile.ends_with("release").then_some("--release"));
            assert!(cargo.status().unwrap().success(), "preopen does not build");
        }
        beside
    })
}

/// A finished run of the program.
pub struct Run {
    pub output: Output,
    /// What remained in its temporary directory.
    pub left: Vec<PathBuf>,
}

impl Run {
    /// Runs the program and waits for it.
    pub fn of(args: &[&str]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let output = command(&temporary, args).output().unwrap();
        Self { output, left: left(&temporary) }
    }

    pub fn code(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.text(), self.errors()))
    }
}

/// Returns a command for the program that uses `temporary` for its temporary directories.
pub fn command(temporary: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(lab());
    command.arg("--preopen").arg(preopen()).args(args);
    command.env("TMPDIR", temporary.path()).stdin(Stdio::null());
    command
}

/// Returns the entries of a directory.
pub fn left(directory: &TempDir) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory.path()).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Returns the verdicts of a report on one server, as pairs of attack and verdict.
pub fn verdicts(report: &Value, server: &str) -> Vec<(String, String)> {
    let attacks = report["attacks"].as_array().unwrap();
    let of = |attack: &Value| {
        let verdict = attack["findings"][server]["verdict"].as_str();
        (attack["id"].as_str().unwrap().to_owned(), verdict.unwrap_or("none").to_owned())
    };
    attacks.iter().map(of).collect()
}
