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
    """Return the top of the scale that all panels share: the largest count or middle, and some room."""
    lines = [np.r_[p.history, p.ahead[["middle", "actual"]].to_numpy(float).ravel()] for p in panels]
    return float(np.nanmax(np.concatenate(lines))) * 1.12 or 1.0


class _Line(NamedTuple):
    words: str
    size: float
    bold: bool


#: Units from one line of words to the next.
LINE = 15


@f.styled
def known_chart(panels: Sequence[Panel], *, narrow: bool = False) -> Figure:
    """Return the panels: side by side, or two in a row for phones; all on one scale."""
    columns = min(len(panels), 2 if narrow else 4)
    rows, width = math.ceil(len(panels) / columns), f.NARROW if narrow else f.WIDE
    top, gap = top_of(panels), 14 if narrow else 30
    room = f.axis_room(top, 24)
    wide = (width - room - gap * (columns - 1)) / columns
    heads = [_head(panel, wide - 4, 12 if narrow else 12.5) for panel in panels]
    most = max(map(len, heads))
    above = 14 + LINE * most
    high = above + 162
    canvas = f.Canvas(width, rows * high)
    for k, (panel, head) in enumerate(zip(panels, heads, strict=True)):
        row, column = divmod(k, columns)
        left = room + column * (wide + gap)
        right, below = width - left - wide, canvas.height - (row + 1) * high + 34
        ax = canvas.axes(left + 2, row * high + above, right + 2, below)
        _panel(canvas, ax, panel, top, column == 0)
        _words(canvas, ax, head, most, panel.below)
    return canvas.figure


def _head(panel: Panel, width: float, size: float) -> list[_Line]:
    """Return the title and what was happening, in lines of the width of a panel."""
    title = [_Line(line, size, True) for line in f.lines(panel.title, width, size, bold=True)]
    words = f.lines(w.shortened(panel.words, 44), width, 11.5)
    return [*title, *(_Line(line, 11.5, False) for line in words)]


def _panel(canvas: f.Canvas, ax: Axes, panel: Panel, top: float, first: bool) -> None:
    history, ahead = panel.history, panel.ahead
    n, steps, last = len(history), len(ahead), float(history.iloc[-1])
    ax.set_xlim(-0.3, n + steps - 0.7)
    ax.xaxis.set_visible(False)
    f.y_axis(canvas, ax, top, f.nice_ticks(top, 3), numbers=first)
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


def _words(canvas: f.Canvas, ax: Axes, head: Sequence[_Line], most: int, below: str) -> None:
    """Write the lines above a panel, first lines at one height, and below it how it came out."""
    for k, (words, size, bold) in enumerate(head):
        role = "ink" if bold else "muted"
        shift = (0, 10 + LINE * (most - 1 - k))
        canvas.text(ax, 0, 1, words, role, bold=bold, size=size, transform=ax.transAxes, shift=shift)
    canvas.text(ax, 0, 0, below, "muted", size=11.5, transform=ax.transAxes, shift=(0, -16))
