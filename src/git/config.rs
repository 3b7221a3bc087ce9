//! [`Config`]: the variables of a git configuration file.
//!
//! The grammar is git's (`git help config`, "Syntax"). Where git would stop with an error, reading ends, and what
//! came before holds. `include` is left to the caller, who can open files.

/// The variables of a file, in its order.
#[derive(Debug, Default)]
pub struct Config(Vec<Variable>);

#[derive(Debug)]
struct Variable {
    /// The section and the key, in lower case: `core.excludesfile`. With a subsection it is of no use here, and
    /// not kept.
    name: String,
    /// `None` if there is no `=`, which means true.
    value: Option<Vec<u8>>,
}

impl Config {
    /// Reads a text.
    pub fn new(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut reader = Reader { rest: text, section: None, found: vec![] };
        while reader.next().is_some() {}
        Self(reader.found)
    }

    /// Each variable with a value, in order: its name in lower case, such as `core.excludesfile`, and the value.
    /// Of several values of one variable the last counts, for most variables.
    pub fn variables(&self) -> impl DoubleEndedIterator<Item = (&str, &[u8])> {
        self.0.iter().filter_map(|variable| Some((&*variable.name, variable.value.as_deref()?)))
    }

    /// The value of a variable that counts.
    pub fn last(&self, name: &str) -> Option<&[u8]> {
        self.variables().rfind(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Is a variable set to true?
    pub fn is_true(&self, name: &str) -> bool {
        let last = self.0.iter().rfind(|variable| variable.name == name);
        last.is_some_and(|variable| {
            variable.value.as_deref().is_none_or(|value| {
                let value = value.to_ascii_lowercase();
                matches!(&value[..], b"true" | b"yes" | b"on" | b"1")
            })
        })
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    /// `None` in a section with a subsection.
    section: Option<String>,
    found: Vec<Variable>,
}

impl<'a> Reader<'a> {
    /// Reads a line, and those that continue it. `None` at the end, or where the text is wrong.
    fn next(&mut self) -> Option<()> {
        let (_, rest) = self.split(|byte| !byte.is_ascii_whitespace());
        self.rest = rest;
        match rest.first()? {
            b'#' | b';' => self.rest = self.split(|byte| byte == b'\n').1,
            b'[' => self.section()?,
            _ => self.variable()?,
        }
        Some(())
    }

    /// `[name]`, `[name "subsection"]` or `[name.subsection]`.
    fn section(&mut self) -> Option<()> {
        let mut in_quotes = false;
        let mut is_escaped = false;
        let end = self.rest.iter().position(|byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_quotes = !in_quotes,
                b']' => return !in_quotes,
                _ => {}
            }
            false
        })?;
        let name = std::str::from_utf8(self.rest.get(1..end)?).ok();
        self.rest = self.rest.get(end + 1..)?;
        let is_plain = |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        self.section = name.filter(is_plain).map(str::to_ascii_lowercase);
        Some(())
    }

    /// `key = value`, or `key`.
    fn variable(&mut self) -> Option<()> {
        let (key, rest) = self.split(|byte| !(byte.is_ascii_alphanumeric() || byte == b'-'));
        if key.is_empty() {
            return None;
        }
        let key = String::from_utf8_lossy(key).to_ascii_lowercase();
        self.rest = rest;
        self.rest = self.split(|byte| !matches!(byte, b' ' | b'\t')).1;
        let value = match self.rest.first() {
            Some(b'=') => {
                self.rest = self.rest.get(1..)?;
                Some(self.value()?)
            }
            None | Some(b'\n' | b'\r' | b'#' | b';') => {
                self.rest = self.split(|byte| byte == b'\n').1;
                None
            }
            Some(_) => return None,
        };
        if let Some(section) = &self.section {
            self.found.push(Variable { name: format!("{section}.{key}"), value });
        }
        Some(())
    }

    /// The rest of the line, without quotes, escapes and comments.
    fn value(&mut self) -> Option<Vec<u8>> {
        let mut value = vec![];
        let mut in_quotes = false;
        let mut kept = 0;
        loop {
            let byte = self.byte();
            match byte {
                None | Some(b'\n') if !in_quotes => break,
                None | Some(b'\n') => return None,
                Some(b'#' | b';') if !in_quotes => {
                    self.rest = self.split(|byte| byte == b'\n').1;
                    break;
                }
                Some(b'"') => in_quotes = !in_quotes,
                Some(b'\\') => match self.byte()? {
                    b'\n' => continue,
                    b'n' => value.push(b'\n'),
                    b't' => value.push(b'\t'),
                    b'b' => value.push(8),
                    byte @ (b'"' | b'\\') => value.push(byte),
                    _ => return None,
                },
                Some(byte) if byte.is_ascii_whitespace() && !in_quotes => {
                    // Blanks count within a value, and not around it.
                    if !value.is_empty() {
                        value.push(byte);
                    }
                    continue;
                }
                Some(byte) => value.push(byte),
            }
            kept = value.len();
        }
        value.truncate(kept);
        Some(value)
    }

    /// The next byte. A carriage return before a line feed does not count.
    fn byte(&mut self) -> Option<u8> {
        let rest = match self.rest {
            [b'\r', rest @ ..] if rest.first() == Some(&b'\n') => rest,
            rest => rest,
        };
        let (byte, rest) = rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn split(&self, is_end: impl Fn(u8) -> bool) -> (&'a [u8], &'a [u8]) {
        let at = self.rest.iter().position(|byte| is_end(*byte)).unwrap_or(self.rest.len());
        self.rest.split_at_checked(at).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_git_reads_them() {
        let text = b"\xef\xbb\xbf# first\n[user]\n\tname = A B # c\r\n[Core]\n excludesFile = \"~/a b\" ; x\n\
            [core \"sub\"] excludesfile = no\n[core]excludesfile=~/\\\nother\n bare\nignorecase\n\
            [include]\npath=one\npath = two\n[core]\nquoted = a\\tb\\\\ \" c \"  d\nempty =\n";
        let config = Config::new(text);
        let last = |name| config.last(name).map(String::from_utf8_lossy);
        for (name, want) in [
            ("user.name", Some("A B")),
            ("core.excludesfile", Some("~/other")),
            ("core.quoted", Some("a\tb\\  c   d")),
            ("core.empty", Some("")),
            ("core.bare", None),
            ("core.nothing", None),
        ] {
            assert_eq!(last(name).as_deref(), want, "{name}");
        }
        assert!(config.is_true("core.bare") && config.is_true("core.ignorecase"));
        assert!(!config.is_true("user.name"));
        let includes = config.variables().filter(|(name, _)| *name == "include.path");
        assert_eq!(includes.count(), 2);
    }

    #[test]
    fn what_comes_before_a_wrong_line_holds() {
        for wrong in ["= x", "[core", "a b", "a = \"x\n", "a = \\q\n"] {
            let text = format!("[core]\nignorecase = true\n{wrong}\nignorecase = false\n");
            assert!(Config::new(text.as_bytes()).is_true("core.ignorecase"), "{wrong}");
        }
    }
}
