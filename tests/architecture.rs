//! Who may import whom. `clippy.toml` bans functions; this bans modules and crates, and looks at
//! tokens, so that neither a comment, a string nor a grouped `use` deceives it.

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Which modules each module may name. ARCHITECTURE.md shows the same table.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("path", &[]),
    ("limits", &[]),
    ("format", &[]),
    ("logging", &[]),
    ("system", &[]),
    ("error", &["limits", "path"]),
    ("cap", &["error", "limits", "path", "system"]),
    ("args", &["error", "path"]),
    ("text", &["cap", "error", "format", "limits"]),
    ("git", &[]),
    ("ignore", &["cap", "git", "limits"]),
    ("grep", &["cap", "error", "format", "limits", "text"]),
    ("audit", &["cap", "error", "format", "path"]),
    ("tool", &["args", "cap", "error", "limits"]),
    ("tools", &["cap", "error", "format", "grep", "ignore", "limits", "path", "text", "tool"]),
    ("dispatch", &["args", "audit", "cap", "error", "limits", "path", "tool"]),
    ("protocol", &["args", "cap", "dispatch", "limits", "path", "system", "tool"]),
    ("allowlist", &["cap", "limits"]),
    ("install", &[]),
    ("cli", &["allowlist", "cap", "install"]),
    ("explain", &["args", "cap", "cli", "error", "install", "limits", "tools"]),
    ("sandbox", &["cap"]),
    ("doctor", &["cap", "limits", "path", "sandbox"]),
    (
        "authority",
        &["allowlist", "cap", "doctor", "git", "install", "limits", "path", "sandbox", "system"],
    ),
    ("installing", &["authority", "cli", "install", "path", "text"]),
    ("auditing", &["audit", "authority", "cli", "format"]),
    (
        "main",
        &[
            "allowlist",
            "audit",
            "auditing",
            "authority",
            "cap",
            "cli",
            "dispatch",
            "doctor",
            "explain",
            "installing",
            "logging",
            "path",
            "protocol",
            "sandbox",
            "tools",
        ],
    ),
];

/// Which modules may name a crate, or a part of one. `main` may name what it is there to start.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("rmcp", &["protocol"]),
    ("tokio", &["protocol"]),
    ("cap_std", &["cap", "authority"]),
    ("cap_primitives", &[]),
    ("rustix::event", &["system"]),
    ("rustix::fd", &["cap", "authority"]),
    ("rustix::fs", &["cap", "authority", "system"]),
    ("rustix::io", &["cap", "authority", "protocol", "system"]),
    ("rustix::path", &["system"]),
    ("rustix::process", &["authority", "sandbox", "system"]),
    ("rustix::stdio", &["authority"]),
    ("rustix::rand", &["system"]),
    ("rustix::thread", &["system"]),
    ("nix", &["authority", "system"]),
    ("getrandom", &["system"]),
    ("signal_hook", &["authority"]),
    ("std::fs", &["authority"]),
    ("std::env", &["authority"]),
    ("std::net", &[]),
    ("std::process", &["authority", "main"]),
    ("std::os::unix::fs", &[]),
    ("std::os::unix::net", &[]),
    ("tokio::fs", &[]),
    ("tokio::process", &[]),
    ("tokio::net", &[]),
    ("rustix::fs::CWD", &[]),
    ("rustix::net", &[]),
    // Walkers that go by path, and patterns that do not mean what git says. Of the crate `ignore` only types of files.
    ("walkdir", &[]),
    ("ignore::gitignore", &[]),
    ("ignore::Walk", &[]),
    ("ignore::WalkBuilder", &[]),
    ("ignore::WalkParallel", &[]),
    // The numbers of system calls, and nothing else of it: `unsafe` is forbidden.
    ("libc", &["sandbox"]),
    ("landlock", &["sandbox"]),
    ("seccompiler", &["sandbox"]),
    ("preopen_analysis", &["tools"]),
];

/// Names that betray the rest, wherever they come from; and who may say them all the same.
const NOWHERE: &[(&str, &[&str])] =
    &[("CWD", &[]), ("AT_FDCWD", &["sandbox"]), ("unsafe", &[]), ("extern", &[])];

#[test]
fn modules_import_only_what_their_layer_allows() {
    let mut violations = vec![];
    let mut modules = std::collections::BTreeSet::new();
    for (file, text) in sources(Path::new("src")) {
        let module = module_of(&file);
        if module != "lib" && !is_for_tests(&file) {
            modules.insert(module.clone());
            violations
                .extend(check(&module, &text).into_iter().map(|what| format!("{file}: {what}")));
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
    let rows: std::collections::BTreeSet<_> =
        MAY_IMPORT.iter().map(|(m, _)| (*m).to_owned()).collect();
    assert_eq!(modules, rows, "each module has a row, and each row a module");
}

/// The analysis is a function of a text: it names nothing that reaches anything, and it depends on
/// only what parses. (`std::thread`, `std::io` and clocks are not there either.)
#[test]
fn the_analysis_holds_no_capability() {
    let files = sources(Path::new("analysis/src"));
    assert!(files.len() > 10, "{} files", files.len());
    for (file, text) in files {
        assert_eq!(check("analysis", &text), Vec::<String>::new(), "{file}");
        let tokens: TokenStream = text.parse().unwrap();
        let mut paths = vec![];
        collect(&without_tests(tokens), &[], &mut paths);
        for path in paths.iter().filter(|path| path.len() > 1 && path[0] == "std") {
            let is_pure = matches!(&*path[1], "cmp" | "collections" | "fmt" | "error" | "mem");
            assert!(is_pure, "{file} names {}", path.join("::"));
        }
    }
    let manifest = std::fs::read_to_string("analysis/Cargo.toml").unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut all: Vec<_> = manifest["dependencies"].as_table().unwrap().keys().collect();
    all.retain(|name| !name.starts_with("ruff_"));
    assert_eq!(all, Vec::<&String>::new());
    // The check bites there as well.
    assert!(!check("analysis", "use std::{collections::HashMap, fs};").is_empty());
}

#[test]
fn the_layers_have_no_circle() {
    let rows: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut low: Vec<&str> = vec![];
    while low.len() < rows.len() {
        let next = rows
            .iter()
            .find(|(module, may)| !low.contains(module) && may.iter().all(|m| low.contains(m)));
        low.push(next.expect("some module imports only lower ones").0);
    }
}

#[test]
fn the_checker_bites() {
    for (module, text, want) in [
        ("path", "use crate::error::ToolError;", "crate::error"),
        ("path", "use crate::{error::{A, B}, limits};", "crate::error"),
        ("tools", "fn f() { crate::dispatch::go() }", "crate::dispatch"),
        (
            "tools",
            "fn f() { let x = format!(\"{}\", crate::authority::mint()); }",
            "crate::authority",
        ),
        ("tools", "use std::fs;", "std::fs"),
        ("tools", "use std::{io, fs::File};", "std::fs"),
        ("tools", "use std::{self as s, env};", "std::env"),
        ("tools", "use ::std::net::TcpStream;", "std::net"),
        ("tools", "use std as s;", "all of std"),
        ("protocol", "use rustix::*;", "all of rustix"),
        ("protocol", "use rustix::fs::openat;", "rustix::fs"),
        ("tools", "use cap_std::fs::Dir;", "cap_std"),
        ("dispatch", "fn f() -> rmcp::ErrorData { todo!() }", "rmcp"),
        ("cap", "use rustix::fs::{CWD, openat};", "CWD"),
        ("cap", "fn f() { unsafe { g() } }", "unsafe"),
        ("cap", "use std::os::unix::fs::symlink;", "std::os::unix::fs"),
        ("protocol", "use tokio::{fs, sync};", "tokio::fs"),
        ("main", "use preopen::text::read;", "preopen::text"),
        ("tools", "#[cfg(test)] mod tests { } use std::fs;", "std::fs"),
        ("tools", "#[cfg(unix)] mod hidden { use std::fs; }", "std::fs"),
    ] {
        let found = check(module, text);
        assert!(found.iter().any(|what| what.contains(want)), "{module}: {text}: {found:?}");
    }
    for (module, text) in [
        ("path", "// use std::fs;\n/// use crate::error;\nconst S: &str = \"std::fs::read\";"),
        ("authority", "use std::fs::File;"),
        ("tools", "use crate::cap::{Read, Target};"),
        ("tools", "#[cfg(test)] mod tests { use std::fs; use crate::authority; }"),
        ("tools", "#[cfg(test)] #[expect(x, reason = \"y\")] mod tests { use std::fs; }"),
        ("cap", "use cap_std::fs::Dir; use rustix::fs::openat;"),
        ("doctor", "fn f(s: Sealed) { s.landlock.show() }"),
    ] {
        assert_eq!(check(module, text), Vec::<String>::new(), "{module}: {text}");
    }
}

/// The line that an exercise of the lab puts into a tool still fits there, and is noticed. That clippy notices it as well,
/// `guards` proves for each function.
#[test]
fn the_line_of_the_exercise_is_noticed() {
    const CHANGED: &str = "src/tools/read_text_file.rs";
    let clone = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(clone.path().join("src/tools")).unwrap();
    std::fs::copy(CHANGED, clone.path().join(CHANGED)).unwrap();
    let diff = std::fs::canonicalize("workshop/lab/solutions/11.diff").unwrap();
    let mut git = std::process::Command::new("git");
    let applied = git.arg("apply").arg(diff).current_dir(clone.path()).status().unwrap();
    assert!(
        applied.success(),
        "workshop/lab/solutions/11.diff does not apply any more: make it again"
    );
    let text = std::fs::read_to_string(clone.path().join(CHANGED)).unwrap();
    let found = check("tools", &text);
    assert!(matches!(&found[..], [one] if one.contains("std::fs::read_to_string")), "{found:?}");
    assert!(
        std::fs::read_to_string("clippy.toml").unwrap().contains("\"std::fs::read_to_string\"")
    );
}

#[test]
fn architecture_md_shows_the_same_table() {
    let page = std::fs::read_to_string("ARCHITECTURE.md").unwrap();
    for (module, may) in MAY_IMPORT {
        let may: Vec<_> = may.iter().map(|m| format!("`{m}`")).collect();
        let may = if may.is_empty() { "nothing".into() } else { may.join(", ") };
        let row = format!("| `{module}` | {may} |");
        assert!(page.contains(&row), "ARCHITECTURE.md lacks the row\n{row}");
    }
}

/// Attackers and weak servers are programs and tests of their own.
#[test]
fn nothing_weak_is_linked() {
    let manifest: toml::Table = std::fs::read_to_string("Cargo.toml").unwrap().parse().unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    let own: Vec<_> = dependencies.keys().filter(|name| name.starts_with("preopen")).collect();
    assert!(own == ["preopen-analysis"] && dependencies.len() > 10, "{own:?}");
}

#[test]
fn every_module_says_what_it_is() {
    let all = ["src", "analysis/src", "tests/attacks/src", "tests/fuzz/src", "workshop/lab/src"]
        .map(|at| sources(Path::new(at)));
    for (file, text) in all.into_iter().flatten() {
        assert!(text.starts_with("//! "), "{file} does not open with `//!`");
        let lines = text.lines().count();
        assert!(lines <= 400, "{file} has {lines} lines; are two files two subjects?");
    }
}

pub fn sources(dir: &Path) -> Vec<(String, String)> {
    let mut all = vec![];
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push((path.to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    all.sort();
    all
}

/// Is this file compiled for tests only? The file that declares it says so.
fn is_for_tests(file: &str) -> bool {
    let Some(room) = file.strip_suffix("/testing.rs") else { return false };
    let declared = std::fs::read_to_string(format!("{room}/mod.rs")).unwrap();
    let before = declared.split("mod testing;").next().unwrap();
    before.rsplit(';').next().unwrap().contains("#[cfg(test)]")
}

fn module_of(file: &str) -> String {
    let below = file.split_once("src/").unwrap().1;
    below.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
}

/// What `text`, as part of `module`, names that it may not.
fn check(module: &str, text: &str) -> Vec<String> {
    let tokens: TokenStream = text.parse().unwrap();
    let mut paths = vec![];
    collect(&without_tests(tokens), &[], &mut paths);
    let own = MAY_IMPORT.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, may)| *may);
    let mut found = vec![];
    for path in &paths {
        let joined = path.join("::");
        let first = path.first().map_or("", String::as_str);
        let second = path.get(1).map_or("", String::as_str);
        if matches!(first, "crate" | "preopen")
            && !second.is_empty()
            && second != module
            && !own.contains(&second)
        {
            let known = MAY_IMPORT.iter().any(|(name, _)| *name == second);
            if known {
                found.push(format!("{module} names {first}::{second}"));
            }
        }
        for (named, may) in MAY_NAME {
            let is_it = joined == *named || joined.starts_with(&format!("{named}::"));
            if is_it && !may.contains(&module) {
                found.push(format!("{module} names {joined}"));
            }
        }
        let is_open = second.is_empty() || second == "as";
        if matches!(first, "std" | "tokio" | "rustix" | "cap_std") && is_open {
            found.push(format!("{module} names all of {first}"));
        }
        for (name, may) in NOWHERE {
            if path.iter().any(|part| part == name) && !may.contains(&module) {
                found.push(format!("{module} says {name}"));
            }
        }
    }
    found
}

/// The tokens but for `#[cfg(test)] mod ... { ... }`: tests set up what the program must not touch.
pub fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    // How many tokens `#[cfg(test)] #[..] mod name { .. }` takes, if it begins here.
    let test_module = |at: usize| {
        let attribute = |at: usize| match (all.get(at), all.get(at + 1)) {
            (Some(TokenTree::Punct(p)), Some(TokenTree::Group(g))) if p.as_char() == '#' => {
                Some(g.to_string().replace(' ', ""))
            }
            _ => None,
        };
        let mut next = at;
        while attribute(next).is_some() {
            next += 2;
        }
        let is_module = matches!(all.get(next), Some(TokenTree::Ident(i)) if i == "mod");
        (is_module && attribute(at).is_some_and(|a| a == "[cfg(test)]")).then_some(next + 3 - at)
    };
    let mut kept = vec![];
    let mut at = 0;
    while at < all.len() {
        if let Some(tokens) = test_module(at) {
            at += tokens;
        } else {
            kept.push(all[at].clone());
            at += 1;
        }
    }
    kept
}

/// Every `a::b::c` in the tokens, `use` groups unfolded, single names included.
pub fn collect(tokens: &[TokenTree], prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            // `use ::std` and similar: the path begins after the keyword.
            TokenTree::Ident(ident) if ident == "use" || ident == "return" => at += 1,
            // A field or a method is a name of its own.
            TokenTree::Ident(_) if at > 0 && is_dot(&tokens[at - 1]) => at += 1,
            TokenTree::Ident(ident) => {
                let mut path = prefix.to_vec();
                path.push(ident.to_string());
                at += 1;
                while is_path_separator(tokens, at) {
                    match tokens.get(at + 2) {
                        Some(TokenTree::Ident(ident)) => {
                            path.push(ident.to_string());
                            at += 3;
                        }
                        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                            let inner: Vec<_> = group.stream().into_iter().collect();
                            for part in inner
                                .split(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ','))
                            {
                                collect(part, &path, paths);
                            }
                            at += 3;
                        }
                        _ => break,
                    }
                }
                if let Some(TokenTree::Ident(next)) = tokens.get(at)
                    && next == "as"
                    && path.len() == 1
                {
                    path.push("as".into());
                }
                paths.push(path);
            }
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                collect(&inner, &[], paths);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

fn is_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(p) if p.as_char() == '.')
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    let colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(at) && colon(at + 1)
}
