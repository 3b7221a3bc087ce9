"""Measures edits of a large and a small file, and durable writes, against other servers and the bare system calls."""

import os
import statistics
import subprocess

from server import Server, ratios, timed

ROUNDS = 9
# Calls by each server in one round, if one call takes about a millisecond.
SMALL_CALLS = 20
BIG, SMALL = 50_000_000, 20_000
BLOCK = 4096
PEERS = [("official", "the official server"), ("rust-mcp-filesystem", "rust-mcp-filesystem")]


def text_of_size(size):
    """Lines, of which each is there once."""
    line = "{:07}: let item = list.get(index).unwrap_or_default(); // and what is to be said of it\n"
    count = size // len(line.format(0))
    return "".join(line.format(i) for i in range(count)).encode(), f"{count // 2:07}: let item"


def block(number):
    """Other contents each time."""
    return f"{number:015}\n".encode() * (BLOCK // 16)


def settle(file):
    """Flushes to disk what a call left unflushed, so that the next call does not pay for it."""
    for path in [file, file.parent]:
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)


def bare_write(directory, name, contents):
    """The system calls of a durable write, and nothing else."""
    fd = os.open("bare.tmp", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=directory)
    assert os.write(fd, contents) == len(contents)
    os.fdatasync(fd)
    os.rename("bare.tmp", name, src_dir_fd=directory, dst_dir_fd=directory)
    os.fsync(directory)
    os.close(fd)


def in_turn(sides, file, contents, wanted, calls, leaves_nothing=False):
    """For each side, the time of each round: the median of `calls` calls. Before call `n` the file is `contents(n)`;
    after it, it must be `wanted(n)`. With `leaves_nothing` all sides flush their writes, so the file is not
    reset and flushed in between."""
    times = {name: [] for name in sides}
    for turn in range(ROUNDS):
        took = {name: [] for name in sides}
        for n in range(turn * calls, (turn + 1) * calls):
            for i in range(len(sides)):
                # The order rotates, so that no side always comes second.
                name = list(sides)[(i + n) % len(sides)]
                if not leaves_nothing:
                    file.write_bytes(contents(n))
                    settle(file)
                one = sides[name](n)
                assert file.read_bytes() == wanted(n), name
                took[name].append(one)
                if not leaves_nothing:
                    settle(file)
        for name in sides:
            times[name].append(statistics.median(took[name]))
    return times


def edits(servers, file, size, calls):
    """One line in the middle of a file is edited."""
    before, old = text_of_size(size)
    after = before.replace(old.encode(), old.encode() + "_edited".encode())
    arguments = {"path": str(file), "edits": [{"oldText": old, "newText": old + "_edited"}]}
    sides = {name: lambda _, server=server: server.calls("edit_file", [arguments])[0] for name, server in servers.items()}
    assert before.count(old.encode()) == 1
    return in_turn(sides, file, lambda _: before, lambda _: after, calls)


def writes(servers, file, bare):
    """4 KB in place of other 4 KB."""
    def by(server):
        return lambda n: server.calls("write_file", [{"path": str(file), "content": block(n + 1).decode()}])[0]

    sides = {name: by(server) for name, server in servers.items()}
    if bare is not None:
        sides["bare"] = lambda n: timed(lambda: bare_write(bare, file.name, block(n + 1)))[0]
    return in_turn(sides, file, block, lambda n: block(n + 1), SMALL_CALLS, leaves_nothing=bare is not None)


def measure(page, work, servers):
    directory = work / "writing"
    directory.mkdir(exist_ok=True)
    for left in directory.iterdir():
        left.unlink()
    commands = {"preopen": (servers["preopen"], f"{directory}:rw"), "official": (servers["official"], directory),
                "rust-mcp-filesystem": ([*servers["rust-mcp-filesystem"], "--allow-write"], directory)}
    started = {name: Server(*command) for name, command in commands.items()}
    ours = {"preopen": started["preopen"]}
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)

    times = edits(started, directory / "big.rs", BIG, 1)
    for peer, name in PEERS:
        what = f"edit of one line in a file of {BIG // 10**6} MB, vs {name}"
        page.ratio(what, ratios(times["preopen"], times[peer]), 0.4)
    page.size("peak memory during these edits, in MB", started["preopen"].memory("VmHWM"), 200)
    (directory / "big.rs").unlink()

    times = writes(ours, directory / "block", handle)
    page.ratio("durable write of 4 KB, vs the bare system calls", ratios(times["preopen"], times["bare"]), 1.5)
    for what, times in [("the same", writes(started, directory / "block", None)),
                        (f"edit of one line in a file of {SMALL // 1000} KB", edits(started, directory / "small.rs", SMALL, SMALL_CALLS))]:
        for peer, name in PEERS:
            page.ratio(f"{what}, vs {name} (not durable)", ratios(times["preopen"], times[peer]), None)

    for server in started.values():
        server.close()
    os.close(handle)
    assert sorted(file.name for file in directory.iterdir()) == ["block", "small.rs"]
    kind = subprocess.run(["df", "--output=fstype", str(directory)], capture_output=True, check=True, text=True).stdout.split()[-1]
    page.note(f"Measured on {kind}, on a disk. preopen answers only when the file and its name are flushed to disk: it writes a "
              "temporary file next to the old one and calls `fdatasync`, `rename`, and `fsync` on the directory. The other servers "
              "leave flushing to the system, and rust-mcp-filesystem overwrites the old bytes in place. Their data is "
              "flushed before the next call, outside the measured time. The bare system calls are the same calls as "
              "preopen's, in one process that holds the directory. A round of writes, and of edits of the small file, is "
              f"the median of {SMALL_CALLS} calls by each server")
