//! A crate that uses ours cannot define a right of its own.

use preopen::cap::{Right, Rights};

struct Everything;

impl Right for Everything {
    const RIGHTS: Rights = Rights::RWD;
    const VERB: &'static str = "do anything";
}

fn main() {}
