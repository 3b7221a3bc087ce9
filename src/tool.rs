//! [`Tool`]: what a tool is, and [`Entry`], a tool with its types erased so that many fit one table.
//!
//! A tool gets its typed arguments, its targets, and a budget. It never sees the grants, a handle or
//! a path of the host, and it cannot ask for more than its `Needs` type says. From that type follow
//! the rights, the hints, the row in each attack table and whether the tool is offered at all.
//!
//! May import: `args`, `cap`, `error`, `limits`. This module does not know MCP.

mod foreign;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::args;
pub use crate::args::Object;
use crate::cap::{Grants, Needs, Rights};
use crate::error::{ToolError, cut_to};
use crate::limits::Budget;
pub use foreign::replacements;

/// One tool.
pub trait Tool: 'static {
    /// Its name; the official file server's name where that has the tool.
    const NAME: &'static str;
    /// Other names that clients may call it by. Only its own name is listed.
    const ALSO: &'static [Alias] = &[];
    /// What it does, for the model that chooses among tools.
    const ABOUT: &'static str;
    /// Does it only add, and nothing twice? Clients ask less before such calls.
    const ADDS_ONLY: bool = false;
    /// Does a call look through whole trees? Then fewer run at once, and leave places to calls that do not.
    const SEARCHES: bool = false;
    /// Does an answer hold a whole file? Then fewer answers may wait to be read.
    const MEDIA: bool = false;
    /// The rights to paths that a call needs.
    type Needs: Needs;
    /// Its arguments. Doc comments become the descriptions that clients see.
    type Args: DeserializeOwned + JsonSchema;
    /// What it answers.
    type Output: Render;

    /// Arguments in the form of this tool, where others send them in another one.
    fn arranged(sent: Object) -> Object {
        sent
    }

    /// The paths among the arguments: names only.
    fn paths(args: &Self::Args) -> <Self::Needs as Needs>::Paths<'_>;

    /// Does the work.
    ///
    /// # Errors
    /// Any [`ToolError`]; loops over input end by [`Budget::step`].
    fn run(
        args: &Self::Args,
        at: <Self::Needs as Needs>::Targets,
        budget: &Budget,
    ) -> Result<Self::Output, ToolError>;
}

/// What another server calls a tool.
#[derive(Clone, Copy, Debug)]
pub struct Alias {
    /// Its name there.
    pub name: &'static str,
    /// What its calls mean without saying so: arguments that are true.
    pub implies: &'static [&'static str],
}

/// One block of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text for the model.
    Text(String),
    /// An image, audio, or the bytes of another file.
    Media {
        /// How clients show it.
        kind: MediaKind,
        /// Its MIME type.
        mime: &'static str,
        /// Where it is, as clients say it.
        path: String,
        /// The bytes in base64.
        base64: String,
    },
}

/// How clients show media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// As a picture.
    Image,
    /// As sound.
    Audio,
    /// Not at all, unless the model can make something of it.
    Bytes,
}

impl Content {
    /// Bytes of it.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Media { base64, .. } => base64.len(),
        }
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What an answer turns into.
pub trait Render {
    /// The blocks, in order.
    fn render(self) -> Vec<Content>;
}

impl Render for String {
    fn render(self) -> Vec<Content> {
        vec![Content::Text(self)]
    }
}

impl Render for Vec<Content> {
    fn render(self) -> Vec<Content> {
        self
    }
}

/// A row of the registry.
#[derive(Clone, Copy)]
pub struct Entry {
    /// See [`Tool::NAME`].
    pub name: &'static str,
    /// See [`Tool::ALSO`].
    pub also: &'static [Alias],
    /// See [`Tool::ABOUT`].
    pub about: &'static str,
    /// See [`Tool::ADDS_ONLY`].
    pub adds_only: bool,
    /// See [`Tool::SEARCHES`].
    pub searches: bool,
    /// See [`Tool::MEDIA`].
    pub media: bool,
    /// The rights without which the tool is not offered.
    pub rights: Rights,
    /// The schema of its arguments, examples included.
    pub schema: fn() -> Object,
    /// Runs one call.
    pub call: fn(&Call<'_>, Object) -> Called,
}

/// What a call is run with.
pub struct Call<'a> {
    /// All grants: here they meet the paths, and no later.
    pub grants: &'a Grants,
    /// The tool's schema.
    pub schema: &'a Object,
    /// What the call may use.
    pub budget: &'a Budget,
    /// Called before a change: records the paths.
    pub intend: &'a dyn Fn(&[String]) -> Result<(), ToolError>,
}

/// How a call ended, and what it named.
pub struct Called {
    /// The paths as they were said, escaped.
    pub paths: Vec<String>,
    /// The answer, or why there is none.
    pub result: Result<Vec<Content>, ToolError>,
}

impl Entry {
    /// Is it the one that is called so? Then what such a call means without saying so.
    pub fn answers_to(&self, name: &str) -> Option<&'static [&'static str]> {
        if self.name == name {
            return Some(&[]);
        }
        self.also.iter().find(|also| also.name == name).map(|also| also.implies)
    }

    /// The row of `T`.
    pub const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            also: T::ALSO,
            about: T::ABOUT,
            adds_only: T::ADDS_ONLY,
            searches: T::SEARCHES,
            media: T::MEDIA,
            rights: <T::Needs as Needs>::RIGHTS,
            schema: args::schema::<T::Args>,
            call: call::<T>,
        }
    }
}

fn call<T: Tool>(call: &Call<'_>, sent: Object) -> Called {
    let sent = T::arranged(args::unwrapped(call.schema, sent));
    let args: T::Args = match args::parse(T::NAME, call.schema, sent) {
        Ok(args) => args,
        Err(error) => return Called { paths: vec![], result: Err(error) },
    };
    let paths = T::Needs::requested(&T::paths(&args));
    let run = || {
        let targets = T::Needs::attenuate(call.grants, T::paths(&args), call.budget)?;
        if <T::Needs as Needs>::RIGHTS.allow_change() {
            (call.intend)(&paths)?;
        }
        T::run(&args, targets, call.budget).map(Render::render)
    };
    let most = call.budget.limits().max_result_chars;
    let result = with_notes(run(), &call.budget.notes(), most);
    Called { paths, result }
}

/// The answer with what was noted on the way, in at most so many characters of text.
fn with_notes(
    result: Result<Vec<Content>, ToolError>,
    notes: &[String],
    most: usize,
) -> Result<Vec<Content>, ToolError> {
    if notes.is_empty() {
        return result;
    }
    let notes = brief_to(&notes.join("; "), most / 4);
    match result {
        Ok(mut content) => {
            let line = format!("[{notes}]");
            if let Some(Content::Text(text)) = content.last_mut() {
                // The note stays, even where the answer is full.
                let room = most.saturating_sub(line.chars().count() + 1);
                *text = format!("{}\n{line}", cut_to(std::mem::take(text), room));
            } else {
                content.push(Content::Text(line));
            }
            Ok(content)
        }
        Err(error) => Err(error.and(&notes)),
    }
}

fn brief_to(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((cut, _)) => format!("{}...", text.get(..cut).unwrap_or_default()),
    }
}
