//! [`Meter`]: work on a text, charged to the budget of its call.
//!
//! One step a byte would cost more than the work itself, one step a text would let a hard one run on.
//!
//! May import: `limits`. It has no clock.

use crate::limits::{Budget, StopReason};

/// Work that makes one step: as many bytes as are looked at in well under a millisecond.
const STEP: usize = 256 << 10;

/// Charges one step of the budget for so much work.
pub(super) struct Meter<'a> {
    budget: &'a Budget,
    work: usize,
}

impl<'a> Meter<'a> {
    /// Nothing done yet.
    pub(super) fn new(budget: &'a Budget) -> Self {
        Self { budget, work: 0 }
    }

    /// So many bytes are looked at.
    pub(super) fn spend(&mut self, work: usize) -> Result<(), StopReason> {
        self.work = self.work.saturating_add(work);
        if self.work < STEP {
            return Ok(());
        }
        self.work = 0;
        self.budget.step()
    }
}

#[cfg(test)]
pub(super) fn plenty() -> Budget {
    use crate::limits::{CallMonitor, Clock};

    let clock = Clock::new(std::time::Instant::now);
    Budget::new(std::sync::Arc::default(), clock, CallMonitor::unattended())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{CallMonitor, Clock};

    #[test]
    fn work_is_charged_by_the_piece() {
        let watch = CallMonitor::unattended();
        let clock = Clock::new(std::time::Instant::now);
        let budget = Budget::new(std::sync::Arc::default(), clock, watch.clone());
        let mut meter = Meter::new(&budget);
        for _ in 0..4 {
            meter.spend(STEP / 2).unwrap();
        }
        meter.spend(usize::MAX).unwrap();
        assert_eq!(watch.steps(), 3);
    }
}
