"""Measures preopen against other programs and writes docs/performance.md.

Times are compared within one run, with the programs alternating, and quoted as ratios, since machines are
noisy and differ. A time counts only if the answer is correct. If parts are named, only those are measured
again; for the others the page keeps the figures of the last run.
"""

import json
import os
import pathlib
import platform
import sys
import textwrap

import analysis
import reading
import searching
import writing

OFFICIAL = ["node", "dev/benches/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js"]
PARTS = {"reading": reading, "searching": searching, "writing": writing, "analysis": analysis}


class Page:
    """The results of one part."""

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
        notes = "".join(f"\n{textwrap.fill(note + '.', 100, break_on_hyphens=False)}\n" for note in part["notes"])
        missed = "".join(f"\n- misses its target: {what}" for what in part["failed"])
        rows = "\n".join(part["rows"])
        sections.append(f"## {name.capitalize()}\n\n| measurement | ratio, or size | target |\n|---|---|---|\n{rows}\n{notes}{missed}".rstrip() + "\n")
    pathlib.Path("docs/performance.md").write_text(f"""# Performance

Written by `make bench`. Each figure is a ratio of two times measured in the same run, unless its
row has a unit: preopen's time divided by the other program's, as min / median / max. Below 1,
preopen is faster. The two programs alternate, for {reading.ROUNDS} rounds of reading ({11 * reading.ROUNDS} for starts with and
without the seal), {searching.ROUNDS} of searching, {writing.ROUNDS} of writing and {analysis.ROUNDS} of analysis. A time counts only if the results
are equal.

The time of the client's own JSON work is excluded for the 200 calls and for writing, and included
elsewhere. ripgrep, fd, sed and tail are started as a process in each round. These measurements are
not part of `make check`, because machines are noisy.

Measured on Linux {platform.release().split('-')[0]}, {os.cpu_count()} cores, warm page cache, with official server 2026.8.31,
rust-mcp-filesystem 0.4.5, ripgrep 15.2.0 and fd 10.3.0. The trees are those of
`dev/benches/corpora`.

""" + "\n".join(sections))
    failed = [what for part in found.values() for what in part["failed"]]
    if failed:
        sys.exit(f"targets missed: {'; '.join(failed)}")


main()
