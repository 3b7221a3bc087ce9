//! What the program gives up of itself at the start, whatever the kernel's sandbox holds.

use std::io::Read as _;
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

#[cfg(target_os = "linux")]
use crate::common::without_calls;
use crate::common::{Client, Sandbox};

/// A line of a file of its own about a process.
#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn proc_line(client: &Client, file: &str, begins: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{}/{file}", client.pid())).unwrap();
    text.lines().find(|line| line.starts_with(begins)).unwrap().to_owned()
}

#[test]
fn what_was_left_open_is_closed() {
    // 3 is the first one after the standard streams. A shell opens no number of two digits.
    for left_open in [&[3][..], &[4], &[9], &[3, 4, 5, 6, 7, 8, 9]] {
        let sandbox = Sandbox::new().fifo("fifo");
        let fifo = sandbox.path("fifo");
        let reader = std::thread::spawn({
            let fifo = fifo.clone();
            move || std::fs::File::open(fifo).unwrap().read_to_end(&mut vec![]).unwrap()
        });
        let (grant, fifo) = (sandbox.path("grant"), fifo.display().to_string());
        let opens: Vec<_> =
            left_open.iter().map(|number| format!("exec {number}>{fifo}")).collect();
        let mut client = Client::after(&opens.join("; "), &[grant.to_str().unwrap()]);
        let begun = Instant::now();
        while !reader.is_finished() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{left_open:?}: somebody can still write"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(reader.join().unwrap(), 0);
        client.request("ping", json!({}));
    }
}

/// Without `/proc`, or in a strict container, nothing lists what is open.
#[test]
#[cfg(target_os = "linux")] // the call by which directories are listed can be taken away there only
fn what_was_left_open_is_closed_where_nothing_lists_it() {
    let sandbox = Sandbox::new().fifo("fifo");
    let [fifo, grant] = ["fifo", "grant"].map(|name| sandbox.path(name));
    let (heard, hears) = std::sync::mpsc::channel();
    let path = fifo.clone();
    std::thread::spawn(move || {
        let read = std::fs::File::open(path).unwrap().read_to_end(&mut vec![]).unwrap();
        heard.send(read)
    });
    let mut command = Command::new("sh");
    command.args(["-c", "exec 9>\"$1\"; exec \"$0\" \"$2\""]);
    command.arg(env!("CARGO_BIN_EXE_preopen")).args([fifo, grant]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = without_calls(command, vec![libc::SYS_getdents64], libc::EPERM);
    let read = hears.recv_timeout(Duration::from_secs(20));
    // It served all the while: its input was open.
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    assert!(!said.contains("may be open"), "all numbers were looked at: {said}");
    assert_eq!(read, Ok(0), "the other end hears that nobody can write any more");
}

/// Starts the program below a shell that has a terminal, with this for its input. Gives the session and the
/// terminal of the shell, then those of the program.
#[cfg(target_os = "linux")] // `/proc` says it
fn sessions_in_a_terminal(input: &str) -> [Vec<u32>; 2] {
    let session = |stat: &str| {
        // The name of the program, in parentheses, may hold anything.
        let numbers = stat.rsplit(')').next().unwrap().split_whitespace().skip(3);
        numbers.take(2).map(|number| number.parse().unwrap()).collect::<Vec<u32>>()
    };
    let sandbox = Sandbox::new().fifo("fifo");
    let shell = format!(
        "exec 3<>fifo; cat /proc/self/stat >shell; \"$PREOPEN\" grant {input} >/dev/null 2>said & \
         echo $! >pid; wait"
    );
    let mut command = Command::new("script");
    command.args(["-qec", &shell, "/dev/null"]).current_dir(sandbox.path(""));
    command.env("SHELL", "/bin/sh").env("PREOPEN", env!("CARGO_BIN_EXE_preopen"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap_or_default();
    let began = Instant::now();
    while !read("said").contains("handles and types hold") {
        assert!(began.elapsed() < Duration::from_secs(20), "{}", read("said"));
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid: i32 = read("pid").trim().parse().unwrap();
    let program = session(&std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap());
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    child.wait().unwrap();
    [session(&read("shell")), program]
}

#[test]
#[cfg(target_os = "linux")] // `script` has other arguments elsewhere
fn a_server_that_a_client_starts_in_a_terminal_leaves_it() {
    let [client, server] = sessions_in_a_terminal("<&3");
    assert_ne!(client[1], 0, "the client has a terminal");
    assert_eq!(server[1], 0, "a process without a terminal cannot type into it");
    assert_ne!(client[0], server[0]);
    // Where a person types the requests, Ctrl-C has to reach the program.
    let [shell, program] = sessions_in_a_terminal("</dev/tty");
    assert!(shell[1] != 0 && shell == program, "{shell:?} {program:?}");
}

#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // elsewhere it takes `unsafe`
fn nothing_is_dumped_and_nobody_looks_in() {
    use std::os::unix::{fs::MetadataExt as _, process::CommandExt as _};

    use crate::common::{Era, NOBODY, Without, for_everybody};

    let sandbox = Sandbox::new().mode("", 0o755);
    let mut command = Command::new(for_everybody());
    command.arg(sandbox.path("grant"));
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut client = Client::spawn(command, Era::Modern, Without::Nothing);
    client.request("server/discover", json!({}));
    let limit = proc_line(&client, "limits", "Max core file size");
    let limits: Vec<_> = limit.split_whitespace().skip(4).take(2).collect();
    assert_eq!(limits, ["0", "0"]);
    // The entries of a process that cannot be looked into belong to root.
    let owner = std::fs::metadata(format!("/proc/{}/mem", client.pid())).unwrap().uid();
    assert_eq!(owner, 0);
    // Where it entered a user namespace to leave the host's tree, it had every capability there.
    for set in ["CapPrm:", "CapEff:"] {
        assert_eq!(proc_line(&client, "status", set), format!("{set}\t{:016x}", 0));
    }
}

#[test]
#[cfg(all(target_os = "linux", not(preopen_portable)))] // no other system has capabilities
fn root_keeps_the_capabilities_over_files_alone() {
    use crate::common::{Era, preopen};

    let sandbox = Sandbox::new();
    let grant = sandbox.path("grant");
    let output = preopen(&[grant.to_str().unwrap()]).stdin(Stdio::null()).output();
    let said = String::from_utf8(output.unwrap().stderr).unwrap();
    let mut client = Client::start(&[grant.to_str().unwrap()], Era::Modern);
    client.request("server/discover", json!({}));
    let own = std::fs::read_to_string("/proc/self/status").unwrap();
    let has_more = !own.contains("CapPrm:\t0000000000000000");
    for set in ["CapPrm:", "CapEff:"] {
        let line = proc_line(&client, "status", set);
        let bits = u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap();
        assert_eq!(bits & !0b0_1111, 0, "{line}: changing owners and modes, and reading, alone");
    }
    assert_eq!(said.contains("capabilities given up, 4 over files kept"), has_more, "{said}");
}

#[test]
fn an_audit_file_at_its_limit_does_not_kill_the_server() {
    let sandbox = Sandbox::new().file("grant/f", "text\n");
    let (audit, grant) = (sandbox.path("audit.jsonl"), sandbox.path("grant"));
    let args = ["--audit", audit.to_str().unwrap(), grant.to_str().unwrap()];
    let mut client = Client::after("ulimit -f 1", &args);
    for _ in 0..20 {
        assert_eq!(client.call("read_text_file", &json!({"path": "f"})).code(), "ok");
    }
    let size = std::fs::metadata(&audit).unwrap().len();
    assert!((1..=1024).contains(&size), "{size}: the limit was reached");
}
