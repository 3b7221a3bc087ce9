//! Runs an attack: sets up the tree, sends the requests, and judges the result.
//!
//! Only these signs count: the flag in an answer, a change outside the grant, a missing answer, and memory. The text of
//! messages does not count.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::attack::{Attack, Goal, Request, Verb};
use crate::oracle;
use crate::server::{Exchange, Reply, is_refusal, text_without};
use crate::stage::FLAG;
use crate::subject::Subject;
use crate::verdict::{Finding, Verdict};

/// The number of characters of an answer to keep as evidence.
pub const MAX_EXCERPT: usize = 4000;
/// A server whose memory grows by this many bytes during one answer has failed the attack.
const MAX_GROWTH: u64 = 256 << 20;

impl Subject<'_> {
    /// Runs an attack in a fresh tree.
    pub fn attack(&mut self, attack: &Attack) -> Finding {
        let started = Instant::now();
        let attempt = self.restart_if_lost().and_then(|()| self.attempt(attack));
        let attempt =
            attempt.unwrap_or_else(|error| Attempt::new(Verdict::Failed, error.to_string()));
        let Attempt { verdict, note, request, answer, calls } = attempt;
        self.set_lost(matches!(verdict, Verdict::Hung | Verdict::Swelled | Verdict::Failed));
        Finding { id: attack.id, verdict, note, request, answer, calls, took: started.elapsed() }
    }
}

/// The result of an attempt.
struct Attempt {
    verdict: Verdict,
    note: String,
    request: String,
    answer: String,
    calls: u64,
}

impl Default for Attempt {
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

impl Attempt {
    fn new(verdict: Verdict, note: impl Into<String>) -> Self {
        Self { verdict, note: note.into(), ..Self::default() }
    }

    fn with_exchange(self, exchange: &Exchange, flag: &str) -> Self {
        let answer = exchange
            .reply
            .line()
            .map_or_else(|| exchange.reply.in_words(), |l| excerpt(l, flag, MAX_EXCERPT));
        Self { request: exchange.request.clone(), answer, calls: self.calls.max(1), ..self }
    }
}

impl Subject<'_> {
    fn attempt(&mut self, attack: &Attack) -> io::Result<Attempt> {
        let setting = attack.setting().ok_or_else(|| io::Error::other("no such row"))?;
        self.plant(|sandbox| sandbox.take(setting.tree).take(setting.later));
        let request = self.request_for(attack, &setting);
        match attack.goal {
            Goal::Shell => return self.ask_shell(&request),
            Goal::Letters | Goal::Names => return self.extract_secret(attack, &request),
            _ => {}
        }
        if attack.goal == Goal::Flag && attack.verb == Verb::Read && !self.tools().has(Verb::Read) {
            return Ok(self.compare_counts(&request));
        }
        if !self.tools().has(attack.verb) {
            let what = attack.verb.in_words();
            return Ok(Attempt::new(
                Verdict::NotMapped,
                format!("the server has no tool that {what}"),
            ));
        }
        let before = self.outside_snapshot()?;
        let peak = self.peak_memory();
        // Only attacks that may hang a server are timed strictly. A write may wait for a slow disk, which is not a hang.
        let patience = match attack.goal {
            Goal::Memory(_) => 4,
            _ if attack.needs_own_server => 1,
            _ => 8,
        };
        let mut last = Attempt::default();
        for (nth, request) in (1..).zip(self.variants(attack, request)) {
            let Some(exchange) = self.call_with_patience(&request, patience) else { break };
            let attempt = self.judge(attack, &request, &exchange, &before, peak)?;
            last = Attempt { calls: nth, ..attempt.with_exchange(&exchange, self.flag()) };
            if last.verdict.is_harm() || last.verdict == Verdict::Served {
                break;
            }
        }
        Ok(last)
    }

    /// Returns variants of a request. A search tool may expect a part of a name or a glob, and a server may treat absolute
    /// paths differently from relative ones.
    fn variants(&self, attack: &Attack, request: Request) -> Vec<Request> {
        if request.verb == Verb::Find {
            let globs = ["{}", "*{}*", "**/*{}*"].map(|glob| glob.replace("{}", &request.text));
            return globs.map(|text| Request { text, ..request.clone() }).into();
        }
        let is_path =
            matches!(attack.goal, Goal::Flag | Goal::Outside) && !request.path.starts_with('/');
        let absolute = self.path("grant").join(&request.path).to_string_lossy().into_owned();
        let also = is_path.then(|| Request { path: absolute, ..request.clone() });
        [request].into_iter().chain(also).collect()
    }

    fn judge(
        &self,
        attack: &Attack,
        request: &Request,
        exchange: &Exchange,
        before: &OutsideSnapshot,
        peak: Option<u64>,
    ) -> io::Result<Attempt> {
        let line = match &exchange.reply {
            Reply::Line(line) => line,
            Reply::Silence(_) => return Ok(Attempt::new(Verdict::Hung, exchange.reply.in_words())),
            Reply::Swelled(_) => {
                return Ok(Attempt::new(Verdict::Swelled, exchange.reply.in_words()));
            }
            Reply::Gone(_) => return Ok(Attempt::new(Verdict::Failed, exchange.reply.in_words())),
        };
        if line.contains(self.flag()) {
            return Ok(Attempt::new(Verdict::Escaped, "the flag is in the answer"));
        }
        if let Some(change) = describe_change(before, &self.outside_snapshot()?) {
            return Ok(Attempt::new(Verdict::Escaped, format!("outside, {change}")));
        }
        let result = exchange.reply.result().unwrap_or_default();
        let grown = peak.zip(self.peak_memory()).map_or(0, |(old, new)| new.saturating_sub(old));
        let swelled = Attempt::new(Verdict::Swelled, format!("memory grew by {} MiB", grown >> 20));
        let wrote = || std::fs::read(self.path("grant").join(&request.path)).ok();
        match attack.goal {
            Goal::Served => {
                let is_served = match attack.verb {
                    Verb::Write => wrote().is_some_and(|bytes| bytes == request.text.as_bytes()),
                    // The answer may repeat the request, but the request does not contain the name of the file.
                    Verb::Grep => !is_refusal(&result) && line.contains("file.txt"),
                    Verb::Find => !is_refusal(&result) && line.contains("inside.txt"),
                    _ => !is_refusal(&result) && line.contains(&request.text),
                };
                Ok(Attempt::new(if is_served { Verdict::Served } else { Verdict::Unserved }, ""))
            }
            Goal::Config if wrote().is_some_and(|bytes| bytes == request.text.as_bytes()) => Ok(
                Attempt::new(Verdict::Planted, format!("`{}` is now what was sent", request.path)),
            ),
            Goal::Memory(_) if peak.is_none() => Ok(Attempt::new(
                Verdict::NotMapped,
                "this system does not report the memory of a process",
            )),
            Goal::Memory(most) if grown >= most => Ok(swelled),
            Goal::Answer if grown >= MAX_GROWTH => Ok(swelled),
            _ if is_refusal(&result) => Ok(Attempt::new(Verdict::Contained, "refused")),
            _ => Ok(Attempt::new(Verdict::Contained, "answered without anything from outside")),
        }
    }

    /// Attacks a server that shows no text: compares its answers for the flag with those for text that exists nowhere.
    fn compare_counts(&mut self, request: &Request) -> Attempt {
        let flag = self.flag();
        let absent = format!("{FLAG}{}", "z".repeat(flag.len() - FLAG.len()));
        let mut answers = vec![];
        for text in [flag, &absent, &absent] {
            let request =
                Request { verb: Verb::Count, path: request.path.clone(), text: text.into() };
            let Some(exchange) = self.call(&request) else {
                return Attempt::new(
                    Verdict::NotMapped,
                    "the server has no tool that reads a file",
                );
            };
            answers.push((exchange.reply.result().map(|r| text_without(&r, text)), exchange));
        }
        let [(found, exchange), (other, _), (again, last)] = &answers[..] else {
            return Attempt::default();
        };
        let attempt = match (found, other, again) {
            (Some(_), Some(other), Some(again)) if other != again => {
                Attempt::new(Verdict::NotMapped, "answers to the same request differ")
                    .with_exchange(last, flag)
            }
            (Some(found), Some(other), _) if found != other => {
                Attempt::new(Verdict::Escaped, "the server counts the flag, which is only outside")
                    .with_exchange(exchange, flag)
            }
            (Some(_), Some(_), _) => Attempt::new(Verdict::Contained, "the server counts nothing")
                .with_exchange(exchange, flag),
            _ => {
                let silent = answers.iter().find(|(result, _)| result.is_none());
                let verdict = match silent.map(|(_, exchange)| &exchange.reply) {
                    Some(Reply::Silence(_)) => Verdict::Hung,
                    Some(Reply::Swelled(_)) => Verdict::Swelled,
                    _ => Verdict::Failed,
                };
                let last = silent.map_or(last, |(_, exchange)| exchange);
                Attempt::new(verdict, last.reply.in_words()).with_exchange(last, flag)
            }
        };
        Attempt { calls: 3, ..attempt }
    }

    /// Extracts the flag from answers that do not contain it.
    fn extract_secret(&mut self, attack: &Attack, request: &Request) -> io::Result<Attempt> {
        if !self.tools().has(attack.verb) {
            let what = attack.verb.in_words();
            return Ok(Attempt::new(
                Verdict::NotMapped,
                format!("the server has no tool that {what}"),
            ));
        }
        let letters = self.letters().to_owned();
        if attack.goal == Goal::Names {
            for end in 1..=letters.len() {
                let name = letters.get(..end).unwrap_or_default();
                std::fs::write(self.path("outside").join(name), "")?;
            }
        }
        let request_for = |known: &str| match attack.goal {
            Goal::Names => (
                Request { path: format!("{}{known}", request.path), ..request.clone() },
                format!("/{known}"),
            ),
            _ => {
                let text = format!("{}{known}", request.text);
                (Request { text: text.clone(), ..request.clone() }, text)
            }
        };
        let found = oracle::extract(self, letters.len(), request_for);
        let (verdict, note) = match &found.letters {
            Ok(all) if *all == letters => {
                let hidden = if attack.goal == Goal::Names { "name" } else { "letter" };
                (
                    Verdict::Escaped,
                    format!("`{all}` from {} answers, none of which shows a {hidden}", found.calls),
                )
            }
            Ok(some) if some.is_empty() => (Verdict::Contained, "all answers were the same".into()),
            Ok(some) => (Verdict::Contained, format!("`{some}` is not the flag")),
            Err(why) if found.is_silent => (Verdict::Hung, why.clone()),
            Err(why) => (Verdict::NotMapped, why.clone()),
        };
        let attempt = Attempt { calls: found.calls, ..Attempt::new(verdict, note) };
        Ok(match &found.last {
            Some(exchange) => attempt.with_exchange(exchange, self.flag()),
            None => attempt,
        })
    }

    /// Sends the request to the server, and then runs it in the shell that the agent also has.
    fn ask_shell(&mut self, request: &Request) -> io::Result<Attempt> {
        let refused = self.call(request);
        let script = format!("cat {}", request.path);
        let output =
            Command::new("sh").args(["-c", &script]).current_dir(self.path("grant")).output()?;
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let verdict =
            if answer.contains(self.flag()) { Verdict::Escaped } else { Verdict::Contained };
        let server = refused.map_or_else(String::new, |exchange| exchange.request + "\n");
        Ok(Attempt {
            verdict,
            note: "the shell answered, not the server".into(),
            request: format!("{server}sh -c '{script}'"),
            answer,
            calls: 2,
        })
    }

    fn outside_snapshot(&self) -> io::Result<OutsideSnapshot> {
        let mut found = OutsideSnapshot::new();
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

/// The paths outside the grant, with the contents of files.
type OutsideSnapshot = BTreeMap<PathBuf, Option<Vec<u8>>>;

fn describe_change(before: &OutsideSnapshot, after: &OutsideSnapshot) -> Option<String> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let new = after.keys().find(|path| !before.contains_key(*path));
    let gone = before.keys().find(|path| !after.contains_key(*path));
    let other = after.iter().find(|(path, text)| before.get(*path).is_some_and(|old| old != *text));
    new.map(|path| format!("`{}` was created", name(path)))
        .or_else(|| gone.map(|path| format!("`{}` was removed", name(path))))
        .or_else(|| other.map(|(path, _)| format!("`{}` was changed", name(path))))
}

/// Returns at most `most` characters of a line: around the flag, or from the start if there is no flag.
pub fn excerpt(line: &str, flag: &str, most: usize) -> String {
    let before =
        line.find(flag).and_then(|at| line.get(..at)).map_or(0, |text| text.chars().count());
    let all = line.chars().count();
    let skipped = if all <= most { 0 } else { before.saturating_sub(most / 2) };
    let shown: String = line.chars().skip(skipped).take(most).collect();
    let dots = |is_cut: bool| if is_cut { "..." } else { "" };
    format!("{}{shown}{}", dots(skipped > 0), dots(skipped + most < all))
}

/// Returns the text of an answer, without the protocol around it.
pub fn text_of(result: &Value) -> String {
    let blocks = result.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
    let texts = blocks.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
    let text = texts.collect::<Vec<_>>().join("\n");
    if text.is_empty() { result.to_string() } else { text }
}
