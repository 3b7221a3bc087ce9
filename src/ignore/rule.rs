//! [`Rule`]: one line of an ignore file, read as git's `dir.c` reads it; and [`lines`], the lines of a text.

use super::wild::Wild;

/// What a line says of names.
#[derive(Debug)]
pub(super) struct Rule {
    /// Without `!`.
    pub(super) ignores: bool,
    /// It ended in a slash.
    pub(super) for_directories: bool,
    pub(super) pattern: Pattern,
}

/// What a rule matches. Where case is ignored, all of it is in lower case.
#[derive(Debug)]
pub(super) enum Pattern {
    /// A name at any depth.
    Name(Vec<u8>),
    /// Names that end so, at any depth.
    Ending(Vec<u8>),
    /// Names at any depth.
    Wild(Wild),
    /// A path from the directory of the ignore file.
    Path(Vec<u8>),
    /// Paths from there that begin so.
    Below(Vec<u8>, Wild),
}

/// The lines of a text. The carriage return at the end of a line does not count.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Is the line empty, or a comment?
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(|first| *first == b'#') || line.iter().all(|byte| *byte == b' ')
}

/// Does a line take more than a look into a table? Then it costs the more, the longer it is.
pub(super) fn has_wildcards(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"!").unwrap_or(line);
    let rest = line.strip_prefix(b"*").filter(|rest| !rest.contains(&b'/')).unwrap_or(line);
    first_wildcard(rest).is_some()
}

impl Rule {
    /// Reads a line; `None` if it is not a rule, or one that matches nothing.
    pub(super) fn new(line: &[u8], ignores_case: bool) -> Option<Self> {
        if line.first() == Some(&b'#') {
            return None;
        }
        // To git a line is a C string.
        let line = line.split(|byte| *byte == 0).next()?;
        let line = without_trailing_spaces(line);
        let (ignores, line) = line.strip_prefix(b"!").map_or((true, line), |rest| (false, rest));
        let (for_directories, line) =
            line.strip_suffix(b"/").map_or((false, line), |rest| (true, rest));
        let pattern = Pattern::new(line, ignores_case)?;
        Some(Self { ignores, for_directories, pattern })
    }
}

impl Pattern {
    fn new(text: &[u8], ignores_case: bool) -> Option<Self> {
        let folded = |text: &[u8]| {
            if ignores_case { text.to_ascii_lowercase() } else { text.to_vec() }
        };
        if !text.contains(&b'/') {
            return match (first_wildcard(text), text) {
                (_, []) => None,
                (None, name) => Some(Self::Name(folded(name))),
                (_, [b'*', ending @ ..]) if first_wildcard(ending).is_none() => {
                    Some(Self::Ending(folded(ending)))
                }
                (_, pattern) => Some(Self::Wild(Wild::new(pattern, ignores_case)?)),
            };
        }
        let text = text.strip_prefix(b"/").unwrap_or(text);
        match first_wildcard(text).and_then(|at| text.split_at_checked(at)) {
            None => Some(Self::Path(folded(text))),
            // Git compares the literal beginning first, and matches the rest as a separate pattern. So `a**/b`
            // means what `**/b` means after an `a`.
            Some((start, rest)) => Some(Self::Below(folded(start), Wild::new(rest, ignores_case)?)),
        }
    }
}

fn first_wildcard(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
}

/// Without blanks at the end, unless a backslash stands before them. Tabs stay.
fn without_trailing_spaces(line: &[u8]) -> &[u8] {
    let mut end = 0;
    let mut is_escaped = false;
    for (at, byte) in line.iter().enumerate() {
        if is_escaped || *byte != b' ' {
            end = at + 1;
        }
        is_escaped = !is_escaped && *byte == b'\\';
    }
    line.get(..end).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_end_go_unless_they_are_escaped() {
        for (line, want) in [
            ("a", "a"),
            ("a  ", "a"),
            ("a\\ ", "a\\ "),
            ("a\\  ", "a\\ "),
            ("a\\\\ ", "a\\\\"),
            ("a b ", "a b"),
            ("a\t", "a\t"),
            ("a\t ", "a\t"),
            ("   ", ""),
        ] {
            let trimmed = without_trailing_spaces(line.as_bytes());
            assert_eq!(String::from_utf8_lossy(trimmed), want, "{line:?}");
        }
    }

    #[test]
    fn lines_end_as_in_git() {
        let all: Vec<&[u8]> = lines(b"a\r\nb\r\r\nc\rd\r").collect();
        assert_eq!(all, [&b"a"[..], b"b\r", b"c\rd"]);
    }

    #[test]
    fn wildcards_are_what_does_not_fit_a_table() {
        for (line, want) in [
            ("a", false),
            ("!a/b", false),
            ("*.log", false),
            ("!*.tar.gz", false),
            ("*a/b", true),
            ("a*", true),
            ("[ab]", true),
            ("\\#a", true),
            ("**/a", true),
        ] {
            assert_eq!(has_wildcards(line.as_bytes()), want, "{line}");
        }
    }
}
