//! Two changes of one file in one server: the second waits, sees what the first did, and can be cancelled while it waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use preopen::limits::CallMonitor;
use serde_json::{Value, json};

use crate::between::Bench;
use crate::common::{PATIENCE, Sandbox};

type Answer = Result<String, String>;

/// The watch of a call that stops in the middle of its change: its new file is there and not yet in its place.
fn stopping(bench: &Bench) -> (CallMonitor, Receiver<()>, Sender<()>) {
    let grant = bench.path("grant");
    let ((stopped, is_stopped), (go_on, may_go_on)) = (channel(), channel());
    let may_go_on = Mutex::new(may_go_on);
    let has_temp = move || {
        let mut names = std::fs::read_dir(&grant).unwrap().map(|entry| entry.unwrap().file_name());
        names.any(|name| name.to_string_lossy().starts_with(".preopen-"))
    };
    let watch = CallMonitor::new(move || {
        if has_temp() && stopped.send(()).is_ok() {
            // An error means that it may go on.
            let _ = may_go_on.lock().unwrap().recv_timeout(PATIENCE);
        }
        false
    });
    (watch, is_stopped, go_on)
}

/// Begins the second call while the first one is in the middle of its change. `meanwhile` gets the channel on which
/// the second answer arrives. Returns both answers.
fn while_stopped(
    bench: &Bench,
    first: (&str, &Value),
    second: (&str, &Value, CallMonitor),
    meanwhile: impl FnOnce(&Receiver<Answer>),
) -> (Answer, Answer) {
    let (watch, is_stopped, go_on) = stopping(bench);
    std::thread::scope(|threads| {
        let first = threads.spawn(move || bench.call(first.0, first.1, watch));
        is_stopped.recv_timeout(PATIENCE).unwrap();
        let (send, answer) = channel();
        let second = threads.spawn(move || {
            let answer = bench.call(second.0, second.1, second.2);
            let _ = send.send(answer.clone());
            answer
        });
        meanwhile(&answer);
        drop((is_stopped, go_on));
        (first.join().unwrap(), second.join().unwrap())
    })
}

#[test]
fn a_change_that_waits_for_another_can_be_cancelled() {
    let bench = Bench::new(Sandbox::new().file("grant/a", "old\n"));
    let [first, second] =
        ["first\n", "second\n"].map(|text| json!({"path": "grant/a", "content": text}));
    let is_cancelled = Arc::new(AtomicBool::new(false));
    let watch = CallMonitor::new({
        let is_cancelled = Arc::clone(&is_cancelled);
        move || is_cancelled.load(Ordering::SeqCst)
    });
    let waits = ("write_file", &second, watch.clone());
    let (first, second) = while_stopped(&bench, ("write_file", &first), waits, |answer| {
        std::thread::sleep(Duration::from_millis(200));
        let steps = watch.steps();
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(watch.steps(), steps, "waiting is not progress");
        assert!(answer.try_recv().is_err(), "it waits");
        is_cancelled.store(true, Ordering::SeqCst);
        let said = answer.recv_timeout(PATIENCE / 2);
        said.expect("an answer while the other one is still at work").unwrap_err();
    });
    assert!(first.is_ok() && second.unwrap_err().starts_with("cancelled: "));
    assert_eq!(bench.read("grant/a").as_deref(), Some("first\n"));
}

#[test]
fn a_change_that_waited_sees_what_the_other_one_did() {
    let wait = |answer: &Receiver<Answer>| {
        std::thread::sleep(Duration::from_millis(100));
        assert!(answer.try_recv().is_err(), "it waits");
    };
    let append = |text: &str| json!({"path": "grant/new", "content": text, "mode": "append"});
    let edits = json!([{"old_text": "first", "new_text": "second"}]);
    for (second, arguments, is) in [
        ("write_file", append("second\n"), Some("first\nsecond\n")),
        ("write_file", json!({"path": "grant/new", "content": "second\n"}), Some("second\n")),
        ("write_file", json!({"path": "grant/NEW", "content": "second\n"}), Some("first\n")),
        ("delete_file", json!({"path": "grant/new"}), None),
        ("edit_file", json!({"path": "grant/new", "edits": edits}), Some("second\n")),
    ] {
        // A file that is there, and one that the first call makes.
        for sandbox in [Sandbox::new().file("grant/new", ""), Sandbox::new()] {
            let bench = Bench::new(sandbox);
            let has_file = bench.path("grant/new").exists();
            if !has_file && ["delete_file", "edit_file"].contains(&second) {
                continue;
            }
            let waits = (second, &arguments, CallMonitor::unattended());
            let (first, answer) =
                while_stopped(&bench, ("write_file", &append_or_write(has_file)), waits, wait);
            assert!(first.is_ok() && answer.is_ok(), "{second} {arguments}: {first:?} {answer:?}");
            // Where case is ignored, both are one file.
            let is_one_file = arguments["path"] == "grant/NEW" && is_lax(&bench);
            let is = if is_one_file { Some("second\n") } else { is };
            assert_eq!(bench.read("grant/new").as_deref(), is, "{second} {arguments}");
        }
    }
}

fn is_lax(bench: &Bench) -> bool {
    std::fs::write(bench.path("outside/probe"), "").unwrap();
    bench.path("outside/PROBE").exists()
}

fn append_or_write(has_file: bool) -> Value {
    let mode = if has_file { "overwrite" } else { "append" };
    json!({"path": "grant/new", "content": "first\n", "mode": mode})
}

#[test]
fn a_change_of_a_tree_is_alone_and_changes_of_files_are_not() {
    let write = |path: &str| ("write_file", json!({"path": path, "content": "new\n"}));
    let copy = ("copy_file", json!({"source": "grant/d", "destination": "grant/copy"}));
    let moved = ("move_file", json!({"source": "grant/d", "destination": "grant/moved"}));
    let removed = ("delete_file", json!({"path": "grant/d", "recursive": true}));
    let made = ("create_directory", json!({"path": "grant/x/y"}));
    let read = ("read_text_file", json!({"path": "grant/a"}));
    for (first, second, waits) in [
        (write("grant/new"), &moved, true),
        (write("grant/new"), &removed, true),
        (write("grant/new"), &copy, true),
        (write("grant/new"), &made, true),
        (write("grant/new"), &write("grant/x/new"), true),
        (copy.clone(), &write("grant/a"), true),
        (copy.clone(), &write("grant/d/in"), true),
        (copy.clone(), &removed, true),
        (copy.clone(), &made, true),
        (write("grant/new"), &write("grant/a"), false),
        (write("grant/new"), &write("grant/d/in"), false),
        (write("grant/new"), &read, false),
        (copy.clone(), &read, false),
    ] {
        let bench = Bench::new(Sandbox::new().file("grant/a", "a").file("grant/d/in", "in"));
        let shown = format!("{} {}, then {} {}", first.0, first.1, second.0, second.1);
        let second = (second.0, &second.1, CallMonitor::unattended());
        let meanwhile = |answer: &Receiver<Answer>| {
            let patience = if waits { Duration::from_millis(150) } else { PATIENCE };
            assert_eq!(answer.recv_timeout(patience).is_err(), waits, "{shown}");
        };
        let (first, second) = while_stopped(&bench, (first.0, &first.1), second, meanwhile);
        assert!(first.is_ok() && second.is_ok(), "{shown}: {first:?} {second:?}");
    }
}
