"""How a season came and went: one line for each block of years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A label below another one needs so many units.
LINE = 15


@f.styled
def season_chart(season: pd.DataFrame) -> Figure:
    """Return the seasons of a series, the oldest in grey, the newest in colour.

    `season`: Rows of one series: ``first_year, last_year, month_of_year, factor`` on logs.
    """
    blocks = sorted(season["first_year"].unique())
    percent = season.assign(percent=100 * np.expm1(season["factor"].to_numpy(float)))
    low, high = float(percent["percent"].min()), float(percent["percent"].max())
    canvas = f.Canvas(f.WIDE, 270)
    ax = canvas.axes(52, 20, 96, 28)
    step = f.nice_ticks(max(high, -low), 4)[1]
    ticks = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    ax.set_xlim(0.5, 12.5)
    ax.set_ylim(ticks[0], ticks[-1])
    canvas.ticks(ax, "y", ticks.tolist(), [f"{w.signed(v)}%" for v in ticks])
    ax.hlines(ticks, 0, 1, transform=ax.get_yaxis_transform(), color=canvas["grid"], lw=1, zorder=0.5)
    ax.axhline(0, color=canvas["rule"], lw=1, zorder=1.5)
    months = range(1, 13)
    canvas.ticks(
        ax, "x", list(months), [w.month_abbreviation(pd.Period(year=2001, month=m, freq="M")) for m in months]
    )
    ends, roles = [], _roles(len(blocks))
    for block, role in zip(blocks, roles, strict=True):
        rows = percent[percent["first_year"] == block].sort_values("month_of_year")
        newest = block == blocks[-1]
        ax.plot(
            rows["month_of_year"], rows["percent"], color=canvas[role], lw=2.4 if newest else 1.4, zorder=3
        )
        ends.append(
            (float(rows["percent"].iloc[-1]), f"{block}-{int(rows['last_year'].iloc[0]) % 100:02d}", role)
        )
    _labels(canvas, ax, ends)
    return canvas.figure


def _roles(blocks: int) -> list[str]:
    """Colours from the oldest block to the newest."""
    shades = ("rule", "m-rw", "edge", "m-arima")
    return [*(shades[min(k, len(shades) - 1)] for k in range(blocks - 1)), "fc"]


def _labels(canvas: f.Canvas, ax: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Write the years at the ends of the lines, apart from each other."""
    low, high = ax.get_ylim()
    height = ax.get_window_extent().height
    at = [(value - low) / (high - low) * height for value, _, _ in ends]
    for (value, words, role), y, centre in zip(ends, at, f.spread(at, LINE, 0, height), strict=True):
        canvas.text(ax, 12, value, words, role, shift=(10, centre - y))
