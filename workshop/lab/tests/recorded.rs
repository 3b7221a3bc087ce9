//! Recorded sessions: the cast is valid, the picture is valid SVG, and both show the same lines.

use std::path::Path;

use serde_json::Value;

use crate::common::{PATIENCE, Run};

/// Validates a cast and returns its lines as sent to the terminal.
fn lines(cast: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(cast).unwrap();
    let mut all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let header = all.next().unwrap();
    assert_eq!((&header["version"], &header["width"]), (&2.into(), &80.into()), "{header}");
    let mut last = 0.0;
    let lines = all.map(|event| {
        let (at, kind) = (event[0].as_f64().unwrap(), event[1].as_str().unwrap());
        assert!(at >= last && kind == "o" && event.as_array().unwrap().len() == 3, "{event}");
        last = at;
        event[2]
            .as_str()
            .unwrap()
            .strip_suffix("\r\n")
            .expect("an event is not a whole line")
            .to_owned()
    });
    lines.collect()
}

/// Parses a picture as XML and returns the text of its lines.
fn shown(picture: &Path) -> Vec<String> {
    use quick_xml::events::Event;
    let text = std::fs::read_to_string(picture).unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut lines, mut is_text) = (vec![], false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == b"text" => {
                is_text = true;
                lines.push(String::new());
            }
            Event::End(tag) if tag.name().as_ref() == b"text" => is_text = false,
            Event::Text(piece) if is_text => *lines.last_mut().unwrap() += &piece.decode().unwrap(),
            Event::GeneralRef(name) if is_text => {
                let sign = match &*name.decode().unwrap() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    other => panic!("&{other};"),
                };
                lines.last_mut().unwrap().push(sign);
            }
            Event::Eof => return lines,
            _ => {}
        }
    }
}

fn plain(line: &str) -> String {
    let pieces = line.split("\x1b[");
    pieces.enumerate().map(|(n, p)| if n == 0 { p } else { p.split_once('m').unwrap().1 }).collect()
}

fn check_session(cast: &Path, picture: &Path) {
    let lines = lines(cast);
    let plain_lines: Vec<String> =
        lines.iter().map(|line| plain(line)).filter(|l| !l.is_empty()).collect();
    assert_eq!(shown(picture), plain_lines, "the picture and the cast differ");
    let commands: Vec<_> =
        plain_lines.iter().filter(|line| line.starts_with("$ preopen-lab ")).collect();
    assert!(commands.len() >= 3, "{commands:?}");
    for word in ["ESCAPED", "contained", "ESCAPED*"] {
        assert!(plain_lines.iter().any(|line| line.contains(word)), "{word} is missing");
    }
    assert!(lines.iter().any(|line| line.contains("\x1b[1;31m")), "the cast has no colours");
    assert!(plain_lines.iter().all(|line| line.chars().count() <= 80));
    let svg = std::fs::read_to_string(picture).unwrap();
    assert!(svg.contains("prefers-color-scheme: dark") && svg.contains("<desc"));
    assert!(
        !svg.contains("<script") && !svg.contains("href"),
        "the picture loads or runs something"
    );
}

#[test]
fn a_recorded_session_matches_the_output() {
    let out = tempfile::tempdir().unwrap();
    let (cast, picture) = (out.path().join("a.cast"), out.path().join("a.svg"));
    let args = ["--cast", cast.to_str().unwrap(), "--picture", picture.to_str().unwrap()];
    let args = [&args[..], &["--patience", PATIENCE]].concat();
    let run = Run::of(&args);
    assert_eq!(run.code(), 0, "{}", run.errors());
    assert!(run.left.is_empty(), "{:?}", run.left);
    check_session(&cast, &picture);
    let recorded = lines(&cast).into_iter().map(|line| line.trim_end().to_owned() + "\n");
    assert_eq!(run.text(), recorded.collect::<String>());
    let again = Run::of(&args);
    assert!(again.code() == 2 && again.errors().contains("not overwritten"), "{}", again.errors());
}

#[test]
fn the_shipped_session_is_valid() {
    check_session(Path::new("../../docs/lab-demo.cast"), Path::new("../../docs/lab-demo.svg"));
    let readme = std::fs::read_to_string("../../README.md").unwrap();
    assert!(readme.contains("](docs/lab-demo.svg)"), "README.md does not show the picture");
}
