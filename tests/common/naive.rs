//! A deliberately weak server, to prove that the attacks of the tables bite: it joins the path to
//! the granted directory and opens what comes out.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// What a server that joins and opens would answer; nothing when it refuses or hangs.
pub fn naive_read(grant: &Path, path: &str) -> Option<String> {
    let path = grant.join(path);
    let (send, receive) = mpsc::channel();
    // Reading a FIFO never ends: the thread is left behind.
    std::thread::spawn(move || {
        let text =
            std::fs::read(&path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let _ = send.send(text);
    });
    receive.recv_timeout(Duration::from_millis(300)).ok().flatten()
}
