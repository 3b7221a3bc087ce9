//! Attacks on file servers, as data: what lies there, what is asked for, what must come back.
//!
//! A [`Row`] stands for a kind of attack, and the kind must be held, not the row. Rows know nothing of
//! preopen's code: its tests run them against the program, and anything else that serves files can be
//! put in its place. Each row also says which of three deliberately weak servers ([`Victim`]) it harms,
//! so that a row which could not fail anywhere is seen to be one.
//!
//! Nothing here is linked into preopen.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "attackers and victims need what the program must not touch; a tree that cannot be made fails loudly"
)]

mod by_name;
mod row;
mod rows;
mod sandbox;
mod sequences;
mod step;
mod victims;

pub use row::{Kind, Row};
pub use rows::all;
pub use sandbox::{FLAG, SECRET, Sandbox};
pub use sequences::{Call, PAYLOAD, SEQUENCES, Sequence};
pub use step::Step;
pub use victims::{Harm, Victim};
