//! Fuzz targets: random input from a client, an operator or a disk, and properties that must always hold.
//!
//! Each module is one [`Target`]: a function of bytes that panics if a property is violated. The fuzzer (`make fuzz`)
//! searches for such bytes. `seeds/NAME/` contains initial inputs and every input that ever failed. In every test run,
//! `tests/seeds.rs` replays all of them, with small random changes as well. A new target is one file and one line in
//! [`TARGETS`].
//!
//! Nothing here is linked into preopen.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test oracle looks from outside, at what the program must not touch"
)]

mod allowlists;
mod arguments;
mod cursors;
mod editing;
mod ignoring;
mod pages;
mod paths;
mod python;
mod searching;
mod served;
mod stateful;
mod trail;
mod transport;

/// One fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also the name of its seed directory.
    pub name: &'static str,
    /// Panics if the bytes violate a property.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "allowlists", run: allowlists::run },
    Target { name: "arguments", run: arguments::run },
    Target { name: "cursors", run: cursors::run },
    Target { name: "editing", run: editing::run },
    Target { name: "ignoring", run: ignoring::run },
    Target { name: "pages", run: pages::run },
    Target { name: "paths", run: paths::run },
    Target { name: "python", run: python::run },
    Target { name: "searching", run: searching::run },
    Target { name: "stateful", run: stateful::run },
    Target { name: "trail", run: trail::run },
    Target { name: "transport", run: transport::run },
];

/// Returns the target with this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}
