//! Our resolution against cap-std's, which was written by others and has been attacked for years.
//!
//! Over a tree with links of every relative kind, every path of up to four components is opened both
//! ways: where cap-std finds a file, ours finds the same bytes; where it finds the way out, so does ours.

use cap_std::fs::Dir;
use preopen::cap::{Above, Grants, Preopen, Read, Rights, Rules};
use preopen::error::Code;
use preopen::path::VirtualPath;

use crate::common::{Sandbox, budget};

fn tree() -> Sandbox {
    Sandbox::new()
        .file("grant/f", "top")
        .file("grant/a/f", "in a")
        .file("grant/a/b/f", "in b")
        .link("grant/l", "a/b")
        .link("grant/a/up", "..")
        .link("grant/a/b/up", "../..")
        .link("grant/a/l", "b/f")
        .link("grant/a/b/l", "../../f")
        .link("grant/up", "..")
        .link("grant/b", "a/up/a/b/")
        .link("grant/a/out", "../../outside/secret.txt")
        .link("grant/out", "../outside/")
        .link("grant/a/b/loop", "loop")
}

fn both(sandbox: &Sandbox) -> (Grants, Dir) {
    let open =
        || Dir::open_ambient_dir(sandbox.path("grant"), cap_std::ambient_authority()).unwrap();
    let preopen = Preopen {
        name: "grant".into(),
        rights: Rights::RO,
        rules: Rules::default(),
        dir: open(),
        written_as: "grant".into(),
        // No absolute name: cap-std takes none either.
        host_aliases: vec![],
        above: Above::default(),
    };
    (Grants::new(vec![preopen], vec![], false).unwrap(), open())
}

fn paths() -> Vec<String> {
    let names = ["a", "b", "f", "l", "up", "out", "loop", "secret.txt", "none"];
    let mut all: Vec<String> = vec![];
    let mut longest: Vec<String> = names.iter().map(ToString::to_string).collect();
    for _ in 0..4 {
        all.extend(longest.iter().cloned());
        longest =
            longest.iter().flat_map(|p| names.iter().map(move |n| format!("{p}/{n}"))).collect();
    }
    all
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Bytes(Vec<u8>),
    Directory,
    Escapes,
    Nothing,
}

fn ours(grants: &Grants, path: &str) -> Outcome {
    let file = grants
        .attenuate::<Read>(&VirtualPath::from(path))
        .unwrap()
        .place(&budget())
        .and_then(|p| p.open_file());
    match file {
        Ok(file) => Outcome::Bytes(file.read_at(&mut [0; 64], 0).unwrap().to_vec()),
        Err(error) => match error.code() {
            Code::EscapesGrant => Outcome::Escapes,
            Code::IsADirectory => Outcome::Directory,
            Code::NotFound | Code::NotADirectory | Code::BadPath => Outcome::Nothing,
            other => panic!("{path}: {other}"),
        },
    }
}

fn theirs(dir: &Dir, path: &str) -> Outcome {
    match dir.metadata(path) {
        Ok(found) if found.is_dir() => Outcome::Directory,
        Ok(_) => Outcome::Bytes(dir.read(path).unwrap()),
        // cap-std says that a path leads out by an error without a number of the system's.
        Err(error) if error.raw_os_error().is_none() || error.raw_os_error() == Some(18) => {
            Outcome::Escapes
        }
        Err(_) => Outcome::Nothing,
    }
}

#[test]
fn every_short_path_means_what_it_means_to_cap_std() {
    let sandbox = tree();
    let (grants, dir) = both(&sandbox);
    let (mut files, mut escapes) = (0, 0);
    for path in paths() {
        let (ours, theirs) = (ours(&grants, &path), theirs(&dir, &path));
        assert_eq!(ours, theirs, "{path}");
        files += usize::from(matches!(ours, Outcome::Bytes(_)));
        escapes += usize::from(ours == Outcome::Escapes);
    }
    assert!(
        files >= 30 && escapes >= 1_000,
        "the tree asks too little: {files} files, {escapes} escapes"
    );
}

#[test]
fn a_link_into_another_grant_is_read_under_that_grants_rights_and_rules() {
    let toml = "[[allow]]\npath = \"grant\"\n[[allow]]\npath = \"other\"\nrights = \"rw\"\nhide = [\"k\"]\n";
    let sandbox = Sandbox::new()
        .file("allowlist.toml", toml)
        .file("other/f", "in the other grant")
        .file("other/k", "hidden there")
        .link("grant/rel", "../other/f")
        .link("grant/abs", "{root}/other/f")
        .link("grant/dir", "../other")
        .link("grant/key", "../other/k")
        .link("other/back", "{root}/grant/rel")
        .link("grant/ping", "../other/pong")
        .link("other/pong", "../grant/ping");
    let config = sandbox.path("allowlist.toml");
    let mut client = crate::common::Client::start(
        &["--config", config.to_str().unwrap()],
        crate::common::Era::Modern,
    );
    for path in ["grant/rel", "grant/abs", "grant/dir/f", "other/back"] {
        let answer = client.call("read_text_file", &serde_json::json!({"path": path}));
        assert!(answer.text.starts_with("in the other grant\n"), "{path}: {answer:?}");
        assert!(answer.text.contains("links lead to other/f"), "{path}: {answer:?}");
    }
    let code = |client: &mut crate::common::Client, path: &str| {
        client.call("read_text_file", &serde_json::json!({"path": path})).code().to_owned()
    };
    assert_eq!(code(&mut client, "grant/key"), "not_found");
    assert_eq!(code(&mut client, "grant/ping"), "bad_path");
}

#[test]
fn a_link_never_redirects_a_change_into_another_grant() {
    let sandbox = Sandbox::new()
        .file("other/f", "x")
        .link("grant/rel", "../other/f")
        .link("grant/abs", "{root}/other/new")
        .link("grant/inside", "{root}/grant/new");
    let spec = |path: &str| sandbox.spec(path, "rw").parse().unwrap();
    let grants = crate::common::grants(&[spec("grant"), spec("other")]);
    let place = |path: &str| {
        let target = grants.attenuate::<preopen::cap::Write>(&VirtualPath::from(path)).unwrap();
        target.to_make(false, &budget()).map(|(place, _)| place.display_path())
    };
    assert_eq!(place("grant/rel").unwrap_err().code(), Code::EscapesGrant);
    assert_eq!(place("grant/abs").unwrap_err().code(), Code::EscapesGrant);
    assert_eq!(
        place("grant/inside").unwrap(),
        "grant/new",
        "a change may make what does not exist"
    );
}

#[test]
fn rules_refuse_a_change_by_the_name_alone() {
    let toml = "[[allow]]\npath = \"grant\"\nrights = \"rw\"\nhide = [\".env\"]\nreadonly = [\"vendor/**\"]\n";
    let sandbox = Sandbox::new()
        .file("grant/vendor/f", "x")
        .link("grant/l", "vendor/f")
        .link("grant/d", "vendor");
    let list = preopen::allowlist::Allowlist::parse(toml, &sandbox.path("")).unwrap();
    let grants = crate::common::grants(&list.allow);
    let change = |path: &str| {
        let target = grants.attenuate::<preopen::cap::Write>(&VirtualPath::from(path)).unwrap();
        target.to_make(false, &budget()).map(|(place, _)| place.display_path())
    };
    for path in [
        ".env",
        ".ENV",
        "vendor",
        "vendor/f",
        "vendor/none",
        "l",
        "d/none",
        "Vendor/x",
        "none/.env",
        "none/.git/x",
    ] {
        assert_eq!(change(path).unwrap_err().code(), Code::Protected, "{path}");
    }
    assert_eq!(change("new").unwrap(), "new");
    let read = grants.attenuate::<Read>(&VirtualPath::from("l")).unwrap().place(&budget()).unwrap();
    assert_eq!(read.info().unwrap().rights, Rights::READ, "read only by rule, and said so");
}
