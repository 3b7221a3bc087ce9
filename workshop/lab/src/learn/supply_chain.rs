//! Exercise: plant a line that opens a file by path in preopen's own source, and see which defences notice it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::bench::Bench;
use super::call;
use super::compiled::Cargo;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::server::Server;

const NUMBER: usize = 11;

pub(super) const EXERCISE: Exercise = Exercise {
    number: NUMBER,
    name: "supply-chain",
    title: "a line that opens a file by path",
    minutes: 10,
    predict: "Somebody puts `std::fs::read_to_string(\"../outside/secret.txt\")` into a tool of preopen, or into one of its \
dependencies. Which defences notice it: the lints, the tests, the kernel? Which of them would notice it in a dependency?",
    task: "In a clone of preopen's repository, put such a line at the start of `run` in `src/tools/read_text_file.rs`, so that the \
tool returns the text if it can read it. The lab builds the server and starts it in a directory next to the flag: once without \
the kernel's sandbox, and once with it. It also runs clippy and the architecture test. The first build takes many minutes. \
`git checkout src` removes the line again.",
    start: &[(
        ANSWER,
        "# 11. A line that opens a file by path.

# Which defences notice it? (This is not graded.)
predict:

# Your changed clone of preopen's repository, as an absolute path or relative to this directory.
source: ../..
",
    )],
    hints: [
        "Put the line where every call passes. What does `run` return, and what does `read_to_string` return?",
        "`if let Ok(text) = std::fs::read_to_string(\"../outside/secret.txt\") { return Ok(text); }` as the first lines of `run`.",
        "`preopen-lab learn show 11` shows the solution; `preopen-lab learn show 11 | git apply` applies it in the clone.",
    ],
    diff: Some(include_str!("../../solutions/11.diff")),
    debrief: "Ambient authority is everything a process can do without being given a handle, and only the kernel can take it away from \
code that nobody has reviewed.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["source"])?;
    let source = bench.dir.join(settings.need("source")?);
    let manifest = std::fs::read_to_string(source.join("Cargo.toml")).unwrap_or_default();
    if !manifest.contains("name = \"preopen\"") {
        return Err(Stop::not_yet(
            format!("`{}` is not a clone of preopen's repository", source.display()),
            "write its path after `source:`; without a clone, `preopen-lab learn show 11` shows the change, and \
             docs/threat-model.md describes which defences notice it",
        ));
    }
    if !uses_std_fs(&source.join("src/tools"))? {
        return Err(Stop::not_yet(
            format!("no file in `{}` uses `std::fs`", source.join("src/tools").display()),
            "put the line at the start of `run` in `src/tools/read_text_file.rs`, and save the file",
        ));
    }
    let cargo = Cargo::in_dir(bench, &source, NUMBER);
    let built = cargo.run(&["build", "--locked", "--quiet", "--bin", "preopen"])?;
    if !built.is_done {
        return Err(Stop::not_yet(
            format!("preopen does not compile:\n{}", built.first_error()),
            "`run` returns `Result<String, ToolError>`: put the text into `Ok`",
        ));
    }
    let program = cargo.target().join("debug/preopen");
    let (is_out, answer) = call_server(bench, &program, "off")?;
    if !is_out {
        return Err(Stop::not_yet(
            format!("even without the kernel's sandbox the server answers `{answer}`"),
            "the server starts in `grant/`, so the path of the flag is `../outside/secret.txt`; the line must come first in \
             `run`",
        ));
    }
    let mut seen = vec![format!("with `--sandbox off` the answer is `{answer}`: the line works")];
    let (is_out, answer) = call_server(bench, &program, "require")?;
    seen.push(if is_out {
        "with `--sandbox require` the flag gets out as well: please report this as described in SECURITY.md"
            .to_owned()
    } else {
        format!("the kernel: with `--sandbox require` the same program answers `{answer}`")
    });
    let clippy =
        cargo.run(&["clippy", "--locked", "--quiet", "--", "-D", "clippy::disallowed_methods"])?;
    seen.push(match clippy.output.lines().find(|line| line.contains("disallowed method")) {
        Some(line) => format!("clippy: {line}"),
        None => "clippy does not report the line: was the ban removed?".to_owned(),
    });
    let test = ["test", "--locked", "--quiet", "--test", "all", "modules_import_only"];
    let tested = cargo.run(&test)?;
    let named = tested.output.lines().find(|line| line.contains("names std::fs"));
    seen.push(match named {
        Some(line) => format!("the architecture test: {line}"),
        None => "the architecture test does not report the line".to_owned(),
    });
    Ok(seen)
}

/// Starts the server next to the flag and calls its tool. Returns whether the flag got out, and the answer.
fn call_server(bench: &Bench, program: &Path, sandbox: &str) -> io::Result<(bool, String)> {
    let tree = bench.stage.sandbox();
    let mut command = Command::new(program);
    command.args(["--sandbox", sandbox, "--allow", "."]).current_dir(tree.path("grant"));
    let mut server = Server::start(command, &bench.stage)?;
    let exchange = bench.call(&mut server, "read_text_file", &json!({"path": "sub/file.txt"}));
    Ok((bench.gives_flag(&exchange), call::answer_text(&exchange)))
}

fn uses_std_fs(below: &Path) -> io::Result<bool> {
    let files = std::fs::read_dir(below)?.map(|entry| Ok(entry?.path()));
    let files: Vec<PathBuf> = files.collect::<io::Result<_>>()?;
    Ok(files
        .iter()
        .any(|file| std::fs::read_to_string(file).is_ok_and(|text| text.contains("std::fs::"))))
}
