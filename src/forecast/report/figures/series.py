"""Small multiples: one panel for each series, with the counts of the last years and the forecast."""

from __future__ import annotations

import math
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
def series_chart(
    panels: Sequence[tuple[str, pd.Series, pd.DataFrame]],
) -> Figure:
    """Return small line charts, one for each series, each on its own scale.

    `panels`: Counts by month (Period), and the forecast's ``month middle lower_80 upper_80``.
    """
    columns, high = 3, 190
    rows = math.ceil(len(panels) / columns)
    canvas = f.Canvas(f.WIDE, rows * high + 4)
    wide = canvas.width / columns
    for k, (label, counts, forecast) in enumerate(panels):
        row, column = divmod(k, columns)
        left = column * wide + 40
        ax = canvas.axes(
            left,
            row * high + 34,
            canvas.width - (column + 1) * wide + 58,
            canvas.height - (row + 1) * high + 26,
        )
        _panel(canvas, ax, label, counts, forecast, _top(counts, forecast))
    return canvas.figure


def _top(counts: pd.Series, forecast: pd.DataFrame) -> float:
    values = [float(counts.max()), *forecast["middle"].astype(float), *forecast["upper_80"].astype(float)]
    return float(np.nanmax(values)) * 1.1 or 1.0


def _panel(
    canvas: f.Canvas, ax: Axes, label: str, counts: pd.Series, forecast: pd.DataFrame, top: float
) -> None:
    first, months, steps = counts.index[0], len(counts), len(forecast)
    ax.set_xlim(-0.5, months + steps - 0.5)
    f.y_axis(canvas, ax, top, f.nice_ticks(top, 4))
    by = f.divisor(top)
    last = float(counts.iloc[-1])
    at = np.arange(months - 1, months + steps)
    lower, upper = (np.r_[last, forecast[c].to_numpy(float)] for c in ("lower_80", "upper_80"))
    known = np.isfinite(lower) & np.isfinite(upper)
    ax.fill_between(at[known], lower[known], upper[known], color=canvas["b80"], lw=0, zorder=1)
    ax.plot(at, np.r_[last, forecast["middle"].to_numpy(float)], color=canvas["fc"], lw=2, zorder=4)
    ax.plot(np.arange(months), counts.to_numpy(float), color=canvas["ink"], lw=1.6, zorder=5)
    f.year_axis(canvas, ax, first, months + steps)
    canvas.text(ax, 0, 1, label, bold=True, transform=ax.transAxes, shift=(0, 16), size=12.5)
    if by > 1:
        canvas.text(
            ax, 1, 1, f.unit_words(top), "muted", size=11, ha="right", transform=ax.transAxes, shift=(46, 16)
        )
    if not steps:
        return
    middle = float(forecast["middle"].iloc[-1])
    canvas.text(ax, months + steps - 1, middle, w.rounded(middle), "fc", size=11.5, bold=True, shift=(8, 0))
