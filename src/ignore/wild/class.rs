//! [`Class`]: the bytes of `[a-z]`, as git reads it.

/// The bytes that a class matches.
#[derive(Debug)]
pub(super) struct Class([bool; 256]);

impl Class {
    /// Reads what follows `[`, and how many bytes that are. `None` for what git never matches: a class without
    /// an end, or with a name that does not exist.
    ///
    /// Where case is ignored, the text is in lower case, and a range such as `[A-Z]` matches that.
    pub(super) fn new(text: &[u8], ignores_case: bool) -> Option<(Self, usize)> {
        let is_negated = matches!(text.first(), Some(b'!' | b'^'));
        let mut class = Self([false; 256]);
        let mut at = usize::from(is_negated);
        let mut previous = None;
        let start = usize::from(is_negated);
        loop {
            let byte = *text.get(at)?;
            let next = text.get(at + 1).copied();
            match byte {
                b']' if at > start => break,
                b'\\' => {
                    at += 1;
                    let byte = next?;
                    class.add(byte, byte, false);
                    previous = Some(byte);
                }
                b'-' if previous.is_some() && next? != b']' => {
                    at += if next? == b'\\' { 2 } else { 1 };
                    class.add(previous?, *text.get(at)?, ignores_case);
                    previous = None;
                }
                b'[' if next == Some(b':') => {
                    let name = text.get(at + 2..)?;
                    let end = memchr::memchr(b']', name)?;
                    match name.get(..end)?.strip_suffix(b":") {
                        Some(name) => {
                            class.add_named(name, ignores_case)?;
                            at += 2 + end;
                            previous = None;
                        }
                        None => {
                            class.add(byte, byte, false);
                            previous = Some(byte);
                        }
                    }
                }
                byte => {
                    class.add(byte, byte, false);
                    previous = Some(byte);
                }
            }
            at += 1;
        }
        if is_negated {
            class.0 = class.0.map(|has| !has);
        }
        Some((class, at + 1))
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|has| *has)
    }

    fn add(&mut self, from: u8, to: u8, folds: bool) {
        self.add_each(|byte| {
            let is_in = |byte: &u8| (from..=to).contains(byte);
            is_in(&byte)
                || (folds && byte.is_ascii_lowercase() && is_in(&byte.to_ascii_uppercase()))
        });
    }

    fn add_named(&mut self, name: &[u8], ignores_case: bool) -> Option<()> {
        let is_in: fn(&u8) -> bool = match name {
            b"alnum" => u8::is_ascii_alphanumeric,
            b"alpha" => u8::is_ascii_alphabetic,
            b"blank" => |byte| matches!(byte, b' ' | b'\t'),
            b"cntrl" => u8::is_ascii_control,
            b"digit" => u8::is_ascii_digit,
            b"graph" => u8::is_ascii_graphic,
            b"lower" => u8::is_ascii_lowercase,
            b"print" => |byte| (b' '..=b'~').contains(byte),
            b"punct" => u8::is_ascii_punctuation,
            b"space" => |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'),
            b"upper" if ignores_case => u8::is_ascii_alphabetic,
            b"upper" => u8::is_ascii_uppercase,
            b"xdigit" => u8::is_ascii_hexdigit,
            _ => return None,
        };
        self.add_each(|byte| is_in(&byte));
        Some(())
    }

    fn add_each(&mut self, is_in: impl Fn(u8) -> bool) {
        for (byte, has) in (0..=u8::MAX).zip(&mut self.0) {
            *has |= is_in(byte);
        }
    }
}
