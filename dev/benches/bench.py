"""Measures the program against its peers and writes docs/performance.md.

Times are compared within one run, alternating, and quoted as ratios: the machine they were taken on is
noisy and not yours. A time counts only when the answer was the right one. Named parts alone are measured
anew; of the others the page keeps what the last run found.
"""

import json
import os
import pathlib
import platform
import sys

import analysis
import reading
import searching
import writing

OFFICIAL = ["node", "dev/benches/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js"]
PARTS = {"reading": reading, "searching": searching, "writing": writing, "analysis": analysis}


class Page:
    """What one part found."""

    def __init__(self):
        self.rows, self.notes, self.failed = [], [], []

    def ratio(self, what, triple, most):
        low, middle, high = triple
        self.add(what, f"{low:.3f} / {middle:.3f} / {high:.3f}", middle, most)

    def size(self, what, value, most):
        self.add(what, f"{value:,.1f}" if value >= 1 else f"{value:.3f}", value, most)

    def add(self, what, figure, value, most):
        self.rows.append(f"| {what} | {figure} | {'' if most is None else most} |")
        print(self.rows[-1], flush=True)
        if most is not None and value > most:
            self.failed.append(what)

    def note(self, text):
        self.notes.append(text)


def main():
    work, program = pathlib.Path(sys.argv[1]).resolve(), str(pathlib.Path(sys.argv[2]).resolve())
    servers = {"preopen": [program], "unsealed": [program, "--sandbox", "off"], "official": OFFICIAL,
               "rust-mcp-filesystem": [str(work / "rivals/bin/rust-mcp-filesystem")]}
    for name in sys.argv[3:] or PARTS:
        page = Page()
        PARTS[name].measure(page, work, servers)
        (work / f"{name}.json").write_text(json.dumps(vars(page)))
    found = {name: json.loads((work / f"{name}.json").read_text()) for name in PARTS if (work / f"{name}.json").exists()}
    sections = []
    for name, part in found.items():
        notes = "".join(f"\n{note}.\n" for note in part["notes"])
        missed = "".join(f"\n- over the bar: {what}" for what in part["failed"])
        rows = "\n".join(part["rows"])
        sections.append(f"## {name.capitalize()}\n\n| what | ours by theirs | bar |\n|---|---|---|\n{rows}\n{notes}{missed}".rstrip() + "\n")
    pathlib.Path("docs/performance.md").write_text(f"""# Performance

Written by `make bench`. Unless it says otherwise each figure is a ratio of times within one run, ours by the other's: min /
median / max of {reading.ROUNDS} alternating rounds of reading (of starts with and without the seal, {11 * reading.ROUNDS}), {searching.ROUNDS} of searching,
{writing.ROUNDS} of writing and {analysis.ROUNDS} of analysis. Below 1 is faster. Results are compared before a time counts. The client's own work on its
JSON is not part of it for the 200 calls and for writing, and is for the others; ripgrep, fd, sed and tail are processes
that start and end. Not part of `make check`: machines are noisy.

Measured on Linux {platform.release().split('-')[0]}, {os.cpu_count()} cores, warm page cache; official server 2026.8.31,
rust-mcp-filesystem 0.4.5, ripgrep 15.2.0, fd 10.3.0. The trees are those of `dev/benches/corpora`.

""" + "\n".join(sections))
    failed = [what for part in found.values() for what in part["failed"]]
    if failed:
        sys.exit(f"over the bar: {'; '.join(failed)}")


main()
