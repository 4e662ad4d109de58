"""The fan: the counts since the last break of level, and the forecast with its two ranges."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BANDS = (("lower_80", "upper_80", "b80", 1.0), ("lower_50", "upper_50", "b50", 1.1))
#: Distance between the lines of the hatching, in units.
HATCH = 7.0
Point = tuple[pd.Period, float, str]


class Reach(NamedTuple):
    """How many months are drawn in full, and the words right of the later, hatched ones."""

    months: int
    beside: str = ""


@f.styled
def fan_chart(
    counts: pd.DataFrame,
    forecast: pd.DataFrame,
    reach: Reach,
    afterwards: pd.DataFrame | None = None,
    points: Sequence[Point] = (),
    *,
    whole: bool = True,
    narrow: bool = False,
) -> Figure:
    """Return the fan chart.

    `counts`: Columns ``month`` (Period) and ``value``, without holes; the last row is the last count;
    `forecast`: Columns ``month``, ``middle`` and, where not refused, ``lower_80 lower_50 upper_50
    upper_80``; `reach`: Of months beyond it the 80% range alone is drawn, hatched; `afterwards`: Counts that
    became public later: ``month``, ``value``. Drawn as hollow dots; `points`: Unofficial figures, marked;
    `whole`: Whether the figures are whole numbers.
    """
    near = reach.months
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, 340 if narrow else 360)
    first, months, steps = counts["month"].iloc[0], len(counts), len(forecast)
    top = _top(counts, forecast, afterwards)
    right = 62 if narrow else 196 if steps > near else 96
    ax = canvas.axes(f.axis_room(top, 26.0), 30, right, 38)
    ax.set_xlim(-0.4, months + steps - 1 + 0.15)
    f.y_axis(canvas, ax, top)
    _bands(canvas, ax, counts, forecast.iloc[:near])
    _hatched(canvas, ax, forecast.iloc[near - 1 :], months + near - 1)
    x = np.arange(months)
    ax.plot(x, counts["value"], color=canvas["ink"], lw=2, zorder=5)
    ax.plot([months - 1], [counts["value"].iloc[-1]], "o", color=canvas["ink"], ms=6.5, zorder=6)
    canvas.avoid(ax, x, counts["value"])
    f.vertical(canvas, ax, months - 0.5)
    canvas.avoid(ax, [months - 0.5] * 2, [0, top])
    _heading(canvas, ax, months)
    _outcomes(canvas, ax, afterwards, first, narrow)
    _far_ends(canvas, ax, forecast, reach, whole, narrow)
    _near_ends(canvas, ax, forecast.iloc[:near], months, whole, narrow)
    for month, value, words in points:
        _point(canvas, ax, (month - first).n, value, words, narrow)
    _marks(canvas, ax, counts, narrow)
    _levels(canvas, ax, forecast.iloc[:near], months)
    f.month_axis(canvas, ax, first, months + steps, 44 if not narrow else 40)
    return canvas.figure


def _top(counts: pd.DataFrame, forecast: pd.DataFrame, afterwards: pd.DataFrame | None) -> float:
    high = [float(counts["value"].max())]
    high += [float(forecast[c].max()) for c in ("middle", "upper_50", "upper_80") if c in forecast]
    if afterwards is not None and len(afterwards):
        high.append(float(afterwards["value"].max()))
    return float(np.nanmax(high)) * 1.1 or 1.0


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
    canvas.avoid(ax, at, middle)


def _hatched(canvas: f.Canvas, ax: Axes, far: pd.DataFrame, start: int) -> None:
    """Hatch the range of the later months: no middle line, dashed ends."""
    from matplotlib.collections import LineCollection
    from matplotlib.path import Path
    from matplotlib.transforms import IdentityTransform

    if len(far) < 2 or "lower_80" not in far:
        return
    at = np.arange(start, start + len(far))
    lower, upper = far["lower_80"].to_numpy(float), far["upper_80"].to_numpy(float)
    known = np.isfinite(lower) & np.isfinite(upper)
    if known.sum() < 2:
        return
    at, lower, upper = at[known], lower[known], upper[known]
    for edge in (lower, upper):
        ax.plot(at, edge, color=canvas["edge"], lw=0.9, dashes=(3, 3), zorder=1.3)
        canvas.avoid(ax, at, edge)
    corners = ax.transData.transform(np.r_[np.c_[at, lower], np.c_[at, upper][::-1]])
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    starts = np.arange(x0 - (y1 - y0), x1, HATCH)
    lines = LineCollection(
        [[(x, y0), (x + y1 - y0, y1)] for x in starts], colors=canvas["b80"], linewidths=3.2, zorder=0.9
    )
    lines.set_transform(IdentityTransform())
    ax.add_collection(lines, autolim=False)
    lines.set_clip_path(Path(np.vstack([corners, corners[:1]])), IdentityTransform())


def _heading(canvas: f.Canvas, ax: Axes, months: int) -> None:
    from matplotlib.transforms import blended_transform_factory

    above = blended_transform_factory(ax.transData, ax.transAxes)
    canvas.text(ax, months - 0.5, 1, t("known"), "muted", ha="right", shift=(-6, 12), transform=above)
    canvas.text(ax, months - 0.5, 1, t("Forecast").lower(), "fc", bold=True, shift=(6, 12), transform=above)


def _far_ends(
    canvas: f.Canvas, ax: Axes, forecast: pd.DataFrame, reach: Reach, whole: bool, narrow: bool
) -> None:
    """Label the ends of the hatched range, and say beside it why it has no middle line."""
    last = forecast.iloc[-1]
    if len(forecast) <= reach.months or not np.isfinite([last["lower_80"], last["upper_80"]]).all():
        return
    x, size = ax.get_xlim()[1], 11.5 if narrow else 12.5
    for column in ("upper_80", "lower_80"):
        words = w.rounded(float(last[column]), whole)
        canvas.text(ax, x, float(last[column]), words, size=size, shift=(7, 0))
    if reach.beside and not narrow:
        middle = (float(last["lower_80"]) + float(last["upper_80"])) / 2
        words = "\n".join(textwrap.wrap(reach.beside, 29))
        canvas.text(ax, x, middle, words, "muted", shift=(7, 0))


def _near_ends(
    canvas: f.Canvas, ax: Axes, near: pd.DataFrame, months: int, whole: bool, narrow: bool
) -> None:
    """Label the last month in full: its middle and the ends of its 80% range."""
    last, x = near.iloc[-1], months + len(near) - 1
    month = w.month_abbreviation(last["month"])
    size = 11.5 if narrow else 12.5
    ends = (
        ("upper_80", "ink", ("above left", "above", "left")),
        ("lower_80", "ink", ("below left", "below", "left")),
    )
    for column, role, sides in (*ends, ("middle", "fc", ("above left", "left", "below left", "right"))):
        if column not in last or not np.isfinite(last[column]):
            continue
        number = w.rounded(float(last[column]), whole)
        words = number if narrow else f"{month}: {number}"
        main = column == "middle"
        canvas.place(
            ax, x, float(last[column]), words, role, size=size, bold=main, prefer=sides, offset=6, must=main
        )


def _levels(canvas: f.Canvas, ax: Axes, near: pd.DataFrame, months: int) -> None:
    """Name the bands where they are wide enough and free of other words."""
    if "upper_80" not in near:
        return
    inner = near["upper_50"] if "upper_50" in near else near["middle"]
    for low, high, words in ((inner, near["upper_80"], t("8 in 10")), (near["middle"], inner, t("5 in 10"))):
        for k in range(len(near) - 2, 1, -1):
            ends = float(low.iloc[k]), float(high.iloc[k])
            middle = sum(ends) / 2
            if np.isfinite(ends).all() and canvas.place(
                ax, months + k, middle, words, "fc", size=12, prefer=("on",)
            ):
                break


def _outcomes(canvas: f.Canvas, ax: Axes, later: pd.DataFrame | None, first: pd.Period, narrow: bool) -> None:
    if later is None or not len(later):
        return
    right = ax.get_xlim()[1]
    x = list(f.index_of(list(later["month"]), first))
    shown = [(i, float(v)) for i, v in zip(x, later["value"], strict=True) if i <= right]
    if not shown:
        return
    at, values = [i for i, _ in shown], [v for _, v in shown]
    ax.plot(at, values, color=canvas["muted"], lw=1, dashes=(1.5, 3), zorder=5.5)
    ax.plot(at, values, "o", color=canvas["bg"], mec=canvas["ink"], mew=1.4, ms=6, zorder=6, clip_on=False)
    canvas.avoid(ax, at, values)
    words = t("What happened\nafterwards") if narrow else t("What happened afterwards")
    order = sorted(range(len(at)), key=lambda k: abs(k - len(at) // 2))
    sides = ("below", "below left", "above", "below right")
    for n, k in enumerate(order):
        must = n == len(order) - 1
        if canvas.place(ax, at[k], values[k], words, size=11.5, prefer=sides, must=must):
            return


def _point(canvas: f.Canvas, ax: Axes, x: float, value: float, words: str, narrow: bool) -> None:
    ax.plot([x], [value], "D", color=canvas["bg"], mec=canvas["ev"], mew=1.6, ms=7, zorder=6.2)
    if narrow:
        words = words.partition(":")[0]
    canvas.place(
        ax, x, value, words, "ev", size=12, prefer=("below left", "below", "left", "above left"), offset=14
    )


def _marks(canvas: f.Canvas, ax: Axes, counts: pd.DataFrame, narrow: bool) -> None:
    values = counts["value"].to_numpy(float)
    last = len(values) - 1
    number = w.count(values[-1])
    words = number if narrow else f"{w.month_abbreviation(counts['month'].iloc[-1])}: {number}"
    sides = ("above left", "left", "below left", "below", "above")
    canvas.place(ax, last, values[-1], words, bold=True, prefer=sides, must=True)
    if len(values) < 4:
        return
    highest = int(np.nanargmax(values))
    if highest != last:
        text = f"{w.month_short(counts['month'].iloc[highest])}: {w.count(values[highest])}"
        canvas.place(
            ax, highest, values[highest], text, "muted", prefer=("above", "above left", "above right")
        )
