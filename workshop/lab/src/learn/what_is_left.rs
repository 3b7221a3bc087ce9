//! Exercise: what a handle does not decide. The participant writes a policy for preopen, and it is tried.

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

/// The most characters that an answer is to have, and what may come with them.
const MOST: usize = 10_000;
const AROUND: usize = 500;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 8,
    name: "what-is-left",
    title: "what a handle does not decide",
    minutes: 8,
    predict: "preopen holds a handle to `grant/`. In it lie a FIFO, a file of 300 MB, a line that the expression `(a|a)*$` takes for \
ever on, a secret in `.env`, and a hard link to a file outside. Which of the five need a setting?",
    task: "Write the policy in `allowlist.toml` so that all of this holds. `preopen explain limits` and the example in the \
repository, `allowlist.toml`, say what there is.\n\
1. The secret in `.env` comes out by no tool.\n\
2. `notes.txt` is a second name (a hard link) of a file outside: it comes out by no tool either.\n\
3. `docs/guide.txt` can be read, and `docs/new.txt` written.\n\
4. `vendor/` can be read, and never changed.\n\
5. No answer has more than 10000 characters.",
    start: &[
        (
            ANSWER,
            "# 8. What a handle does not decide. The answer is in allowlist.toml.

# Which of the five need a setting? (Nobody judges this.)
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
        "Rights are for the whole grant; `hide` and `readonly` are lists of globs that take something out; `[limits]` has the \
sizes.",
        "`hide` takes names out as if they were not there, whatever their contents; `readonly` keeps names from being changed; \
`max_result_chars` bounds an answer.",
        "Below `[[allow]]`: `rights = \"rw\"`, `hide = [\".env*\", \"notes.txt\"]`, `readonly = [\"vendor/**\"]`; and then \
`[limits]` with `max_result_chars = 10000`.",
    ],
    debrief: "A capability says what can be reached, and what of it should be is a policy that somebody has to write down.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let policy = std::fs::read(bench.dir.join("allowlist.toml"))?;
    let sandbox = bench.stage.sandbox().file("allowlist.toml", policy).take(&[
        File("grant/.env", "KEY={SECRET}\n"),
        HardLink("grant/notes.txt", "outside/secret.txt"),
        File("grant/docs/guide.txt", "how to go on\n"),
        File("grant/vendor/lib.js", "as it came\n"),
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
            "preopen did not start with this policy; the message is its own, and names the line or the key",
        )
    })?;
    let mut tried = PolicyTrial { bench, sandbox: &sandbox, server: &mut server };
    tried.secrets()?;
    tried.work()?;
    tried.sizes()?;
    let mut seen = vec![
        "the secret and the hard link came out by no tool".to_owned(),
        "`docs/guide.txt` was read and `docs/new.txt` written; `vendor/lib.js` stayed as it was"
            .to_owned(),
        format!("no answer had more than {MOST} characters"),
    ];
    seen.push(tried.without_a_setting());
    Ok(seen)
}

struct PolicyTrial<'a> {
    bench: &'a Bench,
    sandbox: &'a Sandbox,
    server: &'a mut Server,
}

impl PolicyTrial<'_> {
    /// A path as every grant understands it, whatever it is called.
    fn path(&self, below: &str) -> String {
        self.sandbox.path("grant").join(below).to_string_lossy().into_owned()
    }

    fn ask(&mut self, tool: &str, arguments: &Value) -> Exchange {
        self.bench.call(self.server, tool, arguments)
    }

    fn secrets(&mut self) -> Result<(), Stop> {
        for (name, look) in [
            (".env", "take the name out: `hide` is a list of globs, below `[[allow]]`"),
            (
                "notes.txt",
                "a hard link is the file itself, so no resolver sees that it is another; whoever knows its name can hide it, or \
                 grant less than all of `grant/`",
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
                "hide every name that leads to it, at any depth; and grant no more than `grant`",
            ));
        }
        Ok(())
    }

    fn work(&mut self) -> Result<(), Stop> {
        let read = self.ask("read_text_file", &json!({"path": self.path("docs/guide.txt")}));
        if !call::answer_text(&read).contains("how to go on") {
            return Err(Stop::not_yet(
                format!(
                    "reading `docs/guide.txt` was answered with `{}`",
                    call::answer_text(&read)
                ),
                "the policy takes too much away: nobody can work with it",
            ));
        }
        let write =
            self.ask("write_file", &json!({"path": self.path("docs/new.txt"), "content": "new\n"}));
        if !self.sandbox.path("grant/docs/new.txt").exists() {
            return Err(Stop::not_yet(
                format!("writing `docs/new.txt` was answered with `{}`", call::answer_text(&write)),
                "to write takes the right to: `rights = \"rw\"` for the grant that has `docs/`",
            ));
        }
        let vendor = self.path("vendor/lib.js");
        let read = self.ask("read_text_file", &json!({"path": vendor}));
        if !call::answer_text(&read).contains("as it came") {
            return Err(Stop::not_yet(
                format!("reading `vendor/lib.js` was answered with `{}`", call::answer_text(&read)),
                "`vendor/` is to be read; `readonly` keeps it from being changed without hiding it",
            ));
        }
        self.ask("write_file", &json!({"path": vendor, "content": "changed\n"}));
        let now = std::fs::read(self.sandbox.path("grant/vendor/lib.js"))?;
        if now != b"as it came\n" {
            return Err(Stop::not_yet(
                "`vendor/lib.js` was written over",
                "rights are the grant's; `readonly = [\"vendor/**\"]` takes some names out of what may be changed",
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
                "`[limits]` in the policy; `preopen explain limits` has the name of the one for the characters of a result",
            ));
        }
        Ok(())
    }

    /// What nothing had to be said for.
    fn without_a_setting(&mut self) -> String {
        let pipe = self.ask("read_text_file", &json!({"path": self.path("pipe")}));
        let huge =
            self.ask("read_text_file", &json!({"path": self.path("huge.txt"), "byte_limit": 10}));
        let bad = self.ask("grep", &json!({"pattern": "(a|a)*$", "path": self.path("a.txt")}));
        let told =
            [("the FIFO", pipe), ("300 MB", huge), ("(a|a)*$", bad)].map(|(what, exchange)| {
                let outcome = match exchange.reply.result() {
                    Some(result) if is_refusal(&result) => "refused",
                    Some(_) => "answered",
                    None if matches!(exchange.reply, Reply::Silence(_)) => "NOT ANSWERED",
                    None => "FAILED",
                };
                format!("{what} {outcome} after {} ms", exchange.took.as_millis())
            });
        format!("without any setting: {}", told.join(", "))
    }
}
