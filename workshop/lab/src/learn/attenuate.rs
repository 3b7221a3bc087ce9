//! Exercise: less authority, as a type. The program is compiled, and so are lines that must not compile.

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
    title: "less authority, as a type",
    minutes: 10,
    predict: "A tool that shows the manual holds a `Dir` of the whole grant. How much of that does it need, and who could take the \
rest away so that no later change of the tool gets it back?",
    task: "In `src/tool.rs`, change `Held` and `hand_out` so that the tool holds `docs/` alone and can only read: `main.rs` stays as it is. It \
has to show `guide.txt`. `private/key.txt` must not come out, and a line that writes with what is held must not compile.",
    start: &[
        (
            ANSWER,
            "# 7. Less authority, as a type. The answer is in src/tool.rs.

# How much of its authority does the tool need? (Nobody judges this.)
predict:
",
        ),
        ("Cargo.toml", include_str!("../../exercises/attenuate/Cargo.toml")),
        ("Cargo.lock", include_str!("../../exercises/attenuate/Cargo.lock")),
        ("src/main.rs", include_str!("../../exercises/attenuate/src/main.rs")),
        ("src/tool.rs", include_str!("../../exercises/attenuate/src/tool.rs")),
    ],
    hints: [
        "Two things are too much: the directory is too large, and the type can do too much. `Dir` has `open_dir` for the first.",
        "A struct with a private field and one method can do what the method does: `pub struct Held(Dir);` with a `read_to_string`.",
        "`preopen-lab learn show 7` is all of it.",
    ],
    diff: Some(include_str!("../../solutions/07.diff")),
    debrief: "To attenuate is to make a smaller capability of a larger one and hand over the smaller, so that what the holder must not \
do cannot even be written down.",
    check,
    ..Exercise::NEW
};

/// Lines that must not compile, with what is held in `held`.
const PROBES: &[(&str, &str)] = &[
    (
        "held.write(\"planted.txt\", \"x\")",
        "the type can still write: it is a `Dir`, or becomes one by itself (`Deref`); make it a struct of your own that has the one method that the \
         tool needs",
    ),
    (
        "held.0.write(\"planted.txt\", \"x\")",
        "the `Dir` inside is public, so whoever holds the struct holds the directory; leave `pub` away from the field",
    ),
    (
        "held.create_dir(\"planted\")",
        "the type can still make directories; give it no method but the one that reads",
    ),
    (
        "held.remove_file(\"guide.txt\")",
        "the type can still remove files; give it no method but the one that reads",
    ),
];

fn check(bench: &Bench) -> Checked {
    let cargo = Cargo::in_dir(bench, &bench.dir, NUMBER);
    let built = cargo.run(&["build", "--quiet"])?;
    if !built.is_done {
        return Err(Stop::not_yet(
            format!("it does not compile yet:\n{}", built.first_error()),
            "the compiler says what does not fit together: `Held` is what `hand_out` gives and `run` takes",
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
            format!("asked for `guide.txt`, it says `{}`", guide.trim()),
            "the page is `docs/guide.txt` of the grant: if the tool holds `docs/`, its name there is `guide.txt`",
        ));
    }
    for page in ["../private/key.txt", "private/key.txt", "linked.txt"] {
        if show(page)?.contains(bench.flag()) {
            return Err(Stop::not_yet(
                format!("asked for `{page}`, it shows the key"),
                "the tool holds the whole grant, and `docs/` is only a text in front of a path; hand it the directory `docs/` itself, by `open_dir`",
            ));
        }
    }
    for (line, look) in PROBES {
        if compiles(bench, line)? {
            return Err(Stop::not_yet(format!("this compiles: `{line}`"), *look));
        }
    }
    Ok(vec![
        "`guide.txt` is shown; the key comes out by no path, nor by a link".to_owned(),
        format!(
            "{} lines that change something do not compile, `{}` among them",
            PROBES.len(),
            PROBES.first().map_or("", |(line, _)| line)
        ),
    ])
}

/// Does a program compile in which this is done with what is held?
fn compiles(bench: &Bench, line: &str) -> Result<bool, Stop> {
    let dir = bench.stage.file("probe");
    std::fs::create_dir_all(dir.join("src"))?;
    for name in ["Cargo.toml", "Cargo.lock", "src/tool.rs"] {
        let text = std::fs::read_to_string(bench.dir.join(name))?;
        // A name of its own, so that it does not take the other's place among what was compiled.
        std::fs::write(dir.join(name), text.replace("name = \"attenuate\"", "name = \"probe\""))?;
    }
    let probe = |line: &str| {
        format!(
            "mod tool;\nfn main() {{ let _ = probe; }}\nfn probe(held: &tool::Held, grant: &cap_std::fs::Dir) {{\n    \
             let _ = (tool::hand_out(grant), tool::run(held, \"\"));\n    let _ = {line};\n}}\n"
        )
    };
    if !checks(bench, &dir, &probe("held"))? {
        return Err(Stop::not_yet(
            "`tool.rs` does not compile with another `main.rs`",
            "`Held`, `hand_out(&Dir)` and `run(&Held, &str)` have to be there and `pub`",
        ));
    }
    checks(bench, &dir, &probe(line))
}

fn checks(bench: &Bench, dir: &Path, main: &str) -> Result<bool, Stop> {
    std::fs::write(dir.join("src/main.rs"), main)?;
    Ok(Cargo::in_dir(bench, dir, NUMBER).run(&["build", "--quiet"])?.is_done)
}
