//! Exercise: a server compares the text of two paths, and a sibling directory has the same prefix.

use super::bench::Bench;
use super::call;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use crate::victim::Level;

pub(super) const EXERCISE: Exercise = Exercise {
    number: 2,
    name: "startswith",
    title: "the same prefix",
    minutes: 4,
    predict: "This server refuses a path unless its text starts with the path of the served directory. Is every path with that prefix \
inside?",
    task: "The server `prefix` joins the path as before (an absolute path stays unchanged) and then checks \
`path.startswith(directory)`. Write a call that gets the flag, this time without `..`. In the answer, `{grant}` stands for the \
directory, whose path differs in each run.\n\
\x20 the lab's directory\n\
\x20 |-- grant/             the served directory: {grant}\n\
\x20 |   `-- sub/file.txt\n\
\x20 `-- grant_sibling/\n\
\x20     `-- secret.txt     the flag",
    start: &[(
        ANSWER,
        r#"# 2. The same prefix.

# Is every path inside whose text starts with the directory's path? (This is not graded.)
predict:

# One call, without `..` in it. {grant} stands for the path of the directory.
{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read_file", "arguments": {"path": "{grant}/sub/file.txt"}}}
"#,
    )],
    hints: [
        "The server compares letters. It does not know where a name ends.",
        "`/srv/grant/a` starts with `/srv/grant`. Which other names next to `grant` have the same prefix?",
        "`{grant}` followed by `_sibling/secret.txt`, without a `/` in between: `\"path\": \"{grant}_sibling/secret.txt\"`.",
    ],
    debrief: "A common prefix of two texts proves nothing about the place of the files: the check read the map, but the \
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
                "`..` works as it did with `join`, since the prefix is still the same; but servers that refuse `..` are \
                 vulnerable too, so find a way without it: what lies next to `grant` in the picture?",
            ));
        }
        return Ok(vec![
            format!("the server was asked for `{path}`"),
            format!("which starts with `{{grant}}`; it answered `{}`", call::answer_text(call)),
        ]);
    }
    let last = calls.last().ok_or_else(|| std::io::Error::other("no call was made"))?;
    let path = call::path(last);
    let at = grant.join(&path);
    let asked = short(&path);
    let looked = short(&at.to_string_lossy());
    let seen = format!(
        "asked for `{asked}`, the server looked for `{looked}` and answered `{}`",
        short(&call::answer_text(last))
    );
    let look = if !at.to_string_lossy().starts_with(&*text) {
        "the text does not start with `{grant}`, so the check refused it; write a path that does"
    } else if at.is_dir() {
        "that is a directory, and `read_file` wants a file in it"
    } else if at.exists() {
        "that file is inside; which directory next to `grant` has a name that starts with `grant`?"
    } else {
        "the path passed the check, but the file does not exist. Compare it with the picture letter by letter, including each \
         `/`: a path that does not start with `/` or `{grant}` is appended to `{grant}/`"
    };
    Err(Stop::not_yet(seen, look))
}
