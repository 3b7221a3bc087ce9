//! No two files of `src` import each other, directly or over others: what a file needs can be read before the file.
//!
//! A name is followed to the file that defines it: what is imported through a `mod.rs` counts as imported from there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use crate::architecture::{collect, sources, without_tests};

/// A module, as the names that lead to it from the root of the crate.
type Module = Vec<String>;

/// What a file says, as far as imports are concerned.
#[derive(Default)]
struct File {
    /// Every path that it names.
    paths: Vec<Vec<String>>,
    /// The names that it re-exports, and where they come from.
    exports: BTreeMap<String, Vec<String>>,
}

struct Crate(BTreeMap<Module, File>);

#[test]
fn no_two_files_import_each_other() {
    let files = sources(Path::new("src"));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let circles = circles(&files);
    assert!(circles.is_empty(), "these files import each other:\n{}", circles.join("\n"));
}

#[test]
fn the_check_of_circles_bites() {
    let circle = |files: &[(&str, &str)]| circles(files);
    let mods = ("src/m/mod.rs", "//! Docs.\nmod a;\nmod b;\npub use a::A;\n");
    // Through `super`, through the crate, through a re-export, in a group, and in an expression.
    for other in [
        "use super::a::A;",
        "use crate::m::a::A;",
        "use crate::m::A;",
        "use super::{a::{A, other}};",
        "fn f() { super::a::A::new() }",
        "use super::a;\nfn f() { a::A::new() }",
    ] {
        let found = circle(&[
            mods,
            ("src/m/a.rs", "use super::b::B;\npub struct A;"),
            ("src/m/b.rs", other),
        ]);
        assert_eq!(found, ["m/a, m/b"], "{other}");
    }
    let longer = [
        ("src/m/mod.rs", "mod a;\nmod b;\nmod c;"),
        ("src/m/a.rs", "use super::b::B;"),
        ("src/m/b.rs", "use super::c::C;"),
        ("src/m/c.rs", "use super::a::A;"),
    ];
    assert_eq!(circle(&longer), ["m/a, m/b, m/c"]);
    // A module that imports from its own children, one of which imports from it.
    let parent =
        [("src/m.rs", "mod a;\nuse a::A;\npub struct P;"), ("src/m/a.rs", "use super::P;")];
    assert_eq!(circle(&parent), ["m, m/a"]);
    for none in [
        "pub struct B;",
        "use super::A;\n",
        "#[cfg(test)]\nmod tests { use super::super::a::A; }\npub struct B;",
        "// use super::a::A;\nconst S: &str = \"super::a::A\";",
    ] {
        let b = if none.contains("use super::A") { "pub struct A;" } else { "use super::b::B;" };
        assert_eq!(circle(&[mods, ("src/m/a.rs", b), ("src/m/b.rs", none)]), [""; 0], "{none}");
    }
}

/// The circles among these files: each in one line, as the names of its files.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let known = Crate(files.iter().map(|(path, text)| (module(path), File::new(text))).collect());
    let imports: BTreeMap<_, _> =
        known.0.keys().map(|module| (module, known.imports(module))).collect();
    let reach = |from: &Module| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
        while let Some(next) = todo.pop() {
            todo.extend(imports[next].iter().filter(|module| seen.insert((*module).clone())));
        }
        seen
    };
    let reached: BTreeMap<_, _> = known.0.keys().map(|module| (module, reach(module))).collect();
    let in_circle = |module: &Module| reached[module].contains(module);
    let mut all: Vec<String> = vec![];
    for module in known.0.keys().filter(|module| in_circle(module)) {
        let with = reached[module].iter().filter(|other| reached[*other].contains(module));
        let names: Vec<_> = with.map(|module| module.join("/")).collect();
        let line = names.join(", ");
        if !all.contains(&line) {
            all.push(line);
        }
    }
    all
}

/// `src/cap/mod.rs` and `src/cap.rs` are the module `cap`; `src/lib.rs` is the root, and `src/main.rs` stands above it.
fn module(path: &str) -> Module {
    let path = path.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
    let mut names: Module = path.split('/').map(ToOwned::to_owned).collect();
    if names.last().is_some_and(|name| name == "mod") || names == ["lib"] {
        names.pop();
    }
    names
}

impl File {
    fn new(text: &str) -> Self {
        let tokens = without_tests(text.parse::<TokenStream>().unwrap());
        let mut file = Self::default();
        collect(&tokens, &[], &mut file.paths);
        for statement in tokens.split(|token| is_punct(token, ';')) {
            let Some(at) = statement.iter().position(|token| is_ident(token, "use")) else {
                continue;
            };
            // `pub use`, `pub(crate) use`: what is in front of it ends with the visibility.
            let is_public =
                statement[..at].iter().rev().take(2).any(|token| is_ident(token, "pub"));
            if !is_public {
                continue;
            }
            let mut leaves = vec![];
            collect(&statement[at..], &[], &mut leaves);
            for leaf in leaves {
                file.exports.insert(leaf.last().unwrap().clone(), leaf);
            }
        }
        file
    }
}

impl Crate {
    /// The other files that this one names something of.
    fn imports(&self, module: &Module) -> BTreeSet<Module> {
        let file = &self.0[module];
        let mut all = BTreeSet::new();
        // Modules that are imported by name, as in `use super::edit; edit::apply()`.
        let aliases: BTreeMap<&str, Module> = file
            .paths
            .iter()
            .filter_map(|path| Some((path.last()?.as_str(), self.absolute(module, path)?)))
            .filter(|(_, path)| self.0.contains_key(path))
            .collect();
        for path in &file.paths {
            let alias = path.first().and_then(|first| aliases.get(first.as_str()));
            let absolute = match alias {
                Some(alias) if path.len() > 1 => Some([alias, &path[1..]].concat()),
                _ => self.absolute(module, path),
            };
            all.extend(
                absolute.and_then(|path| self.definer(&path, 0)).filter(|other| other != module),
            );
        }
        all
    }

    /// A path from the root of the crate; `None` for a path into another crate and for a local name.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let child = |name: &String| [module.as_slice(), std::slice::from_ref(name)].concat();
        match path.first()?.as_str() {
            "crate" | "preopen" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => {
                let ups = path.iter().take_while(|name| *name == "super").count();
                let above = module.len().checked_sub(ups)?;
                Some([&module[..above], &path[ups..]].concat())
            }
            _ if path.len() > 1 && self.0.contains_key(&child(&path[0])) => {
                Some([module.as_slice(), path].concat())
            }
            _ => None,
        }
    }

    /// The file that defines what a path names; `None` for a module itself.
    fn definer(&self, path: &[String], depth: usize) -> Option<Module> {
        // The root is a module even where no file is there for it.
        let is_module = |len: &usize| *len == 0 || self.0.contains_key(&path[..*len]);
        let len = (0..=path.len()).take_while(is_module).last().unwrap_or_default();
        let (module, name) = (path[..len].to_vec(), path.get(len)?);
        let export = self.0.get(&module)?.exports.get(name).filter(|_| depth < 8);
        let from = export.and_then(|from| self.absolute(&module, from));
        match from {
            Some(from) => self.definer(&from, depth + 1),
            None => Some(module),
        }
    }
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}
