"""The specification curve: one effect under every choice, with the choices below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TICKS = (-95, -90, -75, -50, -25, 0, 50, 100, 300, 900)
#: Estimates beyond these are drawn at the edge (percent).
LOW, HIGH = -96.0, 1100.0
LINE = 17
#: Room beside the plot, in units.
LEFT, RIGHT = 210, 20


@f.styled
def specification_chart(
    table: pd.DataFrame,
    options: Sequence[tuple[str, Sequence[tuple[str, NDArray[np.bool_]]]]],
) -> Figure:
    """Return the curve above, and below it a mark for the option that each estimate rests on.

    `table`: One row a choice, ascending: ``percent percent_lower_95 percent_upper_95``; `options`: What was
    varied; a mask tells which rows of the table have the option.
    """
    lines = sum(1 + len(rows) for _, rows in options)
    canvas = f.Canvas(f.WIDE, 244 + LINE * lines)
    ax = canvas.axes(LEFT, 30, RIGHT, LINE * lines + 22)
    x = np.arange(len(table))
    middle, low, high = (_logs(table[c]) for c in ("percent", "percent_lower_95", "percent_upper_95"))
    least, most = min(float(middle.min()), 0.0), max(float(middle.max()), 0.0)
    room = 0.15 + 0.2 * (most - least)
    bottom, top = least - room, most + room
    ax.set_xlim(-1, len(table))
    ax.set_ylim(bottom, top)
    ax.xaxis.set_visible(False)
    # those nearest to 0 first, as many as stand a line of text apart
    unit, ticks = ax.get_window_extent().height / (top - bottom), list[float]()
    for tick in sorted(TICKS, key=lambda tick: abs(math.log1p(tick / 100))):
        at_t = math.log1p(tick / 100)
        if bottom <= at_t <= top and all(abs(at_t - math.log1p(k / 100)) * unit >= 12 for k in ticks):
            ticks.append(tick)
    at = [math.log1p(tick / 100) for tick in ticks]
    canvas.ticks(ax, "y", at, [f"{w.signed(tick)}%" if tick else "0" for tick in ticks])
    ax.hlines(at, 0, 1, transform=ax.get_yaxis_transform(), color=canvas["grid"], lw=1, zorder=0.5)
    ax.axhline(0, color=canvas["rule"], lw=1.2, zorder=1)
    apart = (low > 0) | (high < 0)
    for mask, role in ((~apart, "muted"), (apart, "fc")):
        ax.plot(
            *_strokes(x[mask], low[mask].clip(bottom, top), high[mask].clip(bottom, top)),
            color=canvas[role],
            lw=0.9,
            alpha=0.55,
        )
        ax.plot(
            *_strokes(x[mask], middle[mask] - 0.03, middle[mask] + 0.03),
            color=canvas[role],
            lw=3.4,
            solid_capstyle="butt",
        )
    words = t("blue: the 95% range leaves out zero") if apart.any() else t("no 95% range leaves out zero")
    canvas.text(
        ax,
        1,
        1,
        words,
        "fc" if apart.any() else "muted",
        size=11.5,
        ha="right",
        transform=ax.transAxes,
        shift=(0, 12),
    )
    _matrix(canvas, options, len(table), LINE * lines)
    return canvas.figure


def _logs(values: pd.Series) -> np.ndarray[Any, Any]:
    return np.asarray(np.log1p(np.clip(values.to_numpy(float), LOW, HIGH) / 100))


def _strokes(x: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Return many vertical strokes as one line with gaps: one path in the drawing."""
    gap = np.full(len(x), np.nan)
    return np.column_stack([x, x, gap]).ravel(), np.column_stack([low, high, gap]).ravel()


def _matrix(
    canvas: f.Canvas,
    options: Sequence[tuple[str, Sequence[tuple[str, NDArray[np.bool_]]]]],
    n: int,
    high: int,
) -> None:
    ax = canvas.axes(LEFT, canvas.height - high - 8, RIGHT, 8)
    ax.set_xlim(-1, n)
    ax.set_ylim(high / LINE, 0)
    for part in (ax.xaxis, ax.yaxis):
        part.set_visible(False)
    line = 0.0
    for factor, rows in options:
        canvas.text(ax, -1, line + 0.55, factor, "ink", size=11.5, bold=True, ha="left", shift=(8 - LEFT, 0))
        line += 1
        for option, mask in rows:
            x = np.flatnonzero(np.asarray(mask, dtype=bool))
            ax.plot([-0.5, n - 0.5], [line + 0.5] * 2, color=canvas["grid"], lw=0.8, zorder=0.5)
            starts, ends = _runs(x)
            ax.plot(
                *_strokes(np.full(len(starts), line + 0.5), starts - 0.3, ends + 0.3)[::-1],
                color=canvas["ink"],
                lw=0.6 * LINE,
                solid_capstyle="butt",
            )
            label = w.shortened(option, 30)
            canvas.text(ax, -1, line + 0.5, label, "muted", size=11.5, ha="left", shift=(16 - LEFT, 0))
            line += 1


def _runs(x: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return first and last of each run of neighbours: one stroke for several estimates."""
    cut = np.flatnonzero(np.diff(x) > 1)
    return x[np.r_[0, cut + 1]], x[np.r_[cut, len(x) - 1]]
