//! Exercise: a search follows a link in a cloned repository, and counts reveal a secret.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use preopen_attacks::Sandbox;
use serde_json::json;

use super::bench::Bench;
use super::exercise::{ANSWER, Exercise};
use super::stop::{Checked, Stop};
use super::{call, conversation};
use crate::stage::FLAG;
use crate::victim::Level;

/// The maximum number of entries in the clone.
const ENTRIES: usize = 200;
/// The maximum number of questions. Sixteen letters at twelve places need at most 192.
const QUESTIONS: usize = 600;
/// How long the participant's program may run.
const LONGEST: Duration = Duration::from_secs(30);

pub(super) const EXERCISE: Exercise = Exercise {
    number: 3,
    name: "planted-link",
    title: "a search that opens what it finds",
    minutes: 8,
    predict: "The server now resolves and checks the directory to search, correctly. Nobody attacks it while it works. Can a cloned \
repository give away a file outside of it?",
    task: "1. The user clones the repository `clone/` into `grant/`. Plant a link in it, so that an ordinary search of `grant/` opens \
`outside/secret.txt`. In the directory of the exercise, run `ln -s TARGET clone/notes.txt`. A relative target is resolved from \
the directory of the link when it is opened, which is `grant/`, next to `outside/`.\n\
2. Another server shows no lines, only how often a text occurs. `oracle.sh` guesses one letter after the other. Fill the gap \
in it, so that it prints the flag.",
    start: &[
        (
            ANSWER,
            "# 3. A search that opens what it finds.

# Can a cloned repository give away a file outside of it? (This is not graded.)
predict:

# The answer is in clone/ and in oracle.sh.
",
        ),
        ("clone/README.md", "# An innocent repository\n"),
        (
            "oracle.sh",
            r#"# Finds the flag from counts only. Each line that it prints is a text to count, and it reads back how often
# the text occurs. Every flag is FLAG_ and twelve of 0123456789abcdef.
# (To use another language, write `exec python3 oracle.py` here.)
known=FLAG_
while [ ${#known} -lt 17 ]; do
  for letter in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do
    echo "$known$letter"
    read -r count || exit
    # HERE: if this is the next letter, append it to `known`, and `break`.

  done
done
echo "flag $known"
"#,
        ),
    ],
    hints: [
        "A link holds a path instead of contents. Where does `../outside/secret.txt` lead from `grant/notes.txt`? And if a text still \
occurs with one more letter, what do you know about that letter?",
        "Run `ln -s ../outside/secret.txt clone/notes.txt` in the directory of the exercise. The link is dangling there, which does not \
matter. In `oracle.sh`, `[ \"$count\" -gt 0 ]` is true if the text occurs.",
        "The line for the gap: `if [ \"$count\" -gt 0 ]; then known=$known$letter; break; fi`.",
    ],
    debrief: "A trusted client can still use a hostile tree, since a check of the root does not cover what a walk opens, and a single \
number per question is enough to leak a secret.",
    check,
    ..Exercise::NEW
};

fn check(bench: &Bench) -> Checked {
    let sandbox = bench.stage.sandbox();
    let grant = sandbox.path("grant");
    let links = clone(&bench.dir.join("clone"), &grant)?;
    let mut server = bench.start(&bench.weak(Level::Resolved)?, &grant)?;
    let search = bench.call(&mut server, "search_text", &json!({"path": ".", "query": FLAG}));
    if !bench.gives_flag(&search) {
        return Err(not_planted(bench, &sandbox, &links, &call::answer_text(&search)));
    }
    let mut seen = vec![format!(
        "1. an ordinary search of `grant/` answered `{}`",
        call::answer_text(&search)
    )];
    drop(server);
    let mut counting = bench.weak(Level::Resolved)?;
    counting.args.extend(["--style", "keyword"].map(str::to_owned));
    let mut server = bench.start(&counting, &grant)?;
    let count = |text: &str| {
        let asked = json!({"keyword": text, "root_paths": ["."]});
        let answer = call::answer_text(&bench.call(&mut server, "keyword_search", &asked));
        let counts =
            answer.split(" / ").filter_map(|line| line.rsplit_once(": ")?.1.parse::<u64>().ok());
        counts.sum()
    };
    let (flag, questions) = ask(bench, count).map_err(|stop| match stop {
        Stop::NotYet { seen: asked, look } => {
            Stop::not_yet(format!("{} (so 1. is solved)\n{asked}", seen.concat()), look)
        }
        failed @ Stop::Failed(_) => failed,
    })?;
    seen.push(format!("2. `{flag}` from {questions} counts; no line was shown"));
    Ok(seen)
}

/// Copies a directory as `git clone` would, with links as links. Returns the links.
fn clone(from: &Path, to: &Path) -> io::Result<Vec<String>> {
    let mut todo = vec![String::new()];
    let mut links = vec![];
    let mut left = ENTRIES;
    while let Some(below) = todo.pop() {
        for entry in std::fs::read_dir(from.join(&below))? {
            let entry = entry?;
            left = left.checked_sub(1).ok_or_else(|| {
                io::Error::other(format!("`clone/` has more than {ENTRIES} entries"))
            })?;
            let name = Path::new(&below).join(entry.file_name()).to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            let at = to.join(&name);
            if kind.is_symlink() {
                std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, at)?;
                links.push(name);
            } else if kind.is_dir() {
                std::fs::create_dir_all(at)?;
                todo.push(name);
            } else if kind.is_file() {
                std::fs::copy(entry.path(), at)?;
            }
        }
    }
    Ok(links)
}

fn not_planted(bench: &Bench, sandbox: &Sandbox, links: &[String], answer: &str) -> Stop {
    let seen = format!("a search of `grant/` answered `{answer}`");
    let Some(link) = links.first() else {
        return Stop::not_yet(
            format!("{seen}; `clone/` contains only ordinary files, no link"),
            format!(
                "a file that contains a path is not a link; run `ln -s TARGET {}/clone/notes.txt`",
                bench.shown_dir.display()
            ),
        );
    };
    let at = sandbox.path("grant").join(link);
    let target = std::fs::read_link(&at).unwrap_or_default();
    let look = match at.canonicalize() {
        Err(_) => {
            "from its place in `grant/` the link leads to nothing: `outside/` is next to `grant/`, one step up"
        }
        Ok(real) if real.is_dir() => {
            "the link leads to a directory without the flag; make it lead to the file itself"
        }
        Ok(_) => {
            "the link leads to a file that is not the flag; the flag is in `outside/secret.txt`, next to `grant/`"
        }
    };
    Stop::not_yet(format!("{seen}; `{link}` is a link to `{}`", target.display()), look)
}

/// Runs the participant's program and answers its questions. Returns the flag and the number of questions.
fn ask(bench: &Bench, mut count: impl FnMut(&str) -> u64) -> Result<(String, usize), Stop> {
    let mut command = Command::new("sh");
    command.arg("oracle.sh");
    let mut asked = 0;
    let mut best = 0;
    let mut found = None;
    let ended = conversation::run(bench, command, LONGEST, |line| {
        if let Some(flag) = line.strip_prefix("flag ") {
            found = Some(flag.trim().to_owned());
        }
        if found.is_some() || asked == QUESTIONS {
            return None;
        }
        asked += 1;
        let n = count(line);
        if n > 0 {
            best = best.max(line.len());
        }
        Some(n.to_string())
    })?;
    let known = best.saturating_sub(FLAG.len());
    let shell = if ended.last_error.is_empty() {
        String::new()
    } else {
        format!("; the shell printed: {}", ended.last_error)
    };
    match found {
        Some(flag) if flag == bench.flag() => Ok((flag, asked)),
        Some(flag) => {
            let same = flag.chars().zip(bench.flag().chars()).take_while(|(a, b)| a == b);
            let right = same.count().saturating_sub(FLAG.len());
            Err(Stop::not_yet(
                format!("2. `oracle.sh` printed `{flag}` after {asked} questions"),
                format!(
                    "after `{FLAG}` the first {right} letters are right; a letter is right if the count is above 0"
                ),
            ))
        }
        None if ended.is_late || asked == QUESTIONS => Err(Stop::not_yet(
            format!(
                "2. `oracle.sh` asked {asked} times and did not end; the longest text that occurred had {known} letters \
                 after `{FLAG}`{shell}"
            ),
            "after a count above 0, append that letter to `known` and `break`, so that the next round guesses the next \
             letter",
        )),
        None => Err(Stop::not_yet(
            format!(
                "2. `oracle.sh` ended after {asked} questions without `flag ...`: {}",
                ended.last_error
            ),
            "its last line must print `flag ` and the result; the message comes from the shell",
        )),
    }
}
