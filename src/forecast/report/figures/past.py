"""Chart 2: ten years of counts, the events that took effect in them, and the forecast in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from forecast.report.figures.figure import ChartFigure


@f.styled
def past_chart(
    counts: pd.DataFrame,
    forecast: pd.DataFrame,
    flags: pd.DataFrame,
    *,
    frame_from: pd.Period | None = None,
    narrow: bool = False,
    palette: Mapping[str, str] = f.LIGHT,
) -> ChartFigure:
    """Return the chart of the past with one line for each event.

    Parameters
    ----------
    counts : DataFrame
        ``month`` (Period), ``value``; the whole window.
    forecast : DataFrame
        ``month``, ``middle`` and, where not refused, ``lower_80`` and ``upper_80``.
    flags : DataFrame
        ``month`` (Period) and ``label`` of each event shown, by month.
    frame_from : Period, optional
        First month of the first chart, where that one is an enlargement of this one.
    narrow : bool
        The drawing for phones: numbers in place of names.
    palette : mapping
        Colours by role.
    """
    first, months, steps = counts["month"].iloc[0], len(counts), len(forecast)
    lanes, _width = _lanes(flags, first, months + steps, narrow)
    above = 40 if narrow else 22 + 30 * (max(lanes, default=0) + 1) if len(flags) else 24
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, above + (262 if narrow else 308), palette)
    top = _top(counts, forecast)
    left = f.left_room(canvas, top, 30.0)
    ax = canvas.axes(left, above, 14 if narrow else 20, 28)
    ax.set_xlim(-0.5, months + steps + 1)
    f.y_axis(canvas, ax, top)
    _flags(canvas, ax, flags, first, lanes, narrow)
    x = np.arange(months)
    at = np.arange(months - 1, months + steps)
    last = float(counts["value"].iloc[-1])
    if steps and "lower_80" in forecast:
        lower, upper = (np.r_[last, forecast[c].to_numpy(float)] for c in ("lower_80", "upper_80"))
        known = np.isfinite(lower) & np.isfinite(upper)
        ax.fill_between(at[known], lower[known], upper[known], color=palette["b50"], lw=0, zorder=2)
    if steps:
        ax.plot(at, np.r_[last, forecast["middle"].to_numpy(float)], color=palette["fc"], lw=2, zorder=4)
    ax.plot(x, counts["value"], color=palette["ink"], lw=1.8, zorder=4)
    canvas.avoid(ax, x, counts["value"])
    f.year_axis(canvas, ax, first, months + steps)
    if frame_from is not None:
        _frame(canvas, ax, (frame_from - first).n, months + steps, forecast, counts, narrow)
    _record(canvas, ax, counts, narrow)
    canvas.cursor(ax)
    return canvas.figure


def _top(counts: pd.DataFrame, forecast: pd.DataFrame) -> float:
    high = [float(counts["value"].max())]
    high += [float(forecast[c].max()) for c in ("middle", "upper_80") if c in forecast and len(forecast)]
    return float(np.nanmax(high)) * 1.07 or 1.0


def _lanes(flags: pd.DataFrame, first: pd.Period, months: int, narrow: bool) -> tuple[list[int], float]:
    """Return the lane of each flag, right to left: one above every later label whose line it would cross."""
    unit = ((f.NARROW if narrow else f.WIDE) - 50) / (months + 1.5)
    at = [(m - first).n for m in flags["month"]] if len(flags) else []
    lanes = [0] * len(at)
    for k in range(len(at) - 1, -1, -1):
        label = str(flags["label"].iloc[k])
        reach = at[k] + (max(len(label) * 7.0, 62) + 8) / unit
        lanes[k] = max([lanes[j] + 1 for j in range(k + 1, len(at)) if at[j] < reach], default=0)
    return lanes, unit


def _flags(
    canvas: f.Canvas, ax: Axes, flags: pd.DataFrame, first: pd.Period, lanes: list[int], narrow: bool
) -> None:
    from matplotlib.transforms import blended_transform_factory

    if not len(flags):
        return
    above = blended_transform_factory(ax.transData, ax.transAxes)
    unit = 1 / ax.get_window_extent().height
    near = 26 * (ax.get_xlim()[1] - ax.get_xlim()[0]) / ax.get_window_extent().width
    previous, row = -1e9, 0
    for k, (month, label) in enumerate(zip(flags["month"], flags["label"], strict=True)):
        x = (month - first).n
        if narrow:
            # two rows of numbers: the second where the one before is too near
            row = 1 - row if x - previous < near / 1.6 else 0
            previous = x
            height = 12 + 15 * row
            ax.plot(
                [x, x],
                [0, 1 + (height - 8) * unit],
                transform=above,
                color=canvas["ev"],
                lw=0.8,
                zorder=1,
                clip_on=False,
            )
            canvas.text(
                ax,
                x,
                1,
                str(k + 1),
                "ev",
                ha="center",
                transform=above,
                size=11.5,
                bold=True,
                shift=(0, height),
            )
            continue
        height = 14 + 30 * lanes[k]
        ax.plot(
            [x, x],
            [0, 1 + (height + 20) * unit],
            transform=above,
            color=canvas["ev"],
            lw=0.9,
            zorder=1,
            clip_on=False,
        )
        canvas.text(
            ax,
            x,
            1,
            _within(canvas, ax, x, str(label)),
            "ev",
            transform=above,
            size=12,
            shift=(4, height + 14),
        )
        canvas.text(ax, x, 1, w.month_short(month), "muted", transform=above, size=11, shift=(4, height))


#: The page's font is narrower than the one that measures; "Mexico halts, then acts": 122 to 139.
ARIAL = 0.88


def _within(canvas: f.Canvas, ax: Axes, x: float, label: str) -> str:
    """Shorten the label of a line near the right edge, so that it stays in the drawing."""
    box, (left, right) = ax.get_window_extent(), ax.get_xlim()
    room = canvas.width - box.x0 - (x - left) / (right - left) * box.width - 4
    shown, limit = label, len(label)
    while limit > 4 and ARIAL * canvas.width_of(shown, 12) > room:
        limit -= 1
        shown = w.shortened(label, limit)
    return shown


def _frame(
    canvas: f.Canvas,
    ax: Axes,
    start: int,
    end: int,
    forecast: pd.DataFrame,
    counts: pd.DataFrame,
    narrow: bool,
) -> None:
    from matplotlib.patches import Rectangle

    column = "upper_80" if "upper_80" in forecast else "middle"
    high = max(float(forecast[column].max()), float(counts["value"].iloc[max(0, start) :].max())) * 1.18
    box = Rectangle(
        (start - 1.2, 0),
        end - start + 1.2,
        high,
        fill=False,
        ec=canvas["fc"],
        lw=1.1,
        ls=(0, (3, 2)),
        zorder=6,
        clip_on=False,
    )
    ax.add_patch(box)
    words = t("enlarged above") if narrow else t("enlarged in the first chart")
    canvas.text(ax, end, high, words, "fc", ha="right", va="bottom", size=11.5, shift=(0, 4))


def _record(canvas: f.Canvas, ax: Axes, counts: pd.DataFrame, narrow: bool) -> None:
    values = counts["value"].to_numpy(float)
    at = int(np.nanargmax(values))
    ax.plot([at], [values[at]], "o", color=canvas["ink"], ms=5, zorder=5)
    words = (
        w.count(values[at]) if narrow else f"{w.month_short(counts['month'].iloc[at])}: {w.count(values[at])}"
    )
    canvas.place(
        ax,
        at,
        values[at],
        words,
        bold=True,
        offset=7,
        prefer=("left", "right", "above left", "above right"),
        must=True,
    )
