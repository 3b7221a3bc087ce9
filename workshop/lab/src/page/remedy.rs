//! Advice for authors of file servers. preopen itself follows all of it.

use crate::attack::{Attack, Goal, Verb};

/// Returns the advice against an attack.
pub(super) fn of(attack: &Attack) -> &'static str {
    match (attack.goal, attack.cwe, attack.verb) {
        (Goal::Served, ..) => {
            "Serve it. Next to every test of a refusal, test that harmless requests are served."
        }
        (Goal::Shell, ..) => {
            "Take the shell away from the agent, or run both in an operating-system sandbox. Do not promise what a server \
             cannot enforce."
        }
        (Goal::Answer, 1333, _) => {
            "Use a regular expression engine with linear time, and limit its input. A list of bad expressions is not enough."
        }
        (Goal::Answer, ..) => {
            "Open with `O_NONBLOCK`, check the type of the opened file with `fstat`, and serve only regular files. A time limit is \
             an addition, not a replacement."
        }
        (Goal::Memory(_), ..) => {
            "Read one bounded page, whatever the size of the file. Cut before reading, not after."
        }
        (Goal::Config, ..) => {
            "Refuse to write files that other programs run, whether they exist or not. Let the owner allow some of them by name."
        }
        _ if attack.id == "hard-link" => {
            "No open can distinguish it from an ordinary file of the directory. Refuse files with more than one name if nobody needs \
             hard links, and do not grant a directory in which others can create them."
        }
        (Goal::Letters | Goal::Names, ..) => {
            "Do not look at anything outside, so that no answer, count or refusal can depend on it. Rewording the refusal is not \
             enough."
        }
        (_, 367, _) => {
            "Hold the directory open from the start, and open from that handle in one call (`openat2` with `RESOLVE_BENEATH`). \
             A second check, or opening the resolved path, only moves the window."
        }
        (Goal::Outside, 59, _) => {
            "Write a new file in the same directory, from the handle, and rename it into place. Then the target of a link or a hard \
             link is never opened for writing."
        }
        (_, 59, Verb::Find | Verb::Grep | Verb::Count | Verb::Regex) => {
            "Walk by handles: open each entry from its directory without following links. A check of the root does not \
             cover what the search finds."
        }
        (_, 59, _) => {
            "Do not let the kernel follow links: open from a handle, with `RESOLVE_BENEATH` or step by step with `O_NOFOLLOW`."
        }
        _ => {
            "Do not compare texts. Open from a handle of the directory, and let the kernel check each step (`openat2` with \
             `RESOLVE_BENEATH`): it refuses absolute paths, and `..` that leaves the handle."
        }
    }
}
