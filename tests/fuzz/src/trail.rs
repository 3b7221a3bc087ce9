//! For any file name, a record is one line of plain JSON and the trail verifies. Any bytes can be read as a trail.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use preopen::audit::{Event, Filter, Outcome, Record, Sink, Start, csv, line, report, verify};
use preopen::cap::Rights;
use preopen::error::{Code, ToolError};
use preopen::path::{VirtualPath, printable};

use crate::served::deceives;

pub fn run(bytes: &[u8]) {
    any_trail(bytes);
    let name = String::from_utf8_lossy(bytes);
    let out = Kept::default();
    let start = Start { version: "0", config: None, grants: vec![], walls: vec![] };
    let sink = Sink::new(out.clone(), || SystemTime::UNIX_EPOCH, "s".into(), b"", start).unwrap();
    let error = ToolError::new(Code::NotFound, name.to_string()).detail(&*name);
    for outcome in [Outcome::Answered { bytes: 1 }, Outcome::Refused(&error)] {
        sink.record(Event {
            call: 1,
            request: name.to_string(),
            tool: "read_text_file",
            right: Rights::RO,
            paths: vec![VirtualPath::from(&*name).whole()],
            places: vec![printable(&name)],
            versions: [None, None],
            outcome,
            took: Duration::ZERO,
        });
    }
    sink.end();
    let written = out.0.lock().unwrap().clone();
    let text = std::str::from_utf8(&written).unwrap();
    assert_eq!(text.lines().count(), 4, "{text:?}");
    assert!(!deceives(text), "{text:?}");
    let trail = verify(&written[..]).unwrap().unwrap_or_else(|why| panic!("{why}: {text}"));
    assert_eq!(trail.records, 4);
    for text in text.lines() {
        let record = Record::read(text).unwrap();
        assert!(!deceives(&line(&record, false)));
        assert!(!csv(Some(&record)).contains('\n'));
        let _ = Filter::default().passes(&record);
    }
}

/// Reads any bytes as a trail.
fn any_trail(bytes: &[u8]) {
    let _ = verify(bytes).unwrap();
    let page = report("trail", bytes).unwrap();
    assert!(!page.html.contains("<script"), "the page contains a script");
    for text in String::from_utf8_lossy(bytes).lines() {
        if let Some(record) = Record::read(text) {
            let shown = line(&record, false);
            assert!(!deceives(&shown) && !shown.contains('\n'), "{shown:?}");
            let _ = csv(Some(&record));
        }
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
