//! Races: the weak server loses, preopen holds, and the recorded round is a lost one.

use serde_json::Value;

use crate::common::Run;

fn races(seconds: &str) -> Vec<Value> {
    let run = Run::of(&["race", "--seconds", seconds, "--json"]);
    assert_eq!(run.code(), 0, "{}", run.errors());
    assert!(run.left.is_empty(), "{:?}", run.left);
    run.json()["races"].as_array().unwrap().clone()
}

#[test]
fn servers_that_check_paths_lose_races_and_preopen_holds() {
    let races = races("1");
    assert_eq!(races.len(), 9, "three races against three servers");
    for race in &races {
        assert!(
            race["calls"].as_u64().unwrap() > 0 && race["swaps"].as_u64().unwrap() > 0,
            "{race}"
        );
        assert_eq!(race["failed"], Value::Null, "{race}");
        if race["server"] == "preopen" {
            assert_eq!(race["escapes"], 0, "{race}");
        }
    }
    let lost: u64 = races.iter().map(|race| race["escapes"].as_u64().unwrap()).sum();
    assert!(lost > 0, "no weak server lost, so the races prove nothing");
    for round in races.iter().map(|race| &race["round"]).filter(|round| !round.is_null()) {
        let at = |name: &str| round[name].as_u64().unwrap();
        assert!(
            at("check_start") <= at("check_end") && at("check_end") <= at("open_end"),
            "{round}"
        );
        let swaps = round["swaps"].as_array().unwrap();
        let mut last = 0;
        for swap in swaps {
            let (start, end) = (swap["start"].as_u64().unwrap(), swap["end"].as_u64().unwrap());
            assert!(last <= start && start <= end, "{round}");
            last = end;
        }
    }
}

/// The recorded round contains a swap to the link between the start of the check and the open.
#[test]
fn the_recorded_round_was_lost() {
    let round: Value =
        serde_json::from_str(&std::fs::read_to_string("src/recorded-round.json").unwrap()).unwrap();
    let at = |name: &str| round[name].as_u64().unwrap();
    let swaps = round["swaps"].as_array().unwrap();
    let in_between = swaps.iter().any(|swap| {
        swap["to_link"] == true
            && swap["end"].as_u64().unwrap() > at("check_start")
            && swap["start"].as_u64().unwrap() < at("open_end")
    });
    assert!(in_between, "{round}");
    assert!(at("check_start") < at("check_end") && at("check_end") < at("open_end"));
}
