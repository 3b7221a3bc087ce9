"""The MCP conformance suite, in every era that it knows, against our protocol with the tools that the suite
calls (tests/helpers/conformance.rs), and against the program itself as far as no such tool is called.

Usage: conformance.py PROGRAM FIXTURE. What does not apply to us is in expected_failures.yml.
"""

import pathlib
import re
import subprocess
import sys

from http_bridge import Bridge

PROGRAM, FIXTURE = sys.argv[1:3]
HERE = pathlib.Path(__file__).parent
NODE = next(HERE.glob("node_modules/node-linux-*/bin/node"))
SUITE = HERE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
EXPECTED = HERE / "expected_failures.yml"
ERAS = ["2025-06-18", "2025-11-25", "2026-07-28"]
WITHOUT_TEST_TOOLS = ["server-initialize", "ping", "tools-list"]


def suite(command, era, *options):
    """What the suite says of a server. What is not as expected, be it a warning, ends the test."""
    bridge = Bridge(command)
    try:
        ran = subprocess.run([NODE, SUITE, "server", "--url", bridge.url, "--spec-version", era,
                              "--expected-failures", EXPECTED, *options],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    finally:
        bridge.close()
    if ran.returncode != 0:
        sys.exit(f"{ran.stdout}\nFAIL conformance, {era}: {' '.join(command)}")
    return ran.stdout


def main():
    entries = re.findall(r"^  - (\S+)$", EXPECTED.read_text(), re.MULTILINE)
    met = set()
    for era in ERAS:
        said = [suite([PROGRAM, str(HERE)], era, "--scenario", scenario) for scenario in WITHOUT_TEST_TOOLS]
        ran = [text for text in said if not text.startswith("SKIPPED: scenario")]
        print(f"ok   {era}: {len(ran)} scenarios pass with the program")
        said = suite([FIXTURE], era, "--suite", "all")
        excused = re.findall(r"^  ~ (\S+)$", said, re.MULTILINE)
        met.update(excused)
        tried = re.findall(r"^[✓✗] (\S+): (?!0 passed)", said, re.MULTILINE)
        left_out = [scenario for scenario in tried if scenario in excused]
        in_part = {entry.split(":")[0] for entry in excused if ":" in entry}
        print(f"ok   {era}: {len(tried) - len(left_out) - len(in_part)} scenarios pass with the test tools, "
              f"{len(in_part)} in part; {len(left_out)} do not apply")
    # The suite itself takes an entry that it does not meet for one of another era.
    stale = [entry for entry in entries if entry not in met]
    if stale or not met:
        sys.exit(f"FAIL in {EXPECTED.name}, but never met: {stale}")


main()
