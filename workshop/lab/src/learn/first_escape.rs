//! Exercise: one line gets the flag out of a server that only joins paths.

use preopen_attacks::Step::File;

use super::bench::Bench;
use super::call;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::victim::Level;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 1,
    name: "first-escape",
    title: "the first escape",
    minutes: 3,
    predict: "The server is configured to serve `grant/`, and the flag lies next to it. A client may send any path. What does the \
server do with a path that leads out?",
    task: "The server `join` appends the requested path to the name of its directory and opens the result. Change the \
call in the answer file so that the server returns the flag.\n\
\x20 the lab's directory\n\
\x20 |-- grant/            the served directory\n\
\x20 |   |-- hello.txt\n\
\x20 |   `-- sub/file.txt\n\
\x20 `-- outside/\n\
\x20     `-- secret.txt    the flag, which is new in each run",
    start: &[(
        ANSWER,
        r#"# 1. The first escape. Lines that start with `#` are comments.

# What does the server do with a path that leads out? (This is not graded.)
predict:

# One call, on one line. Change it so that the server returns the flag.
{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read_file", "arguments": {"path": "hello.txt"}}}
"#,
    )],
    hints: [
        "The server opens `grant/` + your path. Which path, after `grant/`, leads to `outside/secret.txt`?",
        "`..` means the parent directory, at any place in a path.",
        "Start with `..` and continue from there: `\"path\": \"../outside/secret.txt\"`.",
    ],
    debrief: "A path is text from the caller, and joining it to a directory gives the caller access to everything that the \
server can reach.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let sandbox = bench.stage.sandbox();
    let sandbox = sandbox.take(&[File("grant/hello.txt", "hello, this is inside\n")]);
    let grant = sandbox.path("grant");
    let mut server = bench.start(&bench.weak(Level::Join)?, &grant)?;
    let calls = call::send_all(bench, &mut server, ("", ""))?;
    if let Some(call) = calls.iter().find(|call| bench.gives_flag(call)) {
        return Ok(vec![
            format!("the server was asked for `{}`", call::path(call)),
            format!("and answered `{}`", call::answer_text(call)),
        ]);
    }
    let last = calls.last().ok_or_else(|| std::io::Error::other("no call was made"))?;
    let path = call::path(last);
    let answer = call::answer_text(last);
    let seen = format!("asked for `{path}`, the server answered `{answer}`");
    let at = grant.join(&path);
    let look = if path.starts_with('/') && !at.exists() {
        "an absolute path starts at `/` of the machine, and the lab's directory has another path in each run; \
         start from `grant/` instead"
    } else if at.is_dir() {
        "that is a directory, and `read_file` needs a file"
    } else if at.exists() {
        "that file is inside, so serving it is right; the flag lies next to `grant/`: how can a path go up \
         from a directory?"
    } else {
        "after `grant/` that path leads to nothing; count the steps up to the lab's directory, and from there down to \
         the flag"
    };
    Err(Stop::not_yet(seen, look))
}
