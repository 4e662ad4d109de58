"""The tests of one file run on one worker, so that what a module sets up is made once."""

import pytest


@pytest.mark.parametrize("which", range(4))
def test_every_test_of_this_file_sees_the_same_worker(which, tmp_path_factory, worker_id):
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    seen = shared / "workers-seen"
    seen.mkdir(exist_ok=True)
    (seen / worker_id).touch()
    assert [path.name for path in seen.iterdir()] == [worker_id]
