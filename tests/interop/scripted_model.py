"""A stand-in for the model behind a real client: an HTTP server that speaks enough of the messages API
to make the client run the tool calls of a script.

A script is a generator: it yields the tool calls of one message, each as (name, input), and gets the texts
of their results sent back. Where it ends, the conversation does.
"""

import http.server
import json
import threading


class ScriptedModel:
    def __init__(self, script):
        self.script = script
        self.calls = []  # the ids of the calls that were made last
        self.is_over = False
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
                blocks = model.next_blocks(body)
                stop = "tool_use" if blocks[0]["type"] == "tool_use" else "end_turn"
                if not body.get("stream"):
                    return self.answer({**message, "content": blocks, "stop_reason": stop})
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                self.event("message_start", message=message)
                for index, block in enumerate(blocks):
                    self.block(index, block)
                self.event("message_delta", delta={"stop_reason": stop, "stop_sequence": None},
                           usage={"output_tokens": 1})
                self.event("message_stop")
                self.close_connection = True

            def block(self, index, block):
                if block["type"] == "text":
                    empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
                else:
                    empty = {**block, "input": {}}
                    delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
                self.event("content_block_start", index=index, content_block=empty)
                self.event("content_block_delta", index=index, delta=delta)
                self.event("content_block_stop", index=index)

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

    def next_blocks(self, body):
        """What the script says next. Requests beside the conversation (titles, suggestions) get plain text:
        they have no tools, or do not answer the calls that were made last."""
        if not body.get("tools"):
            return [{"type": "text", "text": "ok"}]
        self.requests.append(body)
        texts = results(body)
        if self.is_over or not all(call in texts for call in self.calls):
            return [{"type": "text", "text": "ok"}]
        try:
            calls = self.script.send([texts[call] for call in self.calls] if self.calls else None)
        except StopIteration:
            self.is_over = True
            return [{"type": "text", "text": "done"}]
        except AssertionError as error:
            self.is_over, self.failure = True, error
            return [{"type": "text", "text": "failed"}]
        self.calls = [f"toolu_{len(self.requests)}_{i}" for i in range(len(calls))]
        return [{"type": "tool_use", "id": call, "name": name, "input": given}
                for call, (name, given) in zip(self.calls, calls)]


def results(body):
    """The text of each tool result in a request, by the id of its call."""
    found = {}
    for message in body["messages"]:
        for block in message["content"] if isinstance(message["content"], list) else []:
            if block.get("type") == "tool_result":
                parts = block["content"]
                text = parts if isinstance(parts, str) else "".join(p.get("text", "") for p in parts)
                found[block["tool_use_id"]] = text
    return found
