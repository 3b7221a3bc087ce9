//! [`Answer`]: what a participant wrote. Lines that start with `#` are comments, and `predict:` starts a prediction. The
//! other lines are the answer, as calls or as settings.

use std::collections::BTreeMap;

use super::stop::Stop;

/// The maximum number of lines of an answer.
const LINES: usize = 1000;

/// The contents of an answer file.
#[derive(Debug, Default)]
pub struct Answer {
    /// The prediction, if there is one.
    pub predicted: Option<String>,
    /// The lines of the answer, with their numbers.
    lines: Vec<(usize, String)>,
}

impl Answer {
    /// Splits a file into prediction and answer. Accepts any text.
    pub fn parse(text: &str) -> Self {
        let mut answer = Self::default();
        for (number, line) in (1..).zip(text.lines().take(LINES)) {
            let line = line.trim();
            if let Some(predicted) = line.strip_prefix("predict:") {
                answer.predicted =
                    Some(predicted.trim().to_owned()).filter(|text| !text.is_empty());
            } else if !line.is_empty() && !line.starts_with('#') {
                answer.lines.push((number, line.to_owned()));
            }
        }
        answer
    }

    /// Returns the lines of the answer, with their numbers.
    pub fn lines(&self) -> &[(usize, String)] {
        &self.lines
    }

    /// Parses lines of the form `name: value`. Each name must be in `known` and may occur once.
    ///
    /// # Errors
    /// If a line has another form, or its name is unknown or repeated.
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
                    format!("unknown setting; the names are `{all_names}`"),
                ));
            };
            if all.insert(*name, (*number, value.trim().to_owned())).is_some() {
                return Err(Stop::not_yet(
                    format!("line {number} sets `{name}` again"),
                    "remove one of the two lines",
                ));
            }
        }
        Ok(Settings(all))
    }
}

/// The settings of an answer: name, line number and value.
#[derive(Debug)]
pub struct Settings(BTreeMap<&'static str, (usize, String)>);

impl Settings {
    /// Returns the value of a setting, if it has one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Returns the value of a required setting.
    ///
    /// # Errors
    /// If it has no value.
    pub fn need(&self, name: &str) -> Result<&str, Stop> {
        self.get(name).ok_or_else(|| {
            Stop::not_yet(
                format!("`{name}:` has no value"),
                format!("write a value after `{name}:`; the comment above it lists the values"),
            )
        })
    }

    /// Returns the index of the value of a setting among the allowed ones.
    ///
    /// # Errors
    /// If it has no value, or another one.
    pub fn one_of(&self, name: &str, values: &[&str]) -> Result<usize, Stop> {
        let given = self.need(name)?;
        values.iter().position(|value| *value == given).ok_or_else(|| {
            Stop::not_yet(
                format!("`{name}` is `{given}`"),
                format!("it must be one of `{}`", values.join("`, `")),
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
    fn comments_predictions_and_settings_are_distinguished() {
        let answer = Answer::parse("# pause: 1\npredict: it fails\n\n pause : 7\nswap:\n");
        assert_eq!(answer.predicted.as_deref(), Some("it fails"));
        let settings = answer.settings(&["pause", "swap"]).unwrap();
        assert_eq!((settings.get("pause"), settings.get("swap")), (Some("7"), None));
        assert_eq!(settings.one_of("pause", &["6", "7"]).unwrap(), 1);
        assert!(settings.need("swap").is_err() && settings.one_of("pause", &["6"]).is_err());
        assert_eq!(Answer::parse("predict:  ").predicted, None);
    }

    #[test]
    fn errors_list_the_known_settings() {
        assert!(look("puase: 1").contains("`pause`, `swap`"));
        assert!(look("pause").contains("name: value"));
        assert!(look("pause: 1\npause: 2").contains("remove one"));
    }
}
