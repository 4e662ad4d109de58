"""Chart 4: the counts, and forecasts as they were (or would have been) made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report.catalogue import t
from forecast.report.figures import style as f

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LENGTH = 6


def every_third(table: pd.DataFrame, step: int = 3) -> pd.DataFrame:
    """Return every `step`-th origin of a table of forecasts, six
    months each, counted back from the newest.
    """
    origins = sorted(table["origin"].unique())
    kept = origins[::-1][::step]
    return table[table["origin"].isin(kept) & (table["horizon"] <= LENGTH)].sort_values(["origin", "horizon"])


@f.styled
def record_chart(
    counts: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    narrow: bool = False,
) -> Figure:
    """Return the chart of earlier forecasts beside what happened.

    `counts`: ``month`` (Period), ``value``; `lines`: The forecasts drawn: ``origin month horizon middle
    lower_80 upper_80 truth``.
    """
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, 320 if narrow else 360)
    first, months = counts["month"].iloc[0], len(counts)
    top = float(np.nanmax([counts["value"].max(), lines["middle"].max()])) * 1.1 or 1.0
    left = f.axis_room(top, 30.0)
    ax = canvas.axes(left, 40, 10 if narrow else 20, 28)
    ax.set_xlim(-0.5, months + LENGTH + 0.5)
    f.y_axis(canvas, ax, top, f.nice_ticks(top, 4))
    ax.plot(range(months), counts["value"], color=canvas["ink"], lw=2.2, zorder=5)
    canvas.avoid(ax, range(months), counts["value"].tolist())
    paths = _paths(counts, lines)
    for x, y in paths:
        canvas.avoid(ax, x, y)
    ends = [(x[-1], y[-1]) for x, y in paths]
    longest = int(lines["horizon"].max())
    misses = _misses(lines[lines["horizon"] == longest], first)
    # one line with holes for all forecasts, one for all their starts: drawn far quicker than one each
    gap = [np.nan]
    across, up = ([v for path in paths for v in path[k] + gap] for k in (0, 1))
    ax.plot(across, up, color=canvas["fc"], lw=1.3, zorder=3)
    ax.plot([p[0][0] for p in paths], [p[1][0] for p in paths], "o", color=canvas["fc"], ms=3.6, zorder=5.5)
    ax.plot(
        *np.reshape(misses, (-1, 2)).T, "X", color=canvas["ev"], ms=7, zorder=6, mec=canvas["bg"], mew=0.8
    )
    f.year_axis(canvas, ax, first, months + LENGTH)
    _words(
        canvas,
        ax,
        counts,
        sorted(ends, key=lambda p: -p[1]),
        sorted(misses, key=lambda p: -p[0]),
        narrow,
        longest,
    )
    return canvas.figure


def _paths(counts: pd.DataFrame, lines: pd.DataFrame) -> list[tuple[list[float], list[float]]]:
    """Return where each forecast goes, from the count on which it stands."""
    known = {month: i for i, month in enumerate(counts["month"])}
    paths = []
    for _, rows in lines.groupby("origin", sort=True):
        at = known.get(rows["month"].iloc[0] - int(rows["horizon"].iloc[0]))
        if at is not None:
            x = [float(at), *map(float, f.index_of(list(rows["month"]), counts["month"].iloc[0]))]
            paths.append((x, [float(counts["value"].iloc[at]), *rows["middle"]]))
    return paths


def _misses(last: pd.DataFrame, first: pd.Period) -> list[tuple[float, float]]:
    """Return where the last month of a forecast fell outside its 80 % range."""
    known = last.dropna(subset=["truth", "lower_80", "upper_80"])
    outside = known[(known["truth"] < known["lower_80"]) | (known["truth"] > known["upper_80"])]
    return list(zip(map(float, f.index_of(list(outside["month"]), first)), outside["middle"], strict=True))


def _words(
    canvas: f.Canvas,
    ax: Axes,
    counts: pd.DataFrame,
    ends: list[tuple[float, float]],
    misses: list[tuple[float, float]],
    narrow: bool,
    longest: int,
) -> None:
    """Name the three marks where there is room beside them; what finds none is told above the plot."""
    long = longest == LENGTH
    size = 11 if narrow else 12
    parts: list[tuple[str, str, list[tuple[float, float]], bool]] = [
        (t("What happened") if not narrow else t("What\nhappened"), "ink", _spots(counts), True),
        (t("Forecasts, each\nsix months long") if long else t("Forecasts"), "fc", ends, True),
        (_miss_words(narrow, long), "ev", misses, False),
    ]
    x = 0.0
    for words, role, spots, bold in parts:
        if not spots:
            continue
        sides = ("above left", "above right", "left", "right", "above", "below left", "below right")
        if any(canvas.place(ax, *spot, words, role, size=size, bold=bold, prefer=sides) for spot in spots):
            continue
        flat = words.replace("\n", " ")
        canvas.text(ax, 0, 1, flat, role, size=size, bold=bold, transform=ax.transAxes, shift=(x, 22))
        x += f.text_width(flat, size, bold) + 18


def _miss_words(narrow: bool, long: bool) -> str:
    """Return what a cross stands for: the sixth month, or the last one of forecasts that are shorter."""
    if narrow:
        return t("✕ sixth month\nwas outside") if long else t("✕ last month\nwas outside")
    return (
        t("✕ sixth month fell\noutside the 80% range")
        if long
        else t("✕ last month fell\noutside the 80% range")
    )


def _spots(counts: pd.DataFrame) -> list[tuple[float, float]]:
    """Return points of the line of counts, the high ones first: there is most room."""
    values = counts["value"].to_numpy(float)
    order = np.argsort(-values, kind="stable")
    return [(float(i), float(values[i])) for i in order[:: max(1, len(order) // 40)]]
