//! `preopen install`: a client's file says one thing more, and afterwards exactly what it said before.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use preopen::install::{Client, Scope, Server};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::Sandbox;

/// Every client, and its name on the command line.
pub const CLIENTS: [(Client, &str); 7] = [
    (Client::ClaudeCode, "claude-code"),
    (Client::ClaudeDesktop, "claude-desktop"),
    (Client::Cursor, "cursor"),
    (Client::VsCode, "vscode"),
    (Client::Codex, "codex"),
    (Client::Gemini, "gemini"),
    (Client::Zed, "zed"),
];

fn server(dir: &str) -> Server {
    let args = ["--allow", dir].map(Into::into).into();
    Server { name: "preopen".into(), command: "/opt/preopen".into(), args }
}

/// Put in, put in again, other grants, taken out: each file is what it was.
fn round_trip(client: Client, text: &str) {
    for scope in [Scope::User, Scope::Project] {
        let files = |dir: &str| client.files(&server(dir), scope, true).unwrap_or_default();
        for (file, other) in files("/a").iter().zip(files("/b:rw")) {
            let said = match file.said(Some(text)) {
                Ok(said) => said,
                // What has another form there, or is not what the client reads, is refused; nothing else is.
                Err(why) => {
                    let why = why.to_string();
                    assert!(
                        why.contains("is not a") || !reads(client, file.path, text),
                        "{client:?} {why}\n{text}"
                    );
                    continue;
                }
            };
            assert_eq!(file.said(Some(&said)).as_ref(), Ok(&said), "again: {client:?}\n{text}");
            let changed = other.said(Some(&said)).unwrap();
            assert_eq!(changed.matches("/b:rw").count(), said.matches("\"/a\"").count());
            assert_eq!(file.said(Some(&changed)).as_ref(), Ok(&said), "back: {client:?}\n{text}");
            let left = other.unsaid(&changed, Some(text)).unwrap();
            assert_eq!(left, text, "{client:?} {scope:?}\n{said}");
            assert_eq!(file.unsaid(text, None).as_deref(), Ok(text), "nothing to take out");
        }
    }
}

/// Is it what the client reads, as far as another parser can tell?
fn reads(client: Client, path: &str, text: &str) -> bool {
    let body = text.trim_start_matches('\u{FEFF}');
    match client {
        Client::Codex => body.parse::<toml::Table>().is_ok(),
        Client::ClaudeCode | Client::ClaudeDesktop => serde_json::from_str::<Value>(body).is_ok(),
        Client::Cursor if path.contains("/cli") => serde_json::from_str::<Value>(body).is_ok(),
        // With comments, what is written here is always read.
        _ => true,
    }
}

/// JSON in all the ways that people write it.
#[derive(Clone, Debug)]
struct Style {
    step: &'static str,
    end: &'static str,
    mark: bool,
    is_strict: bool,
    last: &'static str,
}

fn style() -> impl Strategy<Value = Style> {
    (
        prop::sample::select(vec!["", " ", "  ", "   ", "    ", "\t"]),
        prop::sample::select(vec!["\n", "\r\n"]),
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(vec!["", "\n", "\n\n", " // end", "\r\n"]),
    )
        .prop_map(|(step, end, mark, is_strict, last)| Style {
            step,
            end,
            mark,
            is_strict,
            last,
        })
}

#[derive(Clone, Debug)]
enum Json {
    Plain(&'static str),
    Array(Vec<(Json, u8)>),
    Object(Vec<(&'static str, Json, u8)>, u8),
}

fn any_json() -> BoxedStrategy<Json> {
    let plain = prop::sample::select(vec![
        "1",
        "-2.50e3",
        "true",
        "null",
        "\"a // b, {\"",
        "\"\\u00e9\\\"\"",
    ]);
    plain
        .prop_map(Json::Plain)
        .prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec((inner.clone(), any::<u8>()), 0..4).prop_map(Json::Array),
                object(inner),
            ]
        })
        .boxed()
}

fn object(inner: impl Strategy<Value = Json> + Clone) -> impl Strategy<Value = Json> {
    let keys = [
        "mcpServers",
        "servers",
        "context_servers",
        "permissions",
        "deny",
        "allow",
        "tools",
        "exclude",
        "other",
        "é",
    ];
    let members = prop::sample::subsequence(keys.to_vec(), 0..6).prop_shuffle();
    (members, any::<u8>()).prop_flat_map(move |(keys, form)| {
        let count = keys.len();
        (Just(keys), prop::collection::vec((inner.clone(), any::<u8>()), count), Just(form))
            .prop_map(|(keys, values, form)| {
                let members =
                    keys.into_iter().zip(values).map(|(key, (value, form))| (key, value, form));
                Json::Object(members.collect(), form)
            })
    })
}

impl Json {
    fn write(&self, style: &Style, depth: usize, text: &mut String) {
        let (open, close, items, form): (_, _, Vec<(Option<&str>, &Self, u8)>, _) = match self {
            Self::Plain(plain) => return text.push_str(plain),
            Self::Array(items) => (
                '[',
                ']',
                items.iter().map(|(v, f)| (None, v, *f)).collect(),
                items.len() as u8 * 7,
            ),
            Self::Object(members, form) => {
                ('{', '}', members.iter().map(|(k, v, f)| (Some(*k), v, *f)).collect(), *form)
            }
        };
        let is_flat = form % 3 == 0;
        let line = |depth: usize| {
            if is_flat { " ".into() } else { format!("{}{}", style.end, style.step.repeat(depth)) }
        };
        let comment = |which: u8, text: &mut String| match which % 8 {
            0 if !style.is_strict => text.push_str(" /* , } */"),
            1 if !style.is_strict && !is_flat => text.push_str(" // { \" "),
            2 => text.push(' '),
            _ => {}
        };
        text.push(open);
        comment(form / 3, text);
        let count = items.len();
        for (i, (key, value, form)) in items.into_iter().enumerate() {
            *text += &line(depth + 1);
            if let Some(key) = key {
                *text += &format!("\"{key}\"{}", if form % 5 == 0 { " : " } else { ": " });
            }
            value.write(style, depth + 1, text);
            if form % 7 == 0 && !style.is_strict {
                *text += " /* before */ ";
            }
            if i + 1 < count || (form % 2 == 0 && !style.is_strict) {
                text.push(',');
            }
            comment(form / 16, text);
        }
        if count > 0 || form % 2 == 0 || !is_flat {
            *text += &line(depth);
        }
        text.push(close);
    }
}

/// TOML likewise.
fn toml() -> impl Strategy<Value = String> {
    let lines = prop::sample::subsequence(
        vec![
            "model = \"o\" # the best, [really]",
            "",
            "[features]",
            "# nothing here",
            "web = true",
            "[mcp_servers.other]",
            "command = 'x'",
            "args = [ \"[a]\",",
            "  \"b\", ]",
            "[mcp_servers.other.env]",
            "A = \"\"\"\n[mcp_servers.preopen]\n\"\"\"",
            "[[profiles]]",
            "name = \"é\"",
            "",
        ],
        0..14,
    );
    (lines, any::<bool>(), any::<bool>()).prop_map(|(lines, is_windows, has_end)| {
        let mut text = lines.join("\n");
        if has_end && !text.is_empty() {
            text.push('\n');
        }
        if is_windows { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_put_into_json_comes_out_again(
        style in style(),
        json in object(any_json()),
    ) {
        let mut text = String::from(if style.mark { "\u{FEFF}" } else { "" });
        json.write(&style, 0, &mut text);
        if !(style.is_strict && style.last.contains("//")) {
            text += style.last;
        }
        for (client, _) in CLIENTS {
            round_trip(client, &text);
        }
    }

    #[test]
    fn what_is_put_into_toml_comes_out_again(text in toml()) {
        round_trip(Client::Codex, &text);
    }
}

#[test]
fn what_people_have_is_kept() {
    for text in [
        "{}",
        "{ }",
        "{\n}",
        "{}\n",
        "{\"mcpServers\":{}}",
        "{\"mcpServers\": {\n}}",
        "{\"a\":1}",
        "{\n  \"mcpServers\": {\n    \"other\": {\"command\": \"x\"}\n  }\n}\n",
        "{\n\t\"permissions\": {\n\t\t\"deny\": [\"Bash\"]\n\t}\n}",
        "{\"permissions\":{\"allow\":[],\"deny\":[ ]}}",
    ] {
        for (client, _) in CLIENTS {
            round_trip(client, text);
        }
    }
    for text in [
        "",
        "\n",
        "a = 1",
        "[features]\n",
        "[features]",
        "[ features ]\nx = 1\n",
        "[features.sub]\nx = 1\n",
    ] {
        round_trip(Client::Codex, text);
    }
}

#[test]
fn what_cannot_be_changed_safely_is_left_alone() {
    let said = |client: Client, text: &str| {
        let files = client.files(&server("/a"), Scope::Project, false).unwrap();
        files[0].said(Some(text)).map_err(|why| why.to_string())
    };
    for text in [
        "{",
        "[]",
        "1",
        "{\"mcpServers\": []}",
        "{\"mcpServers\": {}, \"mcpServers\": {}}",
        "{a: 1}",
        "{'a': 1}",
    ] {
        assert!(said(Client::Cursor, text).is_err(), "{text}");
    }
    assert!(said(Client::Cursor, "{} // a comment").is_ok());
    assert!(
        said(Client::ClaudeCode, "{} // a comment").is_err(),
        "which this client does not read"
    );
    for text in
        ["a", "[mcp_servers]\npreopen = 1\n[mcp_servers.preopen]", "mcp_servers = { other = {} }"]
    {
        assert!(said(Client::Codex, text).is_err(), "{text}");
    }
}

/// A home and a project, each empty.
struct Home(Sandbox);

impl Home {
    fn new() -> Self {
        Self(Sandbox::new().dir("home").dir("bin").dir("grant/src").dir("grant/lib"))
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_preopen"));
        command.env_clear().env("HOME", self.0.path("home")).env("PATH", self.0.path("bin"));
        command.current_dir(self.0.path("grant")).args(args).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// What it says, and whether it went well.
    fn say(&self, args: &[&str]) -> (String, bool) {
        let output = self.run(args);
        let said = [output.stdout, output.stderr].concat();
        (String::from_utf8(said).unwrap(), output.status.success())
    }

    /// What the client would start, in the home directory.
    fn server(&self, client: Client) -> crate::common::Client {
        let entry = self.files().into_iter().find_map(|(_, text)| {
            let said: Value = match client {
                Client::Codex => toml::from_str(&text).unwrap(),
                _ => serde_json::from_str(&text).unwrap(),
            };
            let servers = ["mcpServers", "servers", "context_servers", "mcp_servers"];
            servers.into_iter().find_map(|key| said.get(key)?.get("preopen").cloned())
        });
        let entry = entry.unwrap();
        let mut command = Command::new(entry["command"].as_str().unwrap());
        command.env_clear().current_dir(self.0.path("home"));
        command.args(entry["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()));
        let (era, nothing) = (crate::common::Era::Modern, crate::common::Without::Nothing);
        crate::common::Client::spawn(command, era, nothing)
    }

    fn files(&self) -> Vec<(String, String)> {
        let mut all = crate::common::tree(&self.0, "home");
        all.extend(crate::common::tree(&self.0, "grant"));
        all.retain(|(_, text)| text != "/");
        all
    }
}

#[test]
fn every_client_is_told_and_forgets() {
    for (client, name) in CLIENTS {
        for scope in ["user", "project"] {
            let home = Home::new();
            let install = |more: &[&str]| {
                let args =
                    [&["install", name, "--scope", scope, "--exclusive", "--yes"], more].concat();
                home.say(&args)
            };
            let (said, is_ok) = install(&["--allow", "src", "lib:rw"]);
            if client == Client::ClaudeDesktop && scope == "project" {
                assert!(!is_ok && said.contains("has no such scope"), "{said}");
                continue;
            }
            assert!(is_ok, "{name} {scope}: {said}");
            let files = home.files();
            let all = files.iter().map(|(_, text)| text.as_str()).collect::<String>();
            let all: String = all.split_whitespace().collect();
            let grant = home.0.path("grant").canonicalize().unwrap();
            let wanted = match (client, scope) {
                (_, "user") => {
                    format!("[\"--allow\",\"{0}/src\",\"{0}/lib:rw\"]", grant.display())
                }
                (Client::Cursor | Client::VsCode, _) => {
                    "[\"--allow\",\"${workspaceFolder}/src\",\"${workspaceFolder}/lib:rw\"]".into()
                }
                _ => "[\"--allow\",\"src\",\"lib:rw\"]".into(),
            };
            assert!(all.contains(&wanted), "{name} {scope}: {all}");
            assert!(install(&["--allow", "src", "lib:rw"]).0.contains("It is installed already."));
            assert_eq!(home.files(), files);
            assert!(install(&["--allow", "."]).1);
            if scope == "user" {
                let mut server = home.server(client);
                let answer = server.call("list_directory", &json!({"path": "."}));
                assert!(answer.text.contains("[DIR] src"), "{name}: {answer:?}");
            }
            let (said, is_ok) = home.say(&["install", name, "--scope", scope, "--remove", "--yes"]);
            assert!(is_ok, "{said}");
            assert_eq!(home.files(), [], "{name} {scope}: {said}");
        }
    }
}

/// The user scope writes nothing in the project. The project scope writes into the user's files only what cannot be
/// in the project. Nobody else may read a new file: clients keep keys in such files.
#[test]
fn each_scope_has_its_own_files() {
    for (client, scope, want) in [
        ("claude-code", "user", &["home/.claude.json", "home/.claude/settings.json"][..]),
        (
            "claude-code",
            "project",
            &["grant/.claude/settings.json", "grant/.mcp.json", "home/.claude/settings.json"],
        ),
        ("claude-desktop", "user", &["home/.config/Claude/claude_desktop_config.json"]),
        ("cursor", "user", &["home/.cursor/cli-config.json", "home/.cursor/mcp.json"]),
        ("cursor", "project", &["grant/.cursor/cli.json", "grant/.cursor/mcp.json"]),
        ("vscode", "user", &["home/.config/Code/User/mcp.json"]),
        ("vscode", "project", &["grant/.vscode/mcp.json"]),
        ("codex", "user", &["home/.codex/config.toml"]),
        ("codex", "project", &["grant/.codex/config.toml"]),
        ("gemini", "user", &["home/.gemini/settings.json"]),
        ("gemini", "project", &["grant/.gemini/settings.json"]),
        ("zed", "user", &["home/.config/zed/settings.json"]),
        ("zed", "project", &["grant/.zed/settings.json"]),
    ] {
        let home = Home::new();
        let (said, is_ok) = home.say(&[
            "install",
            client,
            "--scope",
            scope,
            "--exclusive",
            "--allow",
            ".",
            "--yes",
        ]);
        assert!(is_ok, "{client} {scope}: {said}");
        let mut files = vec![];
        for top in ["grant", "home"] {
            let below = crate::common::tree(&home.0, top);
            let below = below.into_iter().filter(|(_, text)| text != "/");
            files.extend(below.map(|(path, text)| (format!("{top}/{path}"), text)));
        }
        let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, want, "{client} {scope}");
        for (path, text) in &files {
            let mode = std::fs::metadata(home.0.path(path)).unwrap().mode() & 0o777;
            assert_eq!(mode, 0o600, "{client} {scope}: {path}");
            let is_shared = path.starts_with("grant");
            // A client believes what its user allows, and not what a project does.
            assert!(!(is_shared && text.contains("\"allow\"")), "{client} {scope}: {path} {text}");
            let denies = text.contains("\"deny\"");
            assert!(
                !denies || is_shared == (scope == "project"),
                "{client} {scope}: {path} {text}"
            );
        }
    }
}

#[test]
fn a_file_that_was_there_is_shown_kept_and_comes_back() {
    let home = Home::new();
    let before = "{\n    // mine\n    \"mcpServers\": {\n        \"other\": {\"command\": \"x\"},\n    },\n}\n";
    let real = home.0.path("home/dotfiles.json");
    std::fs::write(&real, before).unwrap();
    std::fs::set_permissions(&real, PermissionsExt::from_mode(0o640)).unwrap();
    std::fs::create_dir(home.0.path("home/.cursor")).unwrap();
    std::os::unix::fs::symlink(&real, home.0.path("home/.cursor/mcp.json")).unwrap();
    let text = |path: &Path| std::fs::read_to_string(path).unwrap();

    let (said, is_ok) = home.say(&["install", "cursor", "--allow", "."]);
    assert!(
        !is_ok
            && said.contains("+        \"preopen\": {")
            && said.contains("nobody is there to be asked"),
        "{said}"
    );
    let (said, is_ok) = home.say(&["install", "cursor", "--allow", ".", "--print"]);
    assert!(is_ok && said.contains("\"preopen\": {"), "{said}");
    assert_eq!(text(&real), before);

    let (said, is_ok) = home.say(&["install", "cursor", "--allow", ".", "--yes"]);
    assert!(is_ok, "{said}");
    assert!(said.ends_with("Cursor keeps its own file tools; these grants do not bind it. `--exclusive` takes them away.\n"), "{said}");
    assert!(
        home.0.path("home/.cursor/mcp.json").is_symlink(),
        "where a link leads is changed, not the link"
    );
    let kept = said.lines().find_map(|line| line.split_once("that is kept in ")).unwrap().1;
    let kept = Path::new(kept);
    assert!(kept.starts_with(home.0.path("home/.local/state/preopen")), "{}", kept.display());
    assert_eq!(text(kept), before);
    for (file, mode) in [(real.as_path(), 0o640), (kept, 0o600), (kept.parent().unwrap(), 0o700)] {
        assert_eq!(std::fs::metadata(file).unwrap().mode() & 0o777, mode, "{}", file.display());
    }
    assert!(home.say(&["install", "cursor", "--remove", "--yes"]).1);
    assert_eq!(text(&real), before);
    assert!(!kept.exists());
    assert!(
        home.say(&["install", "cursor", "--remove", "--yes"])
            .0
            .contains("There is nothing to take out.")
    );
}

/// What the user had said before is the user's, though it is what we would have put in.
#[test]
fn what_was_said_before_stays() {
    let home = Home::new();
    std::fs::create_dir_all(home.0.path("home/.codex")).unwrap();
    let config = home.0.path("home/.codex/config.toml");
    let before = "model = \"o\"\n\n[features]\nshell_tool = false\n";
    for exclusive in [&[][..], &["--exclusive"]] {
        std::fs::write(&config, before).unwrap();
        let args = [&["install", "codex", "--allow", ".", "--yes"], exclusive].concat();
        assert!(home.say(&args).1);
        assert_ne!(std::fs::read_to_string(&config).unwrap(), before);
        let (said, is_ok) = home.say(&["install", "codex", "--remove", "--yes"]);
        assert!(is_ok, "{said}");
        assert_eq!(std::fs::read_to_string(&config).unwrap(), before, "{exclusive:?}");
    }
    let files = home.files();
    assert_eq!(files.len(), 1, "no copy is left: {files:?}");
}

#[test]
fn what_would_not_start_is_not_installed() {
    let home = Home::new();
    std::fs::write(home.0.path("grant/.mcp.json"), "{ \"mcpServers\": ").unwrap();
    for (args, why) in [
        (&["--allow", "none"][..], "no granted directory can be opened"),
        (&["--allow", "src", "none"], "`none` cannot be granted"),
        (&["--allow", "/"], "never granted"),
        (&["--allow", "../home"], "home directory"),
        (&[], "nothing is granted"),
        (&["--allow", ".", "--name", "a b"], "a name has"),
        (&["--allow", ".:wr"], "wr"),
        (&["--allow", ".", "--scope", "project"], ".mcp.json` is not changed"),
    ] {
        let before = home.files();
        let (said, is_ok) = home.say(&[&["install", "claude-code", "--yes"], args].concat());
        assert!(!is_ok && said.contains(why), "{args:?}: {said}");
        assert_eq!(home.files(), before);
    }
}

#[test]
fn claude_codes_own_program_is_used_where_there_is_one() {
    let home = Home::new();
    let log = home.0.path("home/log");
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >> {}\n", log.display());
    std::fs::write(home.0.path("bin/claude"), script).unwrap();
    std::fs::set_permissions(home.0.path("bin/claude"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(home.0.path("home/.claude.json"), "{\"mcpServers\": {\"preopen\": {}}}")
        .unwrap();
    let (said, is_ok) =
        home.say(&["install", "claude-code", "--allow", ".", "--yes", "--exclusive"]);
    assert!(is_ok && said.contains("$ claude mcp add-json --scope user preopen"), "{said}");
    let ran = std::fs::read_to_string(log).unwrap();
    let lines: Vec<_> = ran.lines().collect();
    assert_eq!(lines[0], "mcp remove --scope user preopen");
    assert!(
        lines[1].starts_with("mcp add-json --scope user preopen {\"alwaysLoad\":true,"),
        "{}",
        lines[1]
    );
}

#[test]
fn the_doctor_says_whether_a_client_is_bound() {
    let home = Home::new();
    let doctor = || home.say(&["doctor", "--allow", ".", "--client", "claude-code"]).0;
    assert!(
        doctor().contains("Claude Code keeps its own file tools; these grants do not bind it.")
    );
    assert!(home.say(&["install", "claude-code", "--allow", ".", "--yes"]).1);
    assert!(doctor().contains("Claude Code keeps its own file tools"));
    assert!(home.say(&["install", "claude-code", "--allow", ".", "--yes", "--exclusive"]).1);
    assert!(doctor().contains("Claude Code has no file tools but these: the grants bind it."));
    assert!(home.say(&["install", "claude-code", "--remove", "--yes"]).1);
    assert!(doctor().contains("Claude Code keeps its own file tools"));
}
