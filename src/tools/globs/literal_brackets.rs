//! [`with_literal_brackets`]: brackets that are a part of a name, as frameworks call files: `[id]`, `[...slug].vue`.
//!
//! May import: nothing of this crate.

/// Could all brackets of a name be literal, as in `[id]`?
pub(super) fn has_brackets_of_names(name: &str) -> bool {
    let brackets = name.matches('[').count();
    with_literal_brackets(name).matches(r"\[").count() == brackets
}

/// A name of a path, with a backslash before each bracket that could be a part of a name as frameworks call files and
/// directories: `[id]`, `[...slug].vue`, `[[...slug]]`. Those of classes stay, such as `[a-z]`.
pub(super) fn with_literal_brackets(name: &str) -> String {
    with_some_literal_brackets(name, || true)
}

/// The same for some of these groups of brackets: `is_name` is called for each, from left to right.
pub(super) fn with_some_literal_brackets(name: &str, mut is_name: impl FnMut() -> bool) -> String {
    let mut literal = String::new();
    let mut rest = name;
    while let Some(at) = rest.find('[') {
        let (before, group) = rest.split_at(at);
        let depth = if group.starts_with("[[") { 2 } else { 1 };
        let closing = "]".repeat(depth);
        let inner = group.get(depth..).and_then(|inner| inner.split_once(closing.as_str()));
        literal += before;
        let is_escaped = before.ends_with('\\');
        match inner {
            Some((inner, after)) if !is_escaped && is_text_in_brackets(inner) => {
                let escape = if is_name() { r"\" } else { "" };
                literal += &format!("{escape}[").repeat(depth);
                literal += inner;
                literal += &format!("{escape}]").repeat(depth);
                rest = after;
            }
            _ => {
                literal.push('[');
                rest = group.get(1..).unwrap_or_default();
            }
        }
    }
    literal + rest
}

/// Not if it has other wildcards, or is but ranges.
fn is_text_in_brackets(inner: &str) -> bool {
    let has_others = inner.contains(['[', ']', '*', '?', '{', '}', ',', '\\', ':']);
    let mut rest: Vec<char> = inner.trim_start_matches(['!', '^']).chars().collect();
    while let [first, '-', last, more @ ..] = rest.as_slice()
        && first <= last
    {
        rest = more.to_vec();
    }
    !has_others && !rest.is_empty()
}
