"""Leads and lags of an event: what each month before and after its start was against the month before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Changes beyond these, on logs, are cut off: they say nothing but that nothing is known.
LOWEST, HIGHEST = -2.0, 1.5


@f.styled
def event_study_chart(months: pd.DataFrame) -> Figure:
    """Return the event-study chart of one event: dots with their 80 and 95 % ranges.

    `months`: Rows of one series and event: ``lag, estimate, lower_80, upper_80, lower_95, upper_95`` on
    logs.
    """
    rows = months[months["estimate"].notna()]
    canvas = f.Canvas(f.WIDE, 270)
    ax = canvas.axes(58, 40, 16, 44)
    low = max(LOWEST, min(float(rows["lower_95"].min()), -0.2))
    high = min(HIGHEST, max(float(rows["upper_95"].max()), 0.2))
    ax.set_xlim(float(rows["lag"].min()) - 0.7, float(rows["lag"].max()) + 0.7)
    ax.set_ylim(low, high)
    ticks = [x for x in np.log([0.15, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0]).tolist() if low <= x <= high]
    canvas.ticks(ax, "y", ticks, [w.effect(x) for x in ticks])
    ax.hlines(ticks, 0, 1, transform=ax.get_yaxis_transform(), color=canvas["grid"], lw=1, zorder=0.5)
    ax.axhline(0, color=canvas["rule"], lw=1, zorder=1.5)
    f.vertical(canvas, ax, -0.5)
    lags = rows["lag"].to_numpy(float)
    for central, width, role in (("95", 2.0, "b50"), ("80", 5.0, "edge")):
        ax.vlines(
            lags, rows[f"lower_{central}"], rows[f"upper_{central}"], color=canvas[role], lw=width, zorder=2
        )
    ax.plot(lags, rows["estimate"], "o", color=canvas["fc"], ms=6, mec=canvas["bg"], zorder=4)
    ax.plot([-1], [0], "o", color=canvas["bg"], ms=6, mec=canvas["ink"], zorder=4)
    shown = [k for k in range(int(lags.min()), int(lags.max()) + 1) if k % 2 == 0]
    canvas.ticks(ax, "x", shown, [w.signed(k) for k in shown])
    canvas.text(
        ax, 0, 0, t("months from its start"), "muted", transform=ax.transAxes, shift=(0, -32), size=12.5
    )
    words = f"{t('against the month before it')}; {t('80% and 95% ranges')}"
    canvas.text(ax, 0, 1, words, "muted", transform=ax.transAxes, shift=(0, 18), size=12.5)
    return canvas.figure
