//! The places that requests and calls take: when they are given up, and to whom.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use preopen::limits::Limits;
use serde_json::{Value, json};

use crate::running::{Kept, Server, Slow as _};

/// Longer than any test here takes.
const LONG_MS: u64 = 15_000;

/// The next answer; progress is passed over.
fn answer(server: &mut Server) -> Value {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < Duration::from_millis(2 * LONG_MS), "no answer, in time");
        let message = server.receive();
        if message.get("method").is_none() {
            return message;
        }
    }
}

#[test]
fn a_cancelled_request_gives_up_its_place() {
    let mut server = Server::start(Limits { max_requests_waiting: 4, ..Limits::default() });
    for id in 1..=20 {
        server.call(id, "held", json!({"ms": LONG_MS}));
        server.cancel(id);
    }
    server.send(&json!({"jsonrpc": "2.0", "id": 99, "method": "ping"}));
    assert_eq!(answer(&mut server)["id"], 99);
}

#[test]
fn a_request_can_be_cancelled_when_every_place_is_taken() {
    let mut server = Server::start(Limits { max_requests_waiting: 4, ..Limits::default() });
    for id in 1..=4 {
        server.call(id, "held", json!({"ms": LONG_MS}));
    }
    server.cancel(3);
    server.send(&json!({"jsonrpc": "2.0", "id": 99, "method": "ping"}));
    assert_eq!(answer(&mut server)["id"], 99);
    for id in [1, 2, 4] {
        server.cancel(id);
    }
}

/// The call of a cancelled request may still run: what it comes to must not be taken for the answer to another request.
#[test]
fn the_id_of_a_cancelled_request_is_not_used_again() {
    let mut server = Server::start(Limits::default());
    for id in 1..=20 {
        server.call(id, "held", json!({"ms": LONG_MS}));
        server.cancel(id);
        server.call(id, "echo", json!({"text": "again"}));
        let refused = answer(&mut server);
        assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(id), &json!(-32600)));
    }
    server.call(21, "echo", json!({"text": "new"}));
    assert_eq!(answer(&mut server)["result"]["content"][0]["text"], "new");
    // That of a request that was answered is free.
    server.call(21, "echo", json!({"text": "again"}));
    assert_eq!(answer(&mut server)["result"]["content"][0]["text"], "again");
}

#[test]
fn an_answered_request_gives_up_its_place() {
    let mut server = Server::start(Limits { max_requests_waiting: 4, ..Limits::default() });
    for id in 1..=20 {
        let tool = if id % 3 == 0 { "no_such_tool" } else { "echo" };
        server.call(id, tool, json!({"text": "x"}));
        assert_eq!(answer(&mut server)["id"], id);
    }
    // So does one that is answered before it reaches any tool.
    for id in 21..=40 {
        server.send(&json!({"jsonrpc": "2.0", "id": id, "method": 5}));
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}));
        assert_eq!(answer(&mut server)["error"]["code"], -32600);
    }
    server.send(&json!({"jsonrpc": "2.0", "id": 99, "method": "ping"}));
    assert_eq!(answer(&mut server)["id"], 99);
}

#[test]
fn a_search_that_makes_progress_gives_up_its_place_among_searches() {
    // Whether or not the client wants to be told of the progress.
    for has_token in [true, false] {
        // A step takes a millisecond. In half a second there is one even on a busy machine, so the call is never taken for stalled.
        let limits = Limits { max_searches_in_flight: 1, progress_ms: 500, ..Limits::default() };
        let mut server = Server::start(limits);
        let (long, short) = (json!({"ms": LONG_MS}), json!({"ms": 1}));
        if has_token {
            server.call(1, "hunt", long);
        } else {
            let params = json!({"name": "hunt", "arguments": long});
            server.send(
                &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}),
            );
        }
        server.call(2, "hunt", short);
        assert_eq!(answer(&mut server)["id"], 2);
        server.cancel(1);
    }
}

#[test]
fn a_search_keeps_its_place_until_it_has_made_progress() {
    let limits = Limits { max_searches_in_flight: 1, progress_ms: 5_000, ..Limits::default() };
    let mut server = Server::start(limits);
    server.call(1, "hunt", json!({"ms": 300}));
    server.call(2, "hunt", json!({"ms": 1}));
    assert_eq!(answer(&mut server)["id"], 1);
    assert_eq!(answer(&mut server)["id"], 2);
}

#[test]
fn a_call_that_makes_progress_keeps_its_place_among_calls() {
    let limits = Limits { max_calls_in_flight: 2, progress_ms: 300, ..Limits::default() };
    let mut server = Server::start(limits);
    for id in 1..=6 {
        server.call(id, "kept", json!({"ms": 1_000}));
    }
    for _ in 1..=6 {
        answer(&mut server);
    }
    assert_eq!(Kept::gauge().most.load(Ordering::SeqCst), 2);
}

#[test]
fn a_call_that_makes_no_more_progress_gives_up_its_place_among_calls() {
    let limits = Limits { max_calls_in_flight: 1, progress_ms: 300, ..Limits::default() };
    let mut server = Server::start(limits);
    server.call(1, "held", json!({"ms": 1_000, "stall_ms": LONG_MS / 2}));
    server.call(2, "held", json!({"ms": 1}));
    assert_eq!(answer(&mut server)["id"], 2);
    assert_eq!(answer(&mut server)["id"], 1);
}

#[test]
fn a_call_that_touches_no_file_waits_for_no_place() {
    let limits = Limits { max_calls_in_flight: 1, max_searches_in_flight: 1, ..Limits::default() };
    let mut server = Server::start(limits);
    server.call(1, "held", json!({"ms": LONG_MS}));
    server.call(2, "hunt", json!({"ms": LONG_MS}));
    server.call(3, "echo", json!({"text": "x"}));
    assert_eq!(answer(&mut server)["id"], 3);
    server.cancel(1);
    server.cancel(2);
}

#[test]
fn there_is_a_place_for_one_where_a_limit_says_none() {
    let mut server = Server::start(Limits {
        max_requests_waiting: 0,
        max_calls_in_flight: 0,
        max_searches_in_flight: 0,
        ..Limits::default()
    });
    for (id, tool) in [(1, "echo"), (2, "held"), (3, "hunt")] {
        server.call(id, tool, json!({"text": "x", "ms": 1}));
        assert_eq!(answer(&mut server)["id"], id);
    }
}
