//! The program that the fuzzer drives: `PREOPEN_FUZZ` says which target. One program for all of them,
//! since building it takes far longer than choosing.
#![no_main]

use std::sync::LazyLock;

use preopen_fuzz::Target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("PREOPEN_FUZZ").expect("PREOPEN_FUZZ names a target");
    preopen_fuzz::target(&name).unwrap_or_else(|| panic!("{name} is no target"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
