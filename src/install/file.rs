//! [`File`]: a file of a client, changed so that it starts this server, and changed back.
//!
//! May import: nothing of this crate.

use crate::install::about::Base;
use crate::install::about::File;
use crate::install::about::Form;
use crate::install::about::Saying;
use crate::install::unreadable::Unreadable;

impl File {
    /// Where it is, as people say it.
    pub fn place(&self) -> String {
        let base = match self.base {
            Base::Home => "~/",
            Base::Settings => "~/.config/",
            Base::Codex => "~/.codex/",
            Base::Project => "",
        };
        format!("{base}{}", self.path)
    }

    /// The text that the file shall have; it may have none yet.
    ///
    /// # Errors
    /// [`Unreadable`] for a file that is not what the client reads, or says something else in that place.
    pub fn said(&self, text: Option<&str>) -> Result<String, Unreadable> {
        let text = text.unwrap_or_default().to_owned();
        self.sayings.iter().try_fold(text, |text, saying| self.put_in(&text, saying))
    }

    /// The text without what was put in. What it said already before that, when it was `before`, stays.
    ///
    /// # Errors
    /// As [`Self::said`].
    pub fn unsaid(&self, text: &str, before: Option<&str>) -> Result<String, Unreadable> {
        let is_theirs = |saying: &&Saying| {
            before.is_some_and(|text| self.put_in(text, saying).is_ok_and(|same| same == text))
        };
        let mut ours = self.sayings.iter().rev().filter(|saying| !is_theirs(saying));
        ours.try_fold(text.to_owned(), |text, saying| self.take_out(&text, saying))
    }

    /// Is the first of what is to be said there, whatever it says exactly?
    pub fn is_told(&self, text: &str) -> bool {
        let first = self.sayings.first();
        first.is_some_and(|saying| self.take_out(text, saying).is_ok_and(|without| without != text))
    }

    fn put_in(&self, text: &str, saying: &Saying) -> Result<String, Unreadable> {
        match (saying, self.form) {
            (Saying::Value(path, value), Form::Json(dialect)) => {
                super::json::set(text, &keys(path), value, dialect)
            }
            (Saying::Items(path, items), Form::Json(dialect)) => {
                super::json::append(text, &keys(path), &keys(items), dialect)
            }
            (Saying::Value(path, value), Form::Toml) => super::toml::set(text, &keys(path), value),
            (Saying::Items(..), Form::Toml) => Err(Unreadable::unexpected()),
        }
    }

    fn take_out(&self, text: &str, saying: &Saying) -> Result<String, Unreadable> {
        match (saying, self.form) {
            (Saying::Value(path, _), Form::Json(dialect)) => {
                super::json::remove(text, &keys(path), dialect)
            }
            (Saying::Items(path, items), Form::Json(dialect)) => {
                super::json::take(text, &keys(path), &keys(items), dialect)
            }
            (Saying::Value(path, _), Form::Toml) => super::toml::remove(text, &keys(path)),
            (Saying::Items(..), Form::Toml) => Err(Unreadable::unexpected()),
        }
    }

    /// The client's own program for this change, and what to run it with, one after the other; nothing where
    /// it has none.
    pub fn own_program(
        &self,
        text: Option<&str>,
        is_removal: bool,
    ) -> Option<(&'static str, Vec<Vec<String>>)> {
        let Some(Saying::Value(keys, entry)) = self.sayings.first() else { return None };
        let is_named = text.is_some_and(|text| self.is_told(text));
        let entry = (!is_removal).then(|| entry.to_string());
        let is_its_own = (self.base, self.path) == (Base::Home, super::claude_code::FILE);
        let name = keys.last().filter(|_| is_its_own)?;
        Some(super::claude_code::own_program(name, is_named, entry))
    }

    /// Does the text say nothing at all?
    pub fn is_empty(&self, text: &str) -> bool {
        match self.form {
            Form::Json(dialect) => super::json::is_empty(text, dialect),
            Form::Toml => super::toml::is_empty(text),
        }
    }

    /// The entry to copy by hand.
    pub fn alone(&self) -> String {
        self.said(None).unwrap_or_default()
    }
}

fn keys(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
