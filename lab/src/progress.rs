//! How far a race has come, on standard error: one line that changes on a terminal, a line now and then
//! elsewhere.
//!
//! May import: `race`, `show`.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::race::Counters;
use crate::show::number;

/// Does something that takes a while, and shows how far it has come.
pub fn shown<T>(what: &str, counters: &Counters, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| show(what, counters, &done));
        let result = work();
        done.store(true, Relaxed);
        result
    })
}

fn show(what: &str, counters: &Counters, done: &AtomicBool) {
    let mut errors = std::io::stderr();
    let is_terminal = errors.is_terminal();
    let every = Duration::from_millis(if is_terminal { 100 } else { 1000 });
    let mut next = Instant::now() + every;
    while !done.load(Relaxed) {
        std::thread::sleep(Duration::from_millis(10));
        if Instant::now() < next {
            continue;
        }
        next += every;
        let told = format!(
            "  {what}: {} calls, {} swaps, {} escaped",
            number(counters.calls.load(Relaxed)),
            number(counters.swaps.load(Relaxed)),
            number(counters.escapes.load(Relaxed))
        );
        let _ = if is_terminal {
            write!(errors, "\r{told:79}").and_then(|()| errors.flush())
        } else {
            writeln!(errors, "{told}")
        };
    }
    if is_terminal {
        let _ = write!(errors, "\r{:79}\r", "").and_then(|()| errors.flush());
    }
}
