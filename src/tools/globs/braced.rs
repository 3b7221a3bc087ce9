//! [`with_braces`]: groups of extended globs, as shells and other programs write them, with braces.
//!
//! May import: nothing of this crate.

/// `*.(ts|md)`, `@(a|b).ts`, `?(a)b`, `*.{ts|md}` and `*.[ts|md]` with braces and commas. `None` where nothing changes.
pub(super) fn with_braces(globs: &str) -> Option<String> {
    // The brackets that are open, with what closes them as braces or as characters.
    let mut text = String::new();
    let mut open = vec![];
    let mut chars = globs.chars().peekable();
    while let Some(c) = chars.next() {
        let is_extended = matches!(c, '@' | '+' | '?' | '*') && chars.peek() == Some(&'(');
        match c {
            _ if is_extended => {
                chars.next();
                open.push((')', '}'));
                let before = match c {
                    '?' => "{,",
                    '*' => "*{",
                    _ => "{",
                };
                text += before;
            }
            '(' => {
                let is_list = has_bar_in_parentheses(chars.clone());
                open.push((')', if is_list { '}' } else { ')' }));
                text.push(if is_list { '{' } else { '(' });
            }
            '[' if has_bar_inside(chars.clone()) => {
                open.push((']', '}'));
                text.push('{');
            }
            '{' => {
                open.push(('}', '}'));
                text.push('{');
            }
            ')' | ']' | '}' if open.last().is_some_and(|(closing, _)| *closing == c) => {
                text.extend(open.pop().map(|(_, closing)| closing));
            }
            '|' if !open.is_empty() => text.push(','),
            c => text.push(c),
        }
    }
    let has_list = text.contains(',') || globs.contains("@(") || globs.contains("+(");
    (open.is_empty() && has_list && text != globs).then_some(text)
}

/// Do the parentheses that have been opened hold a `|`? Without one, they are characters.
fn has_bar_in_parentheses(rest: impl Iterator<Item = char>) -> bool {
    let mut depth = 0_usize;
    let mut inside = rest.take_while(|c| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return false,
            ')' => depth -= 1,
            _ => {}
        }
        true
    });
    inside.any(|c| c == '|')
}

/// Does a class hold a `|`?
fn has_bar_inside(rest: impl Iterator<Item = char>) -> bool {
    let mut inside = rest.take_while(|c| *c != ']');
    inside.any(|c| c == '|')
}
