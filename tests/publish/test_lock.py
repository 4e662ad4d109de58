import json
import os
import signal

import pytest

from forecast.errors import ForecastError
from forecast.publish import lock


def test_the_second_one_waits_and_is_told_who_holds_it_and_for_how_long(tmp_path):
    path = tmp_path / "deep" / "a.lock"
    with lock.locked(path, 0):
        told = rf"process {os.getpid()} on .* for \d+ s; waited 0.1 s"
        with pytest.raises(lock.LockedError, match=told), lock.locked(path, 0.1, poll=0.02):
            pytest.fail("two hold it")
        owner = lock.owner_file(path)
        label = json.loads(owner.read_text())
        owner.write_text(json.dumps(label | {"since": "2999-01-01T00:00:00Z"}))  # the clock was set back
        with pytest.raises(lock.LockedError, match="publishing for 0 s"), lock.locked(path, 0):
            pass
        owner.write_text("{")
        with pytest.raises(lock.LockedError, match="another process") as held, lock.locked(path, 0):
            pass
        assert held.value.exit_code == 7
    assert not owner.exists()
    with lock.locked(path, 0):
        pass


def test_it_is_let_go_of_by_an_error_and_by_a_kill(tmp_path):
    path = tmp_path / "a.lock"
    with pytest.raises(KeyError), lock.locked(path, 0):
        raise KeyError
    ready, told = os.pipe()
    number = os.fork()
    if number == 0:
        with lock.locked(path, 0):
            os.write(told, b"x")
            signal.pause()
    os.read(ready, 1)
    with pytest.raises(lock.LockedError, match=f"process {number}"), lock.locked(path, 0):
        pass
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)
    assert str(number) in lock.owner_file(path).read_text()  # the dead one could not remove its name
    with lock.locked(path, 0):
        assert str(os.getpid()) in lock.owner_file(path).read_text()
    assert not lock.owner_file(path).exists()


def test_the_name_of_the_owner_is_no_condition_of_the_lock(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(lock, "write_file", full)
    path = tmp_path / "a.lock"
    with (
        lock.locked(path, 0),
        pytest.raises(lock.LockedError, match="another process is publishing"),
        lock.locked(path, 0),
    ):
        pass


def test_a_lock_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ForecastError, match="the lock cannot be made"),
        lock.locked(tmp_path / "file" / "a.lock", 0),
    ):
        pass
