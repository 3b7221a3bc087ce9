"""fastmcp's client: five hundred calls at once, each answered with its own answer."""

import asyncio
import sys
import tempfile
from pathlib import Path

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

CALLS = 500


async def main():
    with tempfile.TemporaryDirectory() as work:
        for i in range(CALLS):
            Path(work, f"{i}.txt").write_text(f"this is file {i}\n")
        async with Client(StdioTransport(sys.argv[1], [work])) as client:
            async def read(i):
                result = await client.call_tool("read_text_file", {"path": f"{i}.txt"})
                return result.content[0].text.startswith(f"this is file {i}\n")

            own = await asyncio.gather(*(read(i) for i in range(CALLS)))
    if sum(own) != CALLS:
        sys.exit(f"FAIL {CALLS - sum(own)} of {CALLS} calls got no answer of their own")
    print(f"ok   {CALLS} calls at once, each with its own answer")


asyncio.run(main())
