"""A web server on the loopback that answers as a test wants, misbehaviour included."""

import socket
import threading

__all__ = ["Web"]


class Web:
    """Answers each connection with `status`, `headers` and `body`; `drip` is the pause after each byte."""

    def __init__(self):
        self.status, self.headers, self.body = "200 OK", {}, b"month,value\n2024-01,1\n"
        self.drip_head, self.drip_body = 0.0, 0.0
        self.redirects = 0  # so many answers lead on, each to an address of its own
        self.asked = []
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}/figures.csv"

    def __enter__(self):
        self.server = threading.Thread(target=self._serve, daemon=True)
        self.server.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for the next connection
        self.server.join()
        self.listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        try:
            with connection:
                self.asked.append(connection.recv(65536).split(b" ")[1].decode())
                headers = {"Content-Length": len(self.body), "Connection": "close", **self.headers}
                status = self.status
                if len(self.asked) <= self.redirects:
                    status, headers["Location"] = "302 Found", f"/{len(self.asked)}.csv"
                lines = [f"HTTP/1.1 {status}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
                self._send(connection, "\r\n".join(lines).encode("latin-1"), self.drip_head)
                self._send(connection, self.body, self.drip_body)
        except OSError:
            pass  # a reader that leaves early is what is tested

    def _send(self, connection, data, pause):
        if not pause:
            connection.sendall(data)
            return
        for k in range(len(data)):
            connection.sendall(data[k : k + 1])
            if self.ended.wait(pause):
                return
