//! The program that the fuzzer runs. `PREOPEN_FUZZ` selects the target. All targets share one program, since building it
//! takes long.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use preopen_fuzz::Target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("PREOPEN_FUZZ").expect("PREOPEN_FUZZ must name a target");
    preopen_fuzz::target(&name).unwrap_or_else(|| panic!("there is no target `{name}`"))
});

/// The number of threads of the fuzzer itself.
static THREADS: LazyLock<usize> = LazyLock::new(threads);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let before = *THREADS;
    (TARGET.run)(bytes);
    // Wait for threads to end, since the leak detector would report what they still hold.
    for _ in 0..10_000 {
        if threads() <= before {
            break;
        }
        std::thread::sleep(Duration::from_micros(20));
    }
});

#[allow(clippy::disallowed_methods, reason = "only the kernel knows the number of threads")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}
