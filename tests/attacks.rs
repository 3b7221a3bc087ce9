//! The attacks, against the program and against servers that are weak on purpose.
//!
//! Each row goes to every registered tool that takes a path, whatever the kernel lacks, with the seal
//! and without, as root and as nobody. Tools and their path arguments come from the registry. A tool
//! that changes something gets a tree of its own for each call.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use preopen::tool::Entry;
use preopen::tools::TOOLS;
use preopen_attacks::{FLAG, Harm, Row, SEQUENCES, Victim, all};
use serde_json::{Value, json};

use crate::common::{
    Client, Era, HAS_LINUX_CALLS, NOBODY, Sandbox, Without, calls, changes, code, for_everybody,
};

/// Under what the program runs.
#[derive(Clone, Copy, Debug)]
struct Under {
    without: Without,
    seal: &'static str,
    as_nobody: bool,
}

/// Everything that is tried, and why not what is not.
fn configurations() -> (Vec<Under>, Vec<&'static str>) {
    let kernels = [Without::Nothing, Without::OpenAt2NoSys, Without::OpenAt2Perm];
    let under = |without, seal, as_nobody| Under { without, seal, as_nobody };
    // For `make mutants`, by which they run hundreds of times. Not sealed: what one wall lets through
    // must not be hidden by the next.
    if std::env::var_os("PREOPEN_ATTACKS_FEW").is_some() {
        let few =
            [Without::Nothing, Without::OpenAt2NoSys].map(|kernel| under(kernel, "off", false));
        return (few.into(), vec!["all but two configurations"]);
    }
    let mut all: Vec<_> = kernels
        .iter()
        .flat_map(|kernel| ["auto", "off"].map(|seal| under(*kernel, seal, false)))
        .collect();
    if rustix::process::geteuid().is_root() {
        all.extend(
            [Without::Nothing, Without::OpenAt2NoSys].map(|kernel| under(kernel, "auto", true)),
        );
        (all, vec![])
    } else {
        (all, vec!["only root can run them as another user, too"])
    }
}

/// Is it a user whom a mode refuses?
fn is_refused(under: Under) -> bool {
    under.as_nobody || !rustix::process::geteuid().is_root()
}

/// Is it run as nobody as well?
fn may_be_nobody() -> bool {
    rustix::process::geteuid().is_root()
}

/// The tree of a row.
fn tree(row: &Row) -> Sandbox {
    let sandbox = Sandbox::for_attacks().take(row.tree);
    if row.hide.is_empty() {
        return sandbox;
    }
    let config =
        format!("[[allow]]\npath = \"grant\"\nrights = \"rwd\"\nhide = {}\n", json!(row.hide));
    sandbox.file("allowlist.toml", config)
}

fn start(row: &Row, sandbox: &Sandbox, under: Under) -> Client {
    let mut command = Command::new(for_everybody());
    command.env_clear().args(["--sandbox", under.seal]).args(row.args);
    if row.hide.is_empty() {
        command.args(["--allow", &sandbox.spec("grant", "rwd")]);
    } else {
        command.arg("--config").arg(sandbox.path("allowlist.toml"));
    }
    if under.as_nobody {
        give_away(&sandbox.path(""));
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut client = Client::spawn(command, Era::Modern, under.without);
    // The handles are open when it answers, and not before.
    client.request("server/discover", json!({}));
    client
}

/// Gives a tree to nobody. What cannot be given away, such as /proc, stays as it is.
fn give_away(path: &Path) {
    let _ = std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY));
    if path.is_dir() && !path.is_symlink() && !path.join("self/environ").exists() {
        for entry in std::fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

/// The names below a directory.
fn below(directory: &Path) -> BTreeSet<PathBuf> {
    let mut names = BTreeSet::new();
    let mut todo = vec![directory.to_owned()];
    while let Some(at) = todo.pop() {
        for entry in std::fs::read_dir(at).unwrap().map(Result::unwrap) {
            names.insert(entry.path().strip_prefix(directory).unwrap().to_owned());
            todo.extend(entry.file_type().unwrap().is_dir().then(|| entry.path()));
        }
    }
    names
}

/// What lies outside the grant: names, and what is in the files.
fn outside(sandbox: &Sandbox) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    fn walk(path: &Path, found: &mut BTreeMap<PathBuf, Option<Vec<u8>>>) {
        for entry in std::fs::read_dir(path).unwrap() {
            let (entry, path) =
                entry.map(|entry| (entry.file_type().unwrap(), entry.path())).unwrap();
            let text = entry.is_file().then(|| std::fs::read(&path).unwrap());
            found.insert(path.clone(), text);
            if entry.is_dir() && !path.ends_with("grant") && !path.ends_with("moved") {
                walk(&path, found);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&sandbox.path(""), &mut found);
    found
}

/// The calls of a row that share a tree; what went wrong, and how many there were.
fn attack(row: &Row, under: Under, group: Group) -> (Vec<String>, usize) {
    let sandbox = tree(row);
    let mut client = start(row, &sandbox, under);
    let sandbox = sandbox.take(row.later);
    let before = outside(&sandbox);
    let path = row.spelled(&sandbox);
    let host = sandbox.path("");
    let host = host.to_str().unwrap().trim_end_matches('/');
    let (mut failures, mut asked) = (vec![], 0);
    for (tool, arguments) in group.calls(&path) {
        let answer = client.call(tool.name, &arguments);
        asked += 1;
        // The caller knows the path that it sent.
        let said = answer.text.replace(&path, "");
        let mut fail = |why: &str| {
            let answer: String = answer.text.chars().take(300).collect();
            let name = row.name();
            failures.push(format!("{name} {under:?} {} {arguments}: {why}: {answer}", tool.name));
        };
        let want = match group {
            Group::Readers => vec![row.code_of(tool.name)],
            Group::Changer(..) => changed(row, tool, &arguments, &path),
        };
        if !want.contains(&code(&answer)) {
            fail(&format!("want {want:?}"));
        }
        if said.contains(FLAG) && !row.is_known {
            fail("ESCAPE");
        }
        if said.contains(host) && !path.contains(host) {
            fail("shows a host path");
        }
    }
    // What is mounted in the grant is in the grant.
    if outside(&sandbox) != before && !row.is_known {
        failures.push(format!("{} {under:?}: CHANGED something outside", row.name()));
    }
    (failures, asked)
}

/// Calls that may share a tree: all those that only read, or one that changes something.
#[derive(Clone, Copy)]
enum Group {
    Readers,
    /// One path argument of one tool.
    Changer(&'static Entry, usize),
}

impl Group {
    fn all() -> Vec<Self> {
        let changers = TOOLS.iter().filter(|tool| changes(tool));
        let each = changers.flat_map(|tool| (0..calls(tool, "").len()).map(move |nth| (tool, nth)));
        let each = each.map(|(tool, nth)| Self::Changer(tool, nth));
        std::iter::once(Self::Readers).chain(each).collect()
    }

    /// Changes are resolved by name, whatever the kernel has: two ways to run them tell all.
    fn is_for(self, under: Under) -> bool {
        let Under { without, seal, as_nobody } = under;
        let of_changers = match without {
            Without::Nothing => seal == "auto" && as_nobody == may_be_nobody(),
            Without::OpenAt2NoSys => seal == "off" && !as_nobody,
            Without::OpenAt2Perm => false,
        };
        matches!(self, Self::Readers) || of_changers
    }

    fn calls(self, path: &str) -> Vec<(&'static Entry, Value)> {
        match self {
            Self::Readers => {
                let of = |tool| calls(tool, path).into_iter().map(move |call| (tool, call));
                TOOLS.iter().filter(|tool| !changes(tool)).flat_map(of).collect()
            }
            Self::Changer(tool, nth) => vec![(tool, calls(tool, path).swap_remove(nth))],
        }
    }
}

/// What a call that changes may come to, where a tool that reads gets the row's code. A path that leads
/// to a link is, for some tools, the link itself: then what it leads to stays untouched.
fn changed(row: &Row, tool: &Entry, arguments: &Value, path: &str) -> Vec<&'static str> {
    let is_source = arguments["source"] == path;
    let by_rule = !row.hide.is_empty();
    let ends_with_slash = path.ends_with('/') || path.ends_with("/.");
    if arguments["source"].is_string() && arguments["source"] == arguments["destination"] {
        return vec!["bad_args", row.code];
    }
    match (row.code, tool.name) {
        // What is copied is read.
        ("is_a_directory" | "not_text", "copy_file") if is_source => {
            vec!["ok", "over_limit", "bad_args", "os_denied"]
        }
        (code, "copy_file") if is_source => vec![code],
        // With a slash it is not the link itself.
        ("escapes_grant", "delete_file" | "move_file") if ends_with_slash => {
            vec!["escapes_grant", "not_a_directory"]
        }
        ("escapes_grant", "delete_file") => vec!["escapes_grant", "ok"],
        ("escapes_grant", "move_file") if is_source => vec!["escapes_grant", "ok", "bad_args"],
        ("escapes_grant", "move_file") => vec!["escapes_grant", "already_exists", "bad_args"],
        // An existing entry is hidden; a new one is refused by its name.
        ("not_found", "edit_file") if by_rule => vec!["not_found"],
        ("not_found", "delete_file") if by_rule => vec!["not_found", "ok"],
        ("not_found", "move_file") if by_rule && is_source => vec!["not_found", "ok"],
        ("not_found", "move_file") if by_rule => vec!["protected", "already_exists"],
        ("not_found", _) if by_rule => vec!["protected"],
        ("not_found", "delete_file") => vec!["not_found", "ok"],
        ("not_found", "move_file") if is_source => vec!["not_found", "ok"],
        ("not_found", "move_file") => vec!["ok", "already_exists", "bad_path", "not_found"],
        ("not_found", "write_file" | "create_directory" | "copy_file") => {
            vec!["ok", "bad_path", "not_found"]
        }
        ("special_file", "delete_file") => vec!["special_file", "ok"],
        ("special_file", "move_file") if is_source => vec!["special_file", "ok"],
        ("special_file", "create_directory" | "copy_file" | "move_file") => {
            vec!["special_file", "already_exists"]
        }
        ("bad_path", "delete_file") => vec!["bad_path", "ok"],
        ("bad_path", "move_file") => vec!["bad_path", "ok", "already_exists"],
        ("ok", "edit_file") => vec!["no_match"],
        ("ok", "write_file" | "delete_file") => vec!["ok", "os_busy"],
        ("ok", "move_file") if is_source => vec!["ok", "os_busy"],
        ("ok", _) => vec!["already_exists", "bad_args"],
        ("is_a_directory", "create_directory") => vec!["ok"],
        ("is_a_directory", "move_file" | "copy_file") => {
            vec!["is_a_directory", "already_exists", "bad_args", "os_denied", "ok"]
        }
        ("not_text", "edit_file") => vec!["over_limit"],
        ("not_text", _) => vec!["ok", "already_exists"],
        ("os_denied", _) => vec!["os_denied", "already_exists", "bad_args", "ok"],
        (code, _) => vec![code],
    }
}

/// Rows that can be run here, and those that cannot. The portable program tells mounts apart by their device,
/// and what Linux mounts twice has one.
fn rows() -> (Vec<&'static Row>, Vec<&'static Row>) {
    let may_mount = Sandbox::may_mount();
    all().partition(|row| (may_mount || !row.mounts()) && (HAS_LINUX_CALLS || !row.binds()))
}

#[test]
fn every_attack_gets_its_answer_and_nothing_else() {
    let ((rows, left_out), (configurations, reasons)) = (rows(), configurations());
    let work: Vec<_> = rows
        .iter()
        .flat_map(|row| configurations.iter().map(move |under| (*row, *under)))
        .filter(|(row, under)| is_refused(*under) || !row.is_about_modes())
        .collect();
    let groups = Group::all();
    let run = |work: &[(&Row, Under)]| {
        let done = work.iter().flat_map(|(row, under)| {
            let groups = groups.iter().filter(|group| group.is_for(*under));
            groups.map(move |group| (row.name(), attack(row, *under, *group)))
        });
        done.collect::<Vec<_>>()
    };
    // More than there are processors: a change waits for the disk.
    let done = std::thread::scope(|scope| {
        let parts: Vec<_> =
            work.chunks(work.len() / 6 + 1).map(|part| scope.spawn(|| run(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = vec![];
    for (id, (failed, calls)) in done {
        *asked.entry(id).or_default() += calls;
        failures.extend(failed);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for row in &rows {
        let refused = configurations.iter().filter(|under| is_refused(**under)).count();
        let under = if row.is_about_modes() { refused } else { configurations.len() };
        let calls = asked.get(&row.name()).copied().unwrap_or(0);
        assert!(calls >= 4 * under, "{}: only {calls} calls", row.name());
    }
    for row in left_out {
        eprintln!("not run: {}: here is no such mount", row.name());
    }
    for reason in reasons {
        eprintln!("not run: {reason}");
    }
    if let Some(page) = std::env::var_os("PREOPEN_ATTACKS_PAGE") {
        std::fs::write(page, matrix(&asked, configurations.len())).unwrap();
    }
}

#[test]
fn every_attack_harms_the_weak_servers_that_it_says() {
    let (rows, _) = rows();
    let mut wrong = vec![];
    // Root, as which the weak servers run here, is refused by no mode.
    let is_root = rustix::process::geteuid().is_root();
    for row in rows.into_iter().filter(|row| !(is_root && row.is_about_modes())) {
        let sandbox = tree(row).take(row.later);
        let path = row.spelled(&sandbox);
        let harm =
            |victim: Victim| Some((victim, victim.harm(&sandbox.path("grant"), &path, row.hide)?));
        let harms: Vec<_> = Victim::ALL.into_iter().filter_map(harm).collect();
        if harms != row.harms {
            wrong.push(format!("{}: {harms:?}, not {:?}", row.name(), row.harms));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rows_are_many_and_each_bites_or_says_why_not() {
    let mut ids: Vec<_> = all().map(Row::name).collect();
    let count = ids.len();
    assert!(count >= 110, "only {count}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "each has a name of its own");
    let silent: Vec<_> =
        all().filter(|row| row.harms.is_empty() && row.because.is_none()).collect();
    assert!(silent.is_empty(), "{silent:?}");
    let biting = all().filter(|row| !row.harms.is_empty()).count();
    assert!(biting >= 80, "only {biting} bite");
}

/// The page of the attacks.
fn matrix(asked: &BTreeMap<String, usize>, configurations: usize) -> String {
    let rows: Vec<&Row> = all().filter(|row| asked.contains_key(&row.name())).collect();
    let calls: usize = asked.values().sum();
    let silent = rows.iter().filter(|row| row.harms.is_empty()).count();
    let known = rows.iter().filter(|row| row.is_known).count();
    let mut page = format!(
        "# Attacks\n\nWritten by `dev/run attacks`: {} attacks, {calls} calls under {configurations} configurations \
(`openat2` there, missing, and forbidden; sealed and not; as root and as nobody). 0 escapes, 0 hangs.\n\n\
Each attack is also run against three servers that are weak on purpose: one joins the path to the directory \
(*join*), one asks whether the joined path begins with it (*prefix*), one does so once links and `..` are \
resolved (*canonical*). {silent} attacks harm none of them; each says why it is here. {known} are not stopped, \
and say who else must.\n",
        rows.len()
    );
    let mut kind = None;
    for row in rows {
        if kind != Some(row.kind) {
            kind = Some(row.kind);
            write!(page, "\n## {:?}\n\n", row.kind).unwrap();
            page += "| attack | path | join | prefix | canonical | preopen | |\n|---|---|---|---|---|---|---|\n";
        }
        let harm = |victim| match row.harms.iter().find(|(harmed, _)| *harmed == victim) {
            Some((_, Harm::Leaks)) => "leaks",
            Some((_, Harm::Hangs)) => "hangs",
            None => "",
        };
        let path = row.path.escape_debug().to_string().replace('|', "\\|");
        let [join, prefix, canonical] = Victim::ALL.map(harm);
        let because = row.because.unwrap_or_default();
        writeln!(
            page,
            "| {} | `` {path} `` | {join} | {prefix} | {canonical} | {} | {because} |",
            row.id, row.code
        )
        .unwrap();
    }
    page + &table_of_sequences()
}

/// The attacks of `tests/protected.rs`, which runs them.
fn table_of_sequences() -> String {
    let mut page = String::from(
        "\n## Sequences\n\nAttacks that take several changes. Each harms a server that judges paths by the \
names in them. preopen refuses a call of each with `protected`.\n\n| attack | calls |\n|---|---|\n",
    );
    for sequence in SEQUENCES {
        let calls: Vec<String> = sequence.calls.iter().map(ToString::to_string).collect();
        writeln!(page, "| {} | {} |", sequence.id, calls.join("; ")).unwrap();
    }
    page
}

#[test]
fn an_answer_never_tells_whether_something_outside_exists() {
    // The same names and links in both; only in one of them the targets exist.
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
        let calls = Group::Readers.calls(path).into_iter();
        calls.map(|(tool, args)| client.call(tool.name, &args).text).collect()
    };
    // A change gets both trees freshly made, and must answer the same and leave the same.
    let changed = |path: &str, group: Group| {
        let both = [Sandbox::new(), Sandbox::without_outside()].map(|sandbox| {
            let sandbox = links(sandbox.file("grant/sub/file.txt", "inside"));
            let spec = sandbox.spec("grant", "rwd");
            let mut client = Client::start(&["--allow", &spec], Era::Modern);
            let calls = group.calls(path).into_iter();
            let told: Vec<_> =
                calls.map(|(tool, args)| client.call(tool.name, &args).text).collect();
            let files = below(&sandbox.path("grant"));
            (told, files)
        });
        let [there, not_there] = both;
        assert_eq!(there, not_there, "{path}");
    };
    for path in ["file", "dir", "dir/secret.txt", "dir/none", "up/outside", "up/none/x"] {
        Group::all().into_iter().skip(1).for_each(|group| changed(path, group));
    }
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

/// Would the call make what the path names? Then a hidden name must be refused, and another one not.
fn makes(tool: &Entry, arguments: &Value, path: &str) -> bool {
    matches!(tool.name, "write_file" | "create_directory") || arguments["destination"] == path
}

#[test]
fn a_hidden_name_answers_like_one_that_does_not_exist() {
    let hide = |sandbox: Sandbox| {
        let toml = "[[allow]]\npath = \"grant\"\nhide = [\".env*\", \"**/*.pem\", \"keys/**\"]\n";
        sandbox
            .file("allowlist.toml", toml)
            .file("changes.toml", format!("{toml}rights = \"rwd\"\n"))
            .file("grant/readme", "x")
            .file("grant/sub/file.txt", "x")
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
        let calls = Group::Readers.calls(path).into_iter();
        calls.map(|(tool, args)| client.call(tool.name, &args).text).collect()
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
    let harm = Victim::Prefix.harm(&full.path("grant"), "m", &[".env"]);
    assert_eq!(harm, Some(Harm::Leaks), "it bites");
    // A new entry is refused by its name; an existing one is not found.
    let changes = |sandbox: &Sandbox, path: &str| -> Vec<(bool, String)> {
        let config = sandbox.path("changes.toml");
        let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
        let calls = Group::all().into_iter().skip(1).flat_map(|group| group.calls(path));
        calls
            .map(|(tool, args)| (makes(tool, &args, path), client.call(tool.name, &args).text))
            .collect()
    };
    for path in [".env", "sub/k.pem", "keys", "keys/a", "keys/none", ".ENV", "SUB/k.pem", "l", "m"]
    {
        let (there, not_there) = (changes(&full, path), changes(&empty, path));
        assert_eq!(there, not_there, "{path}");
        let is_link = matches!(path, "l" | "m");
        for (makes, text) in there.iter().filter(|_| !is_link) {
            let code = if *makes { "protected: " } else { "not_found: " };
            assert!(text.starts_with(code), "{path}: {text}");
        }
    }
    // Nor does a hidden name differ from another name that is not there, which no rule speaks of: in its
    // directory, below it, through a link, and with a slash at its end.
    let one = |(tool, args): &(&Entry, Value)| -> String {
        let sandbox = hide(Sandbox::new().file("grant/.env", "x").file("grant/sub/k.pem", "x"));
        let sandbox = sandbox.file("grant/keys/a", "x").file("grant/sub/.env", "x");
        let sandbox = sandbox.link("grant/up", "sub/.env").link("grant/no", "sub/.enx");
        let config = sandbox.path("changes.toml");
        let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
        client.call(tool.name, args).text
    };
    for (hidden, other) in [
        (".env", ".enx"),
        ("sub/.env", "sub/.enx"),
        ("sub/k.pem", "sub/k.pen"),
        ("keys", "keyz"),
        ("keys/", "keyz/"),
        ("keys/a", "keyz/a"),
        ("keys/a/b/c", "keyz/a/b/c"),
        ("none/.env", "none/.enx"),
        ("readme/.env", "readme/.enx"),
        ("up", "no"),
        ("up/", "no/"),
        ("up/x", "no/x"),
    ] {
        let all = |path: &str| -> Vec<_> {
            Group::all().into_iter().flat_map(|group| group.calls(path)).collect()
        };
        for (call, other_call) in all(hidden).iter().zip(&all(other)) {
            if makes(call.0, &call.1, hidden) {
                continue;
            }
            let mut text = one(call);
            for (from, to) in [
                (".env", ".enx"),
                ("k.pem", "k.pen"),
                ("keys", "keyz"),
                ("`up", "`no"),
                (" up", " no"),
            ] {
                text = text.replace(from, to);
            }
            assert_eq!(text, one(other_call), "{} {}", call.0.name, call.1);
        }
    }
    let listed = |path: &str| answers(&full, path).concat();
    assert!(!listed(".").contains(".env") && !listed(".").contains("keys"), "{}", listed("."));
    assert!(!listed("sub").contains("k.pem"));
}
