"""The clients' own programs, started in a home of the test's own and kept off the network."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
CLAUDE = {
    version: next(HERE.glob(f"{package}-*/claude"))
    for version, package in [
        ("newest", "node_modules/@anthropic-ai/claude-code"),
        ("legacy", "node_modules/claude-code-legacy/node_modules/@anthropic-ai/claude-code"),
    ]
}
CODEX = next(HERE.glob("node_modules/@openai/codex-*/vendor/*/bin/codex"))
NOBODY = "http://127.0.0.1:9"  # Where Claude Code is to look for its makers, so that it asks no network.


def run(program, home, work, *args, path=os.environ["PATH"], **env):
    """Runs it to its end; what it says is on `stdout`."""
    quiet = {"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    model = {"ANTHROPIC_API_KEY": "x", "ANTHROPIC_BASE_URL": NOBODY}
    environment = {"HOME": str(home), "PATH": path, **quiet, **model, **env}
    return subprocess.run([str(program), *args], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)


def check(what, good, detail=""):
    print(f"{'ok  ' if good else 'FAIL'} {what}", flush=True)
    if not good:
        sys.exit(f"{detail}")
