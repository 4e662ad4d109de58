"""No reader ends in a raw exception: a few inputs of `make fuzz`, and all that ever failed there."""

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
#: What failed once, called WHAT.FILE, FILE being the name under which the reader takes it.
CORPUS = sorted((ROOT / "tests" / "fixtures" / "fuzz").iterdir())


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / "benchmarks" / "fuzz.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["fuzz"]


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_what_failed_once_is_refused_or_read(tool, path, tmp_path):
    file = path.name.split(".", 1)[1]
    readers = [r for r in tool.readers() if r.file == file or Path(r.file).suffix == "." + file]
    assert readers
    for reader in readers:
        folder = tmp_path / reader.name.replace(":", "").replace(" ", "_")
        folder.mkdir()
        outcome, _, words = tool.tried(reader, path.read_bytes(), folder)
        assert outcome in ("accepted", "refused"), words


@pytest.mark.parametrize("only", ["figures, tidy", "events", "hub", "settings"])
def test_a_few_inputs_are_read_rightly_or_refused_in_words(tool, only, tmp_path):
    table = tool.fuzz(12, 7, only, tmp_path)
    assert table[["raw", "hang", "wrong"]].to_numpy().sum() == 0, table["examples"].tolist()
    assert table[list(tool.OUTCOMES)].to_numpy().sum() == 12 * len(table) // len(table)


def test_a_raw_exception_a_hang_and_a_wrong_value_are_seen(tool, tmp_path, monkeypatch):
    def reader(read):
        return tool.Reader("x", "f.csv", tool.tidy(), read)

    def fails(_):
        raise KeyError("x")

    def waits(_):
        while True:
            pass

    monkeypatch.setattr(tool, "SECONDS", 1)
    assert tool.tried(reader(fails), b"", tmp_path)[0] == "raw"
    assert tool.tried(reader(waits), b"", tmp_path)[0] == "hang"
    valid = tool.figures(shutil.copy(_written(tmp_path, tool.tidy()), tmp_path / "copy.csv"))
    rows = tool.tidy().decode().splitlines()
    key = "a 2015-03"
    assert valid[key] == tool.VALUES[2] and rows[3].startswith("a,2015-03")
    moved = {**valid, key: 1.0}
    assert tool.wrong_values(moved, valid, {5}, tool.tidy()) == [f"{key}: 1 for {tool.VALUES[2]}"]
    assert tool.wrong_values(moved, valid, {3}, tool.tidy()) == []


def test_changed_cells_leave_the_other_rows_alone(tool):
    content, touched = tool.cells_changed(tool.wide(), np.random.default_rng(3))
    assert 1 <= len(touched) <= 3 and content != tool.wide()


def _written(folder, content):
    path = folder / "f.csv"
    path.write_bytes(content)
    return path
