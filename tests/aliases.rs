//! Entries that open by a name which their directory does not list, as vfat, NTFS and shares of Windows have
//! them: a rule about an entry holds whatever it is called by.

use std::path::Path;
use std::process::Command;

use preopen::tools::TOOLS;
use serde_json::json;

use crate::common::{Client, Drive, Era, Manners, SECRET, Sandbox, calls, changes, code, tree};

const WITH_SHORT_NAMES: Manners = Manners { short_names: true, ..Manners::OF_A_DISK };

/// What lies in the grant, and by which other names it is found.
const FILES: [(&str, &[&str]); 8] = [
    (".env", &["ENV~1", "ENV"]),
    ("keep-secret.text", &["KEEP-S~1.TEX", "KEEP-SEC.TEX"]),
    (".vscode/tasks.json", &["VSCODE~1/tasks.json", ".vscode/TASKS~1.JSO", "VSCODE/TASKS.JSO"]),
    (".mcp.json", &["MCP~1.JSO", "MCP.JSO"]),
    ("locked-file.txt", &["LOCKED~1.TXT", "LOCKED-F.TXT"]),
    ("allowlist.toml", &["ALLOWL~1.TOM", "ALLOWLIS.TOM"]),
    ("long-directory/plain", &["LONG-D~1/plain", "LONG-DIR/plain"]),
    ("sub/file.txt", &[]),
];

const TOML: &str = "[[allow]]\npath = \".\"\nrights = \"rwd\"\nhide = [\".env*\", \"keep-secret*\"]\n\
                    readonly = [\"locked-file*\"]\n";

/// A drive with short names, mounted in a sandbox and filled.
fn drive(sandbox: &Sandbox) -> Option<Drive> {
    drive_at(sandbox, "drive")
}

fn drive_at(sandbox: &Sandbox, place: &str) -> Option<Drive> {
    let drive = Drive::mount(sandbox, place, WITH_SHORT_NAMES)?;
    for (path, others) in FILES {
        let at = sandbox.path(place).join(path);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        let text = if path == "allowlist.toml" { TOML } else { SECRET };
        std::fs::write(&at, text).unwrap();
        for other in others {
            let found = std::fs::read_to_string(sandbox.path(place).join(other));
            assert_eq!(found.unwrap(), text, "{other} opens {path}");
        }
    }
    Some(drive)
}

fn served(config: &Path) -> Client {
    Client::start(&["--config", config.to_str().unwrap()], Era::Modern)
}

#[test]
fn no_tool_reaches_an_entry_by_a_name_that_is_not_listed() {
    let sandbox = Sandbox::new();
    let Some(_drive) = drive(&sandbox) else { return };
    let mut client = served(&sandbox.path("drive/allowlist.toml"));
    let before = tree(&sandbox, "drive");
    for alias in FILES.iter().flat_map(|(_, others)| *others) {
        for tool in TOOLS {
            for arguments in calls(tool, alias) {
                let answer = client.call(tool.name, &arguments);
                // What would be made, or replaced, under a name that is not its own.
                let is_new = matches!(tool.name, "write_file" | "create_directory")
                    || arguments["destination"] == **alias;
                let want: &[&str] = match alias.split_once('/') {
                    // A name below one that does not exist is a new one.
                    Some((".vscode", _)) => &["protected", "not_found"],
                    _ if is_new => &["bad_path"],
                    _ => &["not_found"],
                };
                let is_wanted = want.contains(&code(&answer));
                assert!(is_wanted, "{} {arguments}: {answer:?}", tool.name);
                assert!(!answer.text.contains(SECRET), "{} {arguments}: {answer:?}", tool.name);
            }
        }
    }
    assert_eq!(tree(&sandbox, "drive"), before);
    // What is listed is served by the name that it has.
    for (tool, arguments, want) in [
        ("read_text_file", json!({"path": "long-directory/plain"}), "ok"),
        ("write_file", json!({"path": "long-directory/plain", "content": "new"}), "ok"),
        ("write_file", json!({"path": "long-directory/more", "content": "new"}), "ok"),
        ("write_file", json!({"path": "notes~", "content": "new"}), "ok"),
        ("write_file", json!({"path": "notes~1", "content": "new"}), "bad_path"),
        ("delete_file", json!({"path": "notes~"}), "ok"),
    ] {
        assert_eq!(client.call(tool, &arguments).code(), want, "{tool} {arguments}");
    }
}

/// What counts is the file system of each directory on the way, not that of the grant.
#[test]
fn rules_hold_on_a_drive_that_is_mounted_below_a_grant() {
    let sandbox = Sandbox::new().file("grant/allowlist.toml", TOML);
    let Some(_drive) = drive_at(&sandbox, "grant/drive") else { return };
    let mut client = served(&sandbox.path("grant/allowlist.toml"));
    for path in ["drive/ENV~1", "drive/ENV", "drive/KEEP-SEC.TEX", "drive/LONG-DIR/plain"] {
        let answer = client.call("read_text_file", &json!({"path": path}));
        assert_eq!(answer.code(), "not_found", "{path}: {answer:?}");
        let write = json!({"path": path, "content": "planted"});
        assert_eq!(client.call("write_file", &write).code(), "bad_path", "{path}");
    }
    let answer = client.call("read_text_file", &json!({"path": "drive/long-directory/plain"}));
    assert_eq!(answer.code(), "ok", "{answer:?}");
}

#[test]
fn a_short_name_of_something_hidden_answers_like_one_of_nothing() {
    let sandbox = Sandbox::new();
    let Some(_drive) = drive(&sandbox) else { return };
    let mut client = served(&sandbox.path("drive/allowlist.toml"));
    for (alias, none, all) in [
        ("ENV~1", "ENX~1", true),
        ("KEEP-S~1.TEX", "KEEX-S~1.TEX", true),
        // The answer for a new name without `~` tells that something is found by it.
        ("ENV", "ENX", false),
    ] {
        for tool in TOOLS.iter().filter(|tool| all || !changes(tool)) {
            for (by_alias, by_none) in calls(tool, alias).into_iter().zip(calls(tool, none)) {
                let there = client.call(tool.name, &by_alias);
                let not_there = client.call(tool.name, &by_none);
                assert_eq!(there.text.replace(alias, none), not_there.text, "{by_alias}");
                assert!(not_there.is_error || code(&not_there) == "not_found", "{not_there:?}");
            }
        }
    }
}

/// The config file is known by the name that calls reach it by, whatever it was called at the start.
#[test]
fn the_config_file_is_protected_when_it_was_named_by_an_alias() {
    let sandbox = Sandbox::new();
    let Some(_drive) = drive(&sandbox) else { return };
    for config in ["drive/ALLOWL~1.TOM", "drive/ALLOWLIS.TOM"] {
        let mut client = served(&sandbox.path(config));
        let write = json!({"path": "allowlist.toml", "content": "[[allow]]\npath = \"/\"\n"});
        assert_eq!(client.call("write_file", &write).code(), "protected", "{config}");
    }
    assert_eq!(std::fs::read_to_string(sandbox.path("drive/allowlist.toml")).unwrap(), TOML);
}

/// On a disk no name is a second one, and one with a `~` is a name like any other.
#[test]
fn names_with_a_tilde_are_served_on_a_disk() {
    let sandbox = Sandbox::new().file("grant/notes~", "text").file("grant/d~1/f", "text");
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    for (tool, arguments) in [
        ("read_text_file", json!({"path": "notes~"})),
        ("read_text_file", json!({"path": "d~1/f"})),
        ("write_file", json!({"path": "d~1/new~2", "content": "new"})),
        ("move_file", json!({"source": "notes~", "destination": "notes~3"})),
        ("delete_file", json!({"path": "d~1", "recursive": true})),
    ] {
        assert_eq!(client.call(tool, &arguments).code(), "ok", "{tool} {arguments}");
    }
}

/// The real thing, where it is installed: a short name that ntfs-3g itself finds a file by.
#[test]
fn short_names_of_ntfs_reach_nothing() {
    let run = |program: &str, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
    };
    let sandbox = Sandbox::new().dir("ntfs").file("image", "");
    let (image, at) = (sandbox.path("image"), sandbox.path("ntfs"));
    let (image, at) = (image.to_str().unwrap(), at.to_str().unwrap());
    std::fs::File::options().write(true).open(image).unwrap().set_len(4 << 20).unwrap();
    let is_mounted = run("mkntfs", &["-F", "-Q", "-q", image]) && run("ntfs-3g", &[image, at]);
    if !is_mounted {
        eprintln!("not run: there is no ntfs-3g, or this user may not mount with it");
        return;
    }
    let _unmount = Unmount(at.to_owned());
    let path = sandbox.path("ntfs/secret-file.txt");
    std::fs::write(&path, SECRET).unwrap();
    let set = ["-h", "-n", "system.ntfs_dos_name", "-v", "SECRET~1.TXT", path.to_str().unwrap()];
    assert!(run("setfattr", &set), "the short name is set");
    let config = "[[allow]]\npath = \"ntfs\"\nrights = \"rwd\"\nhide = [\"secret-*\"]\n";
    std::fs::write(sandbox.path("allowlist.toml"), config).unwrap();
    let mut client = served(&sandbox.path("allowlist.toml"));
    for name in ["SECRET~1.TXT", "secret~1.txt", "secret-file.txt", "SECRET-FILE.TXT"] {
        let answer = client.call("read_text_file", &json!({"path": name}));
        assert_eq!(answer.code(), "not_found", "{name}: {answer:?}");
        let write = json!({"path": name, "content": "planted"});
        let answer = client.call("write_file", &write);
        assert!(["bad_path", "protected"].contains(&answer.code()), "{name}: {answer:?}");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), SECRET);
}

struct Unmount(String);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", &self.0]).status();
    }
}
