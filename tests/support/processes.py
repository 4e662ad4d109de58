"""Code and commands in a process of their own that need not import everything anew.

Each is forked off a server that holds the imports already (`multiprocessing`'s forkserver). What tests the
interpreter, the streams or the exit of a real process still starts one with `subprocess`, and so does what starts
workers of its own, which joblib does not do in such a child.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import os
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path
from typing import NamedTuple

COMMAND = "import sys; from forecast.cli.main import main; sys.exit(main())"


class Done(NamedTuple):
    """What `subprocess.run` tells of a process."""

    returncode: int
    stdout: str
    stderr: str


@cache
def _server():
    """Start the server; its processes find what this one finds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preloaded"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parent), before]))
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return context


def run_code(code, *words, cwd, env=None, timeout=300):
    """Execute Python code as ``python -c CODE WORDS`` would, in a folder; return code and streams."""
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch) / "out", Path(scratch) / "err"
        job = (code, list(words), str(cwd), dict(os.environ if env is None else env), str(out), str(err))
        process = _server().Process(target=_child, args=job)
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"{code} {words}: not done in {timeout} s\n{err.read_text()}")
        return Done(process.exitcode, out.read_text(), err.read_text())


def run_command(*words, cwd, env=None):
    """Run ``forecast WORDS`` in a folder."""
    return run_code(COMMAND, *words, cwd=cwd, env=env)


def _child(code, words, cwd, env, out, err):
    """Become the process that was asked for: its folder, environment, words and streams."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["-c", *words]
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
    try:
        exec(compile(code, "<code>", "exec"), {"__name__": "__main__"})
    except SystemExit:
        raise
    except BaseException:
        traceback.print_exc()
        raise SystemExit(1) from None
