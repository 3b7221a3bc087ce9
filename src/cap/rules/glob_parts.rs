//! The one parser of globs: for rules, and for the tools that search.
//!
//! [`tokens`] takes a glob apart: what is literal in it, and what stands for other characters. A `?` is one
//! character, not one byte. For rules, [`alternatives`] resolves the braces, so each [`Alternative`] is a plain
//! list of names, whose literal parts can be folded as names are.
//!
//! May import: `path`. This module does not know what names are compared with.

use std::str::Chars;

use crate::path::{MAX_NAME_BYTES, Name};

/// Most globs without braces that a glob with braces may stand for.
const MAX_ALTERNATIVES: usize = 1_000;

/// A part of a name in a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Literal text, escapes removed.
    Text(String),
    /// `?`: any one character.
    One,
    /// `*`: any characters of one name.
    Any,
    /// `[...]`: one character of these ranges, or, negated, of no range.
    Class {
        /// Does it begin with `!` or `^`?
        is_negated: bool,
        /// The first and the last character of each range.
        ranges: Vec<(char, char)>,
    },
}

/// One name in a glob, or `**`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cap) enum Component {
    /// `**`: any number of names.
    Deep,
    /// One name.
    Name(Vec<Part>),
}

/// A glob without braces.
pub(in crate::cap) struct Alternative {
    /// `true` if a `/` at its start anchors it at the top.
    pub(in crate::cap) is_pinned: bool,
    pub(in crate::cap) components: Vec<Component>,
}

/// The globs without braces that a glob stands for.
///
/// # Errors
/// Why it cannot be read.
pub(in crate::cap) fn alternatives(
    glob: &str,
    reading: Reading,
) -> Result<Vec<Alternative>, String> {
    let mut todo = vec![tokens(glob, reading)?];
    let mut done = vec![];
    while let Some(tokens) = todo.pop() {
        let close = tokens.iter().position(|token| *token == Token::Close);
        let inside = tokens.get(..close.unwrap_or(tokens.len())).unwrap_or_default();
        let open = inside.iter().rposition(|token| *token == Token::Open);
        match (open, close) {
            (None, None) => done.push(Alternative::new(&tokens)?),
            (Some(open), Some(close)) => {
                let (before, rest) = tokens.split_at(open);
                let (braces, after) = rest.split_at(close - open);
                let braces = braces.get(1..);
                let after = after.get(1..);
                for part in braces.unwrap_or_default().split(|token| *token == Token::Comma) {
                    todo.push([before, part, after.unwrap_or_default()].concat());
                }
            }
            _ => return Err("its `{` and `}` do not match".into()),
        }
        if todo.len() + done.len() > MAX_ALTERNATIVES {
            return Err(format!("its braces stand for more than {MAX_ALTERNATIVES} globs"));
        }
    }
    Ok(done)
}

/// Expands a list such as `*.pem,*.key` into globs without braces. The whole text is one of them, since a name may
/// contain a comma.
///
/// # Errors
/// Why a glob is malformed.
pub(in crate::cap) fn listed_alternatives(globs: &str) -> Result<Vec<Alternative>, String> {
    let mut all = alternatives(globs, Reading::Glob)?;
    let pieces = separated(globs);
    if pieces.len() > 1 {
        for piece in pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()) {
            all.extend(alternatives(piece, Reading::Glob)?);
        }
    }
    Ok(all)
}

/// What a glob spells if its wildcards are characters of names, as in `app/[id]`. A rule is read before it is known
/// which names there are, so it holds for these as well.
pub(in crate::cap) fn literal_alternatives(glob: &str) -> Vec<Alternative> {
    if !glob.contains(['[', '{', '?']) {
        return vec![];
    }
    let readings = [Reading::LiteralBrackets, Reading::OnlyStars];
    readings.into_iter().filter_map(|how| alternatives(glob, how).ok()).flatten().collect()
}

impl Alternative {
    fn new(tokens: &[Token]) -> Result<Self, String> {
        let mut names: Vec<&[Token]> = tokens.split(|token| *token == Token::Slash).collect();
        let is_pinned = names.len() > 1 && names.first().is_some_and(|name| name.is_empty());
        if is_pinned {
            names.remove(0);
        }
        if names.len() > 1 && names.last().is_some_and(|name| name.is_empty()) {
            names.pop();
        }
        let components: Vec<_> = names.into_iter().map(component).collect();
        let is_odd = |component: &Component| match component {
            Component::Name(parts) => match parts.as_slice() {
                [] => true,
                [Part::Text(text)] => matches!(text.as_str(), "." | ".."),
                _ => false,
            },
            Component::Deep => false,
        };
        if components.iter().any(is_odd) {
            return Err("no name is `.`, `..` or empty, as between two `/`".into());
        }
        if components.iter().all(|component| *component == Component::Deep) {
            return Err("it has no name besides `**`".into());
        }
        Ok(Self { is_pinned, components })
    }

    /// The components without `**` at the end. Every directory on the way to a place is judged, so a rule for
    /// everything below a directory also has to be a rule for the directory itself.
    pub(in crate::cap) fn about(&self) -> &[Component] {
        let mut about = self.components.as_slice();
        while let [before @ .., Component::Deep] = about {
            about = before;
        }
        about
    }

    /// Names that it was made for, if there can be any.
    pub(in crate::cap) fn example(&self) -> Option<Vec<Name>> {
        let one = |component: &Component| {
            let mut name = String::new();
            match component {
                Component::Deep => name.push('x'),
                Component::Name(parts) => {
                    for part in parts {
                        match part {
                            Part::Text(text) => name.push_str(text),
                            Part::One | Part::Any => name.push('x'),
                            Part::Class { is_negated, ranges } => {
                                name.push(member(*is_negated, ranges)?);
                            }
                        }
                    }
                }
            }
            let fits = name.len() <= MAX_NAME_BYTES;
            Name::from_bytes(name.as_bytes()).filter(|_| fits)
        };
        self.about().iter().map(one).collect()
    }
}

/// A part of a glob, braces and slashes among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A part of a name. A text is one character.
    Part(Part),
    /// `\xHH`, as answers show the bytes of names: this byte, or the text.
    Byte(u8, String),
    /// `/`.
    Slash,
    /// `{`.
    Open,
    /// A `,` between braces.
    Comma,
    /// `}`.
    Close,
}

/// How the characters of a glob are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Each wildcard as one.
    Glob,
    /// `[` and `]` as themselves: `app/[id]/*.{ts,tsx}`.
    LiteralBrackets,
    /// All but `*` as themselves: `{a,b}.txt`.
    OnlyStars,
}

/// Takes a glob apart.
///
/// # Errors
/// Why it cannot be read.
pub fn tokens(glob: &str, reading: Reading) -> Result<Vec<Token>, String> {
    let mut tokens = vec![];
    let mut rest = glob.chars();
    let mut braces = 0_usize;
    let text = |c: char| Token::Part(Part::Text(c.into()));
    while let Some(c) = rest.next() {
        if let Some((byte, escape)) = byte_of(rest.as_str()).filter(|_| c == '\\') {
            rest = rest.as_str().get(escape.len()..).unwrap_or_default().chars();
            let before = if reading == Reading::OnlyStars { "\\" } else { "" };
            tokens.push(Token::Byte(byte, format!("{before}{escape}")));
            continue;
        }
        tokens.push(match c {
            '\\' | '?' | '{' | '}' if reading == Reading::OnlyStars => text(c),
            '[' if reading != Reading::Glob => text(c),
            '\\' => text(rest.next().ok_or("nothing follows the `\\` at its end")?),
            '*' => Token::Part(Part::Any),
            '?' => Token::Part(Part::One),
            '/' => Token::Slash,
            '{' => {
                braces += 1;
                Token::Open
            }
            '}' => {
                braces = braces.saturating_sub(1);
                Token::Close
            }
            ',' if braces > 0 => Token::Comma,
            '[' => Token::Part(class(&mut rest)?),
            c => text(c),
        });
    }
    Ok(tokens)
}

/// The byte that `xHH` at the begin of a text stands for, and that text.
fn byte_of(text: &str) -> Option<(u8, &str)> {
    let escape = text.get(..3)?;
    let digits = escape.strip_prefix('x')?;
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    Some((u8::from_str_radix(digits, 16).ok().filter(|_| are_digits)?, escape))
}

/// The globs of a list such as `*.ts,*.tsx`: parted by the commas outside braces and brackets, those after a backslash
/// excepted.
pub fn separated(text: &str) -> Vec<&str> {
    let mut pieces = vec![];
    let mut begin = 0;
    let mut braces = 0_usize;
    let mut is_escaped = false;
    let mut bracket: Option<usize> = None;
    for (at, c) in text.char_indices() {
        if let Some(open) = bracket {
            // A `]` at the start of a class is a member of it.
            if c == ']' && !matches!(text.get(open + 1..at), Some("" | "!" | "^")) {
                bracket = None;
            }
            continue;
        }
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' if text.get(at..).is_some_and(|rest| rest.contains(']')) => bracket = Some(at),
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            ',' if braces == 0 => {
                pieces.push(text.get(begin..at).unwrap_or_default());
                begin = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(text.get(begin..).unwrap_or_default());
    pieces
}

/// The rest of a class, up to its `]`. There are no escapes in it; a `]` at its start, and a `-` at either
/// end, stand for themselves.
fn class(rest: &mut Chars<'_>) -> Result<Part, String> {
    let is_negated = rest.clone().next().is_some_and(|c| matches!(c, '!' | '^'));
    if is_negated {
        rest.next();
    }
    let mut chars = vec![];
    let mut ranges = vec![];
    loop {
        match rest.next() {
            None => return Err("its `[` has no `]`".into()),
            Some(']') if !(chars.is_empty() && ranges.is_empty()) => break,
            Some('[') => match named_class(rest)? {
                Some(named) => ranges.extend(named),
                None => chars.push('['),
            },
            Some(c) => chars.push(c),
        }
    }
    let mut chars = chars.as_slice();
    while let [first, after @ ..] = chars {
        let (last, after) = match after {
            ['-', last, after @ ..] => (last, after),
            _ => (first, after),
        };
        if first > last {
            return Err(format!("its range `{first}-{last}` is the wrong way round"));
        }
        ranges.push((*first, *last));
        chars = after;
    }
    Ok(Part::Class { is_negated, ranges })
}

/// What follows the `[` of `[:digit:]`, as POSIX and git have it. `None` if the `[` stands for itself.
fn named_class(rest: &mut Chars<'_>) -> Result<Option<&'static [(char, char)]>, String> {
    let Some((name, after)) = rest.as_str().strip_prefix(':').and_then(|of| of.split_once(":]"))
    else {
        return Ok(None);
    };
    if name.contains(['[', ']', '/']) {
        return Ok(None);
    }
    let ranges = NAMED.iter().find(|(known, _)| *known == name).map(|(_, ranges)| *ranges);
    *rest = after.chars();
    ranges.map(Some).ok_or_else(|| format!("there is no class `[:{name}:]`"))
}

/// The classes of POSIX, as they are in the C locale.
const NAMED: [(&str, &[(char, char)]); 12] = [
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("blank", &[(' ', ' '), ('\t', '\t')]),
    ("cntrl", &[('\u{1}', '\u{1F}'), ('\u{7F}', '\u{7F}')]),
    ("digit", &[('0', '9')]),
    ("graph", &[('!', '.'), ('0', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '.'), ('0', '~')]),
    ("punct", &[('!', '.'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[(' ', ' '), ('\t', '\r')]),
    ("upper", &[('A', 'Z')]),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// The tokens of one name, neighbours that are one text as one part.
fn component(tokens: &[Token]) -> Component {
    let mut parts: Vec<Part> = vec![];
    for token in tokens {
        match (parts.last_mut(), token) {
            (Some(Part::Text(text)), Token::Part(Part::Text(more)) | Token::Byte(_, more)) => {
                text.push_str(more);
            }
            (_, Token::Byte(_, text)) => parts.push(Part::Text(text.clone())),
            (_, Token::Part(part)) => parts.push(part.clone()),
            (_, Token::Slash | Token::Open | Token::Comma | Token::Close) => {}
        }
    }
    if parts == [Part::Any, Part::Any] { Component::Deep } else { Component::Name(parts) }
}

/// A character that a class stands for, if a simple one does.
fn member(is_negated: bool, ranges: &[(char, char)]) -> Option<char> {
    let near = ranges.iter().flat_map(|(first, last)| [*first, *last]);
    let mut candidates = near.chain(['x', '0', '_', '-', '.']);
    let is_in = |c: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
    candidates.find(|c| !matches!(*c, '/' | '\0') && is_in(*c) != is_negated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_outside_braces_and_brackets_separate() {
        for (text, want) in [
            ("*.ts,*.tsx", &["*.ts", "*.tsx"][..]),
            ("*.{a,b},c", &["*.{a,b}", "c"]),
            ("[,]x,y", &["[,]x", "y"]),
            ("[],]x,y", &["[],]x", "y"]),
            ("[!],]x,y", &["[!],]x", "y"]),
            ("a\\,b,c", &["a\\,b", "c"]),
            ("[a,b", &["[a", "b"]),
            ("{a,{b,c},d},e", &["{a,{b,c},d}", "e"]),
        ] {
            assert_eq!(separated(text), want, "{text}");
        }
    }
}
