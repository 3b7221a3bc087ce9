//! Exercise without a solution: the participant's own program attacks preopen, with the flag outside.

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

/// The maximum number of calls in one attempt.
const CALLS: u64 = 1_000_000;
/// The maximum duration of an attempt, in seconds.
const LONGEST: u64 = 3600;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 12,
    name: "open-escape",
    title: "escape from preopen",
    minutes: 10,
    predict: "Nobody has done this yet. There are three walls: names are looked up from handles, rights are types, and the kernel \
enforces a sandbox. Which one would have to give way, and where would you start?",
    task: "Write a program that gets the flag out of preopen. The lab sends each line that it prints to the server, and writes the \
answer to its standard input. Meanwhile it may do anything in the granted directory, `$GRANT`.\n\
Two results count: the flag in an answer to a line that does not contain it, or a change outside the grant. The flag lies in \
`$GRANT/../outside/secret.txt`. The kernel prevents your program from reading it directly and from making a hard link to it, \
since neither would be a fault of preopen. Try this only on your own machine. If you succeed, do not publish it; SECURITY.md \
describes how to report it.",
    start: &[
        (
            ANSWER,
            "# 12. Escape from preopen. There is no solution.

# Where would you start? (This is not graded.)
predict:

# The command, which sh runs in this directory, and its maximum duration.
run: sh attack.sh
seconds: 10
",
        ),
        (
            "attack.sh",
            r#"# A first attempt: two tools read through a planted link. Every printed line goes to the server.
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
        "`preopen-lab list` shows what has been tried already. What is missing from the list?",
        "Think about which system calls preopen makes, and when: `preopen-lab run race-directory --explain` and `strace` show them.",
        "There is no third hint, because nobody knows a way. docs/known-escapes.md lists what preopen does not stop; that does not count.",
    ],
    debrief: "A failed attack is evidence but not proof, and the stronger argument is what the process cannot reach at all.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["run", "seconds"])?;
    let run = settings.need("run")?;
    let seconds = settings.get("seconds").unwrap_or("10").parse().ok();
    let seconds = seconds.filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or_else(|| {
        Stop::not_yet(
            "`seconds` is not a valid time",
            format!("it must be a whole number from 1 to {LONGEST}"),
        )
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
    let mut tally = Tally::default();
    let limit = Duration::from_secs(seconds);
    let ended =
        conversation::run(bench, command, limit, |line| tally.answered(bench, &mut server, line))?;
    if let Some(exchange) = tally.escaped {
        return Ok(vec![
            format!(
                "ESCAPED, at call {}: please do not publish it, and report it as described in SECURITY.md",
                tally.calls
            ),
            format!("> {exchange}"),
        ]);
    }
    if outside()? != before {
        return Ok(vec![
            "ESCAPED: something outside the grant was changed; please report it as described in SECURITY.md"
                .into(),
        ]);
    }
    if tally.calls == 0 {
        return Err(Stop::not_yet(
            format!("`{run}` sent no request; {}", describe_ending(&ended)),
            "every line that it prints is sent to the server: print lines of JSON-RPC with a numeric `id`",
        ));
    }
    let codes = tally.codes.iter().map(|(code, n)| format!("{code} {}", number(*n)));
    Err(Stop::not_yet(
        format!(
            "preopen held: {} calls ({}); {}",
            number(tally.calls),
            codes.collect::<Vec<_>>().join(", "),
            describe_ending(&ended)
        ),
        "docs/errors.md explains each code; `not answered` is worth a look as well",
    ))
}

/// The results of an attempt.
#[derive(Default)]
struct Tally {
    calls: u64,
    /// How often each code occurred.
    codes: BTreeMap<String, u64>,
    /// The call that revealed the flag.
    escaped: Option<String>,
}

impl Tally {
    /// Sends a line to the server and returns the answer, or `None` once the flag is out.
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

fn describe_ending(ended: &Ending) -> String {
    match ended.last_error.as_str() {
        _ if ended.is_late => "its time was up".into(),
        "" => "it printed no error".into(),
        error => format!("its last error line: {}", error.chars().take(200).collect::<String>()),
    }
}
