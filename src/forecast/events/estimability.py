"""What became of each event at an origin, and why: codes and their values, one row an event."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

Action = Literal[
    "used",
    "merged",
    "constant",
    "no_active_month",
    "not_announced",
    "not_usable",
    "not_active",
    "over_limit",
    "prior_only",
]
Why = Literal[
    "not_announced",
    "too_vague",
    "context",
    "left_out",
    "by_prior",
    "asked_for",
    "after_forecast",
    "outside",
    "constant",
    "changes_ahead",
    "constant_asked",
    "active",
    "of_scenario",
]
Detail = Literal["", "bundle", "bundle_constant", "same_months", "mirror", "later", "sum", "not_separable"]
ACTIONS: tuple[Action, ...] = get_args(Action)
WHYS: tuple[Why, ...] = get_args(Why)
DETAILS: tuple[Detail, ...] = get_args(Detail)


class Verdict(NamedTuple):
    """What became of one event.

    Attributes
    ----------
    first_active : int, optional
        First month in which it is active, as an ordinal.
    active_months : int
        Months with a figure in which it is active.
    action, why : str
        What was done, and for which reason.
    merged_with : str
        The event whose column it shares; of one that is not separable the events that it cannot be told from.
    detail : str
        Why it shares a column, that later columns come first, or that no effect of its own can be told.
    bundle : str
        The bundle that ``detail`` speaks of.
    later : int
        How many later columns come first.
    begins, ends, announced : int, optional
        Days since 1970: first and last day as known at the origin, and the day of the announcement.
    end_known : bool
        False where the last day is assumed.
    window_months : int
        Months with figures.
    """

    first_active: int | None = None
    active_months: int = 0
    action: Action = "no_active_month"
    why: Why = "outside"
    merged_with: str = ""
    detail: Detail = ""
    bundle: str = ""
    later: int = 0
    begins: int | None = None
    ends: int | None = None
    end_known: bool = True
    window_months: int = 0
    announced: int | None = None


ESTIMABILITY_COLUMNS: tuple[str, ...] = ("series_id", "origin", "event", *Verdict._fields)
_NO_DAY = np.iinfo(np.int64).min


def estimability_frame(rows: list[tuple[str, str, Verdict]], origin: pd.Timestamp) -> pd.DataFrame:
    """Return the verdicts on all events at an origin as a table: series, origin, event, `Verdict`."""
    verdicts = [verdict for _, _, verdict in rows]

    def numbers(name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        values = (getattr(verdict, name) for verdict in verdicts)
        return np.array([_NO_DAY if value is None else value for value in values], dtype=np.int64)

    first = pd.PeriodIndex.from_ordinals(numbers("first_active"), freq="M")  # type: ignore[attr-defined]
    made: dict[str, object] = {
        "series_id": np.array([series for series, _, _ in rows], dtype=object),
        "origin": np.full(len(rows), origin.to_datetime64(), dtype="datetime64[ns]"),
        "event": np.array([event for _, event, _ in rows], dtype=object),
        "first_active": first,
    }
    for name in ESTIMABILITY_COLUMNS[4:]:
        if name in ("begins", "ends", "announced"):
            made[name] = numbers(name).astype("datetime64[D]").astype("datetime64[ns]")
        elif name in ("active_months", "later", "window_months"):
            made[name] = numbers(name)
        else:
            kind = bool if name == "end_known" else object
            made[name] = np.array([getattr(verdict, name) for verdict in verdicts], dtype=kind)
    return pd.DataFrame(made)
