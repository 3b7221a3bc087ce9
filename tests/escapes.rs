//! The escape table: every path that must not lead out, through every tool that takes a path.
//!
//! Tools come from the registry and path arguments from their schemas, so a new tool joins by
//! itself. Each row also runs against a naive server, to prove that it bites.

use std::collections::BTreeSet;

use preopen::args::{Object, PATH};
use preopen::tool::Entry;
use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox, Without, naive_read};

/// What the row does to a server that joins and opens.
#[derive(Debug, PartialEq)]
enum Naive {
    /// It gives the secret away.
    Leaks,
    /// It waits for ever, or reads what is no file's data.
    Hangs,
    /// Nothing, for this reason.
    Harmless(&'static str),
}

struct Row {
    path: &'static str,
    code: &'static str,
    /// Tools that answer otherwise, since they never open what the path names.
    except: &'static [(&'static str, &'static str)],
    naive: Naive,
}

const fn row(path: &'static str, code: &'static str, naive: Naive) -> Row {
    Row { path, code, except: &[], naive }
}

use Naive::{Hangs, Harmless, Leaks};

const ROWS: &[Row] = &[
    row("../outside/secret.txt", "bad_path", Leaks),
    row("sub/../../outside/secret.txt", "bad_path", Leaks),
    row("./../grant/../outside/secret.txt", "bad_path", Leaks),
    row("..", "bad_path", Harmless("a directory")),
    row(r"\x2E\x2E/outside/secret.txt", "bad_path", Harmless("our own escape form")),
    row("{root}/outside/secret.txt", "unknown_grant", Leaks),
    row("/{root}/outside/secret.txt", "unknown_grant", Leaks),
    row("{root}/grant_sibling/secret.txt", "unknown_grant", Leaks),
    row("{root}/grant/../outside/secret.txt", "bad_path", Leaks),
    row("/etc/passwd", "unknown_grant", Harmless("holds no secret of ours")),
    row("a\0b", "bad_path", Harmless("std refuses NUL")),
    row("file:///{root}/outside/secret.txt", "not_found", Harmless("a name like any other")),
    row("%2e%2e/outside/secret.txt", "not_found", Harmless("a name like any other")),
    row("~/secret.txt", "not_found", Harmless("a name like any other")),
    row("$HOME", "not_found", Harmless("a name like any other")),
    row(r"..\outside\secret.txt", "not_found", Harmless("a name like any other")),
    row("rel", "escapes_grant", Leaks),
    row("abs", "escapes_grant", Leaks),
    row("dir_rel/secret.txt", "escapes_grant", Leaks),
    row("dir_abs/secret.txt", "escapes_grant", Leaks),
    row("dir_slash/secret.txt", "escapes_grant", Leaks),
    row("slash_chain/secret.txt", "escapes_grant", Leaks),
    row("chain", "escapes_grant", Leaks),
    row("sub/deep_rel", "escapes_grant", Leaks),
    row("up/outside/secret.txt", "escapes_grant", Leaks),
    row("via_inner/secret.txt", "escapes_grant", Leaks),
    row("abs_dotdot", "escapes_grant", Leaks),
    row("climb_and_return", "escapes_grant", Harmless("ends inside")),
    row("magic", "escapes_grant", Leaks),
    row("dangling_out", "escapes_grant", Harmless("nothing there")),
    row("loop", "bad_path", Harmless("the kernel gives up")),
    row("loop_a/x", "bad_path", Harmless("the kernel gives up")),
    row("long_chain", "bad_path", Harmless("ends inside")),
    row("sub/file.txt/x", "not_a_directory", Harmless("the kernel refuses")),
    row("sub/file.txt/", "not_a_directory", Harmless("the kernel refuses")),
    row("dangling_in", "not_found", Harmless("nothing there")),
    Row { path: "fifo", code: "special_file", except: &[("get_file_info", "ok")], naive: Hangs },
    Row { path: "to_fifo", code: "special_file", except: &[("get_file_info", "ok")], naive: Hangs },
    Row {
        path: "socket",
        code: "special_file",
        except: &[("get_file_info", "ok")],
        naive: Harmless("the kernel refuses to open it"),
    },
    Row {
        path: "device",
        code: "special_file",
        except: &[("get_file_info", "ok")],
        naive: Harmless("an endless read, if this user may make devices"),
    },
    row("name_too_long", "over_limit", Harmless("the kernel refuses")),
    row("path_too_long", "over_limit", Harmless("the kernel refuses")),
];

fn tree() -> Sandbox {
    let mut sandbox = Sandbox::new()
        .file("grant_sibling/secret.txt", crate::common::SECRET)
        .file("grant/sub/file.txt", "inside\n")
        .link("grant/rel", "../outside/secret.txt")
        .link("grant/abs", "{root}/outside/secret.txt")
        .link("grant/dir_rel", "../outside")
        .link("grant/dir_abs", "{root}/outside")
        .link("grant/dir_slash", "../outside/")
        .link("grant/slash_chain", "dir_rel/")
        .link("grant/chain", "chain2")
        .link("grant/chain2", "sub/deep_rel")
        .link("grant/sub/deep_rel", "../../outside/secret.txt")
        .link("grant/up", "..")
        .link("grant/via_inner", "sub/../../outside")
        .link("grant/abs_dotdot", "{root}/grant/../outside/secret.txt")
        .link("grant/climb_and_return", "../grant/sub/file.txt")
        .link("grant/magic", "/proc/self/root/{root}/outside/secret.txt")
        .link("grant/dangling_out", "{root}/outside/none")
        .link("grant/dangling_in", "none")
        .link("grant/loop", "loop")
        .link("grant/loop_a", "loop_b")
        .link("grant/loop_b", "loop_a")
        .link("grant/l0", "sub/file.txt")
        .fifo("grant/fifo")
        .link("grant/to_fifo", "fifo")
        .socket("grant/socket")
        .device("grant/device");
    for i in 1..=41 {
        sandbox = sandbox.link(&format!("grant/l{i}"), &format!("l{}", i - 1));
    }
    sandbox.link("grant/long_chain", "l41")
}

fn spell(row: &Row, sandbox: &Sandbox) -> String {
    match row.path {
        "name_too_long" => "n".repeat(300),
        "path_too_long" => "sub/".repeat(1_500),
        path => path.replace("{root}", sandbox.path("").to_str().unwrap().trim_end_matches('/')),
    }
}

/// The code of an answer; where each path is answered on its own, that of the one path.
fn code(answer: &Answer) -> &str {
    let own = answer.text.strip_prefix("--- ").and_then(|text| text.split_once('\n'));
    match own {
        Some((_, text)) => text.split_once(": ").map_or("ok", |(code, _)| code),
        None => answer.code(),
    }
}

/// Each way to put a path into a call of `tool`: one for each of its path arguments.
pub(crate) fn calls(tool: &Entry, path: &str) -> Vec<Value> {
    let schema = (tool.schema)();
    let properties =
        schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required: BTreeSet<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let example = |property: &Value| property["examples"][0].clone();
    let mut all = vec![];
    for (name, property) in &properties {
        let one = property["format"] == PATH;
        let many = property["items"]["format"] == PATH;
        if !one && !many {
            continue;
        }
        let mut arguments: Object = properties
            .iter()
            .filter(|(other, _)| required.contains(other.as_str()))
            .map(|(other, property)| (other.clone(), example(property)))
            .collect();
        arguments.insert(name.clone(), if many { json!([path]) } else { json!(path) });
        all.push(Value::Object(arguments));
    }
    all
}

#[test]
fn every_row_gets_its_code_from_every_tool_whatever_the_kernel_lacks() {
    let sandbox = tree();
    let grant = sandbox.path("grant");
    let mut failures = vec![];
    let mut asked = 0;
    let kernels = [Without::Nothing, Without::OpenAt2NoSys, Without::OpenAt2Perm];
    for (without, seal) in
        kernels.iter().flat_map(|kernel| ["auto", "off"].map(|seal| (*kernel, seal)))
    {
        let args = ["--sandbox", seal, grant.to_str().unwrap()];
        let mut client = Client::start_without(&args, Era::Modern, without);
        for row in ROWS {
            let path = spell(row, &sandbox);
            for tool in TOOLS {
                for arguments in calls(tool, &path) {
                    let answer = client.call(tool.name, &arguments);
                    let except = row.except.iter().find(|(name, _)| *name == tool.name);
                    let want = except.map_or(row.code, |(_, code)| code);
                    asked += 1;
                    if code(&answer) != want || answer.text.contains(crate::common::SECRET) {
                        failures.push(format!(
                            "{without:?} {} {}: want {want}, got {answer:?}",
                            tool.name, row.path
                        ));
                    }
                    let host = sandbox.path("").display().to_string();
                    let said = path.contains(&host);
                    if !said && answer.text.contains(&host) {
                        failures.push(format!(
                            "{} {} shows a host path: {answer:?}",
                            tool.name, row.path
                        ));
                    }
                }
            }
        }
    }
    assert!(asked >= ROWS.len() * TOOLS.len() / 2 * 6, "only {asked} calls were made");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_row_does_to_a_naive_server_what_it_says() {
    let sandbox = tree();
    for row in ROWS {
        let got = naive_read(&sandbox.path("grant"), &spell(row, &sandbox));
        let leaked = got.as_ref().is_some_and(|text| text.contains(crate::common::SECRET));
        match row.naive {
            Leaks => assert!(leaked, "{} does not bite: {got:?}", row.path),
            Hangs => assert_eq!(got, None, "{} does not hang", row.path),
            Harmless(why) => assert!(!leaked, "{} bites, though {why}", row.path),
        }
    }
    let bite = ROWS.iter().filter(|row| !matches!(row.naive, Harmless(_))).count();
    assert!(bite >= 20, "only {bite} rows bite");
}

#[test]
fn an_answer_never_tells_whether_something_outside_exists() {
    // The same names and links in both; only in one of them there is something behind the links.
    let links = |sandbox: Sandbox| {
        sandbox
            .link("grant/file", "../outside/secret.txt")
            .link("grant/dir", "../outside")
            .link("grant/up", "..")
            .link("grant/abs_etc", "/etc/hostname")
            .link("grant/abs_none", "/etc/hostnome")
    };
    let (full, empty) = (links(Sandbox::new()), links(Sandbox::without_outside()));
    let answers = |sandbox: &Sandbox, path: &str, without: Without| -> Vec<String> {
        let grant = sandbox.path("grant");
        let mut client = Client::start_without(&[grant.to_str().unwrap()], Era::Legacy, without);
        let tools = TOOLS
            .iter()
            .flat_map(|tool| calls(tool, path).into_iter().map(move |args| (tool, args)));
        tools.map(|(tool, args)| client.call(tool.name, &args).text).collect()
    };
    for without in [Without::Nothing, Without::OpenAt2NoSys] {
        for path in [
            "file",
            "dir",
            "dir/secret.txt",
            "dir/none",
            "up/outside",
            "up/outside/secret.txt",
            "up/none",
        ] {
            let (there, not_there) =
                (answers(&full, path, without), answers(&empty, path, without));
            assert_eq!(there, not_there, "{path}");
            assert!(there.iter().all(|text| text.contains("escapes_grant: ")), "{path}: {there:?}");
        }
        let (there, not_there) =
            (answers(&full, "abs_etc", without), answers(&full, "abs_none", without));
        let renamed: Vec<_> =
            not_there.iter().map(|text| text.replace("abs_none", "abs_etc")).collect();
        assert_eq!(there, renamed);
    }
}

#[test]
fn a_hidden_name_answers_like_one_that_does_not_exist() {
    let hide = |sandbox: Sandbox| {
        let toml = "[[allow]]\npath = \"grant\"\nhide = [\".env*\", \"**/*.pem\", \"keys/**\"]\n";
        sandbox
            .file("allowlist.toml", toml)
            .file("grant/readme", "x")
            .file("grant/sub/readme", "x")
            .link("grant/l", "sub/k.pem")
            .link("grant/m", ".env")
    };
    let full = hide(
        Sandbox::new()
            .file("grant/.env", crate::common::SECRET)
            .file("grant/sub/k.pem", crate::common::SECRET)
            .file("grant/keys/a", crate::common::SECRET),
    );
    let empty = hide(Sandbox::new());
    let answers = |sandbox: &Sandbox, path: &str| -> Vec<String> {
        let config = sandbox.path("allowlist.toml");
        let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
        let tools = TOOLS
            .iter()
            .flat_map(|tool| calls(tool, path).into_iter().map(move |args| (tool, args)));
        tools.map(|(tool, args)| client.call(tool.name, &args).text).collect()
    };
    for path in [
        ".env",
        "sub/k.pem",
        "keys",
        "keys/a",
        "keys/none",
        "l",
        "m",
        ".ENV",
        "sub/K.PEM",
        "SUB/k.pem",
    ] {
        let (there, not_there) = (answers(&full, path), answers(&empty, path));
        assert_eq!(there, not_there, "{path}");
        assert!(there.iter().all(|text| text.contains("not_found: ")), "{path}: {there:?}");
    }
    let listed = |path: &str| answers(&full, path).concat();
    assert!(!listed(".").contains(".env") && !listed(".").contains("keys"), "{}", listed("."));
    assert!(!listed("sub").contains("k.pem"));
    assert_eq!(
        naive_read(&full.path("grant"), "m").as_deref(),
        Some(crate::common::SECRET),
        "the row bites"
    );
}

/// Swaps two names as fast as it can, until it is dropped.
struct Swapper(std::sync::Arc<std::sync::atomic::AtomicBool>, Option<std::thread::JoinHandle<u64>>);

impl Swapper {
    fn start(dir: std::path::PathBuf, a: &'static str, b: &'static str) -> Self {
        use std::sync::atomic::Ordering::Relaxed;
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let stopped = std::sync::Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let dir = std::fs::File::open(dir).unwrap();
            let mut swaps = 0;
            while !stopped.load(Relaxed) {
                rustix::fs::renameat_with(&dir, a, &dir, b, rustix::fs::RenameFlags::EXCHANGE)
                    .unwrap();
                swaps += 1;
            }
            swaps
        });
        Self(stop, Some(thread))
    }

    fn stop(mut self) -> u64 {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        self.1.take().unwrap().join().unwrap()
    }
}

#[test]
fn a_file_that_becomes_a_pipe_or_a_link_in_between_neither_blocks_nor_leaks() {
    let sandbox = Sandbox::new()
        .file("grant/a", "inside")
        .fifo("grant/pipe")
        .file("grant/b", "inside")
        .link("grant/out", "../outside/secret.txt")
        .file("grant/d/secret.txt", "inside")
        .link("grant/dir_out", "../outside");
    let grant = sandbox.path("grant");
    let swappers = [("a", "pipe"), ("b", "out"), ("d", "dir_out")]
        .map(|(a, b)| Swapper::start(grant.clone(), a, b));
    let mut client = Client::start(&[grant.to_str().unwrap()], Era::Modern);
    let mut codes = BTreeSet::new();
    let end = std::time::Instant::now() + std::time::Duration::from_secs(2);
    while std::time::Instant::now() < end {
        for path in ["a", "b", "d/secret.txt", "pipe", "out", "dir_out/secret.txt"] {
            let answer = client.call("read_text_file", &json!({"path": path}));
            assert!(!answer.text.contains(crate::common::SECRET), "{path}");
            codes.insert(answer.code().to_owned());
        }
    }
    let swaps: u64 = swappers.into_iter().map(Swapper::stop).sum();
    assert!(swaps > 1_000, "only {swaps} swaps");
    for code in ["ok", "special_file", "escapes_grant"] {
        assert!(codes.contains(code), "never {code}: {codes:?}");
    }
}
