//! Every function of `authority` that uses ambient authority takes the token, as its last argument. The
//! test looks at tokens: who calls a function only gets it by saying the token.

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::architecture::{collect, sources, without_tests};

/// Functions below these paths reach what nobody has handed to this process.
const AMBIENT: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::path::absolute",
    "rustix::process",
    "rustix::stdio",
    "rustix::thread",
    "nix",
    "signal_hook",
    "cap_std::ambient_authority",
];

/// Those of them that only take apart what they are given.
const PURE: &[&str] = &["std::fs::File::from", "std::env::split_paths"];

/// Methods and functions of types, wherever the type comes from.
const AMBIENT_NAMES: &[&str] = &[
    "open_ambient_dir",
    "canonicalize",
    "exists",
    "try_exists",
    "metadata",
    "symlink_metadata",
    "read_dir",
    "read_link",
];

/// What is known of one function.
struct Function {
    name: String,
    arguments: Group,
    returns: String,
    body: Group,
    /// Whether a ban of clippy is lifted for it.
    is_excused: bool,
}

/// The functions of a file that use ambient authority and do not take the token.
fn without_token(text: &str) -> Vec<String> {
    let tokens: TokenStream = text.parse().unwrap();
    let tokens = without_tests(tokens);
    let mut paths = vec![];
    collect(&tokens, &[], &mut paths);
    // `use std::process::Command` makes `Command::new` ambient. What is only mentioned does no harm.
    let imports: BTreeMap<String, Vec<String>> = paths
        .into_iter()
        .filter(|path| path.len() > 1)
        .filter_map(|path| Some((path.last()?.clone(), path)))
        .collect();
    let mut functions = vec![];
    find_functions(&tokens, &mut functions);
    let uses = |function: &Function| function.is_excused || is_ambient(&function.body, &imports);
    let without = functions.iter().filter(|function| uses(function) && !takes_token(function));
    without.map(|function| function.name.clone()).collect()
}

fn takes_token(function: &Function) -> bool {
    let arguments: Vec<TokenTree> = function.arguments.stream().into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    let last = arguments.split(is_comma).rfind(|argument| !argument.is_empty());
    let is_last = last.is_some_and(|argument| {
        argument.iter().any(|token| token.to_string() == "AmbientAuthority")
    });
    // The one that mints it gives it.
    is_last || function.returns.contains("AmbientAuthority")
}

fn is_ambient(body: &Group, imports: &BTreeMap<String, Vec<String>>) -> bool {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let mut paths = vec![];
    collect(&tokens, &[], &mut paths);
    let names_function = |path: &Vec<String>| {
        let first = path.first().and_then(|first| imports.get(first));
        let whole = first.map_or_else(|| path.clone(), |import| [import, &path[1..]].concat());
        let joined = whole.join("::");
        let is_function = whole.last().is_some_and(|last| last.starts_with(char::is_lowercase));
        let below = |of: &&str| joined == **of || joined.starts_with(&format!("{of}::"));
        let is_pure = PURE.contains(&joined.as_str());
        is_function && whole.len() > 1 && AMBIENT.iter().any(below) && !is_pure
    };
    paths.iter().any(names_function) || holds_ambient_name(&tokens)
}

/// Does it call one of [`AMBIENT_NAMES`], or go up from a handle?
fn holds_ambient_name(tokens: &[TokenTree]) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(ident) => AMBIENT_NAMES.iter().any(|name| ident == name),
        TokenTree::Literal(literal) => literal.to_string() == "\"..\"",
        TokenTree::Group(group) => {
            holds_ambient_name(&group.stream().into_iter().collect::<Vec<_>>())
        }
        TokenTree::Punct(_) => false,
    })
}

/// Every `fn name(..) -> .. { .. }`, and those in other blocks.
fn find_functions(tokens: &[TokenTree], found: &mut Vec<Function>) {
    let is_group = |token: &TokenTree, delimiter| matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter);
    let mut is_excused = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "fn" => {
                let rest = &tokens[at + 1..];
                let arguments = rest.iter().position(|t| is_group(t, Delimiter::Parenthesis));
                let body = rest.iter().position(|t| is_group(t, Delimiter::Brace));
                let (Some(arguments), Some(body)) = (arguments, body) else { continue };
                let returns = rest[arguments + 1..body].iter().map(ToString::to_string).collect();
                let group = |at: usize| match &rest[at] {
                    TokenTree::Group(group) => group.clone(),
                    other => panic!("{other} is not a group"),
                };
                found.push(Function {
                    name: rest[0].to_string(),
                    arguments: group(arguments),
                    returns,
                    body: group(body),
                    is_excused,
                });
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                is_excused |= group.to_string().contains("disallowed_methods");
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                is_excused = false;
                find_functions(&group.stream().into_iter().collect::<Vec<_>>(), found);
            }
            _ => {}
        }
    }
}

#[test]
fn every_function_of_authority_that_is_ambient_takes_the_token() {
    let mut files = sources(Path::new("src/authority"));
    files.push(("authority.rs".into(), std::fs::read_to_string("src/authority.rs").unwrap()));
    assert!(files.len() > 8, "{} files", files.len());
    let found: Vec<String> = files
        .into_iter()
        .flat_map(|(file, text)| {
            without_token(&text).into_iter().map(move |name| format!("{file}: {name}"))
        })
        .collect();
    assert_eq!(found, Vec::<String>::new(), "uses ambient authority and does not take the token");
}

#[test]
fn a_function_without_the_token_is_found() {
    for (name, text) in [
        ("reads", "fn reads(path: &Path) -> String { std::fs::read_to_string(path).unwrap() }"),
        ("looks", "fn looks(path: &Path) -> bool { path.exists() }"),
        ("runs", "use std::process::Command; fn runs() { Command::new(\"x\"); }"),
        ("climbs", "fn climbs(dir: &Dir) { rustix::fs::openat(dir, \"..\", PASS, mode) }"),
        ("passed", "fn passed() { paths.map(std::fs::canonicalize); }"),
        ("method", "impl X { fn method(&self) { std::env::var_os(\"HOME\"); } }"),
        ("first", "fn first(_: AmbientAuthority, path: &Path) { std::fs::read(path); }"),
        ("excused", "#[expect(clippy::disallowed_methods, reason = \"x\")] fn excused() {}"),
        ("grouped", "use std::{fs, io}; fn grouped() { fs::read(\"x\"); }"),
    ] {
        assert_eq!(without_token(text), [name], "{text}");
    }
    for text in [
        "fn f(path: &Path, _: AmbientAuthority) { std::fs::read(path); }",
        "fn f(fd: OwnedFd) -> std::fs::File { std::fs::File::from(fd) }",
        "fn f(dir: &Dir) { rustix::fs::openat(dir, \".\", PASS, mode) }",
        "pub fn mint() -> AmbientAuthority { cap_std::ambient_authority() }",
        "#[cfg(test)] mod tests { fn f() { std::fs::read(\"x\"); } }",
    ] {
        assert_eq!(without_token(text), Vec::<String>::new(), "{text}");
    }
}
