//! The one integration binary: each module asks one thing of the program `preopen-lab`.
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
    reason = "tests set up what they need, and fail loudly"
)]

mod common; // the program, run in a temporary directory of its own
mod documented; // what the documents say can be typed
mod explained; // what is told of one attack: both sides, traced
mod learned; // the exercises: not solved at first, solved by their solutions, and a hint for each wrong attempt
mod others; // `attack --`: servers with other names for their tools, and servers that are none
mod paged; // the page of a run: one file that loads nothing, and a card for each attack
mod raced; // the weak server loses, ours holds, and the record of a lost round is one
mod recorded; // a session as a cast and as a picture
mod tour; // every attack against every server: who has to lose what, and that ours loses nothing
mod victims; // the weak servers serve only what the lab made

/// A file in this directory that no module takes in would never run.
#[test]
fn every_file_here_is_a_module() {
    let all = std::fs::read_to_string("tests/all.rs").unwrap();
    for entry in std::fs::read_dir("tests").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "all") {
            assert!(all.contains(&format!("mod {module};")), "{name} is not in tests/all.rs");
        }
    }
}
