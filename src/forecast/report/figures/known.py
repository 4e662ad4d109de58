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


@f.styled
def known_chart(panels: Sequence[Panel], *, narrow: bool = False) -> Figure:
    """Return the panels: side by side, or two in a row for phones; all on one scale."""
    columns = min(len(panels), 2 if narrow else 4)
    rows, high = math.ceil(len(panels) / columns), 218 if narrow else 206
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, rows * high)
    top, gap = top_of(panels), 14 if narrow else 30
    wide = (canvas.width - gap * (columns - 1)) / columns
    for k, panel in enumerate(panels):
        row, column = divmod(k, columns)
        left = column * (wide + gap)
        above = row * high + (62 if narrow else 44)
        right, below = canvas.width - left - wide, canvas.height - (row + 1) * high + 34
        _panel(canvas, canvas.axes(left + 2, above, right + 2, below), panel, top, narrow, k == 0)
    return canvas.figure


def _panel(canvas: f.Canvas, ax: Axes, panel: Panel, top: float, narrow: bool, first: bool) -> None:
    history, ahead = panel.history, panel.ahead
    n, steps, last = len(history), len(ahead), float(history.iloc[-1])
    ax.set_xlim(-0.3, n + steps - 0.7)
    ax.set_ylim(0, top)
    ax.yaxis.set_visible(False)
    ax.xaxis.set_visible(False)
    ax.axhline(0, color=canvas["rule"], lw=1, zorder=1.5)
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
    _words(canvas, ax, panel, narrow)
    if first:
        words = w.count(round(last / f.divisor(top)))
        canvas.avoid(ax, np.arange(n), history.to_numpy(float))
        canvas.place(ax, n - 1, last, words, size=12, prefer=("above left", "above", "below left"))


def _words(canvas: f.Canvas, ax: Axes, panel: Panel, narrow: bool) -> None:
    """Write the title, what was happening, and how it came out, each in the width of its panel."""
    width = ax.get_window_extent().width
    lines = f.lines(panel.title, width, 12 if narrow else 12.5, bold=True)
    height = 12 + 15 * len(lines)
    for line in lines:
        canvas.text(
            ax, 0, 1, line, bold=True, size=12 if narrow else 12.5, transform=ax.transAxes, shift=(0, height)
        )
        height -= 15
    words = w.shortened(panel.words, 26 if narrow else 34)
    canvas.text(ax, 0, 1, words, "muted", size=11.5, transform=ax.transAxes, shift=(0, 10))
    canvas.text(ax, 0, 0, panel.below, "muted", size=11.5, transform=ax.transAxes, shift=(0, -16))
