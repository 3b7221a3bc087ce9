//! A participant's program, which prints lines and gets an answer to each, until it ends or has to.
//!
//! May import: `bench`. Absent on purpose: what the lines are.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::bench::Bench;

/// The longest line that is passed on, in bytes.
const LINE: u64 = 1 << 20;

/// How it went.
pub(super) struct Ending {
    /// Was its time over?
    pub is_late: bool,
    /// The last that it said on standard error.
    pub said: String,
}

/// Runs a program in the exercise's directory, with an answer to each of its lines, until it ends, the time is over or
/// there is no answer.
///
/// # Errors
/// When it cannot be started.
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
    let (lines, errors) = (lines_of(child.stdout.take()), lines_of(child.stderr.take()));
    let mut input = child.stdin.take();
    let started = Instant::now();
    let is_late = loop {
        let line = match lines.recv_timeout(limit.saturating_sub(started.elapsed())) {
            Ok(line) => line,
            Err(ended) => break ended == RecvTimeoutError::Timeout,
        };
        let Some(answer) = answer(&line) else { break false };
        if let Some(input) = &mut input {
            // Whoever has closed its input does not care for the answer.
            let _ = writeln!(input, "{answer}");
        }
    };
    drop(input);
    process_groups.end(child.id());
    let _ = child.wait();
    // What it said before it ended is still on its way.
    let said = std::iter::from_fn(|| errors.recv_timeout(Duration::from_secs(1)).ok());
    Ok(Ending { is_late, said: said.filter(|line| !line.is_empty()).last().unwrap_or_default() })
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
