//! [`Moment`]: a recorded round, cut at each event, with an explanation of each piece. No times are made up.

use crate::race::{Round, Swap};

/// A period without events, in nanoseconds of the round's clock.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// Its start.
    pub from: u64,
    /// Its end.
    pub to: u64,
    /// What the server is doing.
    pub phase: Phase,
    /// Where the swapped name leads.
    pub name: Name,
}

/// What the server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not started.
    Before,
    /// It resolves and compares the path.
    Checks,
    /// It has checked the path and opens it.
    Opens,
    /// It has opened a file.
    After,
}

/// Where the swapped name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// To something inside.
    Inside,
    /// To the link that leads outside.
    Outside,
    /// To one or the other: the call that swaps the names has not returned yet.
    Swapped,
    /// Unknown: the record ends with the open.
    Unknown,
}

impl Phase {
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Before => "has not started",
            Self::Checks => "checks the path",
            Self::Opens => "has checked the path and opens it",
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
            Self::Unknown => "is no longer recorded",
        }
    }
}

impl Moment {
    /// Explains the combination of both.
    pub(super) const fn means(&self) -> &'static str {
        match (self.phase, self.name) {
            (Phase::Opens, Name::Swapped) => {
                "The check has ended with the result: inside. The names are being swapped, so an open may reach either one."
            }
            (_, Name::Swapped) if !matches!(self.phase, Phase::After) => {
                "One call swaps two names. Until it returns, the kernel shows one state or the other, never a mix."
            }
            (Phase::Before, Name::Inside) => {
                "Nothing is decided yet. A request is on its way, and the name leads inside."
            }
            (Phase::Before, _) => {
                "The name already leads outside. A check at this moment would notice it and refuse."
            }
            (Phase::Checks, Name::Inside) => {
                "The server resolves the path and finds it inside. At this moment, that is true."
            }
            (Phase::Checks, _) => {
                "The name leads outside during the check. The server resolves name by name, and may have passed this one already."
            }
            (Phase::Opens, Name::Inside) => {
                "The check has ended with the result: inside. That is still true, so an open at this moment would be harmless."
            }
            (Phase::Opens, Name::Outside | Name::Unknown) => {
                "The window: the result of the check was inside, but the name now leads outside. An open at this moment reaches the secret."
            }
            (Phase::After, _) => {
                "Too late: the server has opened the file outside and answers with it. No later swap can change that."
            }
        }
    }
}

/// Returns the pieces of a round in order, with a margin before and after.
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
    fn moments_cover_a_round_without_gaps_and_include_the_window() {
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
        // In the recorded round, the swap to the link that ended at 15,013 lasts until 15,043.
        let at = moments.iter().find(|moment| moment.from == 15_013).unwrap();
        assert_eq!((at.to, at.phase, at.name), (15_043, Phase::Checks, Name::Outside));
    }

    #[test]
    fn inconsistent_records_are_accepted() {
        let mut round = RACES.first().and_then(|race| replay(race).round).unwrap();
        round.swaps.clear();
        assert!(of(&round).iter().all(|moment| moment.name != Name::Outside));
        round.log.check_end = 0;
        round.log.open_end = 0;
        of(&round);
    }
}
