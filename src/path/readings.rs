//! Readings: what a client may have meant by a path that is written as in a shell, an editor, a compiler's message, a
//! diff or a URL, and not as the names of a place.
//!
//! These are guesses for hints. Nothing is opened by them: who gives a hint looks whether a reading exists.
//!
//! May import: nothing. This module does not know grants.

use super::shown::{escape_at, percent_decoded};

/// Most readings of one path.
const MAX_READINGS: usize = 24;

/// One reading of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The path.
    pub path: String,
    /// The line that was named with it.
    pub line: Option<u64>,
    /// The last line of the range that was named with it.
    pub last_line: Option<u64>,
    /// Can the path as it was written hardly be a name that somebody wants?
    pub is_plain_mistake: bool,
}

impl Reading {
    /// The arguments that read the lines, where a tool has them: `, offset=12, limit=9`.
    pub fn arguments(&self, has: impl Fn(&str) -> bool) -> String {
        let Some(line) = self.line.filter(|_| has("offset") && has("limit")) else {
            return String::new();
        };
        match self.last_line.and_then(|last| last.checked_sub(line)) {
            Some(more) => format!(", offset={line}, limit={}", more.saturating_add(1)),
            None => format!(", offset={line}"),
        }
    }
}

/// What the path may mean, the likeliest first; the path itself is not among them.
pub fn readings(said: &str) -> Vec<Reading> {
    let as_said =
        Reading { path: said.to_owned(), line: None, last_line: None, is_plain_mistake: false };
    let mut all = vec![as_said];
    let mut at = 0;
    while let Some(reading) = all.get(at).cloned() {
        for step in STEPS {
            if let Some(other) = step(&reading).filter(|other| !other.path.is_empty())
                && all.len() <= MAX_READINGS
                && all.iter().all(|known| known.path != other.path)
            {
                all.push(other);
            }
        }
        at += 1;
    }
    all.remove(0);
    all
}

/// Does the path begin as one that is not relative: with a drive, the scheme of a URL, or the home directory?
pub fn begins_elsewhere(said: &str) -> bool {
    let is_scheme = |scheme: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(is_part)
    };
    let is_url = |(scheme, rest): (&str, &str)| {
        is_scheme(scheme) && (rest.starts_with('/') || scheme.eq_ignore_ascii_case("file"))
    };
    let is_on_drive = matches!(said.as_bytes(), [drive, b':', b'/' | b'\\', ..]
        if drive.is_ascii_alphabetic());
    is_on_drive
        || said.starts_with("~/")
        || said.starts_with(r"\\")
        || said.split_once(':').is_some_and(is_url)
}

/// Is a backslash between two parts of a name, as between the names of a path on Windows? An escape of a byte is none.
pub fn has_backslash_inside(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "._-$@~+()[]{}:".contains(c);
    name.match_indices('\\').any(|(at, slash)| {
        let (before, rest) = name.split_at_checked(at).unwrap_or_default();
        let after = rest.get(slash.len()..).unwrap_or_default();
        escape_at(rest.as_bytes()).is_none()
            && before.ends_with(is_part)
            && after.starts_with(is_part)
    })
}

type Step = fn(&Reading) -> Option<Reading>;

const STEPS: [Step; 10] = [
    without_blanks,
    without_quotes,
    without_scheme,
    without_line,
    without_test,
    with_slashes,
    without_mention,
    without_diff_side,
    without_percent,
    without_parents,
];

impl Reading {
    fn but(&self, path: &str) -> Option<Self> {
        (path != self.path).then(|| Self { path: path.to_owned(), ..self.clone() })
    }

    fn mistaken(&self, path: &str) -> Option<Self> {
        self.but(path).map(|reading| Self { is_plain_mistake: true, ..reading })
    }
}

/// Blanks around it, and what ends a clause.
fn without_blanks(of: &Reading) -> Option<Reading> {
    of.but(of.path.trim().trim_end_matches([',', ';']).trim_end())
}

/// `"src/a.ts"`, `` `src/a.ts` ``, `<src/a.ts>`.
fn without_quotes(of: &Reading) -> Option<Reading> {
    const QUOTES: [(char, char); 6] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('<', '>'),
        ('\u{201C}', '\u{201D}'),
        ('\u{2018}', '\u{2019}'),
    ];
    let path = of.path.trim();
    let inner =
        QUOTES.iter().find_map(|(left, right)| path.strip_prefix(*left)?.strip_suffix(*right))?;
    of.mistaken(inner)
}

/// `file:///home/me/repo/src/a.ts`, `file://localhost/...`, `file:src/a.ts`; what it holds is URL-encoded.
fn without_scheme(of: &Reading) -> Option<Reading> {
    let (scheme, rest) = of.path.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let path = match rest.strip_prefix("//") {
        Some(after) => after.get(after.find('/')?..)?,
        None => rest,
    };
    of.mistaken(&text_of(path).unwrap_or_else(|| path.to_owned()))
}

/// `src/a.ts:12`, `:12:5`, `:12-20`, `#L10`, `#L10-L20`, `#L10C3`, `(12,5)`, `, line 12`.
fn without_line(of: &Reading) -> Option<Reading> {
    let path = of.path.trim_end_matches(':');
    let (path, (line, last_line)) = after_hash(path)
        .or_else(|| in_brackets(path))
        .or_else(|| after_word(path))
        .or_else(|| after_colon(path))?;
    // `report(2)` is how a second report is called.
    let is_plain_mistake = of.is_plain_mistake || !of.path.ends_with(')') || of.path.contains(',');
    let reading = of.but(path)?;
    Some(Reading { line: Some(line), last_line, is_plain_mistake, ..reading })
}

/// `tests/test_a.py::TestA::test_b`, as test runners name what is in a file.
fn without_test(of: &Reading) -> Option<Reading> {
    of.but(of.path.split_once("::")?.0)
}

type Lines = (u64, Option<u64>);

fn after_hash(path: &str) -> Option<(&str, Lines)> {
    let (path, lines) = path.rsplit_once('#')?;
    let (first, last) = lines.split_once('-').map_or((lines, None), |(a, b)| (a, Some(b)));
    let number = |text: &str| {
        let digits = text.trim_start_matches(['L', 'l']);
        number(digits.split(['C', 'c']).next()?)
    };
    if !first.starts_with(['L', 'l']) {
        return None;
    }
    let last = match last {
        Some(last) => Some(number(last)?),
        None => None,
    };
    Some((path, (number(first)?, last)))
}

fn in_brackets(path: &str) -> Option<(&str, Lines)> {
    let (path, place) = path.strip_suffix(')')?.rsplit_once('(')?;
    let mut numbers = place.split(',').map(|text| number(text.trim()));
    let line = numbers.next()??;
    (numbers.all(|number| number.is_some()) && !path.ends_with([' ', '/']))
        .then_some((path, (line, None)))
}

fn after_word(path: &str) -> Option<(&str, Lines)> {
    let (before, last) = path.rsplit_once(" line ")?;
    Some((before.trim_end_matches([',', ' ']), (number(last)?, None)))
}

fn after_colon(path: &str) -> Option<(&str, Lines)> {
    let (before, last) = path.rsplit_once(':')?;
    let (first, end) = last.split_once('-').map_or((last, None), |(a, b)| (a, Some(b)));
    let number_of = |text: &str| number(text.trim_start_matches(['L', 'l']));
    let line = number_of(first)?;
    if let Some(end) = end {
        return Some((before, (line, Some(number_of(end)?))));
    }
    // `:12:5` is a line and a column.
    match before.rsplit_once(':').and_then(|(path, line)| Some((path, number_of(line)?))) {
        Some((path, line)) => Some((path, (line, None))),
        None => Some((before, (line, None))),
    }
}

fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number > 0)
}

/// `src\a.ts`, `C:\repo\src\a.ts`, `C:/repo/src/a.ts`. What is written as an escape of a byte is none of these.
fn with_slashes(of: &Reading) -> Option<Reading> {
    let mut path = String::new();
    let mut rest = of.path.as_str();
    while let Some(c) = rest.chars().next() {
        // What this server itself writes for a byte stays.
        let taken = if escape_at(rest.as_bytes()).is_some() { 4 } else { c.len_utf8() };
        let (this, after) = rest.split_at_checked(taken)?;
        path.push_str(if this == "\\" { "/" } else { this });
        rest = after;
    }
    let without_drive = match path.as_bytes() {
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => path.get(2..)?,
        _ => &path,
    };
    if without_drive == of.path {
        return None;
    }
    of.mistaken(&without_drive.replace("//", "/"))
}

/// `my%20notes.md`.
fn without_percent(of: &Reading) -> Option<Reading> {
    // What a URL holds is decoded with its scheme.
    if without_scheme(of).is_some() {
        return None;
    }
    of.but(&text_of(&of.path)?)
}

fn text_of(path: &str) -> Option<String> {
    let text = String::from_utf8(percent_decoded(path)?).ok()?;
    (!text.contains('\0')).then_some(text)
}

/// `@src/a.ts`, as clients mention files.
fn without_mention(of: &Reading) -> Option<Reading> {
    let path = of.path.strip_prefix('@')?;
    if path.contains('/') { of.mistaken(path) } else { of.but(path) }
}

/// `a/src/x.ts` and `b/src/x.ts`, as git's diffs name both sides.
fn without_diff_side(of: &Reading) -> Option<Reading> {
    let (side, path) = of.path.split_once('/')?;
    of.but(Some(path).filter(|_| matches!(side, "a" | "b" | "c" | "i" | "o" | "w"))?)
}

/// `src/../lib/a.ts` as it reads. Only a hint: what `..` means where links are on the way is known to the file system.
fn without_parents(of: &Reading) -> Option<Reading> {
    let mut parts = vec![];
    for part in of.path.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    of.but(&parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(said: &str) -> (String, String) {
        let reading = readings(said).pop().unwrap();
        (reading.path.clone(), reading.arguments(|_| true))
    }

    #[test]
    fn what_is_around_a_path_is_taken_off() {
        for (said, path, arguments) in [
            ("src/a.ts:12", "src/a.ts", ", offset=12"),
            ("src/a.ts:12:5", "src/a.ts", ", offset=12"),
            ("src/a.ts:12:", "src/a.ts", ", offset=12"),
            ("src/a.ts:10-12", "src/a.ts", ", offset=10, limit=3"),
            ("src/a.ts#L10", "src/a.ts", ", offset=10"),
            ("src/a.ts#L10-L20", "src/a.ts", ", offset=10, limit=11"),
            ("src/a.ts#L10C3-L20C1", "src/a.ts", ", offset=10, limit=11"),
            ("src/a.ts(12,5)", "src/a.ts", ", offset=12"),
            (r"src\a.ts", "src/a.ts", ""),
            (r"C:\repo\a.ts", "/repo/a.ts", ""),
            ("C:/repo/a.ts", "/repo/a.ts", ""),
            (r"\\wsl$\U\a.ts", "/wsl$/U/a.ts", ""),
            ("file:///r/my%20a.ts", "/r/my a.ts", ""),
            ("file://localhost/r/a.ts", "/r/a.ts", ""),
            ("\"src/a.ts\"", "src/a.ts", ""),
            ("`src/a.ts`,", "src/a.ts", ""),
            (" src/a.ts\n", "src/a.ts", ""),
            ("src/a.ts, line 12", "src/a.ts", ", offset=12"),
            ("src/a.py::TestA::test_b", "src/a.py", ""),
            ("lib/../src/./a.ts", "src/./a.ts", ""),
            ("../src/a.ts", "src/a.ts", ""),
            ("@src/a.ts", "src/a.ts", ""),
            ("b/src/a.ts", "src/a.ts", ""),
            ("my%20notes.md", "my notes.md", ""),
            ("\"@src\\a.ts#L3\"", "src/a.ts", ", offset=3"),
        ] {
            assert_eq!(first(said), (path.into(), arguments.into()), "{said}");
        }
    }

    #[test]
    fn a_plain_path_has_no_other_reading() {
        for said in ["src/a.ts", "", "v1.2:beta", "notes#2", "f (copy)", "100%", "x:0", "d/@types"]
        {
            assert_eq!(readings(said), [], "{said}");
        }
    }

    #[test]
    fn what_no_relative_path_is_like_is_known() {
        for said in [
            "C:/a",
            r"c:\a",
            r"\\host\share\a",
            "~/a",
            "file:a",
            "FILE:///a",
            "vscode://file/a",
            "a+b:/c",
        ] {
            assert!(begins_elsewhere(said), "{said}");
        }
        for said in ["a/b", "C:a", "a:b", "1a:/b", "~a/b", r"\a", "v1:2", "12:30", "", "a b:/c"] {
            assert!(!begins_elsewhere(said), "{said}");
        }
        for name in [r"a\b", r".\b", r"a\.b", r"C:\a", "\u{E9}\\\u{E9}", r"a\x5Cb\c"] {
            assert!(has_backslash_inside(name), "{name}");
        }
        for name in ["a", r"a\ b", r"\a", r"a\", r"a\x5Cb", r"\*", ""] {
            assert!(!has_backslash_inside(name), "{name}");
        }
    }

    #[test]
    fn there_are_never_many_readings() {
        let said = "`\"<@a/b/c/i/o/w/a/b/c/ x:1:2:3(4)(5)#L6%20\\y>\"`".repeat(20);
        assert!(readings(&said).len() <= MAX_READINGS);
    }
}
