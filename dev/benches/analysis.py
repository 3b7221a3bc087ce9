"""Measures performance_check against Python's own parser, on the same lines."""

import ast
import json
import pathlib
import sysconfig

from server import Server, ratios, timed

ROUNDS = 9
LINES = 100_000
# Most bytes of a source that performance_check accepts.
MOST = 4 << 20


def corpus():
    """Files of Python's standard library, up to LINES lines."""
    root, pieces, count, size = pathlib.Path(sysconfig.get_paths()["stdlib"]), [], 0, 0
    for path in sorted(root.rglob("*.py")):
        try:
            text = path.read_text(encoding="utf-8").rstrip("\n") + "\n"
            ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        lines = text.count("\n")
        if count + lines <= LINES and size + len(text.encode()) <= MOST:
            pieces.append(text)
            count, size = count + lines, size + len(text.encode())
    return "".join(pieces), count


def measure(page, work, servers):
    text, lines = corpus()
    directory = work / "python"
    directory.mkdir(exist_ok=True)
    (directory / "all.py").write_text(text, encoding="utf-8")
    server = Server(servers["preopen"], directory)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        took, (answer,) = server.calls("performance_check", [{"file_path": "all.py"}])
        found = json.loads(answer)["summary"]["total_issues"]
        assert found > 0
        ours.append(took)
        theirs.append(timed(lambda: ast.parse(text))[0])
    page.ratio(f"performance_check of {lines:,} lines of Python's standard library, vs `ast.parse`", ratios(ours, theirs), 0.5)
    page.size("peak memory during these calls, in MB", server.memory("VmHWM"), 100)
    server.close()
    page.note(f"These lines have {len(text.encode()):,} bytes and {found} findings. preopen reads the file, parses it and analyses it; `ast.parse` gets the text in memory")
