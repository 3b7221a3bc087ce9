"""A server on standard input and output, and how times of it are taken."""

import json
import pathlib
import statistics
import subprocess
import time


class Server:
    def __init__(self, command, directory):
        started = time.perf_counter()
        self.process = subprocess.Popen([*command, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.id = 0
        self.request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                    "clientInfo": {"name": "bench", "version": "1"}})
        self.started = time.perf_counter() - started
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method, params):
        self.id += 1
        self.send({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params})
        while True:
            message = json.loads(self.process.stdout.readline())
            if message.get("id") == self.id and "method" not in message:
                return message["result"]
            if "method" in message and "id" in message:  # a request from the server, such as for the roots
                self.send({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no"}})

    def call(self, tool, **arguments):
        return text_of(self.request("tools/call", {"name": tool, "arguments": arguments}))

    def calls(self, tool, each):
        """One after the other; how long the server takes, without the client's JSON."""
        first = self.id + 1
        self.id += len(each)
        lines = [json.dumps({"jsonrpc": "2.0", "id": first + i, "method": "tools/call",
                             "params": {"name": tool, "arguments": arguments}}).encode() + b"\n"
                 for i, arguments in enumerate(each)]
        answers = []
        start = time.perf_counter()
        for line in lines:
            self.process.stdin.write(line)
            self.process.stdin.flush()
            answers.append(self.process.stdout.readline())
        took = time.perf_counter() - start
        answers = [json.loads(answer) for answer in answers]
        assert [answer["id"] for answer in answers] == list(range(first, self.id + 1))
        return took, [text_of(answer["result"]) for answer in answers]

    def memory(self, what):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(what))) / 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def text_of(result):
    assert not result.get("isError"), result
    return result["content"][0]["text"]


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def ratios(ours, theirs):
    """The ratio of our time to theirs in each round that both have."""
    each = sorted(a / b for a, b in zip(ours, theirs))
    return each[0], statistics.median(each), each[-1]
