//! The scenes of "map and territory": what a name is made to mean, and why each server ends where it does. What they came
//! to is not here; each names the attack of the run that says so.
//!
//! May import: nothing of the lab.

/// One way to point a name.
pub(super) struct Scene {
    /// The attack or race that was run.
    pub id: &'static str,
    /// The choice, as the reader sees it.
    pub label: &'static str,
    /// What the client asks for.
    pub asked: &'static str,
    /// What the picture shows.
    pub says: &'static str,
    /// Lines of the picture that are there.
    pub edges: &'static str,
    /// Where one ends who is served what lies inside.
    pub inside: &'static str,
    /// Why, for the servers in the order of the matrix.
    pub why: [&'static str; 5],
}

const NO_CHECK: &str = "It walks the names wherever they lead.";
const TEXT_IS_FINE: &str = "The text begins with the directory's, and that is all it looks at.";

/// All of them, the one that is shown first at the front.
pub(super) const ALL: [Scene; 8] = [
    Scene {
        id: "link-file",
        label: "a link to the file outside",
        asked: "read notes.txt",
        says: "`notes.txt` is no file but a link: a name that says another name, and that one leads out.",
        edges: "grant sub out sec n-sec",
        inside: "22",
        why: [
            NO_CHECK,
            TEXT_IS_FINE,
            "It resolves the link before it compares, and sees where it leads.",
            "It resolves the link before it compares, and sees where it leads.",
            "The kernel does not follow the link; its target is read as names from the handle, and `..` past a handle does not exist.",
        ],
    },
    Scene {
        id: "ok-read",
        label: "a file inside",
        asked: "read a file inside",
        says: "The name leads to an inode inside. Map and territory agree.",
        edges: "grant n12 sub out sec",
        inside: "12",
        why: [
            "It is where the names lead.",
            "It is where the names lead, and the text is fine.",
            "Resolved, it is inside.",
            "Resolved, it is inside.",
            "One step from the handle.",
        ],
    },
    Scene {
        id: "ok-link",
        label: "a link to a file inside",
        asked: "read the link",
        says: "A link that stays inside is ordinary, and has to work.",
        edges: "grant sub out sec n-sub",
        inside: "13",
        why: [
            "It follows the link, and stays inside by luck.",
            "It follows the link, and stays inside by luck.",
            "Resolved, it is inside.",
            "Resolved, it is inside.",
            "The target is names from the handle again, and they exist.",
        ],
    },
    Scene {
        id: "search-link",
        label: "the same link outside, met by a search",
        asked: "search . for FLAG_",
        says: "The client asks for no link at all: it searches the directory, and the search meets what a clone brought along.",
        edges: "grant sub out sec n-sec",
        inside: "22",
        why: [
            "The walk opens whatever it finds.",
            "The directory's text is fine; the walk opens whatever it finds.",
            "It checked the directory. Nothing checks what the walk finds.",
            "It resolved and checked the directory. Nothing checks what the walk finds.",
            "The walk goes by handles, sees that it is a link, and leaves it.",
        ],
    },
    Scene {
        id: "race-directory",
        label: "a file at the check, a link at the opening",
        asked: "read, again and again",
        says: "The name is swapped all the time: it leads inside while the server looks, and outside when it goes. (Raced with a \
               directory on the way, which is the same.)",
        edges: "grant n12 sub out sec n-sec",
        inside: "12",
        why: [
            "It needs no race: it follows the link whenever it is there.",
            "It needs no race: it follows the link whenever it is there.",
            "It checks, and then opens by path: the name may have changed in between. `preopen-lab race` races it as well.",
            "It opens the resolved path, which is a path again: its names are walked once more.",
            "One call from the handle, in which the kernel refuses what leads out: it gets the file inside, or nothing.",
        ],
    },
    Scene {
        id: "hard-link",
        label: "a second name of the file outside (hard link)",
        asked: "read notes.txt",
        says: "No link to follow: the inode itself has two names, and one of them lies inside. Whoever made it could reach the \
               file already.",
        edges: "grant sub out sec n22",
        inside: "22",
        why: [
            "It is where the name leads.",
            "It is where the name leads.",
            "There is nothing to resolve: the path is inside.",
            "There is nothing to resolve: the path is inside.",
            "The file is in the directory that was granted. preopen serves it too, and says that it has another name.",
        ],
    },
    Scene {
        id: "dotdot",
        label: "no link: the client says `..`",
        asked: "read ../outside/…",
        says: "Nothing is planted. The path that the client sends goes up from the directory.",
        edges: "grant n12 sub out sec up",
        inside: "22",
        why: [
            NO_CHECK,
            "The joined text begins with the directory's, `..` and all.",
            "Resolved, it is outside.",
            "Resolved, it is outside.",
            "A handle has no parent: `..` past it is refused.",
        ],
    },
    Scene {
        id: "root-replaced",
        label: "the granted directory's own name, re-pointed",
        asked: "read a file of grant/",
        says: "While the server runs, the directory is moved away and its name becomes a link that leads out.",
        edges: "n12 sub out sec g-out",
        inside: "12",
        why: [
            "It begins with the name, each time.",
            "It begins with the name, each time.",
            "It resolves the directory's name as well: both lie below what bears the name now.",
            "It resolves the directory's name as well: both lie below what bears the name now.",
            "It holds the directory, whatever bears its name.",
        ],
    },
];
