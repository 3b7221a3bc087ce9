//! Exercise without a solution: any command of the participant's, against preopen, with the flag outside.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use super::bench::Bench;
use super::call;
use super::conversation::{self, Ending};
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::server::{Server, is_refusal};
use crate::show::number;

/// Calls of one attempt.
const CALLS: u64 = 1_000_000;
/// The longest that an attempt may take, in seconds.
const LONGEST: u64 = 3600;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 12,
    name: "open-escape",
    title: "escape from preopen",
    minutes: 10,
    predict: "Nobody has done this yet. Which of the three walls (names resolve from handles, rights are types, the kernel) would have to give \
way, and where would you begin?",
    task: "Write a program that gets the flag out of preopen. Each line that it prints is sent to the server, and the answer to it comes \
back on its standard input. It may do what it likes in the granted directory, `$GRANT`, while the server works.\n\
What counts: the flag in an answer to a line that does not hold it, or a change beside the grant. The flag lies in \
`$GRANT/../outside/secret.txt`; the kernel keeps your program from reading it itself, and from making a hard link to it, since that would not \
be preopen's fault. Only on your own machine. If you get it: do not publish it, SECURITY.md says how to report it.",
    start: &[
        (
            ANSWER,
            "# 12. Escape from preopen. There is no solution.

# Where would you begin? (Nobody judges this.)
predict:

# The command, run by sh in this directory; and for at most how long.
run: sh attack.sh
seconds: 10
",
        ),
        (
            "attack.sh",
            r#"# An attempt to begin with: a planted link, asked for by two tools. Lines that are printed go to the server.
call() {
  echo "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"$1\",\"arguments\":$2}}"
  read -r answer
  echo "$answer" | cut -c 1-200 >&2
}
ln -s ../outside "$GRANT/way"
call read_text_file '{"path":"way/secret.txt"}'
call grep '{"pattern":"FLAG_"}'
"#,
        ),
    ],
    hints: [
        "`preopen-lab list` has what was tried already. What is not in the list?",
        "Think of what the kernel is asked, and when: `preopen-lab run race-directory --explain` and `strace` show it.",
        "There is no third hint, for nobody knows a way. docs/known-escapes.md says what is known not to be stopped, and does not count.",
    ],
    debrief: "That an attack failed is evidence and no proof, and the proof is in what the process does not hold.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["run", "seconds"])?;
    let run = settings.need("run")?;
    let seconds = settings.get("seconds").unwrap_or("10").parse().ok();
    let seconds = seconds.filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or_else(|| {
        Stop::not_yet("`seconds` is no time", format!("a whole number, from 1 to {LONGEST}"))
    })?;
    let sandbox = bench.stage.sandbox();
    let grant = sandbox.path("grant");
    let launch = bench.ours(["--allow", "{}:rwd"].map(str::to_owned).into())?;
    let mut server = bench.start(&launch, &grant)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("keep-out").arg(sandbox.path("")).arg("--but").arg(&grant);
    command.args(bench.options.unconfined.then_some("--unconfined")).args(["--", "sh", "-c", run]);
    command.env("GRANT", &grant);
    let outside = || -> std::io::Result<Vec<_>> {
        let mut all = vec![];
        for below in ["", "outside", "grant_sibling"] {
            for entry in std::fs::read_dir(sandbox.path(below))? {
                let path = entry?.path();
                all.push((path.clone(), std::fs::read(path).ok()));
            }
        }
        all.sort();
        Ok(all)
    };
    let before = outside()?;
    let (mut tally, limit) = (Tally::default(), Duration::from_secs(seconds));
    let ended =
        conversation::run(bench, command, limit, |line| tally.answered(bench, &mut server, line))?;
    if let Some(exchange) = tally.escaped {
        return Ok(vec![
            format!(
                "ESCAPED, at call {}: please do not publish it, and report it as SECURITY.md says",
                tally.calls
            ),
            format!("> {exchange}"),
        ]);
    }
    if outside()? != before {
        return Ok(vec![
            "ESCAPED: something beside the grant was changed; please report it as SECURITY.md says"
                .into(),
        ]);
    }
    if tally.calls == 0 {
        return Err(Stop::not_yet(
            format!("`{run}` asked for nothing; {}", last_words(&ended)),
            "each line that it prints is sent to the server: lines of JSON-RPC, with a number as `id`",
        ));
    }
    let codes = tally.codes.iter().map(|(code, n)| format!("{code} {}", number(*n)));
    Err(Stop::not_yet(
        format!(
            "preopen held: {} calls ({}); {}",
            number(tally.calls),
            codes.collect::<Vec<_>>().join(", "),
            last_words(&ended)
        ),
        "each code is a wall that was met, and docs/errors.md says which; `not answered` is worth a look as well",
    ))
}

/// What came of an attempt.
#[derive(Default)]
struct Tally {
    calls: u64,
    /// How often which code came.
    codes: BTreeMap<String, u64>,
    /// The call that the flag came out by.
    escaped: Option<String>,
}

impl Tally {
    /// Sends a line on, unless the flag is out already.
    fn answered(&mut self, bench: &Bench, server: &mut Server, line: &str) -> Option<String> {
        self.calls += 1;
        let exchange = server.send_line(line, bench.patience());
        let code = match exchange.reply.result() {
            None => "not answered".to_owned(),
            Some(result) if is_refusal(&result) => {
                call::answer_text(&exchange).split(':').next().unwrap_or_default().to_owned()
            }
            Some(_) => "answered".to_owned(),
        };
        *self.codes.entry(code).or_default() += 1;
        if bench.gives_flag(&exchange) {
            self.escaped = Some(line.to_owned());
            return None;
        }
        (self.calls < CALLS).then(|| exchange.reply.line().unwrap_or("{}").to_owned())
    }
}

fn last_words(ended: &Ending) -> String {
    match ended.said.as_str() {
        _ if ended.is_late => "the time was over".into(),
        "" => "it said nothing else".into(),
        said => format!("its last words: {}", said.chars().take(200).collect::<String>()),
    }
}
