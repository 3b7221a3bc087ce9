"""Measures starts, many small files and one huge file, against other servers and against `sed` and `tail`."""

import pathlib
import subprocess

from server import Server, ratios, timed

# Enough rounds for a server with a JIT compiler to reach its full speed.
ROUNDS = 21
SMALL_FILES = 200
LOG_LINES = 8_446_455
FIRST, LIMIT = 8_000_000, 50


def prepare(work):
    small = work / "small"
    if not small.exists():
        small.mkdir(parents=True)
        for i in range(SMALL_FILES):
            lines = [f"fn function_{i}_{j}(argument: u32) -> u32 {{ argument + {j} }}\n" for j in range(20 + i % 180)]
            (small / f"file_{i}.rs").write_text("".join(lines))
    logs = work / "logs"
    log = logs / "big.log"
    if not log.exists():
        logs.mkdir(parents=True, exist_ok=True)
        with open(log, "wb") as out:
            for block in range(0, LOG_LINES, 10_000):
                out.write("".join(
                    f"2026-11-25T12:{n // 60 % 60:02}:{n % 60:02}.{n % 1000:03}Z INFO worker-{n % 17} request {n} "
                    f"{'GET' if n % 3 else 'POST'} /api/v1/items/{n * 7919 % 100_000} took {n % 997} us {'x' * (n % 40)}\n"
                    for n in range(block + 1, min(block + 10_000, LOG_LINES) + 1)).encode())
    return small, log


def small_files(small, servers):
    """The same files, one call each, by three servers in turn."""
    trail = small.parent / "audit.jsonl"
    trail.unlink(missing_ok=True)
    servers = {name: Server(command, small) for name, command in servers.items()} | {
        "audited": Server([*servers["preopen"], "--audit", str(trail)], small)}
    files = sorted(small.iterdir())
    expected = [file.read_text() for file in files]
    times = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            took, texts = server.calls("read_text_file", [{"path": str(file)} for file in files])
            # preopen adds a footer; the text before it has to be the file.
            assert all(text.startswith(want.rstrip("\n")) for text, want in zip(texts, expected)), name
            times[name].append(took)
    for server in servers.values():
        server.close()
    assert sum(1 for _ in open(trail)) == 2 + ROUNDS * SMALL_FILES, "each call is recorded"
    return times


def starts(small, servers):
    times = {name: [] for name in servers}
    # What differs by a fifth of a millisecond takes more rounds to see, and neither side always comes second.
    ours = list(servers.items())[:2]
    for commands in [list(servers.items())] * ROUNDS + [ours, ours[::-1]] * 5 * ROUNDS:
        for name, command in commands:
            server = Server(command, small)
            times[name].append(server.started)
            server.close()
    server = Server(servers["preopen"], small)
    server.call("read_text_file", path=str(small / "file_0.rs"))
    idle = server.memory("VmRSS")
    server.close()
    return times, idle


def huge_file(log, program):
    sed = ["sed", "-n", f"{FIRST},{FIRST + LIMIT - 1}p;{FIRST + LIMIT - 1}q", str(log)]
    tail = ["tail", "-n", str(LIMIT), str(log)]
    times = {name: [] for name in ["first", "second", "sed", "last", "tail"]}
    peak = 0
    for _ in range(ROUNDS):
        took, want = timed(lambda: subprocess.run(sed, capture_output=True, check=True).stdout.decode())
        times["sed"].append(took)
        server = Server([program], log.parent)
        for name in ["first", "second"]:
            took, text = timed(lambda: server.call("read_text_file", path="big.log", offset=FIRST, limit=LIMIT))
            assert text.startswith(want), name
            times[name].append(took)
        took, want = timed(lambda: subprocess.run(tail, capture_output=True, check=True).stdout.decode())
        times["tail"].append(took)
        took, text = timed(lambda: server.call("read_text_file", path="big.log", tail=LIMIT))
        assert text.startswith(want), "last"
        times["last"].append(took)
        server.call("read_text_file", path="big.log")
        server.call("read_text_file", path="big.log", byte_offset=500_000_000)
        server.call("get_file_info", path="big.log", hash=True)
        peak = max(peak, server.memory("VmHWM"))
        server.close()
    return times, peak


def measure(page, work, servers):
    small, log = prepare(work)
    times = small_files(small, servers)
    ours = times["preopen"]
    page.ratio("200 small files, one call each, vs the official server", ratios(ours, times["official"]), 0.25)
    page.ratio("the same, vs rust-mcp-filesystem", ratios(ours, times["rust-mcp-filesystem"]), 1.0)
    page.ratio("the same, vs preopen with `--sandbox off`", ratios(ours, times["unsealed"]), 1.15)
    page.ratio("the same with `--audit`, vs preopen without it", ratios(times["audited"], ours), 1.05)
    times, idle = starts(small, servers)
    ours = times["preopen"]
    page.ratio("start to first answer, vs the official server", ratios(ours, times["official"]), 0.05)
    page.ratio("the same, vs rust-mcp-filesystem", ratios(ours, times["rust-mcp-filesystem"]), 1.5)
    page.ratio("the same, vs preopen with `--sandbox off`", ratios(ours, times["unsealed"]), 1.15)
    times, peak = huge_file(log, servers["preopen"][0])
    what = f"50 lines at line {FIRST:,} of a file of 1 GB, the first time, vs `sed`"
    page.ratio(what, ratios(times["first"], times["sed"]), 1.0)
    page.ratio("the same, the second time vs the first", ratios(times["second"], times["first"]), 0.05)
    page.ratio("the last 50 lines, vs `tail`", ratios(times["last"], times["tail"]), 1.0)
    page.size("memory at rest, in MB", idle, 10)
    page.size("peak memory during the calls on the huge file, in MB", peak, 32)
