"""A browser for tests: headless Chromium spoken to over its debugging pipe, with the standard library alone."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--remote-debugging-pipe",
    "--font-render-hinting=none",
)


def find_chromium() -> str | None:
    """Return the path of Chromium, or None where there is none."""
    wanted = os.environ.get("CHROMIUM")
    return next((path for name in ([wanted] if wanted else NAMES) if (path := shutil.which(name))), None)


class Tab:
    """One page of a browser, at one size and in one colour scheme."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser, self.session = browser, session

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        return self.browser.send(method, self.session, **params)

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        out = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in out:
            raise AssertionError(json.dumps(out["exceptionDetails"])[:2000])
        return out["result"].get("value")

    def key(self, key: str, code: int) -> None:
        """Press and release a key."""
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def screenshot(self, path: Path | str) -> None:
        """Save a picture of the whole page."""
        out = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(out["data"]))

    def pdf(self, path: Path | str | None = None) -> bytes:
        """Return the page printed to A4."""
        out = self.send(
            "Page.printToPDF", printBackground=True, preferCSSPageSize=True, generateTaggedPDF=True
        )
        data = base64.b64decode(out["data"])
        if path is not None:
            Path(path).write_bytes(data)
        return data


class Browser:
    """A running Chromium; use as a context manager."""

    def __init__(self) -> None:
        binary = find_chromium()
        if binary is None:
            raise RuntimeError("chromium missing")
        self.folder = tempfile.mkdtemp(prefix="chromium-")
        ours_out, theirs_in = os.pipe()[::-1]
        theirs_out, ours_in = os.pipe()[::-1]
        self._write, self._read = ours_out, ours_in
        command = [binary, *FLAGS, f"--user-data-dir={self.folder}", "about:blank"]
        # Chromium reads commands from descriptor 3 and writes answers to 4
        code = (
            "import fcntl,os,sys;a,b=(fcntl.fcntl(int(n),fcntl.F_DUPFD,20) for n in sys.argv[1:3]);"
            "os.dup2(a,3);os.dup2(b,4);os.execv(sys.argv[3],sys.argv[3:])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(theirs_in), str(theirs_out), *command],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.buffer, self.next = b"", 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(Exception):
            self.send("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        for pipe in (self._write, self._read):
            os.close(pipe)
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, method: str, session: str = "", /, **params: Any) -> dict[str, Any]:
        """Send a command, wait for its answer, keep events that come meanwhile."""
        self.next += 1
        message: dict[str, Any] = {"id": self.next, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        answer = self._wait(lambda m: m.get("id") == self.next)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def wait_event(self, method: str, session: str) -> None:
        """Wait for an event of a page."""
        wanted = lambda m: m.get("method") == method and m.get("sessionId") == session  # noqa: E731
        if not any(wanted(m) for m in self.events):
            self._wait(wanted)

    def _wait(self, wanted: Any, seconds: float = 60) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            while b"\0" in self.buffer:
                raw, self.buffer = self.buffer.split(b"\0", 1)
                message: dict[str, Any] = json.loads(raw)
                if "method" in message:
                    self.events.append(message)
                if wanted(message):
                    return message
            if select.select([self._read], [], [], 1)[0]:
                chunk = os.read(self._read, 1 << 20)
                if not chunk:
                    raise RuntimeError("chromium ended")
                self.buffer += chunk
        raise TimeoutError("chromium does not answer")

    @contextlib.contextmanager
    def open(
        self,
        page: Path | str,
        width: int = 1280,
        scheme: str = "light",
        js: bool = True,
        height: int = 900,
        scale: float = 1,
    ) -> Iterator[Tab]:
        """Open a file in a new tab."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            tab.send(f"{domain}.enable")
        tab.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )
        tab.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        if not js:
            tab.send("Emulation.setScriptExecutionDisabled", value=True)
        self.events.clear()
        tab.send("Page.navigate", url=Path(page).resolve().as_uri())
        self.wait_event("Page.loadEventFired", session)
        try:
            yield tab
        finally:
            self.send("Target.closeTarget", targetId=target)
