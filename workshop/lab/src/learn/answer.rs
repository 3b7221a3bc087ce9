//! [`Answer`]: what a participant has written. A `#` begins a line that says nothing, `predict:` a prediction;
//! the rest is the answer, as calls or as settings.
//!
//! May import: nothing of the lab but what an attempt comes to.

use std::collections::BTreeMap;

use super::stop::Stop;

/// The most that is read of an answer, in lines.
const LINES: usize = 1000;

/// What is in an answer's file.
#[derive(Debug, Default)]
pub struct Answer {
    /// What was predicted, if anything.
    pub predicted: Option<String>,
    /// The other lines, with their numbers.
    lines: Vec<(usize, String)>,
}

impl Answer {
    /// Reads it. Nothing in it is refused yet.
    pub fn parse(text: &str) -> Self {
        let mut answer = Self::default();
        for (number, line) in (1..).zip(text.lines().take(LINES)) {
            let line = line.trim();
            if let Some(predicted) = line.strip_prefix("predict:") {
                answer.predicted =
                    Some(predicted.trim().to_owned()).filter(|said| !said.is_empty());
            } else if !line.is_empty() && !line.starts_with('#') {
                answer.lines.push((number, line.to_owned()));
            }
        }
        answer
    }

    /// Its lines, with their numbers.
    pub fn lines(&self) -> &[(usize, String)] {
        &self.lines
    }

    /// Lines of `name: value`, each once, with names from `known`. What has no value is not there.
    ///
    /// # Errors
    /// When a line is none, or its name is unknown.
    pub fn settings(&self, known: &[&'static str]) -> Result<Settings, Stop> {
        let mut all = BTreeMap::new();
        for (number, line) in &self.lines {
            let all_names = known.join("`, `");
            let Some((name, value)) = line.split_once(':') else {
                return Err(Stop::not_yet(
                    format!("line {number} is `{line}`"),
                    format!("each line is `name: value`; the names are `{all_names}`"),
                ));
            };
            let Some(name) = known.iter().find(|known| **known == name.trim()) else {
                return Err(Stop::not_yet(
                    format!("line {number} sets `{}`", name.trim()),
                    format!("there is no such setting here; there are `{all_names}`"),
                ));
            };
            if all.insert(*name, (*number, value.trim().to_owned())).is_some() {
                return Err(Stop::not_yet(
                    format!("line {number} sets `{name}` once more"),
                    "take one of them out",
                ));
            }
        }
        Ok(Settings(all))
    }
}

/// Settings of an answer: the number of the line, and the value.
#[derive(Debug)]
pub struct Settings(BTreeMap<&'static str, (usize, String)>);

impl Settings {
    /// A value, if there is one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A value.
    ///
    /// # Errors
    /// When there is none.
    pub fn need(&self, name: &str) -> Result<&str, Stop> {
        self.get(name).ok_or_else(|| {
            Stop::not_yet(
                format!("`{name}:` has no value"),
                format!("write one behind `{name}:`; the lines above it say which there are"),
            )
        })
    }

    /// One of some values, by its place among them.
    ///
    /// # Errors
    /// When there is none, or another.
    pub fn one_of(&self, name: &str, values: &[&str]) -> Result<usize, Stop> {
        let said = self.need(name)?;
        values.iter().position(|value| *value == said).ok_or_else(|| {
            Stop::not_yet(
                format!("`{name}` is `{said}`"),
                format!("it is one of `{}`", values.join("`, `")),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Stop};

    fn look(text: &str) -> String {
        match Answer::parse(text).settings(&["pause", "swap"]) {
            Err(Stop::NotYet { look, .. }) => look,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn comments_predictions_and_settings_are_told_apart() {
        let answer = Answer::parse("# pause: 1\npredict: it fails\n\n pause : 7\nswap:\n");
        assert_eq!(answer.predicted.as_deref(), Some("it fails"));
        let settings = answer.settings(&["pause", "swap"]).unwrap();
        assert_eq!((settings.get("pause"), settings.get("swap")), (Some("7"), None));
        assert_eq!(settings.one_of("pause", &["6", "7"]).unwrap(), 1);
        assert!(settings.need("swap").is_err() && settings.one_of("pause", &["6"]).is_err());
        assert_eq!(Answer::parse("predict:  ").predicted, None);
    }

    #[test]
    fn what_is_no_setting_is_told_with_what_there_is() {
        assert!(look("puase: 1").contains("`pause`, `swap`"));
        assert!(look("pause").contains("name: value"));
        assert!(look("pause: 1\npause: 2").contains("take one"));
    }
}
