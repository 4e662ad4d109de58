"""A server of a month's files for tests of fetching: what stands at each path, on the day that a test says."""

import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd

__all__ = ["Authority", "Months", "Proxy", "official"]


class Months:
    """Serves `files` (path -> bytes) with an ETag; `answers` (path -> status, headers, body) stand in for them.

    With an `Authority` it speaks https.
    """

    def __init__(self, authority=None):
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
        self.port = self.server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        if authority is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority.certificate, authority.key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.address = f"https://localhost:{self.port}"

    def __enter__(self):
        threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True
        ).start()  # asks for the end often
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Authority:
    """A test authority, and the certificate of a server that it signed, made by openssl."""

    def __init__(self, folder, names=("localhost", "figures.test")):
        self.root, self.certificate, self.key = (folder / f for f in ("root.pem", "server.pem", "server.key"))
        folder.mkdir(parents=True, exist_ok=True)
        words = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
        self._openssl(
            "req",
            "-x509",
            *words,
            "-keyout",
            folder / "root.key",
            "-out",
            self.root,
            "-subj",
            "/CN=Test authority",
        )
        request, extra = folder / "server.csr", folder / "names.txt"
        extra.write_text(f"subjectAltName={','.join(f'DNS:{name}' for name in names)}\n")
        self._openssl("req", *words[:3], "-keyout", self.key, "-out", request, "-subj", "/CN=figures.test")
        self._openssl(
            *(
                "x509",
                "-req",
                "-in",
                request,
                "-CA",
                self.root,
                "-CAkey",
                folder / "root.key",
                "-CAcreateserial",
            ),
            *("-days", "2", "-extfile", extra, "-out", self.certificate),
        )

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Proxy:
    """A proxy that knows where a few names lead: it answers CONNECT, passes bytes on, and notes what was asked."""

    def __init__(self, places):
        self.places, self.asked = places, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near):
        method, target, _ = near.recv(65536).split(b"\r\n")[0].decode().split(" ")
        self.asked.append((method, target))
        if method != "CONNECT" or target not in self.places:
            near.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            near.close()
            return
        far = socket.create_connection(("127.0.0.1", self.places[target]))
        near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=self._pass, args=(far, near), daemon=True).start()
        self._pass(near, far)

    @staticmethod
    def _pass(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the two has left


def official(obs, last, changes=()):
    """An official file by the bundled figures: Border Patrol at the Southwest border, later months as given."""
    known = {**dict(obs.actuals("southwest.usbp").items()), **dict(changes)}
    year = last.year + (last.month >= 10)
    first, lines = (
        pd.Period(f"{year - 4}-10", "M"),
        [
            "Fiscal Year,Month Grouping,Month (abbv),Component,Demographic,Citizenship Grouping,Title of Authority,"
            "Encounter Type,Encounter Count"
        ],
    )
    for month in pd.period_range(first, last, freq="M"):
        fiscal = month.year + (month.month >= 10)
        same_part = (month.month - 10) % 12 <= (last.month - 10) % 12
        words = f"{fiscal}{' (FYTD)' if fiscal == year and last.month != 9 else ''},{'FYTD' if same_part else 'Remaining'}"
        name = month.strftime("%b").upper()
        # the whole of Border Patrol in one row, and a person of every other kind
        rows = [("U.S. Border Patrol", "Single Adults", "Mexico", "Apprehensions", int(known[month]) - 5)]
        for who in ("FMUA", "UC / Single Minors", "Accompanied Minors"):
            rows.append(("U.S. Border Patrol", who, "Other", "Apprehensions", 1))
        for country in ("Guatemala", "Honduras"):
            rows.append(("U.S. Border Patrol", "Single Adults", country, "Apprehensions", 1))
        for who in ("Single Adults", "FMUA", "UC / Single Minors", "Accompanied Minors"):
            rows.append(("Office of Field Operations", who, "El Salvador", "Inadmissibles", 1))
        for part, who, country, kind, count in rows:
            lines.append(f"{words},{name},{part},{who},{country},Title 8,{kind},{count}")
    return "\n".join(lines) + "\n"
