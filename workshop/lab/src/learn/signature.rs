//! Exercise: the mending that lasts, which is another type in a signature.

use std::time::Duration;

use super::bench::Bench;
use super::compiled::Cargo;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use super::win_the_race;
use crate::race::{self, Counters, RACES};
use crate::server::Launch;
use crate::show::number;
use crate::subject::Subject;
use crate::table;
use crate::verdict::Verdict;

const NUMBER: usize = 6;
/// How long it has to hold in the race.
const TO_HOLD: Duration = Duration::from_secs(1);

pub(super) const EXERCISE: Exercise = Exercise {
    number: NUMBER,
    name: "signature",
    title: "mended by a signature",
    minutes: 10,
    predict: "Change `fn read(root: &Path, path: &str)` to `fn read(root: &Dir, path: &str)`, where `Dir` is an open directory \
(cap-std). Which other lines will the compiler want to have changed, and which checks are left over?",
    task: "`src/` is a small server of MCP; `read.rs` has its tool. Change the type of `root`, and follow the compiler. Directories are opened \
once, by `cap_std::fs::Dir::open_ambient_dir(path, cap_std::ambient_authority())`, and have the methods of `std::fs` for what lies \
below. It is attacked like every other server then, and raced.",
    start: &[
        (
            ANSWER,
            "# 6. Mended by a signature. The answer is in src/.

# Which lines will the compiler want to have changed? (Nobody judges this.)
predict:
",
        ),
        ("Cargo.toml", include_str!("../../exercises/signature/Cargo.toml")),
        ("Cargo.lock", include_str!("../../exercises/signature/Cargo.lock")),
        ("src/main.rs", include_str!("../../exercises/signature/src/main.rs")),
        ("src/read.rs", include_str!("../../exercises/signature/src/read.rs")),
    ],
    hints: [
        "With `root: &Dir` there is no path to be resolved and compared any more. What is `root.read_to_string(path)`?",
        "`read` is one line then. The compiler goes on to `main.rs`, which has a `PathBuf` and needs a `Dir`: opened once, before the \
first call.",
        "`preopen-lab learn show 6` is all of it.",
    ],
    diff: Some(include_str!("../../solutions/06.diff")),
    debrief: "Where a function takes a directory and not a path there is nothing to check, so nothing can be checked too early.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let cargo = Cargo::in_dir(bench, &bench.dir, NUMBER);
    let built = cargo.run(&["build", "--quiet"])?;
    if !built.is_done {
        return Err(Stop::not_yet(
            format!("it does not compile yet:\n{}", built.first_error()),
            "the compiler says where the old type is still meant; change that line, and check again",
        ));
    }
    let program = cargo.target().join("debug/signature");
    let launch = Launch { name: "yours".into(), program, args: vec![] };
    let mut subject = Subject::start(&bench.stage, &launch, bench.patience()).map_err(|error| {
        Stop::not_yet(
            error.to_string(),
            "it compiles, but is no server any more; see its `main.rs`",
        )
    })?;
    for (id, look) in [
        ("ok-read", "what lies inside has to be read, or the server is of no use"),
        ("ok-link", "a link that leads to something inside has to be followed"),
        (
            "dotdot",
            "a path is a text again: without the check it says whatever it likes, and with a `&Dir` it cannot",
        ),
        (
            "absolute",
            "a path is a text again: without the check it says whatever it likes, and with a `&Dir` it cannot",
        ),
        (
            "link-file",
            "a link was followed to the outside: `Dir`'s own methods do not, those of `std::fs` do",
        ),
        (
            "root-replaced",
            "the directory's name was given to another one meanwhile, and `read` went by the name. Is `root` still a `&Path`? \
             Or is the `Dir` opened anew in each call? Open it once, in `main`",
        ),
    ] {
        let Some(attack) = table::all().find(|attack| attack.id == id) else { continue };
        let found = subject.attack(attack);
        if !matches!(found.verdict, Verdict::Served | Verdict::Contained) {
            let verdict = found.verdict.word();
            return Err(Stop::not_yet(format!("{id} ({}): {verdict}", attack.title), look));
        }
    }
    let Some(race) = RACES.first() else { return Ok(vec![]) };
    let raced = race::run(&mut subject, "yours", race, TO_HOLD, true, &Counters::default());
    let numbers = format!("{} calls under {} swaps", number(raced.calls), number(raced.swaps));
    if raced.escapes > 0 {
        let round = raced.round.as_ref().map_or_else(String::new, win_the_race::describe_round);
        return Err(Stop::not_yet(
            format!("the race was lost: {numbers} {round}"),
            "something is still looked up twice by name, once to check it and once to open it",
        ));
    }
    Ok(vec![
        "it compiles; links inside are followed, and `..`, absolute paths, links that lead out and a replaced root give nothing \
         away"
            .to_owned(),
        format!("the race: 0 of {numbers}, and there is no check left that could come too early"),
    ])
}
