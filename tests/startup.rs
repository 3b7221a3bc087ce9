//! Every refusal at the start, and what starts all the same.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::common::{Client, Era, HAS_LINUX_CALLS, Sandbox, Without, preopen};

fn run(command: &mut Command) -> Output {
    command.stdin(std::process::Stdio::null()).output().unwrap()
}

/// Refused with status 2, nothing on standard output, and `words` in the sentence and the hint.
fn refused(command: &mut Command, words: &[&str]) {
    let output = run(command);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{command:?}: {stderr}");
    assert!(output.stdout.is_empty());
    for word in words {
        assert!(stderr.contains(word), "{command:?} does not say {word:?}:\n{stderr}");
    }
}

#[test]
fn without_a_grant_it_says_what_to_type() {
    refused(&mut preopen(&[]), &["no directory is granted", "--allow DIR"]);
    refused(&mut preopen(&["doctor"]), &["no directory is granted", "--allow DIR"]);
}

#[test]
fn a_value_that_the_client_did_not_expand_is_refused() {
    refused(&mut preopen(&["--allow", "${workspaceFolder}"]), &["did not replace", "`.`"]);
    refused(&mut preopen(&["--allow", "/srv:wr"]), &["`wr`", "`ro`, `rw` and `rwd`"]);
}

#[test]
fn the_machine_itself_is_never_granted() {
    let all: &[&str] = if cfg!(target_os = "linux") {
        &["/", "/proc", "/sys", "/dev", "/proc/self", "/dev/shm", "//", "/proc/../"]
    } else {
        &["/", "/dev", "//", "/dev/../"]
    };
    for path in all {
        refused(&mut preopen(&["--allow", path, "--allow-home"]), &["never granted", "--allow"]);
    }
    let sandbox = Sandbox::new().link("grant/root", "/").link("grant/dev", "/dev");
    for link in ["grant/root", "grant/dev"] {
        refused(&mut preopen(&[sandbox.path(link).to_str().unwrap()]), &["never granted"]);
    }
}

#[test]
fn the_home_directory_and_above_need_saying_so() {
    let sandbox = Sandbox::new().dir("home/me/project").link("alias", "home/me");
    let home = sandbox.path("home/me");
    for path in ["home/me", "home", "alias", "home/me/project/.."] {
        let path = sandbox.path(path);
        refused(
            preopen(&[path.to_str().unwrap()]).env("HOME", &home),
            &["home directory", "${workspaceFolder}", "--allow-home"],
        );
        let output = run(preopen(&["--allow-home", path.to_str().unwrap()]).env("HOME", &home));
        assert!(output.status.success());
    }
    refused(preopen(&["."]).current_dir(&home).env("HOME", &home), &["home directory"]);
    let output =
        run(preopen(&[sandbox.path("home/me/project").to_str().unwrap()]).env("HOME", &home));
    assert!(output.status.success());
}

#[test]
fn a_grant_in_a_grant_has_to_say_the_same() {
    let sandbox = Sandbox::new().dir("grant/sub").link("alias", "grant/sub");
    let (outer, inner) = (sandbox.spec("grant", "rw"), sandbox.spec("grant/sub", "ro"));
    let words = ["lies in", "readonly = ["];
    refused(&mut preopen(&[&outer, &inner]), &words);
    refused(&mut preopen(&[&inner, &outer]), &words);
    refused(&mut preopen(&[&outer, &sandbox.spec("alias", "ro")]), &words);
    refused(&mut preopen(&[&outer, &sandbox.spec("grant", "ro")]), &words);
    assert!(run(&mut preopen(&[&outer, &sandbox.spec("grant/sub", "rw")])).status.success());
    let toml = "[[allow]]\npath = \"grant\"\nhide = [\"k\"]\n[[allow]]\npath = \"grant/sub\"\n";
    let sandbox = sandbox.file("allowlist.toml", toml);
    refused(&mut preopen(&["--config", sandbox.path("allowlist.toml").to_str().unwrap()]), &words);
}

#[test]
fn an_audit_file_in_a_grant_is_refused() {
    let sandbox = Sandbox::new()
        .dir("grant/sub")
        .link("way", "grant/sub")
        .file("log", "")
        .hard_link("grant/log", "log");
    let grant = sandbox.path("grant");
    for path in ["grant/a.jsonl", "grant/sub/a.jsonl", "way/a.jsonl", "grant/sub/../a.jsonl"] {
        let audit = sandbox.path(path);
        refused(
            &mut preopen(&[grant.to_str().unwrap(), "--audit", audit.to_str().unwrap()]),
            &["lies in a grant", "outside every grant"],
        );
        assert!(!audit.exists());
    }
    let log = sandbox.path("log");
    refused(
        &mut preopen(&[grant.to_str().unwrap(), "--audit", log.to_str().unwrap()]),
        &["another name"],
    );
    let log = sandbox.path("none/log");
    refused(
        &mut preopen(&[grant.to_str().unwrap(), "--audit", log.to_str().unwrap()]),
        &["cannot be opened"],
    );
}

#[test]
fn a_config_file_has_to_be_there_and_right() {
    let sandbox = Sandbox::new()
        .file("bad.toml", "[[allow]]\npath = \".\"\nright = \"rw\"\n")
        .file("glob.toml", "[[allow]]\npath = \"grant\"\nhide = [\"a[\"]\n");
    let path = |name: &str| sandbox.path(name).to_str().unwrap().to_owned();
    refused(
        &mut preopen(&["--config", &path("none.toml")]),
        &["cannot be read", "nothing of that name"],
    );
    refused(&mut preopen(&["--config", &path("bad.toml")]), &["is wrong", "line 3", "right"]);
    refused(&mut preopen(&["--config", &path("glob.toml")]), &["glob `a[`", ".gitignore"]);
    // None is found automatically.
    let sandbox = sandbox.file("allowlist.toml", "[[allow]]\npath = \"grant\"\n");
    refused(preopen(&[]).current_dir(sandbox.path("")), &["no directory is granted"]);
}

#[test]
fn what_names_nothing_is_refused() {
    let sandbox = Sandbox::new();
    let grant = sandbox.path("grant").to_str().unwrap().to_owned();
    refused(
        &mut preopen(&[&grant, "--tools", "no_such_tool"]),
        &["`no_such_tool`", "explain tools"],
    );
    refused(&mut preopen(&[&grant, "--alias", "app=/x"]), &["`--alias app=...`", "`grant`"]);
    refused(&mut preopen(&["a=.", "a=/tmp"]), &["two grants are called `a`", "NAME=DIR"]);
}

#[test]
fn a_directory_that_cannot_be_opened_does_not_take_the_others_down() {
    let sandbox = Sandbox::new().file("grant/a", "x").file("plain", "no directory");
    let (grant, gone, plain) = (sandbox.path("grant"), sandbox.path("gone"), sandbox.path("plain"));
    let args = [grant.to_str().unwrap(), gone.to_str().unwrap(), plain.to_str().unwrap()];
    let stderr = String::from_utf8(run(&mut preopen(&args)).stderr).unwrap();
    assert!(stderr.contains("is not available: there is nothing of that name"), "{stderr}");
    assert!(stderr.contains("is not available: it is not a directory"), "{stderr}");
    let mut client = Client::start(&args, Era::Modern);
    let listed = client.call("list_allowed_directories", &json!({})).text;
    assert!(listed.contains("gone (not available: there is nothing of that name)"), "{listed}");
    let found = client.request("server/discover", json!({}));
    assert!(found["result"]["instructions"].as_str().unwrap().contains("- gone (not available"));
    assert_eq!(client.call("read_text_file", &json!({"path": "grant/a"})).code(), "ok");
    let answer = client.call("read_text_file", &json!({"path": "gone/a"}));
    assert!(answer.text.starts_with("unknown_grant: grant `gone` is not available"), "{answer:?}");
    let doctor = String::from_utf8(run(preopen(&["doctor"]).args(args)).stdout).unwrap();
    assert!(doctor.contains("NOT AVAILABLE: it is not a directory"), "{doctor}");
    refused(
        &mut preopen(&[args[1], args[2]]),
        &["no granted directory can be opened", "nothing of that name"],
    );
}

#[test]
fn two_directories_of_one_name_are_numbered() {
    let sandbox = Sandbox::new().file("a/src/f", "a").file("b/src/f", "b").file("c/src/f", "c");
    let specs = ["a/src", "b/src", "c/src"].map(|path| sandbox.spec(path, "ro"));
    let mut client =
        Client::start(&[&specs[0], &specs[1], &format!("mine={}", specs[2])], Era::Modern);
    for (path, text) in [("src/f", "a\n"), ("src-2/f", "b\n"), ("mine/f", "c\n")] {
        assert!(
            client.call("read_text_file", &json!({"path": path})).text.starts_with(text),
            "{path}"
        );
    }
}

#[test]
fn doctor_tells_the_operator_everything() {
    let toml = "[[allow]]\npath = \"grant\"\nrights = \"rw\"\nhide = [\".env\"]\n[limits]\nmax_list_entries = 7\n";
    let sandbox = Sandbox::new().file("allowlist.toml", toml).link("alias", "grant");
    let config = sandbox.path("allowlist.toml");
    let output = run(&mut preopen(&["doctor", "--json", "--config", config.to_str().unwrap()]));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let grant = &report["grants"][0];
    let canonical = std::fs::canonicalize(sandbox.path("grant")).unwrap();
    let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(&canonical).unwrap());
    assert_eq!(grant["name"], "grant");
    assert_eq!(grant["rights"], "rw");
    assert_eq!(grant["canonical"], canonical.to_str().unwrap());
    assert_eq!(grant["inode"], inode);
    assert_eq!(grant["hide"], json!([".env"]));
    assert_eq!(report["limits"]["max_list_entries"], 7);
    assert_eq!(report["walls"].as_array().unwrap().len(), 5);
    let (kernel, resolver) = if HAS_LINUX_CALLS {
        ("read, write, create, move and remove", "openat2")
    } else {
        ("anything that the server's user may do", "name by name from the handle")
    };
    assert_eq!(grant["kernel"], kernel);
    let gaps = report["not_covered"].to_string();
    assert!(gaps.contains("`rw` does not delete") && gaps.contains("`hide`"), "{gaps}");
    assert!(report["walls"][0]["how"].as_str().unwrap().contains(resolver));
    let output = run(&mut preopen(&["doctor", sandbox.path("alias").to_str().unwrap()]));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(&format!("alias  ro  {}", sandbox.path("alias").display())), "{text}");
    assert!(text.contains(&format!("is {} (device", canonical.display())), "{text}");
}

#[test]
fn standard_output_is_moved_away_before_the_first_byte() {
    let sandbox = Sandbox::new();
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Legacy);
    // Whatever in the program still prints to descriptor 1, prints to standard error.
    let leads = |fd: u32| std::fs::read_link(format!("/proc/{}/fd/{fd}", client.pid()));
    match leads(1) {
        // Nobody but root looks into the program.
        Err(_) if !rustix::process::geteuid().is_root() => eprintln!("not run whole: not root"),
        one => assert_eq!(one.unwrap(), leads(2).unwrap()),
    }
    assert_eq!(client.request("ping", json!({}))["result"], json!({}), "and the protocol goes on");
    let output = run(&mut preopen(&["--log", "trace", sandbox.path("grant").to_str().unwrap()]));
    assert!(output.stdout.is_empty() && output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("handles and types hold; "));
}

/// The program in a mount namespace with mounts of its own, where that is permitted.
fn behind_mounts(mounts: &str, args: &[&str]) -> Option<Client> {
    let may = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|s| s.success());
    if !may {
        eprintln!("not run: this user may not make mounts");
        return None;
    }
    let mut command = Command::new("unshare");
    let script = format!("{mounts} && exec \"$0\" \"$@\"");
    command.args(["-m", "sh", "-c", &script, env!("CARGO_BIN_EXE_preopen")]).args(args);
    Some(Client::spawn(command, Era::Modern, Without::Nothing))
}

#[test]
fn mounts_below_a_grant_are_crossed_unless_that_is_not_wanted() {
    let sandbox = Sandbox::new()
        .dir("grant/mnt")
        .file("grant/link_target", "x")
        .link("grant/l", "mnt/secret.txt");
    let (grant, outside) = (sandbox.path("grant"), sandbox.path("outside"));
    let (outside, grant) = (outside.to_str().unwrap(), grant.to_str().unwrap());
    let other = format!(
        "mount -t tmpfs tmpfs {grant}/mnt && cp {outside}/secret.txt {grant}/mnt/secret.txt"
    );
    // Only Linux mounts one file system twice.
    let same = HAS_LINUX_CALLS.then(|| format!("mount --bind {outside} {grant}/mnt"));
    let ways = [(vec![grant], "ok"), (vec!["--one-file-system", grant], "escapes_grant")];
    let all =
        same.iter().chain([&other]).flat_map(|mount| ways.iter().map(move |way| (mount, way)));
    for (mount, (args, code)) in all {
        let Some(mut client) = behind_mounts(mount, args) else { return };
        for path in ["mnt/secret.txt", "l"] {
            assert_eq!(
                client.call("read_text_file", &json!({"path": path})).code(),
                *code,
                "{mount} {args:?} {path}"
            );
        }
        let listed = client.call("list_directory", &json!({"path": "mnt"}));
        assert_eq!(listed.code(), *code, "{mount} {args:?}");
    }
}

#[test]
fn a_pseudo_file_system_below_a_grant_tells_nothing() {
    let sandbox = Sandbox::new().dir("grant/proc").link("grant/l", "proc/version");
    let mount = format!("mount -t proc proc {}/proc", sandbox.path("grant").display());
    let Some(mut client) = behind_mounts(&mount, &[sandbox.path("grant").to_str().unwrap()]) else {
        return;
    };
    for path in [
        "proc",
        "proc/version",
        "proc/versio",
        "proc/1",
        "proc/999999",
        "proc/1/root/etc/passwd",
        "l",
    ] {
        for tool in ["read_text_file", "list_directory", "get_file_info"] {
            let answer = client.call(tool, &json!({"path": path}));
            let is_dir = (path, tool) == ("proc", "read_text_file");
            let want = if is_dir { "is_a_directory" } else { "special_file" };
            assert_eq!(answer.code(), want, "{tool} {path}: {answer:?}");
        }
    }
}

#[test]
fn nested_grants_have_no_globs_of_any_kind() {
    for key in ["hide", "readonly", "unprotect"] {
        let globs = format!("{key} = [\"sub/.git\"]\n");
        // In the outer one, in the inner one, and the same text in both, which means two things.
        for (outer, inner) in [(true, false), (false, true), (true, true)] {
            let globs_of = |has_globs: bool| if has_globs { globs.as_str() } else { "" };
            let toml = format!(
                "[[allow]]\npath = \"grant\"\nrights = \"rw\"\n{}[[allow]]\npath = \"grant/sub\"\nrights = \"rw\"\n{}",
                globs_of(outer),
                globs_of(inner)
            );
            let sandbox = Sandbox::new().file("grant/sub/f", "x").file("allowlist.toml", &toml);
            let config = sandbox.path("allowlist.toml");
            refused(&mut preopen(&["--config", config.to_str().unwrap()]), &["lies in", "globs"]);
        }
    }
}

#[test]
fn a_grant_deep_in_a_grant_has_to_say_the_same() {
    let sandbox = Sandbox::new().dir("grant/a/b/c").dir("other");
    let [outer, inner, other] = [("grant", "rw"), ("grant/a/b/c", "ro"), ("other", "ro")]
        .map(|(path, rights)| sandbox.spec(path, rights));
    for args in [[&outer, &inner, &other], [&inner, &other, &outer], [&other, &outer, &inner]] {
        refused(&mut preopen(&args.map(String::as_str)), &["lies in", "different rights"]);
    }
}

#[test]
fn a_numbered_name_is_never_one_that_the_operator_gave() {
    let sandbox = Sandbox::new().file("a/src/f", "a").file("b/src/f", "b").file("c/f", "c");
    let (first, second) = (sandbox.spec("a/src", "ro"), sandbox.spec("b/src", "ro"));
    let given = format!("src-2={}", sandbox.spec("c", "ro"));
    let mut client = Client::start(&[&first, &second, &given], Era::Modern);
    for (path, text) in [("src/f", "a\n"), ("src-2/f", "c\n"), ("src-3/f", "b\n")] {
        let answer = client.call("read_text_file", &json!({"path": path}));
        assert!(answer.text.starts_with(text), "{path}: {answer:?}");
    }
}

#[test]
fn another_name_of_a_grant_is_an_absolute_path() {
    let sandbox = Sandbox::new();
    let grant = sandbox.path("grant").to_str().unwrap().to_owned();
    let config = sandbox.path("allowlist.toml");
    for alias in ["w", "w/x", "./w", "../w", "/w/.."] {
        refused(&mut preopen(&[&grant, "--alias", &format!("grant={alias}")]), &["absolute"]);
        let toml = format!("[[allow]]\npath = \"grant\"\nalso_known_as = [\"{alias}\"]\n");
        std::fs::write(&config, toml).unwrap();
        let words = [&format!("`{alias}` cannot be another name"), "an absolute path"];
        refused(&mut preopen(&["--config", config.to_str().unwrap()]), &words);
    }
}

#[test]
fn a_pseudo_file_system_is_never_granted_wherever_it_is_mounted() {
    if !HAS_LINUX_CALLS || !Sandbox::may_mount() {
        eprintln!("not run: this user may not mount");
        return;
    }
    let sandbox = Sandbox::new().dir("here");
    let here = sandbox.path("here").display().to_string();
    for (kind, granted) in [("proc", ""), ("proc", "/self"), ("sysfs", ""), ("sysfs", "/kernel")] {
        let script = format!("mount -t {kind} {kind} {here} && exec \"$0\" \"$@\"");
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", &script, env!("CARGO_BIN_EXE_preopen")]);
        command.args(["--allow", &format!("{here}{granted}")]);
        refused(&mut command, &["never granted"]);
    }
}

/// `PWD` is a text in the environment: it gives a directory another name only if it is that directory.
#[test]
fn pwd_is_another_name_only_of_the_directory_it_leads_to() {
    let sandbox = Sandbox::new()
        .file("grant/f", "inside\n")
        .file("other/f", "other\n")
        .link("way", "grant")
        .link("astray", "other");
    for (pwd, is_it) in [
        ("grant", true),
        ("way", true),
        ("other", false),
        ("astray", false),
        ("none", false),
        ("", false),
    ] {
        let mut command = preopen(&["--allow", "."]);
        command.current_dir(sandbox.path("grant")).env("PWD", sandbox.path(pwd));
        let mut client = Client::spawn(command, Era::Modern, Without::Nothing);
        let path = sandbox.path(pwd).join("f");
        let answer = client.call("read_text_file", &json!({"path": path}));
        let want = if is_it { "ok" } else { "unknown_grant" };
        assert_eq!(answer.code(), want, "{pwd}: {answer:?}");
        assert_eq!(answer.text.contains("inside"), is_it, "{pwd}: {answer:?}");
        assert!(!answer.text.contains("other\n"), "{pwd}: {answer:?}");
    }
}

#[test]
fn a_glob_that_could_never_match_is_refused() {
    for glob in ["./.env", "a//b", "a/../b", "!keep", ".env ", "{a,..}", "[/]"] {
        let toml = format!("[[allow]]\npath = \"grant\"\nhide = [{glob:?}]\n");
        let sandbox = Sandbox::new().file("allowlist.toml", toml);
        refused(
            &mut preopen(&["--config", sandbox.path("allowlist.toml").to_str().unwrap()]),
            &["glob", "cannot be used"],
        );
    }
}

#[test]
fn the_home_directory_of_the_system_counts_when_the_environment_is_wrong() {
    let id = rustix::process::getuid().as_raw().to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let home = passwd
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|f| f.get(2) == Some(&id.as_str()));
    let Some(home) = home.and_then(|fields| fields.get(5).map(ToString::to_string)) else {
        eprintln!("not run: this user is not in /etc/passwd");
        return;
    };
    for wrong in ["/nonexistent", "relative", ""] {
        let output = run(preopen(&[&home]).env("HOME", wrong));
        assert_eq!(output.status.code(), Some(2), "HOME={wrong:?}");
    }
}

#[test]
fn names_and_aliases_have_to_be_usable() {
    let sandbox = Sandbox::new();
    let grant = sandbox.path("grant").to_str().unwrap().to_owned();
    for name in ["..", "."] {
        refused(&mut preopen(&[&format!("{name}={grant}")]), &["nothing of that name"]);
    }
    refused(&mut preopen(&[&grant, "--alias", "grant=/w/../x"]), &["`/w/../x`", "without `..`"]);
    refused(&mut preopen(&["--allow", "~/project"]), &["nothing of that name", "replaced the `~`"]);
    let toml = "[[allow]]\npath = \"grant\"\nname = \"..\"\n";
    let sandbox = sandbox.file("allowlist.toml", toml);
    refused(
        &mut preopen(&["--config", sandbox.path("allowlist.toml").to_str().unwrap()]),
        &["`..` cannot be a grant's name"],
    );
}

#[test]
fn doctor_changes_nothing() {
    let sandbox = Sandbox::new();
    let (grant, log) = (sandbox.path("grant"), sandbox.path("log.jsonl"));
    let output =
        run(&mut preopen(&["doctor", grant.to_str().unwrap(), "--audit", log.to_str().unwrap()]));
    assert!(output.status.success() && !log.exists());
    let inside = sandbox.path("grant/log.jsonl");
    refused(
        &mut preopen(&["doctor", grant.to_str().unwrap(), "--audit", inside.to_str().unwrap()]),
        &["lies in a grant"],
    );
}

#[test]
fn clients_see_a_directory_as_the_operator_wrote_it() {
    let toml = "[[allow]]\npath = \"./grant\"\nname = \"app\"\n[limits]\nmax_calls_in_flight = 9223372036854775807\n";
    let sandbox = Sandbox::new().file("allowlist.toml", toml);
    let mut client =
        Client::start(&["--config", sandbox.path("allowlist.toml").to_str().unwrap()], Era::Modern);
    let listed = client.call("list_allowed_directories", &json!({})).text;
    assert!(listed.contains("app (read only): ./grant\n"), "{listed}");
    let found = client.request("server/discover", json!({})).to_string();
    assert!(!found.contains(sandbox.path("").to_str().unwrap()), "{found}");
}
