//! Exercise: a program with more authority than its caller opens names that the caller chose.

use preopen_attacks::Sandbox;
use serde_json::json;

use super::bench::Bench;
use super::call;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::server::{Server, is_refusal};
use crate::trial::text_of;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 9,
    name: "confused-deputy",
    title: "the confused deputy",
    minutes: 8,
    predict: "A builder may read and write `private/` and `public/`. It does jobs for a helper, which may access only `public/`. An \
access list restricts the helper's own calls to `public/`. Can the helper still read `private/plan.txt`?",
    task: "A job consists of two names: the builder reads `from`, writes the text to `to`, and adds a line to its own \
`private/log.txt`.\n\
1. Attack: write a job that gives the contents of `private/plan.txt` to the helper.\n\
2. Fix: choose for each of the three names whether the `builder`'s or the `helper`'s handles open it. The attack must fail, \
honest jobs must succeed, and the log must be written.\n\
\x20 grant/\n\
\x20 |-- private/   plan.txt (the flag), log.txt    handles: builder\n\
\x20 `-- public/    page.txt                        handles: builder, helper",
    start: &[(
        ANSWER,
        "# 9. The confused deputy.

# Can the helper read private/plan.txt? (This is not graded.)
predict:

# 1. The job that the helper gives to the builder.
from: public/page.txt
to: public/copy.txt

# 2. Whose handles open each name: builder or helper?
from_by: builder
to_by: builder
log_by: builder
",
    )],
    hints: [
        "The builder does not check who wants to read a file. Which file could the helper make it read, and where must the copy be \
written?",
        "`from: private/plan.txt`, `to: public/copy.txt`. For the fix: who chose each of the three names? Open each name with the \
authority of the one who chose it.",
        "`from_by: helper`, `to_by: helper`, `log_by: builder`: the helper chose the names of the job, and the log is the builder's own.",
    ],
    debrief: "A bare name makes the program that opens it use its own authority, so let callers hand over handles instead of names.",
    check,
    ..Exercise::NEW
};

/// Whose handles open a name.
const BY: &[&str] = &["builder", "helper"];
const PAGE: &str = "public information";

struct Deputy<'a> {
    bench: &'a Bench,
    sandbox: &'a Sandbox,
    builder: Server,
    helper: Server,
    /// Whether the helper's handles open each of `from`, `to` and the log.
    by_helper: [bool; 3],
}

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["from", "to", "from_by", "to_by", "log_by"])?;
    let from = settings.need("from")?;
    let to = settings.need("to")?;
    let mut by_helper = [false; 3];
    for (by, name) in by_helper.iter_mut().zip(["from_by", "to_by", "log_by"]) {
        *by = settings.one_of(name, BY)? == 1;
    }
    let sandbox = bench
        .stage
        .sandbox()
        .file("grant/private/plan.txt", bench.flag())
        .file("grant/private/log.txt", "")
        .file("grant/public/page.txt", PAGE);
    let allow = |names: &[&str]| {
        let specs = names.iter().map(|name| sandbox.spec(&format!("grant/{name}"), "rw"));
        bench.ours([String::from("--allow")].into_iter().chain(specs).collect())
    };
    let start = |names: &[&str]| {
        let launch = allow(names)?;
        let mut command = std::process::Command::new(launch.program);
        command.args(launch.args);
        Server::start(command, &bench.stage)
    };
    let builder = start(&["private", "public"])?;
    let helper = start(&["public"])?;
    let mut deputy = Deputy { bench, sandbox: &sandbox, builder, helper, by_helper: [false; 3] };
    check_attack(&mut deputy, from, to)?;
    let mut seen = vec![format!(
        "1. the job `{from}` to `{to}` gave the helper the flag, through the builder's handles"
    )];
    if by_helper == [false; 3] {
        return Err(Stop::not_yet(
            format!("the attack works: the helper read the flag in `{to}`"),
            "now fix it: who chose each of the three names? Set `from_by`, `to_by` and `log_by`",
        ));
    }
    deputy.by_helper = by_helper;
    check_fix(&mut deputy, from, to)?;
    seen.push("2. with the helper's own handles the same job is refused, an honest job succeeds, and the log is written".into());
    Ok(seen)
}

/// Runs the participant's job. Fails unless the helper then gets the flag.
fn check_attack(deputy: &mut Deputy<'_>, from: &str, to: &str) -> Result<(), Stop> {
    let direct = deputy.read(true, "private/plan.txt");
    if direct.is_ok() {
        return Err(Stop::not_yet(
            "the helper read `private/plan.txt` itself",
            "this must not happen; please report it",
        ));
    }
    let done = deputy.job(from, to);
    let got = deputy.read(true, to);
    if got.as_ref().is_ok_and(|text| text.contains(deputy.bench.flag())) {
        return Ok(());
    }
    let seen = match &done {
        Err(why) => format!("the builder could not do the job: {why}"),
        Ok(()) => format!(
            "the builder did the job; the helper then reads `{to}` and gets `{}`",
            got.unwrap_or_else(|why| why)
        ),
    };
    let look = if !from.contains("plan.txt") {
        "the helper chooses `from`, and the builder reads it with its own handles; which file can the helper not read?"
    } else if !to.starts_with("public/") {
        "the copy is where the helper cannot read it; the helper can access only `public/`"
    } else {
        "names start with `private/` or `public/`, as in the picture"
    };
    Err(Stop::not_yet(seen, look))
}

/// Checks the participant's fix: the attack fails, other files are unchanged, and an honest job succeeds.
fn check_fix(deputy: &mut Deputy<'_>, from: &str, to: &str) -> Result<(), Stop> {
    let empty = deputy.sandbox.path("grant").join(to);
    let _ = std::fs::remove_file(empty);
    let _ = deputy.job(from, to);
    if deputy.read(true, to).is_ok_and(|text| text.contains(deputy.bench.flag())) {
        return Err(Stop::not_yet(
            "the same job still gives the helper the flag",
            "`from` is a name that the helper chose; the builder's handles open whatever the builder may read",
        ));
    }
    let _ = deputy.job("public/page.txt", "private/plan.txt");
    let plan = std::fs::read_to_string(deputy.sandbox.path("grant/private/plan.txt"))?;
    if !plan.contains(deputy.bench.flag()) {
        return Err(Stop::not_yet(
            "the job `public/page.txt` to `private/plan.txt` overwrote the plan",
            "reading is fixed, but writing is not: `to` is a name that the helper chose as well",
        ));
    }
    let before = std::fs::metadata(deputy.sandbox.path("grant/private/log.txt"))?.len();
    if let Err(why) = deputy.job("public/page.txt", "public/honest.txt") {
        return Err(Stop::not_yet(
            format!("an honest job, `public/page.txt` to `public/honest.txt`, failed: {why}"),
            "the log is the builder's own, and nobody else chose its name: whose handles can open it?",
        ));
    }
    let honest = deputy.read(true, "public/honest.txt").unwrap_or_default();
    let after = std::fs::metadata(deputy.sandbox.path("grant/private/log.txt"))?.len();
    if !honest.contains(PAGE) || after <= before {
        return Err(Stop::not_yet(
            "an honest job was only partly done",
            "it must write both the copy and the line in the log",
        ));
    }
    Ok(())
}

impl Deputy<'_> {
    /// Does a job, as the builder.
    fn job(&mut self, from: &str, to: &str) -> Result<(), String> {
        let [from_by, to_by, log_by] = self.by_helper;
        let text = self.read(from_by, from)?;
        self.write(to_by, to, &text, "overwrite")?;
        self.write(log_by, "private/log.txt", "one job\n", "append")
    }

    fn read(&mut self, by_helper: bool, name: &str) -> Result<String, String> {
        let text = self.ask(by_helper, "read_text_file", &json!({"path": self.path(name)}))?;
        // The server adds a last line with the size.
        Ok(text.rsplit_once("\n[").map_or(text.clone(), |(text, _)| text.to_owned()))
    }

    fn write(&mut self, by_helper: bool, name: &str, text: &str, mode: &str) -> Result<(), String> {
        let arguments = json!({"path": self.path(name), "content": text, "mode": mode});
        self.ask(by_helper, "write_file", &arguments).map(drop)
    }

    fn ask(
        &mut self,
        by_helper: bool,
        tool: &str,
        arguments: &serde_json::Value,
    ) -> Result<String, String> {
        let server = if by_helper { &mut self.helper } else { &mut self.builder };
        let exchange = self.bench.call(server, tool, arguments);
        match exchange.reply.result() {
            Some(result) if !is_refusal(&result) => Ok(text_of(&result)),
            Some(_) => Err(call::answer_text(&exchange)
                .split(" / ")
                .next()
                .unwrap_or_default()
                .replace(&self.path(""), "")),
            None => Err(exchange.reply.in_words()),
        }
    }

    /// Returns the absolute path of a name. The two servers name their grants differently, but both accept absolute paths.
    fn path(&self, name: &str) -> String {
        self.sandbox.path("grant").join(name).to_string_lossy().into_owned()
    }
}
