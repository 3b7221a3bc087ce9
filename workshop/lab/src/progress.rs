//! Progress on standard error: one line that is updated on a terminal, or a new line every second elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Runs `work` and displays `status` meanwhile.
pub fn with_progress<T>(status: impl Fn() -> String + Sync, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| show(&status, &done));
        let _finished = Finished(&done);
        work()
    })
}

/// Ends the display when dropped, so that it also ends if the work panics.
struct Finished<'a>(&'a AtomicBool);

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

fn show(status: impl Fn() -> String, done: &AtomicBool) {
    let mut errors = std::io::stderr();
    let is_terminal = errors.is_terminal();
    let every = Duration::from_millis(if is_terminal { 100 } else { 1000 });
    let mut next = Instant::now() + every;
    let mut last = String::new();
    while !done.load(Relaxed) {
        std::thread::sleep(Duration::from_millis(10));
        if Instant::now() < next {
            continue;
        }
        next += every;
        let status = status();
        let _ = if is_terminal {
            write!(errors, "\r  {status:77.77}").and_then(|()| errors.flush())
        } else if status == last {
            Ok(())
        } else {
            writeln!(errors, "  {status}")
        };
        last = status;
    }
    if is_terminal {
        let _ = write!(errors, "\r{:79}\r", "").and_then(|()| errors.flush());
    }
}
