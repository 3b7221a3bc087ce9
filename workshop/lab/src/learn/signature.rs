//! Exercise: the lasting fix, which is another type in a signature.

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
/// How long the server must hold in the race.
const TO_HOLD: Duration = Duration::from_secs(1);

pub(super) const EXERCISE: Exercise = Exercise {
    number: NUMBER,
    name: "signature",
    title: "fixed by a signature",
    minutes: 10,
    predict: "Change `fn read(root: &Path, path: &str)` to `fn read(root: &Dir, path: &str)`, where `Dir` is an open directory \
(cap-std). Which other lines must change to compile again, and which checks become unnecessary?",
    task: "`src/` is a small MCP server with its tool in `read.rs`. Change the type of `root`, and follow the compiler. \
`cap_std::fs::Dir::open_ambient_dir(path, cap_std::ambient_authority())` opens a directory; do that once. A `Dir` has the \
methods of `std::fs` for everything below it. The lab then attacks and races your server like every other.",
    start: &[
        (
            ANSWER,
            "# 6. Fixed by a signature. The answer is in src/.

# Which other lines must change to compile again? (This is not graded.)
predict:
",
        ),
        ("Cargo.toml", include_str!("../../exercises/signature/Cargo.toml")),
        ("Cargo.lock", include_str!("../../exercises/signature/Cargo.lock")),
        ("src/main.rs", include_str!("../../exercises/signature/src/main.rs")),
        ("src/read.rs", include_str!("../../exercises/signature/src/read.rs")),
    ],
    hints: [
        "With `root: &Dir` there is no path left to resolve and compare. What does `root.read_to_string(path)` do?",
        "`read` becomes one line. Then the compiler complains about `main.rs`, which has a `PathBuf` but needs a `Dir`: open it once, \
before the first call.",
        "`preopen-lab learn show 6` shows the solution.",
    ],
    diff: Some(include_str!("../../solutions/06.diff")),
    debrief: "A function that takes a directory handle instead of a path needs no check, so no check can come too early.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let cargo = Cargo::in_dir(bench, &bench.dir, NUMBER);
    let built = cargo.run(&["build", "--quiet"])?;
    if !built.is_done {
        return Err(Stop::not_yet(
            format!("the server does not compile yet:\n{}", built.first_error()),
            "the compiler shows where the old type is still used; change that line, and check again",
        ));
    }
    let program = cargo.target().join("debug/signature");
    let launch = Launch { name: "yours".into(), program, args: vec![] };
    let mut subject = Subject::start(&bench.stage, &launch, bench.patience()).map_err(|error| {
        Stop::not_yet(
            error.to_string(),
            "it compiles, but is not an MCP server any more; look at its `main.rs`",
        )
    })?;
    for (id, look) in [
        ("ok-read", "the server must read files inside, or it is useless"),
        ("ok-link", "the server must follow a link that leads to a file inside"),
        (
            "dotdot",
            "the path is used as text: without a check it can lead anywhere; looked up from a `&Dir` it cannot",
        ),
        (
            "absolute",
            "the path is used as text: without a check it can lead anywhere; looked up from a `&Dir` it cannot",
        ),
        (
            "link-file",
            "the server followed a link to the outside: the methods of `Dir` do not do that, those of `std::fs` do",
        ),
        (
            "root-replaced",
            "the name of the directory became a link, and `read` used the name. Is `root` still a `&Path`? Or is the `Dir` \
             opened again in each call? Open it once, in `main`",
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
    let numbers = format!("{} calls during {} swaps", number(raced.calls), number(raced.swaps));
    if raced.escapes > 0 {
        let round = raced.round.as_ref().map_or_else(String::new, win_the_race::describe_round);
        return Err(Stop::not_yet(
            format!("the race was lost: {numbers} {round}"),
            "the server still looks up a name twice, once to check it and once to open it",
        ));
    }
    Ok(vec![
        "the server compiles and follows links inside; `..`, absolute paths, links that lead out and a replaced root reveal \
         nothing"
            .to_owned(),
        format!("the race: 0 escapes in {numbers}; there is no check left that could come too early"),
    ])
}
