"""The weights of a combination's members over time, one month ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from forecast.report import format as w
from forecast.report.figures import style as f
from forecast.report.figures.palette import DASHES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Line of each member in turn: colour role and dash; the first is the solid one.
LINES: tuple[tuple[str, tuple[float, ...] | None], ...] = (
    ("m-rw", DASHES["m-rw"]),
    ("fc", None),
    ("m-arima", DASHES["m-arima"]),
    ("m-ridge", DASHES["m-ridge"]),
    ("m-ev", DASHES["m-ev"]),
    ("ink", (2, 1)),
    ("muted", None),
)


@f.styled
def weights_chart(
    weights: pd.DataFrame,
    names: Mapping[str, str],
) -> Figure:
    """Return a line for each member: its share of the weight at every date.

    `weights`: One row a month (Period index), one column a member; shares that sum to 1; `names`: Member ->
    its name on the page.
    """
    canvas = f.Canvas(f.WIDE, 250)
    words = [f"{names[m]} {w.percent(float(weights[m].iloc[-1]))}" for m in weights.columns]
    right = max(f.text_width(text, 12, True) for text in words) + 16
    ax = canvas.axes(44, 16, right, 28)
    months = len(weights)
    ax.set_xlim(-0.5, months - 0.5)
    top = min(1.0, float(weights.to_numpy().max()) * 1.1)
    ticks = [k / 10 for k in range(0, 11, 2 if top > 0.5 else 1) if k / 10 <= top]
    ax.set_ylim(0, top)
    canvas.ticks(ax, "y", ticks, [f"{round(100 * tick)}%" for tick in ticks])
    ax.hlines(ticks[1:], 0, 1, transform=ax.get_yaxis_transform(), color=canvas["grid"], lw=1, zorder=0.5)
    ax.axhline(0, color=canvas["rule"], lw=1, zorder=1.5)
    ends = [float(weights[m].iloc[-1]) for m in weights.columns]
    unit = top / ax.get_window_extent().height
    places = f.spread(ends, 16 * unit, 0.0, top)
    for k, member in enumerate(weights.columns):
        role, dash = LINES[k % len(LINES)]
        style = (0, dash) if dash else "-"
        ax.plot(
            range(months), weights[member].to_numpy(float), color=canvas[role], lw=1.8, ls=style, zorder=4
        )
        canvas.text(ax, months - 0.5, places[k], words[k], role, bold=True, shift=(6, 0))
    f.year_axis(canvas, ax, weights.index[0], months)
    return canvas.figure
