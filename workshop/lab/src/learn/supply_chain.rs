//! Exercise: preopen's own sources, a line in them that goes by path, and who notices it.

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
    title: "a line that goes by path",
    minutes: 10,
    predict: "Somebody puts `std::fs::read_to_string(\"../outside/secret.txt\")` into a tool of preopen, or into a library that it \
links. Who notices: the lints, the tests, the kernel? Which of them would notice it in the library?",
    task: "In a clone of preopen's repository put such a line at the beginning of `run` in `src/tools/read_text_file.rs`, so that its text \
is the answer where it can be read. The server is built and started in a directory beside which the flag lies: once without the kernel's \
sandbox and once with it; clippy and the test of the architecture are asked as well. The first time all of it is compiled, which takes \
many minutes. `git checkout src` undoes it.",
    start: &[(
        ANSWER,
        "# 11. A line that goes by path.

# Who notices it? (Nobody judges this.)
predict:

# The clone of preopen's repository that you have changed, as an absolute path or from here.
source: ../..
",
    )],
    hints: [
        "The line stands where a call comes by. What does `run` give back, and what does `read_to_string` give?",
        "`if let Ok(text) = std::fs::read_to_string(\"../outside/secret.txt\") { return Ok(text); }` as the first lines of `run`.",
        "`preopen-lab learn show 11` is all of it; in the clone, `preopen-lab learn show 11 | git apply` does it.",
    ],
    diff: Some(include_str!("../../solutions/11.diff")),
    debrief: "Ambient authority is whatever a process can do without being handed anything, and only the kernel can take it from code \
that nobody has read.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["source"])?;
    let source = bench.dir.join(settings.need("source")?);
    let manifest = std::fs::read_to_string(source.join("Cargo.toml")).unwrap_or_default();
    if !manifest.contains("name = \"preopen\"") {
        return Err(Stop::not_yet(
            format!("`{}` is no clone of preopen's repository", source.display()),
            "say where it is behind `source:`; without one, `preopen-lab learn show 11` has the change, and \
             docs/threat-model.md what notices it",
        ));
    }
    if !names_std_fs(&source.join("src/tools"))? {
        return Err(Stop::not_yet(
            format!("nothing below `{}` names `std::fs`", source.join("src/tools").display()),
            "put the line into `src/tools/read_text_file.rs`, at the beginning of `run`, and save it",
        ));
    }
    let cargo = Cargo::in_dir(bench, &source, NUMBER);
    let built = cargo.run(&["build", "--locked", "--quiet", "--bin", "preopen"])?;
    if !built.is_done {
        return Err(Stop::not_yet(
            format!("it does not compile:\n{}", built.first_error()),
            "`run` gives back `Result<String, ToolError>`: the text goes into `Ok`",
        ));
    }
    let program = cargo.target().join("debug/preopen");
    let (is_out, said) = served(bench, &program, "off")?;
    if !is_out {
        return Err(Stop::not_yet(
            format!("even without the kernel's sandbox it answers `{said}`"),
            "the server is started in `grant/`, so the flag is `../outside/secret.txt` from there; the line has to come before \
             everything else in `run`",
        ));
    }
    let mut seen = vec![format!("with `--sandbox off` the answer is `{said}`: the line works")];
    let (is_out, said) = served(bench, &program, "require")?;
    seen.push(if is_out {
        "with `--sandbox require` it comes out as well: please report that, as SECURITY.md says"
            .to_owned()
    } else {
        format!("the kernel: with `--sandbox require` the same program answers `{said}`")
    });
    let clippy =
        cargo.run(&["clippy", "--locked", "--quiet", "--", "-D", "clippy::disallowed_methods"])?;
    seen.push(match clippy.said.lines().find(|line| line.contains("disallowed method")) {
        Some(line) => format!("clippy: {line}"),
        None => "clippy says nothing of it: was its ban lifted?".to_owned(),
    });
    let test = ["test", "--locked", "--quiet", "--test", "all", "modules_import_only"];
    let tested = cargo.run(&test)?;
    let named = tested.said.lines().find(|line| line.contains("names std::fs"));
    seen.push(match named {
        Some(line) => format!("the architecture's test: {line}"),
        None => "the architecture's test says nothing of it".to_owned(),
    });
    Ok(seen)
}

/// What the server says when its tool is used, started beside the flag.
fn served(bench: &Bench, program: &Path, sandbox: &str) -> io::Result<(bool, String)> {
    let tree = bench.stage.sandbox();
    let mut command = Command::new(program);
    command.args(["--sandbox", sandbox, "--allow", "."]).current_dir(tree.path("grant"));
    let mut server = Server::start(command, &bench.stage)?;
    let exchange = bench.call(&mut server, "read_text_file", &json!({"path": "sub/file.txt"}));
    Ok((bench.gives_flag(&exchange), call::answer_text(&exchange)))
}

fn names_std_fs(below: &Path) -> io::Result<bool> {
    let files = std::fs::read_dir(below)?.map(|entry| Ok(entry?.path()));
    let files: Vec<PathBuf> = files.collect::<io::Result<_>>()?;
    Ok(files
        .iter()
        .any(|file| std::fs::read_to_string(file).is_ok_and(|text| text.contains("std::fs::"))))
}
