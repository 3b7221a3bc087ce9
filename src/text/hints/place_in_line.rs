//! [`Pattern`]: the place within a line that is nearest to a short text, by the fewest characters that have to be
//! put in, left out or changed.
//!
//! May import: nothing of this crate. The crates for it take a text and a pattern whole and count bytes, or need a
//! table as large as both; this is Myers' algorithm of 1999 on one machine word.

use std::collections::HashMap;
use std::ops::Range;

/// Characters of a pattern.
pub(in crate::text) const MAX_CHARS: usize = 128;

/// A text that is aligned with lines.
pub(in crate::text) struct Pattern {
    forward: Masks,
    backward: Masks,
}

/// For each character, at which places of a text it is.
struct Masks {
    ascii: [u128; 128],
    others: HashMap<char, u128>,
    len: usize,
}

impl Pattern {
    /// The first [`MAX_CHARS`] characters of a text; none of an empty one.
    pub(in crate::text) fn new(text: &str) -> Option<Self> {
        let chars: Vec<char> = text.chars().take(MAX_CHARS).collect();
        let masks = |chars: &mut dyn Iterator<Item = &char>| {
            let mut masks = Masks { ascii: [0; 128], others: HashMap::new(), len: 0 };
            for c in chars {
                let mask = match masks.ascii.get_mut(*c as usize) {
                    Some(mask) => mask,
                    None => masks.others.entry(*c).or_default(),
                };
                *mask |= 1 << masks.len;
                masks.len += 1;
            }
            masks
        };
        let forward = masks(&mut chars.iter());
        let backward = masks(&mut chars.iter().rev());
        (forward.len > 0).then_some(Self { forward, backward })
    }

    /// How many characters it has.
    pub(in crate::text) fn len(&self) -> usize {
        self.forward.len
    }

    /// The first place in a line that differs from it in fewest characters, and in how many; at most `most`.
    pub(in crate::text) fn nearest(
        &self,
        line: &str,
        most: usize,
    ) -> Option<(Range<usize>, usize)> {
        let chars = line.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
        let (end, differing) = self.forward.best(chars, most)?;
        let before = line.get(..end)?.char_indices().rev();
        // No place is worth more characters than it has itself and may have more.
        let (start, _) = self.backward.best(before.take(self.len() + differing), differing)?;
        Some((start..end, differing))
    }
}

impl Masks {
    fn of(&self, c: char) -> u128 {
        match self.ascii.get(c as usize) {
            Some(mask) => *mask,
            None => self.others.get(&c).copied().unwrap_or_default(),
        }
    }

    /// After which character the differences are fewest, and how many they are.
    fn best(
        &self,
        chars: impl Iterator<Item = (usize, char)>,
        most: usize,
    ) -> Option<(usize, usize)> {
        let last = 1_u128 << (self.len - 1);
        let mut more = u128::MAX;
        let mut fewer = 0_u128;
        let mut differing = self.len;
        let mut best: Option<(usize, usize)> = None;
        for (at, c) in chars {
            let same = self.of(c);
            let vertical = same | fewer;
            let horizontal = ((same & more).wrapping_add(more) ^ more) | same;
            let mut grows = fewer | !(horizontal | more);
            let mut shrinks = more & horizontal;
            if grows & last != 0 {
                differing += 1;
            }
            if shrinks & last != 0 {
                differing -= 1;
            }
            grows <<= 1;
            shrinks <<= 1;
            more = shrinks | !(vertical | grows);
            fewer = grows & vertical;
            if differing <= most && best.is_none_or(|(_, least)| differing < least) {
                best = Some((at, differing));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nearest<'l>(pattern: &str, line: &'l str) -> Option<(&'l str, usize)> {
        let (place, differing) = Pattern::new(pattern)?.nearest(line, pattern.len())?;
        Some((&line[place], differing))
    }

    #[test]
    fn the_nearest_place_within_a_line_is_found() {
        let line = "    def dispatch_request(self) -> ft.ResponseReturnValue:";
        assert_eq!(
            nearest("def dispatch_reqest(self)", line),
            Some(("def dispatch_request(self)", 1))
        );
        assert_eq!(nearest("été", "l'ete, l'été"), Some(("été", 0)));
        assert_eq!(nearest("ab", "xxaxb"), Some(("a", 1)));
        assert_eq!(nearest("", "x"), None);
        let long = "0123456789".repeat(20);
        assert_eq!(nearest(&long, &long), Some((&long[..MAX_CHARS], 0)));
    }

    /// The table, in full.
    fn slowly(pattern: &str, line: &str) -> usize {
        let pattern: Vec<char> = pattern.chars().collect();
        let mut row: Vec<usize> = (0..=pattern.len()).collect();
        let mut least = usize::MAX;
        for c in line.chars() {
            let mut next = vec![0; pattern.len() + 1];
            for (at, p) in pattern.iter().enumerate() {
                let changed = row[at] + usize::from(*p != c);
                next[at + 1] = changed.min(row[at + 1] + 1).min(next[at] + 1);
            }
            row = next;
            least = least.min(row[pattern.len()]);
        }
        least
    }

    proptest! {
        #[test]
        fn as_by_the_whole_table(pattern in "[abé]{1,12}", line in "[abcé]{1,40}") {
            let most = pattern.chars().count();
            let (place, differing) = Pattern::new(&pattern).unwrap().nearest(&line, most).unwrap();
            prop_assert_eq!(differing, slowly(&pattern, &line));
            prop_assert!(strsim::levenshtein(&pattern, &line[place]) == differing);
        }
    }
}
