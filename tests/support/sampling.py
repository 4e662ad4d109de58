"""Long lists of cases: some in every run of the tests, the others with what is slow (`make slow`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some_of(cases: Iterable[Any], quick: Iterable[Any]) -> list[Any]:
    """Return the cases in their order; those that are not among the quick ones are marked slow.

    Examples
    --------
    >>> [len(getattr(case, "marks", ())) for case in some_of("abc", quick="b")]
    [1, 0, 1]
    """
    kept = list(quick)
    given = list(cases)
    strange = [case for case in kept if case not in given]
    if strange:
        raise ValueError(f"no such cases: {strange}")
    return [case if case in kept else _slow(case) for case in given]


def _slow(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
