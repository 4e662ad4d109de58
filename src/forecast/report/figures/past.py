"""Ten years of counts: events numbered at their lines, the forecast at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@f.styled
def past_chart(
    counts: pd.DataFrame,
    forecast: pd.DataFrame,
    events: Sequence[pd.Period],
    *,
    narrow: bool = False,
) -> Figure:
    """Return the chart of ten years.

    `counts`: ``month`` (Period), ``value``; `forecast`: ``month``, ``middle`` and, where not refused,
    ``lower_80`` and ``upper_80``; `events`: Month of each numbered event, in order.
    """
    first, months, steps = counts["month"].iloc[0], len(counts), len(forecast)
    above = 42 if events else 14
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, above + (236 if narrow else 262))
    top = _top(counts, forecast)
    ax = canvas.axes(f.axis_room(top, 30.0), above, 14 if narrow else 20, 28)
    ax.set_xlim(-0.5, months + steps + 1)
    f.y_axis(canvas, ax, top, f.nice_ticks(top, 4))
    heights = _numbers(canvas, ax, [(month - first).n for month in events])
    x, at = np.arange(months), np.arange(months - 1, months + steps)
    last = float(counts["value"].iloc[-1])
    if steps and "lower_80" in forecast:
        lower, upper = (np.r_[last, forecast[c].to_numpy(float)] for c in ("lower_80", "upper_80"))
        known = np.isfinite(lower) & np.isfinite(upper)
        ax.fill_between(at[known], lower[known], upper[known], color=canvas["b50"], lw=0, zorder=2)
    if steps:
        ax.plot(at, np.r_[last, forecast["middle"].to_numpy(float)], color=canvas["fc"], lw=2, zorder=4)
    ax.plot(x, counts["value"], color=canvas["ink"], lw=1.8, zorder=4)
    canvas.avoid(ax, x, counts["value"])
    f.year_axis(canvas, ax, first, months + steps)
    _record(canvas, ax, counts, narrow)
    for month, height in heights.items():
        _line(canvas, ax, month, height)
    return canvas.figure


def _top(counts: pd.DataFrame, forecast: pd.DataFrame) -> float:
    high = [float(counts["value"].max())]
    high += [float(forecast[c].max()) for c in ("middle", "upper_80") if c in forecast and len(forecast)]
    return float(np.nanmax(high)) * 1.07 or 1.0


def _numbers(canvas: f.Canvas, ax: Axes, events: Sequence[int]) -> dict[int, float]:
    """Number the events above the plot; where one is too near to the one before, in the second row.

    Returned is how far above the plot the line of each event ends, in units.
    """
    from matplotlib.transforms import blended_transform_factory

    above = blended_transform_factory(ax.transData, ax.transAxes)
    left, right = ax.get_xlim()
    near = 16 * (right - left) / ax.get_window_extent().width
    previous, row = -1e9, 0
    ends: dict[int, float] = {}
    for k, x in enumerate(events):
        row = 1 - row if x - previous < near else 0
        previous = x
        height = 10 + 15 * row
        ends[x] = height - 8
        canvas.avoid(ax, [x, x], ax.get_ylim())
        canvas.text(ax, x, 1, str(k + 1), "ev", ha="center", transform=above, bold=True, shift=(0, height))
    return ends


def _line(canvas: f.Canvas, ax: Axes, x: int, above: float) -> None:
    """Draw the line of an event from the axis to its number, interrupted where a text stands on it."""
    from matplotlib.transforms import IdentityTransform

    plot, at = ax.get_window_extent(), float(ax.transData.transform((x, 0))[0])
    stops = [plot.y0]
    for box in sorted(canvas.boxes, key=lambda box: float(box.y0)):
        if box.x0 - 2 < at < box.x1 + 2 and plot.y0 < box.y0 < plot.y1 + above - 4:
            stops += [box.y0 - 1, box.y1 + 1]
    stops.append(plot.y1 + above)
    for low, high in zip(stops[::2], stops[1::2], strict=True):
        if high > low:
            (line,) = ax.plot([at, at], [low, high], color=canvas["ev"], lw=0.9, zorder=1, clip_on=False)
            line.set_transform(IdentityTransform())


def _record(canvas: f.Canvas, ax: Axes, counts: pd.DataFrame, narrow: bool) -> None:
    values = counts["value"].to_numpy(float)
    at = int(np.nanargmax(values))
    ax.plot([at], [values[at]], "o", color=canvas["ink"], ms=5, zorder=5)
    words = (
        w.count(values[at]) if narrow else f"{w.month_short(counts['month'].iloc[at])}: {w.count(values[at])}"
    )
    canvas.place(
        ax,
        at,
        values[at],
        words,
        bold=True,
        offset=7,
        prefer=("left", "right", "above left", "above right"),
        must=True,
    )
