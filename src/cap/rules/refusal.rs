//! How a change is refused that a rule forbids: the sentence, and what the user can do about it.

use crate::cap::rules::{Rules, Verdict};
use crate::error::{Code, ToolError};
use crate::path::{Name, join};

/// A rule forbids to change the place `below` the grant. `shown` is its path as clients know it.
pub(in crate::cap) fn protected<'a>(
    shown: &str,
    below: impl IntoIterator<Item = &'a Name>,
    verdict: Verdict,
    rules: &Rules,
) -> ToolError {
    let error = |sentence: String| ToolError::new(Code::Protected, sentence);
    match verdict {
        // One sentence for both, which names no rule: a hidden name must not show that it is hidden.
        Verdict::Open | Verdict::Hidden => error(format!("`{shown}` cannot be changed")),
        Verdict::Own => error(format!("`{shown}` belongs to this server"))
            .hint("only the user changes what the server may do"),
        Verdict::ReadOnly => error(format!("`{shown}` is read-only"))
            .hint("the user lists it under `readonly` in the allowlist"),
        Verdict::Protected => {
            let below: Vec<Name> = below.into_iter().cloned().collect();
            let because = rules.protected_because(&below);
            error(format!("`{shown}` cannot be changed: {because}")).hint(how_to_unprotect(&below))
        }
    }
}

/// A symbolic link at a protected name leads to this place, or into it.
pub(in crate::cap) fn protected_by_link(
    shown: &str,
    link: Option<&str>,
    alias: &[Name],
    rules: &Rules,
) -> ToolError {
    let link = link.map_or("a symbolic link".into(), |link| format!("the link `{link}`"));
    let because = rules.protected_because(alias);
    let sentence = format!("`{shown}` cannot be changed: {link} leads there, and {because}");
    ToolError::new(Code::Protected, sentence).hint(how_to_unprotect(alias))
}

/// The directory would become a git repository by this change, or already is one.
pub(in crate::cap) fn protected_repository(shown: &str, below: &[Name]) -> ToolError {
    let sentence = format!(
        "`{shown}` cannot be changed: git takes a directory with `HEAD`, `objects` and `refs` for a \
         repository, and runs what its configuration names"
    );
    ToolError::new(Code::Protected, sentence).hint(how_to_unprotect(below))
}

fn how_to_unprotect(below: &[Name]) -> String {
    format!(
        "ask the user to change it, or to allow it: `unprotect = [{}]` under `[[allow]]` in the file \
         for `--config`",
        in_toml(&join(below))
    )
}

/// The glob that matches this path and no other, as a string of TOML.
fn in_toml(path: &str) -> String {
    let glob = format!("/{}", globset::escape(path));
    if glob.contains('\'') {
        format!("\"{}\"", glob.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("'{glob}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_the_glob_that_unprotects_that_path_only() {
        let rules = Rules::default().protecting(&[], &[], &[]).unwrap();
        for (names, glob) in [
            (&["a", ".git"][..], "`unprotect = ['/a/.git']`"),
            (&["[x]*", ".git"], "`unprotect = ['/[[]x[]][*]/.git']`"),
            (&["it's", ".git"], "`unprotect = [\"/it's/.git\"]`"),
        ] {
            let names: Vec<Name> =
                names.iter().filter_map(|n| Name::from_bytes(n.as_bytes())).collect();
            let text = protected("shown", &names, Verdict::Protected, &rules).to_string();
            assert!(
                text.starts_with("protected: `shown` cannot be changed: git runs")
                    && text.contains(glob),
                "{text}"
            );
        }
    }
}
