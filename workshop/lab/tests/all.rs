//! The integration tests of `preopen-lab`, in one binary. Each module tests one subject.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "tests set up what they need and panic on failure"
)]

mod common; // runs the program in a temporary directory
mod documented; // the commands in the documents work
mod explained; // `run --explain`: both sides, traced
mod learned; // the exercises: unsolved at first, solved by their solutions, an explanation for each wrong attempt
mod others; // `attack`: servers with other tool names, and programs that are not servers
mod paged; // the HTML report: one file that loads nothing, with a card for each attack
mod raced; // the weak server loses, preopen holds, and the recorded round is a lost one
mod recorded; // a session as a cast and as a picture
mod tour; // every attack against every server: the expected results
mod victims; // the weak servers serve only directories of the lab

/// Tests in a file that is not a module would never run.
#[test]
fn every_file_in_this_directory_is_a_module() {
    let all = std::fs::read_to_string("tests/all.rs").unwrap();
    for entry in std::fs::read_dir("tests").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "all") {
            assert!(all.contains(&format!("mod {module};")), "{name} is not in tests/all.rs");
        }
    }
}
