"""The same jobs with Claude Code's own tools: the real program runs them for a scripted model. The results of its tools
count. The text that the program itself adds to a request does not."""

import pathlib
import sys

INTEROP = pathlib.Path(__file__).resolve().parents[2] / "tests/interop"
sys.path.insert(0, str(INTEROP))


def calls(at):
    """The calls for each job, in order. `Edit` requires that the file was read before."""
    def path(name):
        return f"{at}/{name}"

    def shell(command):
        return [("Bash", {"command": command})]

    def read(name, **more):
        return [("Read", {"file_path": path(name), **more})]

    edit = {"old_string": "\tbool needs_barrier = false;", "new_string": "\tbool needs_barrier = true;"}
    text = "".join(f"line {i} of a new file\n" for i in range(50))
    return [
        shell("grep -rn '^int ext4_sync_file(' ."),
        shell("grep -rnw ext4_sync_file ."),
        read("fs/ext4/inode.c", offset=1500, limit=60),
        [*read("fs/ext4/fsync.c", offset=140, limit=10), ("Edit", {"file_path": path("fs/ext4/fsync.c"), **edit})],
        shell("ls fs/ext4"),
        shell("find fs | sort"),
        shell("find . -name '*.h' | sort"),
        read("fs/ext4/super.c", limit=1200),
        [call for name in ["Kconfig", "Makefile", "acl.h", "xattr.h", "truncate.h"] for call in read(f"fs/ext4/{name}")],
        [("Write", {"file_path": path("new.txt"), "content": text}), *shell("ls -l new.txt")],
    ]


def characters(at, home):
    """Characters of the answers to each job, or `None` if the program is not installed."""
    if not (INTEROP / "node_modules/@anthropic-ai").exists():
        return None
    from client_programs import CLAUDE, run
    from scripted_model import ScriptedModel

    sizes = []

    def script():
        for job in calls(str(at)):
            size = 0
            for call in job:
                [answer] = yield [call]
                assert "<tool_use_error>" not in answer, f"{call}: {answer[:400]}"
                size += len(answer)
            sizes.append(size)

    model = ScriptedModel(script())
    ran = run(CLAUDE["newest"], home, at, "-p", "go", "--allowedTools", "Bash", "Read", "Edit", "Write",
              ANTHROPIC_BASE_URL=model.url)
    assert model.is_over and len(sizes) == 10, f"{model.failure}\n{ran.stdout}"
    return sizes
