"""The Python clients, fastmcp's and the SDK's own in both eras: five hundred calls at once, each answered with
its own answer."""

import asyncio
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import fastmcp
import mcp
from fastmcp.client.transports import StdioTransport

CALLS = 500


async def many(name, client, revision=None):
    async def read(i):
        result = await client.call_tool("read_text_file", {"path": f"{i}.txt"})
        return result.content[0].text.startswith(f"this is file {i}\n")

    async with client:
        if revision and client.protocol_version != revision:
            sys.exit(f"FAIL {name}: speaks {client.protocol_version}, not {revision}")
        own = await asyncio.gather(*(read(i) for i in range(CALLS)))
    if sum(own) != CALLS:
        sys.exit(f"FAIL {name}: {CALLS - sum(own)} of {CALLS} calls got no answer of their own")
    print(f"ok   {name}: {CALLS} calls at once, each with its own answer")


async def main():
    with tempfile.TemporaryDirectory() as work:
        for i in range(CALLS):
            Path(work, f"{i}.txt").write_text(f"this is file {i}\n")
        await many(f"fastmcp {version('fastmcp')}", fastmcp.Client(StdioTransport(sys.argv[1], [work])))
        for mode, revision in [("auto", "2026-07-28"), ("legacy", "2025-11-25")]:
            server = mcp.StdioServerParameters(command=sys.argv[1], args=[work])
            name = f"Python SDK {version('mcp')}, {revision}"
            await many(name, mcp.Client(server, mode=mode), revision)


asyncio.run(main())
