//! What a client, an operator or a disk could say, at random, and what must hold whatever it is.
//!
//! Each module is one [`Target`]: a function of bytes that panics when something does not hold. The
//! fuzzer (`make fuzz`) looks for such bytes; `seeds/NAME/` holds bytes to begin with, and each that
//! was ever found; `tests/seeds.rs` replays them all, and changes them a little, in every run of the
//! tests. A new target is one file and one line in [`TARGETS`].
//!
//! Nothing here is linked into preopen.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "an oracle looks from outside, at what the program must not touch"
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

/// One thing that is asked of bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of the directory of its seeds.
    pub name: &'static str,
    /// Panics if bytes show something that must not be.
    pub run: fn(&[u8]),
}

/// All of them.
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

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}
