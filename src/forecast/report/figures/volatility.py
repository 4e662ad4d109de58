"""Monthly surprises and their spread: when a series became more restless, or less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f
from forecast.report.rows import DatedRow, records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Changes that are labelled, and the farthest that is drawn, on logs.
TICKS = np.log([0.15, 0.25, 0.5, 0.75, 1.0, 1.33, 2.0, 4.0])
FARTHEST = 1.6


@f.styled
def volatility_chart(
    months: pd.DataFrame,
    breaks: pd.DataFrame,
) -> Figure:
    """Return the chart of monthly surprises: a bar a month, their spread to both sides of zero.

    `months`: ``month, surprise, sd`` on logs; `breaks`: its changes, ``month, lower, upper``.
    """
    canvas = f.Canvas(f.WIDE, 270)
    ax = canvas.axes(58, 42, 16, 28)
    at, first = np.arange(len(months)), months["month"].iloc[0]
    surprise, sd = (months[c].to_numpy(float) for c in ("surprise", "sd"))
    high = min(FARTHEST, max(0.3, 1.1 * float(np.nanmax(np.abs(surprise)))))
    ax.set_xlim(-0.5, len(months) - 0.5)
    ax.set_ylim(-high, high)
    ticks = [x for x in TICKS.tolist() if abs(x) <= high]
    canvas.ticks(ax, "y", ticks, [w.effect(x) for x in ticks])
    ax.hlines(ticks, 0, 1, transform=ax.get_yaxis_transform(), color=canvas["grid"], lw=1, zorder=0.5)
    for row in records(breaks, DatedRow):
        low, up = f.index_of([row.lower, row.upper], first)
        ax.axvspan(low - 0.5, up + 0.5, color=canvas["plac"], lw=0, zorder=0.6)
        f.vertical(canvas, ax, (row.month - first).n - 0.5)
    ax.vlines(at, 0, surprise, color=canvas["edge"], lw=2.0, zorder=2)
    for sign in (-1, 1):
        ax.plot(at, sign * sd, color=canvas["fc"], lw=1.8, zorder=4)
    ax.axhline(0, color=canvas["rule"], lw=1, zorder=1.5)
    f.year_axis(canvas, ax, first, len(months))
    words = [(t("surprise of a month"), "muted"), (t("spread over three years"), "fc")]
    x = 0.0
    for text, role in words:
        canvas.text(ax, 0, 1, text, role, bold=True, transform=ax.transAxes, shift=(x, 20))
        x += f.text_width(text, 12, bold=True) + 16
    return canvas.figure
