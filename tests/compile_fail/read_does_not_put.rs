//! A place that was reached by the right to read takes no contents.

use preopen::cap::{Expect, Place, Read};
use preopen::limits::Budget;

fn tool(place: &Place<Read>, budget: &Budget) {
    let _ = place.put([&b"x"[..]], Expect::Anything, budget);
}

fn main() {}
