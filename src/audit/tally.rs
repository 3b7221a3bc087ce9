//! [`Tally`] and [`Timeline`]: how often each name was touched, and when, in memory that does not grow with the trail.
//!
//! May import: nothing of this crate. No name is dropped to make room for another. Names for
//! which there is no room are counted together, and the page says so.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;

/// Most names that are told apart.
const MOST_NAMES: usize = 5_000;
/// Most bytes of names that are kept.
const MOST_BYTES: usize = 4 << 20;
/// Most bars of a timeline.
const MOST_BARS: i64 = 96;
/// What a bar may stand for, in milliseconds; each is a multiple of the one before.
const STEPS: [i64; 12] = [
    1_000,
    5_000,
    15_000,
    60_000,
    300_000,
    900_000,
    3_600_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    604_800_000,
];

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    Read,
    Changed,
    Denied,
    Failed,
}

/// How many calls came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) reads: u64,
    pub(super) changes: u64,
    pub(super) denied: u64,
    pub(super) failed: u64,
}

impl Count {
    pub(super) fn add(&mut self, came: Came) {
        match came {
            Came::Read => self.reads += 1,
            Came::Changed => self.changes += 1,
            Came::Denied => self.denied += 1,
            Came::Failed => self.failed += 1,
        }
    }

    pub(super) fn all(self) -> u64 {
        self.reads + self.changes + self.denied + self.failed
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.reads += other.reads;
        self.changes += other.changes;
        self.denied += other.denied;
        self.failed += other.failed;
    }
}

/// Names, and how often each was touched.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kept: HashMap<String, Count>,
    bytes: usize,
    /// What was counted of names that found no room.
    pub(super) beyond: Count,
}

impl Tally {
    pub(super) fn count(&mut self, name: &str, came: Came) {
        if let Some(count) = self.kept.get_mut(name) {
            count.add(came);
        } else if self.kept.len() < MOST_NAMES && self.bytes + name.len() <= MOST_BYTES {
            self.bytes += name.len();
            self.kept.entry(name.to_owned()).or_default().add(came);
        } else {
            self.beyond.add(came);
        }
    }

    /// How many names are told apart.
    pub(super) fn names(&self) -> usize {
        self.kept.len()
    }

    /// All of them, the most touched first.
    pub(super) fn ordered(&self) -> Vec<(&str, Count)> {
        let mut all: Vec<_> =
            self.kept.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        all.sort_by(|(a, x), (b, y)| y.all().cmp(&x.all()).then_with(|| a.cmp(b)));
        all
    }
}

/// Calls by time, in bars that become as wide as it takes to have room for all.
#[derive(Debug)]
pub(super) struct Timeline {
    /// Milliseconds that a bar stands for.
    pub(super) width: i64,
    /// The bars that are not empty, by how many widths they begin after 1970.
    pub(super) bars: BTreeMap<i64, Count>,
    /// Calls that do not say when.
    pub(super) undated: u64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { width: STEPS[0], bars: BTreeMap::new(), undated: 0 }
    }
}

impl Timeline {
    /// Counts a call at a time in milliseconds after 1970.
    pub(super) fn add(&mut self, time: Option<i64>, came: Came) {
        let Some(time) = time else {
            self.undated += 1;
            return;
        };
        self.bars.entry(time.div_euclid(self.width)).or_default().add(came);
        while self.span() > MOST_BARS {
            let wider = STEPS.iter().copied().find(|step| *step > self.width);
            let wider = wider.unwrap_or_else(|| self.width.saturating_mul(2));
            let times = wider / self.width;
            let mut bars = BTreeMap::<i64, Count>::new();
            for (at, count) in std::mem::take(&mut self.bars) {
                *bars.entry(at.div_euclid(times)).or_default() += count;
            }
            (self.width, self.bars) = (wider, bars);
        }
    }

    /// How many bars there are from the first to the last, the empty ones between included.
    pub(super) fn span(&self) -> i64 {
        match (self.bars.first_key_value(), self.bars.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last.saturating_sub(*first).saturating_add(1),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted_all_the_same() {
        let mut tally = Tally::default();
        for i in 0..MOST_NAMES + 7 {
            tally.count(&i.to_string(), Came::Read);
        }
        tally.count("0", Came::Denied);
        assert_eq!((tally.names(), tally.beyond.all()), (MOST_NAMES, 7));
        assert_eq!(tally.ordered()[0], ("0", Count { reads: 1, denied: 1, ..Count::default() }));
        let mut tally = Tally::default();
        tally.count(&"x".repeat(MOST_BYTES + 1), Came::Read);
        assert_eq!((tally.names(), tally.beyond.reads), (0, 1));
    }

    #[test]
    fn bars_become_wide_enough_for_any_time_and_lose_no_call() {
        let mut line = Timeline::default();
        let hour = 3_600_000;
        for (i, time) in [5, hour, -hour, 40 * 365 * 24 * hour, i64::MAX / 2, i64::MIN / 2]
            .into_iter()
            .enumerate()
        {
            line.add(Some(time), Came::Read);
            let counted: u64 = line.bars.values().map(|count| count.reads).sum();
            assert_eq!(counted, i as u64 + 1);
            assert!(line.span() <= MOST_BARS);
        }
        for pair in STEPS.windows(2) {
            assert_eq!(pair[1] % pair[0], 0, "bars fit into wider ones");
        }
    }
}
