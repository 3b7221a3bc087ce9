"""A stand-in for the model behind a real client: an HTTP server that speaks enough of the messages API
to make the client run the tool calls of a script.

A script is a generator: it yields a tool call as (name, input), and gets the text of the tool's result
sent back. What it returns ends the conversation.
"""

import http.server
import json
import threading


class ScriptedModel:
    def __init__(self, script):
        self.script = script
        self.call = None  # the id of the call that was made last
        self.requests = []
        self.failure = None
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                self.answer({})

            do_GET = do_HEAD

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "{}")
                if "count_tokens" in self.path:
                    return self.answer({"input_tokens": 1})
                if "/v1/messages" not in self.path:
                    return self.answer({})
                message = {
                    "id": "msg", "type": "message", "role": "assistant", "model": body.get("model", "m"),
                    "content": [], "stop_reason": None, "stop_sequence": None,
                    "usage": {"input_tokens": 1, "output_tokens": 1},
                }
                block = model.next_block(body)
                stop = "tool_use" if block["type"] == "tool_use" else "end_turn"
                if not body.get("stream"):
                    return self.answer({**message, "content": [block], "stop_reason": stop})
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                self.event("message_start", message=message)
                if block["type"] == "text":
                    empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
                else:
                    empty = {**block, "input": {}}
                    delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
                self.event("content_block_start", index=0, content_block=empty)
                self.event("content_block_delta", index=0, delta=delta)
                self.event("content_block_stop", index=0)
                self.event("message_delta", delta={"stop_reason": stop, "stop_sequence": None},
                           usage={"output_tokens": 1})
                self.event("message_stop")
                self.close_connection = True

            def event(self, kind, **fields):
                data = json.dumps({"type": kind, **fields})
                self.wfile.write(f"event: {kind}\ndata: {data}\n\n".encode())

            def answer(self, body):
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_block(self, body):
        """The script's next call. Requests beside the conversation (titles, suggestions) get plain text:
        they have no tools, or do not answer the call that was made last."""
        if not body.get("tools"):
            return {"type": "text", "text": "ok"}
        self.requests.append(body)
        made, text = last_result(body)
        if made != self.call:
            return {"type": "text", "text": "ok"}
        try:
            name, given = self.script.send(text)
        except StopIteration:
            self.call = "none: the conversation is over"
            return {"type": "text", "text": "done"}
        except AssertionError as error:
            self.failure = error
            return {"type": "text", "text": "failed"}
        self.call = f"toolu_{len(self.requests)}"
        return {"type": "tool_use", "id": self.call, "name": name, "input": given}


def last_result(body):
    """The id of the call that the newest tool result in a request answers, and its text."""
    for message in reversed(body["messages"]):
        content = message["content"] if isinstance(message["content"], list) else []
        for block in reversed(content):
            if block.get("type") == "tool_result":
                parts = block["content"]
                text = parts if isinstance(parts, str) else "".join(p.get("text", "") for p in parts)
                return block["tool_use_id"], text
    return None, None
