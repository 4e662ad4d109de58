"""The effects: estimate and 80% range of each date, its raw change, and three tests as words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Room of the words beside a bar, in units.
BESIDE = 266
TICKS = (-0.95, -0.9, -0.8, -0.6, -0.4, -0.2, 0.0, 0.4, 1.0, 3.0, 9.0)


class Drawn(NamedTuple):
    """One date: names, estimate and range on logs, whether it is clear, words beside it."""

    label: str
    when: str
    estimate: float
    low: float
    high: float
    clear: bool
    raw: str
    tests: str


@f.styled
def effects_chart(rows: Sequence[Drawn], *, narrow: bool = False) -> Figure:
    """Return the chart of effects on a log axis labelled in percent."""
    width = f.NARROW if narrow else f.WIDE
    room = width - 2 if narrow else 300
    labels = [f.lines(row.label, room, 12 if narrow else 12.5, bold=row.clear) for row in rows]
    heights = [_height(row, len(lines), narrow) for row, lines in zip(rows, labels, strict=True)]
    canvas = f.Canvas(width, sum(heights) + 34)
    left, right = (4, 60) if narrow else (316, 80 + BESIDE)
    ax = canvas.axes(left, 6, right, 28)
    low, high = _limits(rows)
    ax.set_xlim(low, high)
    ax.set_ylim(sum(heights), 0)
    ticks = _room_for(canvas, ax, [tick for tick in TICKS if low <= math.log1p(tick) <= high])
    at = [math.log1p(tick) for tick in ticks]
    canvas.ticks(ax, "x", at, [_tick(tick) for tick in ticks])
    ax.yaxis.set_visible(False)
    top = 0.0
    for row, lines, height in zip(rows, labels, heights, strict=True):
        bar = top + (len(lines) * 15 + 30 if narrow else height / 2)
        ends = (bar - 9, bar + 9) if narrow else (top, top + height)
        ax.vlines(at, *ends, color=canvas["grid"], lw=1, zorder=0.5)
        ax.vlines([0], *ends, color=canvas["rule"], lw=1.2, zorder=1)
        _bar(canvas, ax, row, bar, (low, high))
        if narrow:
            _narrow_words(canvas, ax, row, lines, top, bar)
        else:
            _wide_words(canvas, ax, row, lines, top + height / 2)
        top += height
    return canvas.figure


def _height(row: Drawn, lines: int, narrow: bool) -> float:
    if narrow:
        return 15.0 * (lines + 1 + len(_beside(row, f.NARROW - 2))) + 46
    return 15.0 * max(lines + 1, len(_beside(row, BESIDE))) + 14


def _beside(row: Drawn, room: float) -> list[tuple[str, str]]:
    """Return the lines beside a bar with their roles: the raw change, then the tests; none is torn apart."""
    said = ((row.raw, "ink"), (row.tests, "muted"))
    return [(line, role) for text, role in said if text for line in f.lines(text, room, 11.5, between=" · ")]


def _tick(share: float) -> str:
    return f"{w.signed(100 * share)}%" if share else t("no change")


def _room_for(canvas: f.Canvas, ax: Axes, ticks: list[float]) -> list[float]:
    """Return the ticks whose labels stand apart and inside the drawing, those nearest to 0 first."""
    kept: dict[float, tuple[float, float]] = {}
    for tick in sorted(ticks, key=lambda tick: abs(math.log1p(tick))):
        at = float(ax.transData.transform((math.log1p(tick), 0))[0])
        half = f.text_width(_tick(tick), 12) / 2
        apart = all(abs(at - other) >= half + room + 4 for other, room in kept.values())
        if apart and half + 2 <= at <= canvas.width - half - 2:
            kept[tick] = at, half
    return sorted(kept)


def _limits(rows: Sequence[Drawn]) -> tuple[float, float]:
    low = min(min(row.low for row in rows), math.log(0.55)) - 0.1
    high = max(max(row.high for row in rows), math.log(1.5)) + 0.1
    return max(low, math.log(0.04)), min(high, math.log(12))


def _bar(canvas: f.Canvas, ax: Axes, row: Drawn, y: float, limits: tuple[float, float]) -> None:
    colour = canvas["fc" if row.clear else "muted"]
    low, high = (float(np.clip(end, *limits)) for end in (row.low, row.high))
    ax.plot([low, high], [y, y], color=colour, lw=4.5, zorder=3.2, solid_capstyle="butt")
    for cut, at, marker in ((row.low < limits[0], low, "<"), (row.high > limits[1], high, ">")):
        if cut:  # a line that leaves the scale ends in an arrow
            ax.plot([at], [y], marker, color=colour, ms=6, zorder=3.4, clip_on=False)
    face = colour if row.clear else canvas["bg"]
    at = float(np.clip(row.estimate, *limits))
    ax.plot([at], [y], "o", ms=9, color=face, mec=colour, mew=1.8, zorder=4, clip_on=False)


def _wide_words(canvas: f.Canvas, ax: Axes, row: Drawn, lines: list[str], y: float) -> None:
    left, right = ax.get_xlim()
    up = 7.5 * len(lines)
    for k, line in enumerate(lines):
        canvas.text(ax, left, y, line, ha="right", bold=row.clear, shift=(-16, up - 15 * k), size=12.5)
    canvas.text(ax, left, y, row.when, "muted", ha="right", shift=(-16, -up))
    role = "fc" if row.clear else "ink"
    canvas.text(ax, right, y, w.effect(row.estimate), role, bold=True, size=15, ha="right", shift=(62, 0))
    beside = _beside(row, BESIDE)
    for k, (line, role) in enumerate(beside):
        up = 7.5 * (len(beside) - 1) - 15 * k
        canvas.text(ax, right, y, line, role, size=11.5, shift=(76, up))


def _narrow_words(canvas: f.Canvas, ax: Axes, row: Drawn, lines: list[str], top: float, bar: float) -> None:
    left, right = ax.get_xlim()
    y = top + 9.0
    for line in lines:
        canvas.text(ax, left, y, line, bold=row.clear)
        y += 15
    canvas.text(ax, left, y, row.when, "muted", size=11.5)
    role = "fc" if row.clear else "ink"
    canvas.text(ax, right, bar, w.effect(row.estimate), role, bold=True, size=15, shift=(8, 0))
    y = bar + 20
    for line, role in _beside(row, f.NARROW - 2):
        canvas.text(ax, left, y, line, role, size=11.5)
        y += 15
