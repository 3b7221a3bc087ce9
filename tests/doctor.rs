//! What `preopen doctor` warns of: grants in which nothing is guarded, and directories of programs that an agent could change.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, preopen};

const GUARDED: &str = "nothing in it is protected here";
const IN_PATH: &str = "is in `PATH` and can be changed through this grant";

/// The warnings of the first grant, as programs get them. People get the same ones.
fn warnings(mut command: Command) -> Vec<String> {
    let json = command.arg("--json").output().unwrap();
    let report: Value = serde_json::from_slice(&json.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&json.stderr)));
    let warnings = report["grants"][0]["warnings"].as_array().unwrap();
    warnings.iter().map(|warning| warning.as_str().unwrap().to_owned()).collect()
}

fn doctor(args: &[&str], path: Option<&str>, at: &Path) -> Command {
    let mut command = preopen(&[&["doctor"], args].concat());
    command.current_dir(at);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command
}

fn stderr_of_start(args: &[&str]) -> String {
    let output = preopen(args).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_grant_that_is_guarded_itself_is_named_at_the_start_and_by_doctor() {
    let sandbox = Sandbox::new()
        .dir("grant/.git/hooks")
        .dir("grant/.vscode")
        .dir("grant/.GIT")
        .dir("grant/.config/fish/functions")
        .dir("grant/.github/workflows")
        .link("way", "grant/.git");
    for (path, rights, is_warned_of) in [
        ("grant", "rwd", false),
        ("grant/.git", "rw", true),
        ("grant/.git", "rwd", true),
        ("grant/.git", "ro", false),
        ("grant/.GIT", "rw", true),
        ("grant/.git/hooks", "rw", true),
        ("grant/.vscode", "rw", true),
        ("grant/.config", "rw", false),
        ("grant/.config/fish", "rw", true),
        ("grant/.config/fish/functions", "rw", true),
        ("grant/.github", "rw", false),
        ("grant/.github/workflows", "rw", true),
        ("way", "rw", true),
    ] {
        let spec = sandbox.spec(path, rights);
        let found = warnings(doctor(&["--allow", &spec], None, &sandbox.path("")));
        assert_eq!(found.len(), usize::from(is_warned_of), "{spec}: {found:?}");
        assert!(found.iter().all(|warning| warning.contains(GUARDED)), "{found:?}");
        let page = doctor(&["--allow", &spec], None, &sandbox.path("")).output().unwrap();
        let page = String::from_utf8(page.stdout).unwrap();
        assert_eq!(page.contains("WARNING: this directory is protected"), is_warned_of, "{page}");
        let said = stderr_of_start(&["--allow", &spec]);
        let line = format!("preopen: `{}` WARNING: this directory", sandbox.path(path).display());
        assert_eq!(said.contains(&line), is_warned_of, "{spec}: {said}");
        if rights != "ro" {
            // The warning is true.
            let mut client = Client::start(&["--allow", &spec], Era::Modern);
            let answer = client.call("write_file", &json!({"path": "new", "content": "x"}));
            assert_eq!(answer.code(), "ok", "{spec}");
        }
    }
}

#[test]
fn a_directory_in_path_that_can_be_changed_through_a_grant_is_named() {
    let sandbox = Sandbox::new()
        .file("grant/bin/tool", "x")
        .file("grant/deep/er/bin/tool", "x")
        .dir("grant/none")
        .dir("grant_sibling/bin")
        .dir("outside/bin")
        .link("way", "grant/bin")
        .link("far/way", "{root}/way")
        .link("grant/led", "../outside/bin")
        .link("grant/dangling", "../outside/later")
        .link("away", "grant/missing/bin");
    let root = sandbox.path("");
    let (allow, root_text) = (sandbox.spec("grant", "rw"), root.to_str().unwrap());
    // `=` stands for the root of the sandbox.
    for (path, at, named) in [
        ("=grant/bin", "", vec!["=grant/bin"]),
        ("/usr/bin:=grant/bin:/bin", "", vec!["=grant/bin"]),
        ("=grant/bin:=grant/bin", "", vec!["=grant/bin"]),
        ("=grant/bin:=grant/deep/er/bin", "", vec!["=grant/bin", "=grant/deep/er/bin"]),
        ("=grant", "", vec!["=grant"]),
        ("=grant/deep/../bin", "", vec!["=grant/deep/../bin"]),
        // A link that leads in, by another one; a link that lies in the grant and leads out.
        ("=way", "", vec!["=way"]),
        ("=far/way", "", vec!["=far/way"]),
        ("=grant/led", "", vec!["=grant/led"]),
        ("=grant/dangling", "", vec!["=grant/dangling"]),
        // What an agent can make.
        ("=grant/missing/bin", "", vec!["=grant/missing/bin"]),
        ("=away", "", vec!["=away"]),
        // Where the doctor is started.
        ("bin", "grant", vec!["bin"]),
        (".", "grant/bin", vec!["."]),
        ("/usr/bin:", "grant/bin", vec!["."]),
        // Elsewhere.
        ("/usr/bin:/bin", "", vec![]),
        ("/usr/bin:/bin", "grant/bin", vec![]),
        ("=", "", vec![]),
        ("=outside/bin", "", vec![]),
        ("=grant_sibling/bin", "", vec![]),
        ("=missing", "", vec![]),
        ("bin", "outside", vec![]),
    ] {
        let path = path.replace('=', root_text);
        let found = warnings(doctor(&["--allow", &allow], Some(&path), &sandbox.path(at)));
        let want: Vec<_> = named
            .iter()
            .map(|entry| format!("`{}` {IN_PATH}", entry.replace('=', root_text)))
            .collect();
        assert_eq!(found.len(), want.len(), "{path}: {found:?}");
        for (warning, want) in found.iter().zip(&want) {
            assert!(warning.starts_with(want), "{path}: {warning}");
        }
    }
    assert!(warnings(doctor(&["--allow", &allow], None, &root)).is_empty(), "without a PATH");
    let path = format!("{root_text}grant/bin");
    let page = doctor(&["--allow", &allow], Some(&path), &root).output().unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(page.contains(&format!("      WARNING: `{path}` {IN_PATH}")), "{page}");
}

#[test]
fn a_directory_in_path_that_cannot_be_changed_is_not_named() {
    let sandbox = Sandbox::new().file("grant/bin/tool", "x").link("grant/led", "../outside");
    let root = sandbox.path("");
    let path = format!("{0}/bin:{0}/led", sandbox.path("grant").display());
    let config = sandbox.path("allowlist.toml");
    for (rights, rules, named) in [
        ("ro", "", 0),
        ("rw", "", 2),
        ("rwd", "", 2),
        ("rw", "readonly = [\"bin/**\"]", 1),
        ("rw", "readonly = [\"/bin\", \"led\"]", 0),
        ("rw", "hide = [\"bin\"]", 1),
        ("rw", "readonly = [\"bin/other\"]", 2),
        ("rw", "unprotect = [\"bin\"]", 2),
    ] {
        let toml = format!("[[allow]]\npath = \"grant\"\nrights = \"{rights}\"\n{rules}\n");
        std::fs::write(&config, toml).unwrap();
        let args = ["--config", config.to_str().unwrap()];
        let found = warnings(doctor(&args, Some(&path), &root));
        assert_eq!(found.len(), named, "{rights} {rules}: {found:?}");
    }
}

#[test]
fn a_way_to_programs_counts_though_the_programs_are_read_only() {
    let toml = "[[allow]]\npath = \"grant\"\nrights = \"rw\"\nreadonly = [\"bin/**\"]\n";
    let sandbox =
        Sandbox::new().file("grant/bin/tool", "x").link("grant/way", "bin").file("a.toml", toml);
    let config = sandbox.path("a.toml");
    for (entry, named) in [("way", 1), ("bin", 0)] {
        let path = sandbox.path("grant").join(entry).display().to_string();
        let args = ["--config", config.to_str().unwrap()];
        let found = warnings(doctor(&args, Some(&path), &sandbox.path("")));
        assert_eq!(found.len(), named, "{entry}: {found:?}");
    }
}

#[test]
fn a_warning_stands_at_the_grant_that_it_is_about() {
    let sandbox = Sandbox::new().dir("grant/.git").dir("other/bin").dir("third");
    let specs = ["third", "grant/.git", "other"].map(|path| sandbox.spec(path, "rw"));
    let args = ["--allow", &specs[0], "--allow", &specs[1], "--allow", &specs[2]];
    let path = sandbox.path("other/bin").display().to_string();
    let mut command = doctor(&args, Some(&path), &sandbox.path(""));
    let report: Value =
        serde_json::from_slice(&command.arg("--json").output().unwrap().stdout).unwrap();
    let of = |n: usize| report["grants"][n]["warnings"].to_string();
    assert_eq!(of(0), "[]");
    assert!(of(1).contains(GUARDED) && !of(1).contains(IN_PATH), "{}", of(1));
    assert!(of(2).contains(IN_PATH) && !of(2).contains(GUARDED), "{}", of(2));
}
