//! Exercise: reconstruct a past attack from preopen's audit trail.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::process::Command;

use serde_json::{Value, json};

use super::bench::Bench;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::server::Server;

/// The trail's file.
const TRAIL: &str = "audit.jsonl";

pub(super) const EXERCISE: Exercise = Exercise {
    number: 10,
    name: "audit-trail",
    title: "an attack in the audit trail",
    minutes: 7,
    predict: "An agent read a page with hostile instructions and followed them. preopen recorded each call. Later, somebody \
removed a record from the file. What can still be found out about the attack?",
    task: "`audit.jsonl` is the trail. preopen wrote it just now, and the file names in it differ for every participant. Find out what \
happened and write it into the answer. `preopen audit tail` shows a trail line by line, and `preopen audit verify` checks \
whether it was altered.",
    start: &[(
        ANSWER,
        "# 10. An attack in the audit trail. The trail is in audit.jsonl.

# What can still be found out? (This is not graded.)
predict:

# The path that led outside through a link, as the agent requested it.
led_out:
# The path whose contents another program would have run without asking.
would_have_run:
# The file that was changed.
changed:
# The number of the first line at which the trail is broken.
broken_at:
",
    )],
    prepare,
    hints: [
        "Each record of a call has a `decision` and a `code`; `docs/errors.md` explains the codes. Which calls have `deny`, which have \
`error`, and which were allowed?",
        "`preopen audit tail audit.jsonl --refused` shows the first two. The record of a completed change has `after`, the new version \
of the file. `preopen audit verify audit.jsonl` names a line.",
        "`led_out` has the code `escapes_grant`, and `would_have_run` has the code `protected`. `changed` is the `write_file` with the \
decision `allow`. `broken_at` is the number that `verify` prints after `line`.",
    ],
    debrief: "A record of every decision, chained so that a gap is noticed, shows afterwards what a single refusal cannot.",
    check,
    ..Exercise::NEW
};

/// Creates the trail with a real server, with random file names.
fn prepare(bench: &Bench) -> io::Result<()> {
    let to = bench.dir.join(TRAIL);
    if to.exists() {
        return Ok(());
    }
    let name = bench.stage.letters();
    let sandbox = bench
        .stage
        .sandbox()
        .file("grant/README.md", "a page with instructions for the agent\n")
        .file(&format!("grant/payroll-{name}.txt"), "the data that the attacker wants\n")
        .link(&format!("grant/assets-{name}"), "../outside")
        .dir("grant/docs");
    let log = sandbox.path(TRAIL);
    let launch = bench.ours(vec![
        "--allow".into(),
        sandbox.spec("grant", "rw"),
        "--audit".into(),
        log.to_string_lossy().into_owned(),
    ])?;
    let mut command = Command::new(launch.program);
    command.args(launch.args);
    let mut server = Server::start(command, &bench.stage)?;
    let read = |path: &str| ("read_text_file", json!({"path": path}));
    let write = |path: &str| ("write_file", json!({"path": path, "content": "echo planted\n"}));
    for (tool, arguments) in [
        read("README.md"),
        ("list_directory", json!({"path": ""})),
        read("../.ssh/id_ed25519"),
        read(&format!("assets-{name}/secret.txt")),
        read(&format!("payroll-{name}.txt")),
        write(&format!(".git/hooks-{name}/post-checkout")),
        write(&format!("docs/setup-{name}.sh")),
        read("README.md"),
    ] {
        bench.call(&mut server, tool, &arguments);
    }
    server.finish(bench.patience());
    let text = std::fs::read_to_string(&log)?;
    let lines = text.split_inclusive('\n').filter(|line| !line.contains("payroll-"));
    let text: String = lines.collect();
    let mut file = OpenOptions::new().write(true).create_new(true).open(&to)?;
    file.write_all(text.as_bytes())
}

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["led_out", "would_have_run", "changed", "broken_at"])?;
    let text = std::fs::read_to_string(bench.dir.join(TRAIL))?;
    let records: Vec<Value> =
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut seen = vec![];
    for (name, is_it) in [
        ("led_out", (|record| of(record, "code") == "escapes_grant") as fn(&Value) -> bool),
        ("would_have_run", |record| of(record, "code") == "protected"),
        ("changed", |record| of(record, "decision") == "allow" && record.get("after").is_some()),
    ] {
        let given = settings.need(name)?;
        let of_path: Vec<&Value> = records
            .iter()
            .filter(|record| of(record, "kind") == "call" && path_of(record) == given)
            .collect();
        if !of_path.iter().any(|record| is_it(record)) {
            return Err(wrong(name, given, of_path.first().copied()));
        }
        seen.push(format!("{name}: `{given}`"));
    }
    let verified = verify(bench)?;
    let given = settings.need("broken_at")?;
    if given != verified {
        return Err(Stop::not_yet(
            format!("`broken_at` is `{given}`"),
            "each record holds the hash and the number of the previous one; `preopen audit verify` checks them and names \
             the line",
        ));
    }
    seen.push(format!(
        "broken_at: line {given}; the record before it is lost, but the trail shows that it is missing"
    ));
    Ok(seen)
}

fn wrong(name: &str, given: &str, found: Option<&Value>) -> Stop {
    let look = match name {
        "led_out" => {
            "a link that leads out of a grant has a code of its own; a path with `..` is refused before any lookup"
        }
        "would_have_run" => {
            "names whose contents other programs run without asking have the code `protected`"
        }
        _ => {
            "only the record of a completed change has `after`, the new version; the record of kind `intent` before it announces the change"
        }
    };
    let seen = found.map_or_else(
        || format!("`{name}` is `{given}`, and no call with that path is recorded"),
        |record| {
            let code = of(record, "code");
            let code = if code.is_empty() { String::new() } else { format!(", code `{code}`") };
            format!(
                "`{given}` is recorded: `{}`, decision `{}`{code}",
                of(record, "tool"),
                of(record, "decision")
            )
        },
    );
    Stop::not_yet(seen, look)
}

/// Returns the number of the line that `preopen audit verify` names.
fn verify(bench: &Bench) -> io::Result<String> {
    let launch = bench.ours(vec![])?;
    let output = Command::new(launch.program)
        .args(["audit", "verify"])
        .arg(bench.dir.join(TRAIL))
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = errors.split("line ").nth(1).and_then(|rest| rest.split(':').next());
    line.map(str::to_owned).ok_or_else(|| {
        io::Error::other(format!(
            "`{TRAIL}` is not the file that the lab wrote; move it away, and `preopen-lab learn 10` writes a new one ({errors})"
        ))
    })
}

fn of<'a>(record: &'a Value, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn path_of(record: &Value) -> &str {
    record.pointer("/paths/0").and_then(Value::as_str).unwrap_or_default()
}
