"""Chart 1: the counts since the last break of level, and the forecast with its two ranges."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import mark, t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from forecast.report.figures.figure import ChartFigure

BANDS = (("lower_80", "upper_80", "b80", 1.0), ("lower_50", "upper_50", "b50", 1.1))
NO_RANGE = mark("no 80% range from here:\ntoo few past misses")
NO_RANGE_NARROW = mark("no 80% range\nfrom here")


@f.styled
def forecast_chart(
    counts: pd.DataFrame,
    forecast: pd.DataFrame,
    others: pd.DataFrame | None = None,
    afterwards: pd.DataFrame | None = None,
    *,
    published: str = "",
    whole: bool = True,
    narrow: bool = False,
    palette: Mapping[str, str] = f.LIGHT,
) -> ChartFigure:
    """Return the fan chart.

    Parameters
    ----------
    counts : DataFrame
        Columns ``month`` (Period) and ``value``, without holes; the last row is the last count.
    forecast : DataFrame
        Columns ``month``, ``middle`` and, where not refused, ``lower_80 lower_50 upper_50 upper_80``.
    others : DataFrame, optional
        Middle lines of other models: ``toggle`` (class), ``role`` (colour), ``month``, ``value``.
    afterwards : DataFrame, optional
        Counts that became public later: ``month``, ``value``. Drawn as hollow dots under that label.
    published : str
        Words left of the vertical.
    whole : bool
        Whether the figures are whole numbers.
    narrow : bool
        The drawing for phones.
    palette : mapping
        Colours by role.
    """
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, 400 if narrow else 430, palette)
    first, months, steps = counts["month"].iloc[0], len(counts), len(forecast)
    top = _top(counts, forecast, afterwards)
    right = _end_width(canvas, forecast, whole, narrow)
    ax = canvas.axes(f.left_room(canvas, top, 26.0), 40, right, 42)
    ax.set_xlim(-0.4, months + steps - 1 + 0.15)
    f.y_axis(canvas, ax, top)
    _bands(canvas, ax, counts, forecast)
    if others is not None and len(others):
        _other_models(canvas, ax, counts, others)
    x = np.arange(months)
    ax.plot(x, counts["value"], color=palette["ink"], lw=2, zorder=5)
    if months <= 40:
        ax.plot(x, counts["value"], "o", color=palette["ink"], ms=3.4, zorder=5)
    ax.plot([months - 1], [counts["value"].iloc[-1]], "o", color=palette["ink"], ms=6.5, zorder=6)
    canvas.avoid(ax, x, counts["value"])
    f.vertical(canvas, ax, months - 0.5)
    _heading(canvas, ax, months, published, narrow)
    _ends(canvas, ax, forecast, months, whole, narrow)
    if afterwards is not None and len(afterwards):
        _afterwards(canvas, ax, afterwards, first, narrow)
    _marks(canvas, ax, counts, narrow)
    _refusal(canvas, ax, forecast, months, narrow)
    f.month_axis(canvas, ax, first, months + steps, 44 if not narrow else 40)
    canvas.cursor(ax)
    return canvas.figure


def _top(counts: pd.DataFrame, forecast: pd.DataFrame, afterwards: pd.DataFrame | None) -> float:
    high = [float(counts["value"].max())]
    high += [float(forecast[c].max()) for c in ("middle", "upper_50", "upper_80") if c in forecast]
    if afterwards is not None and len(afterwards):
        high.append(float(afterwards["value"].max()))
    return float(np.nanmax(high)) * 1.08 or 1.0


def _labels(forecast: pd.DataFrame) -> list[tuple[str, str, str]]:
    words = [
        ("upper_80", t("top of the 80% range"), t("8 in 10")),
        ("upper_50", t("top of the 50% range"), t("5 in 10")),
        ("middle", t("middle of the forecast"), ""),
        ("lower_50", t("bottom of the 50% range"), ""),
        ("lower_80", t("bottom of the 80% range"), ""),
    ]
    return [row for row in words if row[0] in forecast and np.isfinite(forecast[row[0]].iloc[-1])]


def _end_width(canvas: f.Canvas, forecast: pd.DataFrame, whole: bool, narrow: bool) -> float:
    rows = _labels(forecast)
    numbers = max(
        canvas.width_of(w.rounded(forecast[key].iloc[-1], whole), 12.5, key == "middle") for key, *_ in rows
    )
    if narrow:
        return max(48.0, numbers + 12)
    return numbers + 10 + max(canvas.width_of(text, 12) for _, text, _ in rows) + 14


def _fan(counts: pd.DataFrame, forecast: pd.DataFrame, column: str) -> np.ndarray[Any, Any]:
    return np.append(float(counts["value"].iloc[-1]), forecast[column].to_numpy(float))


def _bands(canvas: f.Canvas, ax: Axes, counts: pd.DataFrame, forecast: pd.DataFrame) -> None:
    at = np.arange(len(counts) - 1, len(counts) + len(forecast))
    for low, high, role, z in BANDS:
        if low not in forecast or high not in forecast:
            continue
        lower, upper = _fan(counts, forecast, low), _fan(counts, forecast, high)
        known = np.isfinite(lower) & np.isfinite(upper)
        if known.sum() < 2:
            continue
        ax.fill_between(at[known], lower[known], upper[known], color=canvas[role], lw=0, zorder=z)
        for edge in (lower, upper):
            ax.plot(at[known], edge[known], color=canvas["edge"], lw=0.9, zorder=1.3)
            canvas.avoid(ax, at[known], edge[known])
    middle = _fan(counts, forecast, "middle")
    ax.plot(at, middle, color=canvas["fc"], lw=2.4, zorder=4)
    ax.plot(at[1:], middle[1:], "o", color=canvas["fc"], ms=4, zorder=4)
    canvas.avoid(ax, at, middle)


def _refusal(canvas: f.Canvas, ax: Axes, forecast: pd.DataFrame, months: int, narrow: bool) -> None:
    """Say at the end of the 80% band why it stops, where it stops before the forecast does."""
    if "upper_80" not in forecast or not np.isfinite(forecast["upper_80"]).any():
        return
    stop = int(np.flatnonzero(np.isfinite(forecast["upper_80"]))[-1])
    if stop < len(forecast) - 1:
        sides = ("above", "above left", "above right", "below", "below right")
        at, height = months + stop, float(forecast["upper_80"].iloc[stop])
        words = t(NO_RANGE_NARROW if narrow else NO_RANGE)
        canvas.place(ax, at, height, words, "muted", size=11.5, prefer=sides, must=not narrow)


def _other_models(canvas: f.Canvas, ax: Axes, counts: pd.DataFrame, others: pd.DataFrame) -> None:
    first, last = counts["month"].iloc[0], float(counts["value"].iloc[-1])
    for toggle, rows in others.groupby("toggle", sort=False):
        role = str(rows["role"].iloc[0])
        x = [len(counts) - 1, *f.index_of(list(rows["month"]), first)]
        (line,) = ax.plot(
            x, [last, *rows["value"]], color=canvas[role], lw=2, dashes=f.DASHES[role], zorder=4.5
        )
        line.set_gid(f"c:mod {toggle}")


def _heading(canvas: f.Canvas, ax: Axes, months: int, published: str, narrow: bool) -> None:
    from matplotlib.transforms import blended_transform_factory

    above = blended_transform_factory(ax.transData, ax.transAxes)
    words = t("Published") if narrow else published or t("Published")
    style: dict[str, Any] = {"size": 12, "halo": False, "transform": above}
    canvas.text(ax, months - 0.5, 1, words, "muted", ha="right", shift=(-5, 16), **style)
    canvas.text(ax, months - 0.5, 1, t("Forecast"), "fc", bold=True, shift=(5, 16), **style)


def _ends(canvas: f.Canvas, ax: Axes, forecast: pd.DataFrame, months: int, whole: bool, narrow: bool) -> None:
    rows = _labels(forecast)
    x = months + len(forecast) - 1
    scale = ax.get_window_extent().height / ax.get_ylim()[1]
    wanted = [float(forecast[key].iloc[-1]) * scale for key, *_ in rows]
    gap = 15.0 if narrow else 17.0
    heights = f.spread(wanted, gap, low=6)
    numbers = max(
        canvas.width_of(w.rounded(forecast[key].iloc[-1], whole), 12.5, key == "middle") for key, *_ in rows
    )
    for (key, text, share), height in zip(rows, heights, strict=True):
        main = key == "middle"
        role = "fc" if main else "muted" if narrow else "ink"
        number = w.rounded(float(forecast[key].iloc[-1]), whole)
        write = functools.partial(canvas.text, ax, x, height / scale, halo=False)
        write(number, role, bold=main, size=11.5 if narrow else 12.5, shift=(8, 0))
        if not narrow:
            write(text, "fc" if main else "muted", size=12, shift=(15 + numbers, 0))
        elif share and not any(0 < height - other < gap * 1.8 for other in heights):
            write(share, "muted", size=11, shift=(8, -13))


def _afterwards(canvas: f.Canvas, ax: Axes, later: pd.DataFrame, first: pd.Period, narrow: bool) -> None:
    right = ax.get_xlim()[1]
    x = list(f.index_of(list(later["month"]), first))
    shown = [(i, float(v)) for i, v in zip(x, later["value"], strict=True) if i <= right]
    if not shown:
        return
    at, values = [i for i, _ in shown], [v for _, v in shown]
    ax.plot(at, values, "o", color=canvas["bg"], mec=canvas["ink"], mew=1.5, ms=6, zorder=6, clip_on=False)
    canvas.avoid(ax, at, values)
    words = t("What happened\nafterwards") if narrow else t("What happened afterwards")
    middle = len(at) // 2
    order: Sequence[int] = sorted(range(len(at)), key=lambda k: abs(k - middle))
    for n, k in enumerate(order):
        sides = ("below", "above", "below left", "below right")
        if canvas.place(
            ax, at[k], values[k], words, "ink", size=11.5, prefer=sides, must=n == len(order) - 1
        ):
            return


def _marks(canvas: f.Canvas, ax: Axes, counts: pd.DataFrame, narrow: bool) -> None:
    values = counts["value"].to_numpy(float)
    last = len(values) - 1
    words = f"{w.month_abbreviation(counts['month'].iloc[-1])}: {w.count(values[-1])}"
    sides = ("below left", "above left", "left", "below", "above")
    canvas.place(ax, last, values[-1], words, bold=True, prefer=sides, must=True)
    if narrow or len(values) < 4:
        return
    for position, side in ((int(np.nanargmax(values)), "above"), (int(np.nanargmin(values)), "below")):
        if position != last:
            text = f"{w.month_short(counts['month'].iloc[position])}: {w.count(values[position])}"
            canvas.place(
                ax, position, values[position], text, "muted", prefer=(side, f"{side} left", f"{side} right")
            )
