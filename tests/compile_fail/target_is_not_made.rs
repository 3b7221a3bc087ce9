//! The function that makes targets is not for other modules.

use preopen::cap::{Grants, Target, Write};

fn forge_by_its_maker(grants: Grants) -> Target<Write> {
    Target::new(grants, todo!(), vec![], false, "x".into())
}

fn main() {}
