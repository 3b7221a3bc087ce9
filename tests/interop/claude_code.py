"""Claude Code, the real program, against ours: it lists the server as connected, and a scripted run reads
a file, goes on by the argument that the answer names, and sees a refusal. In both eras of the protocol."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from scripted_model import ScriptedModel

PROGRAM = sys.argv[1]
HERE = pathlib.Path(__file__).parent
CLAUDE = next(HERE.glob("node_modules/@anthropic-ai/claude-code-*/claude"))
SECRET = "FLAG{outside}"


def project(root):
    work = root / "project"
    work.mkdir()
    (root / "outside.txt").write_text(SECRET)
    (work / "log.txt").write_text("".join(f"entry {i} {'x' * 60}\n" for i in range(1, 2001)))
    (work / "notes.txt").symlink_to("../outside.txt")
    return work


def claude(home, work, *args, **env):
    quiet = {"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "ANTHROPIC_API_KEY": "x", **quiet, **env}
    return subprocess.run([str(CLAUDE), *args], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)


def script(seen):
    read = "mcp__preopen__read_text_file"
    first = yield read, {"path": "log.txt"}
    seen.append(first)
    assert first.startswith("entry 1 "), first[:80]
    offset = re.search(r"continue with offset=(\d+)\]$", first)
    assert offset, f"the answer does not say how to go on: {first[-120:]}"
    second = yield read, {"path": "log.txt", "offset": int(offset[1])}
    seen.append(second)
    assert second.startswith(f"entry {offset[1]} "), second[:80]
    refusal = yield read, {"file_path": "notes.txt"}
    seen.append(refusal)
    assert refusal.startswith("escapes_grant: "), refusal


def check(what, good, detail=""):
    print(f"{'ok  ' if good else 'FAIL'} {what}")
    if not good:
        sys.exit(f"{detail}")


def main():
    version = claude(pathlib.Path("/tmp"), "/tmp", "--version").stdout.strip()
    print(f"Claude Code {version}")
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        work = project(root)
        home = root / "home"
        home.mkdir()
        added = claude(home, work, "mcp", "add", "preopen", "--", PROGRAM, "--allow", ".")
        check("mcp add", added.returncode == 0, added.stdout)
        listed = claude(home, work, "mcp", "list").stdout
        check("mcp list says connected", re.search(r"preopen:.*Connected", listed), listed)
        config = root / "mcp.json"
        for era, opening in [("auto", "server/discover"), ("legacy", "initialize")]:
            heard = root / f"heard-{era}"
            server = {"command": "sh", "args": ["-c", f"tee '{heard}' | exec '{PROGRAM}' --allow ."]}
            config.write_text(json.dumps({"mcpServers": {"preopen": server}}))
            seen = []
            model = ScriptedModel(script(seen))
            ran = claude(home, work, "-p", "go", "--strict-mcp-config", "--mcp-config", str(config),
                         "--allowedTools", "mcp__preopen", ANTHROPIC_BASE_URL=model.url,
                         MCP_PROTOCOL_NEGOTIATION=era)
            detail = f"{model.failure}\n{ran.stdout}"
            check(f"{era}: reads, goes on, is refused", len(seen) == 3 and model.failure is None, detail)
            first = json.loads(heard.read_text().splitlines()[0])
            check(f"{era}: opens with {opening}", first["method"] == opening, str(first))
            sent = json.dumps(model.requests)
            check(f"{era}: the secret outside never reaches the model", SECRET not in sent)
            check(f"{era}: the model is told of the grant", "project (read only): ." in sent)
    print("all passed")


main()
