//! Which files an installation reads, replaces and keeps: links in the home, owners, and what was there before.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{
    BEFORE, Plant, Target, Tree, assert_only_shown, beside, fifo, hard_link, link, targets,
};
use crate::common::{NOBODY, Sandbox, for_everybody};

/// The directory of kept texts belongs to this user, and is still not trusted blindly.
#[test]
fn a_kept_text_is_believed_only_if_it_is_plainly_ours() {
    let plants: [(&str, Plant); 5] = [
        ("it is not a regular file", |kept, _| {
            std::fs::remove_file(kept).unwrap();
            fifo(kept);
        }),
        ("it is a link", |kept, outside| {
            std::fs::remove_file(kept).unwrap();
            link(kept, outside);
        }),
        ("it has other names", |kept, outside| std::fs::hard_link(kept, outside).unwrap()),
        ("others may change its directory", |kept, _| {
            let mode = PermissionsExt::from_mode(0o777);
            std::fs::set_permissions(kept.parent().unwrap(), mode).unwrap();
        }),
        ("it is not a directory", |kept, outside| {
            std::fs::rename(kept.parent().unwrap(), outside).unwrap();
            link(kept.parent().unwrap(), outside);
        }),
    ];
    for (why, plant) in plants {
        let tree = Tree::new();
        std::fs::write(tree.path("grant/.mcp.json"), "{\"mine\": 1}").unwrap();
        let args = ["install", "claude-code", "--scope", "project", "--allow", ".", "--yes"];
        let (is_ok, said) = tree.run(&tree.path("grant"), &args);
        assert!(is_ok, "{said}");
        let kept = said.lines().find_map(|line| line.split_once("that is kept in ")).unwrap().1;
        plant(Path::new(kept), &tree.path("outside/x"));
        let before = tree.files();
        let remove = ["install", "claude-code", "--scope", "project", "--remove", "--yes"];
        let (is_ok, said) = tree.run(&tree.path("grant"), &remove);
        assert!(!is_ok && said.contains(why), "{why}: {said}");
        assert_eq!(tree.files(), before, "{why}");
    }
}

/// Where nothing can be kept, nothing is lost.
#[test]
fn without_a_home_no_text_is_replaced() {
    let tree = Tree::new();
    let install = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_preopen"));
        command.env_clear().current_dir(tree.path("grant")).stdin(Stdio::null());
        command.args(["install", "cursor", "--scope", "project", "--allow", ".", "--yes"]);
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let file = tree.path("grant/.cursor/mcp.json");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "{\"mine\": 1}").unwrap();
    let (is_ok, said) = install();
    assert!(!is_ok && said.contains("no directory in which to keep"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"mine\": 1}");
    std::fs::remove_file(&file).unwrap();
    let (is_ok, said) = install();
    assert!(is_ok && file.exists(), "{said}");
}

#[test]
fn a_replaced_file_keeps_its_owner_and_mode() {
    let is_root = rustix::process::geteuid().is_root();
    let owner = if is_root { NOBODY } else { rustix::process::geteuid().as_raw() };
    for mode in [0o600, 0o640, 0o644, 0o664] {
        let tree = Tree::new();
        let file = tree.path("grant/.mcp.json");
        std::fs::write(&file, "{}").unwrap();
        std::os::unix::fs::chown(&file, Some(owner), None).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        let args = ["install", "claude-code", "--scope", "project", "--allow", ".", "--yes"];
        let (is_ok, said) = tree.run(&tree.path("grant"), &args);
        assert!(is_ok, "{said}");
        let now = std::fs::metadata(&file).unwrap();
        assert_eq!((now.uid(), now.mode() & 0o7777), (owner, mode));
    }
}

/// The others keep the old text, so that is shown.
#[test]
fn other_names_of_a_file_are_shown() {
    for target in targets() {
        let tree = Tree::new();
        hard_link(&tree, &target, "");
        let (_, shown) = tree.install(&target, &["--allow", "."]);
        let line = format!("{} (it has another name, which keeps the old text)", target.path);
        assert!(shown.contains(&line), "{target:?}: {shown}");
    }
}

/// The project's `.mcp.json` of `{}` belongs to root if this is root, and the installation runs as somebody else.
fn installed_for_nobody(mode: u32) -> (bool, String, String) {
    let sandbox = Sandbox::without_outside().dir("home").file("grant/.mcp.json", "{}");
    let is_root = rustix::process::geteuid().is_root();
    let program = Path::new(env!("CARGO_BIN_EXE_preopen"));
    let mut command = Command::new(if is_root { for_everybody() } else { program });
    for (path, mode) in [("", 0o755), ("grant", 0o777), ("grant/.mcp.json", mode)] {
        std::fs::set_permissions(sandbox.path(path), PermissionsExt::from_mode(mode)).unwrap();
    }
    command.env_clear().env("HOME", sandbox.path("home")).current_dir(sandbox.path("grant"));
    command.args(["install", "claude-code", "--scope", "project", "--allow", ".", "--yes"]);
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
        std::os::unix::fs::chown(sandbox.path("home"), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let file = sandbox.path("grant/.mcp.json");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    (is_root, said, std::fs::read_to_string(file).unwrap())
}

/// Its mode may let that user change it later, and with it what the client starts.
#[test]
fn a_file_of_another_user_is_not_replaced() {
    // Only root can make a file of another user; anybody else replaces their own.
    let (is_foreign, said, text) = installed_for_nobody(0o666);
    assert_eq!(said.contains("it belongs to another user"), is_foreign, "{said}");
    assert_eq!(text == "{}", is_foreign, "{said}");
}

#[test]
fn a_file_that_cannot_be_opened_is_not_replaced() {
    let (_, said, text) = installed_for_nobody(0);
    assert!(said.contains("cannot be read: this user may not open it"), "{said}");
    assert_eq!(text, "{}");
}

/// In the home, links are the user's own: they are followed, and the page says where they lead.
#[test]
fn links_in_the_home_are_followed_and_shown() {
    for target in targets().iter().filter(|target| !target.is_in_project()) {
        let dotfiles = |tree: &Tree| {
            let at = tree.path("home/dotfiles");
            std::fs::create_dir_all(&at).unwrap();
            at.canonicalize().unwrap()
        };
        let plants: [fn(&Tree, &Target, &Path); 2] = [
            |tree, target, at| {
                std::fs::write(at.join("kept"), target.valid()).unwrap();
                link(&tree.ready(target), &at.join("kept"));
            },
            |tree, target, at| {
                if target.way().is_some() {
                    link(&tree.ready_way(target), at);
                } else {
                    std::fs::write(at.join("kept"), target.valid()).unwrap();
                    link(&tree.ready(target), &at.join("kept"));
                }
            },
        ];
        for plant in plants {
            let tree = Tree::new();
            let at = dotfiles(&tree);
            plant(&tree, target, &at);
            let before = tree.files();
            let (_, shown) = tree.install(target, &["--allow", "."]);
            let (is_ok, said) = tree.install(target, &["--allow", ".", "--yes"]);
            assert!(is_ok, "{target:?}: {said}");
            assert_only_shown(&tree, &before, &shown, &format!("{target:?}"));
            assert!(shown.contains("(a link; it leads to `"), "{target:?}: {shown}");
            let (is_ok, said) = tree.install(target, &["--remove", "--yes"]);
            assert!(is_ok, "{target:?}: {said}");
            let left: Vec<_> = tree.files().into_iter().filter(|(_, text)| text != "/").collect();
            let before: Vec<_> = before.into_iter().filter(|(_, text)| text != "/").collect();
            assert_eq!(left, before, "{target:?}");
        }
    }
}

#[test]
fn what_a_link_in_the_home_leads_to_has_to_be_a_file() {
    for target in targets().iter().filter(|target| !target.is_in_project()) {
        for (to, why) in [
            ("/dev/zero", "it is not a regular file"),
            ("/nowhere/at/all", "it is a link that leads nowhere"),
        ] {
            let tree = Tree::new();
            link(&tree.ready(target), Path::new(to));
            let (is_ok, said) = tree.install(target, &["--allow", ".", "--yes"]);
            assert!(!is_ok && said.contains(why), "{target:?}: {said}");
        }
        if target.way().is_some() {
            let tree = Tree::new();
            link(&tree.ready_way(target), &tree.path("outside/none"));
            let (is_ok, said) = tree.install(target, &["--allow", ".", "--yes"]);
            assert!(!is_ok && said.contains("it is a link that leads nowhere"), "{said}");
        }
    }
}

/// A kept text is not trusted for its place next to the file: kept texts are where no clone can write.
#[test]
fn a_planted_copy_is_not_put_in_place() {
    for target in targets() {
        let tree = Tree::new();
        let (is_ok, said) = tree.install(&target, &["--allow", ".", "--yes"]);
        assert!(is_ok, "{said}");
        let installed = tree.files();
        // Nothing but blanks and what the installation put in: the old way took both for the user's own.
        let file = tree.path(target.file());
        let entry = std::fs::read_to_string(&file).unwrap();
        for planted in ["\n\n\n", entry.as_str()] {
            std::fs::write(beside(&file, BEFORE), planted).unwrap();
            let (is_ok, said) = tree.install(&target, &["--remove", "--yes"]);
            assert!(is_ok, "{said}");
            assert!(!file.exists(), "{target:?}: {said}");
            std::fs::remove_file(beside(&file, BEFORE)).unwrap();
            assert!(tree.install(&target, &["--allow", ".", "--yes"]).0);
            assert_eq!(tree.files(), installed);
        }
    }
}
