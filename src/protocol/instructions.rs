//! [`instructions`]: the text about this server that a client shows the model once.
//!
//! May import: `cap`, `path`. It holds nothing that changes while the server runs.

use crate::cap::{GrantInfo, Grants};
use crate::path::printable;

/// Most characters, so that every client passes them on whole.
const MAX_CHARS: usize = 1_499;

/// The grants, how paths look, and what the user types to grant more.
pub(super) fn instructions(grants: &Grants) -> String {
    let head = format!(
        "preopen serves these directories and nothing else. Paths are {}.\n",
        grants.how_paths_look()
    );
    let tail = "Paths that lead outside, by `..` or by a link, are refused; hidden names do not exist. \
        An answer ends with a line in brackets that says what was left out and which argument continues. \
        The user grants more by starting the server with `--allow DIR` (read), `--allow DIR:rw` (also \
        change) or `--allow DIR:rwd` (also delete).";
    let all = grants.grant_infos();
    let mut lines = String::new();
    for (i, grant) in all.iter().enumerate() {
        let line = line(grant);
        let more = format!("- and {} more: see list_allowed_directories\n", all.len() - i);
        let room = MAX_CHARS - head.chars().count().min(MAX_CHARS) - tail.chars().count();
        if lines.chars().count() + line.chars().count() + more.chars().count() > room {
            lines += &more;
            break;
        }
        lines += &line;
    }
    head.chars().take(MAX_CHARS - tail.chars().count()).collect::<String>() + &lines + tail
}

fn line(grant: &GrantInfo) -> String {
    let what = match &grant.unavailable {
        Some(reason) => format!("not available: {reason}"),
        None => grant.rights.in_words().into(),
    };
    format!("- {} ({what}): {}\n", grant.name, printable(&grant.written_as))
}
