//! The pipeline of a call: find the tool, run it under a budget, write the audit event.
//!
//! ```text
//! name, arguments - find - args::parse - Needs::attenuate - Tool::run - Called - Event - Answer
//! ```
//!
//! May import: `args`, `audit`, `cap`, `error`, `limits`, `path`, `tool`. It does not
//! know MCP, which only `protocol` does, and starts no thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::args::{self, Object};
use crate::audit::{Event, Intent, Outcome, Sink};
use crate::cap::{Grants, Rights};
use crate::error::{Code, ToolError, cut_to};
use crate::limits::{Budget, CallMonitor, Clock, Kept, Limits, StopReason};
use crate::path::printable;
use crate::tool::{Call, Called, Content, Entry, replacements};

/// Runs calls. One for the whole process; from one call to the next it keeps caches only.
pub struct Dispatcher {
    grants: Grants,
    limits: Arc<Limits>,
    clock: Clock,
    audit: Option<Sink>,
    /// Is a change refused that cannot be recorded?
    must_record: bool,
    registry: &'static [Entry],
    offered: Vec<Offered>,
    calls: AtomicU64,
    kept: Kept,
}

/// A tool that this process offers.
pub struct Offered {
    /// Its row in the registry.
    pub entry: Entry,
    /// The schema of its arguments.
    pub schema: Object,
    /// Their names.
    arguments: Arc<[String]>,
}

impl Offered {
    fn new(entry: &Entry) -> Self {
        let schema = (entry.schema)();
        let properties = schema.get("properties").and_then(|all| all.as_object());
        let arguments = properties.into_iter().flat_map(Object::keys).cloned().collect();
        Self { entry: *entry, schema, arguments }
    }
}

/// What a call works on, as far as it tells how long that may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// No file: it ends at once.
    Nothing,
    /// Files that it names.
    Files,
    /// Files that it names, which it changes.
    Change,
    /// All that is below a directory.
    Trees,
}

/// What a call came to: an answer, or a refusal, which is an answer too.
pub type Answer = Result<Vec<Content>, ToolError>;

/// Why there is not even a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No such tool here; the sentence says why.
    UnknownTool(String),
    /// A tool crashed; the log has it under this number.
    Crashed(u64),
}

/// `--tools` names something that is not a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchTool(pub String);

impl Dispatcher {
    /// A dispatcher that offers those tools of `registry` for which some grant has the rights, or of
    /// them only those in `only`, when it names any.
    ///
    /// # Errors
    /// When `only` names something that is not a tool.
    pub fn new(
        registry: &'static [Entry],
        grants: Grants,
        limits: Limits,
        clock: Clock,
        audit: Option<Sink>,
        only: &[String],
    ) -> Result<Self, NoSuchTool> {
        if let Some(name) = only.iter().find(|name| registry.iter().all(|tool| tool.name != **name))
        {
            return Err(NoSuchTool(name.clone()));
        }
        let rights = grants.rights();
        let offered = registry.iter().filter(|tool| rights.contains(tool.rights));
        let offered =
            offered.filter(|tool| only.is_empty() || only.iter().any(|name| name == tool.name));
        let offered = offered.map(Offered::new).collect();
        Ok(Self {
            registry,
            grants,
            limits: Arc::new(limits),
            clock,
            audit,
            must_record: false,
            offered,
            calls: AtomicU64::new(1),
            kept: Kept::default(),
        })
    }

    /// The same, and changes that cannot be recorded first are refused.
    #[must_use]
    pub fn recording(self, must_record: bool) -> Self {
        Self { must_record, ..self }
    }

    /// No call comes any more: the audit trail ends.
    pub fn end(&self) {
        if let Some(sink) = &self.audit {
            sink.end();
        }
    }

    /// The tools that this process offers.
    pub fn offered(&self) -> &[Offered] {
        &self.offered
    }

    /// The grants, to tell of them.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// The bounds.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What a call of this tool works on; nothing, if there is none.
    pub fn work(&self, name: &str) -> Work {
        match self.find(name) {
            Some((tool, _)) if tool.entry.rights.allow_change() => Work::Change,
            Some((tool, _)) if tool.entry.searches => Work::Trees,
            Some((tool, _)) if tool.entry.rights != Rights::NONE => Work::Files,
            _ => Work::Nothing,
        }
    }

    /// The most bytes that a call of this tool holds while it makes its answer.
    pub fn most_answer_bytes(&self, name: &str) -> usize {
        if self.find(name).is_some_and(|(tool, _)| tool.entry.media) {
            // The file, its base64, and the line that is sent.
            self.limits.max_media_bytes.saturating_mul(4)
        } else {
            // Four bytes a character, and twice as much once control characters are escaped.
            self.limits.max_result_chars.saturating_mul(8)
        }
    }

    /// Runs one call to its end, on the thread that asks.
    ///
    /// # Errors
    /// A [`Fault`], which is for the protocol to tell: everything else is an [`Answer`].
    pub fn call(&self, name: &str, mut sent: Object, watch: CallMonitor) -> Result<Answer, Fault> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let budget = Budget::new(Arc::clone(&self.limits), self.clock.clone(), watch)
            .keeping(self.kept.clone())
            .audited(self.audit.is_some());
        // Tools that no grant has the rights for do not exist here: a client cannot probe them for their errors.
        let Some((tool, means)) = self.find(name) else {
            // The name comes from the client and goes into the log and the trail: escaped and shortened.
            let tool = printable(&name.chars().take(100).collect::<String>());
            self.record(call, &tool, Rights::NONE, vec![], Outcome::Fault("unknown_tool"), &budget);
            return Err(Fault::UnknownTool(self.why_unknown(&tool)));
        };
        for argument in means {
            sent.entry(*argument).or_insert_with(|| true.into());
        }
        let budget = budget.with_arguments(Arc::clone(&tool.arguments));
        let Entry { name, rights, .. } = tool.entry;
        let intend = |paths: &[String]| self.intend(call, name, rights, paths);
        let with =
            Call { grants: &self.grants, schema: &tool.schema, budget: &budget, intend: &intend };
        // A crashed call must not take the others with it. It can leave nothing half-done behind
        // that they see: a call owns its targets, and nothing of it outlives it.
        match catch_unwind(AssertUnwindSafe(|| (tool.entry.call)(&with, sent))) {
            Ok(Called { paths, result }) => {
                let result = self.bounded(result);
                // Refusals are recorded too: an attempt shows in the trail even though nothing happened.
                let outcome = match &result {
                    Ok(content) => {
                        Outcome::Answered { bytes: content.iter().map(Content::len).sum() }
                    }
                    Err(error) => Outcome::Refused(error),
                };
                self.record(call, name, rights, paths, outcome, &budget);
                Ok(result)
            }
            Err(_) => {
                self.record(call, name, rights, vec![], Outcome::Fault("crashed"), &budget);
                Err(Fault::Crashed(call))
            }
        }
    }

    /// The last bound on an answer. Tools leave out what has no room and say how to go on; this cuts what they did not
    /// expect, such as names as long as a whole answer.
    fn bounded(&self, answer: Answer) -> Answer {
        let most = self.limits.max_result_chars;
        let bounded = |content| match content {
            Content::Text(text) => Content::Text(cut_to(text, most)),
            media @ Content::Media { .. } => media,
        };
        match answer {
            Ok(content) => Ok(content.into_iter().map(bounded).collect()),
            Err(error) => Err(error.within(most)),
        }
    }

    fn find(&self, name: &str) -> Option<(&Offered, &'static [&'static str])> {
        self.offered.iter().find_map(|tool| Some((tool, tool.entry.answers_to(name)?)))
    }

    /// The answer for a call that did not stop at its deadline, since it is in one long step of work or waits for one
    /// system call. If the call ends later, it is recorded a second time, with its real outcome.
    ///
    /// # Errors
    /// Always: `timed_out`.
    pub fn missed_deadline(&self, name: &str, watch: &CallMonitor) -> Answer {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let work = watch.work();
        let budget =
            Budget::new(Arc::clone(&self.limits), self.clock.clone(), CallMonitor::unattended());
        let tool = printable(&name.chars().take(100).collect::<String>());
        let changes = self
            .registry
            .iter()
            .any(|entry| entry.answers_to(name).is_some() && entry.rights.allow_change());
        let why = match work {
            Some(work) => format!("the call took too long while {}", work.in_words()),
            None => "the file system does not answer: a system call did not return".into(),
        };
        let error = match work {
            _ if changes => {
                let also = "the change may still have been made";
                ToolError::new(Code::TimedOut, why)
                    .and(also)
                    .hint("look at it before you repeat the call")
            }
            Some(_) => ToolError::new(Code::TimedOut, why).hint("ask for less"),
            None => ToolError::new(Code::TimedOut, why)
                .hint("another path may still work; the mount may be a network drive that is gone"),
        };
        self.record(call, &tool, Rights::NONE, vec![], Outcome::Refused(&error), &budget);
        Err(error)
    }

    /// Refuses a call of which an argument cannot be read, and records that.
    ///
    /// # Errors
    /// Always: `bad_args`, or that there is no such tool.
    pub fn unreadable(
        &self,
        name: &str,
        argument: &str,
        why: &str,
        hint: &str,
        watch: CallMonitor,
    ) -> Result<Answer, Fault> {
        let Some((tool, _)) = self.find(name) else {
            return self.call(name, Object::new(), watch);
        };
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let budget = Budget::new(Arc::clone(&self.limits), self.clock.clone(), watch);
        let argument = printable(&argument.chars().take(100).collect::<String>());
        let error = ToolError::new(Code::BadArgs, format!("`{argument}` {why}; nothing was done"))
            .hint(match args::wanted(&tool.schema, &argument) {
                Some(wanted) => format!("{hint}; `{argument}` is {wanted}"),
                None => hint.to_owned(),
            })
            .within(self.limits.max_result_chars);
        let Entry { name, rights, .. } = tool.entry;
        self.record(call, name, rights, vec![], Outcome::Refused(&error), &budget);
        Ok(Err(error))
    }

    /// Records a call that was cancelled before its turn came: it was never run.
    pub fn withdrawn(&self, name: &str) {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let budget =
            Budget::new(Arc::clone(&self.limits), self.clock.clone(), CallMonitor::unattended());
        let tool = printable(&name.chars().take(100).collect::<String>());
        let error = ToolError::from(StopReason::Cancelled);
        self.record(call, &tool, Rights::NONE, vec![], Outcome::Refused(&error), &budget);
    }

    fn record(
        &self,
        call: u64,
        tool: &str,
        right: Rights,
        paths: Vec<String>,
        outcome: Outcome<'_>,
        budget: &Budget,
    ) {
        let took = budget.elapsed();
        let places = budget.touched();
        match &outcome {
            Outcome::Answered { bytes } => {
                tracing::debug!(call, tool, ?paths, bytes, ?took, "answered");
            }
            Outcome::Refused(error) => {
                tracing::info!(call, tool, ?paths, code = %error.code(), detail = error.log_detail(), "refused");
            }
            Outcome::Fault(what) => tracing::warn!(call, tool, what, "not run"),
        }
        if let Some(sink) = &self.audit {
            let request = printable(budget.request());
            let versions = budget.changed_versions();
            sink.record(Event {
                call,
                request,
                tool,
                right,
                paths,
                places,
                versions,
                outcome,
                took,
            });
        }
    }

    /// Records that a change is about to be made.
    fn intend(
        &self,
        call: u64,
        tool: &str,
        right: Rights,
        paths: &[String],
    ) -> Result<(), ToolError> {
        let recorded = match &self.audit {
            Some(sink) => sink.intend(&Intent { call, tool, right, paths }),
            None => return Ok(()),
        };
        match recorded {
            Err(error) if self.must_record => Err(ToolError::new(
                Code::NotRecorded,
                "the change cannot be recorded, and the user requires a record; nothing was changed",
            )
            .hint("ask the user to look at the audit file: its disk may be full")
            .detail(error)),
            _ => Ok(()),
        }
    }

    fn why_unknown(&self, name: &str) -> String {
        if let Some(tool) = self.registry.iter().find(|tool| tool.answers_to(name).is_some()) {
            return format!("unknown tool: {name} ({})", self.why_not_offered(tool));
        }
        let all: Vec<_> = self.registry.iter().map(|tool| tool.name).collect();
        let found = replacements(name, &all);
        let offered = |name: &&str| self.offered.iter().any(|tool| tool.entry.name == *name);
        let usable: Vec<_> = found.iter().copied().filter(offered).collect();
        let missing = || self.registry.iter().find(|tool| found.first() == Some(&tool.name));
        if !usable.is_empty() {
            format!("unknown tool: {name} (use {})", usable.join(" or "))
        } else if let Some(tool) = missing() {
            let (tool, why) = (tool.name, self.why_not_offered(tool));
            format!("unknown tool: {name} ({tool} does that, but {why})")
        } else {
            let names: Vec<_> = self.offered.iter().map(|tool| tool.entry.name).collect();
            format!("unknown tool: {name} (available: {})", names.join(", "))
        }
    }

    fn why_not_offered(&self, tool: &Entry) -> &'static str {
        if self.grants.rights().contains(tool.rights) {
            "the user left it out with --tools"
        } else if tool.rights.contains(Rights::REMOVE) {
            "no grant permits deleting; the user can start the server with --allow DIR:rwd"
        } else {
            "no grant is writable; the user can start the server with --allow DIR:rw"
        }
    }
}
