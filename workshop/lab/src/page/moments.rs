//! [`Moment`]: a recorded round, cut where something begins or ends, and what each piece of it means.
//!
//! May import: `race`. Absent on purpose: times that were not recorded.

use crate::race::{Round, Swap};

/// A piece of time in which neither side goes over to something else. Nanoseconds of the round's clock.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// It begins.
    pub from: u64,
    /// It ends.
    pub to: u64,
    /// What the server is at.
    pub phase: Phase,
    /// What the name means.
    pub name: Name,
}

/// What the server is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It was not asked yet.
    Before,
    /// It resolves the path and compares it.
    Checks,
    /// It has checked, and opens.
    Opens,
    /// It has a file.
    After,
}

/// What the name that is swapped leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// What lies inside.
    Inside,
    /// The link that leads out.
    Outside,
    /// The one or the other: the call that swaps them is not back yet.
    Swapped,
    /// Nobody knows: the record ends with the opening.
    Unknown,
}

impl Phase {
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Before => "has not begun",
            Self::Checks => "checks the path",
            Self::Opens => "has checked, and opens the path",
            Self::After => "has opened a file",
        }
    }
}

impl Name {
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Inside => "leads inside",
            Self::Outside => "leads outside",
            Self::Swapped => "is being swapped",
            Self::Unknown => "is not on record any more",
        }
    }
}

impl Moment {
    /// What it means that both come together.
    pub(super) const fn means(&self) -> &'static str {
        match (self.phase, self.name) {
            (Phase::Opens, Name::Swapped) => {
                "The check is over and said: inside. The names are being swapped: whoever walks the path now may arrive at either."
            }
            (_, Name::Swapped) if !matches!(self.phase, Phase::After) => {
                "One call swaps two names. Until it is back the kernel shows the one or the other, never half of it."
            }
            (Phase::Before, Name::Inside) => {
                "Nothing is decided. A request is on its way, and the name means what it should."
            }
            (Phase::Before, _) => {
                "The name leads out already. A server that looked only now would see it, and refuse."
            }
            (Phase::Checks, Name::Inside) => {
                "The server resolves the path and finds it inside. What it sees is true, now."
            }
            (Phase::Checks, _) => {
                "The name leads out while the server is at its check. It resolves name by name, and may have passed this one."
            }
            (Phase::Opens, Name::Inside) => {
                "The check is over and said: inside. It is so, still; to open now would be harmless."
            }
            (Phase::Opens, Name::Outside | Name::Unknown) => {
                "The window: the check said inside, and the name leads out. Whoever walks the path now arrives at the secret."
            }
            (Phase::After, _) => {
                "Too late: the server holds a file outside, and answers with it. No swap changes that any more."
            }
        }
    }
}

/// The pieces of a round, in order, with a little of what came before and after.
pub(super) fn of(round: &Round) -> Vec<Moment> {
    let log = &round.log;
    let margin = log.open_end.saturating_sub(log.check_start) / 4 + 1;
    let first = round.swaps.first().map_or(log.check_start, |swap| swap.start);
    let begin = first.min(log.check_start).max(log.check_start.saturating_sub(margin));
    let end = log.open_end.saturating_add(margin / 3 + 1);
    let mut cuts = vec![begin, log.check_start, log.check_end, log.open_end, end];
    cuts.extend(round.swaps.iter().flat_map(|swap| [swap.start, swap.end]));
    cuts.retain(|at| (begin..=end).contains(at));
    cuts.sort_unstable();
    cuts.dedup();
    let pieces = cuts.iter().zip(cuts.iter().skip(1));
    pieces
        .map(|(from, to)| Moment {
            from: *from,
            to: *to,
            phase: phase(round, *from),
            name: name(round, *from),
        })
        .collect()
}

const fn phase(round: &Round, at: u64) -> Phase {
    let log = &round.log;
    if at < log.check_start {
        Phase::Before
    } else if at < log.check_end {
        Phase::Checks
    } else if at < log.open_end {
        Phase::Opens
    } else {
        Phase::After
    }
}

fn name(round: &Round, at: u64) -> Name {
    let swaps: &[Swap] = &round.swaps;
    if swaps.iter().any(|swap| swap.start <= at && at < swap.end) {
        return Name::Swapped;
    }
    if at >= round.log.open_end {
        return Name::Unknown;
    }
    let before = swaps.iter().rev().find(|swap| swap.end <= at).map(|swap| swap.to_link);
    let is_out = before.or_else(|| swaps.first().map(|swap| !swap.to_link)).unwrap_or_default();
    if is_out { Name::Outside } else { Name::Inside }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::{RACES, replay};

    #[test]
    fn a_round_is_cut_without_gaps_and_has_its_window() {
        let round = RACES.first().and_then(|race| replay(race).round).unwrap();
        let moments = of(&round);
        assert!(moments.windows(2).all(|two| two[0].to == two[1].from));
        assert!(moments.iter().all(|moment| moment.from < moment.to && !moment.means().is_empty()));
        for phase in [Phase::Before, Phase::Checks, Phase::Opens, Phase::After] {
            assert!(moments.iter().any(|moment| moment.phase == phase), "{phase:?}");
        }
        let is_window =
            |moment: &Moment| moment.phase == Phase::Opens && moment.name == Name::Outside;
        assert!(moments.iter().any(is_window), "{moments:#?}");
        // As the record has it: the swap to the link that ended at 15,013 holds until 15,043.
        let at = moments.iter().find(|moment| moment.from == 15_013).unwrap();
        assert_eq!((at.to, at.phase, at.name), (15_043, Phase::Checks, Name::Outside));
    }

    #[test]
    fn what_is_strange_breaks_nothing() {
        let mut round = RACES.first().and_then(|race| replay(race).round).unwrap();
        round.swaps.clear();
        assert!(of(&round).iter().all(|moment| moment.name != Name::Outside));
        round.log.check_end = 0;
        round.log.open_end = 0;
        of(&round);
    }
}
