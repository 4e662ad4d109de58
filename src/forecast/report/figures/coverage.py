"""Chart 3: how often ranges held, beside what was promised and what chance alone would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f
from forecast.report.rows import DotRow, records

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAIN_LEVEL = 0.8


@f.styled
def coverage_chart(coverage: pd.DataFrame) -> Figure:
    """Return the dot chart of achieved coverage.

    `coverage`: ``horizon``, ``nominal``, ``held`` (how many), ``n``, ``share``, and ``low``/``high``: where
    nine of ten such shares would fall if the promise held.
    """
    rows = coverage[coverage["n"] > 0]
    horizons = sorted(int(h) for h in rows["horizon"].unique())
    canvas = f.Canvas(f.WIDE, 74 + 39.5 * len(horizons))
    ax = canvas.axes(128, 40, 160, 30)
    lowest = min(0.2, float(np.nanmin([rows["share"].min(), rows["low"].min()])) - 0.05) if len(rows) else 0.2
    low = max(0.0, np.floor(lowest * 10) / 10)
    ax.set_xlim(low, 1.0)
    ax.set_ylim(len(horizons) - 0.4, -0.6)
    ticks = np.arange(low, 1.001, 0.1).tolist()
    canvas.ticks(ax, "x", ticks, [f"{round(tick * 100)}%" for tick in ticks])
    ax.vlines(ticks, 0, 1, transform=ax.get_xaxis_transform(), color=canvas["grid"], lw=1, zorder=0.5)
    far = [t("{months} ahead", months=w.plural(h, "month")) for h in horizons]
    canvas.ticks(ax, "y", range(len(horizons)), far, "ink")
    _promises(canvas, ax, sorted(rows["nominal"].unique()))
    for horizon, group in rows.sort_values(["share", "nominal"], kind="stable").groupby("horizon"):
        _row(canvas, ax, records(group, DotRow), horizons.index(int(str(horizon))))
    for row in records(rows[np.isclose(rows["nominal"], MAIN_LEVEL)], DotRow):
        words, y = f"80%: {w.hits(row.held, row.n)} {t('months')}", horizons.index(int(row.horizon))
        canvas.text(ax, 1.0, y, words, "muted", shift=(10, 0))
    return canvas.figure


def _promises(canvas: f.Canvas, ax: Axes, nominals: list[float]) -> None:
    from matplotlib.transforms import blended_transform_factory

    above = blended_transform_factory(ax.transData, ax.transAxes)
    for nominal in nominals:
        ax.axvline(nominal, color=canvas["ink"], lw=1.2, dashes=(2, 2), zorder=1.2)
        words = t("promised {nominal}", nominal=w.level_name(nominal))
        canvas.text(ax, nominal, 1, words, "muted", ha="center", transform=above, shift=(0, 18))


def _row(canvas: f.Canvas, ax: Axes, dots: list[DotRow], y: int) -> None:
    """Draw the dots of one distance; labels stand left of them, or above where that is too close."""
    low = ax.get_xlim()[0]
    room = ax.get_window_extent().width
    at = [(row.share - low) * room / (1 - low) for row in dots]
    wide = [f.text_width(w.percent(row.share), 12, True) for row in dots]
    starts = [x - 9 - width for x, width in zip(at, wide, strict=True)]
    above = starts[0] < 0 or any(s < x + 7 for s, x in zip(starts[1:], at, strict=False))
    centres = f.spread(at, max(wide) + 5, max(wide) / 2, room + 4 - max(wide) / 2)
    for row, x, centre in zip(dots, at, centres, strict=True):
        outside = not row.low <= row.share <= row.high
        role = "ev" if outside else "fc"
        ax.plot([row.low, row.high], [y, y], color=canvas["plac"], lw=13, solid_capstyle="butt", zorder=1)
        marker, size = ("D", 8.0) if outside else ("o", 8.5)
        ax.plot(
            [row.share],
            [y],
            marker=marker,
            ms=size,
            color=canvas[role],
            zorder=5,
            mec=canvas["bg"],
            mew=1,
            clip_on=False,
        )
        shift, ha = ((centre - x, 14.0), "center") if above else ((-9.0, 0.0), "right")
        canvas.text(ax, row.share, y, w.percent(row.share), role, ha=ha, bold=True, shift=shift, halo=True)
