//! The twelve exercises of `preopen-lab learn`. In each, a participant predicts, tries, and fixes, and gets the lesson in one
//! sentence.
//!
//! An exercise is a file here and a line in [`ALL`]. It is solved when a random flag appears where it must not, or no longer
//! does. Answers are never compared with a solution. This module prints nothing; `commands` does that.

mod all;
mod answer;
mod bench;
mod call;
mod compiled;
mod conversation;
mod exercise;
mod record;
mod stop;
mod work;

mod attenuate;
mod audit_trail;
mod confused_deputy;
mod first_escape;
mod open_escape;
mod planted_link;
mod signature;
mod startswith;
mod supply_chain;
mod usual_fix;
mod what_is_left;
mod win_the_race;

pub use all::ALL;
pub use exercise::{ANSWER, Exercise};
pub use record::{Record, State};
pub use stop::Stop;
pub use work::{Work, prepare};
