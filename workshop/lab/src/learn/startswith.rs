//! Exercise: a server that compares the texts of two paths, and a directory whose name begins alike.

use super::bench::Bench;
use super::call;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::victim::Level;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 2,
    name: "startswith",
    title: "what begins alike",
    minutes: 4,
    predict: "This server refuses a path unless the text of it begins with the text of its own directory. Is what begins \
so inside?",
    task: "The server `prefix` joins as before (an absolute path stays as it is), and then asks \
`path.startswith(directory)`. Write a call that gets the flag, this time without `..`. In the answer `{grant}` stands for the directory, which is another one in each run.\n\
\x20 the lab's directory\n\
\x20 |-- grant/             what the server was told to serve: {grant}\n\
\x20 |   `-- sub/file.txt\n\
\x20 `-- grant_sibling/\n\
\x20     `-- secret.txt     the flag",
    start: &[(
        ANSWER,
        r#"# 2. What begins alike.

# Is every path inside whose text begins with the directory's? (Nobody judges this.)
predict:

# One call, without `..` in it. {grant} stands for the directory's own path.
{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read_file", "arguments": {"path": "{grant}/sub/file.txt"}}}
"#,
    )],
    hints: [
        "The server compares letters. It does not know where a name ends.",
        "`/srv/grant` is how `/srv/grant/a` begins. Which other names in the same directory begin so?",
        "`{grant}` and then `_sibling/secret.txt`, without a `/` between them: `\"path\": \"{grant}_sibling/secret.txt\"`.",
    ],
    debrief: "That one text begins with another says nothing about where the files are: the check read the map, and the \
file lies in the territory.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let sandbox = bench.stage.sandbox();
    let grant = sandbox.path("grant");
    let text = grant.to_string_lossy().into_owned();
    let mut server = bench.start(&bench.weak(Level::Prefix)?, &grant)?;
    let calls = call::send_all(bench, &mut server, ("{grant}", &text))?;
    let short = |path: &str| path.replace(&text, "{grant}");
    if let Some(call) = calls.iter().find(|call| bench.gives_flag(call)) {
        let path = short(&call::path(call));
        if path.split('/').any(|name| name == "..") {
            return Err(Stop::not_yet(
                format!("asked for `{path}`, the server gave the flag away"),
                "it falls to `..` as `join` did, since the text still begins alike; but programs that refuse `..` fall \
                 as well, so find the way without it: what lies beside `grant` in the picture?",
            ));
        }
        return Ok(vec![
            format!("the server was asked for `{path}`"),
            format!("which begins with `{{grant}}`; it answered `{}`", call::answer_text(call)),
        ]);
    }
    let last = calls.last().ok_or_else(|| std::io::Error::other("no call was made"))?;
    let path = call::path(last);
    let at = grant.join(&path);
    let (asked, looked) = (short(&path), short(&at.to_string_lossy()));
    let seen = format!(
        "asked for `{asked}`, the server looked for `{looked}` and answered `{}`",
        short(&call::answer_text(last))
    );
    let look = if !at.to_string_lossy().starts_with(&*text) {
        "the text does not begin with `{grant}`, so the check refused it; write a path that does"
    } else if at.is_dir() {
        "that is a directory, and `read_file` wants a file in it"
    } else if at.exists() {
        "that file lies inside; which directory beside `grant` has a name that begins with `grant`?"
    } else {
        "the check let it pass, but nothing is there. Compare what it looked for with the picture, letter by letter, `/` among \
         them: a path that does not begin with `/` or `{grant}` is put behind `{grant}/`"
    };
    Err(Stop::not_yet(seen, look))
}
