//! Little to work with, and much to do: few descriptors, wide directories, files that grow while they
//! are read, a file system that does not answer.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Client, Era, HAS_LINUX_CALLS, Sandbox, calls, changes, code, request};

#[test]
fn few_descriptors_are_an_answer_and_not_an_end() {
    let mut sandbox = Sandbox::new();
    for i in 0..60 {
        sandbox = sandbox.file(&format!("grant/a/b/c/d/e/f{i}"), "text\n");
    }
    let grant = sandbox.path("grant");
    // Name by name, each directory on the way is held.
    let few = if HAS_LINUX_CALLS { 14 } else { 20 };
    for limit in [32, few] {
        let mut client = Client::after(&format!("ulimit -n {limit}"), &[grant.to_str().unwrap()]);
        let mut wanted = 0;
        for round in 0..10 {
            for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
                for arguments in calls(tool, &format!("a/b/c/d/e/f{round}")) {
                    wanted += 1;
                    client.send(&request(wanted, tool.name, &arguments));
                }
            }
        }
        let answers: Vec<Value> = (0..wanted).map(|_| client.receive()).collect();
        for answer in &answers {
            let text = answer["result"]["content"][0].to_string();
            assert!(answer["result"].is_object(), "{answer}");
            assert!(!text.contains("os error") && !text.contains("EMFILE"), "{text}");
        }
        let fine = answers.iter().filter(|answer| answer["result"]["isError"] == false).count();
        assert!(fine > 0 || limit < 32, "none of {wanted} was fine with {limit}");
        // One call alone has enough, after all that.
        let alone = client.call("read_text_file", &json!({"path": "a/b/c/d/e/f1"}));
        assert_eq!(alone.code(), "ok", "with {limit}: {alone:?}");
    }
}

#[test]
fn a_wide_directory_is_a_page_and_a_number() {
    let sandbox = Sandbox::new().dir("grant/wide");
    let wide = std::fs::File::open(sandbox.path("grant/wide")).unwrap();
    for i in 0..30_000 {
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
        rustix::fs::openat(&wide, format!("file_{i}"), flags, mode).unwrap();
    }
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern);
    let answer = client.call("list_directory", &json!({"path": "wide"}));
    assert!(answer.text.contains("of 30000; continue with cursor="), "{}", answer.text);
    assert!(answer.text.len() < 45_000);
    for (tool, arguments, wanted) in [
        ("search_files", json!({"pattern": "file"}), "of 30000 matches"),
        ("directory_tree", json!({"path": "wide"}), "of 30000"),
        ("directory_tree", json!({"max_depth": 1}), "wide/ (30000 more)"),
        ("grep", json!({"pattern": "x"}), "[no line matches"),
        ("keyword_search", json!({"keyword": "x", "root_paths": ["."]}), "searched\":30000"),
    ] {
        let answer = client.call(tool, &arguments).text;
        assert!(answer.contains(wanted), "{tool}: {answer}");
        assert!(answer.len() < 45_000);
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_is_read_to_an_end() {
    let sandbox = Sandbox::new().file("grant/log", "");
    let stop = AtomicBool::new(false);
    let path = sandbox.path("grant/log");
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut log = std::fs::File::options().append(true).open(&path).unwrap();
            let lines = "a line of a log that goes on\n".repeat(1000);
            while !stop.load(Relaxed) {
                log.write_all(lines.as_bytes()).unwrap();
                if log.metadata().unwrap().len() > 64 << 20 {
                    log.set_len(0).unwrap();
                }
            }
        });
        let answers: Vec<_> = (0..20)
            .flat_map(|_| TOOLS.iter().filter(|tool| !changes(tool)))
            .flat_map(|tool| calls(tool, "log").into_iter().map(move |arguments| (tool, arguments)))
            .map(|(tool, arguments)| client.call(tool.name, &arguments))
            .collect();
        stop.store(true, Relaxed);
        assert!(answers.iter().any(|answer| code(answer) == "ok"));
    });
}

/// A FUSE file system whose server never answers; it is gone when this is.
pub struct Stalled<'a> {
    shell: Child,
    at: std::path::PathBuf,
    _sandbox: &'a Sandbox,
}

impl<'a> Stalled<'a> {
    pub fn mount(sandbox: &'a Sandbox, at: &str) -> Option<Self> {
        let at = sandbox.path(at);
        let mount = format!(
            "exec 9<>/dev/fuse && mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0 stalled {} \
             && echo mounted && exec sleep 600",
            at.display()
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &mount]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = shell.spawn().unwrap();
        let mut said = [0; 7];
        let mounted = std::io::Read::read_exact(&mut shell.stdout.take().unwrap(), &mut said);
        if mounted.is_err() {
            shell.wait().unwrap();
            return None;
        }
        Some(Self { shell, at, _sandbox: sandbox })
    }
}

impl Drop for Stalled<'_> {
    /// With the last descriptor of its server every call that waits for it ends.
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

#[test]
fn a_file_system_that_does_not_answer_stalls_nothing_else() {
    let toml = "[[allow]]\npath = \"grant\"\n[limits]\ncall_deadline_ms = 2000\nprogress_ms = 200\n\
        drain_ms = 1000\n";
    let sandbox =
        Sandbox::new().file("grant/f", "fine\n").dir("grant/stalled").file("allowlist.toml", toml);
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    client.request("server/discover", json!({}));
    let Some(_stalled) = Stalled::mount(&sandbox, "grant/stalled") else {
        eprintln!("not run: this user may not mount a FUSE file system");
        return;
    };
    let start = Instant::now();
    // More than may run at once.
    for id in 1000..1030 {
        client.send(&request(id, "read_text_file", &json!({"path": "stalled/x"})));
    }
    client.send(&request(1, "read_text_file", &json!({"path": "f"})));
    let first = client.receive();
    assert_eq!((&first["id"], &first["result"]["isError"]), (&json!(1), &json!(false)), "{first}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    for _ in 1000..1030 {
        let answer = client.receive();
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("timed_out: the file system does not answer"), "{answer}");
    }
    let ended = Instant::now();
    let (rest, status) = client.finish();
    assert_eq!((rest.len(), status), (0, 0));
    assert!(ended.elapsed() < Duration::from_secs(5), "{:?}", ended.elapsed());
}
