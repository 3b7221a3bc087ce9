//! Reading is a method of places that were reached by the right to read, and of no others.

use preopen::cap::{Remove, Target};

fn tool(at: Target<Remove>) {
    let place = at.place().unwrap();
    place.open_file();
}

fn main() {}
