//! The program that the fuzzer drives: `PREOPEN_FUZZ` says which target. One program for all of them,
//! since building it takes far longer than choosing.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use preopen_fuzz::Target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("PREOPEN_FUZZ").expect("PREOPEN_FUZZ names a target");
    preopen_fuzz::target(&name).unwrap_or_else(|| panic!("{name} is no target"))
});

/// Those of the fuzzer.
static THREADS: LazyLock<usize> = LazyLock::new(threads);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let before = *THREADS;
    (TARGET.run)(bytes);
    // What a thread that is just ending still holds would be taken for lost.
    for _ in 0..10_000 {
        if threads() <= before {
            break;
        }
        std::thread::sleep(Duration::from_micros(20));
    }
});

#[allow(clippy::disallowed_methods, reason = "how many threads there are, only the kernel tells")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}
