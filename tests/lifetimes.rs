//! What happens to a server, and to what it serves, while it serves: names move, mounts go, signals come, another server works in the
//! same directory. A grant is the directory that was opened, wherever it is called what.

use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant, UNIX_EPOCH};

use preopen::audit::{Intent, Sink, Start, verify};
use rustix::fs::{Timespec, Timestamps};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::common::{
    Client, Era, Mounted, PATIENCE, SECRET, Sandbox, ended, preopen, request, tree,
};

fn start(sandbox: &Sandbox, grant: &str) -> Client {
    let mut client = Client::start(&["--allow", &sandbox.spec(grant, "rwd")], Era::Modern);
    // The handles are open when it answers, and not before.
    client.request("server/discover", json!({}));
    client
}

fn read(client: &mut Client, path: &str) -> String {
    client.call("read_text_file", &json!({"path": path})).text
}

fn write(client: &mut Client, path: &str, content: &str) -> String {
    client.call("write_file", &json!({"path": path, "content": content})).code().to_owned()
}

#[test]
fn a_grant_is_the_directory_and_not_its_name() {
    let sandbox = Sandbox::new().file("grant/f", "inside\n");
    let mut client = start(&sandbox, "grant");
    std::fs::rename(sandbox.path("grant"), sandbox.path("moved")).unwrap();
    assert!(read(&mut client, "f").starts_with("inside\n"), "renamed");
    // Another one takes its name.
    std::fs::create_dir(sandbox.path("grant")).unwrap();
    std::fs::write(sandbox.path("grant/f"), SECRET).unwrap();
    assert!(read(&mut client, "f").starts_with("inside\n"), "replaced");
    assert_eq!(write(&mut client, "new", "x"), "ok");
    assert!(sandbox.path("moved/new").exists() && !sandbox.path("grant/new").exists());
    // Or a link to elsewhere does.
    std::fs::remove_dir_all(sandbox.path("grant")).unwrap();
    std::os::unix::fs::symlink("outside", sandbox.path("grant")).unwrap();
    for tool in ["directory_tree", "list_directory", "grep"] {
        let answer = client.call(tool, &json!({"path": "", "pattern": "."}));
        assert!(!answer.text.contains("FLAG"), "{answer:?}");
    }
    assert!(!client.call("grep", &json!({"pattern": "."})).text.contains("FLAG"));
    assert!(client.call("list_directory", &json!({})).text.contains("new"));
}

#[test]
fn a_directory_that_is_removed_holds_nothing_and_the_others_are_served() {
    let sandbox = Sandbox::new().file("grant/f", "inside\n").file("other/f", "other\n");
    let specs = ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd"));
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    client.request("server/discover", json!({}));
    std::fs::remove_dir_all(sandbox.path("grant")).unwrap();
    assert!(read(&mut client, "grant/f").starts_with("not_found: "));
    assert_eq!(write(&mut client, "grant/new", "x"), "not_found", "nothing can be made in it");
    assert_eq!(client.call("directory_tree", &json!({"path": "grant"})).code(), "ok");
    // A new directory under its name is another directory.
    std::fs::create_dir(sandbox.path("grant")).unwrap();
    std::fs::write(sandbox.path("grant/f"), "anew\n").unwrap();
    assert!(read(&mut client, "grant/f").starts_with("not_found: "));
    assert!(read(&mut client, "other/f").starts_with("other\n"));
}

#[test]
fn a_grant_that_is_unmounted_is_served_as_long_as_it_is_held() {
    if !Sandbox::may_mount() {
        eprintln!("not run: this user may not mount");
        return;
    }
    let sandbox = Sandbox::new();
    let mounted = Mounted::tmpfs(&sandbox, "grant", "size=1m");
    std::fs::write(sandbox.path("grant/f"), "inside\n").unwrap();
    let mut client = start(&sandbox, "grant");
    drop(mounted);
    std::fs::write(sandbox.path("grant/f"), SECRET).unwrap();
    assert!(
        read(&mut client, "f").starts_with("inside\n"),
        "what is below the mount is not served"
    );
    assert_eq!(write(&mut client, "new", "x"), "ok");
    assert!(!sandbox.path("grant/new").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_drive_that_is_gone_is_an_answer() {
    use crate::common::{Drive, Manners};
    let sandbox = Sandbox::new().file("other/f", "other\n");
    let Some(drive) = Drive::mount(&sandbox, "grant", Manners::OF_A_DISK) else { return };
    std::fs::write(sandbox.path("grant/f"), "inside\n").unwrap();
    let specs = ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd"));
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    assert!(read(&mut client, "grant/f").starts_with("inside\n"));
    let _ =
        std::process::Command::new("umount").args(["-f", "-l"]).arg(sandbox.path("grant")).status();
    drop(drive);
    for (tool, arguments) in [
        ("read_text_file", json!({"path": "grant/f"})),
        ("list_directory", json!({"path": "grant"})),
        ("write_file", json!({"path": "grant/new", "content": "x"})),
        ("move_file", json!({"source": "grant/f", "destination": "other/g"})),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "os_error", "{tool}: {answer:?}");
        assert!(answer.text.contains("is disconnected"), "{tool}: {answer:?}");
    }
    let found = client.call("grep", &json!({"pattern": "."})).text;
    assert!(
        found.contains("other/f") && found.contains("1 unreadable directory skipped"),
        "{found}"
    );
    assert!(read(&mut client, "other/f").starts_with("other\n"));
}

fn send_signal(client: &Client, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(client.pid()).unwrap()).unwrap(), signal).unwrap();
}

/// Was this process started so that it ignores the signal, as by `nohup`? Then what it starts does, too.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0");
    u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal.as_raw() - 1) & 1 == 1
}

#[test]
fn a_server_that_is_told_to_end_ends_and_leaves_the_old_or_the_new() {
    let signals = [Signal::TERM, Signal::HUP, Signal::INT];
    for signal in signals.into_iter().filter(|signal| !is_ignored(*signal)) {
        let sandbox = Sandbox::new().file("grant/f", "old\n");
        let mut client = start(&sandbox, "grant");
        let large = json!({"path": "f", "content": "new\n".repeat(500_000)});
        client.send(&request(1, "write_file", &large));
        send_signal(&client, signal);
        let (_, status) = client.finish();
        assert_eq!(status, -1, "ended by the signal {signal:?}");
        let is = std::fs::read_to_string(sandbox.path("grant/f")).unwrap();
        assert!(is == "old\n" || is == "new\n".repeat(500_000), "{} bytes, {signal:?}", is.len());
        // What it may have left is not a file that anybody sees, and goes with the next change.
        let mut next = start(&sandbox, "grant");
        assert!(!next.call("list_directory", &json!({})).text.contains(".preopen-"));
        assert_eq!(write(&mut next, "g", "x"), "ok");
        let names: Vec<_> = tree(&sandbox, "grant").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["f", "g"], "{signal:?}");
    }
}

#[test]
fn signals_that_mean_nothing_to_it_end_nothing() {
    let sandbox = Sandbox::new().file("grant/f", "inside\n");
    let mut client = start(&sandbox, "grant");
    send_signal(&client, Signal::PIPE);
    assert!(read(&mut client, "f").starts_with("inside\n"));
    // Suspended with calls on the way, and resumed.
    send_signal(&client, Signal::STOP);
    for id in 1..20 {
        client.send(&request(id, "read_text_file", &json!({"path": "f"})));
    }
    std::thread::sleep(Duration::from_millis(200));
    send_signal(&client, Signal::CONT);
    let mut ids: Vec<u64> = (1..20).map(|_| client.receive()["id"].as_u64().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..20).collect::<Vec<_>>());
}

/// The input stays open, held by somebody who does not know of it, and nobody is there to read.
#[test]
fn a_client_that_is_gone_without_closing_is_noticed_when_it_is_written_to() {
    let sandbox = Sandbox::new().file("grant/f", "inside\n");
    let mut command = preopen(&["--allow", &sandbox.spec("grant", "ro")]);
    let mut server =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = server.stdin.take().unwrap();
    let call = request(1, "read_text_file", &json!({"path": "f"}));
    writeln!(input, "{call}").unwrap();
    let mut output = server.stdout.take().unwrap();
    let (send, answered) = channel();
    std::thread::spawn(move || {
        output.read_exact(&mut [0; 1]).unwrap();
        send.send(output).unwrap();
    });
    drop(answered.recv_timeout(PATIENCE).expect("an answer, in time"));
    // A process that another test is about to start may hold the other end for a moment, so one answer may still find room.
    let begun = Instant::now();
    while server.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE {
        let _ = writeln!(input, "{call}");
        std::thread::sleep(Duration::from_millis(10));
    }
    let status = ended(&mut server);
    assert!(status.code() == Some(0) && status.signal().is_none(), "{status:?}");
    drop(input);
}

/// Stops a server in the middle of making `copy`, a tree; the name of what it works on. Nothing if it was done before.
fn stopped_at_work(sandbox: &Sandbox, server: &Client, copy: &str) -> Option<String> {
    let grant = sandbox.path("grant");
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "the copy is not made");
        let names = tree_names(sandbox);
        if names.iter().any(|name| name == copy) {
            return None;
        }
        let Some(temp) = names.into_iter().find(|name| name.starts_with(".preopen-")) else {
            continue;
        };
        // It is locked before anything is in it.
        let mut inside = std::fs::read_dir(grant.join(&temp).join(&temp)).into_iter().flatten();
        if inside.next().is_some() {
            send_signal(server, Signal::STOP);
            std::thread::sleep(Duration::from_millis(50));
            if grant.join(&temp).exists() {
                return Some(temp);
            }
            send_signal(server, Signal::CONT);
            return None;
        }
    }
}

#[test]
fn two_servers_in_one_directory_leave_each_other_s_work_alone() {
    let files = 2_000;
    let sandbox = (0..files)
        .fold(Sandbox::new(), |sandbox, n| sandbox.file(&format!("grant/tree/{n}"), "text\n"));
    let (mut one, mut other) = (start(&sandbox, "grant"), start(&sandbox, "grant"));
    let mut stopped = None;
    for n in 100..120 {
        let copy = format!("copy-{n}");
        one.send(&request(n, "copy_file", &json!({"source": "tree", "destination": copy})));
        stopped = stopped_at_work(&sandbox, &one, &copy).map(|temp| (copy, temp));
        if stopped.is_some() {
            break;
        }
        one.receive();
        std::fs::remove_dir_all(sandbox.path("grant").join(format!("copy-{n}"))).unwrap();
    }
    let (copy, temp) = stopped.expect("twenty copies were made before anybody looked");
    // Each of these removes what a killed server may have left in the directory.
    for n in 0..20 {
        assert_eq!(write(&mut other, "small", &format!("{n}")), "ok");
    }
    assert!(sandbox.path("grant").join(&temp).exists(), "it is still being worked on");
    send_signal(&one, Signal::CONT);
    let answer = one.receive();
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    assert_eq!(std::fs::read_dir(sandbox.path("grant").join(&copy)).unwrap().count(), files);
    let mut names = tree_names(&sandbox);
    names.sort();
    assert_eq!(names, [copy.as_str(), "small", "tree"]);
}

/// A monotonic clock decides when time is over; the wall clock is only for times that people read.
#[test]
fn a_wall_clock_that_jumps_breaks_no_trail() {
    let sandbox = Sandbox::new();
    let seconds: [i64; 6] = [1_800_000_000, 0, -4_000_000_000, 9_000_000_000, 1_800_000_001, 5];
    let (next, path) = (AtomicUsize::new(0), sandbox.path("log"));
    let now = move || {
        let at = seconds[next.fetch_add(1, Ordering::Relaxed) % seconds.len()];
        let far = Duration::from_secs(at.unsigned_abs());
        if at < 0 { UNIX_EPOCH - far } else { UNIX_EPOCH + far }
    };
    let begin = Start { version: "1", config: None, grants: vec![], walls: vec![] };
    let out = std::fs::File::create(&path).unwrap();
    let sink = Sink::new(out, now, "s".into(), &[], begin).unwrap();
    for call in 1..20 {
        let right = preopen::cap::Rights::WRITE;
        sink.intend(&Intent { call, tool: "write_file", right, paths: &[] }).unwrap();
    }
    sink.end();
    let trail = std::fs::read(&path).unwrap();
    for year in ["\"1843-", "\"1970-", "\"2027-", "\"2255-"] {
        assert!(trail.windows(year.len()).any(|at| at == year.as_bytes()), "{year}");
    }
    assert_eq!(verify(trail.as_slice()).unwrap().unwrap().records, 21);
    for [asked, said] in [["tail", "write_file"], ["report", "1843-"]] {
        let output = preopen(&["audit", asked, path.to_str().unwrap()]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains(said), "{asked}: {text}");
    }
}

#[test]
fn files_from_long_ago_and_from_the_future_are_files() {
    let mut sandbox = Sandbox::new();
    let times =
        [("past", -2_000_000_000), ("epoch", 0), ("now", 1_800_000_000), ("far", 9_000_000_000)];
    for (name, _) in times {
        sandbox = sandbox.file(&format!("grant/{name}"), format!("{name}\n"));
    }
    for (name, seconds) in times {
        let time = Timespec { tv_sec: seconds, tv_nsec: 0 };
        let times = Timestamps { last_access: time, last_modification: time };
        let file = std::fs::File::open(sandbox.path("grant").join(name)).unwrap();
        rustix::fs::futimens(file, &times).unwrap();
    }
    let mut client = start(&sandbox, "grant");
    let mut told = |tool: &str, arguments| client.call(tool, &arguments).text;
    for (name, year) in [("past", "1906-"), ("epoch", "1970-"), ("far", "2255-")] {
        let info = told("get_file_info", json!({"path": name}));
        assert!(info.contains(&format!("modified: {year}")), "{info}");
    }
    let newest = json!({"pattern": "*", "sort_by": "mtime"});
    assert_eq!(
        told("search_files", newest),
        "far (2255-03-14T16:00:00Z)\nnow (2027-01-15T08:00:00Z)\nepoch (1970-01-01T00:00:00Z)\npast (1906-08-16T20:26:40Z)\n[4 matches]"
    );
    let after = json!({"pattern": "*", "modified_after": "1969-12-31"});
    assert_eq!(told("search_files", after), "epoch\nfar\nnow\n[3 matches]");
    for (name, _) in times {
        // What was read is known again by its bytes, and by no time.
        let edits = json!([{"old_text": name, "new_text": "new"}]);
        let edited = told("edit_file", json!({"path": name, "edits": edits}));
        assert!(edited.contains("+new"), "{edited}");
    }
}

fn tree_names(sandbox: &Sandbox) -> Vec<String> {
    let names = std::fs::read_dir(sandbox.path("grant")).unwrap();
    names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}
