//! Trees as users have them at their largest: a million files, a hundred thousand directories, thousands of `.gitignore`, fifty grants, paths
//! as long as the system takes, names in every script. Each answers within its budget, in bounded memory.
//!
//! The tests take a hundredth of it; `dev/run load` all (`LOAD=1`).

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::common::{Client, Era, Sandbox};

/// Bytes of memory that a server may take, whatever it serves.
const MOST_MEMORY: u64 = 60 << 20;

/// So many, or a part of it.
fn part(all: usize) -> usize {
    std::env::var("LOAD").map_or(all / 100, |of| all / of.parse::<usize>().unwrap())
}

fn start(grants: &[&Path]) -> Client {
    let specs: Vec<String> =
        grants.iter().map(|grant| format!("{}:rwd", grant.display())).collect();
    let args: Vec<&str> = specs.iter().flat_map(|spec| ["--allow", spec]).collect();
    Client::start(&args, Era::Modern)
}

/// Bytes that the server had in memory at most.
fn memory(client: &Client) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", client.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// A call that has to be answered, and how long it took.
fn told(client: &mut Client, tool: &str, arguments: &serde_json::Value) -> String {
    let began = Instant::now();
    let answer = client.call(tool, arguments);
    println!("{tool:<16} {:>9.1?}  {arguments}", began.elapsed());
    assert!(!answer.is_error, "{tool} {arguments}: {}", answer.text);
    answer.text
}

/// A tree that takes longer than a call may is removed by some of them; each but the last says how far it came.
fn remove(client: &mut Client, path: &str) {
    loop {
        let began = Instant::now();
        let answer = client.call("delete_file", &json!({"path": path, "recursive": true}));
        println!("{:<16} {:>9.1?}  {}", "delete_file", began.elapsed(), answer.text);
        if !answer.is_error {
            return;
        }
        assert_eq!(answer.code(), "timed_out", "{answer:?}");
        assert!(answer.text.contains("of its entries were removed"), "{answer:?}");
    }
}

#[test]
fn a_million_files() {
    let sandbox = Sandbox::new();
    let (root, files) = (sandbox.path("grant"), part(1_000_000));
    for directory in 0..files / 1_000 {
        let at = root.join(format!("{:02}/{directory:04}", directory % 50));
        std::fs::create_dir_all(&at).unwrap();
        for file in 0..1_000 {
            std::fs::write(
                at.join(format!("file{file:03}.txt")),
                if file == 500 { "needle\n" } else { "hay\n" },
            )
            .unwrap();
        }
    }
    let mut client = start(&[&root]);
    let needles = files / 1_000;
    let found = told(&mut client, "search_files", &json!({"pattern": "file500.txt"}));
    assert!(
        found.contains("00/0000/file500.txt") && found.contains(&needles.to_string()),
        "{found}"
    );
    let found = told(&mut client, "grep", &json!({"pattern": "needle", "output": "files"}));
    assert!(found.contains("00/0000/file500.txt"), "{found}");
    assert!(told(&mut client, "directory_tree", &json!({})).contains(" more)"));
    assert!(
        told(&mut client, "list_directory", &json!({"path": "00/0000"})).contains("1000 entries")
    );
    told(&mut client, "keyword_search", &json!({"root_paths": ["00"], "keyword": "needle"}));
    remove(&mut client, "00");
    assert!(!root.join("00").exists());
    println!("{files} files: {} KiB of memory at most", memory(&client) >> 10);
    assert!(memory(&client) < MOST_MEMORY, "{} bytes", memory(&client));
}

#[test]
fn a_hundred_thousand_directories_and_five_thousand_ignore_files() {
    let sandbox = Sandbox::new();
    let (root, directories) = (sandbox.path("grant"), part(100_000));
    std::fs::create_dir(root.join(".git")).unwrap();
    let every = directories / part(5_000).max(1);
    for directory in 0..directories {
        let at = root.join(format!("{:03}/{:03}/{directory:06}", directory % 100, directory % 7));
        std::fs::create_dir_all(&at).unwrap();
        if directory % every == 0 {
            std::fs::write(
                at.join(".gitignore"),
                format!("out\n*.o\n!keep.o\nbuild{directory}/\n"),
            )
            .unwrap();
            std::fs::write(at.join("a.o"), "x").unwrap();
            std::fs::write(at.join("a.c"), "x").unwrap();
        }
    }
    let mut client = start(&[&root]);
    let lists = directories / every;
    let found = told(&mut client, "search_files", &json!({"pattern": "a.*", "limit": 1}));
    assert!(found.contains(&format!("of {lists} matches")), "{found}");
    assert!(found.contains(&format!("{lists} files ignored")), "{found}");
    assert!(told(&mut client, "directory_tree", &json!({})).contains(" more)"));
    let found = told(&mut client, "grep", &json!({"pattern": "x", "output": "count", "limit": 1}));
    assert!(found.contains(&lists.to_string()), "{found}");
    println!(
        "{directories} directories, {lists} lists: {} KiB of memory at most",
        memory(&client) >> 10
    );
    assert!(memory(&client) < MOST_MEMORY, "{} bytes", memory(&client));
}

#[test]
fn fifty_grants() {
    let mut sandbox = Sandbox::new();
    for grant in 0..50 {
        sandbox = sandbox.file(
            &format!("project{grant:02}/src/main.rs"),
            format!("fn main() {{}} // {grant}\n"),
        );
    }
    let grants: Vec<_> = (0..50).map(|grant| sandbox.path(format!("project{grant:02}"))).collect();
    let mut client = start(&grants.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>());
    for grant in [0, 7, 49] {
        let read = told(
            &mut client,
            "read_text_file",
            &json!({"path": format!("project{grant:02}/src/main.rs")}),
        );
        assert!(read.ends_with("V]") && read.contains(&format!("// {grant}\n")), "{read}");
    }
    assert!(
        told(&mut client, "grep", &json!({"pattern": "// 4[0-9]$"}))
            .contains("10 matching lines in 10 files")
    );
    assert_eq!(
        told(&mut client, "list_allowed_directories", &json!({})).matches("project").count(),
        100
    );
}

#[test]
fn paths_as_long_as_the_system_takes() {
    let sandbox = Sandbox::new();
    let mut client = start(&[&sandbox.path("grant")]);
    // Sixteen names, 4,000 bytes and more with what is above them on the host.
    let long = vec!["n".repeat(249); 16].join("/");
    assert!(long.len() >= 3_999);
    assert_eq!(client.call("write_file", &json!({"path": long, "content": "deep\n"})).code(), "ok");
    assert!(told(&mut client, "read_text_file", &json!({"path": long})).starts_with("deep\n"));
    assert!(told(&mut client, "grep", &json!({"pattern": "deep"})).contains(&long));
    assert!(
        told(&mut client, "search_files", &json!({"pattern": "n*", "type": "file"}))
            .contains(&long)
    );
    let moved = format!("{}/m", &long[..long.len() - 250]);
    assert_eq!(
        client.call("move_file", &json!({"source": long, "destination": moved})).code(),
        "ok"
    );
    let longer = format!("{}/{}", long, "n".repeat(200));
    assert_eq!(client.call("read_text_file", &json!({"path": longer})).code(), "over_limit");
    let top = "n".repeat(249);
    assert_eq!(client.call("delete_file", &json!({"path": top, "recursive": true})).code(), "ok");
    assert_eq!(std::fs::read_dir(sandbox.path("grant")).unwrap().count(), 0);
}

#[test]
fn names_in_every_script_and_twins() {
    let names = [
        "plain.txt",
        "Ünïcödé.txt",
        "Кириллица.txt",
        "Ελληνικά.txt",
        "עברית.txt",
        "العربية.txt",
        "हिन्दी.txt",
        "ไทย.txt",
        "한국어.txt",
        "日本語.txt",
        "中文.txt",
        "ქართული.txt",
        "አማርኛ.txt",
        "🦀👩‍👩‍👧.txt",
        "ﬁ ligature.txt",
        "ⅷ.txt",
        "a\u{300}.txt",
        "space at end .txt",
        // The same to a reader, two files to the system.
        "caf\u{e9}",
        "cafe\u{301}",
    ];
    let mut sandbox = Sandbox::new();
    for name in names {
        sandbox = sandbox.file(&format!("grant/{name}"), format!("in {name}\n"));
    }
    let mut client = start(&[&sandbox.path("grant")]);
    let listed = told(&mut client, "list_directory", &json!({}));
    for name in names {
        assert!(listed.contains(&format!("[FILE] {name}\n")), "{name}: {listed}");
        let read = client.call("read_text_file", &json!({"path": name})).text;
        assert!(read.starts_with(&format!("in {name}\n")), "{name}: {read}");
        let new = json!({"path": name, "content": format!("now {name}\n")});
        assert_eq!(client.call("write_file", &new).code(), "ok", "{name}");
        assert_eq!(
            std::fs::read_to_string(sandbox.path("grant").join(name)).unwrap(),
            format!("now {name}\n")
        );
    }
    assert_eq!(std::fs::read_dir(sandbox.path("grant")).unwrap().count(), names.len());
    assert!(
        told(&mut client, "grep", &json!({"pattern": "^now"}))
            .contains("20 matching lines in 20 files")
    );
}
