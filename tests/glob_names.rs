//! A glob that is the path of something means that, whatever characters it has: each file of trees with such names, in each
//! argument that takes globs, and in each way to write a path.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

/// Names of directories with a decoy beside each: another name that the first one matches as a glob.
const DIRECTORIES: [(&str, &[&str]); 8] = [
    ("{{k}}", &["k"]),
    ("[id]", &["i"]),
    ("{x,y}", &["x", "y"]),
    ("(auth)", &["auth"]),
    ("a,b", &["a", "b"]),
    ("w?", &["wx"]),
    ("#c d", &["c"]),
    ("!k", &["k"]),
];
/// The same for files.
const FILES: [(&str, &[&str]); 10] = [
    ("[slug].md", &["s.md"]),
    ("[...all].md", &["..a.md"]),
    ("{{name}}.py", &["name.py"]),
    ("{p,q}.md", &["p.md", "q.md"]),
    ("m,n.md", &["m", "n.md"]),
    ("what?.md", &["whatx.md"]),
    ("!not.md", &["not.md"]),
    ("back\\slash.md", &["backslash.md"]),
    ("#h (1).md", &["h1.md"]),
    ("two  blanks.md", &["two.md"]),
];

/// Numbers that look random, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

/// The paths of a random tree: each special name, in a directory of a special name, with the decoys of both.
fn paths(chance: &mut Chance) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (name, decoys) in FILES {
        let (directory, others) = DIRECTORIES[chance.below(DIRECTORIES.len())];
        for directory in others.iter().chain([&directory]) {
            for name in decoys.iter().chain([&name]) {
                paths.insert(format!("top/{directory}/{name}"));
            }
        }
    }
    paths
}

/// Which of the files a call is about, and which it is not.
#[derive(Clone, Copy, PartialEq)]
enum About {
    /// Those that the glob matches.
    Matched,
    /// Those that have it as a part of their path, without a slash after it: a pattern is a part of a name.
    Containing,
    /// All but those that it matches.
    Others,
}

/// The calls with a glob, and what they find.
fn calls(glob: &str, path: &str) -> Vec<(&'static str, Value, About)> {
    let grep =
        |globs: &Value| json!({"pattern": "w", "output": "files", "limit": 1000, "glob": globs});
    let mut without = grep(&json!([]));
    without["exclude"] = json!([glob]);
    let mut all = vec![
        ("grep", grep(&json!(glob)), About::Matched),
        ("grep", grep(&json!([glob, "*.zzz"])), About::Matched),
        ("grep", grep(&json!(["*", format!("!{glob}")])), About::Others),
        ("grep", without, About::Others),
        ("search_files", json!({"pattern": glob, "type": "file"}), About::Containing),
        ("search_files", json!({"pattern": "*", "type": "file", "exclude": [glob]}), About::Others),
        ("directory_tree", json!({"exclude": [glob, "*.zzz"], "max_depth": 9}), About::Others),
    ];
    // A comma outside braces separates globs.
    let has_comma = glob.replace("{x,y}", "").replace("{p,q}", "").contains(',');
    if !has_comma {
        all.push(("grep", grep(&json!(format!("{glob},*.zzz"))), About::Matched));
    }
    for (_, arguments, _) in &mut all {
        arguments["path"] = json!(path);
    }
    // What begins with `!` takes away.
    all.retain(|(_, arguments, _)| !glob.starts_with('!') || arguments["glob"][0] == json!("*"));
    all
}

/// The files that an answer lists.
fn listed(tool: &str, text: &str) -> BTreeSet<String> {
    let lines: Vec<&str> = text.lines().collect();
    let lines = &lines[..lines.len() - 1];
    if tool != "directory_tree" {
        return lines.iter().map(|line| (*line).to_owned()).collect();
    }
    let (mut above, mut files): (Vec<&str>, _) = (vec![], BTreeSet::new());
    for line in lines {
        let name = line.trim_start_matches(' ');
        above.truncate(line.len() - name.len());
        match name.strip_suffix('/') {
            Some(directory) => above.push(directory),
            None => drop(files.insert([above.as_slice(), &[name]].concat().join("/"))),
        }
    }
    files
}

/// A glob for one file, the directory that is searched, and the path from there that the glob spells; `None` where it is only
/// a name.
fn writings(file: &str, root: &str) -> Vec<(String, &'static str, bool)> {
    let below = file.strip_prefix("top/").unwrap();
    let name = file.rsplit('/').next().unwrap();
    vec![
        (name.to_owned(), "", false),
        (file.to_owned(), "", true),
        (below.to_owned(), "top", true),
        (format!("./{below}"), "top", true),
        (format!("/{below}"), "top", true),
        (file.to_owned(), "top", true),
        (format!("/{file}"), "top", true),
        (format!("grant/{file}"), "", true),
        (format!("grant/{file}"), "top", true),
        (format!("{root}/{file}"), "", true),
        (format!("{root}/{file}"), "top", true),
    ]
}

/// Is it in the same directory, with the other's name as a part of its own?
fn is_beside(file: &str, other: &str) -> bool {
    let (directory, name) = other.rsplit_once('/').unwrap();
    file.rsplit_once('/').is_some_and(|(above, own)| above == directory && own.contains(name))
}

/// Does a text that is a part of a name, or of a path, find this file?
fn contains(file: &str, part: &str) -> bool {
    file.match_indices(part).any(|(at, _)| !file[at + part.len()..].contains('/'))
}

#[test]
fn a_path_of_a_file_is_a_glob_for_exactly_that_file() {
    each_of_a_tree(0x9E37_79B9_7F4A_7C15, false);
}

#[test]
fn a_path_of_a_file_is_a_glob_for_that_file_in_another_tree() {
    each_of_a_tree(0xD1B5_4A32_D192_ED03, false);
}

#[test]
fn a_path_of_a_file_is_a_glob_for_that_file_in_one_of_several_grants() {
    each_of_a_tree(0x2545_F491_4F6C_DD1D, true);
}

/// Calls each tool with globs for some files of a tree. `NAME_CASES` says how many; the ordinary run has three.
fn each_of_a_tree(seed: u64, has_other_grant: bool) {
    let cases: usize = std::env::var("NAME_CASES").map_or(3, |n| n.parse().unwrap());
    let mut chance = Chance(seed);
    let paths = paths(&mut chance);
    let sandbox = paths
        .iter()
        .fold(Sandbox::new(), |sandbox, path| sandbox.file(&format!("grant/{path}"), "w\n"));
    let root = sandbox.path("grant").display().to_string();
    let sandbox = sandbox.dir("other");
    let specs = ["grant", "other"].map(|name| sandbox.spec(name, "ro"));
    let specs = &specs[..if has_other_grant { 2 } else { 1 }];
    let allow: Vec<&str> = specs.iter().flat_map(|spec| ["--allow", spec.as_str()]).collect();
    let mut client = Client::start(&allow, Era::Modern);
    let grant = if has_other_grant { "grant/" } else { "" };
    let special =
        |path: &&String| path.contains(|c: char| !c.is_alphanumeric() && !"/.".contains(c));
    let all: Vec<&String> = paths.iter().filter(special).collect();
    let mut wrong = vec![];
    for _ in 0..cases {
        let file = all[chance.below(all.len())];
        let (directory, _) = file.rsplit_once('/').unwrap();
        // Beside a `*`, a comma in braces parts alternatives, and `?` is any character.
        let is_all_below = !directory.contains([',', '?']) && chance.below(2) == 0;
        let below = format!("{directory}/**");
        let file = if is_all_below { &below } else { file };
        for (glob, path, is_path) in writings(file, &root) {
            if is_all_below && !is_path {
                continue;
            }
            let path = if path.is_empty() { String::new() } else { format!("{grant}{path}") };
            let name = file.rsplit('/').next().unwrap();
            let is_it = |other: &&String| {
                if is_all_below {
                    other.rsplit_once('/').is_some_and(|(above, _)| above == directory)
                } else if is_path {
                    *other == file
                } else {
                    other.rsplit('/').next() == Some(name)
                }
            };
            for (tool, arguments, about) in calls(&glob, &path) {
                let matched: BTreeSet<String> = paths.iter().filter(is_it).cloned().collect();
                let want = match about {
                    About::Matched => matched,
                    About::Containing if is_all_below => matched,
                    About::Others => paths.difference(&matched).cloned().collect(),
                    About::Containing if glob.starts_with('/') => {
                        paths.iter().filter(|one| is_beside(one, file)).cloned().collect()
                    }
                    About::Containing if is_path => {
                        let below = file.strip_prefix("top/").unwrap();
                        let part = if glob.ends_with(file) { file } else { below };
                        paths.iter().filter(|one| contains(one, part)).cloned().collect()
                    }
                    About::Containing => {
                        paths.iter().filter(|one| contains(one, name)).cloned().collect()
                    }
                };
                let answer = client.call(tool, &arguments).text;
                let want: BTreeSet<String> =
                    want.iter().map(|path| format!("{grant}{path}")).collect();
                if listed(tool, &answer) != want {
                    wrong.push(format!("{tool} {arguments}: {answer} and not {want:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}
