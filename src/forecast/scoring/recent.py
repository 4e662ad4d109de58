"""How the headline did in the last ten years, distance by distance: what a reader should know first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from forecast.scoring.calibration import calibrate, promise_bar
from forecast.scoring.scores import score
from forecast.tables.common_folds import ALL
from forecast.tables.forecasts import Forecasts, headline, select

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: Years before the report whose forecasts count.
YEARS = 10
RECENT_COLUMNS: tuple[str, ...] = (
    "series_id",
    "horizon",
    "first",
    "last",
    "n",
    "n_independent",
    "held",
    "covered",
    "lower",
    "upper",
    "promise_lower",
    "promise_upper",
    "fair",
    "before_n",
    "before_held",
    "n_skill",
    "skill",
    "better",
)


def recent_record(
    forecasts: pd.DataFrame,
    obs: Observations,
    model: str,
    baseline: str,
    as_of: pd.Timestamp,
    breaks: Mapping[str, Collection[pd.Timestamp]] | None = None,
) -> pd.DataFrame:
    """Return coverage of the 80 % range and skill of a row, of forecasts made in the ten years to a day.

    Parameters
    ----------
    forecasts : DataFrame
        Forecast table of many origins; only the row and the baseline are read, on their common folds.
    obs : Observations
        Figures; those public on `as_of` are the truth.
    model, baseline : str
        The headline, and the row that has skill 0.
    as_of : Timestamp
        The day of the report.
    breaks : mapping, optional
        Series -> origins that stood before a break.

    Returns
    -------
    DataFrame
        `RECENT_COLUMNS`, one row a series and distance. ``n`` dates made between ``first`` and ``last``, of
        which ``held`` had what was counted inside the range; ``lower, upper`` as in `calibrate`;
        ``promise_lower, promise_upper`` where nine of ten such shares would lie if the promise held, ``fair``
        whether this one does; ``before_n, before_held`` of dates before a break; ``skill`` by WIS, on logs
        where the figures allow them, ``better`` whether it is above zero.
    """
    start = as_of - pd.DateOffset(years=YEARS)
    rows = forecasts[(forecasts["origin"] >= start) & (forecasts["origin"] < as_of)]
    mine, base = headline(rows, model), headline(rows, baseline)
    if not len(mine) or not len(base):
        return pd.DataFrame(columns=list(RECENT_COLUMNS))
    both = Forecasts.of(pd.concat([mine, base]) if model != baseline else mine)
    broken = {name: list(days) for name, days in (breaks or {}).items() if len(days)}
    eras = {"break": broken} if broken else {}
    held = select(calibrate(both, obs, eras=eras, as_of=as_of, nominals=(0.8,)), model=model)
    held = held[(held["horizon"] != ALL) & (held["n"] > 0)]
    made = held[held["era"] == ALL].set_index(["series_id", "horizon"])
    if not len(made):
        return pd.DataFrame(columns=list(RECENT_COLUMNS))
    made["held"] = (made["covered"] * made["n"]).round().astype(int)
    made[["promise_lower", "promise_upper"]] = [promise_bar(0.8, n) for n in made["n_independent"]]
    made["fair"] = made["covered"].between(made["promise_lower"], made["promise_upper"])
    made = made.join(mine.groupby(["series_id", "horizon"])["origin"].agg(first="min", last="max"))
    before = held[held["era"] == "break"].set_index(["series_id", "horizon"])
    counts = {"before_n": before["n"], "before_held": (before["covered"] * before["n"]).round()}
    made = made.join(pd.DataFrame(counts)).fillna({"before_n": 0, "before_held": 0})
    scores = score(both, obs, baseline, ["model", "horizon"], as_of=as_of)
    scores = select(scores, model=model, metric="wis", era=ALL).set_index(["series_id", "horizon"])
    logs, natural = (select(scores, scale=scale)[["skill", "n_ok"]] for scale in ("log", "natural"))
    scores = logs.where(logs["n_ok"] > 0, natural)
    made = made.join(scores.rename(columns={"n_ok": "n_skill"}))
    made["better"] = made["skill"] > 0
    made = made.astype({"before_n": int, "before_held": int}).reset_index()
    return made[list(RECENT_COLUMNS)]
