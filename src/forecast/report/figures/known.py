"""Small charts of forecasts made before past turns: the line of that day, its band, what came."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Panel(NamedTuple):
    """One turn: words above and below, counts before, then middle, band and outcomes by month."""

    title: str
    words: str
    below: str
    history: pd.Series
    ahead: pd.DataFrame


def top_of(panels: Sequence[Panel]) -> float:
    """Return the top of the scale of all panels: the bands fit, if the lines still fill half of it."""
    lines = [np.r_[p.history, p.ahead[["middle", "actual"]].to_numpy(float).ravel()] for p in panels]
    top = float(np.nanmax(np.concatenate(lines)))
    bands = float(np.nanmax([top, *(p.ahead["upper_80"].max() for p in panels)]))
    return min(max(1.12 * top, 1.02 * bands), 2 * top) or 1.0


@f.styled
def known_chart(panels: Sequence[Panel], *, narrow: bool = False) -> Figure:
    """Return the panels: side by side, or two in a row for phones; all on one scale."""
    columns = min(len(panels), 2 if narrow else 4)
    rows, width = math.ceil(len(panels) / columns), f.NARROW if narrow else f.WIDE
    top, gap = top_of(panels), 14 if narrow else 30
    ticks = f.nice_ticks(top, 5)[1:]
    ticks = ticks[1::2] if len(ticks) > 3 else ticks[:2]
    room = f.text_width(w.count(ticks[-1] / f.divisor(top)), 12) + 7  # of the numbers left of each row
    wide = (width - room - gap * (columns - 1)) / columns
    words = [_words(panel, wide - 2, narrow) for panel in panels]
    above = 18 + 15 * max(len(lines) for lines in words)
    high = above + 122 + 34
    canvas = f.Canvas(width, rows * high)
    for k, panel in enumerate(panels):
        row, column = divmod(k, columns)
        left = room + column * (wide + gap)
        right, below = width - left - wide, canvas.height - (row + 1) * high + 34
        ax = canvas.axes(left, row * high + above, right + 2, below)
        f.y_axis(canvas, ax, top, ticks, numbers=column == 0)
        _panel(ax, canvas, panel, top)
        height = above - 6
        for line, role, bold, size in words[k]:
            look: f.TextStyle = {"size": size, "bold": bold, "transform": ax.transAxes, "shift": (0, height)}
            canvas.text(ax, 0, 1, line, role, **look)
            height -= 15
        canvas.text(ax, 0, 0, panel.below, "muted", size=11.5, transform=ax.transAxes, shift=(0, -16))
    return canvas.figure


def _words(panel: Panel, room: float, narrow: bool) -> list[tuple[str, str, bool, float]]:
    """Return the lines above a panel: its title, then what was happening; with role, weight and size."""
    size = 12 if narrow else 12.5
    title = [(line, "ink", True, size) for line in f.lines(panel.title, room, size, True, ": ")]
    words = f.lines(w.shortened(panel.words, 52 if narrow else 68), room, 11.5)
    return title + [(line, "muted", False, 11.5) for line in words]


def _panel(ax: Axes, canvas: f.Canvas, panel: Panel, top: float) -> None:
    history, ahead = panel.history, panel.ahead
    n, steps, last = len(history), len(ahead), float(history.iloc[-1])
    ax.set_xlim(-0.3, n + steps - 0.7)
    ax.xaxis.set_visible(False)
    at = np.arange(n - 1, n + steps)
    if ahead["lower_80"].notna().all():
        ends = (np.minimum(np.r_[last, ahead[c].to_numpy(float)], top) for c in ("lower_80", "upper_80"))
        ax.fill_between(at, *ends, color=canvas["b80"], lw=0, zorder=1)
    ax.plot(at, np.r_[last, ahead["middle"].to_numpy(float)], color=canvas["fc"], lw=2, zorder=3)
    ax.plot(np.arange(n), history.to_numpy(float), color=canvas["ink"], lw=2, zorder=4)
    actual = ahead["actual"].to_numpy(float)
    outside = (actual < ahead["lower_80"].to_numpy(float)) | (actual > ahead["upper_80"].to_numpy(float))
    for mask, marker, role, size in ((~outside, "o", "ink", 5.0), (outside, "D", "ev", 5.2)):
        ax.plot(
            at[1:][mask], actual[mask], marker, color=canvas[role], ms=size, zorder=4.5, ls="", clip_on=False
        )
