"""Codex, the real program: it takes our command, lists what `preopen install codex` wrote, offers the model no
shell after `--exclusive`, and has its file back after `--remove`."""

import http.server
import json
import pathlib
import re
import sys
import tempfile
import threading

from client_programs import CODEX, check, run

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
BEFORE = "# mine\nhide_agent_reasoning = true   # [quiet]\n\n[mcp_servers.other]\ncommand = 'x'\n"
SHELL = {"exec_command", "write_stdin"}
# What stays, as no feature takes it away, or none that is asked for.
STAYS = {"apply_patch"}


class Model(http.server.BaseHTTPRequestHandler):
    """Keeps what it is asked, and answers nothing."""

    asked = []

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_error(400)


def offered(home, work, url):
    """The tools that the model is offered: Codex describes them below headings, to be called from a script."""
    Model.asked.clear()
    fake = f'{{name="fake", base_url="{url}/v1", wire_api="responses", request_max_retries=0}}'
    ran = codex(home, work, "exec", "--skip-git-repo-check", "-c", 'model_provider="fake"',
                "-c", f"model_providers.fake={fake}", "go")
    check("     it asks the model", len(Model.asked) == 1, ran.stdout)
    sent = json.dumps(Model.asked[0]["input"])
    return set(re.findall(r"### `(\w+)`", sent)), sent


def codex(home, work, *args):
    return run(CODEX, home, work, *args, CODEX_HOME=str(home / "codex"))


def feature(home, work, name):
    return re.search(rf"^{name} .* (\w+)$", codex(home, work, "features", "list").stdout, re.M)[1]


def main():
    print(codex(pathlib.Path("/tmp"), "/tmp", "--version").stdout.strip().splitlines()[-1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as temporary:
        home, work = pathlib.Path(temporary, "home"), pathlib.Path(temporary, "project")
        config = home / "codex/config.toml"
        config.parent.mkdir(parents=True)
        work.mkdir()

        added = codex(home, work, "mcp", "add", "preopen", "--", PROGRAM, "--allow", ".")
        check("mcp add", added.returncode == 0, added.stdout)
        listed = codex(home, work, "mcp", "list").stdout
        check("mcp list names what it was told itself", re.search(r"^preopen .*--allow \.", listed, re.M), listed)
        tools, _ = offered(home, work, url)
        check("it has a shell of its own", SHELL <= tools, tools)

        config.write_text(BEFORE)

        def install(*args):
            said = run(PROGRAM, home, work, "install", "codex", "--yes", *args, CODEX_HOME=str(home / "codex"))
            check(f"     preopen install codex --yes {' '.join(args)}", said.returncode == 0, said.stdout)

        install("--allow", ".", "--exclusive")
        listed = codex(home, work, "mcp", "list").stdout
        check("mcp list names ours, and the other", re.findall(r"^(preopen|other) ", listed, re.M)
              == ["other", "preopen"], listed)
        got = codex(home, work, "mcp", "get", "preopen").stdout
        check("mcp get preopen shows our entry", f"command: {PROGRAM}\n" in got
              and f"args: --allow {work.resolve()}\n" in got and "enabled: true" in got, got)
        check("features list says that the shell is off", feature(home, work, "shell_tool") == "false")
        tools, sent = offered(home, work, url)
        check("the model is offered no shell", tools and not tools & SHELL, tools)
        own = {tool for tool in tools if re.search("patch|exec|shell|file|image|write", tool)}
        check("no more stays of its own than is known", own <= STAYS, own)
        check("the model is told of ours", "preopen serves" in sent and "mcp__preopen" in sent)
        install("--remove")
        check("removed, its file is what it was", config.read_text() == BEFORE, config.read_text())
        check("no copy of it is left", not list(home.rglob("*.before-preopen")))
        listed = codex(home, work, "mcp", "list").stdout
        check("mcp list knows it no more", "preopen" not in listed, listed)
        check("features list says that the shell is on", feature(home, work, "shell_tool") == "true")
    print("all passed")


main()
