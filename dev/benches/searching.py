"""Measures searches against ripgrep, fd and other servers. A time counts only if the results are equal."""

import json
import statistics
import subprocess

from server import Server, ratios, text_of, timed

ROUNDS = 9
EVERYTHING = ["--hidden", "-g", "!.git", "--no-ignore-parent", "--color=never", "--crlf"]
# No paging, so that all results can be compared.
NO_PAGE = """[limits]
max_list_entries = 10_000_000
max_search_chars = 500_000_000
"""
ALL = 10_000_000

# Name, tree, arguments of search_files or grep, arguments of rg, highest ratio allowed.
FINDING = [
    ("list all files", "linux", {"pattern": "*", "type": "file"}, ["--files"], 0.50),
    ("files by a glob", "linux", {"pattern": "*.c", "type": "file"}, ["--files", "-g", "*.c"], 0.80),
    ("list all files, npm", "npm", {"pattern": "*", "type": "file"}, ["--files"], 0.50),
]
COUNTING = [
    ("rare literal", "linux", {"pattern": "kmem_cache_create_usercopy"}, [], 0.85),
    ("common literal", "linux", {"pattern": "return"}, [], 0.65),
    ("alternation", "linux", {"pattern": "kmalloc|kzalloc|vmalloc"}, [], 0.75),
    # As in ripgrep's own benchmarks.
    ("pattern without a literal", "linux", {"pattern": r"\w{5}\s+\w{5}\s+\w{5}\s+\w{5}\s+\w{5}"}, [], 0.72),
    ("ignoring case", "linux", {"pattern": "spinlock_irq", "ignore_case": True}, ["-i"], 0.85),
    ("one file of 1 GB", "logs", {"pattern": "items/77777 "}, [], 0.65),
    ("literal, npm", "npm", {"pattern": "createElementNS"}, [], 0.75),
]
# Not timed; only the results are compared.
ALSO = [
    ("linux", {"pattern": "cache", "word": True}, ["-w"]),
    ("linux", {"pattern": r"^static inline .*\($"}, []),
    # Not letters of Latin-1: files in that we find them in as well, and ripgrep does not.
    ("linux", {"pattern": "→|≤"}, []),
    ("linux", {"pattern": r"\p{Greek}"}, []),
    ("linux", {"pattern": r"struct file_operations \w+ = \{\n\t\.owner", "multiline": True}, ["-U"]),
    ("linux", {"pattern": "EXPORT_SYMBOL", "glob": ["*.c"]}, ["-g", "*.c"]),
    ("linux", {"pattern": "ifdef", "type": "make"}, ["-t", "make"]),
    ("linux", {"pattern": "define", "hidden": False}, None),
    ("linux", {"pattern": "ELF", "respect_ignore": False}, ["--no-ignore"]),
    ("linux", {"pattern": "a.b(c", "literal": True}, ["-F"]),
    ("npm", {"pattern": "module.exports"}, []),
    ("npm", {"pattern": "USE STRICT", "ignore_case": True}, ["-i"]),
    ("npm", {"pattern": r"https?://[a-z]+\.org"}, []),
]


class Rg:
    def __init__(self, work):
        self.program = str(work / "rivals/bin/rg")

    def run(self, tree, arguments, everything=EVERYTHING):
        done = subprocess.run([self.program, *everything, *arguments, "."], cwd=tree, capture_output=True, check=False)
        return done.stdout

    def lines(self, tree, arguments, everything=EVERYTHING):
        text = self.run(tree, arguments, everything).decode(errors="replace")
        return sorted(line.removeprefix("./") for line in text.splitlines())


def found(text):
    """The lines of an answer without its footer."""
    return sorted(text.splitlines()[:-1])


def same(ours, theirs, what):
    if ours != theirs:
        extra, missing = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
        raise AssertionError(f"{what}: {len(ours)} and {len(theirs)}; too many {extra[:3]}, missing {missing[:3]}")


def measure(page, work, servers):
    program = servers["preopen"][0]
    rg = Rg(work)
    trees = {"linux": work / "linux", "npm": work / "npm", "logs": work / "logs"}
    (work / "no-page.toml").write_text(NO_PAGE)
    no_page = [program, "--config", str(work / "no-page.toml")]
    whole = {name: Server(no_page, tree) for name, tree in trees.items()}
    plain = {name: Server([program], tree) for name, tree in trees.items()}

    for tree, ours, theirs in ALSO:
        everything = EVERYTHING if theirs is not None else EVERYTHING[1:]
        arguments = [*(theirs or []), "-e", ours["pattern"]]
        want = rg.lines(trees[tree], ["-c", *arguments], everything)
        same(found(whole[tree].call("grep", output="count", limit=ALL, **ours)), want, ours)
        assert want or ours["pattern"] == "a.b(c", ours
    context(whole["linux"], rg, trees["linux"])

    off = ["--sandbox", "off"]
    open_whole = {name: Server([*no_page, *off], tree) for name, tree in trees.items()}
    open_plain = {name: Server([program, *off], tree) for name, tree in trees.items()}
    medians, open_medians = [], []

    def both(what, call, compare, sealed, unsealed, tree, arguments, most):
        triple, other = alternating(call, compare, [sealed[tree], unsealed[tree]], rg, trees[tree], arguments)
        page.ratio(what, triple, most)
        page.ratio("the same with `--sandbox off`", other, None)
        if most is not None:
            medians.append(triple[1])
            open_medians.append(other[1])

    for what, tree, ours, theirs, most in FINDING:
        both(f"{what}, all in one answer, vs ripgrep",
             lambda s: s.call("search_files", limit=ALL, **ours), found, whole, open_whole, tree, theirs, None)
        both(f"{what}, a default page with the total count, vs ripgrep",
             lambda s: s.call("search_files", **ours), None, plain, open_plain, tree, theirs, most)
    for what, tree, ours, theirs, most in COUNTING:
        both(f"{what}, a count per file, vs ripgrep",
             lambda s: s.call("grep", output="count", limit=ALL, **ours), found, whole, open_whole, tree,
             ["-c", *theirs, "-e", ours["pattern"]], most)
    for what, all_medians, most in [("geometric mean of the rows with a target", medians, 0.65),
                                    ("the same with `--sandbox off`", open_medians, None)]:
        page.ratio(what, (min(all_medians), statistics.geometric_mean(all_medians), max(all_medians)), most)
    unsealed = open_plain["linux"]
    page.ratio("rare literal, vs preopen with `--sandbox off`", against(
        lambda s: s.call("grep", pattern="kmem_cache_create_usercopy"), plain["linux"], unsealed), 1.08)
    fd(page, work, whole["linux"], trees["linux"])
    peers(page, trees["linux"], servers)

    for tool, arguments in [("search_files", {"pattern": "*"}), ("grep", {"pattern": "return"}), ("directory_tree", {}),
                            ("keyword_search", {"keyword": "return", "root_paths": ["."]})]:
        chars = len(plain["linux"].call(tool, **arguments))
        page.size(f"characters of a default answer of {tool} on the kernel tree", chars, 40_000)
    peak = max(server.memory("VmHWM") for server in plain.values())
    page.size("peak memory during the searches, in MB", peak, 40)
    for servers_of in [whole, plain, open_whole, open_plain]:
        for server in servers_of.values():
            server.close()


def alternating(call, compare, servers, rg, tree, arguments):
    ours, theirs = [[] for _ in servers], []
    want = rg.lines(tree, arguments)
    assert want, arguments
    for turn in range(ROUNDS):
        theirs.append(timed(lambda: rg.run(tree, arguments))[0])
        for i in range(len(servers)):
            # Neither always comes second.
            i = (i + turn) % len(servers)
            took, text = timed(lambda: call(servers[i]))
            ours[i].append(took)
            if compare:
                same(compare(text), want, arguments)
            else:
                assert f" of {len(want)} matches" in text, text[-300:]
    return [ratios(each, theirs) for each in ours]


def against(call, server, other):
    ours, theirs = [], []
    for _ in range(3 * ROUNDS):
        ours.append(timed(lambda: call(server))[0])
        theirs.append(timed(lambda: call(other))[0])
    return ratios(ours, theirs)


def context(server, rg, tree):
    """Lines about matches, as ripgrep prints them: grouped by file, sorted."""
    text = server.call("grep", pattern="kmem_cache_create_usercopy", context=2, per_file=0, limit=ALL)
    ours = [line for line in text.splitlines()[:-1] if line]
    theirs = rg.run(tree, ["--heading", "-n", "-C2", "--sort=path", "kmem_cache_create_usercopy"]).decode()
    theirs = [line.removeprefix("./") for line in theirs.splitlines() if line]
    groups = lambda lines: sorted(line.rstrip("\r") for line in lines)
    same(groups(ours), groups(theirs), "context")


def fd(page, work, server, tree):
    command = [str(work / "rivals/bin/fd"), "--hidden", "-E", ".git", "-t", "f", "--no-ignore-parent", "-g", "*.c"]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        took, done = timed(lambda: subprocess.run(command, cwd=tree, capture_output=True, check=True))
        theirs.append(took)
        took, text = timed(lambda: server.call("search_files", pattern="*.c", type="file", limit=ALL))
        ours.append(took)
        same(found(text), sorted(done.stdout.decode().splitlines()), "fd")
    page.ratio("files by a glob, all in one answer, vs fd", ratios(ours, theirs), None)


def peers(page, tree, servers):
    """The peers on a part of the tree that they get to the end of, and on all of it."""
    part = tree / "fs"
    ours, official, rival = (Server(servers[name], part) for name in ["preopen", "official", "rust-mcp-filesystem"])
    files = sum(1 for file in part.rglob("*.c"))
    times = {"ours": [], "official": []}
    for _ in range(ROUNDS):
        took, text = timed(lambda: ours.call("search_files", pattern="**/*.c", type="file"))
        assert f" of {files} matches" in text, text[-200:]
        times["ours"].append(took)
        took, text = timed(lambda: official.call("search_files", path=str(part), pattern="**/*.c"))
        assert len(text.splitlines()) == files, text[-200:]
        times["official"].append(took)
    page.ratio("files by a glob in the kernel's fs/, vs the official server", ratios(times["ours"], times["official"]), 0.05)
    times = {"ours": [], "rival": []}
    for _ in range(ROUNDS):
        took, text = timed(lambda: ours.call("grep", pattern="kmem_cache_create", literal=True, glob=["*.c"]))
        times["ours"].append(took)
        took, _ = timed(lambda: rival.call("search_files_content", path=str(part), pattern="**/*.c", query="kmem_cache_create", is_regex=False))
        times["rival"].append(took)
    page.ratio("literal in the kernel's fs/, vs rust-mcp-filesystem", ratios(times["ours"], times["rival"]), 0.05)
    theirs = official.call("directory_tree", path=str(part))
    def count(nodes):
        return sum(1 + count(node.get("children", [])) for node in nodes)
    whole = Server([servers["preopen"][0], "--config", str(tree.parent / "no-page.toml")], part)
    text = whole.call("directory_tree", max_depth=50, limit=ALL, respect_ignore=False)
    entries = len(text.splitlines()) - 1
    assert entries == count(json.loads(theirs)), (entries, count(json.loads(theirs)))
    page.size("bytes of directory_tree of fs/, vs the official server for the same entries", len(text) / len(theirs), 0.334)
    whole.close()
    big = Server(servers["rust-mcp-filesystem"], tree)
    answer = big.request("tools/call", {"name": "search_files_content", "arguments": {
        "path": str(tree), "pattern": "**/*", "query": "kmem_cache_create_usercopy", "is_regex": False}})
    page.note("Content search by rust-mcp-filesystem on the whole kernel tree: "
              + (answer["content"][0]["text"].splitlines()[0][:60] if answer.get("isError") else "finishes"))
    for server in [ours, official, rival, big]:
        server.close()
