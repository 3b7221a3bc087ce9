//! [`Wild`]: a pattern with wildcards, with git's meaning to the byte.
//!
//! The crate `ignore` reads patterns as ripgrep does: it takes braces for alternatives, and knows neither
//! `[[:alpha:]]` nor names that are not UTF-8. Git's own code is `wildmatch.c`. This is not a port of it: a
//! pattern is cut at slashes into parts, so matching goes back to the last `*` and to the last `**` only, and
//! its time is bounded by the product of the lengths.

mod class;

use self::class::Class;

/// A pattern, or what follows its literal beginning.
#[derive(Debug)]
pub(super) struct Wild {
    parts: Vec<Part>,
}

/// What stands between two slashes.
#[derive(Debug)]
enum Part {
    /// `**`: any number of names. At the end at least one.
    Names,
    Name(Vec<Token>),
}

#[derive(Debug)]
enum Token {
    Byte(u8),
    /// `?`
    Any,
    /// `*`
    Run,
    Class(Box<Class>),
}

impl Wild {
    /// Reads a pattern. `None` if it can match nothing, such as one with a class that has no end.
    pub(super) fn new(pattern: &[u8], ignores_case: bool) -> Option<Self> {
        let mut parts = vec![];
        let mut tokens = vec![];
        let mut at = 0;
        while let Some(byte) = pattern.get(at) {
            let rest = pattern.get(at + 1..).unwrap_or_default();
            at += 1;
            match byte {
                b'/' => parts.push(Part::Name(std::mem::take(&mut tokens))),
                b'?' => tokens.push(Token::Any),
                b'*' => {
                    let more = rest.iter().take_while(|byte| **byte == b'*').count();
                    at += more;
                    let next = rest.get(more..).unwrap_or_default();
                    let ends_name = next.is_empty() || is_slash(next);
                    if more > 0 && tokens.is_empty() && ends_name {
                        parts.push(Part::Names);
                        // Its slash. The name after it begins a new part.
                        match next {
                            [] => return Some(Self { parts }),
                            [b'\\', ..] => at += 2,
                            _ => at += 1,
                        }
                    } else {
                        tokens.push(Token::Run);
                    }
                }
                b'[' => {
                    let (class, len) = Class::new(rest, ignores_case)?;
                    at += len;
                    tokens.push(Token::Class(Box::new(class)));
                }
                b'\\' => {
                    at += 1;
                    match rest.first()? {
                        b'/' => parts.push(Part::Name(std::mem::take(&mut tokens))),
                        byte => tokens.push(Token::byte(*byte, ignores_case)),
                    }
                }
                byte => tokens.push(Token::byte(*byte, ignores_case)),
            }
        }
        parts.push(Part::Name(tokens));
        Some(Self { parts })
    }

    /// Does it match all of a path? Where case is ignored, the path is in lower case.
    pub(super) fn matches(&self, path: &[u8]) -> bool {
        // The same search twice: here for names, in `matches_name` for bytes.
        let mut part = 0;
        // Where to go on if the rest does not match, and the path that is left to it.
        let mut retry: Option<(usize, &[u8])> = None;
        let mut rest = Some(path);
        loop {
            let next = self.parts.get(part);
            match (next, rest) {
                (None, None) => return true,
                (Some(Part::Names), Some(left)) => {
                    if part + 1 == self.parts.len() {
                        return true;
                    }
                    part += 1;
                    retry = Some((part, left));
                    continue;
                }
                (Some(Part::Name(tokens)), Some(left)) => {
                    let (name, below) = cut(left);
                    if matches_name(tokens, name) {
                        part += 1;
                        rest = below;
                        continue;
                    }
                }
                _ => {}
            }
            let Some((at, left)) = retry else { return false };
            let (_, Some(below)) = cut(left) else { return false };
            retry = Some((at, below));
            part = at;
            rest = Some(below);
        }
    }
}

impl Token {
    fn byte(byte: u8, ignores_case: bool) -> Self {
        Self::Byte(if ignores_case { byte.to_ascii_lowercase() } else { byte })
    }

    fn matches(&self, byte: u8) -> bool {
        match self {
            Self::Byte(wanted) => *wanted == byte,
            Self::Any => true,
            Self::Run => false,
            Self::Class(class) => class.has(byte),
        }
    }
}

/// Is the next byte a slash, escaped or not?
fn is_slash(pattern: &[u8]) -> bool {
    matches!(pattern, [b'/', ..] | [b'\\', b'/', ..])
}

/// The first name of a path, and what follows its slash.
fn cut(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'/', path).and_then(|at| path.split_at_checked(at)) {
        Some((name, below)) => (name, below.get(1..)),
        None => (path, None),
    }
}

fn matches_name(tokens: &[Token], name: &[u8]) -> bool {
    // The bytes that it takes at least: a long pattern costs nothing at short names.
    if tokens.len() > name.len()
        && tokens.iter().filter(|t| !matches!(t, Token::Run)).count() > name.len()
    {
        return false;
    }
    let mut token = 0;
    let mut at = 0;
    let mut retry = None;
    loop {
        match (tokens.get(token), name.get(at)) {
            (None, None) => return true,
            (Some(Token::Run), _) => {
                token += 1;
                retry = Some((token, at));
                continue;
            }
            (Some(one), Some(byte)) if one.matches(*byte) => {
                token += 1;
                at += 1;
                continue;
            }
            _ => {}
        }
        let Some((after_run, from)) = retry else { return false };
        if from == name.len() {
            return false;
        }
        retry = Some((after_run, from + 1));
        token = after_run;
        at = from + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_git_says() {
        for (pattern, matched, others) in [
            ("a*c", &["ac", "abc", "a*c"][..], &["a/c", "abcd"][..]),
            ("a?c", &["abc"], &["ac", "a/c"]),
            ("a/*", &["a/b"], &["a", "a/b/c"]),
            ("a/**", &["a/b", "a/b/c"], &["a"]),
            ("**/a", &["a", "b/a", "b/c/a"], &["ba", "a/b"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]),
            ("a/***/b", &["a/b", "a/x/y/b"], &[]),
            ("a/b**/c", &["a/b/c", "a/bx/c"], &["a/b/x/c"]),
            ("**", &["a", "a/b"], &[]),
            ("**/a/**/b", &["a/b", "x/a/a/c/b"], &["b/a"]),
            ("*/*/c", &["a/b/c"], &["a/c", "a/b/b/c"]),
            ("a\\*b", &["a*b"], &["axb"]),
            ("a\\", &[], &["a", "a\\"]),
            ("[a-c]x", &["ax", "cx"], &["dx"]),
            ("[!a-c]x", &["dx"], &["ax", "/x"]),
            ("[^a]x", &["dx", "^x"], &["ax"]),
            ("[]a]x", &["]x", "ax"], &["bx"]),
            ("[a-]x", &["-x", "ax"], &["bx"]),
            ("[\\]]x", &["]x"], &["\\x"]),
            ("[a\\-c]x", &["-x", "ax", "cx"], &["bx"]),
            ("[[:digit:]a]x", &["1x", "ax"], &["bx", ":x"]),
            ("[[:nothing:]]x", &[], &["nx"]),
            ("[[:alpha]x", &["[x", ":x", "ax"], &["1x"]),
            ("[a", &[], &["[a", "a"]),
            ("[z-a]", &["z"], &["a", "-"]),
            ("{a,b}", &["{a,b}"], &["a", "b"]),
        ] {
            let wild = Wild::new(pattern.as_bytes(), false);
            let matches = |path: &&str| wild.as_ref().is_some_and(|w| w.matches(path.as_bytes()));
            assert!(matched.iter().all(matches), "{pattern}: {matched:?}");
            assert!(!others.iter().any(matches), "{pattern}: {others:?}");
        }
        let bytes = Wild::new(b"caf[\xe9]", false).unwrap();
        assert!(bytes.matches(b"caf\xe9") && !bytes.matches("café".as_bytes()));
        let folded = Wild::new(b"A[B-C][[:upper:]]", true).unwrap();
        assert!(folded.matches(b"abx") && !folded.matches(b"adx"));
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let names = Wild::new("*a".repeat(100).as_bytes(), false).unwrap();
        assert!(!names.matches(&[b"a".repeat(99), b"b".to_vec()].concat()));
        let paths =
            Wild::new(["**/a*/".repeat(60).as_bytes(), b"b"].concat().as_slice(), false).unwrap();
        assert!(!paths.matches("aa/".repeat(500).as_bytes()));
    }
}
