//! Replays every seed of every target, and thousands of reproducible random mutations of them.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests panic on failure"
)]

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use preopen_fuzz::{TARGETS, Target};

/// The number of mutations per target, the same on every machine. `FUZZ_TIMES` overrides it.
const TIMES: usize = 600;

fn seeds(target: Target) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target.name);
    let mut seeds: Vec<_> = fs::read_dir(&directory)
        .unwrap_or_else(|why| panic!("{}: {why}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
        })
        .collect();
    seeds.sort();
    seeds
}

#[test]
fn seeds_hold() {
    let mut wrong = vec![];
    for target in TARGETS {
        let seeds = seeds(*target);
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for (name, bytes) in seeds {
            if catch_unwind(|| (target.run)(&bytes)).is_err() {
                wrong.push(format!("{}/{name}", target.name));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn mutated_seeds_hold() {
    let times = std::env::var("FUZZ_TIMES").map_or(TIMES, |times| times.parse().unwrap());
    let (mut chance, mut wrong) = (fastrand::Rng::with_seed(1), vec![]);
    for target in TARGETS {
        let seeds = seeds(*target);
        for tried in 0..times {
            let bytes = changed(&mut chance, &seeds);
            if catch_unwind(|| (target.run)(&bytes)).is_err() {
                wrong.push(format!("{} after {tried}: b\"{}\"", target.name, bytes.escape_ascii()));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Returns a seed with some bytes changed, removed or repeated, or followed by another seed.
fn changed(chance: &mut fastrand::Rng, seeds: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = seeds[chance.usize(..seeds.len())].1.clone();
    for _ in 0..chance.usize(1..6) {
        let (from, to) = (chance.usize(..=bytes.len()), chance.usize(..=bytes.len()));
        let range = from.min(to)..from.max(to).min(from.min(to) + 40);
        match chance.u8(..5) {
            0 => {
                bytes.drain(range);
            }
            1 => bytes.insert(from, chance.u8(..)),
            2 => bytes.extend_from_within(range),
            3 => bytes.extend_from_slice(&seeds[chance.usize(..seeds.len())].1),
            _ if from < bytes.len() => bytes[from] ^= 1 << chance.u8(..8),
            _ => {}
        }
    }
    bytes.truncate(20_000);
    bytes
}
