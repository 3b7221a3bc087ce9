//! A deliberately weak server, to prove that the attacks of the tables bite: it joins the path to
//! the granted directory and opens what comes out.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// What a server that joins and opens would answer; nothing when it refuses or hangs.
pub fn naive_read(grant: &Path, path: &str) -> Option<String> {
    let path = grant.join(path);
    let (send, receive) = mpsc::channel();
    // Opening a FIFO never ends: the thread is left behind.
    std::thread::spawn(move || {
        let mut bytes = vec![];
        // A device never ends either, and this must not take all memory.
        let read = File::open(&path).and_then(|file| file.take(1 << 20).read_to_end(&mut bytes));
        let text = read.ok().map(|_| String::from_utf8_lossy(&bytes).into_owned());
        let _ = send.send(text);
    });
    receive.recv_timeout(Duration::from_millis(300)).ok().flatten()
}
