//! The answer of `grep`: a page of files and lines, and a footer.
//!
//! Files come in the order of their paths, as many as one page takes. The rest is counted.
//!
//! May import: `grep`, `limits`, `format`, its neighbours.

use super::args::Output;
use super::asked::Asked;
use super::cursor;
use super::found::Found;
use crate::format::count;
use crate::grep::{Hits, Line, Position};
use crate::limits::cost;
use crate::tools::shared::left_out::Unsearched;
use crate::tools::shared::pages::CLOSING;

/// The page, and what it says of itself.
pub(super) fn answer(
    asked: &Asked<'_>,
    found: &Found,
    unsearched: &Unsearched,
    otherwise: Vec<String>,
) -> String {
    let room = asked.budget.limits().search_chars().saturating_sub(CLOSING);
    let page = Page::new(asked, found, room);
    let mut facts = vec![total(asked, found)];
    if asked.pattern.spans_lines_by_itself() {
        facts.push("the pattern holds a line feed: searched with multiline=true".into());
    }
    facts.extend(found.guessed.facts(found.total_files == 0, ""));
    facts.extend(otherwise);
    if asked.types.is_some() && found.files_met() == 0 {
        facts.push("no file that is searched has that `type`".into());
    }
    facts.extend(binary(asked, found));
    if let Some(example) = &found.unopened.example {
        let files = count(found.unopened.count, "file", "files");
        facts.push(format!("{files} could not be opened (e.g. {example})"));
    }
    if found.failed > 0 {
        facts.push(format!("{} not searched to the end", count(found.failed, "file", "files")));
    }
    facts.extend(guessed_encodings(&page.guessed));
    if page.has_escapes {
        facts.push("\\x and two digits stand for a byte that is not text".into());
    }
    if page.no_room > 0 {
        facts.push(format!("{} around the match left out", count(page.no_room, "line", "lines")));
    }
    facts.extend(unsearched.facts("path", asked.budget));
    facts.extend(page.end(asked, found));
    format!("{}[{}]", page.text, facts.join("; "))
}

fn total(asked: &Asked<'_>, found: &Found) -> String {
    let lines = found.total_lines;
    let files = found.total_files;
    match asked.output {
        _ if files == 0 => "no line matches".into(),
        Output::Files => count(files, "file matches", "files match"),
        _ => {
            let lines = if asked.wanted.only_matching || asked.pattern.spans_lines() {
                count(lines, "match", "matches")
            } else {
                count(lines, "matching line", "matching lines")
            };
            format!("{lines} in {}", count(files, "file", "files"))
        }
    }
}

/// Files that are not text. One is named where they may be what was meant.
fn binary(asked: &Asked<'_>, found: &Found) -> Option<String> {
    let example = found.binary.example.as_ref()?;
    let files = count(found.binary.count, "binary file", "binary files");
    Some(if found.is_one_file {
        "it is a binary file, which is not searched".into()
    } else if found.total_files == 0 || asked.filters_names {
        format!("{files} not searched, such as {example}")
    } else {
        format!("{files} skipped")
    })
}

/// The part of an answer that shows files and lines.
#[derive(Default)]
struct Page<'a> {
    text: String,
    used: usize,
    /// Lines that match, or files.
    shown: usize,
    last: Option<(&'a str, Position)>,
    /// Why it ends before all is shown.
    full: Option<Full>,
    /// Lines around the first match that were left out.
    no_room: u64,
    /// Files whose encoding is a guess.
    guessed: Vec<(&'a str, &'static str)>,
    /// Is any byte shown as an escape?
    has_escapes: bool,
}

/// What a page has no more room for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Full {
    /// Lines or files, by `limit`.
    Limit,
    /// Characters, by a limit of the server.
    Chars,
}

impl<'a> Page<'a> {
    fn new(asked: &Asked<'_>, found: &'a Found, room: usize) -> Self {
        let mut page = Self::default();
        for (path, hits) in &found.files {
            let head = match asked.output {
                Output::Content if page.text.is_empty() => format!("{path}\n"),
                Output::Content => format!("\n{path}\n"),
                Output::Files => format!("{path}\n"),
                Output::Count => format!("{path}:{}\n", hits.count),
            };
            let head_cost = cost(&head);
            page.full = page.full_with(head_cost, asked.page, room);
            if page.shown > 0 && page.full.is_some() {
                return page;
            }
            if asked.output == Output::Content {
                page.used += head_cost;
                if !page.lines(asked, &head, path, hits, room) {
                    return page;
                }
            } else {
                page.push(&head);
                page.shown += 1;
            }
            page.last = Some((path, asked.wanted.output.finish()));
        }
        page.full = found.has_more.then_some(Full::Limit);
        page
    }

    /// Shows the lines of a file after its head. Do all have room?
    fn lines(
        &mut self,
        asked: &Asked<'_>,
        head: &str,
        path: &'a str,
        hits: &Hits,
        room: usize,
    ) -> bool {
        let are_last = asked.wanted.output.are_last();
        self.full = None;
        let chosen = self.chosen(asked, hits, room);
        let end = if are_last { chosen.first() } else { chosen.last() };
        match end {
            Some(line) => self.last = Some((path, line.position())),
            None if self.full.is_some() => return false,
            None => {}
        }
        self.guessed.extend(hits.guessed.map(|encoding| (path, encoding)));
        self.has_escapes |= hits.has_escapes;
        self.text += head;
        let mut before = None;
        for line in chosen {
            self.text += &written(line, is_gap(asked, before, line));
            before = Some(line);
        }
        if self.full.is_some() {
            return false;
        }
        if hits.count > hits.selected {
            let more = hits.count - hits.selected;
            self.text += &format!("[{more} more in this file: per_file=0]\n");
        }
        true
    }

    /// The lines of a file that have room, in order: the first ones or, where the last ones are wanted, the last ones.
    fn chosen<'h>(&mut self, asked: &Asked<'_>, hits: &'h Hits, room: usize) -> Vec<&'h Line> {
        let are_last = asked.wanted.output.are_last();
        let mut chosen: Vec<&Line> = vec![];
        let mut last_match = None;
        let mut rest = hits.lines.as_slice();
        while let Some((line, others)) =
            if are_last { rest.split_last() } else { rest.split_first() }
        {
            rest = others;
            let gap = is_gap(asked, chosen.last().copied(), line);
            let chars = cost(&written(line, gap));
            let full = self.full_with(chars, asked.page, room);
            // `limit` counts lines that match. Those around the last of them still belong to it.
            let belongs = full == Some(Full::Limit) && self.used + chars <= room && {
                !line.is_match && last_match.is_some_and(|found| is_around(asked, found, line))
            };
            if self.shown > 0 && full.is_some() && !belongs {
                self.full = full;
                break;
            }
            // A first match is shown in any case, with as much around it as has room.
            if full.is_some() && !line.is_match && !belongs {
                self.no_room += 1;
                continue;
            }
            self.used += chars;
            self.shown += usize::from(line.is_match);
            if line.is_match {
                last_match = Some(line);
            }
            chosen.push(line);
        }
        if are_last {
            chosen.reverse();
        }
        chosen
    }

    fn push(&mut self, text: &str) {
        self.used += cost(text);
        self.text += text;
    }

    fn full_with(&self, chars: usize, page: usize, room: usize) -> Option<Full> {
        if self.shown >= page {
            Some(Full::Limit)
        } else {
            (self.used + chars > room).then_some(Full::Chars)
        }
    }

    /// Why the page ends where it does, and how to go on.
    fn end(&self, asked: &Asked<'_>, found: &Found) -> Vec<String> {
        let (Some(full), Some((path, position))) = (self.full, self.last) else { return vec![] };
        let why = match full {
            Full::Limit => format!("page full: limit={}", asked.page),
            Full::Chars => {
                let chars = asked.budget.limits().search_chars();
                let less = match asked.output {
                    Output::Content if asked.wanted.before + asked.wanted.after > 0 => {
                        ": fewer context lines or output=files take less"
                    }
                    Output::Content if !found.is_one_file => ": output=files takes less",
                    _ => "",
                };
                format!("page full at {chars} characters, whatever `limit` is{less}")
            }
        };
        let output = asked.wanted.output;
        let is_backwards = output.are_last() && position != output.finish();
        let next = if is_backwards { ", earlier lines of this file come next" } else { "" };
        let cursor = cursor::written(path, position, output);
        vec![format!("{why}{next}"), format!("continue with cursor={cursor}")]
    }
}

/// Are lines left out between two that follow each other on the page, in either direction?
fn is_gap(asked: &Asked<'_>, before: Option<&Line>, line: &Line) -> bool {
    let has_context = asked.wanted.before + asked.wanted.after > 0;
    has_context && before.is_some_and(|before| line.number.abs_diff(before.number) > 1)
}

/// Does a line stand as near a match as lines around it are wanted?
fn is_around(asked: &Asked<'_>, found: &Line, line: &Line) -> bool {
    let most = if line.number < found.number { asked.wanted.before } else { asked.wanted.after };
    line.number.abs_diff(found.number) <= most as u64
}

fn written(line: &Line, is_gap: bool) -> String {
    let Line { number, text, .. } = line;
    let gap = if is_gap { "--\n" } else { "" };
    match line.part {
        Some((_, column)) => format!("{number}:{column}:{text}\n"),
        None => format!("{gap}{number}{}{text}\n", if line.is_match { ':' } else { '-' }),
    }
}

/// Which of the files on the page were read in an encoding that is a guess.
fn guessed_encodings(guessed: &[(&str, &'static str)]) -> Option<String> {
    match guessed {
        [] => None,
        [(path, encoding)] => Some(format!("{path} is read as {encoding}, a guess")),
        [(path, encoding), rest @ ..] => {
            let files = rest.len() + 1;
            Some(format!(
                "{files} files are read in guessed encodings, such as {path} as {encoding}"
            ))
        }
    }
}
