"""Chart 6: forecasts made at named dates without events, with events as known, and with hindsight."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import mark, t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from forecast.report.figures.figure import ChartFigure

#: Knowledge -> class of its marks, colour role, words on a wide and a narrow drawing.
LINES: Mapping[str, tuple[str, str, str, str]] = {
    "none": ("kn-none", "muted", mark("no events"), mark("none|events")),
    "at_origin": ("kn-known", "fc", mark("as known|events"), mark("known|events")),
    "hindsight": ("kn-hind", "m-arima", mark("hindsight"), mark("hindsight|narrow")),
}


@dataclass(frozen=True)
class CasePanel:
    """One panel: what was known, what was forecast, what happened.

    Attributes
    ----------
    title, words : str
        The date, and what was happening then.
    history : Series
        Counts by month, up to nine months before.
    ahead : DataFrame
        By month: ``none at_origin hindsight`` (middles, NaN where not made), ``lower_80 upper_80`` of
        at_origin, ``actual``.
    """

    title: str
    words: str
    history: pd.Series
    ahead: pd.DataFrame


@f.styled
def known_chart(
    cases: Sequence[CasePanel], *, narrow: bool = False, palette: Mapping[str, str] = f.LIGHT
) -> ChartFigure:
    """Return small charts of what would have been known, one for each case.

    Panels share a scale where the largest of one is not more than twice that of the others.
    """
    columns = 1 if narrow else 2
    high = 232 if narrow else 290
    rows = math.ceil(len(cases) / columns)
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, rows * high, palette)
    tops = scales(cases)
    for k, case in enumerate(cases):
        row, column = divmod(k, columns)
        left = 36 + column * 484
        wide, tall = (canvas.width - 36 - 66, 152) if narrow else (352, 206)
        top = 48 + row * high
        ax = canvas.axes(left, top, canvas.width - left - wide, canvas.height - top - tall)
        _panel(canvas, ax, case, tops[k], narrow)
    return canvas.figure


def scales(cases: Sequence[CasePanel]) -> list[float]:
    """Return the top of each panel's scale: one for those within a factor of two of the largest."""
    own = []
    for case in cases:
        lines = case.ahead[[c for c in (*LINES, "actual") if c in case.ahead]].to_numpy(float)
        own.append(float(np.nanmax([case.history.max(), np.nanmax(lines)])) * 1.15)
    largest = max(own)
    return [largest if value * 2 >= largest else value for value in own]


def _panel(canvas: f.Canvas, ax: Axes, case: CasePanel, top: float, narrow: bool) -> None:
    history, ahead = case.history, case.ahead
    n, steps, last = len(history), len(ahead), float(history.iloc[-1])
    ax.set_xlim(-0.3, n + steps - 0.8)
    f.y_axis(canvas, ax, top, f.nice_ticks(top, 5))
    at = np.arange(n - 1, n + steps)
    if "lower_80" in ahead and ahead["lower_80"].notna().all():
        lower, upper = (
            np.minimum(np.r_[last, ahead[c].to_numpy(float)], top) for c in ("lower_80", "upper_80")
        )
        band = ax.fill_between(at, lower, upper, color=canvas["b80"], lw=0, zorder=1)
        band.set_gid("c:kn-known")
    ends = []
    for knowledge, (toggle, role, words, short) in LINES.items():
        if knowledge not in ahead or ahead[knowledge].isna().all():
            continue
        values = np.r_[last, ahead[knowledge].to_numpy(float)]
        (line,) = ax.plot(
            at, values, color=canvas[role], lw=2.2, zorder=3.4 if knowledge == "at_origin" else 3.2
        )
        if knowledge != "at_origin":
            line.set_dashes(f.NO_EVENTS_DASH if knowledge == "none" else f.DASHES["m-arima"])
        line.set_gid(f"c:{toggle}")
        ends.append((float(values[-1]), t(short if narrow else words), role, toggle))
    ax.plot(np.arange(n), history.to_numpy(float), color=canvas["ink"], lw=2, zorder=4)
    happened = ahead["actual"].to_numpy(float)
    ax.plot(at[1:], happened, "o", color=canvas["ink"], ms=4.4, zorder=4.5, clip_on=False)
    if np.isfinite(happened).any():
        words = t("actual") if narrow else t("happened")
        ends.append((float(happened[np.isfinite(happened)][-1]), words, "ink", "kn-act"))
    f.vertical(canvas, ax, n - 0.5)
    _words(canvas, ax, case, ends, top, narrow)
    f.month_axis(canvas, ax, history.index[0], n + steps, 58)


def _words(
    canvas: f.Canvas,
    ax: Axes,
    case: CasePanel,
    ends: Sequence[tuple[float, str, str, str]],
    top: float,
    narrow: bool,
) -> None:
    at = functools.partial(canvas.text, ax, 0, 1, halo=False, transform=ax.transAxes)
    at(case.title, bold=True, shift=(0, 30))
    at(w.shortened(case.words, 48), "muted", size=11.5, shift=(0, 13))
    scale = ax.get_window_extent().height / top
    heights = f.spread([min(value, top) * scale for value, *_ in ends], 13.5, low=2)
    for (_, words, role, toggle), height in zip(ends, heights, strict=True):
        bold = toggle == "kn-act"
        canvas.text(
            ax,
            ax.get_xlim()[1],
            height / scale,
            words,
            role,
            size=11 if narrow else 11.5,
            bold=bold,
            halo=False,
            shift=(8, 0),
            toggle=toggle,
        )
