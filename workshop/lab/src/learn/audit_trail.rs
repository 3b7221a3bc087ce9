//! Exercise: an attack that is over, and what the audit trail of preopen still tells of it.

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
    title: "an attack, from its trail",
    minutes: 7,
    predict: "An agent read a page that told it to do other things than its user wanted. preopen put each call on record. Afterwards \
somebody took a record out of the file. What of the attack can still be known?",
    task: "`audit.jsonl` is the trail, made by preopen just now; names in it are others for everybody. Find out what happened, and say it \
in the answer. `preopen audit tail` shows a trail line by line, and `preopen audit verify` says whether it is as it was written.",
    start: &[(
        ANSWER,
        "# 10. An attack, from its trail, which is in audit.jsonl.

# What can still be known? (Nobody judges this.)
predict:

# The path that led outside by a link, as the agent said it.
led_out:
# The path that would have run code without being asked for.
would_have_run:
# The file that was changed.
changed:
# The number of the first line that is not as it was written.
broken_at:
",
    )],
    prepare,
    hints: [
        "Each record of a call has `decision` and `code`; `docs/errors.md` says what each code means. What is `deny`, what is `error`, and what \
was done?",
        "`preopen audit tail audit.jsonl --refused` has two of them; a change that was made has `after`, the version it left. \
`preopen audit verify audit.jsonl` names a line.",
        "`led_out` has the code `escapes_grant`, `would_have_run` the code `protected`; `changed` is the `write_file` with the decision \
`allow`; `broken_at` is what `verify` says behind `line`.",
    ],
    debrief: "A record of every decision, chained so that a gap shows, answers afterwards what a refusal alone keeps to itself.",
    check,
    ..Exercise::NEW
};

/// Makes the trail, by a real server, with names that nobody has seen.
fn prepare(bench: &Bench) -> io::Result<()> {
    let to = bench.dir.join(TRAIL);
    if to.exists() {
        return Ok(());
    }
    let name = bench.stage.letters();
    let sandbox = bench
        .stage
        .sandbox()
        .file("grant/README.md", "a page that tells the agent what to do\n")
        .file(&format!("grant/payroll-{name}.txt"), "what somebody was after\n")
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
        let said = settings.need(name)?;
        let of_path: Vec<&Value> = records
            .iter()
            .filter(|record| of(record, "kind") == "call" && path_of(record) == said)
            .collect();
        if !of_path.iter().any(|record| is_it(record)) {
            return Err(wrong(name, said, of_path.first().copied()));
        }
        seen.push(format!("{name}: `{said}`"));
    }
    let verified = verify(bench)?;
    let said = settings.need("broken_at")?;
    if said != verified {
        return Err(Stop::not_yet(
            format!("`broken_at` is `{said}`"),
            "each record holds the hash and the number of the one before: `preopen audit verify` counts for you, and \
             names the line",
        ));
    }
    seen.push(format!(
        "broken_at: line {said}; what the record before it said is gone, and that it is gone is not"
    ));
    Ok(seen)
}

fn wrong(name: &str, said: &str, found: Option<&Value>) -> Stop {
    let look = match name {
        "led_out" => {
            "a link that leads out of a grant has a code of its own; `..` in a path is refused before anything is looked at"
        }
        "would_have_run" => {
            "names that run code or speak for the user without being asked are `protected`"
        }
        _ => {
            "only a change that was made has `after`, the version that it left; the record of kind `intent` before it says what was meant"
        }
    };
    let seen = found.map_or_else(
        || format!("`{name}` is `{said}`, and no call with that path is on record"),
        |record| {
            let code = of(record, "code");
            let code = if code.is_empty() { String::new() } else { format!(", code `{code}`") };
            format!(
                "`{said}` is on record: `{}`, decision `{}`{code}",
                of(record, "tool"),
                of(record, "decision")
            )
        },
    );
    Stop::not_yet(seen, look)
}

/// The line that `preopen audit verify` names.
fn verify(bench: &Bench) -> io::Result<String> {
    let launch = bench.ours(vec![])?;
    let output = Command::new(launch.program)
        .args(["audit", "verify"])
        .arg(bench.dir.join(TRAIL))
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.split("line ").nth(1).and_then(|rest| rest.split(':').next());
    line.map(str::to_owned).ok_or_else(|| {
        io::Error::other(format!(
            "`{TRAIL}` is no more what the lab made; move it away, and `preopen-lab learn 10` makes another ({said})"
        ))
    })
}

fn of<'a>(record: &'a Value, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn path_of(record: &Value) -> &str {
    record.pointer("/paths/0").and_then(Value::as_str).unwrap_or_default()
}
