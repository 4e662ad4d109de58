"""Kept compiled code that is damaged, or that others could have written, is never read; the values stay the same."""

import importlib.util
import os
import pickle
import re
import shutil
from pathlib import Path

import pytest

from forecast.files import digest
from processes import run_code

SOURCE = """
from forecast.arima.jit import kept_jit

@kept_jit(nogil=True)
def double(x):
    return 2.0 * x

@kept_jit()
def triple(x):
    return 3.0 * x
"""
RUN = """
import sys
from numba.core import config
config.reload_config()  # the folder of this process, not of the server it came from
sys.path.insert(0, sys.argv[1])
import mine
print(mine.double(1.5), mine.triple(1.5))
"""


class Bomb:
    """A pickle that leaves a mark when it is read."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A folder with a module of functions that were compiled once, and a copy of what was kept then."""
    place = tmp_path_factory.mktemp("jit")
    (place / "mine.py").write_text(SOURCE)
    (place / "kept").mkdir(mode=0o700)
    assert call(place) == ""
    shutil.copytree(place / "kept", place / "copy")
    return place


@pytest.fixture
def place(compiled):
    """The folder as it stands after the first call; numba knows a function by the place of its module."""
    for name in ("kept", "own", "read"):
        shutil.rmtree(compiled / name, ignore_errors=True)
        (compiled / name).unlink(missing_ok=True)
    shutil.copytree(compiled / "copy", compiled / "kept")
    return compiled


def call(place):
    env = {**os.environ, "NUMBA_CACHE_DIR": str(place / "kept"), "XDG_CACHE_HOME": str(place / "own")}
    done = run_code(RUN, str(place), cwd=place, env=env)
    assert (done.returncode, done.stdout) == (0, "3.0 4.5\n"), done.stderr
    return done.stderr


def kept(folder, ending):
    return sorted(folder.rglob(f"*.{ending}"))


def written(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.nb?")}


def test_what_was_compiled_is_kept_and_read_again(place):
    before = written(place / "kept")
    assert len(before) == 4
    assert call(place) == "" and written(place / "kept") == before


def test_where_numba_compiles_nothing_the_functions_run_as_python_and_nothing_is_kept(place):
    shutil.rmtree(place / "kept")
    env = {**os.environ, "NUMBA_CACHE_DIR": str(place / "kept"), "NUMBA_DISABLE_JIT": "1"}
    done = run_code(RUN, str(place), cwd=place, env=env)
    assert (done.returncode, done.stdout) == (0, "3.0 4.5\n"), done.stderr
    assert not (place / "kept").exists()


@pytest.mark.parametrize("damage", ["cut", "emptied", "garbled", "something else"])
def test_damaged_code_is_compiled_again_with_one_line(place, damage):
    # the index of one function, the code of the other
    files = kept(place / "kept", "nbi")[:1] + kept(place / "kept", "nbc")[1:]
    assert len(files) == 2
    for path in files:
        data = path.read_bytes()
        middle = len(data) // 2
        path.write_bytes(
            {
                "cut": data[:middle],
                "emptied": b"",
                "garbled": data[:middle]
                + bytes(255 - b for b in data[middle : middle + 20])
                + data[middle + 20 :],
                "something else": pickle.dumps(Bomb(place / "read")),
            }[damage]
        )
    said = call(place)
    assert said.count("\n") == 1 and "was damaged and is compiled again" in said
    assert not (place / "read").exists()
    assert call(place) == "" and len(written(place / "kept")) == 4


def test_an_index_of_something_else_with_a_right_hash_is_compiled_again(place):
    for path in kept(place / "kept", "nbi"):
        data = pickle.dumps("something else")
        path.write_bytes(data + digest(data).encode())
    # numba takes another version's index for stale, and a broken one for damaged: the values are the same
    call(place)
    assert call(place) == ""


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_write_is_not_used(place, mode):
    for path in kept(place / "kept", "nb?"):
        path.write_bytes(pickle.dumps(Bomb(place / "read")))
    for folder in [place / "kept", *(p for p in (place / "kept").iterdir() if p.is_dir())]:
        folder.chmod(mode)
    said = call(place)
    assert said.count("\n") == 1 and "others may write it" in said and str(place / "own") in said
    assert (place / "own" / "border-forecast").stat().st_mode & 0o777 == 0o700
    assert not (place / "read").exists() and len(kept(place / "own", "nbi")) == 2


@pytest.mark.slow
def test_without_a_private_folder_nothing_is_kept(place):
    (place / "own" / "border-forecast").mkdir(parents=True)
    (place / "own" / "border-forecast").chmod(0o777)
    call(place)
    for folder in (p for p in (place / "kept").iterdir() if p.is_dir()):
        folder.chmod(0o777)
    said = call(place)
    assert said.count("\n") == 1 and "is made by each run" in said
    assert not list((place / "own").rglob("*.nb?"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_a_folder_of_another_user_is_not_used(place):
    for folder in (p for p in (place / "kept").iterdir() if p.is_dir()):
        os.chown(folder, 65534, 65534)
    assert "it belongs to another user" in call(place)


def test_no_other_module_asks_numba_for_kept_code():
    """One place decides what is read; `njit(cache=True)` elsewhere would read pickles unchecked."""
    folder = Path(importlib.util.find_spec("forecast").origin).parent
    asks = re.compile(r"from numba import .*njit|numba\.njit\(|import pickle")
    found = {p.name for p in folder.rglob("*.py") if asks.search(p.read_text(encoding="utf-8"))}
    assert found == {"jit.py"}
