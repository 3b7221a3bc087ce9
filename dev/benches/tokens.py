"""Counts what an agent has to read: bytes of the tool list, and characters of all answers for ten jobs, with preopen and
with other servers. For each server the calls are those with which an agent does the job with that server's tools and
defaults. The answers, or the file, show that the job is done."""

import json
import pathlib
import shutil
import sys
import tempfile

import tokens_claude
from server import Server, text_of

OFFICIAL = ["node", "dev/benches/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js"]
# Highest share of the official server's characters, over all jobs.
MOST = 0.6
MOST_BYTES = 10_000
FUNCTION = "int ext4_sync_file(struct file *file"
NEW_FILE = "".join(f"line {i} of a new file\n" for i in range(50))


def jobs(at):
    """Name, text that the answers must contain, and the calls for each server."""
    def path(name):
        return f"{at}/{name}"

    def everywhere(tool, **arguments):
        return {name: [(tool, arguments)] for name in ["preopen", "official", "rust-mcp-filesystem"]}

    edit = {"oldText": "\tbool needs_barrier = false;", "newText": "\tbool needs_barrier = true;"}
    names = ["Kconfig", "Makefile", "acl.h", "xattr.h", "truncate.h"]
    several = [path(f"fs/ext4/{name}") for name in names]
    return [
        ("find where a function is", FUNCTION, {
            "preopen": [("grep", {"pattern": "^int ext4_sync_file\\("})],
            # It cannot search contents, so it finds the file by name and reads it.
            "official": [("search_files", {"path": at, "pattern": "**/*sync*"}), ("read_text_file", {"path": path("fs/ext4/fsync.c")})],
            "rust-mcp-filesystem": [("search_files_content", {"path": at, "pattern": "**/*.c", "query": "^int ext4_sync_file\\(", "is_regex": True})],
        }),
        ("find who calls it, by a word", "ext4_sync_file", {
            "preopen": [("grep", {"pattern": "ext4_sync_file", "word": True})],
            "official": [("read_text_file", {"path": path(f"fs/ext4/{name}")}) for name in ["file.c", "dir.c", "ext4.h"]],
            "rust-mcp-filesystem": [("search_files_content", {"path": at, "pattern": "**/*.[ch]", "query": "ext4_sync_file", "is_regex": False})],
        }),
        ("read 60 lines in the middle of a file", "ext4_da_release_space", {
            "preopen": [("read_text_file", {"path": path("fs/ext4/inode.c"), "offset": 1500, "limit": 60})],
            # It can read only the beginning or the end of a file.
            "official": [("read_text_file", {"path": path("fs/ext4/inode.c"), "head": 1559})],
            "rust-mcp-filesystem": [("read_file_lines", {"path": path("fs/ext4/inode.c"), "offset": 1499, "limit": 60})],
        }),
        ("change one line", edit["newText"], everywhere("edit_file", path=path("fs/ext4/fsync.c"), edits=[edit])),
        ("list a directory", "xattr_security.c", everywhere("list_directory", path=path("fs/ext4"))),
        ("see the tree of a part", "nfs42proc.c", everywhere("directory_tree", path=path("fs"))),
        ("find files by their names", "xattr.h", everywhere("search_files", path=at, pattern="**/*.h")),
        ("look at the beginning of a long file", "static struct ext4_lazy_init", everywhere("read_text_file", path=path("fs/ext4/super.c"))),
        ("read five small files", "ext4_truncate", {
            "preopen": [("read_multiple_files", {"paths": several})],
            "official": [("read_multiple_files", {"paths": several})],
            "rust-mcp-filesystem": [("read_multiple_text_files", {"paths": several})],
        }),
        ("write a file, and see what it is", "size", {
            name: [("write_file", {"path": path("new.txt"), "content": NEW_FILE}), ("get_file_info", {"path": path("new.txt")})]
            for name in ["preopen", "official", "rust-mcp-filesystem"]
        }),
    ]


def project(tree, root):
    """A project with the sources of three of the kernel's file systems."""
    at = root / "project"
    for name in ["ext2", "ext4", "nfs"]:
        shutil.copytree(tree / "fs" / name, at / "fs" / name)
    return at


def size_of_tool_list(server):
    """Bytes of the tool list, which the model reads before the first call."""
    tools = server.request("tools/list", {})["tools"]
    return len(json.dumps({"tools": tools}, separators=(",", ":"), ensure_ascii=False).encode())


def main():
    work, program = pathlib.Path(sys.argv[1]).resolve(), str(pathlib.Path(sys.argv[2]).resolve())
    chars, tools = {}, {}
    for name in ["preopen", "official", "rust-mcp-filesystem"]:
        with tempfile.TemporaryDirectory() as root:
            at = project(work / "linux", pathlib.Path(root))
            command = {"preopen": ([program], f"{at}:rwd"), "official": (OFFICIAL, at),
                       "rust-mcp-filesystem": ([str(work / "rivals/bin/rust-mcp-filesystem"), "--allow-write"], at)}[name]
            server = Server(*command)
            tools[name] = size_of_tool_list(server)
            for job, wanted, calls in jobs(str(at)):
                answers = [text_of(server.request("tools/call", {"name": tool, "arguments": arguments}))
                           for tool, arguments in calls[name]]
                assert any(wanted in answer for answer in answers), f"{name}: {job}: {answers[-1][:400]}"
                chars.setdefault(job, {})[name] = sum(map(len, answers))
            server.close()
    with tempfile.TemporaryDirectory() as root:
        own = tokens_claude.characters(project(work / "linux", pathlib.Path(root)), pathlib.Path(root))
    print(f"| | {' | '.join(tools)} |\n|---|{'---|' * len(tools)}")
    print(f"| bytes of the list of all tools | {' | '.join(f'{size:,}' for size in tools.values())} |")
    for job, sizes in chars.items():
        print(f"| {job} | {' | '.join(f'{size:,}' for size in sizes.values())} |")
    total = {name: sum(sizes[name] for sizes in chars.values()) for name in tools}
    ratio = total["preopen"] / total["official"]
    print(f"| characters of all ten | {' | '.join(f'{size:,}' for size in total.values())} |")
    print(f"\npreopen's characters divided by the official server's: {ratio:.3f} (target: at most {MOST})")
    if own is None:
        print("Claude Code's own tools: not run, `dev/run interop` installs the program")
    else:
        print(f"Claude Code's own tools: {', '.join(f'{size:,}' for size in own)}; {sum(own):,} in all")
    if ratio > MOST or tools["preopen"] >= MOST_BYTES:
        sys.exit("tokens: the target is missed")


main()
