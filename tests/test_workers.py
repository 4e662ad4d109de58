"""The tests of one file run on one worker, so that what a module sets up is made once; long files run first."""

from pathlib import Path

import pytest

from sharing import once


@pytest.mark.parametrize("which", range(4))
def test_every_test_of_this_file_sees_the_same_worker(which, tmp_path_factory, worker_id):
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    seen = shared / "workers-seen"
    seen.mkdir(exist_ok=True)
    (seen / worker_id).touch()
    assert [path.name for path in seen.iterdir()] == [worker_id]


def test_the_longest_files_are_there_and_run_first(request):
    conftest = next(p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "LONGEST"))
    files = [conftest.TESTS / name for name in conftest.LONGEST]
    assert all(file.is_file() for file in files)
    order = list(dict.fromkeys(Path(item.path) for item in request.session.items))
    long = [file for file in order if file in files]
    assert long == [file for file in files if file in order] == order[: len(long)]


def test_what_is_shared_is_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr("sharing._folder", [tmp_path])
    calls = []
    assert [once("a number", lambda: calls.append(1) or 42) for _ in range(2)] == [42, 42]
    assert calls == [1]
