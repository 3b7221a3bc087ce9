//! A place that was reached by the right to write is not removed.

use preopen::cap::{Place, Write};
use preopen::limits::Budget;

fn tool(place: &Place<Write>, budget: &Budget) {
    let _ = place.remove(budget);
}

fn main() {}
