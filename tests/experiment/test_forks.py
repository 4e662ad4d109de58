"""Copies of a process: only where they are safe; their results and errors are those of the work."""

import os
import subprocess
import sys
import textwrap
import threading

import pytest

from forecast.experiment.forks import allow_forks, beside, can_fork

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
ALONE = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}


def in_a_process_alone(script):
    """Run a script in a process without other threads and with two cores, and return what it prints."""
    head = """
    import os, signal, time
    from forecast.errors import ConfigError, ForecastError
    from forecast.experiment import forks
    os.sched_getaffinity = lambda _: {0, 1}
    """
    words = [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(script)]
    done = subprocess.run(words, capture_output=True, text=True, env=ALONE, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_where_copies_are_not_allowed_the_work_is_done_here():
    with beside(os.getpid) as result:
        assert result() == os.getpid()


def test_a_process_with_other_threads_is_not_copied():
    waiting = threading.Event()
    other = threading.Thread(target=waiting.wait)
    other.start()
    try:
        with allow_forks():
            assert not can_fork()
    finally:
        waiting.set()
        other.join()


def test_copies_are_allowed_by_the_command_only():
    assert not can_fork()


@LINUX
def test_results_and_errors_come_from_the_copy():
    told = in_a_process_alone("""
    def fail():
        raise ConfigError("as it was said")
    with forks.allow_forks():
        print(forks.can_fork())
        with forks.beside(os.getpid) as result:
            print(result() != os.getpid())
        with forks.beside(lambda: "x" * 1_000_000) as result:
            print(len(result()))
        try:
            with forks.beside(fail) as result:
                result()
        except ConfigError as error:
            print(error)
    print(forks.can_fork())
    """)
    assert told == ["True", "True", "1000000", "as it was said", "False"]


@LINUX
def test_a_copy_ended_from_outside_is_told():
    told = in_a_process_alone("""
    try:
        with forks.allow_forks(), forks.beside(lambda: os.kill(os.getpid(), signal.SIGKILL)) as result:
            result()
    except ForecastError as error:
        print(error, error.exit_code)
    """)
    assert told[0].startswith("a part of this run was ended from outside")
    assert told[0].endswith(" 1")


@LINUX
def test_no_copy_outlives_its_block():
    told = in_a_process_alone("""
    began = time.monotonic()
    try:
        with forks.allow_forks(), forks.beside(lambda: time.sleep(60)):
            raise ConfigError("the block failed")
    except ConfigError as error:
        print(error, time.monotonic() - began < 30)
    """)
    assert told == ["the block failed True"]
