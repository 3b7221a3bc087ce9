//! What to do about an attack, for somebody who writes a file server.
//!
//! May import: `attack`. Absent on purpose: advice that preopen does not follow itself.

use crate::attack::{Attack, Goal, Verb};

/// In a sentence or two.
pub(super) fn of(attack: &Attack) -> &'static str {
    match (attack.goal, attack.cwe, attack.verb) {
        (Goal::Served, ..) => {
            "Serve it. Test that you do, beside every test that something is refused."
        }
        (Goal::Shell, ..) => {
            "Take the shell away from the agent, or put both into a sandbox of the system. Do not promise what a \
             server cannot hold."
        }
        (Goal::Answer, 1333, _) => {
            "Use an engine that takes linear time, and bound what it reads. Do not keep a list of bad expressions."
        }
        (Goal::Answer, ..) => {
            "Open with `O_NONBLOCK`, ask the handle what it is (`fstat`), and serve files alone. A limit of time comes on top, not \
             instead."
        }
        (Goal::Memory(_), ..) => {
            "Read a bounded page, whatever the size. Cut before reading, not after."
        }
        (Goal::Config, ..) => {
            "Refuse to write names that other programs run, whether they exist or not; let the owner open some of them by name."
        }
        _ if attack.id == "hard-link" => {
            "No way of opening tells it from a file of the directory. Where nobody needs hard links, refuse files with more than one \
             name; and grant no directory in which somebody else may make them."
        }
        (Goal::Letters | Goal::Names, ..) => {
            "Do not look at what lies outside: then no answer, count or refusal can depend on it. Rewording the refusal is not \
             enough."
        }
        (_, 367, _) => {
            "Hold the directory open from the start, and open from that handle in one call (`openat2` with `RESOLVE_BENEATH`). \
             Checking again, or opening the resolved path, only moves the window."
        }
        (Goal::Outside, 59, _) => {
            "Write a new file beside the name, from the handle, and rename it into place: what a link or a second name leads to is \
             never opened for writing."
        }
        (_, 59, Verb::Find | Verb::Grep | Verb::Count | Verb::Regex) => {
            "Walk by handles: open each entry from its directory without following links. Checking the root of a search checks \
             nothing of what it finds."
        }
        (_, 59, _) => {
            "Let the kernel follow no link for you: open from a handle, with `RESOLVE_BENEATH` or step by step with `O_NOFOLLOW`."
        }
        _ => {
            "Do not compare texts. Open from a handle of the directory, and let the kernel judge each step (`openat2` with \
             `RESOLVE_BENEATH`): `..` past the handle and absolute paths do not resolve."
        }
    }
}
