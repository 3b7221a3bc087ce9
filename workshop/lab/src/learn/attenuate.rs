//! Exercise: limit authority with a type. The check compiles the program, and lines that must not compile.

use std::path::Path;
use std::process::Command;

use super::bench::Bench;
use super::compiled::Cargo;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};

const NUMBER: usize = 7;

pub(super) const EXERCISE: Exercise = Exercise {
    number: NUMBER,
    name: "attenuate",
    title: "less authority, with a type",
    minutes: 10,
    predict: "A tool that shows the manual holds a `Dir` of the whole grant. How much of that does it need? How could the rest be \
taken away, so that no later change to the tool can get it back?",
    task: "In `src/tool.rs`, change `Held` and `hand_out` so that the tool holds only `docs/` and can only read. Do not change \
`main.rs`. The tool must still show `guide.txt`. It must not reveal `private/key.txt`, and a line that writes through `held` \
must not compile.",
    start: &[
        (
            ANSWER,
            "# 7. Less authority, with a type. The answer is in src/tool.rs.

# How much of its authority does the tool need? (This is not graded.)
predict:
",
        ),
        ("Cargo.toml", include_str!("../../exercises/attenuate/Cargo.toml")),
        ("Cargo.lock", include_str!("../../exercises/attenuate/Cargo.lock")),
        ("src/main.rs", include_str!("../../exercises/attenuate/src/main.rs")),
        ("src/tool.rs", include_str!("../../exercises/attenuate/src/tool.rs")),
    ],
    hints: [
        "Two things are too large: the directory, and what the type can do. `Dir::open_dir` solves the first.",
        "A struct with a private field and one method can do only what that method does: `pub struct Held(Dir);` with a \
`read_to_string`.",
        "`preopen-lab learn show 7` shows the solution.",
    ],
    diff: Some(include_str!("../../solutions/07.diff")),
    debrief: "Attenuation means handing over a smaller capability made from a larger one, so that code which exceeds it does not even \
compile.",
    check,
    ..Exercise::NEW
};

/// Lines that must not compile, where `held` is a `Held`, and what to suggest if they do.
const PROBES: &[(&str, &str)] = &[
    (
        "held.write(\"planted.txt\", \"x\")",
        "the type can still write: it is a `Dir`, or turns into one through `Deref`; make it a struct of your own with only the \
         method that the tool needs",
    ),
    (
        "held.0.write(\"planted.txt\", \"x\")",
        "the `Dir` inside is public, so every holder of the struct holds the directory; remove `pub` from the field",
    ),
    (
        "held.create_dir(\"planted\")",
        "the type can still create directories; give it only a method that reads",
    ),
    (
        "held.remove_file(\"guide.txt\")",
        "the type can still remove files; give it only a method that reads",
    ),
];

fn check(bench: &Bench) -> Checked {
    let cargo = Cargo::in_dir(bench, &bench.dir, NUMBER);
    let built = cargo.run(&["build", "--quiet"])?;
    if !built.is_done {
        return Err(Stop::not_yet(
            format!("the program does not compile yet:\n{}", built.first_error()),
            "the compiler shows what does not match: `hand_out` returns a `Held`, and `run` takes one",
        ));
    }
    let program = cargo.target().join("debug/attenuate");
    let sandbox = bench
        .stage
        .sandbox()
        .file("grant/docs/guide.txt", "the manual")
        .file("grant/private/key.txt", bench.flag())
        .link("grant/docs/linked.txt", "../private/key.txt");
    let show = |page: &str| -> std::io::Result<String> {
        let output = Command::new(&program).arg(sandbox.path("grant")).arg(page).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr))
    };
    let guide = show("guide.txt")?;
    if !guide.contains("the manual") {
        return Err(Stop::not_yet(
            format!("asked for `guide.txt`, the tool answers `{}`", guide.trim()),
            "the page is `docs/guide.txt` in the grant: in the directory `docs/` its name is `guide.txt`",
        ));
    }
    for page in ["../private/key.txt", "private/key.txt", "linked.txt"] {
        if show(page)?.contains(bench.flag()) {
            return Err(Stop::not_yet(
                format!("asked for `{page}`, the tool shows the key"),
                "the tool holds the whole grant, and `docs/` is only the start of a path; use `open_dir` to hand it the directory `docs/` itself",
            ));
        }
    }
    for (line, look) in PROBES {
        if compiles(bench, line)? {
            return Err(Stop::not_yet(format!("this compiles: `{line}`"), *look));
        }
    }
    Ok(vec![
        "the tool shows `guide.txt`; no path and no link reveals the key".to_owned(),
        format!(
            "{} lines that change files do not compile, such as `{}`",
            PROBES.len(),
            PROBES.first().map_or("", |(line, _)| line)
        ),
    ])
}

/// Returns whether a program compiles that contains `line`, an expression which uses `held`.
fn compiles(bench: &Bench, line: &str) -> Result<bool, Stop> {
    let dir = bench.stage.file("probe");
    std::fs::create_dir_all(dir.join("src"))?;
    for name in ["Cargo.toml", "Cargo.lock", "src/tool.rs"] {
        let text = std::fs::read_to_string(bench.dir.join(name))?;
        // Another package name, so that the probe does not replace the build of the exercise.
        std::fs::write(dir.join(name), text.replace("name = \"attenuate\"", "name = \"probe\""))?;
    }
    let probe = |line: &str| {
        format!(
            "mod tool;\nfn main() {{ let _ = probe; }}\nfn probe(held: &tool::Held, grant: &cap_std::fs::Dir) {{\n    \
             let _ = (tool::hand_out(grant), tool::run(held, \"\"));\n    let _ = {line};\n}}\n"
        )
    };
    if !is_built(bench, &dir, &probe("held"))? {
        return Err(Stop::not_yet(
            "`tool.rs` does not compile with another `main.rs`",
            "`Held`, `hand_out(&Dir)` and `run(&Held, &str)` must exist and be `pub`",
        ));
    }
    is_built(bench, &dir, &probe(line))
}

fn is_built(bench: &Bench, dir: &Path, main: &str) -> Result<bool, Stop> {
    std::fs::write(dir.join("src/main.rs"), main)?;
    Ok(Cargo::in_dir(bench, dir, NUMBER).run(&["build", "--quiet"])?.is_done)
}
