"""A server of a month's files for tests of fetching: what stands at each path, on the day that a test says."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Months"]


class Months:
    """Serves `files` (path -> bytes) with an ETag; `answers` (path -> status, headers, body) stand in for them."""

    def __init__(self):
        self.files, self.answers, self.asked = {}, {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                tag = f'"{hash(outer.files.get(self.path))}"'
                if self.path in outer.answers:
                    status, headers, body = outer.answers[self.path]
                elif self.path not in outer.files:
                    status, headers, body = 404, {}, b"nothing here"
                elif self.headers.get("If-None-Match") == tag:
                    status, headers, body = 304, {"ETag": tag}, b""
                else:
                    status, headers, body = (
                        200,
                        {"ETag": tag, "Content-Type": "text/csv"},
                        outer.files[self.path],
                    )
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
