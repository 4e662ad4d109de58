"""How restless a series was, and when that changed; how its season came and went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure
from forecast.interventions.regression import Regression
from forecast.tables.quantiles import Floats, Ints

#: Months of the rolling spread, and the least of a regime.
WINDOW, AT_LEAST = 36, 24
SMALL_P = 0.05
#: A spread that changes by this factor decides how wide ranges must be.
DECIDES = 1.5
#: Half the width of Bai's 90 % interval of a break date, in units of variance over squared change.
BAI_90 = 7.69
#: Years of one block of the season, and the least number of blocks' years altogether.
BLOCK_YEARS = 5
YEAR = 12

VOLATILITY_COLUMNS: tuple[str, ...] = ("series_id", "month", "surprise", "sd")
VOLATILITY_BREAK_COLUMNS: tuple[str, ...] = (
    "series_id",
    "month",
    "lower",
    "upper",
    "before",
    "after",
    "ratio",
    "p",
    "verdict",
    "decides_ranges",
)
SEASON_COLUMNS: tuple[str, ...] = (
    "series_id",
    "first_year",
    "last_year",
    "month_of_year",
    "factor",
    "lower",
    "upper",
    "years",
    "amplitude",
)
Verdict = Literal["break", "none", "too_short", "no_model"]


def surprises(regression: Regression) -> pd.Series:
    """Return the monthly surprises of a series on its scale: one-step errors of its model without events."""
    (fit,) = regression.fit([regression.job([])])
    values = np.full(len(regression.y), np.nan) if isinstance(fit, ArimaFailure) else fit.innovations
    found = pd.Series(values, index=regression.months, name=regression.series_id)
    return found.iloc[YEAR + 1 :].dropna()  # the model starts from the first year


def volatility_table(found: pd.Series) -> pd.DataFrame:
    """Return the surprises and their spread over the 36 months to each: `VOLATILITY_COLUMNS`."""
    spread = np.sqrt((found**2).rolling(WINDOW, min_periods=AT_LEAST).mean())
    made = pd.DataFrame({"month": found.index, "surprise": found.to_numpy(), "sd": spread.to_numpy()})
    return made.assign(series_id=str(found.name))[list(VOLATILITY_COLUMNS)]


def volatility_breaks(found: pd.Series) -> pd.DataFrame:
    """Return when the surprises became larger or smaller: `VOLATILITY_BREAK_COLUMNS`.

    The cumulative sum of their sizes is tested against a constant size (Kolmogorov's law, with a long-run
    variance), the record is cut at its largest distance, and each part tested again. Dates have Bai's (1997)
    90 % interval. A record without a break, or too short for one, is one row that says so.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> months = pd.period_range("2000-01", periods=240, freq="M")
    >>> found = pd.Series(rng.normal(0, np.where(np.arange(240) < 150, 0.1, 0.25)), months, name="s")
    >>> row = volatility_breaks(found).iloc[0]
    >>> row["verdict"], row["lower"] <= pd.Period("2012-07", "M") <= row["upper"], row["ratio"] > 2
    ('break', True, True)
    """
    sizes, n = np.abs(found.to_numpy(float)), len(found)
    if n < 2 * AT_LEAST:
        return _told(found, [{"verdict": "too_short", "decides_ranges": False}])
    cuts = sorted(_cuts(sizes, 0, n))
    ends = [0, *(cut for cut, _ in cuts), n]
    squares = found.to_numpy(float) ** 2
    rows = []
    for k, (cut, p) in enumerate(cuts):
        before, after = (float(np.sqrt(squares[a:b].mean())) for a, b in ((ends[k], cut), (cut, ends[k + 2])))
        half = _half_width(sizes[ends[k] : cut], sizes[cut : ends[k + 2]])
        low, high = max(cut - half, ends[k]), min(cut + half, ends[k + 2] - 1)
        ratio = after / before
        rows.append(
            {
                "month": found.index[cut],
                "lower": found.index[low],
                "upper": found.index[high],
                "before": before,
                "after": after,
                "ratio": ratio,
                "p": p,
                "verdict": "break",
                "decides_ranges": k == len(cuts) - 1 and max(ratio, 1 / ratio) >= DECIDES,
            }
        )
    return _told(found, rows or [{"p": _largest(sizes)[1], "verdict": "none", "decides_ranges": False}])


def _told(found: pd.Series, rows: list[dict[str, Any]]) -> pd.DataFrame:
    made = (
        pd.DataFrame(rows).reindex(columns=list(VOLATILITY_BREAK_COLUMNS)).assign(series_id=str(found.name))
    )
    for column in ("month", "lower", "upper"):
        made[column] = pd.PeriodIndex(made[column].astype(object), freq="M")  # none at all is no number
    return made


def _cuts(sizes: Floats, first: int, last: int) -> Iterator[tuple[int, float]]:
    """Positions at which a new regime begins, with their p, by cutting in two again and again."""
    if last - first < 2 * AT_LEAST:
        return
    at, p = _largest(sizes[first:last])
    if p >= SMALL_P:
        return
    yield first + at, p
    yield from _cuts(sizes, first, first + at)
    yield from _cuts(sizes, first + at, last)


def _largest(sizes: Floats) -> tuple[int, float]:
    """Where the cumulative sum is furthest from a straight line, and the chance of so much if nothing
    changed.
    """
    from scipy.special import kolmogorov

    n, away = len(sizes), np.cumsum(sizes - sizes.mean())
    allowed = np.arange(AT_LEAST, n - AT_LEAST + 1)
    at = int(allowed[np.argmax(np.abs(away[allowed - 1]))])
    spread = np.sqrt(n * long_run_variance(sizes))
    return at, float(kolmogorov(abs(away[at - 1]) / spread)) if spread > 0 else 1.0


def long_run_variance(values: Floats) -> float:
    """Return the variance of a sum over its length, by Bartlett's weights of the first few lags."""
    x = values - values.mean()
    n, lags = len(x), int(4 * (len(x) / 100) ** (2 / 9))
    total = float(x @ x)
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(x[lag:] @ x[:-lag])
    return max(total / n, 0.0)


def _half_width(before: Floats, after: Floats) -> int:
    """Months to each side of a break that its 90 % interval reaches."""
    change = float(after.mean() - before.mean())
    spread = long_run_variance(np.concatenate([before - before.mean(), after - after.mean()]))
    return int(BAI_90 * spread / change**2) + 1 if change else len(before) + len(after)


def season_table(y: pd.Series) -> pd.DataFrame:
    """Return the season of each block of years, on logs: `SEASON_COLUMNS`.

    Each figure against the mean of the twelve months around it, averaged by calendar month over the years of
    a block; ``lower`` and ``upper`` are an 80 % range of that mean, ``amplitude`` the highest factor less the
    lowest. A series with fewer than two blocks has none.

    Parameters
    ----------
    y : Series
        Positive figures by month.
    """
    from scipy.special import stdtrit

    logs = np.log(y[y > 0]).reindex(y.index)
    smooth = logs.rolling(YEAR).mean()
    apart = (logs - (smooth.shift(-YEAR // 2) + smooth.shift(-YEAR // 2 + 1)) / 2).dropna()
    months = pd.PeriodIndex(apart.index)
    frame = pd.DataFrame({"apart": apart.to_numpy(), "month": months.month, "year": months.year})
    whole = frame.groupby("year")["month"].transform("size") == YEAR
    frame = frame[whole]
    years: Ints = np.sort(frame["year"].unique()).astype(np.int64)
    rows = []
    for block in np.split(years, np.arange(len(years) % BLOCK_YEARS, len(years), BLOCK_YEARS)):
        if len(block) < BLOCK_YEARS:
            continue
        part = frame[frame["year"].isin(block)].groupby("month")["apart"]
        factor, half = part.mean(), part.std() / np.sqrt(BLOCK_YEARS) * float(stdtrit(BLOCK_YEARS - 1, 0.9))
        factor = factor - factor.mean()
        made = {"factor": factor, "lower": factor - half, "upper": factor + half}
        rows.append(
            pd.DataFrame(made)
            .rename_axis("month_of_year")
            .reset_index()
            .assign(
                first_year=block[0], last_year=block[-1], years=len(block), amplitude=float(np.ptp(factor))
            )
        )
    if len(rows) < 2:
        return pd.DataFrame(columns=list(SEASON_COLUMNS))
    return pd.concat(rows, ignore_index=True).assign(series_id=str(y.name))[list(SEASON_COLUMNS)]
