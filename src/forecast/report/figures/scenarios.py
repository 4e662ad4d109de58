"""Chart 7: what if policy changes: the forecast and one path for each "if"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROLES = ("m-ridge", "ev", "m-arima", "m-rw")
DASHES = ((5, 2), (1.3, 1.6), (6, 2, 1.5, 2), (3, 2))


@f.styled
def scenarios_chart(
    counts: pd.DataFrame,
    base: pd.DataFrame,
    paths: pd.DataFrame,
    *,
    whole: bool = True,
) -> Figure:
    """Return the chart of scenarios.

    `counts`: ``month`` (Period), ``value``; the last year; `base`: The forecast with nothing new: ``month
    middle lower_80 upper_80``; `paths`: ``scenario label start month middle``, from the month in which each
    scenario starts; `whole`: Whether the figures are whole numbers.
    """
    canvas = f.Canvas(f.WIDE, 350)
    first, months, steps = counts["month"].iloc[0], len(counts), len(base)
    high = [counts["value"].max(), base["middle"].max(), base["upper_80"].max(), paths["middle"].max()]
    top = float(np.nanmax(np.asarray(high, float))) * 1.1
    left = f.axis_room(top, 26.0)
    ax = canvas.axes(left, 24, 260, 42)
    ax.set_xlim(-0.3, months + steps - 0.8)
    f.y_axis(canvas, ax, top)
    last = float(counts["value"].iloc[-1])
    at = np.arange(months - 1, months + steps)
    lower, upper = (np.r_[last, base[c].to_numpy(float)] for c in ("lower_80", "upper_80"))
    if np.isfinite(lower).all():
        ax.fill_between(at, lower, upper, color=canvas["b80"], lw=0, zorder=1)
    middle = np.r_[last, base["middle"].to_numpy(float)]
    ax.plot(at, middle, color=canvas["fc"], lw=2.2, zorder=4)
    ax.plot(range(months), counts["value"], color=canvas["ink"], lw=2, zorder=5)
    ax.plot([months - 1], [last], "o", color=canvas["ink"], ms=6, zorder=6)
    end = t("in {month}", month=w.month_abbreviation(base["month"].iloc[-1]))
    ends = [
        (
            float(middle[-1]),
            t("Nothing new"),
            t("{count} {in_month} · as now", count=w.rounded(middle[-1], whole), in_month=end),
            "fc",
        )
    ]
    for k, (_, rows) in enumerate(paths.groupby("scenario", sort=False)):
        start, role = rows["month"].iloc[0], ROLES[k % len(ROLES)]
        before = int((base["month"] < start).sum())
        x = [months - 1 + before, *f.index_of(list(rows["month"]), first)]
        y = [float(middle[before]), *rows["middle"]]
        ax.plot(x, y, color=canvas[role], lw=2.2, dashes=DASHES[k % len(DASHES)], zorder=4.2)
        canvas.avoid(ax, x, y)
        count, since = w.rounded(y[-1], whole), w.month_short(start)
        about = t("{count} {in_month} · from {start}", count=count, in_month=end, start=since)
        ends.append((float(y[-1]), str(rows["label"].iloc[0]), about, role))
    f.vertical(canvas, ax, months - 0.5)
    for line in (middle, upper, lower):
        canvas.avoid(ax, at, line)
    _ends(canvas, ax, ends, top)
    if np.isfinite(upper).all():
        canvas.place(
            ax,
            at[len(at) // 2],
            float(upper[len(at) // 2]),
            t("80% range, nothing new"),
            "muted",
            size=11.5,
            prefer=("above left", "above", "below"),
        )
    f.month_axis(canvas, ax, first, months + steps)
    return canvas.figure


def _ends(canvas: f.Canvas, ax: Axes, ends: list[tuple[float, str, str, str]], top: float) -> None:
    scale = ax.get_window_extent().height / top
    heights = f.spread([value * scale for value, *_ in ends], 34, low=12)
    for (_, words, about, role), height in zip(ends, heights, strict=True):
        x, y = ax.get_xlim()[1], height / scale
        canvas.text(ax, x, y, w.shortened(words, 36), role, bold=True, shift=(8, 8))
        canvas.text(ax, x, y, about, "muted", size=11.5, shift=(8, -8))
