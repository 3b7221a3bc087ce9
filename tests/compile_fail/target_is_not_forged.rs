//! A target is made by `Grants::attenuate` alone.

use preopen::cap::{Grants, Target, Write};

fn forge(grants: Grants) -> Target<Write> {
    Target { grants, grant: todo!(), names: vec![], must_be_dir: false, requested: "x".into(), right: std::marker::PhantomData }
}

fn main() {}
