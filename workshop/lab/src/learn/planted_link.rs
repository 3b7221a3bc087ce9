//! Exercise: a repository with a link in it, a search that opens what it finds, and counts that say too much.

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

/// Entries of a clone that are looked at.
const ENTRIES: usize = 200;
/// More questions than anybody needs: sixteen letters at twelve places are 192.
const QUESTIONS: usize = 600;
/// How long a program may ask.
const LONGEST: Duration = Duration::from_secs(30);

pub(super) const EXERCISE: Exercise = Exercise {
    number: 3,
    name: "planted-link",
    title: "a search that opens what it finds",
    minutes: 8,
    predict: "The server now resolves the directory that is to be searched, and checks it as one should. Nobody attacks \
while it works. Can a repository that somebody cloned give away a file outside of it?",
    task: "1. `clone/` is a repository that the user clones into `grant/`. Plant a link in it, so that an ordinary search \
of `grant/` opens `outside/secret.txt`: in the exercise's directory, `ln -s TARGET clone/notes.txt`. A relative target is followed from where the link lies \
when it is opened, which is `grant/`, beside `outside/`.\n\
2. Another server shows no lines, only how often a text is there. `oracle.sh` asks it for one letter after the other, and \
has a gap: fill it, so that it prints the flag.",
    start: &[
        (
            ANSWER,
            "# 3. A search that opens what it finds.

# Can a repository that is searched give away a file outside of it? (Nobody judges this.)
predict:

# The answer is in clone/ and in oracle.sh.
",
        ),
        ("clone/README.md", "# An innocent repository\n"),
        (
            "oracle.sh",
            r#"# Finds the flag by counts alone. Each line that is printed is a text to count, and the number that comes
# back says how often it is there. Every flag is FLAG_ and twelve of 0123456789abcdef.
# (Rather in another language? `exec python3 oracle.py` does it.)
known=FLAG_
while [ ${#known} -lt 17 ]; do
  for letter in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do
    echo "$known$letter"
    read -r count || exit
    # HERE: when is this the next letter? Then put it behind `known`, and `break`.

  done
done
echo "flag $known"
"#,
        ),
    ],
    hints: [
        "A link holds a path in place of contents. Where does `../outside/secret.txt` lead from `grant/notes.txt`? And if a text \
with one more letter is still there, what do you know of that letter?",
        "Run `ln -s ../outside/secret.txt clone/notes.txt` in the exercise's directory. That the link leads to nothing there \
does not matter. In `oracle.sh`, `[ \"$count\" -gt 0 ]` is true if the text is there.",
        "The line for the gap: `if [ \"$count\" -gt 0 ]; then known=$known$letter; break; fi`.",
    ],
    debrief: "Whoever calls may be trusted and the tree still hostile, since a check of the root says nothing about what \
a walk opens, and a single number for each question is enough to carry a secret out.",
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
        let said = call::answer_text(&bench.call(&mut server, "keyword_search", &asked));
        let counts =
            said.split(" / ").filter_map(|line| line.rsplit_once(": ")?.1.parse::<u64>().ok());
        counts.sum()
    };
    let told = ask(bench, count).map_err(|stop| match stop {
        Stop::NotYet { seen: asked, look } => {
            Stop::not_yet(format!("{} (so 1. is solved)\n{asked}", seen.concat()), look)
        }
        failed @ Stop::Failed(_) => failed,
    })?;
    seen.push(format!("2. `{}` from {} numbers, and no line was shown", told.0, told.1));
    Ok(seen)
}

/// Puts what is in a directory into another, as a clone would: links as links. Gives the links.
fn clone(from: &Path, to: &Path) -> io::Result<Vec<String>> {
    let (mut todo, mut links, mut left) = (vec![String::new()], vec![], ENTRIES);
    while let Some(below) = todo.pop() {
        for entry in std::fs::read_dir(from.join(&below))? {
            let entry = entry?;
            left = left.checked_sub(1).ok_or_else(|| {
                io::Error::other(format!("`clone/` has more than {ENTRIES} entries"))
            })?;
            let name = Path::new(&below).join(entry.file_name()).to_string_lossy().into_owned();
            let (kind, at) = (entry.file_type()?, to.join(&name));
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

fn not_planted(bench: &Bench, sandbox: &Sandbox, links: &[String], said: &str) -> Stop {
    let seen = format!("a search of `grant/` answered `{said}`");
    let Some(link) = links.first() else {
        return Stop::not_yet(
            format!("{seen}; in `clone/` there are ordinary files, and no link"),
            format!(
                "a file with a path in it is no link: `ln -s TARGET {}/clone/notes.txt`",
                bench.shown_dir.display()
            ),
        );
    };
    let at = sandbox.path("grant").join(link);
    let target = std::fs::read_link(&at).unwrap_or_default();
    let look = match at.canonicalize() {
        Err(_) => {
            "from where it lies in `grant/` that leads to nothing: `outside/` is beside `grant/`, so one step up from \
                   there"
        }
        Ok(real) if real.is_dir() => {
            "it leads to a directory in which the flag is not; let it lead to the file itself"
        }
        Ok(_) => {
            "it leads to a file that is not the flag; the flag is `outside/secret.txt`, beside `grant/`"
        }
    };
    Stop::not_yet(format!("{seen}; `{link}` is a link to `{}`", target.display()), look)
}

/// Runs the participant's program, which asks for counts. Gives the flag, and how many it asked for.
fn ask(bench: &Bench, mut count: impl FnMut(&str) -> u64) -> Result<(String, usize), Stop> {
    let mut command = Command::new("sh");
    command.arg("oracle.sh");
    let (mut asked, mut best, mut found) = (0, 0, None);
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
    let shell = if ended.said.is_empty() {
        String::new()
    } else {
        format!("; the shell said: {}", ended.said)
    };
    match found {
        Some(flag) if flag == bench.flag() => Ok((flag, asked)),
        Some(flag) => {
            let same = flag.chars().zip(bench.flag().chars()).take_while(|(a, b)| a == b);
            let right = same.count().saturating_sub(FLAG.len());
            Err(Stop::not_yet(
                format!("2. `oracle.sh` says `{flag}` after {asked} questions"),
                format!(
                    "behind `{FLAG}` the first {right} letters are right; a letter is right if the count is above 0"
                ),
            ))
        }
        None if ended.is_late || asked == QUESTIONS => Err(Stop::not_yet(
            format!(
                "2. `oracle.sh` asked {asked} times and did not end; the longest text that was there had {known} letters \
                 behind `{FLAG}`{shell}"
            ),
            "after a count above 0 keep that letter in `known` and `break`, so that the next round asks for the one \
             behind it",
        )),
        None => Err(Stop::not_yet(
            format!(
                "2. `oracle.sh` ended after {asked} questions without `flag ...`: {}",
                ended.said
            ),
            "its last line prints `flag ` and what it found; the message is the shell's own",
        )),
    }
}
