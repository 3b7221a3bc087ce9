//! Exercise: a program with more authority than its caller, names that the caller says, and whose handles they are opened by.

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
    title: "a deputy, and whose authority it uses",
    minutes: 8,
    predict: "A builder may read and write `private/` and `public/`, and does jobs for a helper, who may reach `public/` alone. A \
list of who may read what keeps the helper's own calls in `public/`. Can the helper read `private/plan.txt`?",
    task: "A job is two names: the builder reads `from`, writes the text to `to`, and puts a line into its own `private/log.txt`.\n\
1. Attack: write a job that gets `private/plan.txt` to the helper.\n\
2. Mend: say for each of the three names by whose handles it is opened, \
the `builder`'s or the `helper`'s, so that the attack fails, honest jobs are done, and the log is written.\n\
\x20 grant/\n\
\x20 |-- private/   plan.txt (the flag), log.txt    handles: builder\n\
\x20 `-- public/    page.txt                        handles: builder, helper",
    start: &[(
        ANSWER,
        "# 9. A deputy, and whose authority it uses.

# Can the helper read private/plan.txt? (Nobody judges this.)
predict:

# 1. The job that the helper asks the builder to do.
from: public/page.txt
to: public/copy.txt

# 2. By whose handles is each name opened: builder or helper?
from_by: builder
to_by: builder
log_by: builder
",
    )],
    hints: [
        "The builder does not ask who wants a file read. What could the helper let it read, and where to would it have to be \
written?",
        "`from: private/plan.txt`, `to: public/copy.txt`. Then: who has chosen each of the three names? It is their authority that it \
should be opened with.",
        "`from_by: helper`, `to_by: helper`, `log_by: builder`: the job's names are the helper's, the log is the builder's own.",
    ],
    debrief: "A name without authority makes whoever opens it use their own, so let the caller hand over handles and not names.",
    check,
    ..Exercise::NEW
};

/// Whose handles.
const BY: &[&str] = &["builder", "helper"];
const PAGE: &str = "what everybody may know";

struct Deputy<'a> {
    bench: &'a Bench,
    sandbox: &'a Sandbox,
    builder: Server,
    helper: Server,
    /// Is a name opened by the helper's handles: `from`, `to`, the log.
    by_helper: [bool; 3],
}

fn check(bench: &Bench) -> Checked {
    let settings = bench.answer.settings(&["from", "to", "from_by", "to_by", "log_by"])?;
    let (from, to) = (settings.need("from")?, settings.need("to")?);
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
    let (builder, helper) = (start(&["private", "public"])?, start(&["public"])?);
    let mut deputy = Deputy { bench, sandbox: &sandbox, builder, helper, by_helper: [false; 3] };
    attack(&mut deputy, from, to)?;
    let mut seen = vec![format!(
        "1. the job `{from}` to `{to}` gave the helper the flag, by the builder's handles"
    )];
    if by_helper == [false; 3] {
        return Err(Stop::not_yet(
            format!("the attack works: the helper has read the flag in `{to}`"),
            "now mend it: who has chosen each of the three names? Set `from_by`, `to_by` and `log_by`",
        ));
    }
    deputy.by_helper = by_helper;
    mended(&mut deputy, from, to)?;
    seen.push("2. with the helper's own handles the same job is refused, an honest one is done, and the log is written".into());
    Ok(seen)
}

/// Does the helper get the flag?
fn attack(deputy: &mut Deputy<'_>, from: &str, to: &str) -> Result<(), Stop> {
    let direct = deputy.read(true, "private/plan.txt");
    if direct.is_ok() {
        return Err(Stop::not_yet(
            "the helper has read `private/plan.txt` itself",
            "that must not be",
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
            "the builder did the job; the helper, reading `{to}`, gets `{}`",
            got.unwrap_or_else(|why| why)
        ),
    };
    let look = if !from.contains("plan.txt") {
        "the helper may choose `from`, and the builder reads it with its own handles; which file is it that the helper cannot read?"
    } else if !to.starts_with("public/") {
        "it is written where the helper cannot read it; the helper reaches `public/` alone"
    } else {
        "names begin with `private/` or `public/`, as in the picture"
    };
    Err(Stop::not_yet(seen, look))
}

/// With the participant's choice: the attack fails, nothing else is spoilt, and honest work is done.
fn mended(deputy: &mut Deputy<'_>, from: &str, to: &str) -> Result<(), Stop> {
    let empty = deputy.sandbox.path("grant").join(to);
    let _ = std::fs::remove_file(empty);
    let _ = deputy.job(from, to);
    if deputy.read(true, to).is_ok_and(|text| text.contains(deputy.bench.flag())) {
        return Err(Stop::not_yet(
            "the same job still gives the helper the flag",
            "`from` is a name that the helper said; opened with the builder's handles it means what the builder may read",
        ));
    }
    let _ = deputy.job("public/page.txt", "private/plan.txt");
    let plan = std::fs::read_to_string(deputy.sandbox.path("grant/private/plan.txt"))?;
    if !plan.contains(deputy.bench.flag()) {
        return Err(Stop::not_yet(
            "the job `public/page.txt` to `private/plan.txt` has written over the plan",
            "reading is mended, and writing is not: `to` is a name that the helper said, as well",
        ));
    }
    let before = std::fs::metadata(deputy.sandbox.path("grant/private/log.txt"))?.len();
    if let Err(why) = deputy.job("public/page.txt", "public/honest.txt") {
        return Err(Stop::not_yet(
            format!("an honest job, `public/page.txt` to `public/honest.txt`, was not done: {why}"),
            "the log is the builder's own, and nobody else named it: whose handles reach it?",
        ));
    }
    let honest = deputy.read(true, "public/honest.txt").unwrap_or_default();
    let after = std::fs::metadata(deputy.sandbox.path("grant/private/log.txt"))?.len();
    if !honest.contains(PAGE) || after <= before {
        return Err(Stop::not_yet(
            "an honest job was not done as a whole",
            "both the copy and the line in the log belong to it",
        ));
    }
    Ok(())
}

impl Deputy<'_> {
    /// What the builder does when it is asked.
    fn job(&mut self, from: &str, to: &str) -> Result<(), String> {
        let [from_by, to_by, log_by] = self.by_helper;
        let text = self.read(from_by, from)?;
        self.write(to_by, to, &text, "overwrite")?;
        self.write(log_by, "private/log.txt", "one job\n", "append")
    }

    fn read(&mut self, by_helper: bool, name: &str) -> Result<String, String> {
        let text = self.ask(by_helper, "read_text_file", &json!({"path": self.path(name)}))?;
        // The last line is the server's own, and tells the size.
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

    /// A name as both servers understand it: what is granted to one alone has another first part there.
    fn path(&self, name: &str) -> String {
        self.sandbox.path("grant").join(name).to_string_lossy().into_owned()
    }
}
