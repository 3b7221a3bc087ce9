//! [`plain`]: blanks out the contents of strings and comments.
//!
//! Each byte in them becomes a blank. Quotes and line ends stay, so every token keeps its position. This
//! has two effects. The rules cannot mistake words in a string for code. And [`super::depth`] can bound
//! what the parser makes of a broken source: after an error, the parser may take the end of one string
//! for the start of another, but then there is nothing in between.
//!
//! A string that contains code, such as `f"{x}"`, counts as a string, and its code is blanked as well.
//! This module does not recurse.

use super::refusal::Refusal;

/// The maximum nesting of strings that contain code.
const MOST_STRINGS: usize = 50;

/// What surrounds the current position of the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    /// A string, or the text part of a string that contains code.
    Text { quote: u8, triple: bool, holds_code: bool },
    /// Code between braces in a string, with this many open brackets.
    Code { brackets: usize },
    /// The format after the `:` in such braces.
    Format,
}

/// Returns `source` with the contents of strings and comments blanked.
pub(super) fn plain(source: &str) -> Result<String, Refusal> {
    let bytes = source.as_bytes();
    let mut scan = Scan { bytes, at: 0, out: Vec::with_capacity(bytes.len()), within: vec![] };
    while let Some(&byte) = bytes.get(scan.at) {
        match scan.within.last().copied() {
            None => scan.code(byte, true)?,
            Some(In::Text { quote, triple, holds_code }) => {
                scan.text(byte, quote, triple, holds_code)?;
            }
            Some(In::Code { brackets }) => scan.braced(byte, brackets)?,
            Some(In::Format) => scan.format(byte)?,
        }
    }
    if scan.within.is_empty() {
        // Each character was kept as a whole or blanked as a whole, so the result is valid UTF-8.
        Ok(String::from_utf8(scan.out)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    } else {
        Err(scan.unended())
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Vec<u8>,
    within: Vec<In>,
}

impl Scan<'_> {
    /// Scans code: a word, a string, a comment or anything else.
    fn code(&mut self, byte: u8, shown: bool) -> Result<(), Refusal> {
        match byte {
            b'#' => {
                while self.bytes.get(self.at).is_some_and(|b| !matches!(b, b'\n' | b'\r')) {
                    self.take(false);
                }
            }
            b'"' | b'\'' => self.string(byte, b"", shown)?,
            _ if is_word(byte) => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let len = rest.iter().position(|b| !is_word(*b)).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(len).unwrap_or_default();
                match after.first() {
                    Some(&quote @ (b'"' | b'\'')) if is_prefix(word) => {
                        // Blank the prefix `f` as well, since its code is blanked.
                        (0..len).for_each(|_| self.take(shown && !holds_code(word)));
                        self.string(quote, word, shown)?;
                    }
                    _ => (0..len).for_each(|_| self.take(shown)),
                }
            }
            _ => self.take(shown),
        }
        Ok(())
    }

    /// Scans the start of a string.
    fn string(&mut self, quote: u8, prefix: &[u8], shown: bool) -> Result<(), Refusal> {
        let triple = self.is_next(&[quote; 3]);
        (0..if triple { 3 } else { 1 }).for_each(|_| self.take(shown));
        if self.within.len() >= 2 * MOST_STRINGS {
            return Err(Refusal::TooDeep);
        }
        self.within.push(In::Text { quote, triple, holds_code: holds_code(prefix) });
        Ok(())
    }

    fn text(&mut self, byte: u8, quote: u8, triple: bool, holds_code: bool) -> Result<(), Refusal> {
        // Keep only the outermost quotes: everything between them is blanked.
        let is_outermost = self.within.len() == 1;
        match byte {
            b'\\' => {
                self.take(false);
                // The next character is text, unless it opens code in braces.
                if self.is_next(b"\r\n") {
                    self.take(false);
                }
                if !self.is_next(b"{") {
                    self.take(false);
                }
            }
            b'\n' | b'\r' if !triple => return Err(self.unended()),
            _ if byte == quote && (!triple || self.is_next(&[quote; 3])) => {
                (0..if triple { 3 } else { 1 }).for_each(|_| self.take(is_outermost));
                self.within.pop();
            }
            b'{' if holds_code && self.is_next(b"{{") => (0..2).for_each(|_| self.take(false)),
            b'{' if holds_code => {
                self.take(false);
                self.within.push(In::Code { brackets: 0 });
            }
            _ => self.take(false),
        }
        Ok(())
    }

    /// Scans code in a string.
    fn braced(&mut self, byte: u8, brackets: usize) -> Result<(), Refusal> {
        let brackets = match byte {
            b'(' | b'[' | b'{' => brackets + 1,
            b'}' if brackets == 0 => {
                self.take(false);
                self.within.pop();
                return Ok(());
            }
            b')' | b']' | b'}' => brackets.saturating_sub(1),
            b':' if brackets == 0 => {
                self.take(false);
                self.enter(In::Format);
                return Ok(());
            }
            _ => return self.code(byte, false),
        };
        self.take(false);
        self.enter(In::Code { brackets });
        Ok(())
    }

    fn format(&mut self, byte: u8) -> Result<(), Refusal> {
        self.take(false);
        match byte {
            b'{' if self.within.len() >= 2 * MOST_STRINGS => {
                return Err(Refusal::TooDeep);
            }
            b'{' => self.within.push(In::Code { brackets: 0 }),
            b'}' => {
                self.within.pop();
            }
            _ => {}
        }
        Ok(())
    }

    fn enter(&mut self, within: In) {
        if let Some(last) = self.within.last_mut() {
            *last = within;
        }
    }

    /// Copies one byte or blanks it. Keeps line ends, except in strings that cannot contain them.
    fn take(&mut self, shown: bool) {
        if let Some(&byte) = self.bytes.get(self.at) {
            let in_one_line = matches!(self.within.first(), Some(In::Text { triple: false, .. }));
            let is_end = matches!(byte, b'\n' | b'\r') && !in_one_line;
            self.out.push(if shown || is_end { byte } else { b' ' });
            self.at += 1;
        }
    }

    fn is_next(&self, what: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn unended(&self) -> Refusal {
        Refusal::Syntax { line: line(self.bytes, self.at), what: "a string has no end".into() }
    }
}

/// Returns the line of a byte, from 1.
pub(super) fn line(source: &[u8], at: usize) -> usize {
    1 + source.get(..at).unwrap_or_default().split(|byte| *byte == b'\n').skip(1).count()
}

/// Returns whether a byte can be part of a name. All bytes of non-ASCII characters can.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_prefix(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    matches!(
        &*word,
        b"r" | b"u" | b"b" | b"br" | b"rb" | b"f" | b"fr" | b"rf" | b"t" | b"tr" | b"rt"
    )
}

fn holds_code(prefix: &[u8]) -> bool {
    prefix.iter().any(|b| matches!(b.to_ascii_lowercase(), b'f' | b't'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_of_strings_and_comments_are_blanked() {
        let squeezed = |text: &str| text.replace(' ', "");
        for (source, want) in [
            ("a = 'b(' # c(\nd", "a=''\nd"),
            ("a = r'\\' # '\nb", "a=r''\nb"),
            (r#"x = "a\"b" + 'c'"#, r#"x=""+''"#),
            ("x = '''a\n'b''\"'''(y)", "x='''\n'''(y)"),
            ("f(b'x', Rb\"y\")", "f(b'',Rb\"\")"),
            ("printf'x'", "printf''"),
            ("é = 'é'", "é=''"),
            ("'a\\\nb' + y", "''+y"),
            // A string with code is one string.
            ("f'{a[\"b\"]}c'", "''"),
            ("f'{a['b']}' + d", "''+d"),
            ("f'{{x' + y", "''+y"),
            ("f'{x:{y}>3}' + z", "''+z"),
            ("f'{ {1: 2}[1] }' + z", "''+z"),
            ("f'''{\nx # }\n}''' + z", "'''\n\n'''+z"),
            ("f'{\nx}' + z", "''+z"),
            ("f'{f'{f'{1}'}'}' + z", "''+z"),
            (r"rf'\{x}' + y", "''+y"),
        ] {
            let text = plain(source).unwrap();
            assert_eq!((squeezed(&text).as_str(), text.len()), (want, source.len()), "{source}");
        }
    }

    #[test]
    fn unterminated_strings_are_refused_with_their_line() {
        for (source, line) in
            [("\n'a\n'", 2), ("'''\n\n", 3), ("f'{a", 1), ("f'{a:", 1), ("x\n'", 2)]
        {
            let want = Refusal::Syntax { line, what: "a string has no end".into() };
            assert_eq!(plain(source), Err(want), "{source}");
        }
        let deep = "f'{".repeat(100_000);
        assert_eq!(plain(&deep), Err(Refusal::TooDeep));
    }
}
