//! A tool that got the right to read asks for a target that writes.

use preopen::cap::{Read, Target, Write};

fn change(_: Target<Write>) {}

fn tool(at: Target<Read>) {
    change(at);
}

fn main() {}
