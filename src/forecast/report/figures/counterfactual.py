"""With and without: the counts of the months of an event beside two answers to what they would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report.catalogue import t
from forecast.report.figures import style as f
from forecast.report.figures.palette import DASHES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The scale ends at so many times the largest count; a fan is cut there.
ROOM = 2.0


@f.styled
def response_chart(
    counts: pd.DataFrame,
    before: pd.DataFrame,
    same: pd.DataFrame,
) -> Figure:
    """Return the chart of the months with and without an event.

    `counts`: ``month`` (Period), ``value``: a year before the event and its months; `before`: Forecast from
    the month before it: ``month middle lower_80 upper_80``; may be empty; `same`: The same months with the
    estimated effect taken out: as `before`.
    """
    canvas = f.Canvas(f.WIDE, 360)
    first, months = counts["month"].iloc[0], len(counts)
    parts = [part for part in (before, same) if len(part)]
    lines = max([float(counts["value"].max()), *(float(part["middle"].max()) for part in parts)])
    fans = max([lines, *(float(part["upper_80"].max()) for part in parts)])
    top = min(fans, max(ROOM * float(counts["value"].max()), lines)) * 1.06
    left = f.axis_room(top, 26.0)
    ax = canvas.axes(left, 24, 236, 42)
    ax.set_xlim(-0.3, months - 0.6)
    f.y_axis(canvas, ax, top)
    start = f.index_of([parts[0]["month"].iloc[0]], first)[0] if parts else months - 1
    last = float(counts["value"].iloc[start - 1]) if start else float("nan")
    ends = [(float(counts["value"].iloc[-1]), t("Counted"), t("as published"), "ink")]
    for part, role, words, about in (
        (before, "fc", t("Forecast"), t("made the month before")),
        (same, "m-arima", t("Effect taken out"), t("of the same months")),
    ):
        if not len(part):
            continue
        x = np.r_[start - 1, f.index_of(list(part["month"]), first)]
        middle, low, high = (np.r_[last, part[c].to_numpy(float)] for c in ("middle", "lower_80", "upper_80"))
        if role == "fc":
            ax.fill_between(x, low.clip(0, top), high.clip(0, top), color=canvas["b80"], lw=0, zorder=1)
            ax.plot(x, middle, color=canvas[role], lw=2.2, zorder=3)
        else:
            for edge in (low, high):
                ax.plot(x, edge.clip(0, top), color=canvas[role], lw=0.9, dashes=(1.3, 1.6), zorder=2.5)
            ax.plot(x, middle, color=canvas[role], lw=2.2, dashes=DASHES["m-ridge"], zorder=3.2)
        ends.append((float(middle[-1]), words, about, role))
    ax.plot(range(months), counts["value"], color=canvas["ink"], lw=2, zorder=4)
    f.vertical(canvas, ax, start - 0.5, "ev")
    _ends(canvas, ax, ends, top)
    f.month_axis(canvas, ax, first, months)
    return canvas.figure


def _ends(canvas: f.Canvas, ax: Axes, ends: list[tuple[float, str, str, str]], top: float) -> None:
    scale = ax.get_window_extent().height / top
    heights = f.spread([min(value, top) * scale for value, *_ in ends], 32, low=12)
    for (_, words, about, role), height in zip(ends, heights, strict=True):
        x, y = ax.get_xlim()[1], height / scale
        canvas.text(ax, x, y, words, role, bold=True, shift=(8, 8))
        canvas.text(ax, x, y, about, "muted", size=11.5, shift=(8, -8))
