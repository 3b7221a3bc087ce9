"""Claude Code after `preopen install claude-code --exclusive`: what it sends to the model holds our tools, and
none of its own that touch files or run something; calls are allowed unasked; what a prompt mentions by `@` is
not read behind our back. After `--remove` its files are what they were."""

import json
import pathlib
import re
import shlex
import sys
import tempfile

from client_programs import CLAUDE, check, run
from scripted_model import ScriptedModel

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
OUTSIDE = "FLAG{outside"
# Its own tools that reach no file and run nothing. One that is in neither list is a reason to look.
HARMLESS = {
    "CronCreate", "CronDelete", "CronList", "DeferredToolPlaceholder", "ExitWorktree", "ListAgents",
    "ReportFindings", "ScheduleWakeup", "Skill", "TaskCreate", "TaskGet", "TaskList", "TaskOutput", "TaskStop",
    "TaskUpdate", "ToolSearch", "WebFetch", "WebSearch",
}
SETTINGS = '{"cleanupPeriodDays": 99,\n   "permissions": {"deny": ["WebFetch(domain:example.com)"]}}\n'


class Place:
    """A home with settings, a project, something outside of it, and a directory for PATH."""

    def __init__(self, root, version):
        self.root, self.claude = root, CLAUDE[version]
        self.home, self.work, self.bin = root / "home", root / "project", root / "bin"
        for directory in [self.home / ".claude", self.work, self.bin, root / "outside"]:
            directory.mkdir(parents=True)
        (self.home / ".claude/settings.json").write_text(SETTINGS)
        (self.work / "a.txt").write_text("one line\n")
        (root / "outside.txt").write_text(OUTSIDE + "}")
        (root / "outside" / (OUTSIDE + "-name}")).write_text(OUTSIDE + "}")
        (self.work / "link").symlink_to("../outside.txt")
        (self.bin / "preopen").symlink_to(PROGRAM)

    def install(self, *args):
        """With no other PATH: if `claude` is to be there, it is put there."""
        said = run(PROGRAM, self.home, self.work, "install", "claude-code", "--yes", *args, path=str(self.bin))
        check(f"     preopen install claude-code --yes {' '.join(args)}", said.returncode == 0, said.stdout)
        return said.stdout

    def list(self):
        return run(self.claude, self.home, self.work, "mcp", "list").stdout

    def files(self):
        """What it is told by files. `.claude.json` is beside these: it writes that itself, whenever it runs."""
        found = [*self.home.glob(".claude/settings*"), *self.work.glob(".*/*"), *self.work.glob(".mcp.json*")]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}

    def session(self, *args):
        """The names of the tools that the model is offered, the answer to a call, and all that was sent."""
        answers = []

        def script():
            answers.extend((yield [("mcp__preopen__read_text_file", {"path": "a.txt"})]))

        model = ScriptedModel(script())
        path = f"{self.bin}:/usr/bin:/bin"
        prompt = f"see @{self.root}/outside.txt @{self.root}/outside @../outside.txt#L1-2 @link"
        ran = run(self.claude, self.home, self.work, "-p", prompt, *args, ANTHROPIC_BASE_URL=model.url, path=path)
        check("     a session runs", model.requests and model.is_over, ran.stdout)
        return offered(model.requests), answers[0], json.dumps(model.requests)


def offered(requests):
    """Whole, and by name only to be looked up; the names are said in a message then."""
    whole = {tool["name"] for request in requests for tool in request["tools"]}
    texts = [block.get("text", "") for request in requests for message in request["messages"]
             for block in (message["content"] if isinstance(message["content"], list) else [])
             + ([{"text": message["content"]}] if isinstance(message["content"], str) else [])]
    lists = re.findall(r"deferred tools are now available.*\n((?:\w+(?:\n|$))+)", "\n".join(texts))
    assert lists or "ToolSearch" not in whole, "tools to be looked up are not named where this test looks"
    return whole, {name for names in lists for name in names.split()}


def bound(version, name, how, *scope):
    with tempfile.TemporaryDirectory() as temporary:
        place = Place(pathlib.Path(temporary), version)
        if "its own program" in how:
            (place.bin / "claude").symlink_to(place.claude)
        before = place.files()
        said = place.install("--allow", ".", "--exclusive", *scope)
        name = f"{name}, {how}"
        check(f"{name}: is told so", ("$ claude mcp add-json" in said) == ("its own program" in how), said)
        (whole, named), answer, sent = place.session()
        own = {tool for tool in whole | named if not tool.startswith("mcp__preopen__")}
        check(f"{name}: no tool of its own for files or commands", own <= HARMLESS, own - HARMLESS)
        check(f"{name}: ours are loaded", "mcp__preopen__grep" in whole, whole)
        check(f"{name}: a call is allowed unasked", answer.startswith("one line\n"), answer)
        check(f"{name}: a mention of what lies outside yields nothing", OUTSIDE not in sent)
        check(f"{name}: mcp list knows it", "preopen" in place.list())
        place.install("--remove", *scope)
        after = place.files()
        check(f"{name}: removed, its files are what they were", after == before, f"{before}\n{after}")
        listed = place.list()
        check(f"{name}: mcp list knows it no more", "No MCP servers" in listed, listed)


def for_once(version, name):
    """The command line that installing prints does the same for one run."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Place(pathlib.Path(temporary), version)
        said = place.install("--allow", ".")
        command = shlex.split(said.strip().splitlines()[-1])
        check(f"{name}, for one run: a command is printed", command[0] == "claude", said)
        (whole, named), answer, sent = place.session(*command[1:])
        own = {tool for tool in whole | named if not tool.startswith("mcp__preopen__")}
        check(f"{name}, for one run: no tool of its own for files or commands", own <= HARMLESS, own - HARMLESS)
        check(f"{name}, for one run: a call is allowed unasked", answer.startswith("one line\n"), answer)
        check(f"{name}, for one run: a mention of what lies outside yields nothing", OUTSIDE not in sent)


def unbound(version, name):
    """The checks above bite: without `--exclusive` they see tools, and what lies outside."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Place(pathlib.Path(temporary), version)
        place.install("--allow", ".")
        (whole, _), answer, sent = place.session()
        check(f"{name}, not exclusive: its own tools are seen", {"Bash", "Read", "Edit"} <= whole - HARMLESS, whole)
        check(f"{name}, not exclusive: a call is not allowed unasked", "permission" in answer, answer)
        check(f"{name}, not exclusive: a mention is read", OUTSIDE + "}" in sent)


for version in CLAUDE:
    name = run(CLAUDE[version], "/tmp", "/tmp", "--version").stdout.strip()
    bound(version, name, "for the user, by its own program")
    bound(version, name, "for the user, by its file")
    bound(version, name, "for the project", "--scope", "project")
    for_once(version, name)
    unbound(version, name)
print("all passed")
