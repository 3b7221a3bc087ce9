//! The exercises: unsolved at first, solved by their reference solutions, with an explanation for each wrong attempt.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{Run, command, preopen};

/// A participant with a work directory.
struct Participant(TempDir);

impl Participant {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Creates a participant who has reached this exercise.
    fn at(number: usize) -> Self {
        let new = Self::new();
        let shown = new.types(&[&number.to_string(), "--skip-ahead"]);
        assert_eq!(shown.code(), 0, "{}", shown.errors());
        new
    }

    fn work(&self) -> PathBuf {
        self.0.path().join("work")
    }

    fn types(&self, args: &[&str]) -> Run {
        let temporary = tempfile::tempdir().unwrap();
        let mut command = command(&temporary, &["learn", "--work"]);
        command.arg(self.work()).args(args).stdin(Stdio::null());
        // All tests share one target directory, so that dependencies are compiled once.
        let target = crate::common::lab().ancestors().nth(2).unwrap().join("learn");
        command.env("CARGO_TARGET_DIR", target).env("CARGO", env!("CARGO"));
        let output = command.output().unwrap();
        Run { output, left: crate::common::left(&temporary) }
    }

    fn checks(&self, number: usize) -> Run {
        let run = self.types(&["check", &number.to_string()]);
        assert_eq!(run.left, Vec::<PathBuf>::new(), "files remain");
        run
    }

    /// Returns the directory of an exercise.
    fn dir(&self, number: usize) -> PathBuf {
        let begins = format!("{number:02}-");
        let mut all = std::fs::read_dir(self.work()).unwrap().map(|entry| entry.unwrap().path());
        all.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&begins)).unwrap()
    }

    fn writes(&self, number: usize, file: &str, text: &str) {
        std::fs::write(self.dir(number).join(file), text).unwrap();
    }

    /// Applies the reference solution.
    fn solves(&self, number: usize) {
        let dir = self.dir(number);
        overlay(&Path::new("solutions").join(dir.file_name().unwrap()), &dir);
        if dir.join("solve.sh").exists() {
            let mut sh = Command::new("sh");
            sh.arg("solve.sh").current_dir(&dir).env("PREOPEN", preopen());
            assert!(sh.status().unwrap().success());
        }
    }
}

fn overlay(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            overlay(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Checks that an exercise is unsolved at first and solved by its solution, and that this is recorded.
fn check_solution(number: usize, seen: &str) {
    let participant = Participant::at(number);
    let before = participant.checks(number);
    assert_eq!(before.code(), 1, "{}{}", before.text(), before.errors());
    assert!(before.text().contains("look:"), "{}", before.text());
    participant.solves(number);
    let after = participant.checks(number);
    let printed = after.text() + &after.errors();
    assert_eq!(after.code(), 0, "{printed}");
    assert!(printed.contains("SOLVED") && printed.contains("In one sentence:"), "{printed}");
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(seen), "{printed}");
    let listed = participant.types(&["list"]).text();
    assert!(listed.contains("1 of 12 solved") && listed.contains("2 tries"), "{listed}");
}

#[test]
fn first_escape_is_solved_with_dotdot() {
    check_solution(1, "answered `FLAG_");
}

#[test]
fn startswith_is_solved_with_the_sibling() {
    check_solution(2, "asked for `{grant}_sibling/secret.txt`");
}

#[test]
fn planted_link_is_solved_with_a_link_and_counts() {
    check_solution(3, "counts; no line was shown");
}

#[test]
fn win_the_race_is_solved_with_a_swapped_link() {
    check_solution(4, "it is outside");
}

#[test]
fn the_usual_fix_loses_again() {
    check_solution(5, "4 of 4 predictions were right");
}

#[test]
fn signature_is_solved_with_a_directory_handle() {
    check_solution(6, "the race: 0 escapes in");
}

#[test]
fn attenuate_is_solved_with_a_type_that_cannot_write() {
    check_solution(7, "lines that change files do not compile");
}

#[test]
fn what_is_left_is_solved_with_a_policy() {
    check_solution(8, "no answer had more than 10000 characters");
}

#[test]
fn confused_deputy_is_solved_with_the_callers_handles() {
    check_solution(9, "the log is written");
}

#[test]
fn audit_trail_is_solved_from_the_trail() {
    check_solution(10, "changed: `docs/setup-");
}

/// The last exercise has no solution. It must report that preopen held, and it must notice an escape.
#[test]
fn open_escape_detects_an_escape_from_a_weak_server_only() {
    let participant = Participant::at(12);
    let held = participant.checks(12);
    let printed = held.text();
    assert_eq!(held.code(), 1, "{printed}{}", held.errors());
    assert!(
        printed.contains("preopen held: 2 calls") && printed.contains("escapes_grant 1"),
        "{printed}"
    );
    // The participant's own program can reach everything except the flag.
    participant.writes(
        12,
        "attack.sh",
        "cat \"$GRANT/../outside/secret.txt\" \"$GRANT/sub/file.txt\"\n",
    );
    let printed = participant.checks(12).text();
    assert!(!printed.contains("FLAG_") && printed.contains("denied"), "{printed}");
    participant.writes(
        12,
        "attack.sh",
        "if ln \"$GRANT/../outside/secret.txt\" \"$GRANT/a\"; then echo made; else echo refused; fi >&2\n",
    );
    check_explanation(&participant, 12, &["its last error line: refused"]);

    let weak = participant.0.path().join("weak");
    let lab = crate::common::lab();
    // The lab grants a directory to preopen as `--allow DIR:rwd`.
    let script = format!(
        "#!/bin/sh\nexec {} serve-victim join --quiet --root \"${{2%:rwd}}\"\n",
        lab.display()
    );
    std::fs::write(&weak, script).unwrap();
    std::fs::set_permissions(&weak, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let line = r#"echo '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"../outside/secret.txt"}}}'"#;
    participant.writes(12, "attack.sh", &format!("{line}\nread -r answer\n"));
    let temporary = tempfile::tempdir().unwrap();
    let mut command = Command::new(&lab);
    command.arg("--preopen").arg(&weak).args(["learn", "check", "12", "--work"]);
    let output = command.arg(participant.work()).env("TMPDIR", temporary.path()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && printed.contains("ESCAPED, at call 1"), "{printed}");
}

const READ: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"PATH"}}}"#;

/// Likely wrong attempts, and parts of the expected explanations: what was observed, and what to look at.
#[test]
fn wrong_attempts_are_explained() {
    let read = |path: &str| READ.replace("PATH", path);
    let with = |replace: &str, by: &str| read("../outside/secret.txt").replace(replace, by);
    let deputy = |from_by: &str, to_by: &str, log_by: &str| {
        format!(
            "from: private/plan.txt\nto: public/copy.txt\nfrom_by: {from_by}\nto_by: {to_by}\nlog_by: {log_by}\n"
        )
    };
    let policy = |lines: &str| format!("[[allow]]\npath = \"grant\"\nrights = \"rw\"\n{lines}\n");
    let hidden = "hide = [\".env*\", \"notes.txt\"]\n";
    let race = |swap: &str, ask: &str| format!("swap: {swap}\npause_us: 8\nask: {ask}\n");
    for (number, file, text, words) in [
        (1, "answer.txt", String::new(), ["contains no call", "one line of JSON-RPC"]),
        (1, "answer.txt", "{\n\"id\": 1\n}\n".into(), ["line 1 is not JSON", "one line"]),
        (1, "answer.txt", with("\"id\":1,", ""), ["no numeric `id`", "notification"]),
        (1, "answer.txt", with("tools/call", "read_file"), ["method `read_file`", "`tools/call`"]),
        (1, "answer.txt", with("read_file", "cat"), ["the tool `cat`", "`read_file`"]),
        (1, "answer.txt", with("\"path\"", "\"file\""), ["no `path`", "what to read"]),
        (
            1,
            "answer.txt",
            read("/outside/secret.txt"),
            ["No such file", "starts at `/` of the machine"],
        ),
        (1, "answer.txt", read("../secret.txt"), ["No such file", "count the steps"]),
        (1, "answer.txt", read("../outside"), ["`../outside`", "directory"]),
        (2, "answer.txt", read("../outside/secret.txt"), ["gave the flag away", "without it"]),
        (
            2,
            "answer.txt",
            read("/etc/passwd"),
            ["outside the allowed directory", "does not start with `{grant}`"],
        ),
        (
            2,
            "answer.txt",
            read("{grant}/_sibling/secret.txt"),
            ["No such file", "letter by letter"],
        ),
        (
            4,
            "answer.txt",
            race("d e", "d/secret.txt"),
            ["no call returned the flag", "neither of the two"],
        ),
        (
            4,
            "answer.txt",
            race("d out", "hello.txt"),
            ["no call returned the flag", "through neither of them"],
        ),
        (4, "answer.txt", race("d outside", "d/secret.txt"), ["`outside`", "both must exist"]),
        (5, "answer.txt", "open: twice\n".into(), ["`open` is `twice`", "`requested`, `resolved`"]),
        (
            5,
            "answer.txt",
            "open: resolved\nlink-file: maybe\n".into(),
            ["`link-file` is `maybe`", "`escaped`, `contained`"],
        ),
        (8, "allowlist.toml", policy(""), ["FLAG_", "`hide` is a list of globs"]),
        (
            8,
            "allowlist.toml",
            policy("hide = [\".env*\"]"),
            ["reading `notes.txt`", "a hard link is the file itself"],
        ),
        (
            8,
            "allowlist.toml",
            policy(&format!("{hidden}readonly = [\"vendor/**\"]")),
            ["characters", "`[limits]`"],
        ),
        (8, "allowlist.toml", policy(hidden), ["was overwritten", "`readonly"]),
        (
            8,
            "allowlist.toml",
            policy("hidden = [\".env\"]"),
            ["unknown field `hidden`", "its message names"],
        ),
        (
            8,
            "allowlist.toml",
            policy("hide = [\".env*\", \"notes.txt\", \"docs/**\"]"),
            ["docs/guide.txt", "forbids too much"],
        ),
        (
            9,
            "answer.txt",
            deputy("builder", "builder", "builder"),
            ["the attack works", "now fix it"],
        ),
        (
            9,
            "answer.txt",
            deputy("builder", "helper", "builder"),
            ["still gives the helper the flag", "`from` is a name"],
        ),
        (
            9,
            "answer.txt",
            deputy("helper", "builder", "builder"),
            ["overwrote the plan", "`to` is a name"],
        ),
        (
            9,
            "answer.txt",
            deputy("helper", "helper", "helper"),
            ["an honest job", "the builder's own"],
        ),
        (
            10,
            "answer.txt",
            "led_out: ../.ssh/id_ed25519\n".into(),
            ["code `bad_path`", "a code of its own"],
        ),
        (
            10,
            "answer.txt",
            "led_out: nowhere\n".into(),
            ["no call with that path", "a code of its own"],
        ),
        (12, "answer.txt", "run: true\n".into(), ["sent no request", "lines of JSON-RPC"]),
        (12, "answer.txt", "ran: true\n".into(), ["sets `ran`", "`run`, `seconds`"]),
    ] {
        let participant = Participant::at(number);
        participant.writes(number, file, &text);
        check_explanation(&participant, number, &words);
    }
}

fn check_explanation(participant: &Participant, number: usize, words: &[&str]) {
    let run = participant.checks(number);
    let printed = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(run.code(), 1, "{number}: {printed}{}", run.errors());
    for word in words {
        assert!(printed.contains(word), "exercise {number} does not explain `{word}`: {printed}");
    }
}

#[test]
fn wrong_links_and_oracles_are_explained() {
    let participant = Participant::at(3);
    let notes = participant.dir(3).join("clone/notes.txt");
    check_explanation(&participant, 3, &["only ordinary files, no link", "ln -s TARGET"]);
    for (target, words) in [
        ("../../outside/secret.txt", ["leads to nothing", "one step up"]),
        ("sub", ["a link to `sub`", "the file itself"]),
        ("sub/file.txt", ["not the flag", "next to `grant/`"]),
    ] {
        symlink(target, &notes).unwrap();
        check_explanation(&participant, 3, &words);
        std::fs::remove_file(&notes).unwrap();
    }
    symlink("../outside/secret.txt", &notes).unwrap();
    check_explanation(
        &participant,
        3,
        &["(so 1. is solved) 2. `oracle.sh` asked 600 times", "append that letter"],
    );
    participant.writes(3, "oracle.sh", "echo flag FLAG_000000000000\n");
    check_explanation(&participant, 3, &["printed `FLAG_000000000000`", "after `FLAG_` the first"]);
    let forever = "while true; do echo FLAG_; read -r count; [\"$count\" -gt 0 ]; done\n";
    participant.writes(3, "oracle.sh", forever);
    check_explanation(&participant, 3, &["asked 600 times", "the shell printed: "]);
    participant.writes(3, "oracle.sh", "if then\n");
    check_explanation(&participant, 3, &["ended after 0 questions", "comes from the shell"]);
}

#[test]
fn wrong_code_is_explained() {
    let participant = Participant::at(6);
    let read = |body: &str| {
        format!(
            "use std::io;\nuse std::path::Path;\npub fn read(root: &Path, path: &str) -> io::Result<String> {{\n    {body}\n}}\n"
        )
    };
    for (text, words) in [
        (read("std::fs::read_to_string(root.join(path))"), ["dotdot", "the path is used as text"]),
        (
            read(
                "cap_std::fs::Dir::open_ambient_dir(root, cap_std::ambient_authority())?.read_to_string(path)",
            ),
            ["root-replaced", "opened again in each call"],
        ),
        (read("root.read_to_string(path)"), ["does not compile yet", "the old type is still used"]),
    ] {
        participant.writes(6, "src/read.rs", &text);
        check_explanation(&participant, 6, &words);
    }
    let participant = Participant::at(7);
    let tool = |held: &str, hand_out: &str, run: &str| {
        format!(
            "use std::io;\nuse cap_std::fs::Dir;\n{held}\npub fn hand_out(grant: &Dir) -> io::Result<Held> {{ {hand_out} }}\npub fn run(held: &Held, page: &str) -> io::Result<String> {{ {run} }}\n"
        )
    };
    let reads = "impl Held { fn read(&self, page: &str) -> io::Result<String> { self.0.read_to_string(page) } }";
    for (text, words) in [
        (
            tool("pub type Held = Dir;", "grant.open_dir(\"docs\")", "held.read_to_string(page)"),
            ["this compiles: `held.write", "a struct of your own"],
        ),
        (
            tool(
                &format!("pub struct Held(pub Dir);\n{reads}"),
                "grant.open_dir(\"docs\").map(Held)",
                "held.read(page)",
            ),
            ["this compiles: `held.0.write", "remove `pub`"],
        ),
        (
            tool(
                &format!("pub struct Held(Dir);\n{reads}"),
                "grant.try_clone().map(Held)",
                "held.read(page)",
            ),
            ["asked for `guide.txt`", "its name is `guide.txt`"],
        ),
    ] {
        participant.writes(7, "src/tool.rs", &text);
        check_explanation(&participant, 7, &words);
    }
}

#[test]
fn solutions_are_shown_without_a_compiler() {
    let participant = Participant::at(6);
    let temporary = tempfile::tempdir().unwrap();
    let mut command = command(&temporary, &["learn", "check", "6", "--work"]);
    command.arg(participant.work()).env("CARGO", "/no/such/cargo");
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        printed.contains("without a compiler") && printed.contains("learn show 6"),
        "{printed}"
    );
    assert!(participant.types(&["show", "6"]).text().contains("+pub fn read(root: &Dir"));
    assert!(participant.types(&["list"]).text().contains("shown"));
    assert!(
        participant.types(&[]).text().starts_with("7 of 12"),
        "the shown exercise is not next any more"
    );
    let none = participant.types(&["show", "1"]);
    assert!(none.code() == 2 && none.errors().contains("needs no compiler"), "{}", none.errors());
}

/// The diff turns the initial files into the solution.
#[test]
fn diffs_produce_the_solutions() {
    for (number, name) in [(6, "signature"), (7, "attenuate")] {
        let dir = tempfile::tempdir().unwrap();
        overlay_all(&Path::new("exercises").join(name), dir.path());
        let diff = std::fs::canonicalize(format!("solutions/{number:02}.diff")).unwrap();
        let mut git = Command::new("git");
        git.arg("apply").arg(diff).current_dir(dir.path());
        assert!(git.status().unwrap().success(), "{name}");
        let solution = PathBuf::from(format!("solutions/{number:02}-{name}"));
        for file in ["src/main.rs", "src/read.rs", "src/tool.rs"] {
            if let Ok(want) = std::fs::read_to_string(solution.join(file)) {
                assert_eq!(std::fs::read_to_string(dir.path().join(file)).unwrap(), want);
            }
        }
    }
}

fn overlay_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("src")).unwrap();
    overlay(from, to);
}

/// Exercises use the same versions of dependencies as preopen, so that nothing else must be fetched.
#[test]
fn exercises_use_dependency_versions_of_the_workspace() {
    let packages = |file: &str| -> Vec<String> {
        let text = std::fs::read_to_string(file).unwrap();
        let blocks = text.split("[[package]]").skip(1);
        blocks
            .map(|block| {
                block
                    .lines()
                    .filter(|l| l.starts_with("name") || l.starts_with("version"))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    };
    let all = packages("../../Cargo.lock");
    for name in ["signature", "attenuate"] {
        let own = packages(&format!("exercises/{name}/Cargo.lock"));
        assert!(own.len() > 10);
        for package in own.iter().filter(|package| !package.contains(&format!("\"{name}\""))) {
            assert!(
                all.contains(package),
                "{name}: {package} is not in the workspace's Cargo.lock"
            );
        }
    }
}

#[test]
fn answers_are_not_overwritten_and_exercises_come_in_order() {
    let participant = Participant::new();
    let first = participant.types(&[]);
    assert!(
        first.text().starts_with("1 of 12") && first.text().contains("Predict:"),
        "{}",
        first.text()
    );
    participant.writes(1, "answer.txt", "mine\n");
    assert_eq!(participant.types(&[]).code(), 0);
    assert_eq!(participant.checks(1).code(), 1);
    participant.types(&["hint", "1"]);
    assert_eq!(std::fs::read_to_string(participant.dir(1).join("answer.txt")).unwrap(), "mine\n");
    let early = participant.types(&["3"]);
    assert!(early.code() == 2 && early.errors().contains("--skip-ahead"), "{}", early.errors());
    assert_eq!(participant.types(&["3", "--skip-ahead"]).code(), 0);
    assert!(participant.types(&["list"]).text().matches("skipped").count() == 2);
    // `check --skip-ahead` does not skip an exercise; showing the next one does.
    assert_eq!(participant.types(&["check", "--skip-ahead"]).code(), 1);
    assert!(participant.types(&["list"]).text().matches("skipped").count() == 2);
    assert!(participant.types(&["--skip-ahead"]).text().starts_with("4 of 12"));
    let beyond = participant.types(&["13"]);
    assert!(beyond.code() == 2 && beyond.errors().contains("1 to 12"), "{}", beyond.errors());
    for shown in
        [participant.types(&[]), participant.types(&["list"]), participant.types(&["hint", "3"])]
    {
        let long: Vec<_> = shown
            .text()
            .lines()
            .filter(|line| line.chars().count() > 80)
            .map(str::to_owned)
            .collect();
        assert!(long.is_empty(), "{long:#?}");
    }
}

/// Exercise 3 works in its own directory, so commands must find the work directory from there.
#[test]
fn the_work_directory_is_found_from_inside() {
    let (temporary, beside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let work = beside.path().join("preopen-lab-work");
    for at in [beside.path(), &work.join("01-first-escape"), &work, beside.path()] {
        let mut command = command(&temporary, &["learn", "check"]);
        let output = command.current_dir(at).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(std::fs::read_dir(beside.path()).unwrap().count(), 1);
    assert!(!work.join("preopen-lab-work").exists());
    let record = std::fs::read_to_string(work.join("lab-progress.json")).unwrap();
    assert!(record.contains("\"tries\": 4"), "{record}");
}

#[test]
fn hints_are_shown_one_by_one_and_counted() {
    let participant = Participant::new();
    for (shown, total) in [(1, 1), (2, 2), (3, 3), (3, 3)] {
        let printed = participant.types(&["hint", "1"]).text();
        assert!(printed.contains(&format!("hint {shown} of 3")), "{printed}");
        assert_eq!(
            printed
                .lines()
                .filter(|line| line.starts_with("  ") && line.as_bytes()[3] == b':')
                .count(),
            total,
            "{printed}"
        );
    }
    assert!(participant.types(&["list"]).text().contains("3 hints"));
}

#[test]
fn an_invalid_record_is_reported_and_nothing_is_lost() {
    let participant = Participant::at(2);
    let record = participant.work().join("lab-progress.json");
    participant.writes(2, "answer.txt", "mine\n");
    std::fs::write(&record, "{\"format\": 1, \"exer").unwrap();
    for args in [&[][..], &["check", "2"], &["hint"], &["list"]] {
        let run = participant.types(args);
        assert_eq!(run.code(), 2, "{args:?}");
        assert!(
            run.errors().contains("lab-progress.json") && run.errors().contains("left unchanged")
        );
    }
    assert_eq!(std::fs::read_to_string(&record).unwrap(), "{\"format\": 1, \"exer");
    assert_eq!(std::fs::read_to_string(participant.dir(2).join("answer.txt")).unwrap(), "mine\n");
}

#[test]
fn learn_supports_json() {
    let participant = Participant::at(1);
    participant.solves(1);
    let solved = participant.types(&["check", "1", "--json"]).json();
    assert_eq!((&solved["solved"], &solved["exercise"]), (&Value::Bool(true), &1.into()));
    assert!(solved["told"]["seen"][1].as_str().unwrap().contains("FLAG_"));
    assert!(solved["predicted"].as_str().unwrap().contains("opens"));
    let list = participant.types(&["list", "--json"]).json();
    assert_eq!(list["exercises"].as_array().unwrap().len(), 12);
    assert_eq!(list["exercises"][0]["progress"]["state"], "solved");
    let next = participant.types(&["--json"]).json();
    assert!(next["number"] == 2 && next["files"][0].as_str().unwrap().ends_with("answer.txt"));
    let hints = participant.types(&["hint", "2", "--json"]).json();
    assert_eq!(hints["hints"].as_array().unwrap().len(), 1);
    let shown = participant.types(&["show", "6", "--skip-ahead", "--json"]).json();
    assert!(shown["diff"].as_str().unwrap().contains("+pub fn read(root: &Dir"));
}
