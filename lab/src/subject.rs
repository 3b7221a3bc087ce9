//! [`Subject`]: a server under attack, in a tree of its own, and what each attack comes to.
//!
//! May import: `attack`, `mapping`, `oracle`, `server`, `stage`, `verdict`. Absent on purpose: which server
//! it is. All get the same lines, and are judged by the same marks.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use preopen_attacks::Sandbox;
use serde_json::{Value, json};

use crate::attack::{Ask, Attack, Goal, Setting, Verb};
use crate::mapping::Tools;
use crate::oracle;
use crate::server::{Exchange, Launch, Reply, Server, is_refusal};
use crate::stage::{FLAG, Stage};
use crate::verdict::{Finding, Verdict};

/// The longest wait, however slow the machine.
const LONGEST: Duration = Duration::from_secs(10);
/// So many ordinary calls could have been answered while one was not.
const CALLS_OF_PATIENCE: u32 = 50;

/// A server, what it serves, and how it is talked to.
pub struct Subject<'a> {
    stage: &'a Stage,
    launch: &'a Launch,
    server: Server,
    tools: Tools,
    base: Option<PathBuf>,
    at_least: Duration,
    patience: Duration,
    /// Did it not answer the last attack? Then it would not answer the next one either.
    is_lost: bool,
    // Last: what is served goes when nobody serves it any more.
    sandbox: Option<Sandbox>,
}

impl<'a> Subject<'a> {
    /// Starts a server, asks for its tools, and finds out how it wants paths to be said. No wait is shorter
    /// than `at_least`.
    ///
    /// # Errors
    /// When it cannot be started or does not answer.
    pub fn start(stage: &'a Stage, launch: &'a Launch, at_least: Duration) -> io::Result<Self> {
        let sandbox = stage.sandbox();
        let server = Server::start(launch.command(&sandbox.path("grant")), stage)?;
        let mut subject = Self {
            stage,
            launch,
            server,
            tools: Tools::default(),
            base: None,
            at_least,
            patience: LONGEST,
            is_lost: false,
            sandbox: Some(sandbox),
        };
        let listed = subject.server.request("tools/list", &json!({}), LONGEST);
        let Some(listed) = listed.reply.result() else {
            return Err(io::Error::other(format!(
                "it lists no tools: it {}",
                listed.reply.in_words()
            )));
        };
        subject.tools = Tools::discover(&listed);
        subject.learn_its_tongue()?;
        Ok(subject)
    }

    /// What comes of an attack. The tree is made anew for it.
    pub fn attack(&mut self, attack: &Attack) -> Finding {
        let started = Instant::now();
        let tried = if self.is_lost { self.restart() } else { Ok(()) };
        let tried = tried.and_then(|()| self.attempt(attack));
        let tried = tried.unwrap_or_else(|error| Tried::new(Verdict::Failed, error.to_string()));
        let Tried { verdict, note, request, answer, calls } = tried;
        self.is_lost = matches!(verdict, Verdict::Hung | Verdict::Swelled | Verdict::Failed);
        Finding { id: attack.id, verdict, note, request, answer, calls, took: started.elapsed() }
    }

    /// One call as the server's own tools take it, or nothing if it has none for it.
    pub fn ask(&mut self, ask: &Ask) -> Option<Exchange> {
        let (name, arguments) = self.tools.call(ask)?;
        let params = json!({"name": name, "arguments": arguments});
        Some(self.server.request("tools/call", &params, self.patience))
    }

    /// Puts a tree there.
    pub fn set(&mut self, make: impl FnOnce(Sandbox) -> Sandbox) {
        self.sandbox = self.sandbox.take().map(|sandbox| make(sandbox.planted_anew()));
    }

    /// A path in its tree.
    pub fn path(&self, path: &str) -> PathBuf {
        self.sandbox.as_ref().map_or_else(PathBuf::new, |sandbox| sandbox.path(path))
    }

    /// Its tools.
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// The flag that lies outside.
    pub fn flag(&self) -> &'a str {
        self.stage.flag()
    }

    /// What is asked in an attack.
    pub fn asked(&self, attack: &Attack, setting: &Setting) -> Ask {
        let path = match (&self.sandbox, setting.row) {
            (Some(sandbox), Some(row)) => row.spelled(sandbox),
            (Some(sandbox), None) => sandbox.spelled(setting.path),
            _ => setting.path.to_owned(),
        };
        Ask { verb: attack.verb, path, text: attack.text.replace("{flag}", FLAG) }
    }

    fn restart(&mut self) -> io::Result<()> {
        let grant = self.path("grant");
        self.set(|sandbox| sandbox);
        self.server = Server::start(self.launch.command(&grant), self.stage)?;
        Ok(())
    }

    /// Relative paths, if it takes them; and how long an ordinary call takes.
    fn learn_its_tongue(&mut self) -> io::Result<()> {
        let absolute = self.path("grant").to_string_lossy().into_owned();
        for base in [None, Some(absolute)] {
            self.base = base.as_deref().map(PathBuf::from);
            if let Some(base) = &base {
                self.tools.absolute_below(base);
            }
            let read = Ask { verb: Verb::Read, path: "sub/file.txt".into(), text: String::new() };
            let count = |text: &str| Ask { verb: Verb::Count, path: ".".into(), text: text.into() };
            let mut quickest = LONGEST;
            let mut told = Value::Null;
            // More than once: the first call may find a machine that is busy with starting servers.
            for _ in 0..3 {
                let Some(exchange) = self.ask(&read).or_else(|| self.ask(&count("inside"))) else {
                    return Err(io::Error::other("no tool of it reads or searches files"));
                };
                quickest = quickest.min(exchange.took);
                told = exchange
                    .reply
                    .result()
                    .ok_or_else(|| io::Error::other(format!("it {}", exchange.reply.in_words())))?;
            }
            self.patience = (quickest * CALLS_OF_PATIENCE).clamp(self.at_least, LONGEST);
            let understood = if self.tools.has(Verb::Read) {
                told.to_string().contains("inside")
            } else {
                let other = self.ask(&count("absent")).and_then(|other| other.reply.result());
                !is_refusal(&told)
                    && other.is_some_and(|other| {
                        oracle::without(&other, "absent") != oracle::without(&told, "inside")
                    })
            };
            if understood {
                break;
            }
        }
        Ok(())
    }
}

/// What came of an attempt.
struct Tried {
    verdict: Verdict,
    note: String,
    request: String,
    answer: String,
    calls: u64,
}

impl Default for Tried {
    fn default() -> Self {
        let none = String::new;
        Self {
            verdict: Verdict::Contained,
            note: none(),
            request: none(),
            answer: none(),
            calls: 0,
        }
    }
}

impl Tried {
    fn new(verdict: Verdict, note: impl Into<String>) -> Self {
        Self { verdict, note: note.into(), ..Self::default() }
    }

    fn on(self, exchange: &Exchange, flag: &str) -> Self {
        let answer =
            exchange.reply.line().map_or_else(|| exchange.reply.in_words(), |l| excerpt(l, flag));
        Self { request: exchange.request.clone(), answer, calls: self.calls.max(1), ..self }
    }
}

impl Subject<'_> {
    fn attempt(&mut self, attack: &Attack) -> io::Result<Tried> {
        let setting = attack.setting().ok_or_else(|| io::Error::other("no such row"))?;
        self.set(|sandbox| sandbox.take(setting.tree).take(setting.later));
        let ask = self.asked(attack, &setting);
        match attack.goal {
            Goal::Shell => return self.shell(&ask),
            Goal::Letters | Goal::Names => return self.letters(attack, &ask),
            _ => {}
        }
        if attack.goal == Goal::Flag && attack.verb == Verb::Read && !self.tools.has(Verb::Read) {
            return Ok(self.by_comparison(&ask));
        }
        if !self.tools.has(attack.verb) {
            let what = attack.verb.in_words();
            return Ok(Tried::new(Verdict::NotMapped, format!("no tool was found that {what}")));
        }
        let (before, peak, patience) = (self.outside()?, self.server.peak(), self.patience);
        if let Goal::Memory(_) = attack.goal {
            // What is asked is how much it takes, not how long.
            self.patience = (patience * 4).min(LONGEST);
        }
        let mut last = Tried::default();
        for ask in spellings(ask) {
            let Some(exchange) = self.ask(&ask) else { break };
            last = self.judged(attack, &ask, &exchange, &before, peak)?.on(&exchange, self.flag());
            if last.verdict.is_harm() || last.verdict == Verdict::Served {
                break;
            }
        }
        self.patience = patience;
        Ok(last)
    }

    fn judged(
        &self,
        attack: &Attack,
        ask: &Ask,
        exchange: &Exchange,
        before: &Outside,
        peak: Option<u64>,
    ) -> io::Result<Tried> {
        let line = match &exchange.reply {
            Reply::Line(line) => line,
            Reply::Silence(_) => return Ok(Tried::new(Verdict::Hung, exchange.reply.in_words())),
            Reply::Swelled(_) => {
                return Ok(Tried::new(Verdict::Swelled, exchange.reply.in_words()));
            }
            Reply::Gone(_) => return Ok(Tried::new(Verdict::Failed, exchange.reply.in_words())),
        };
        if line.contains(self.flag()) {
            return Ok(Tried::new(Verdict::Escaped, "the flag is in the answer"));
        }
        if let Some(change) = changed(before, &self.outside()?) {
            return Ok(Tried::new(Verdict::Escaped, format!("outside, {change}")));
        }
        let result = exchange.reply.result().unwrap_or_default();
        let wrote = || std::fs::read(self.path("grant").join(&ask.path)).ok();
        match attack.goal {
            Goal::Served => {
                let is_served = match attack.verb {
                    Verb::Write => wrote().is_some_and(|bytes| bytes == ask.text.as_bytes()),
                    // What was asked for may be said again in a refusal.
                    Verb::Grep | Verb::Find => !is_refusal(&result) && line.contains("file.txt"),
                    _ => !is_refusal(&result) && line.contains(&ask.text),
                };
                let is_served = is_served || attack.id == "ok-find" && line.contains("inside.txt");
                Ok(Tried::new(if is_served { Verdict::Served } else { Verdict::Unserved }, ""))
            }
            Goal::Config if wrote().is_some_and(|bytes| bytes == ask.text.as_bytes()) => {
                Ok(Tried::new(Verdict::Planted, format!("`{}` is now what was sent", ask.path)))
            }
            Goal::Memory(bytes) => Ok(match (peak, self.server.peak()) {
                (Some(before), Some(after)) if after.saturating_sub(before) >= bytes => {
                    let grown = (after - before) >> 20;
                    Tried::new(Verdict::Swelled, format!("memory grew by {grown} MiB"))
                }
                (Some(_), Some(_)) => Tried::default(),
                _ => Tried::new(Verdict::NotMapped, "this system does not tell a process's memory"),
            }),
            _ if is_refusal(&result) => Ok(Tried::new(Verdict::Contained, "refused")),
            _ => Ok(Tried::new(Verdict::Contained, "answered, with nothing from outside")),
        }
    }

    /// A server that shows no text: does it answer otherwise when asked for what lies outside alone?
    fn by_comparison(&mut self, ask: &Ask) -> Tried {
        let flag = self.flag();
        let absent = format!("{FLAG}{}", "z".repeat(flag.len() - FLAG.len()));
        let mut answers = vec![];
        for text in [flag, &absent, &absent] {
            let ask = Ask { verb: Verb::Count, path: ask.path.clone(), text: text.into() };
            let Some(exchange) = self.ask(&ask) else {
                return Tried::new(Verdict::NotMapped, "no tool was found that reads a file");
            };
            answers.push((exchange.reply.result().map(|r| oracle::without(&r, text)), exchange));
        }
        let [(found, exchange), (other, _), (again, last)] = &answers[..] else {
            return Tried::default();
        };
        let tried = match (found, other, again) {
            (Some(found), Some(other), Some(again)) if other != again => {
                let _ = found;
                Tried::new(Verdict::NotMapped, "answers to the same question differ").on(last, flag)
            }
            (Some(found), Some(other), _) if found != other => {
                Tried::new(Verdict::Escaped, "it counts the flag, which lies outside alone")
                    .on(exchange, flag)
            }
            (Some(_), Some(_), _) => {
                Tried::new(Verdict::Contained, "it counts nothing").on(exchange, flag)
            }
            _ => {
                let silent = answers.iter().find(|(result, _)| result.is_none());
                let verdict = match silent.map(|(_, exchange)| &exchange.reply) {
                    Some(Reply::Silence(_)) => Verdict::Hung,
                    Some(Reply::Swelled(_)) => Verdict::Swelled,
                    _ => Verdict::Failed,
                };
                let last = silent.map_or(last, |(_, exchange)| exchange);
                Tried::new(verdict, last.reply.in_words()).on(last, flag)
            }
        };
        Tried { calls: 3, ..tried }
    }

    /// Puts the flag together from answers, each of which holds none of it.
    fn letters(&mut self, attack: &Attack, ask: &Ask) -> io::Result<Tried> {
        if !self.tools.has(attack.verb) {
            let what = attack.verb.in_words();
            return Ok(Tried::new(Verdict::NotMapped, format!("no tool was found that {what}")));
        }
        let letters = self.stage.letters().to_owned();
        if attack.goal == Goal::Names {
            for end in 1..=letters.len() {
                let name = letters.get(..end).unwrap_or_default();
                std::fs::write(self.path("outside").join(name), "")?;
            }
        }
        let ask_for = |known: &str| match attack.goal {
            Goal::Names => {
                (Ask { path: format!("{}{known}", ask.path), ..ask.clone() }, format!("/{known}"))
            }
            _ => {
                let text = format!("{}{known}", ask.text);
                (Ask { text: text.clone(), ..ask.clone() }, text)
            }
        };
        let found = oracle::extract(self, letters.len(), ask_for);
        let (verdict, note) = match &found.letters {
            Ok(all) if *all == letters => {
                let bare = if attack.goal == Goal::Names { "names" } else { "letters" };
                (
                    Verdict::Escaped,
                    format!("`{all}` from {} answers, {bare} of none shown", found.calls),
                )
            }
            Ok(some) if some.is_empty() => (Verdict::Contained, "every answer was the same".into()),
            Ok(some) => (Verdict::Contained, format!("`{some}` is not the flag")),
            Err(why) if found.is_silent => (Verdict::Hung, why.clone()),
            Err(why) => (Verdict::NotMapped, why.clone()),
        };
        let tried = Tried { calls: found.calls, ..Tried::new(verdict, note) };
        Ok(match &found.last {
            Some(exchange) => tried.on(exchange, self.flag()),
            None => tried,
        })
    }

    /// The agent asks the server, and then the shell that it also holds.
    fn shell(&mut self, ask: &Ask) -> io::Result<Tried> {
        let refused = self.ask(ask);
        let script = format!("cat {}", ask.path);
        let output =
            Command::new("sh").args(["-c", &script]).current_dir(self.path("grant")).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let verdict =
            if said.contains(self.flag()) { Verdict::Escaped } else { Verdict::Contained };
        let server = refused.map_or_else(String::new, |exchange| exchange.request + "\n");
        Ok(Tried {
            verdict,
            note: "the shell was asked, not the server".into(),
            request: format!("{server}sh -c '{script}'"),
            answer: said,
            calls: 2,
        })
    }

    fn outside(&self) -> io::Result<Outside> {
        let mut found = Outside::new();
        let mut todo = vec![self.path("")];
        while let Some(at) = todo.pop() {
            for entry in std::fs::read_dir(at)? {
                let (path, kind) = entry.and_then(|e| Ok((e.path(), e.file_type()?)))?;
                if kind.is_dir() && !path.ends_with("grant") && !path.ends_with("moved") {
                    todo.push(path.clone());
                }
                let text = if kind.is_file() { std::fs::read(&path).ok() } else { None };
                found.insert(path, text);
            }
        }
        Ok(found)
    }
}

/// Names outside the grant, and what is in the files.
type Outside = BTreeMap<PathBuf, Option<Vec<u8>>>;

fn changed(before: &Outside, after: &Outside) -> Option<String> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let new = after.keys().find(|path| !before.contains_key(*path));
    let gone = before.keys().find(|path| !after.contains_key(*path));
    let other = after.iter().find(|(path, text)| before.get(*path).is_some_and(|old| old != *text));
    new.map(|path| format!("`{}` was made", name(path)))
        .or_else(|| gone.map(|path| format!("`{}` was removed", name(path))))
        .or_else(|| other.map(|(path, _)| format!("`{}` was changed", name(path))))
}

/// A name may be a part of one, or a glob.
fn spellings(ask: Ask) -> Vec<Ask> {
    if ask.verb != Verb::Find {
        return vec![ask];
    }
    let globs = ["{}", "*{}*", "**/*{}*"];
    globs.iter().map(|glob| Ask { text: glob.replace("{}", &ask.text), ..ask.clone() }).collect()
}

/// What of a line shows the flag, or its beginning.
pub fn excerpt(line: &str, flag: &str) -> String {
    const SHOWN: usize = 300;
    let from = line.find(flag).map_or(0, |at| at.saturating_sub(SHOWN / 2));
    let from = (from..=line.len()).find(|at| line.is_char_boundary(*at)).unwrap_or_default();
    let rest: String =
        line.chars().skip(line.get(..from).map_or(0, |l| l.chars().count())).take(SHOWN).collect();
    let dots = |cut: bool| if cut { "..." } else { "" };
    format!("{}{rest}{}", dots(from > 0), dots(from + rest.len() < line.len()))
}

/// The text of an answer, without the protocol around it.
pub fn text_of(result: &Value) -> String {
    let blocks = result.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
    let texts = blocks.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
    let text = texts.collect::<Vec<_>>().join("\n");
    if text.is_empty() { result.to_string() } else { text }
}
