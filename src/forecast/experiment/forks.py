"""Parts of a run in copies of this process: a second core, without importing or sending anything twice.

A copy (fork) is safe only on Linux and in a process without other threads, so only the command allows it;
anywhere else the same work is done in this process, with the same result.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from forecast.errors import ForecastError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

_allowed: ContextVar[bool] = ContextVar("forks_allowed", default=False)
_THREADS = Path("/proc/self/task")


@contextlib.contextmanager
def allow_forks(allowed: bool = True) -> Iterator[None]:
    """Let `beside` copy this process."""
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


def can_fork() -> bool:
    """Tell whether a copy is allowed, of use, and safe: a second core, and no other thread."""
    if not _allowed.get() or sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        return False
    try:
        return len(list(_THREADS.iterdir())) == 1
    except OSError:
        return False


@contextlib.contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Do some work in a copy of this process while the block goes on; what is yielded returns its result.

    Where this process cannot be copied, the work is done when its result is asked for. An error of the work
    is raised there, too.
    """
    if not can_fork():
        yield work
        return
    from multiprocessing import get_context

    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(work, sender), daemon=True)
    child.start()
    sender.close()

    def result() -> T:
        try:
            done, answer = receiver.recv()
        except EOFError:
            raise ForecastError(
                "a part of this run was ended from outside, by the system for want of memory or by a person;"
                " run the same command again (finished chains are kept)"
            ) from None
        child.join()
        if not done:
            raise answer
        made: T = answer
        return made

    try:
        yield result
    finally:
        child.kill()
        child.join()
        receiver.close()


def _answer(work: Callable[[], object], sender: Connection) -> None:
    answer: tuple[bool, object]
    try:
        answer = True, work()
    except BaseException as error:
        answer = False, error
    with contextlib.suppress(BrokenPipeError):  # the first process has ended, and nobody waits
        sender.send(answer)
