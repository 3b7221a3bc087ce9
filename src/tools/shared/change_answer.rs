//! Answers of the tools that change files: the check against lost updates, and the words for what was done.
//!
//! May import: `cap`, `error`, `limits`, `text`, `format`.

use crate::cap::{OpenFile, Place, Right, Target, Written};
use crate::error::{Code, ToolError};
use crate::format::number;
use crate::limits::Budget;
use crate::text;

/// What an answer says of a file that was not replaced.
pub(in crate::tools) const IN_PLACE: &str = "written in place, which is not atomic";

/// Is the file still the version that the client knows? With nothing known, it may be any.
///
/// # Errors
/// `stale`; `bad_args` for what is not a version.
pub(in crate::tools) fn if_match<R: Right>(
    known: Option<&str>,
    file: Option<&OpenFile>,
    at: &Target<R>,
    budget: &Budget,
) -> Result<(), ToolError> {
    let Some(known) = known else { return Ok(()) };
    if !text::is_version(bare_version(known)) {
        let sentence = format!("`if_match` `{}` is not a version", crate::path::brief(known));
        return Err(ToolError::new(Code::BadArgs, sentence).hint(
            "copy the version from the last line of an answer, or leave `if_match` out to change \
             whatever is there",
        ));
    }
    let Some(file) = file else {
        let sentence = format!("`{}` does not exist, so it has no version", at.requested());
        return Err(ToolError::new(Code::Stale, sentence).hint("leave `if_match` out to create it"));
    };
    let is = text::version(file, budget)?.to_string();
    budget.was_version(&is);
    if bare_version(known) == is {
        return Ok(());
    }
    let sentence = format!(
        "`{}` is now version {is}, not {}",
        at.requested(),
        crate::path::brief(bare_version(known))
    );
    Err(ToolError::new(Code::Stale, sentence)
        .hint("nothing was changed; read the file again and repeat the change"))
}

/// A version without what answers write around it, such as in `[version k3f9a2c1xq]`.
fn bare_version(known: &str) -> &str {
    let is_around = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '[' | ']' | ':' | '=' | ';' | ',' | '.')
    };
    let known = known.trim_matches(is_around);
    let word = known.get(.."version".len()).filter(|word| word.eq_ignore_ascii_case("version"));
    let rest = word.and_then(|word| known.strip_prefix(word));
    // A version may begin with these letters itself.
    rest.filter(|rest| rest.starts_with(is_around)).unwrap_or(known).trim_matches(is_around)
}

/// What else is to be said of a change: where links led, what was made, and whom it did not reach.
pub(in crate::tools) fn facts<R: Right>(
    place: &Place<R>,
    at: &Target<R>,
    written: &Written,
) -> Vec<String> {
    let mut facts = made(written.made);
    facts.extend(place.resolved_path_if_different(at).map(|real| format!("links lead to {real}")));
    facts.extend(other_names(written.other_names));
    facts.extend(written.lost.in_words());
    facts
}

/// That a file that was replaced had other names.
pub(in crate::tools) fn other_names(names: u64) -> Option<String> {
    match names {
        0 => None,
        1 => Some("another name (hard link) of the file keeps the old contents".into()),
        n => Some(format!("{n} other names (hard links) of the file keep the old contents")),
    }
}

/// That directories were made on the way.
pub(in crate::tools) fn made(directories: usize) -> Vec<String> {
    match directories {
        0 => vec![],
        1 => vec!["made 1 directory".into()],
        n => vec![format!("made {n} directories")],
    }
}

/// The last line of an answer.
pub(in crate::tools) fn footer(facts: &[String]) -> String {
    if facts.is_empty() { String::new() } else { format!("\n[{}]", facts.join("; ")) }
}

/// `5,310 lines`.
pub(in crate::tools) fn lines(n: u64) -> String {
    format!("{} {}", number(n), if n == 1 { "line" } else { "lines" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_taken_as_answers_write_it() {
        for known in [
            "k3f9a2c1xq",
            " k3f9a2c1xq\n",
            "version k3f9a2c1xq",
            "Version: k3f9a2c1xq",
            "version:k3f9a2c1xq",
            "version=k3f9a2c1xq",
            "[version k3f9a2c1xq]",
            "; version k3f9a2c1xq]",
            "\"k3f9a2c1xq\"",
            "'version \"k3f9a2c1xq\"'",
            "`k3f9a2c1xq`",
        ] {
            assert_eq!(bare_version(known), "k3f9a2c1xq", "{known}");
        }
        for known in ["versionabc", "version", "", "éversion x"] {
            assert_eq!(bare_version(known), known);
        }
    }
}
