//! Reading is a method of places that were reached by the right to read, and of no others.

use preopen::cap::{Remove, Target};
use preopen::limits::Budget;

fn tool(at: Target<Remove>, budget: &Budget) {
    let place = at.place(budget).unwrap();
    place.open_file();
}

fn main() {}
