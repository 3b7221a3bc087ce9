//! Exercise: what a handle does not decide. The participant writes a policy for preopen, and the lab tries it.

use preopen_attacks::Sandbox;
use preopen_attacks::Step::{Fifo, File, HardLink, Sparse};
use serde_json::{Value, json};

use super::bench::Bench;
use super::call;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::server::{Exchange, Reply, Server, is_refusal};
use crate::stage::FLAG;
use crate::trial::text_of;

/// The maximum number of characters of an answer, and the number allowed on top for the frame around it.
const MOST: usize = 10_000;
const AROUND: usize = 500;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 8,
    name: "what-is-left",
    title: "what a handle does not decide",
    minutes: 8,
    predict: "preopen holds a handle to `grant/`. The directory contains a FIFO, a file of 300 MB, a line on which the expression \
`(a|a)*$` backtracks for ever, a secret in `.env`, and a hard link to a file outside. Which of the five need a setting?",
    task: "Write a policy in `allowlist.toml` that meets all five conditions. `preopen explain limits` and the example \
`allowlist.toml` in the repository show the settings.\n\
1. No tool reveals the secret in `.env`.\n\
2. No tool reveals `notes.txt`, which is a hard link to a file outside.\n\
3. `docs/guide.txt` can be read, and `docs/new.txt` can be written.\n\
4. `vendor/` can be read but not changed.\n\
5. No answer has more than 10000 characters.",
    start: &[
        (
            ANSWER,
            "# 8. What a handle does not decide. The answer is in allowlist.toml.

# Which of the five need a setting? (This is not graded.)
predict:
",
        ),
        (
            "allowlist.toml",
            "# The policy. `preopen --config` reads it; paths are relative to this file.

[[allow]]
path = \"grant\"
rights = \"ro\"
",
        ),
    ],
    hints: [
        "Rights apply to the whole grant; `hide` and `readonly` are lists of globs for exceptions; `[limits]` sets the sizes.",
        "`hide` makes names look as if they did not exist; `readonly` protects names from changes; `max_result_chars` limits an \
answer.",
        "Below `[[allow]]`: `rights = \"rw\"`, `hide = [\".env*\", \"notes.txt\"]`, `readonly = [\"vendor/**\"]`; and then \
`[limits]` with `max_result_chars = 10000`.",
    ],
    debrief: "A capability decides what can be reached, and a policy that somebody must write decides what of it should be.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let policy = std::fs::read(bench.dir.join("allowlist.toml"))?;
    let sandbox = bench.stage.sandbox().file("allowlist.toml", policy).take(&[
        File("grant/.env", "KEY={SECRET}\n"),
        HardLink("grant/notes.txt", "outside/secret.txt"),
        File("grant/docs/guide.txt", "the guide\n"),
        File("grant/vendor/lib.js", "unchanged\n"),
        Fifo("grant/pipe"),
        Sparse("grant/huge.txt", 300 << 20),
        File("grant/a.txt", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n"),
    ]);
    let sandbox = sandbox.file("grant/long.txt", "a line of some length\n".repeat(4000));
    let config = sandbox.path("allowlist.toml").to_string_lossy().into_owned();
    let launch = bench.ours(vec!["--config".into(), config])?;
    let mut command = std::process::Command::new(&launch.program);
    command.args(&launch.args).current_dir(sandbox.path(""));
    let mut server = Server::start(command, &bench.stage).map_err(|error| {
        Stop::not_yet(
            error.to_string(),
            "preopen did not start with this policy; its message names the line or the key",
        )
    })?;
    let mut trial = PolicyTrial { bench, sandbox: &sandbox, server: &mut server };
    trial.secrets()?;
    trial.work()?;
    trial.sizes()?;
    let mut seen = vec![
        "no tool revealed the secret or the hard link".to_owned(),
        "`docs/guide.txt` was read and `docs/new.txt` was written; `vendor/lib.js` is unchanged"
            .to_owned(),
        format!("no answer had more than {MOST} characters"),
    ];
    seen.push(trial.without_a_setting());
    Ok(seen)
}

struct PolicyTrial<'a> {
    bench: &'a Bench,
    sandbox: &'a Sandbox,
    server: &'a mut Server,
}

impl PolicyTrial<'_> {
    /// Returns the absolute path of a file, which is valid whatever the grant is named.
    fn path(&self, below: &str) -> String {
        self.sandbox.path("grant").join(below).to_string_lossy().into_owned()
    }

    fn ask(&mut self, tool: &str, arguments: &Value) -> Exchange {
        self.bench.call(self.server, tool, arguments)
    }

    fn secrets(&mut self) -> Result<(), Stop> {
        for (name, look) in [
            (".env", "hide the name: `hide` is a list of globs below `[[allow]]`"),
            (
                "notes.txt",
                "a hard link is the file itself, so path resolution cannot detect it; hide its name, or grant less than \
                 all of `grant/`",
            ),
        ] {
            let read = self.ask("read_text_file", &json!({"path": self.path(name)}));
            if self.bench.gives_flag(&read) {
                return Err(Stop::not_yet(
                    format!("reading `{name}` was answered with `{}`", call::answer_text(&read)),
                    look,
                ));
            }
        }
        let found =
            self.ask("grep", &json!({"pattern": FLAG, "hidden": true, "respect_ignore": false}));
        if self.bench.gives_flag(&found) {
            return Err(Stop::not_yet(
                format!("a search was answered with `{}`", call::answer_text(&found)),
                "hide every name that leads to it, at any depth, and grant only `grant`",
            ));
        }
        Ok(())
    }

    fn work(&mut self) -> Result<(), Stop> {
        let read = self.ask("read_text_file", &json!({"path": self.path("docs/guide.txt")}));
        if !call::answer_text(&read).contains("the guide") {
            return Err(Stop::not_yet(
                format!(
                    "reading `docs/guide.txt` was answered with `{}`",
                    call::answer_text(&read)
                ),
                "the policy forbids too much to work with it",
            ));
        }
        let write =
            self.ask("write_file", &json!({"path": self.path("docs/new.txt"), "content": "new\n"}));
        if !self.sandbox.path("grant/docs/new.txt").exists() {
            return Err(Stop::not_yet(
                format!("writing `docs/new.txt` was answered with `{}`", call::answer_text(&write)),
                "writing needs a right: `rights = \"rw\"` for the grant with `docs/`",
            ));
        }
        let vendor = self.path("vendor/lib.js");
        let read = self.ask("read_text_file", &json!({"path": vendor}));
        if !call::answer_text(&read).contains("unchanged") {
            return Err(Stop::not_yet(
                format!("reading `vendor/lib.js` was answered with `{}`", call::answer_text(&read)),
                "`vendor/` must be readable; `readonly` prevents changes without hiding it",
            ));
        }
        self.ask("write_file", &json!({"path": vendor, "content": "changed\n"}));
        let now = std::fs::read(self.sandbox.path("grant/vendor/lib.js"))?;
        if now != b"unchanged\n" {
            return Err(Stop::not_yet(
                "`vendor/lib.js` was overwritten",
                "rights apply to the whole grant; `readonly = [\"vendor/**\"]` protects some names from changes",
            ));
        }
        Ok(())
    }

    fn sizes(&mut self) -> Result<(), Stop> {
        let read = self.ask("read_text_file", &json!({"path": self.path("long.txt")}));
        let length = read.reply.result().map_or(0, |result| text_of(&result).chars().count());
        if length > MOST + AROUND {
            return Err(Stop::not_yet(
                format!("an answer had {length} characters"),
                "set a limit below `[limits]`; `preopen explain limits` shows the one for the characters of a result",
            ));
        }
        Ok(())
    }

    /// Describes the cases that need no setting.
    fn without_a_setting(&mut self) -> String {
        let pipe = self.ask("read_text_file", &json!({"path": self.path("pipe")}));
        let huge =
            self.ask("read_text_file", &json!({"path": self.path("huge.txt"), "byte_limit": 10}));
        let bad = self.ask("grep", &json!({"pattern": "(a|a)*$", "path": self.path("a.txt")}));
        let outcomes =
            [("the FIFO", pipe), ("300 MB", huge), ("(a|a)*$", bad)].map(|(what, exchange)| {
                let outcome = match exchange.reply.result() {
                    Some(result) if is_refusal(&result) => "refused",
                    Some(_) => "answered",
                    None if matches!(exchange.reply, Reply::Silence(_)) => "NOT ANSWERED",
                    None => "FAILED",
                };
                format!("{what} {outcome} after {} ms", exchange.took.as_millis())
            });
        format!("without any setting: {}", outcomes.join(", "))
    }
}
