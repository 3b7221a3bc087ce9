"""HTTP in front of a program that speaks over its standard streams, for clients that know servers by URL.

What is posted is a line to the program, and what the program says to it is the answer: an object, or a stream
of events if there are notifications first. `initialize` opens a session, which is a process of its own; what
belongs to no session goes to one process that serves all of it, as the stateless era has it.

Absent on purpose: what HTTP alone asks of a server, such as a look at hosts and headers. A test of that would
test what is here and not the program.
"""

import http.server
import itertools
import json
import queue
import subprocess
import threading
import uuid

PATIENCE = 10  # seconds to the next thing that the program says
VERSION = "io.modelcontextprotocol/protocolVersion"
# How HTTP says an error of the stateless era. Any other status is that of a good answer.
STATUS = {-32601: 404, -32600: 400, -32602: 400, -32021: 400, -32022: 400}


class Bridge:
    def __init__(self, command):
        self.command = command
        self.sessions = {None: Process(command)}
        bridge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                line = self.rfile.read(int(self.headers["content-length"]))
                message = json.loads(line)
                session = self.headers.get("mcp-session-id")
                if opens_a_session(message):
                    session = bridge.open_session()
                process = bridge.sessions.get(session)
                if process is None:
                    return self.answer(404)
                said = process.say(line, message)
                if "id" not in message or "method" not in message:
                    return self.answer(202)
                first = next(said, None)
                if first is None:
                    return self.answer(504)
                if is_response(first):
                    code = first.get("error", {}).get("code")
                    return self.answer(200 if session else STATUS.get(code, 200), first, session)
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                for message in itertools.chain([first], said):
                    self.wfile.write(f"event: message\ndata: {json.dumps(message)}\n\n".encode())

            def do_GET(self):
                self.answer(405)

            def do_DELETE(self):
                session = self.headers.get("mcp-session-id")
                process = bridge.sessions.pop(session, None) if session else None
                if process:
                    process.end()
                self.answer(200 if process else 404)

            def answer(self, status, message=None, session=None):
                data = b"" if message is None else json.dumps(message).encode()
                self.send_response(status)
                if session:
                    self.send_header("mcp-session-id", session)
                if data:
                    self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/mcp"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def open_session(self):
        session = uuid.uuid4().hex
        self.sessions[session] = Process(self.command)
        return session

    def close(self):
        self.server.shutdown()
        for process in self.sessions.values():
            process.end()


class Process:
    """The program, and who waits for what it says."""

    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL)
        self.waiting = {}  # by the id of the request: its progress token, and what was said to it
        self.writing = threading.Lock()
        threading.Thread(target=self.listen, daemon=True).start()

    def say(self, line, message):
        """Sends a line; what the program says to it, up to the response."""
        said = queue.Queue()
        if "id" in message and "method" in message:
            token = (message.get("params") or {}).get("_meta", {}).get("progressToken")
            self.waiting[key(message)] = token, said
        with self.writing:
            self.child.stdin.write(line.replace(b"\n", b" ") + b"\n")
            self.child.stdin.flush()
        return self.heard(message, said)

    def heard(self, request, said):
        try:
            while True:
                message = said.get(timeout=PATIENCE)
                yield message
                if is_response(message):
                    return
        except queue.Empty:
            return
        finally:
            self.waiting.pop(key(request), None)

    def listen(self):
        for line in self.child.stdout:
            message = json.loads(line)
            waiting = dict(self.waiting)
            if is_response(message) and key(message) in waiting:
                concerned = [waiting[key(message)]]
            elif message.get("method") == "notifications/progress":
                token = message["params"]["progressToken"]
                concerned = [(wanted, said) for wanted, said in waiting.values() if wanted == token]
            else:  # It says so to nobody by name: all shall see it.
                concerned = waiting.values()
            for _, said in concerned:
                said.put(message)

    def end(self):
        self.child.stdin.close()
        self.child.wait(timeout=PATIENCE)


def opens_a_session(message):
    """`initialize`, unless it claims to be of the era that has no sessions."""
    meta = (message.get("params") or {}).get("_meta", {})
    return message.get("method") == "initialize" and VERSION not in meta


def is_response(message):
    return "method" not in message


def key(message):
    return json.dumps(message.get("id"))
