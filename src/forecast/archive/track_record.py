"""The record: every forecast that has matured beside what was counted, against the first and the latest
figure.

Published forecasts and replayed ones are two things: the column `kind` parts them and no function here pools
them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from forecast.data.panel import least_on_logs
from forecast.scoring.metrics import coverage_interval, wis_parts
from forecast.tables import forecasts as tables
from forecast.tables.columns import KEYS
from forecast.tables.quantiles import Floats, QuantileTable, to_wide

if TYPE_CHECKING:
    from forecast.config.settings import Truth
    from forecast.data.observations import Observations

#: Names of the columns of ranges -> level.
LEVEL_COLUMNS: dict[str, float] = {
    "lower_95": 0.025,
    "lower_80": 0.1,
    "lower_50": 0.25,
    "middle": 0.5,
    "upper_50": 0.75,
    "upper_80": 0.9,
    "upper_95": 0.975,
}
RECORD_COLUMNS: tuple[str, ...] = (
    "kind",
    "series_id",
    "origin",
    "month",
    "horizon",
    "lower_95",
    "lower_80",
    "lower_50",
    "middle",
    "upper_50",
    "upper_80",
    "upper_95",
    "truth",
    "inside_50",
    "inside_80",
    "error",
    "truth_first",
    "inside_50_first",
    "inside_80_first",
    "error_first",
    "wis",
    "wis_spread",
    "wis_over",
    "wis_under",
    "wis_first",
    "n_levels",
    "model",
    "knowledge",
    "scenario",
    "run",
)
SUMMARY_COLUMNS: tuple[str, ...] = (
    "kind",
    "series_id",
    "model",
    "knowledge",
    "horizon",
    "n",
    "mae",
    "wis",
    "wis_first",
    "skill",
    "rank",
    "of",
    "held_50",
    "held_80",
    "n_ranges",
    "held_80_lower",
    "held_80_upper",
)
#: Nobody is ranked on fewer scored months.
RANKED_FROM = 12
#: What names a row of forecasts of several runs.
_ROW = ("run", "kind", *KEYS)


def track_record(
    forecasts: pd.DataFrame, obs: Observations, as_of: dt.date | str | None = None
) -> pd.DataFrame:
    """Return archived forecasts with their outcomes, one row a run, row, series and month.

    Scenarios rest on assumptions: they stay in the archive and are never scored.

    Parameters
    ----------
    forecasts : DataFrame
        Of `Archive.forecasts`: a forecast table with ``run, kind``.
    obs : Observations
        Figures; the first release and the latest figure of each month are the truths.
    as_of : date, optional
        Only what was public on this day is a truth.

    Returns
    -------
    DataFrame
        `RECORD_COLUMNS`; what has not matured has no truth, a range that was refused is ``refused``. WIS and
        its parts rest on the levels that the forecast has in pairs (``n_levels``).
    """
    rows = tables.select(forecasts, scenario="")
    if rows.empty:
        return pd.DataFrame(columns=list(RECORD_COLUMNS))
    quantiles = to_wide(rows, _ROW)
    out = quantiles.keys.copy()
    for column, level in LEVEL_COLUMNS.items():
        out[column] = quantiles.column(level)
    out["truth"] = _truths(out, obs, "latest", as_of)
    out["truth_first"] = _truths(out, obs, "first", as_of)
    for suffix, name in (("", "truth"), ("_first", "truth_first")):
        out[f"error{suffix}"] = out["middle"] - out[name]
        for band in ("50", "80"):
            out[f"inside_{band}{suffix}"] = _inside(out, band, name)
    scored = _wis(quantiles, out["truth"].to_numpy(float))
    out["wis_spread"], out["wis_over"], out["wis_under"], out["n_levels"] = scored
    out["wis"] = out["wis_spread"] + out["wis_over"] + out["wis_under"]
    out["wis_first"] = sum(_wis(quantiles, out["truth_first"].to_numpy(float))[:3])
    order = ["kind", "series_id", "model", "knowledge", "scenario", "origin", "run", "month"]
    return out.sort_values(order, ignore_index=True)[list(RECORD_COLUMNS)]


def _truths(rows: pd.DataFrame, obs: Observations, truth: Truth, as_of: dt.date | str | None) -> pd.Series:
    out = pd.Series(np.nan, index=rows.index)
    for name, part in rows.groupby("series_id"):
        if name in obs.series_ids:
            out.loc[part.index] = part["month"].map(obs.actuals(str(name), truth, as_of)).to_numpy(float)
    return out


def _inside(rows: pd.DataFrame, band: str, truth: str) -> pd.Series:
    low, high, y = rows[f"lower_{band}"], rows[f"upper_{band}"], rows[truth]
    words = np.where((y >= low) & (y <= high), "yes", "no").astype(object)
    words[(low.isna() | high.isna()).to_numpy()] = "refused"
    words[y.isna().to_numpy()] = ""
    return pd.Series(words, index=rows.index)


def _wis(quantiles: QuantileTable, truth: np.ndarray[Any, Any]) -> tuple[Any, Any, Any, Any]:
    """Spread, overprediction, underprediction and number of levels; rows with the same levels go together."""
    levels, values = quantiles.levels, quantiles.values
    parts = np.full((3, len(values)), np.nan)
    paired = np.isfinite(values)
    for i, level in enumerate(levels):
        partner = np.flatnonzero(np.isclose(levels, 1.0 - level))
        paired[:, i] &= paired[:, partner[0]] if len(partner) else False
    for pattern in np.unique(paired, axis=0):
        rows = np.flatnonzero((paired == pattern).all(axis=1))
        if not np.isclose(levels[pattern], 0.5).any():
            continue
        found = wis_parts(truth[rows], values[np.ix_(rows, np.flatnonzero(pattern))], levels[pattern])
        for k in range(3):
            parts[k, rows] = found[k]
    return parts[0], parts[1], parts[2], paired.sum(axis=1)


def summarise(record: pd.DataFrame, baseline: str = "random_walk") -> pd.DataFrame:
    """Return how the forecasts of a record did, by kind, series, row and horizon (``all`` too).

    Skill is 1 - WIS over the WIS of the baseline on common forecasts with the same levels; ranks count among
    the rows that all have these forecasts, once twelve months are scored. Coverage comes with its range
    (Clopper-Pearson, 90 %), from n over horizon independent months.

    Parameters
    ----------
    record : DataFrame
        Of `track_record`.
    baseline : str
        The row that has skill 0.
    """
    rows = record[record["truth"].notna()]
    # revisions of an issue are kept beside it; the record is what was said first
    rows = rows.sort_values("run").drop_duplicates(
        ["kind", "model", "knowledge", "series_id", "origin", "month"], keep="first"
    )
    made = []
    for (kind, series), group in rows.groupby(["kind", "series_id"], sort=False):
        for horizon in [*sorted(group["horizon"].unique()), "all"]:
            part = group if horizon == "all" else group[group["horizon"] == horizon]
            found = [
                {
                    "kind": kind,
                    "series_id": series,
                    "model": model,
                    "knowledge": knowledge,
                    "horizon": str(horizon),
                    **_held(own),
                }
                for (model, knowledge), own in part.groupby(["model", "knowledge"], sort=False)
            ]
            made += _ranked(found, part, baseline)
    return pd.DataFrame(made, columns=list(SUMMARY_COLUMNS))


def _held(own: pd.DataFrame) -> dict[str, Any]:
    eighty = own[own["inside_80"].isin(["yes", "no"])]
    fifty = own[own["inside_50"].isin(["yes", "no"])]
    held = float((eighty["inside_80"] == "yes").mean()) if len(eighty) else np.nan
    # neighbouring forecasts h months ahead share h - 1 months: about n / h of them are independent
    independent = float((1.0 / eighty["horizon"]).sum())
    low, high = coverage_interval(held, independent, 0.9)
    return {
        "n": len(own),
        "mae": float(own["error"].abs().mean()),
        "wis": float(own["wis"].mean()),
        "wis_first": float(own["wis_first"].mean()),
        "held_80": held,
        "n_ranges": len(eighty),
        "held_80_lower": low,
        "held_80_upper": high,
        "held_50": float((fifty["inside_50"] == "yes").mean()) if len(fifty) else np.nan,
    }


def _ranked(found: list[dict[str, Any]], part: pd.DataFrame, baseline: str) -> list[dict[str, Any]]:
    """Add skill and rank, on the forecasts that a row has in common with the baseline at the same levels."""
    key = ["origin", "month", "n_levels"]
    base = part[part["model"] == baseline].drop_duplicates(key).set_index(key)["wis"]
    for row in found:
        own = part[(part["model"] == row["model"]) & (part["knowledge"] == row["knowledge"])]
        own_wis = own.drop_duplicates(key).set_index(key)["wis"]
        both = own_wis.index.intersection(base.index)
        total = float(base.loc[both].sum()) if len(both) else 0.0
        row["skill"] = 1.0 - float(own_wis.loc[both].sum()) / total if total > 0 else np.nan
        row["common"] = len(both)
    most = max((row["common"] for row in found), default=0)
    enough = part["month"].nunique() >= RANKED_FROM
    comparable = (
        [row for row in found if row["common"] == most > 0 and np.isfinite(row["skill"])] if enough else []
    )
    for row in found:
        better = sum(other["skill"] > row["skill"] + 1e-12 for other in comparable)
        ranked = any(row is other for other in comparable)
        row["rank"], row["of"] = (better + 1 if ranked else np.nan), len(comparable)
        del row["common"]
    return found


class Miss(NamedTuple):
    """A scored forecast, as the worst miss of a record is told."""

    origin: pd.Timestamp
    month: pd.Period
    horizon: int
    middle: float
    actual: float
    error: float
    inside_80: str  #: yes, no or refused
    lower_80: float
    upper_80: float
    factor: float  #: how many times too high or too low it was, at least 1

    @property
    def high(self) -> bool:
        """Whether it was too high."""
        return self.error > 0


def _log_errors(middle: Floats, actual: Floats) -> Floats:
    """Errors on logs."""
    floor = least_on_logs(actual)
    return np.asarray(np.log(np.maximum(middle, floor)) - np.log(np.maximum(actual, floor)), dtype=float)


def worst_miss(record: pd.DataFrame) -> Miss | None:
    """Return the worst miss of a record by its error on logs; None where nothing is scored.

    Too low by a factor is as bad as too high by it.

    Examples
    --------
    >>> worst_miss(pd.DataFrame(columns=list(RECORD_COLUMNS)))
    """
    rows = record[record["truth"].notna() & record["middle"].notna()]
    if rows.empty:
        return None
    if len(set(rows["kind"])) > 1:
        raise ValueError("published and replayed forecasts are never pooled; give one kind")
    logs = np.abs(_log_errors(rows["middle"].to_numpy(float), rows["truth"].to_numpy(float)))
    # equal misses on any machine: the earliest of those that differ by rounding only
    at = int(np.argmax(logs.round(9)))
    row: Any = rows.iloc[at]
    return Miss(
        origin=pd.Timestamp(row["origin"]),
        month=pd.Period(row["month"], "M"),
        horizon=int(row["horizon"]),
        middle=float(row["middle"]),
        actual=float(row["truth"]),
        error=float(row["error"]),
        inside_80=str(row["inside_80"]),
        lower_80=float(row["lower_80"]),
        upper_80=float(row["upper_80"]),
        factor=float(np.exp(logs[at])),
    )


def matured(record: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the rows of a record that can be scored, as the archive keeps them: one a truth.

    Parameters
    ----------
    record : DataFrame
        Of `track_record`, truths as of `as_of`.
    as_of : str
        The day on which they are scored.
    """
    columns = [
        "run",
        "model",
        "knowledge",
        "scenario",
        "series_id",
        "month",
        "horizon",
        "truth_kind",
        "as_of",
        "truth",
        "error",
        "wis",
        "spread",
        "over",
        "under",
        "inside_50",
        "inside_80",
    ]
    parts = []
    for kind, suffix in (("latest", ""), ("first", "_first")):
        rows = record[record[f"truth{suffix}"].notna()]
        table = rows[["run", "model", "knowledge", "scenario", "series_id", "month", "horizon"]].copy()
        table["truth_kind"], table["as_of"] = kind, as_of
        table["truth"], table["error"] = rows[f"truth{suffix}"], rows[f"error{suffix}"]
        table["wis"] = rows[f"wis{suffix}"]
        for part in ("spread", "over", "under"):
            table[part] = rows[f"wis_{part}"] if not suffix else np.nan
        for band in ("inside_50", "inside_80"):
            table[band] = rows[f"{band}{suffix}"].map({"yes": 1.0, "no": 0.0}).astype(float)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)[columns]


def headline_rows(record: pd.DataFrame, headline: str, kind: str | None = None) -> pd.DataFrame:
    """Return the rows of the headline, each origin once as it was first said, for the page and the site."""
    rows = record if kind is None else tables.select(record, kind=kind)
    rows = tables.headline(rows, headline)
    rows = rows.sort_values("run").drop_duplicates(["kind", "series_id", "origin", "month"], keep="first")
    return rows.sort_values(["kind", "series_id", "origin", "month"], ignore_index=True)


# --------------------------------------------------------------------------- forecasts by others

#: Whether a forecast by others is scored, or why not.
OtherReason = Literal["scored", "no_figure", "conditional", "no_forecast"]
REASONS: tuple[OtherReason, ...] = get_args(OtherReason)
#: What the notes of a file of forecasts by others say of one that cannot be scored, and its code.
_NOT_SCORED: Mapping[str, OtherReason] = {
    "not a forecast": "no_forecast",
    "condition failed": "conditional",
    "conditional": "conditional",
}
OTHERS_COLUMNS = (
    "forecaster",
    "made",
    "first_month",
    "last_month",
    "series_id",
    "low",
    "point",
    "high",
    "actual",
    "error",
    "percent",
    "ours",
    "ours_kind",
    "ours_error",
    "source",
    "note",
    "reason",
)


def others(
    published: pd.DataFrame,
    obs: Observations,
    record: pd.DataFrame,
    headline: str,
    as_of: dt.date | str | None = None,
) -> pd.DataFrame:
    """Return forecasts by others beside ours for the same month, scored where they can be.

    Parameters
    ----------
    published : DataFrame
        The columns of ``published.csv``.
    obs : Observations
        Figures; the latest as of `as_of` are the truth. Several months are their sum.
    record : DataFrame
        Of `track_record`; ours is the last forecast made no later than theirs.
    headline : str
        Our row.
    as_of : date, optional
        Only forecasts and figures public then.
    """
    day = obs.day_of("latest" if as_of is None else as_of)
    ours = headline_rows(record, headline)
    rows = []
    for row in published.itertuples(index=False):
        made = _last_day(str(row.made))
        if made > day or row.series_id not in obs.series_ids:
            continue
        months = pd.period_range(str(row.first_month), str(row.last_month), freq="M")
        known = obs.actuals(str(row.series_id), "latest", day).reindex(months)
        actual = float(known.sum()) if known.notna().all() else np.nan
        point, note = _float(row.point), _text(row.note)
        reason: OtherReason = next((code for words, code in _NOT_SCORED.items() if words in note), "scored")
        if reason == "scored" and not np.isfinite(point):
            reason = "no_figure"
        cells: dict[str, Any] = {c: getattr(row, c, "") for c in OTHERS_COLUMNS if c in published.columns}
        cells |= {"low": _float(row.low), "high": _float(row.high), "point": point, "actual": actual}
        scored = reason == "scored" and np.isfinite(actual)
        cells["error"] = point - actual if scored else np.nan
        cells["percent"] = 100.0 * cells["error"] / actual if scored and actual else np.nan
        cells |= _ours(ours, str(row.series_id), months, made)
        cells |= {"note": note, "reason": reason}
        rows.append(cells)
    return pd.DataFrame(rows, columns=list(OTHERS_COLUMNS))


def _float(value: Any) -> float:
    return float(value) if value is not None and value == value and value != "" else float("nan")


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _last_day(text: str) -> pd.Timestamp:
    """The last day that a date of day, month or year can mean: nobody
    is given a forecast earlier than it was made.
    """
    if len(text) == 10:
        return pd.Timestamp(text)
    return pd.Period(text, freq="M" if len(text) == 7 else "Y").end_time.normalize()


def _ours(ours: pd.DataFrame, series: str, months: pd.PeriodIndex, made: pd.Timestamp) -> dict[str, Any]:
    none = {"ours": np.nan, "ours_kind": "", "ours_error": np.nan}
    if len(months) != 1:
        return none
    rows = ours[(ours["series_id"] == series) & (ours["month"] == months[0]) & (ours["origin"] <= made)]
    if rows.empty:
        return none
    # published before replayed, then the newest
    row = rows.assign(rank=(rows["kind"] == "published").astype(int)).sort_values(["rank", "origin"]).iloc[-1]
    return {"ours": float(row["middle"]), "ours_kind": str(row["kind"]), "ours_error": float(row["error"])}
