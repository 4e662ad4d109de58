"""Coverage of ranges beside what they promised, with the uncertainty of overlapping horizons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.errors import ConfigError
from forecast.scoring.metrics import coverage_interval, covered
from forecast.tables.common_folds import ALL, CommonFolds, Eras, common_folds, era_masks
from forecast.tables.forecasts import Forecasts
from forecast.tables.levels import range_levels
from forecast.tables.quantiles import Bools

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: How often a range held, and how sure that share is.
HELD: tuple[str, ...] = ("covered", "n", "n_independent", "lower", "upper")
CALIBRATION_COLUMNS: tuple[str, ...] = (
    "model",
    "knowledge",
    "series_id",
    "horizon",
    "era",
    "nominal",
    *HELD,
)


def calibrate(
    forecasts: pd.DataFrame | Forecasts,
    obs: Observations,
    truth: str = "latest",
    eras: Eras | None = None,
    as_of: str | dt.date | np.datetime64 | None = None,
    nominals: Sequence[float] = (0.5, 0.8, 0.95),
) -> pd.DataFrame:
    """Share of outcomes inside the central ranges, by model, horizon and era, on common folds.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table of many origins; rows of scenarios are left out.
    obs : Observations
        Figures.
    truth, eras, as_of
        As in `score`.
    nominals : sequence of float
        Central ranges.

    Returns
    -------
    DataFrame
        `CALIBRATION_COLUMNS`. Errors of horizon h overlap when origins are closer than h months, so ``n``
        outcomes count as ``n / max(1, h / months between origins)`` independent ones; ``lower`` and ``upper``
        are the Clopper-Pearson 95 % range on those. ``all`` is the mean over horizons and counts as its
        longest horizon. A range that was refused counts nowhere.

    Raises
    ------
    ConfigError
        For a nominal range outside (0, 1) or a malformed table.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> table = fc.backtest({}, obs, fc.load_events(), [name], origins, horizon=3).forecasts
    >>> found = calibrate(table, obs).query("horizon == 1").set_index("nominal")
    >>> int(found.loc[0.8, "n"]), round(float(found.loc[0.8, "covered"]), 2)
    (42, 0.88)
    """
    wrong = [x for x in nominals if not 0 < x < 1]
    if wrong:
        raise ConfigError(f"nominals: {wrong[0]}; expected shares between 0 and 1")
    wide = Forecasts.of(forecasts).quantiles
    plain = wide.take(wide.keys["scenario"].eq("").to_numpy())
    rows: list[dict[str, Any]] = []
    for folds in common_folds(plain, obs, None, truth, as_of):
        masks = era_masks(folds, eras)
        for k, (model, knowledge, _) in enumerate(folds.names):
            head = {"model": model, "knowledge": knowledge, "series_id": folds.series_id}
            for era, mask in masks.items():
                for nominal in nominals:
                    rows.extend(
                        {**head, "era": era, "nominal": nominal, **tail}
                        for tail in _rows(folds, k, mask, nominal)
                    )
    table = pd.DataFrame(rows, columns=list(CALIBRATION_COLUMNS))
    return table.astype({"n": "int64"}) if len(table) else table


def _rows(folds: CommonFolds, k: int, mask: Bools, nominal: float) -> list[dict[str, Any]]:
    low, high = range_levels(nominal)
    hits = covered(folds.y, folds.at(low)[k], folds.at(high)[k])
    hits = np.where(folds.common & mask[:, None], hits, np.nan)
    n = np.isfinite(hits).sum(axis=0)
    shares = [float(np.nanmean(hits[:, j])) if n[j] else float("nan") for j in range(len(n))]
    out: list[dict[str, Any]] = []
    for j, share in enumerate(shares):
        if folds.takes_part[k, j]:
            row = coverage_row(share, int(n[j]), float(n[j]) / folds.overlap(j + 1))
            out.append({"horizon": j + 1, **row})
    if n.any():
        used = np.flatnonzero(n)
        origins = float(np.isfinite(hits).any(axis=1).sum())
        mean = float(np.mean([shares[j] for j in used]))
        row = coverage_row(mean, int(n.sum()), origins / folds.overlap(int(used.max()) + 1))
        out.append({"horizon": ALL, **row})
    return out


def coverage_row(share: float, n: int, independent: float) -> dict[str, float]:
    """Return a share of hits with its Clopper-Pearson 95 % range, by `HELD`."""
    return dict(zip(HELD, (share, n, independent, *coverage_interval(share, independent)), strict=True))


def promise_bar(nominal: float, n: float, share: float = 0.9) -> tuple[float, float]:
    """Return where `share` of all results would fall if a range kept its promise in `n` independent months.

    Examples
    --------
    >>> promise_bar(0.8, 1), promise_bar(0.8, 200)
    ((0.0, 1.0), (0.755, 0.845))
    """
    from scipy.special import bdtr

    whole = max(1, round(n))
    below = bdtr(np.arange(whole + 1.0), whole, nominal)  # chance of at most so many
    low, high = (float(np.argmax(below >= q)) / whole for q in ((1 - share) / 2, (1 + share) / 2))
    return low, high
