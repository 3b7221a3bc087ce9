//! [`unified`]: what edits did to a text, by lines.
//!
//! Only the lines are looked at that an edit touched; what lies between them is counted. Within them,
//! removed and added lines are aligned, so that a line that an edit left as it was is not told.
//!
//! May import: nothing of this crate. It does not print names of files or colours.

use std::ops::Range;

use imara_diff::{Algorithm, InternedInput};

use crate::text::diff::change::{Change, Most};
use crate::text::diff::hunks::{Diff, Hunks};
use crate::text::edit::edited::{Edited, Made, Part, Replacement};

/// Lines of a region, on one of its sides, above which they are not aligned.
const MAX_ALIGNED: usize = 10_000;

/// How the edited text differs from `text`, in a diff of that length.
pub fn unified(text: &str, edited: &Edited, most: Most) -> Diff {
    let mut hunks = Hunks::new(text, most);
    let mut regions = Regions { text, line: 0, counted: 0, open: None };
    let mut hand_on = |region: Option<Region<'_>>| {
        for change in region.into_iter().flat_map(Region::changes) {
            hunks.push(change);
        }
    };
    let mut at = 0;
    let mut new = "";
    for part in edited.parts() {
        match part {
            Part::New(text) => new = text,
            Part::Old(range) => {
                if range.start > at || !new.is_empty() {
                    hand_on(regions.change(at..range.start, new));
                }
                (at, new) = (range.end, "");
            }
        }
    }
    if at < text.len() || !new.is_empty() {
        hand_on(regions.change(at..text.len(), new));
    }
    hand_on(regions.close());
    hunks.finish()
}

/// How one text differs from another, in at most that many lines.
pub fn compared(old: &str, new: &str, lines: usize) -> Diff {
    let mut edited = Edited::untouched(old.len());
    let whole = Replacement { range: 0..old.len(), with: new.to_owned() };
    edited.splice(vec![whole], Made::default());
    unified(old, &edited, Most { lines, chars: usize::MAX })
}

/// Whole lines that edits touched.
struct Region<'t> {
    /// Where in the text they are, and their first line, from 0.
    range: Range<usize>,
    line: usize,
    old: &'t str,
    new: String,
    /// How far of the text is in `new`.
    taken: usize,
    /// What edits took out of the text, and where in `new` is what they put there.
    edits: Vec<[Range<usize>; 2]>,
}

/// Gathers changes into regions; changes that share a line are in one.
struct Regions<'t> {
    text: &'t str,
    /// Lines up to `counted`.
    line: usize,
    counted: usize,
    open: Option<Region<'t>>,
}

impl<'t> Regions<'t> {
    /// The next change, and the region before it, if that ends there.
    fn change(&mut self, range: Range<usize>, new: &str) -> Option<Region<'t>> {
        let is_apart = self.open.as_ref().is_some_and(|open| range.start > open.range.end);
        let closed = if is_apart { self.close() } else { None };
        let text = self.text;
        let mut open = self.open.take().unwrap_or_else(|| self.region(range.start));
        open.new += text.get(open.taken..range.start).unwrap_or_default();
        let begin = open.new.len();
        open.new += new;
        open.edits.push([range.clone(), begin..open.new.len()]);
        open.taken = range.end;
        if range.end >= open.range.end {
            let rest = text.as_bytes().get(range.end..).unwrap_or_default();
            open.range.end =
                memchr::memchr(b'\n', rest).map_or(text.len(), |at| range.end + at + 1);
        }
        self.open = Some(open);
        closed
    }

    /// An empty region at the line of a place.
    fn region(&mut self, place: usize) -> Region<'t> {
        let bytes = self.text.as_bytes();
        let before = bytes.get(..place).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let between = bytes.get(self.counted..start).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count();
        self.counted = start;
        let line = self.line;
        let new = String::new();
        Region { range: start..start, line, old: "", new, taken: start, edits: vec![] }
    }

    fn close(&mut self) -> Option<Region<'t>> {
        let mut open = self.open.take()?;
        open.new += self.text.get(open.taken..open.range.end).unwrap_or_default();
        open.old = self.text.get(open.range.clone()).unwrap_or_default();
        Some(open)
    }
}

impl Region<'_> {
    /// Its lines that are removed and added.
    fn changes(self) -> Vec<Change> {
        let old = starts(self.old);
        let new = starts(&self.new);
        if old.len().max(new.len()) > MAX_ALIGNED + 1 {
            return vec![self.whole(&old, &new)];
        }
        let input = InternedInput::new(self.old, self.new.as_str());
        let mut diff = imara_diff::Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        diff.hunks()
            .map(|hunk| self.part(&old, &new, lines(hunk.before), lines(hunk.after)))
            .collect()
    }

    /// All of its lines, but for those that are the same at the beginning and at the end.
    fn whole(&self, old: &[usize], new: &[usize]) -> Change {
        let removed = old.len() - 1;
        let added = new.len() - 1;
        let same = |(one, other): &(&str, &str)| one == other;
        let old_lines = self.old.split_inclusive('\n');
        let new_lines = self.new.split_inclusive('\n');
        let front = old_lines.clone().zip(new_lines.clone()).take_while(same).count();
        let most = removed.min(added) - front;
        let back = old_lines.rev().zip(new_lines.rev()).take(most).take_while(same).count();
        self.part(old, new, front..removed - back, front..added - back)
    }

    fn part(
        &self,
        old: &[usize],
        new: &[usize],
        removed: Range<usize>,
        added: Range<usize>,
    ) -> Change {
        let at = |starts: &[usize], line: usize| starts.get(line).copied().unwrap_or_default();
        let place = at(new, added.start)..at(new, added.end);
        let text = self.new.get(place.clone()).unwrap_or_default();
        let begin = self.range.start;
        let range = begin + at(old, removed.start)..begin + at(old, removed.end);
        // Edits are in order and apart.
        let first = self.edits.partition_point(|[taken, _]| taken.end < range.start);
        let edits = self.edits.iter().skip(first).take_while(|[taken, _]| taken.start <= range.end);
        let less = |edit: &Range<usize>, by: usize| {
            edit.start.saturating_sub(by)..edit.end.saturating_sub(by)
        };
        let edits = edits.map(|[taken, put]| [less(taken, range.start), less(put, place.start)]);
        Change {
            line: self.line + removed.start,
            removed: removed.len(),
            added: added.len(),
            new: text.to_owned(),
            edits: edits.collect(),
            range,
        }
    }
}

/// Where each line begins, and at last where the text ends.
fn starts(text: &str) -> Vec<usize> {
    let lines = text.split_inclusive('\n').scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    });
    [0].into_iter().chain(lines).collect()
}

fn lines(range: Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::diff::hunks::Unshown;
    use crate::text::edit::apply::apply;
    use crate::text::edit::one_edit::Edit;
    use crate::text::meter::plenty;

    fn most(lines: usize) -> Most {
        Most { lines, chars: usize::MAX }
    }

    fn diff(text: &str, edits: &[(&str, &str)]) -> Diff {
        let edits: Vec<_> = edits
            .iter()
            .map(|(old_text, new_text)| Edit { old_text, new_text, replace_all: true })
            .collect();
        let edited = apply(text, &edits, &plenty()).unwrap();
        unified(text, &edited, most(1_000))
    }

    fn numbers(count: usize) -> String {
        (1..=count).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat()
    }

    #[test]
    fn hunks_have_three_lines_around_a_change() {
        let text = numbers(30);
        let told = diff(&text, &[("line 12\n", "line 12\nnew\n")]);
        assert_eq!(
            told.text,
            "@@ -10,6 +10,7 @@\n line 10\n line 11\n line 12\n+new\n line 13\n line 14\n line 15\n"
        );
        assert_eq!((told.removed, told.added, told.left_out), (0, 1, 0));
        let told = diff(&text, &[("line 2\n", ""), ("line 30", "end")]);
        assert_eq!(
            told.text,
            "@@ -1,5 +1,4 @@\n line 1\n-line 2\n line 3\n line 4\n line 5\n\
             @@ -27,4 +26,4 @@\n line 27\n line 28\n line 29\n-line 30\n+end\n"
        );
    }

    #[test]
    fn changes_near_each_other_are_one_hunk() {
        let text = numbers(30);
        let hunks = |first: &str, second: &str| {
            diff(&text, &[(first, "X"), (second, "Y")]).text.matches("@@ -").count()
        };
        assert_eq!(hunks("line 10\n", "line 17\n"), 1, "six lines between");
        assert_eq!(hunks("line 10\n", "line 18\n"), 1, "the first one took line 11 in");
        assert_eq!(hunks("ine 10", "ine 18"), 2, "seven lines between");
        let told = diff("a b c\n", &[("a", "1"), ("c", "3")]);
        assert_eq!(told.text, "@@ -1,1 +1,1 @@\n-a b c\n+1 b 3\n");
    }

    #[test]
    fn line_ends_and_the_end_of_the_file_are_told() {
        let told = diff("a\r\nb", &[("b", "c\nd")]);
        let none = "\\ No newline at end of file\n";
        assert_eq!(told.text, format!("@@ -1,2 +1,3 @@\n a\n-b\n{none}+c\n+d\n{none}"));
        let told = diff("a\nb", &[("a", "c")]);
        assert_eq!(told.text, format!("@@ -1,2 +1,2 @@\n-a\n+c\n b\n{none}"));
        let told = diff("a\nb", &[("\nb", "")]);
        assert_eq!(told.text, format!("@@ -1,2 +1,1 @@\n-a\n-b\n{none}+a\n{none}"));
        let told = diff("a\n", &[("a\n", "")]);
        assert_eq!(told.text, "@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(diff("a\n", &[("a", "b"), ("b", "a")]), Diff::default());
    }

    #[test]
    fn the_diff_is_bounded() {
        let text = numbers(10_001);
        let told = diff(&text, &[("line ", "LINE ")]);
        assert_eq!((told.removed, told.added), (10_001, 10_001));
        assert_eq!(told.text.lines().count(), 1_000);
        assert_eq!(told.left_out, 20_002 - 997, "a head and two notes");
        assert!(told.text.starts_with("@@ -1,10001 +1,10001 @@\n-line 1\n-line 2\n"));
        assert!(told.text.contains("\n[... 9502 more lines removed]\n+LINE 1\n"), "{}", told.text);
        let told = diff(&text, &[("line 7\n", "x\n"), ("line 10000\n", "y\n")]);
        assert_eq!((told.removed, told.added), (2, 2));
        let long = "é".repeat(510);
        let told = diff(&format!("{long}\n"), &[("é", "e")]);
        assert!(told.text.contains(&format!("+{} [... 10 more characters]\n", "e".repeat(500))));
    }

    fn within(text: &str, edits: &[(&str, &str)], lines: usize, chars: usize) -> Diff {
        let edits: Vec<_> = edits
            .iter()
            .map(|(old_text, new_text)| Edit { old_text, new_text, replace_all: false })
            .collect();
        unified(text, &apply(text, &edits, &plenty()).unwrap(), Most { lines, chars })
    }

    #[test]
    fn what_is_around_changes_goes_first() {
        let text = numbers(60);
        let edits = [("line 12\n", "a\n"), ("line 32\n", "b\n"), ("line 52\n", "c\n")];
        let three = |context: usize| 3 * (1 + 2 + 2 * context);
        for (lines, context) in [(1_000, 3), (27, 3), (26, 1), (15, 1), (14, 0), (9, 0)] {
            let told = within(&text, &edits, lines, 10_000);
            assert_eq!(told.text.lines().count(), three(context), "{}", told.text);
            assert_eq!((told.left_out, told.unshown.count), (0, 0));
        }
        let told = within(&text, &edits, 8, 10_000);
        assert_eq!(told.text, "@@ -12,1 +12,1 @@\n-line 12\n+a\n@@ -32,1 +32,1 @@\n-line 32\n+b\n");
        assert_eq!(told.unshown, Unshown { count: 1, named: vec!["line 52 (-1 +1)".into()] });
        assert_eq!(told.left_out, 2);
    }

    #[test]
    fn small_changes_are_shown_before_large_ones() {
        let text = numbers(60);
        let large = text.split_inclusive('\n').skip(19).take(20).collect::<String>();
        let edits = [("line 2\n", "a\n"), (&*large, "x\ny\n"), ("line 52\n", "")];
        let told = within(&text, &edits, 15, 10_000);
        assert_eq!(
            told.text,
            "@@ -2,1 +2,1 @@\n-line 2\n+a\n@@ -20,20 +20,2 @@\n-line 20\n-line 21\n-line 22\n\
             -line 23\n-line 24\n[... 15 more lines removed]\n+x\n+y\n@@ -52,1 +33,0 @@\n-line 52\n"
        );
        assert_eq!((told.left_out, told.unshown.count), (15, 0));
        let told = within(&text, &edits, 8, 10_000);
        let named = vec!["lines 20-21 (-20 +2)".to_owned()];
        assert_eq!((told.left_out, told.unshown), (22, Unshown { count: 1, named }));
        let told = within(&text, &edits, 1, 10_000);
        assert_eq!(told.text, "");
        assert_eq!(told.unshown.named[2], "after line 33 (-1 +0)");
    }

    #[test]
    fn a_change_without_room_is_shown_in_part() {
        let text = format!("a\nb\nc\n{}\nd\n", "x".repeat(300));
        let told = within(&text, &[(&text, "é\n")], 100, 200);
        assert_eq!(told.text, "@@ -1,5 +1,1 @@\n-a\n-b\n-c\n[... 2 more lines removed]\n+é\n");
        assert_eq!(told.left_out, 2);
    }

    #[test]
    fn a_change_in_a_long_line_is_shown_where_it_is() {
        let text = format!("{}needle{}\n", "x=1;".repeat(35_000), "y=2;".repeat(35_000));
        let told = within(&text, &[("needle", "pin")], 20, 10_000);
        assert_eq!(told.text.lines().count(), 3);
        let lines: Vec<_> = told.text.lines().collect();
        assert!(lines[1].starts_with("-[... 139"), "{}", told.text);
        assert!(lines[1].contains("x=1;needley=2;") && lines[2].contains("x=1;piny=2;"));
        assert!(told.text.len() < 1_500, "{}", told.text);
        let told = within(&text, &[("needle", "pin"), ("pin", "ne\ned")], 20, 10_000);
        assert!(
            told.text.contains("x=1;needley") && told.text.contains("\n+edy=2;"),
            "{}",
            told.text
        );
    }

    #[test]
    fn a_region_too_large_to_be_aligned_is_told_without_its_ends() {
        let old = format!("a\n{}b\n", numbers(10_001));
        let new = "a\nx\nb\n".to_owned();
        let edits = [Edit { old_text: &old, new_text: &new, replace_all: false }];
        let mut edited = apply(&old, &edits, &plenty()).unwrap();
        assert_eq!(unified(&old, &edited, most(10)).removed, 10_001);
        let whole = Replacement { range: 0..6, with: new };
        edited.splice(vec![whole], Made::default());
        assert_eq!(unified(&old, &edited, most(10)).added, 1);
    }
}
