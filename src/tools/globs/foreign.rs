//! [`foreign`]: what a glob may mean that is written as in another program: with a line number, in quotes, with `|`
//! between globs, as an extended glob of a shell, as a path of another machine, or as a regular expression.
//!
//! These are tried only where a glob matches nothing as it is written.
//!
//! May import: `path`. This module does not know which names exist.

use grep_matcher::Matcher as _;
use grep_regex::RegexMatcherBuilder;

use super::braced::with_braces;
use super::literal_brackets::with_literal_brackets;
use super::meaning::Text;
use crate::path::{begins_elsewhere, readings};

/// Most readings of one glob.
pub(super) const MOST_FOREIGN: usize = 16;
/// Most globs in one list.
const MOST_LISTED: usize = 20;
/// Most names at the end of a path of another machine that are looked for.
const MOST_NAMES: usize = 6;
/// Most bytes of a glob that is read in other ways.
const MOST_BYTES: usize = 500;
/// Most bytes of the compiled expression, and most groups within each other.
const MOST_COMPILED: usize = 64 << 10;
const MOST_NESTED: u32 = 50;

/// One reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// These globs, separated by commas.
    Globs(String, How),
    /// This regular expression for the path.
    Expression(String),
}

impl Foreign {
    /// Is it the last names of an absolute path?
    pub(super) fn is_end(&self) -> bool {
        matches!(self, Self::Globs(_, how) if how.is_end)
    }
}

/// How globs of another program are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct How {
    /// What a text without wildcards is; `None` for what it is in the argument.
    pub(super) text: Option<Text>,
    /// Are they only read as names? Without the directories that were left out, wildcards are another glob.
    pub(super) only_names: bool,
    /// Are they the last names of an absolute path?
    pub(super) is_end: bool,
    /// Only the last of them? Many directories have such a name.
    pub(super) is_name: bool,
}

impl How {
    const WHOLE: Self =
        Self { text: Some(Text::Whole), only_names: false, is_end: false, is_name: false };
}

/// What a glob may mean in the spellings of other programs, the likeliest first.
pub(super) fn foreign(glob: &str, text: Text) -> Vec<Foreign> {
    let mut all = Found(vec![]);
    if glob.len() > MOST_BYTES {
        return vec![];
    }
    all.add(in_our_way(glob).as_deref(), How::default());
    let has_wildcards = glob.contains(['*', '?', '[', '{']);
    for reading in readings(glob) {
        let path = reading.path;
        // A directory that is left out would make another glob of it.
        let has_lost = path.matches(['/', '\\']).count() < glob.matches(['/', '\\']).count();
        let only_names = has_wildcards && has_lost && !begins_elsewhere(glob);
        if only_names && glob.contains('*') {
            continue;
        }
        let is_whole = reading.line.is_some() || path.contains('/');
        let text = is_whole.then_some(Text::Whole);
        let how = How { text, only_names, ..How::default() };
        all.add(in_our_way(&path).as_deref(), how);
        if !begins_elsewhere(&path) {
            all.add(Some(&path), how);
        }
        all.ends_of(&path, 0);
    }
    all.ends_of(glob, 1);
    let inner = without_what_is_around(glob);
    let is_path = inner.is_some_and(|inner| inner.contains('/'));
    all.add(inner, if is_path { How::WHOLE } else { How::default() });
    all.add(without_option(glob), How::default());
    let unanchored = glob.trim_start_matches('^').trim_end_matches('$');
    all.add(Some(unanchored).filter(|_| has_wildcards), How::default());
    let mut expressions = vec![];
    if is_like_an_expression(glob) && is_an_expression(glob) {
        let ignores_case = text == Text::Part && !glob.chars().any(char::is_uppercase);
        let flag = if ignores_case { "(?i)" } else { "" };
        let names: Vec<String> = glob.split('/').map(with_literal_brackets).collect();
        let names = Some(names.join("/")).filter(|names| names != glob && is_an_expression(names));
        let both = names.as_deref().into_iter().chain([glob]);
        expressions.extend(both.map(|one| Foreign::Expression(format!("{flag}{one}"))));
    }
    all.0.retain(|one| !matches!(one, Foreign::Globs(other, _) if other == glob));
    all.0.truncate(MOST_FOREIGN - expressions.len());
    all.0.extend(expressions);
    all.0
}

struct Found(Vec<Foreign>);

impl Found {
    fn add(&mut self, globs: Option<&str>, how: How) {
        let is_known = |globs: &str| {
            self.0.iter().any(|one| matches!(one, Foreign::Globs(known, _) if known == globs))
        };
        if let Some(globs) = globs.filter(|globs| !globs.trim().is_empty() && !is_known(globs)) {
            self.0.push(Foreign::Globs(globs.to_owned(), how));
        }
    }

    /// The last names of a path that begins on another machine, or above the grants: the most first, from the name in
    /// this place on.
    fn ends_of(&mut self, path: &str, first: usize) {
        if !is_elsewhere(path) {
            return;
        }
        let path = path.replace('\\', "/");
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        // The first name of one that is not absolute is a drive, a home or a variable.
        let first = if path.starts_with('/') { first } else { 1 };
        for at in first.max(names.len().saturating_sub(MOST_NAMES))..names.len() {
            let end = names.get(at..).unwrap_or_default();
            // Where wildcards begin it, it does not say which directory.
            let only_names = end.first().is_some_and(|name| name.contains(['?', '[', '{']));
            if end.first().is_none_or(|name| name.contains('*')) {
                break;
            }
            let is_name = end.len() == 1;
            let how = How { only_names, is_end: true, is_name, ..How::WHOLE };
            self.add(Some(&end.join("/")), how);
        }
    }
}

/// Is it a path of another machine, of a shell's variable, or an absolute one?
pub(super) fn is_elsewhere(path: &str) -> bool {
    let is_variable = path.starts_with('$') || (path.starts_with('%') && path.len() > 1);
    begins_elsewhere(path) || (path.starts_with('/') && !path.starts_with("/*")) || is_variable
}

/// The same in our syntax, where it is a list or an extended glob of another program.
fn in_our_way(glob: &str) -> Option<String> {
    if let Some(but) = all_but(glob) {
        return Some(but);
    }
    let listed = in_json(glob).or_else(|| listed(glob));
    let globs = listed.as_deref().unwrap_or(glob);
    let braced = with_braces(globs);
    let all = braced.as_deref().unwrap_or(globs);
    let deep = all.strip_suffix("/...").map(|above| format!("{above}/**"));
    deep.or(braced).or(listed)
}

/// `src/!(a|b).ts` as `src/*.ts,!src/{a,b}.ts`
fn all_but(glob: &str) -> Option<String> {
    let (before, rest) = glob.split_once("!(")?;
    let (names, after) = rest.split_once(')')?;
    let is_plain = !names.is_empty() && !names.contains(['(', '/', ',', '{']);
    let is_alone = !before.contains(',') && !after.contains([',', '(']);
    let names = names.replace('|', ",");
    let names = if names.contains(',') { format!("{{{names}}}") } else { names };
    (is_plain && is_alone).then(|| format!("{before}*{after},!{before}{names}{after}"))
}

/// `["*.ts", "*.md"]`
fn in_json(text: &str) -> Option<String> {
    let globs: Vec<String> = serde_json::from_str(text).ok()?;
    (!globs.is_empty() && globs.len() <= MOST_LISTED).then(|| globs.join(","))
}

/// `*.ts|*.md`, `*.ts;*.md`, `*.ts *.md`, `*.ts or *.md`
fn listed(text: &str) -> Option<String> {
    let parts = outside_brackets(text, |c| matches!(c, '|' | ';' | '\n'));
    if (2..=MOST_LISTED).contains(&parts.len()) {
        // What takes away takes away all of the list.
        let is_negative = text.starts_with('!');
        let separator = if is_negative { ",!" } else { "," };
        let parts: Vec<&str> = if is_negative {
            parts.into_iter().map(|part| part.trim_start_matches('!')).collect()
        } else {
            parts
        };
        return Some(format!("{}{}", if is_negative { "!" } else { "" }, parts.join(separator)));
    }
    let parts = outside_brackets(text, char::is_whitespace);
    let is_joint = |part: &&str| !["or", "and", "OR", "AND"].contains(part);
    let parts: Vec<&str> = parts.into_iter().filter(is_joint).collect();
    // A blank may also be a part of a name.
    let is_glob = |part: &&str| part.contains(['*', '?', '.']);
    let is_list = (2..=MOST_LISTED).contains(&parts.len()) && parts.iter().all(is_glob);
    is_list.then(|| parts.join(","))
}

/// The parts of a text between separators that are in no brackets, trimmed; empty ones are left out.
fn outside_brackets(text: &str, separates: impl Fn(char) -> bool) -> Vec<&str> {
    let mut parts = vec![];
    let mut begin = 0;
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            c if depth == 0 && separates(c) => {
                parts.push(text.get(begin..at).unwrap_or_default());
                begin = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(begin..).unwrap_or_default());
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// `[a.ts](src/a.ts)`, `"src/a.ts`, `src/a.ts:`
fn without_what_is_around(glob: &str) -> Option<&str> {
    let linked = glob.strip_suffix(')').and_then(|rest| rest.rsplit_once("](")).map(|(_, to)| to);
    let begun = glob.trim_start_matches(['"', '\'', '`', '\u{201C}', '\u{2018}']);
    let inner =
        begun.trim_end_matches(['"', '\'', '`', '\u{201D}', '\u{2019}', ':', ',', ';', '.']);
    linked.or(Some(inner)).filter(|inner| inner.len() < glob.len())
}

/// `-name '*.ts'`, `glob:*.ts`
fn without_option(glob: &str) -> Option<&str> {
    const OPTIONS: [&str; 8] =
        ["-name ", "-iname ", "-path ", "-g ", "--glob=", "--glob ", "glob:", "name:"];
    let rest = OPTIONS.iter().find_map(|option| glob.strip_prefix(option))?;
    Some(rest.trim().trim_matches(['"', '\'']))
}

fn is_like_an_expression(text: &str) -> bool {
    // As a glob this is a name that begins with a dot.
    let is_dotfile = text
        .strip_prefix(".*")
        .is_some_and(|rest| rest.chars().all(|c| c.is_alphanumeric() || "-_*".contains(c)));
    if is_dotfile {
        return false;
    }
    let parts =
        [".*", ".+", r"\.", r"\w", r"\d", r"\s", r"\b", r"\/", "(?", "]+", "]*", ")+", ")?"];
    text.starts_with('^')
        || text.ends_with('$')
        || (text.contains('(') && text.contains('|'))
        || parts.iter().any(|part| text.contains(part))
}

fn is_an_expression(text: &str) -> bool {
    let mut builder = RegexMatcherBuilder::new();
    builder.size_limit(MOST_COMPILED).nest_limit(MOST_NESTED);
    // One that matches nothing at all matches every path.
    builder.build(text).is_ok_and(|one| !one.is_match(b"").unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(glob: &str) -> Vec<String> {
        let all = foreign(glob, Text::Whole).into_iter();
        let globs = all.filter_map(|one| match one {
            Foreign::Globs(globs, _) => Some(globs),
            Foreign::Expression(_) => None,
        });
        globs.collect()
    }

    #[test]
    fn spellings_of_other_programs_are_put_into_ours() {
        for (glob, want) in [
            ("*.ts|*.md", "*.ts,*.md"),
            ("*.ts;*.md", "*.ts,*.md"),
            ("*.ts *.md", "*.ts,*.md"),
            ("*.ts or *.md", "*.ts,*.md"),
            ("[\"*.ts\", \"*.md\"]", "*.ts,*.md"),
            ("*.(ts|md)", "*.{ts,md}"),
            ("app/(auth)/*.(ts|md)", "app/(auth)/*.{ts,md}"),
            ("app/(auth)/*.ts;lib/*.ts", "app/(auth)/*.ts,lib/*.ts"),
            ("app/((a)|b)/*.ts", "app/{(a),b}/*.ts"),
            ("@(a|b).ts", "{a,b}.ts"),
            ("?(x|y)a.ts", "{,x,y}a.ts"),
            ("*.{ts|md}", "*.{ts,md}"),
            ("*.[ts|md]", "*.{ts,md}"),
            ("src/...", "src/**"),
            ("src/a.ts:12:5", "src/a.ts"),
            ("\"*.ts|*.md\"", "*.ts,*.md"),
            ("~/b.ts", "b.ts"),
            (r"C:\x\b.ts", "x/b.ts"),
            ("$PWD/src/b.ts", "src/b.ts"),
            ("/home/me/repo/src/*.ts", "src/*.ts"),
            ("-name '*.ts'", "*.ts"),
            ("[a.ts](src/a.ts)", "src/a.ts"),
            ("\"src/a.ts", "src/a.ts"),
            ("src/a.ts:", "src/a.ts"),
            ("/src/a.ts:12", "/src/a.ts"),
            ("src/*/*.ts$", "src/*/*.ts"),
        ] {
            assert!(globs(glob).iter().any(|known| known == want), "{glob}: {:?}", globs(glob));
        }
    }

    #[test]
    fn plain_globs_have_no_other_spelling() {
        for glob in [
            "*.ts",
            ".*",
            ".*rc",
            "src/**/*.{ts,md}",
            "my notes",
            "my file.txt",
            "(auth)",
            "[id]",
            "a",
        ] {
            assert_eq!(foreign(glob, Text::Part), [], "{glob}");
        }
        // A glob of which a directory is left out is another glob.
        assert!(globs("a/*.ts").is_empty() && globs("/x/*.ts").is_empty());
    }

    #[test]
    fn expressions_are_told_from_globs() {
        for glob in [r".*\.ts$", "^src/", r"\w+\.ts", "(a|b)", r"src\/a"] {
            let all = foreign(glob, Text::Whole);
            assert_eq!(all.last(), Some(&Foreign::Expression(glob.into())), "{glob}");
        }
        for glob in ["*.ts", "a(", "^(", "foo|bar"] {
            let all = foreign(glob, Text::Whole);
            assert!(!matches!(all.last(), Some(Foreign::Expression(_))), "{glob}");
        }
        let many = format!("`\"{}x:1|{}\"`", "a/".repeat(50), "b;".repeat(50));
        assert!(foreign(&many, Text::Part).len() <= MOST_FOREIGN);
    }
}
