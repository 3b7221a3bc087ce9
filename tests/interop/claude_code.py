"""Claude Code, the real program, against ours: it lists the server as connected, and a scripted run greps,
reads a file, goes on by the argument that the answer names, edits, and sees a refusal. The newest version
in both eras of the protocol, and one that knows the legacy era only."""

import json
import pathlib
import re
import sys
import tempfile

from client_programs import CLAUDE, check, run
from scripted_model import ScriptedModel

PROGRAM = sys.argv[1]
SECRET = "FLAG{outside}"  # pragma: allowlist secret
# What goes in and what comes out, in one file and in order. Answers take their time: a client that waits
# for the first before it sends the second is seen to.
OVERHEARD = """
tee -a '{log}' | '{program}' --allow .:rw | while IFS= read -r line; do
  sleep 0.2
  printf '%s\\n' "$line" | tee -a '{log}'
done
"""


def project(root):
    work = root / "project"
    work.mkdir()
    (root / "outside.txt").write_text(SECRET)
    (work / "log.txt").write_text("".join(f"entry {i} {'x' * 60}\n" for i in range(1, 2001)))
    (work / "todo.txt").write_text("first\nsecond\n")
    (work / "notes.txt").symlink_to("../outside.txt")
    return work


def ours(tool, **given):
    return f"mcp__preopen__{tool}", given


def edit(old, new):
    return ours("edit_file", path="todo.txt", edits=[{"old_text": old, "new_text": new}])


def script(work):
    [found] = yield [ours("grep", pattern="^entry 1999 ")]
    assert "log.txt" in found and "entry 1999 " in found, found
    [first] = yield [ours("read_text_file", path="log.txt")]
    assert first.startswith("entry 1 "), first[:80]
    offset = re.search(r"continue with offset=(\d+)\]$", first)
    assert offset, f"the answer does not say how to go on: {first[-120:]}"
    [second] = yield [ours("read_text_file", path="log.txt", offset=int(offset[1]))]
    assert second.startswith(f"entry {offset[1]} "), second[:80]
    [refusal] = yield [ours("read_text_file", file_path="notes.txt")]
    assert refusal.startswith("escapes_grant: "), refusal
    [refusal] = yield [ours("write_file", path="notes.txt", content="x")]
    assert refusal.startswith("escapes_grant: "), refusal
    one, two = yield [ours("grep", pattern="entry 7 "), ours("read_text_file", path="todo.txt")]
    assert "entry 7 " in one and two.startswith("first\nsecond\n"), one + two
    yield [edit("first", "1st"), edit("second", "2nd")]
    assert (work / "todo.txt").read_text() == "1st\n2nd\n", (work / "todo.txt").read_text()


def in_order(log, *tools):
    """The last calls of these tools: `>` for a call sent, `<` for one answered, as they came."""
    messages = [json.loads(line) for line in log.read_text().splitlines()]
    calls = [m["id"] for m in messages if m.get("method") == "tools/call" and m["params"]["name"] in tools]
    seen = [m for m in messages if m.get("id") in calls[-2:]]
    return "".join(">" if "method" in m else "<" for m in seen)


def session(name, version, era):
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        work, home, log, config = project(root), root / "home", root / "log", root / "mcp.json"
        home.mkdir()
        command = OVERHEARD.format(log=log, program=PROGRAM)
        config.write_text(json.dumps({"mcpServers": {"preopen": {"command": "sh", "args": ["-c", command]}}}))
        model = ScriptedModel(script(work))
        ran = run(CLAUDE[version], home, work, "-p", "go", "--strict-mcp-config", "--mcp-config", str(config),
                  "--allowedTools", "mcp__preopen", ANTHROPIC_BASE_URL=model.url, MCP_PROTOCOL_NEGOTIATION=era)
        check(f"{name}: greps, reads, goes on, edits, is refused", model.is_over and model.failure is None,
              f"{model.failure}\n{ran.stdout}")
        opening = {"auto": "server/discover", "legacy": "initialize"}[era]
        first = json.loads(log.read_text().splitlines()[0])
        check(f"{name}: opens with {opening}", first["method"] == opening, first)
        reads = in_order(log, "grep", "read_text_file")
        check(f"{name}: two reads of one message overlap", reads == ">><<", reads)
        edits = in_order(log, "edit_file")
        check(f"{name}: two edits of one message do not", edits == "><><", edits)
        sent = json.dumps(model.requests)
        check(f"{name}: the secret outside never reaches the model", SECRET not in sent)
        check(f"{name}: nothing outside is changed", (root / "outside.txt").read_text() == SECRET)
        check(f"{name}: the model is told of the grant", "project (read, write): ." in sent)


def added(name, version):
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        work, home = project(root), root / "home"
        home.mkdir()
        said = run(CLAUDE[version], home, work, "mcp", "add", "preopen", "--", PROGRAM, "--allow", ".")
        check(f"{name}: mcp add", said.returncode == 0, said.stdout)
        listed = run(CLAUDE[version], home, work, "mcp", "list").stdout
        check(f"{name}: mcp list says connected", re.search(r"preopen:.*Connected", listed), listed)


for version, eras in [("newest", ["auto", "legacy"]), ("legacy", ["legacy"])]:
    name = run(CLAUDE[version], "/tmp", "/tmp", "--version").stdout.strip()
    added(name, version)
    for era in eras:
        session(f"{name}, {era}", version, era)
print("all passed")
