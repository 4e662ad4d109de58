"""With and without: what the months of an event summed to, and
what they would have been without its effect.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure, ArimaFit, FoldJob
from forecast.arima.volatility import student_near
from forecast.errors import DataError, counted
from forecast.interventions.regression import Floats, Group, Regression, near_group
from forecast.tables.columns import Row
from forecast.tables.quantiles import Ints

RESPONSE_COLUMNS: tuple[str, ...] = (
    "series_id",
    "model",
    "event",
    "group",
    "basis",
    "part",
    "month",
    "weight",
    "happened",
    "without",
    "without_lower_95",
    "without_lower_80",
    "without_upper_80",
    "without_upper_95",
    "difference",
    "difference_lower_95",
    "difference_lower_80",
    "difference_upper_80",
    "difference_upper_95",
    "percent",
    "percent_lower_80",
    "percent_upper_80",
    "note",
)
#: Months that are forecast from the month before: further on the fan says nothing.
AHEAD = 12
DRAWS = 2000
SEED = 20240507
_ENDS = {"lower_95": 0.025, "lower_80": 0.1, "upper_80": 0.9, "upper_95": 0.975}


def fan_jobs(regression: Regression, group: Group) -> list[FoldJob]:
    """Return the folds of both bases: all months with every group, and the months before this one."""
    first = int(_known(regression, group)[0])
    return [
        regression.job(regression.groups),
        regression.job(_earlier(regression, group, first), stop=first),
    ]


def response_rows(
    regression: Regression,
    group: Group,
    draws: int = DRAWS,
    seed: int = SEED,
    fits: Sequence[ArimaFit | ArimaFailure] = (),
) -> list[Row]:
    """Return the rows of one group on both bases; one that cannot be made is a row with its reason.

    `fits` are those of `fan_jobs`, where they have been made already.
    """
    known = _known(regression, group)
    fits = fits or regression.fit(fan_jobs(regression, group))
    rows: list[Row] = []
    near = known[known < group.active[0] + AHEAD]
    for basis, make, at, fit in (
        ("same months", _same_months, known, fits[0]),
        ("forecast before", _forecast_before, near, fits[1]),
    ):
        happened = regression.scale.inverse(regression.y[at])
        head: Row = {
            "series_id": regression.series_id,
            "model": regression.model_name,
            "event": group.name,
            "group": group.label,
            "basis": basis,
        }
        try:
            group.check_separable()
            without, percent = make(regression, group, at, fit, draws, np.random.default_rng(seed))
        except DataError as error:
            rows.append({**head, "part": "total", "note": str(error)})
            continue
        for i, place in enumerate(at):
            month: Row = {
                "part": "month",
                "month": regression.months[place],
                "weight": float(group.reach[place]),
            }
            rows.append({**head, **month, **_cells(happened[i], without[:, i], percent[:, i])})
        total, sums = float(happened.sum()), without.sum(axis=1)
        share = 100.0 * (total / sums - 1.0)
        cut = (
            f"the first {counted(len(at), 'month')} of {len(group.active)}"
            if len(at) < len(group.active)
            else ""
        )
        rows.append({**head, "part": "total", "month": pd.NaT, **_cells(total, sums, share), "note": cut})
    return rows


def _known(regression: Regression, group: Group) -> Ints:
    """Active months of a group whose figures are known."""
    return np.asarray(group.active[np.isfinite(regression.y[group.active])], dtype=np.int64)


def _earlier(regression: Regression, group: Group, first: int) -> list[Group]:
    """Other groups that were seen before the row `first`."""
    return [g for g in regression.groups if g is not group and (np.abs(g.columns[:first]) > 0).any()]


def _same_months(
    regression: Regression,
    group: Group,
    at: Ints,
    fit: ArimaFit | ArimaFailure,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Figures without the effect, (draws, months): sizes drawn from what the fit knows of them."""
    if isinstance(fit, ArimaFailure):
        raise DataError(f"not estimated: {fit.message}")
    own = [place for term in group.terms if (place := fit.place(term)) is not None]
    if len(own) < len(group.terms):
        raise DataError("not estimated: no part of its own beside the other columns")
    ratio, free = near_group(fit, group)
    spread = (fit.sd_factor * ratio) ** 2 * fit.cov_params.to_numpy(dtype=float)[np.ix_(own, own)]
    sizes = _student(fit.values[own], spread, free, draws, rng)
    path = sizes @ group.columns[at].T
    without = regression.scale.inverse(regression.y[at] - path)
    happened = regression.scale.inverse(regression.y[at])
    return without, _percent(happened, without)


def _forecast_before(
    regression: Regression,
    group: Group,
    at: Ints,
    fit: ArimaFit | ArimaFailure,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Sample paths from the month before, (draws, months), of a fit that knows nothing later."""
    first, last = int(at[0]), int(at[-1])
    if isinstance(fit, ArimaFailure):
        raise DataError(f"no forecast from the month before: {fit.message}")
    h = last - first + 1
    later = [
        regression.beside.to_numpy(dtype=float)[first : last + 1],
        *(g.columns[first : last + 1] for g in _earlier(regression, group, first)),
    ]
    xreg = np.column_stack(later) if any(part.shape[1] for part in later) else None
    middle, paths = fit.moments(h, xreg)[0], fit.simulate(h, draws, rng, xreg, parameter_uncertainty=True)
    # surprises to come are as large as those of the last years, whatever the years before were like; how
    # large those were is known from few of them, so the law is Student's t
    ratio, free = student_near(fit, first - 1, first - 1)
    scale = fit.sd_factor * ratio * np.sqrt(free / rng.chisquare(free, (draws, 1)))
    paths = middle + scale * (paths - middle)
    without = regression.scale.inverse(paths[:, at - first])
    happened = regression.scale.inverse(regression.y[at])
    return without, _percent(happened, without)


def _percent(happened: Floats, without: Floats) -> Floats:
    """Return by how many percent the figures differ from those without the effect; nothing has no percent."""
    some = np.where(without == 0.0, np.nan, without)
    return np.asarray(100.0 * (happened / some - 1.0), dtype=float)


def _student(mean: Floats, spread: Floats, free: float, draws: int, rng: np.random.Generator) -> Floats:
    """Draw from a multivariate Student t with a squared scale, (draws, k): the law of the ranges of effects.

    The draws are a Latin hypercube, so that ends of ranges do not hang on the seed.
    """
    from scipy.special import gammaincinv, ndtri

    values, vectors = np.linalg.eigh(0.5 * (spread + spread.T))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rows = np.tile(np.arange(draws), (len(mean) + 1, 1))
    chances = (rng.permuted(rows, axis=1).T + 0.5) / draws
    chi_squared = 2.0 * gammaincinv(free / 2.0, chances[:, :1])
    return np.asarray(mean + ndtri(chances[:, 1:]) @ root.T * np.sqrt(free / chi_squared), dtype=float)


def _cells(happened: float, without: Floats, percent: Floats) -> Row:
    gaps = happened - without
    cells: Row = {
        "happened": float(happened),
        "without": float(np.median(without)),
        "difference": float(np.median(gaps)),
        "percent": float(np.median(percent)),
        "percent_lower_80": _quantile(percent, 0.1),
        "percent_upper_80": _quantile(percent, 0.9),
        "note": "",
    }
    for end, level in _ENDS.items():
        cells[f"without_{end}"] = _quantile(without, level)
        cells[f"difference_{end}"] = _quantile(gaps, level)
    return cells


def _quantile(draws: Floats, level: float) -> float:
    """Return a quantile of draws that stand in the middle of their shares, as those of a hypercube do.

    numpy's default is drawn towards the middle: the 80 % range of 500 draws would hold 79.7 %.
    """
    return float(np.quantile(draws, level, method="hazen"))
