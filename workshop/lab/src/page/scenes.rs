//! The scenes of "map and territory": where a name leads, and why each server ends where it does. The results are not here;
//! each scene names the attack of the run that provides them.

/// One target of the name.
pub(super) struct Scene {
    /// The attack or race that provides the results.
    pub id: &'static str,
    /// The label of the choice.
    pub label: &'static str,
    /// The request of the client.
    pub asked: &'static str,
    /// Explains the picture.
    pub explanation: &'static str,
    /// The visible lines of the picture.
    pub edges: &'static str,
    /// The place of a server that was served.
    pub inside: &'static str,
    /// The reason for each server, in the order of the matrix.
    pub why: [&'static str; 5],
}

const NO_CHECK: &str = "It follows the names wherever they lead.";
const TEXT_IS_FINE: &str =
    "The text starts with the directory's path, and the server checks nothing else.";

/// All scenes, the default one first.
pub(super) const ALL: [Scene; 8] = [
    Scene {
        id: "link-file",
        label: "a link to the file outside",
        asked: "read notes.txt",
        explanation: "`notes.txt` is not a file but a link: a name that refers to another name, which leads out.",
        edges: "grant sub out sec n-sec",
        inside: "22",
        why: [
            NO_CHECK,
            TEXT_IS_FINE,
            "It resolves the link before it compares, and sees where it leads.",
            "It resolves the link before it compares, and sees where it leads.",
            "The kernel does not follow the link. preopen looks up the target from the handle, where `..` cannot leave.",
        ],
    },
    Scene {
        id: "ok-read",
        label: "a file inside",
        asked: "read a file inside",
        explanation: "The name leads to an inode inside. Map and territory agree.",
        edges: "grant n12 sub out sec",
        inside: "12",
        why: [
            "The names lead there.",
            "The names lead there, and the text is fine.",
            "The resolved path is inside.",
            "The resolved path is inside.",
            "It is one step from the handle.",
        ],
    },
    Scene {
        id: "ok-link",
        label: "a link to a file inside",
        asked: "read the link",
        explanation: "A link that stays inside is ordinary and must work.",
        edges: "grant sub out sec n-sub",
        inside: "13",
        why: [
            "It follows the link, and stays inside by luck.",
            "It follows the link, and stays inside by luck.",
            "The resolved path is inside.",
            "The resolved path is inside.",
            "preopen looks up the target from the handle, and it exists.",
        ],
    },
    Scene {
        id: "search-link",
        label: "the same link outside, met by a search",
        asked: "search . for FLAG_",
        explanation: "The client does not request a link: it searches the directory, and the search meets a link that came with a clone.",
        edges: "grant sub out sec n-sec",
        inside: "22",
        why: [
            "The walk opens whatever it finds.",
            "The directory's text is fine; the walk opens whatever it finds.",
            "It checked the directory, but not what the walk finds.",
            "It resolved and checked the directory, but not what the walk finds.",
            "The walk uses handles, sees that the entry is a link, and does not follow it.",
        ],
    },
    Scene {
        id: "race-directory",
        label: "a file at the check, a link at the open",
        asked: "read, again and again",
        explanation: "The name is swapped all the time: it leads inside during the check, and outside at the open. (The race swaps a \
               directory on the way, which has the same effect.)",
        edges: "grant n12 sub out sec n-sec",
        inside: "12",
        why: [
            "It needs no race: it follows the link whenever it is there.",
            "It needs no race: it follows the link whenever it is there.",
            "It checks and then opens by path: the name may have changed in between. `preopen-lab race` races it as well.",
            "It opens the resolved path, which is still a path: the system looks up its names again.",
            "It opens from the handle in one call, in which the kernel refuses ways out: it gets the file inside or nothing.",
        ],
    },
    Scene {
        id: "hard-link",
        label: "a second name of the file outside (hard link)",
        asked: "read notes.txt",
        explanation: "There is no link to follow: the inode itself has two names, and one of them is inside. The user who made the hard link \
               could reach the file already.",
        edges: "grant sub out sec n22",
        inside: "22",
        why: [
            "The name leads there.",
            "The name leads there.",
            "There is nothing to resolve: the path is inside.",
            "There is nothing to resolve: the path is inside.",
            "The file is in the granted directory. preopen serves it too, and reports that it has another name.",
        ],
    },
    Scene {
        id: "dotdot",
        label: "no link: the client sends `..`",
        asked: "read ../outside/…",
        explanation: "Nothing is planted. The client sends a path that goes up from the directory.",
        edges: "grant n12 sub out sec up",
        inside: "22",
        why: [
            NO_CHECK,
            "The joined text starts with the directory's path, in spite of `..`.",
            "The resolved path is outside.",
            "The resolved path is outside.",
            "A handle has no parent: a `..` that leaves it is refused.",
        ],
    },
    Scene {
        id: "root-replaced",
        label: "the name of the granted directory becomes a link",
        asked: "read a file of grant/",
        explanation: "While the server runs, the directory is moved away, and its name becomes a link that leads out.",
        edges: "n12 sub out sec g-out",
        inside: "12",
        why: [
            "It starts from the name each time.",
            "It starts from the name each time.",
            "It resolves the directory's name as well, so both paths lie below the new target.",
            "It resolves the directory's name as well, so both paths lie below the new target.",
            "It holds the directory itself, whatever its name leads to now.",
        ],
    },
];
