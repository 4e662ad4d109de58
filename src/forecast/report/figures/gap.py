"""A series beside what untouched series make of it: the gap that opens with a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Years before the event that are drawn.
YEARS_BEFORE = 4


@f.styled
def gap_chart(gaps: pd.DataFrame) -> Figure:
    """Return the chart of one comparison: the figures, and what the donors make of them.

    `gaps`: Rows of one series and event: ``month, actual, expected, part``.
    """
    start = int((gaps["part"] == "before").sum())
    rows = gaps.iloc[max(start - 12 * YEARS_BEFORE, 0) :].reset_index(drop=True)
    start = int((rows["part"] == "before").sum())
    top = float(np.nanmax(rows[["actual", "expected"]].to_numpy(float))) * 1.1 or 1.0
    canvas = f.Canvas(f.WIDE, 270)
    ax = canvas.axes(f.axis_room(top, 44), 44, 16, 44)
    ax.set_xlim(-0.5, len(rows) - 0.5)
    f.y_axis(canvas, ax, top)
    f.month_axis(canvas, ax, rows["month"].iloc[0], len(rows))
    at = np.arange(len(rows))
    actual, expected = (rows[c].to_numpy(float) for c in ("actual", "expected"))
    ax.fill_between(at[start:], actual[start:], expected[start:], color=canvas["b80"], lw=0, zorder=1)
    ax.plot(at, expected, color=canvas["fc"], lw=1.8, dashes=(4, 2), zorder=4)
    ax.plot(at, actual, color=canvas["ink"], lw=1.8, zorder=5)
    f.vertical(canvas, ax, start - 0.5)
    _legend(canvas, ax, [(t("counted"), "ink"), (t("by series not touched"), "fc")])
    return canvas.figure


def _legend(canvas: f.Canvas, ax: Axes, entries: list[tuple[str, str]]) -> None:
    x = 0.0
    for words, role in entries:
        canvas.text(
            ax, 0, 1, words, role, bold=True, va="baseline", transform=ax.transAxes, shift=(x, 18), size=12.5
        )
        x += f.text_width(words, bold=True) + 18
