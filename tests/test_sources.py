import sys
import threading
from dataclasses import replace

import pytest

from _rounds import Rounds
from forecast._publish import sources
from forecast.spec import ConfigError, DataError, PublishSpec


def test_sources_are_copied_whole_and_read_from_the_copy(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    source = sources.take(r.experiment(), tmp_path / "copy")
    assert source.experiment.data.path == str(tmp_path / "copy" / "data" / "f.csv")
    assert source.files["data/f.csv"] == r.file.read_bytes() and "events/events.csv" in source.files
    assert source.experiment.events.path is None  # the bundle
    r.file.unlink()
    with pytest.raises(DataError, match="no such file"):
        sources.take(r.experiment(), tmp_path / "copy2")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no CSV"):
        sources.take(
            replace(r.experiment(), data=replace(r.experiment().data, path=str(tmp_path / "empty"))),
            tmp_path / "copy3",
        )


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    from pathlib import Path

    file = tmp_path / "f.csv"
    file.write_text("month,value\n2020-01,1\n")
    real = Path.read_bytes

    def growing(self):
        data = real(self)
        with file.open("a") as f:
            f.write("2020-02,2\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", growing)
    monkeypatch.setattr(sources.time, "sleep", lambda s: None)
    with pytest.raises(DataError, match="changes while it is read"):
        sources.read_unchanged(file, PublishSpec())
    monkeypatch.undo()
    with pytest.raises(DataError, match="max_megabytes"):
        sources.read_unchanged(file, PublishSpec(max_megabytes=1e-6))


@pytest.fixture
def server():
    """A web server that says what a test wants."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        body, promised, pause, moved = b"month,value\n", None, 0.0, ""

        def do_GET(self):
            self.send_response(302 if self.moved else 200)
            if self.moved:
                self.send_header("Location", self.moved)
            self.send_header(
                "Content-Length", str(self.promised if self.promised is not None else len(self.body))
            )
            self.end_headers()
            for i in range(0, len(self.body), 1 << 18):
                self.wfile.write(self.body[i : i + (1 << 18)])
                threading.Event().wait(self.pause)

        def log_message(self, *words):
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass  # a reader that leaves early is what is tested

    web = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield Handler, f"http://127.0.0.1:{web.server_port}/figures.csv"
    web.shutdown()
    web.server_close()


def test_an_address_is_read_with_limits_of_size_time_and_safety(server, monkeypatch):
    handler, address = server
    allowed = PublishSpec(allow_http=True)
    assert sources._read(address, allowed) == {"figures.csv": b"month,value\n"}
    for plain in (address, "FTP://127.0.0.1/figures.csv", f"simplecache::{address}"):
        with pytest.raises(ConfigError, match="without encryption"):
            sources._read(plain, PublishSpec())
    handler.promised = 500
    with pytest.raises(DataError, match=r"could not be read|broke off"):
        sources._read(address, allowed)
    handler.promised, handler.body = None, b"x" * 3_000_000
    with pytest.raises(DataError, match="max_megabytes"):
        sources._read(address, replace(allowed, max_megabytes=1.0))
    handler.pause = 0.2
    with pytest.raises(DataError, match="did not come whole"):
        sources._read(address, replace(allowed, timeout_seconds=0.3))
    handler.moved, handler.pause = "http://127.0.0.1/elsewhere.csv", 0.0
    with pytest.raises(DataError, match="not https"):
        list(sources._web(address, PublishSpec()))
    assert sources._read(f"file://{__file__}", allowed)["test_sources.py"]


def test_other_addresses_go_through_fsspec_or_name_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ConfigError, match=r"border-forecast\[remote\]"):
        sources._read("s3://bucket/figures.csv", PublishSpec())
    monkeypatch.undo()
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name, text in (("a.csv", b"1"), ("b.csv", b"2"), ("c.txt", b"3")):
        with memory.open(f"/place/{name}", "wb") as file:
            file.write(text)
    assert sources._read("memory://place", PublishSpec()) == {"a.csv": b"1", "b.csv": b"2"}
    assert sources._read("memory://place/a.csv", PublishSpec()) == {"a.csv": b"1"}
    with pytest.raises(DataError, match="could not be read"):
        sources._read("memory://nowhere.csv", PublishSpec())
    with pytest.raises(DataError, match="max_megabytes"):
        sources._read("memory://place", PublishSpec(max_megabytes=0.0))


def test_the_rule_book_goes_with_its_calendar(tmp_path):
    from forecast.events.calendar import load_events

    r = Rounds(tmp_path)
    r.write(40)
    whole = sources.take(r.experiment(), tmp_path / "copy")
    again = sources.laid_out(r.experiment(), whole.files, tmp_path / "again")
    assert load_events(again.events.path).rules.equals(load_events().rules) and len(load_events().rules)
    r.events(("old", "2019-05-01", "2019-06-01"))
    assert load_events(r.calendar).rules.empty
    r.calendar.with_name("event_rules.csv").write_text("mechanism,shape\nx,step\n")
    own = sources.take(r.experiment(), tmp_path / "own")
    assert set(own.files) == {"data/f.csv", "events/events.csv", "events/event_rules.csv"}
    assert load_events(own.experiment.events.path).rules["shape"].tolist() == ["step"]
