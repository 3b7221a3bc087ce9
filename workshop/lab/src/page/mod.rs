//! The report: a self-contained HTML page of a whole run. It loads nothing.
//!
//! All text from a server goes through [`words`] and is never part of a script. The script takes its data from the tables of
//! the page, which are also there for readers without scripts. A random nonce allows only the page's own style and script.
//! This module makes no decisions, and all its numbers come from the run.

mod cards;
mod histogram;
mod matrix;
mod moments;
mod picture;
mod race;
mod remedy;
mod run_info;
mod scenes;
mod territory;
mod words;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

pub use run_info::RunInfo;

use crate::attack::Attack;
use crate::matrix::Column;
use crate::race::Raced;
use words::{joined, marked, text};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page.js");

/// The introduction.
const IDEA: &str = include_str!("idea.html");

/// The ids and headings of the sections.
const PARTS: [(&str, &str); 6] = [
    ("idea", "Why the check failed"),
    ("matrix", "All attacks"),
    ("race", "The race"),
    ("territory", "Map and territory"),
    ("cards", "Card by card"),
    ("around", "This run"),
];

/// A run and its results.
pub struct Page<'a> {
    /// The attacks, in display order.
    pub attacks: &'a [&'static Attack],
    /// The results of the attacks, by server.
    pub columns: &'a [Column],
    /// The results of the races.
    pub races: &'a [Raced],
    /// Whether preopen held.
    pub held: bool,
    /// The conditions of the run.
    pub info: &'a RunInfo,
    /// Whether it is the sample that is shipped with the lab.
    pub is_sample: bool,
}

/// Checks before the run that a new file can be created.
///
/// # Errors
/// If the file exists, or its directory does not.
pub fn check_new_file(file: &Path) -> io::Result<()> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    if file.symlink_metadata().is_ok() {
        return Err(refused(file, "the file exists and is not overwritten"));
    }
    if directory.is_some_and(|directory| !directory.is_dir()) {
        return Err(refused(file, "there is no such directory"));
    }
    Ok(())
}

fn refused(file: &Path, why: &str) -> io::Error {
    io::Error::other(format!("cannot write `{}`: {why}", file.display()))
}

impl Page<'_> {
    /// Writes the page to a new file.
    ///
    /// # Errors
    /// If the file exists by now, or cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let page = self.html(&nonce()?);
        let mut new =
            std::fs::File::create_new(file).map_err(|error| refused(file, &error.to_string()))?;
        new.write_all(page.as_bytes())
    }

    fn html(&self, nonce: &str) -> String {
        let links =
            joined(PARTS.iter().map(|(id, name)| format!("<li><a href=\"#{id}\">{name}</a></li>")));
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-{nonce}'; \
             script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>preopen-lab: report of a run</title>\n\
             <style nonce=\"{nonce}\">\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#idea\">Skip to the report</a>\n<header>\n\
             <h1>Five file servers, and what got out</h1>\n{}<nav aria-label=\"Parts\"><ul>{links}</ul></nav>\n\
             </header>\n<main>\n",
            self.summary()
        );
        let bodies = [
            IDEA.to_owned(),
            matrix::part(self.attacks, self.columns, self.races),
            race::part(self.races),
            territory::part(self.columns, self.races),
            cards::part(self.attacks, self.columns, self.races),
            self.info.part(self.attacks.len()),
        ];
        for ((id, name), body) in PARTS.iter().zip(bodies) {
            let _ = write!(
                page,
                "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>\n{body}</section>\n",
                if *id == "idea" {
                    "What is a capability, and why did the check fail?"
                } else {
                    name
                }
            );
        }
        page + &format!(
            "</main>\n<footer><p>Made by preopen-lab {}. This page loads nothing and sends nothing.</p>\
             </footer>\n<script nonce=\"{nonce}\">\n{SCRIPT}</script>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION")
        )
    }

    /// Summarises the results.
    fn summary(&self) -> String {
        let known = self.attacks.iter().filter(|attack| attack.known_limit().is_some()).count();
        let (class, verdict) = if self.held {
            (
                "held",
                format!(
                    "<strong>preopen held.</strong> Nothing from outside got out, except in the {known} rows \
                with a *, which no file server can stop. So many calls without a loss are evidence but not \
                proof; the stronger argument is the idea below."
                ),
            )
        } else {
            (
                "lost",
                "<strong>preopen did not hold.</strong> Please report it as described in SECURITY.md."
                    .to_owned(),
            )
        };
        let sample = if self.is_sample {
            format!(
                "<p class=\"sample\"><strong>This is a sample</strong>, made by preopen-lab {} and shipped with it, for \
                 readers whose machine cannot run the races. To make your own: <code>preopen-lab --report lab.html</code>.</p>\n",
                env!("CARGO_PKG_VERSION")
            )
        } else {
            String::new()
        };
        format!(
            "{sample}<p>Each server was granted one directory and got the same requests. A secret lay next to the \
             directory, new in this run: {}. Four of the servers are deliberately weak; the fifth is preopen.</p>\n\
             <p class=\"verdict {class}\">{verdict}</p>\n",
            marked(&format!("`{}`", text(&self.info.flag)))
        )
    }
}

/// Returns a random nonce, which no author of text in the page can know.
fn nonce() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(joined(bytes.iter().map(|byte| format!("{byte:02x}"))))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::race::{RACES, replay};
    use crate::table;
    use crate::verdict::{Finding, Verdict};

    const HOSTILE: &str = "</script></style></pre>--><script>alert(1)</script><img src=x onerror=alert(1)>\"' onfocus=x \u{202E}";

    /// The name, the answers and the errors of a server may contain anything.
    #[test]
    fn text_from_servers_is_escaped() {
        let attacks: Vec<&'static Attack> = table::all().collect();
        let hostile = || HOSTILE.to_owned();
        let findings = |verdict: Verdict| {
            attacks.iter().map(move |attack| Finding {
                id: attack.id,
                verdict,
                note: hostile(),
                request:
                    serde_json::json!({"params": {"name": HOSTILE, "arguments": {"path": HOSTILE}}})
                        .to_string(),
                answer: hostile(),
                calls: 2,
                took: Duration::ZERO,
            })
        };
        let columns = [(HOSTILE, Verdict::Escaped), ("preopen", Verdict::Contained)].map(
            |(name, verdict)| Column {
                name: name.into(),
                findings: findings(verdict).collect(),
                tools: vec![],
                failed: Some(hostile()),
            },
        );
        let mut raced = replay(RACES.first().unwrap());
        raced.server = hostile();
        raced.request = hostile();
        raced.answer = hostile();
        let ours = crate::server::Launch {
            name: "preopen".into(),
            program: "/no/such".into(),
            args: vec![],
        };
        let info = RunInfo {
            flag: hostile(),
            began: SystemTime::UNIX_EPOCH,
            ..RunInfo::of("", Duration::ZERO, false, &ours)
        };
        let races = [raced];
        let page = Page {
            attacks: &attacks,
            columns: &columns,
            races: &races,
            held: false,
            info: &info,
            is_sample: true,
        };
        let html = page.html("N");
        for (raw, times) in
            [("<script", 1), ("</script", 1), ("</style", 1), ("<img", 0), ("\u{202E}", 0)]
        {
            assert_eq!(html.matches(raw).count(), times, "{raw}");
        }
        assert!(!html.contains("\" onfocus") && !html.contains("' onfocus"));
        assert!(html.contains("&lt;/script&gt;") && html.contains("1970-01-01 00:00:00 UTC"));
        assert!(html.contains("preopen did not hold"));
    }

    #[test]
    fn script_and_style_cannot_end_early() {
        for own in [STYLE, SCRIPT] {
            assert!(!own.contains("</") && !own.contains("<!--") && !own.contains("//!"));
            assert!(own.lines().count() <= 400);
        }
        for gone in ["innerHTML", "eval(", "http", "document.write", "insertAdjacentHTML"] {
            assert!(!SCRIPT.contains(gone), "{gone}");
        }
        let one = nonce().unwrap();
        let other = nonce().unwrap();
        assert!(one != other && one.len() == 32);
    }
}
