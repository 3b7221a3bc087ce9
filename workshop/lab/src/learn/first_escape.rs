//! Exercise: a server that joins the path to its directory, and one line that gets the flag out of it.

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
    predict: "The server was told to serve `grant/`, and the flag lies beside it. A client may say any path. What will \
the server do with one that leads out?",
    task: "The server `join` puts the path from the call behind the name of its directory, and opens that. Change the \
call in the answer so that the flag is in the server's answer.\n\
\x20 the lab's directory\n\
\x20 |-- grant/            what the server was told to serve\n\
\x20 |   |-- hello.txt\n\
\x20 |   `-- sub/file.txt\n\
\x20 `-- outside/\n\
\x20     `-- secret.txt    the flag: another one in each run",
    start: &[(
        ANSWER,
        r#"# 1. The first escape. Lines with a `#` say nothing.

# What will the server do with a path that leads out? (Nobody judges this.)
predict:

# One call, on one line. Change it so that the flag comes out.
{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read_file", "arguments": {"path": "hello.txt"}}}
"#,
    )],
    hints: [
        "The server opens `grant/` + your path. Which path, behind `grant/`, leads to `outside/secret.txt`?",
        "`..` is the directory above, wherever it stands in a path.",
        "Put `..` in front of the way from there: `\"path\": \"../outside/secret.txt\"`.",
    ],
    debrief: "A path is a text that the caller wrote, and joining it to a directory gives the caller everything that the \
server itself can reach.",
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
    let (path, said) = (call::path(last), call::answer_text(last));
    let seen = format!("asked for `{path}`, the server answered `{said}`");
    let at = grant.join(&path);
    let look = if path.starts_with('/') && !at.exists() {
        "an absolute path begins at `/` of the machine, and the lab's directory is somewhere else in each run; \
         go from `grant/` instead"
    } else if at.is_dir() {
        "that is a directory, and `read_file` wants a file in it"
    } else if at.exists() {
        "that file lies inside, so it is served as it should be; the flag lies beside `grant/`, so \
         how does one leave a directory upwards?"
    } else {
        "behind `grant/` that leads to nothing; count the steps up to the lab's directory, and down from there to the \
         flag"
    };
    Err(Stop::not_yet(seen, look))
}
