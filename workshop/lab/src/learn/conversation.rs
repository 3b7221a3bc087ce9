//! Runs a participant's program that prints lines and reads an answer to each.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::bench::Bench;

/// The maximum length of a line, in bytes.
const LINE: u64 = 1 << 20;

/// How the program ended.
pub(super) struct Ending {
    /// Whether its time was up.
    pub is_late: bool,
    /// The last line on its standard error.
    pub last_error: String,
}

/// Runs a program in the directory of the exercise and answers each of its lines. Stops when the program ends, its time
/// is up, or `answer` returns `None`.
///
/// # Errors
/// If the program cannot be started.
pub(super) fn run(
    bench: &Bench,
    mut command: Command,
    limit: Duration,
    mut answer: impl FnMut(&str) -> Option<String>,
) -> io::Result<Ending> {
    command.current_dir(&bench.dir).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let process_groups = bench.stage.process_groups();
    process_groups.add(child.id());
    let lines = lines_of(child.stdout.take());
    let errors = lines_of(child.stderr.take());
    let mut input = child.stdin.take();
    let started = Instant::now();
    let is_late = loop {
        let line = match lines.recv_timeout(limit.saturating_sub(started.elapsed())) {
            Ok(line) => line,
            Err(ended) => break ended == RecvTimeoutError::Timeout,
        };
        let Some(answer) = answer(&line) else { break false };
        if let Some(input) = &mut input {
            // A program that has closed its input does not want the answer.
            let _ = writeln!(input, "{answer}");
        }
    };
    drop(input);
    process_groups.end(child.id());
    let _ = child.wait();
    // The last lines may still be on their way.
    let lines = std::iter::from_fn(|| errors.recv_timeout(Duration::from_secs(1)).ok());
    Ok(Ending {
        is_late,
        last_error: lines.filter(|line| !line.is_empty()).last().unwrap_or_default(),
    })
}

fn lines_of(from: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, lines) = channel();
    if let Some(from) = from {
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            loop {
                let mut line = vec![];
                match from.by_ref().take(LINE).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                if send.send(line).is_err() {
                    return;
                }
            }
        });
    }
    lines
}
