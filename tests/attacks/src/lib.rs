//! Attacks on file servers, as data: the tree, the request, and the expected answer.
//!
//! A [`Row`] is an example of a kind of attack, and a server must withstand the whole kind. Rows do not depend on
//! preopen's code: its tests run them against the program, and any other file server can be tested in the same way. Each
//! row also states which of three deliberately weak servers ([`Victim`]) it harms, so that a row that could never fail
//! is noticed.
//!
//! Nothing here is linked into preopen.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "attackers and victims use what the program must not touch; a tree that cannot be created is a panic"
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
