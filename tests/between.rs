//! Somebody else changes a file between two steps of a call. Every step of a call asks whether it is still wanted, so a test can
//! act exactly there, at each of them in turn: no race is needed. What somebody else wrote is never lost.

use std::cell::Cell;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use preopen::authority;
use preopen::dispatch::Dispatcher;
use preopen::limits::{CallMonitor, Limits};
use preopen::tool::Content;
use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Sandbox, tree};

/// More than any of these calls takes.
const MOST_STEPS: u64 = 500;

/// Two grants with all rights, and the pipeline over them, in this process.
pub struct Bench {
    pub sandbox: Sandbox,
    dispatcher: Dispatcher,
}

impl Bench {
    pub fn new(sandbox: Sandbox) -> Self {
        let sandbox = sandbox.dir("other");
        let specs = ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd").parse().unwrap());
        let grants = crate::common::grants(&specs);
        let clock = authority::clock(authority::mint());
        let dispatcher =
            Dispatcher::new(TOOLS, grants, Limits::default(), clock, None, &[]).unwrap();
        Self { sandbox, dispatcher }
    }

    pub fn call(
        &self,
        tool: &str,
        arguments: &Value,
        watch: CallMonitor,
    ) -> Result<String, String> {
        let arguments = arguments.as_object().unwrap().clone();
        match self.dispatcher.call(tool, arguments, watch).unwrap().as_deref() {
            Ok([Content::Text(text)]) => Ok(text.clone()),
            Ok(other) => panic!("{tool}: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.sandbox.path(path)
    }

    pub fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.path(path)).ok()
    }
}

/// What somebody else does; says whether it came to something.
pub type Act = Box<dyn Fn() -> bool + Send + Sync>;

/// How far somebody else came.
const NOT_YET: u64 = 0;
const IN_VAIN: u64 = 1;
const ACTED: u64 = 2;

/// Gets the answer, whether somebody else acted before the call ended, and what to say in a panic.
pub type Check<'a> = &'a dyn Fn(&Bench, &Result<String, String>, bool, &str);

/// A call, played once for each of its steps.
pub struct Play<'a> {
    pub tree: &'a dyn Fn() -> Sandbox,
    pub tool: &'a str,
    pub arguments: &'a dyn Fn(&Bench) -> Value,
    pub act: &'a dyn Fn(&Bench) -> Act,
    pub check: Check<'a>,
}

impl Play<'_> {
    pub fn at_each_step(&self) {
        assert!(self.times_acted() > 0, "{}: nobody acted", self.tool);
    }

    /// At how many of the steps somebody else could act.
    pub fn times_acted(&self) -> u64 {
        let mut acted = 0;
        for step in 0..MOST_STEPS {
            let bench = Bench::new((self.tree)());
            let (arguments, act) = ((self.arguments)(&bench), (self.act)(&bench));
            let (asked, far) = (AtomicU64::new(0), Arc::new(AtomicU64::new(NOT_YET)));
            let came = Arc::clone(&far);
            let watch = CallMonitor::new(move || {
                if asked.fetch_add(1, Ordering::SeqCst) == step {
                    came.store(if act() { ACTED } else { IN_VAIN }, Ordering::SeqCst);
                }
                false
            });
            let answer = bench.call(self.tool, &arguments, watch);
            let far = far.load(Ordering::SeqCst);
            let shown = format!("{} {arguments}, step {step}: {answer:?}", self.tool);
            (self.check)(&bench, &answer, far == ACTED, &shown);
            acted += u64::from(far == ACTED);
            if far == NOT_YET {
                return acted;
            }
        }
        panic!("{} takes more than {MOST_STEPS} steps", self.tool);
    }
}

/// Writes into a file that is there.
fn overwriting(path: PathBuf, text: &'static str) -> Act {
    let open = move || std::fs::File::options().write(true).truncate(true).open(&path);
    Box::new(move || open().is_ok_and(|mut file| file.write_all(text.as_bytes()).is_ok()))
}

/// Makes a file where none is.
fn creating(path: PathBuf) -> Act {
    let open = move || std::fs::File::options().write(true).create_new(true).open(&path);
    Box::new(move || open().is_ok_and(|mut file| file.write_all(b"theirs\n").is_ok()))
}

/// Puts another file in the place of one that is there.
fn replacing(from: PathBuf, to: PathBuf) -> Act {
    Box::new(move || to.exists() && std::fs::rename(&from, &to).is_ok())
}

fn version(bench: &Bench, path: &str) -> String {
    let read =
        bench.call("read_text_file", &json!({"path": path}), CallMonitor::unattended()).unwrap();
    let (_, version) = read.rsplit_once("version ").unwrap();
    version.chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[test]
fn a_change_of_one_version_never_replaces_another() {
    let edits = json!([{"old_text": "old", "new_text": "mine"}]);
    let acts: [&dyn Fn(&Bench) -> Act; 2] =
        [&|bench| overwriting(bench.path("grant/a"), "theirs\n"), &|bench| {
            replacing(bench.path("outside/theirs"), bench.path("grant/a"))
        }];
    for (tool, arguments, has_version) in [
        ("write_file", json!({"path": "grant/a", "content": "mine\n"}), true),
        ("edit_file", json!({"path": "grant/a", "edits": edits}), true),
        ("edit_file", json!({"path": "grant/a", "edits": edits}), false),
        ("delete_file", json!({"path": "grant/a"}), true),
    ] {
        for act in acts {
            let play = Play {
                tree: &|| {
                    Sandbox::new().file("grant/a", "old\n").file("outside/theirs", "theirs\n")
                },
                tool,
                arguments: &|bench| {
                    let mut arguments = arguments.clone();
                    if has_version {
                        arguments["if_match"] = json!(version(bench, "grant/a"));
                    }
                    arguments
                },
                act,
                check: &|bench, answer, has_acted, shown| {
                    let want = match tool {
                        _ if has_acted => Some("theirs\n"),
                        "delete_file" => None,
                        _ => Some("mine\n"),
                    };
                    assert_eq!(bench.read("grant/a").as_deref(), want, "{shown}");
                    assert!(has_acted || answer.is_ok(), "{shown}");
                },
            };
            play.at_each_step();
        }
    }
}

#[test]
fn nothing_is_replaced_unasked_that_came_meanwhile() {
    let from =
        |source: &str, destination: &str| json!({"source": source, "destination": destination});
    for (tool, arguments, at) in [
        (
            "write_file",
            json!({"path": "grant/new", "content": "mine\n", "mode": "create"}),
            "grant/new",
        ),
        ("create_directory", json!({"path": "grant/new"}), "grant/new"),
        ("copy_file", from("grant/a", "grant/new"), "grant/new"),
        ("copy_file", from("grant/d", "grant/new"), "grant/new"),
        ("copy_file", from("grant/a", "other/new"), "other/new"),
        ("move_file", from("grant/a", "grant/new"), "grant/new"),
        ("move_file", from("grant/d", "grant/new"), "grant/new"),
        ("move_file", from("grant/a", "other/new"), "other/new"),
        ("move_file", from("grant/d", "other/new"), "other/new"),
    ] {
        let play = Play {
            tree: &|| Sandbox::new().file("grant/a", "mine\n").file("grant/d/in", "in\n"),
            tool,
            arguments: &|_| arguments.clone(),
            act: &|bench| creating(bench.path(at)),
            check: &|bench, answer, has_acted, shown| {
                if !has_acted {
                    assert!(answer.is_ok() && bench.path(at).exists(), "{shown}");
                    return;
                }
                assert_eq!(bench.read(at).as_deref(), Some("theirs\n"), "{shown}");
                let is_refused =
                    answer.as_ref().is_err_and(|said| said.starts_with("already_exists: "));
                assert!(is_refused, "{shown}");
                assert_eq!(bench.read("grant/a").as_deref(), Some("mine\n"), "{shown}");
                assert_eq!(bench.read("grant/d/in").as_deref(), Some("in\n"), "{shown}");
                let temps = [tree(&bench.sandbox, "grant"), tree(&bench.sandbox, "other")].concat();
                assert!(!temps.iter().any(|(name, _)| name.contains(".preopen-")), "{shown}");
            },
        };
        play.at_each_step();
    }
}

/// A rename would replace an empty directory without a word.
#[test]
fn an_empty_directory_that_came_meanwhile_is_not_replaced() {
    for (tool, source, at) in [
        ("copy_file", "grant/d", "grant/new"),
        ("copy_file", "grant/d", "other/new"),
        ("move_file", "grant/d", "grant/new"),
        ("move_file", "grant/d", "other/new"),
        ("move_file", "grant/a", "grant/new"),
    ] {
        let play = Play {
            tree: &|| Sandbox::new().file("grant/a", "a").file("grant/d/in", "in"),
            tool,
            arguments: &|_| json!({"source": source, "destination": at}),
            act: &|bench| {
                let at = bench.path(at);
                Box::new(move || std::fs::create_dir(&at).is_ok())
            },
            check: &|bench, answer, has_acted, shown| {
                assert_eq!(answer.is_err(), has_acted, "{shown}");
                let is_empty =
                    std::fs::read_dir(bench.path(at)).is_ok_and(|mut all| all.next().is_none());
                assert_eq!(is_empty, has_acted, "{shown}");
                assert!(!has_acted || bench.path(source).exists(), "{shown}");
            },
        };
        play.at_each_step();
    }
}

/// What is moved to another grant is copied and then removed: what somebody else writes meanwhile is in one of the two.
#[test]
fn what_is_written_into_the_source_of_a_move_is_kept() {
    for (source, file) in [("a", "a"), ("d", "d/in"), ("d", "d/sub/in")] {
        let acts: [&dyn Fn(&Bench) -> Act; 2] = [
            &|bench| overwriting(bench.path(&format!("grant/{file}")), "theirs, and longer\n"),
            &|bench| replacing(bench.path("outside/theirs"), bench.path(&format!("grant/{file}"))),
        ];
        for act in acts {
            let play = Play {
                tree: &|| {
                    Sandbox::new()
                        .file("grant/a", "mine\n")
                        .file("grant/d/in", "mine\n")
                        .file("grant/d/sub/in", "mine\n")
                        .file("outside/theirs", "theirs, and longer\n")
                },
                tool: "move_file",
                arguments: &|_| json!({"source": format!("grant/{source}"), "destination": format!("other/{source}")}),
                act,
                check: &|bench, answer, has_acted, shown| {
                    let [old, new] =
                        ["grant", "other"].map(|at| bench.read(&format!("{at}/{file}")));
                    if has_acted {
                        let is_kept = [&old, &new]
                            .iter()
                            .any(|text| text.as_deref() == Some("theirs, and longer\n"));
                        assert!(is_kept, "{shown}: {old:?} {new:?}");
                    } else {
                        assert!(answer.is_ok() && old.is_none(), "{shown}: {old:?}");
                        assert_eq!(new.as_deref(), Some("mine\n"), "{shown}");
                    }
                    // What was moved is whole, whatever happened.
                    assert!(
                        new.is_none_or(|text| text == "mine\n" || text == "theirs, and longer\n"),
                        "{shown}"
                    );
                },
            };
            play.at_each_step();
        }
    }
}

#[test]
fn a_copy_of_a_file_that_changes_is_of_one_moment() {
    // Several parts long, and the other text is as long.
    let text = |byte: &str| byte.repeat(1 << 20);
    let theirs: &'static str = text("t").leak();
    for (tool, destination) in [("copy_file", "grant/new"), ("move_file", "other/new")] {
        let play = Play {
            tree: &|| Sandbox::new().file("grant/a", text("m")),
            tool,
            arguments: &|_| json!({"source": "grant/a", "destination": destination}),
            act: &|bench| overwriting(bench.path("grant/a"), theirs),
            check: &|bench, answer, _, shown| {
                let shown = shown.chars().take(200).collect::<String>();
                match bench.read(destination) {
                    Some(copy) => {
                        let is_of_one = copy.bytes().all(|b| b == b'm') || copy == theirs;
                        assert!(is_of_one && copy.len() == 1 << 20, "{shown}: a mix");
                    }
                    None => {
                        assert!(
                            answer.as_ref().is_err_and(|said| said.starts_with("stale: ")),
                            "{shown}"
                        );
                        assert!(bench.read("grant/a").is_some(), "{shown}");
                    }
                }
            },
        };
        play.at_each_step();
    }
}

/// The disk, or somebody else, spoils the copy before it is compared: the source is not removed then.
#[test]
fn a_copy_that_is_not_the_same_does_not_replace_its_source() {
    let refused = Cell::new(0);
    let play = Play {
        tree: &|| Sandbox::new().file("grant/a", "mine\n"),
        tool: "move_file",
        arguments: &|_| json!({"source": "grant/a", "destination": "other/a"}),
        act: &|bench| {
            let other = bench.path("other");
            Box::new(move || {
                let temp = std::fs::read_dir(&other).unwrap().next().map(|entry| entry.unwrap());
                temp.filter(|temp| temp.metadata().unwrap().len() == 5).is_some_and(|temp| {
                    let file = std::fs::File::options().write(true).open(temp.path());
                    file.unwrap().write_all_at(b"M", 0).is_ok()
                })
            })
        },
        check: &|bench, answer, has_acted, shown| {
            if let Err(said) = answer {
                assert!(has_acted && said.starts_with("stale: "), "{shown}");
                assert_eq!(bench.read("grant/a").as_deref(), Some("mine\n"), "{shown}");
                assert_eq!(tree(&bench.sandbox, "other"), [], "{shown}");
                refused.set(refused.get() + 1);
            }
        },
    };
    play.at_each_step();
    assert!(refused.get() > 0, "no copy was compared");
}
