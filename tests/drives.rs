//! Grants on drives that give and take fewer bytes than they are asked for, or take their time, as drives on a network do: every
//! tool comes to the same as on a disk, and a slow grant holds up no other.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::common::{Client, Drive, Era, Manners, Sandbox, request};
use crate::faults::script;

const ODD: Manners = Manners { most: 3, ..Manners::OF_A_DISK };

/// What every call of the script comes to, in a tree that is made anew by calls, and what is there in the end.
/// Something may happen before each call.
fn played(sandbox: &Sandbox, grants: [&str; 2], before_each: impl Fn()) -> Vec<String> {
    let specs = grants.map(|path| sandbox.path(path));
    let args =
        [format!("grant={}:rwd", specs[0].display()), format!("other={}:rwd", specs[1].display())];
    let mut client = Client::start(&["--allow", &args[0], "--allow", &args[1]], Era::Modern);
    let mut said = vec![];
    for (tool, arguments) in script() {
        for (path, content) in [("a", "one\ntwo\n"), ("d/one", "1 o\n"), ("d/sub/two", "2 o\n")] {
            let write = json!({"path": format!("grant/{path}"), "content": content});
            assert_eq!(client.call("write_file", &write).code(), "ok", "{path}");
        }
        set_times(&specs[0]);
        for gone in ["grant/x", "grant/b", "grant/e", "other/d"] {
            client.call("delete_file", &json!({"path": gone, "recursive": true}));
        }
        before_each();
        if !arguments.to_string().contains("link") {
            let answer = client.call(tool, &arguments);
            said.push(format!("{tool} {arguments}: {}", without_times(&answer.text)));
            let mut tree = client.call("directory_tree", &json!({"path": ""})).text;
            tree += &client.call("grep", &json!({"pattern": "."})).text;
            said.push(tree);
        }
    }
    said
}

/// The files have times a minute apart: those that they were written at may be equal on one drive and not on the other.
fn set_times(grant: &Path) {
    for (minutes, path) in ["a", "d/one", "d/sub/two"].into_iter().enumerate() {
        let time =
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minutes as u64);
        let file = std::fs::File::options().write(true).open(grant.join(path)).unwrap();
        file.set_modified(time).unwrap();
    }
}

/// What differs from one run to the next.
fn without_times(text: &str) -> String {
    let of_times = ["modified: ", "accessed: ", "version: ", "Allowed", "grant (", "other ("];
    let lines = text.lines().filter(|line| !of_times.iter().any(|begin| line.starts_with(begin)));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_drive_that_gives_and_takes_little_at_a_time_loses_nothing() {
    let sandbox = Sandbox::new().dir("disk/other");
    let Some(_drive) = Drive::mount(&sandbox, "drive", ODD) else { return };
    for at in ["drive/grant", "drive/other", "disk/grant"] {
        std::fs::create_dir_all(sandbox.path(at)).unwrap();
    }
    let (odd, plain) = (
        played(&sandbox, ["drive/grant", "drive/other"], || ()),
        played(&sandbox, ["disk/grant", "disk/other"], || ()),
    );
    assert!(odd.len() > 40, "{odd:#?}");
    for (odd, plain) in odd.iter().zip(&plain) {
        assert_eq!(odd, plain);
    }
    // Longer than what any buffer holds, in texts that end in the middle of a read.
    let text: String = (0..20_000).map(|n| format!("line {n} é\n")).collect();
    let spec = format!("{}:rwd", sandbox.path("drive/grant").display());
    let mut client = Client::start(&["--allow", &spec], Era::Modern);
    let write = json!({"path": "large", "content": text});
    assert_eq!(client.call("write_file", &write).code(), "ok");
    assert_eq!(std::fs::read_to_string(sandbox.path("drive/grant/large")).unwrap(), text);
    let hits = client.call("grep", &json!({"path": "large", "pattern": "9999 é"}));
    assert!(hits.text.contains("line 9999 é\n") && hits.text.contains("line 19999 é"), "{hits:?}");
}

/// Numbers tell what is one file, and what is a circle; they hold for a call, and no longer.
#[test]
fn a_drive_that_gives_new_numbers_is_served_as_a_disk_is() {
    let sandbox = Sandbox::new().dir("disk/other").dir("disk/grant");
    let Some(drive) = Drive::mount(&sandbox, "drive", Manners::OF_A_DISK) else { return };
    for at in ["drive/grant", "drive/other"] {
        std::fs::create_dir_all(sandbox.path(at)).unwrap();
    }
    let number = || std::fs::metadata(sandbox.path("drive/grant")).unwrap().ino();
    let before = number();
    drive.renumber();
    assert_ne!(before, number());
    let new = played(&sandbox, ["drive/grant", "drive/other"], || drive.renumber());
    let plain = played(&sandbox, ["disk/grant", "disk/other"], || ());
    assert!(new.len() > 40, "{new:#?}");
    for (new, plain) in new.iter().zip(&plain) {
        assert_eq!(new, plain);
    }
}

#[test]
fn a_slow_drive_holds_up_no_other_grant() {
    let slow = Manners { delay: Duration::from_millis(300), ..Manners::OF_A_DISK };
    let sandbox = Sandbox::new().file("grant/f", "fast\n");
    let Some(_drive) = Drive::mount(&sandbox, "drive", slow) else { return };
    std::fs::write(sandbox.path("drive/f"), "slow\n").unwrap();
    let specs = [sandbox.spec("grant", "rwd"), sandbox.spec("drive", "rwd")];
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    client.request("server/discover", json!({}));
    for id in 100..108 {
        client.send(&request(id, "read_text_file", &json!({"path": "drive/f"})));
    }
    for id in 1..9 {
        client.send(&request(id, "read_text_file", &json!({"path": "grant/f"})));
    }
    let answers: Vec<_> = (0..16).map(|_| client.receive()).collect();
    let fast = answers.iter().take(8).filter(|answer| answer["id"].as_u64().unwrap() < 100).count();
    assert_eq!(fast, 8, "{answers:#?}");
    for answer in &answers {
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        let want = if answer["id"].as_u64().unwrap() < 100 { "fast\n" } else { "slow\n" };
        assert!(text.starts_with(want), "{answer}");
    }
}
