//! Neither a target nor a place gives its handle away.

use preopen::cap::{Place, Read, Target};

fn from_target(at: &Target<Read>) {
    let _ = at.dir();
}

fn from_place(place: &Place<Read>) {
    let _ = &place.parent;
}

fn main() {}
