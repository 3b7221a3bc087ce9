//! How much one call may use: [`Limits`] are fixed at startup, a [`Budget`] is one call's share.
//!
//! Every loop over input charges the budget, so every call ends: because it is done, because its
//! deadline passed, or because the client cancelled it. A tool has no access to a clock.
//!
//! May import: nothing of this crate. It does not call `Instant::now`: the [`Clock`] is handed in.

mod budget;
mod cost;
mod kept;
mod memory;
mod watch;

pub use budget::{Budget, Clock, Limits, StopReason};
pub use cost::{affordable, cost};
pub use kept::Kept;
pub use memory::Held;
pub use watch::{Busy, CallMonitor, Work};
