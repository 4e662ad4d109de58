"""Chart 5: the jump that came with each measure or group of measures, with its ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.figures import style as f
from forecast.report.rows import records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from forecast.report.figures.figure import ChartFigure

TICKS = (-0.95, -0.9, -0.75, -0.5, 0.0, 1.0, 3.0, 9.0)


@f.styled
def effects_chart(
    effects: pd.DataFrame,
    *,
    narrow: bool = False,
    palette: Mapping[str, str] = f.LIGHT,
) -> ChartFigure:
    """Return the chart of jumps on a log axis labelled in percent.

    Parameters
    ----------
    effects : DataFrame
        One row a measure or group: ``label``, ``about`` (date and size of the group), ``estimate lower_80
        upper_80 lower_95 upper_95`` on logs, ``clear`` (told apart from ordinary months), ``ordinary``
        (how many ordinary months show as large a jump, as text); optional ``members`` (those of a group),
        ``firm`` (filled: the sign holds too), ``band_low band_high``: where nine of ten jumps of
        ordinary months lie.
    narrow : bool
        The drawing for phones.
    palette : mapping
        Colours by role.
    """
    rows, high = len(effects), 46 if narrow else 36
    canvas = f.Canvas(f.NARROW if narrow else f.WIDE, 86 + high * rows, palette)
    left, right = (10, 12) if narrow else (236, 332)
    ax = canvas.axes(left, 56, right, 30)
    low, top = _limits(effects)
    ax.set_xlim(low, top)
    ax.set_ylim(rows - 0.5, -0.5)
    ticks = _room_for(canvas, ax, [tick for tick in TICKS if low <= math.log1p(tick) <= top])
    at = [math.log1p(tick) for tick in ticks]
    canvas.ticks(ax, "x", at, [_tick(tick) for tick in ticks])
    ax.vlines(at, 0, 1, transform=ax.get_xaxis_transform(), color=palette["grid"], lw=1, zorder=0.5)
    ax.yaxis.set_visible(False)
    ax.axvline(0, color=palette["rule"], lw=1.2, zorder=1)
    if "band_low" in effects and effects["band_low"].notna().any():
        for i, row in enumerate(records(effects)):
            ends = np.clip([row.band_low, row.band_high], low, top)
            ax.fill_between(ends, i - 0.5, i + 0.5, color=palette["plac"], lw=0, zorder=0.4)
        _above(canvas, ax, 0, t("grey: 9 in 10 jumps of\nordinary months"), 30, "center", data=True)
    for i, row in enumerate(records(effects)):
        _row(canvas, ax, row, i, (low, top), narrow)
    if not narrow:
        for shift, words, ha in (
            (66, t("Jump"), "right"),
            (92, t("80% range"), "left"),
            (204, t("Ordinary months\nwith as large a jump"), "left"),
        ):
            _above(canvas, ax, 1, words, 10, ha, shift=shift)
    return canvas.figure


def _tick(share: float) -> str:
    return f"{w.signed(100 * share)}%" if share else "0"


def _room_for(canvas: f.Canvas, ax: Axes, ticks: list[float]) -> list[float]:
    """Return the ticks whose labels stand apart and inside the drawing, those nearest to 0 first."""
    kept: dict[float, tuple[float, float]] = {}
    for tick in sorted(ticks, key=lambda tick: abs(math.log1p(tick))):
        at = float(ax.transData.transform((math.log1p(tick), 0))[0])
        half = canvas.width_of(_tick(tick), 12) / 2
        apart = all(abs(at - other) >= half + room + 4 for other, room in kept.values())
        if apart and half + 2 <= at <= canvas.width - half - 2:
            kept[tick] = at, half
    return sorted(kept)


def _limits(effects: pd.DataFrame) -> tuple[float, float]:
    low = float(np.nanmin([effects["lower_80"].min(), math.log(0.45)])) - 0.15
    high = float(np.nanmax([effects["upper_80"].max(), math.log(1.9)])) + 0.15
    return max(low, math.log(0.02)), min(high, math.log(12))


def _above(
    canvas: f.Canvas, ax: Axes, x: float, words: str, up: float, ha: str, data: bool = False, shift: float = 0
) -> None:
    from matplotlib.transforms import blended_transform_factory

    base = blended_transform_factory(ax.transData, ax.transAxes) if data else ax.transAxes
    canvas.text(
        ax,
        x,
        1,
        words,
        "muted",
        size=11.5,
        ha=ha,
        va="center" if data else "bottom",
        halo=False,
        transform=base,
        shift=(shift, up),
    )


def _row(canvas: f.Canvas, ax: Axes, row: Any, i: int, limits: tuple[float, float], narrow: bool) -> None:
    role, y = "fc" if row.clear else "muted", i + (0.2 if narrow else 0)
    colour = canvas[role]
    for ends, width, z in (
        ((row.lower_95, row.upper_95), 1.2, 3.0),
        ((row.lower_80, row.upper_80), 4.5, 3.2),
    ):
        if not np.isfinite(ends).all():
            continue
        low, high = max(ends[0], limits[0]), min(ends[1], limits[1])
        ax.plot([low, high], [y, y], color=colour, lw=width, zorder=z, solid_capstyle="butt")
        for cut, at, marker in ((ends[0] < limits[0], low, "<"), (ends[1] > limits[1], high, ">")):
            if cut:  # a line that leaves the scale ends in an arrow
                ax.plot([at], [y], marker, color=colour, ms=6, zorder=3.4, clip_on=False)
    at = min(max(row.estimate, limits[0]), limits[1])
    face = colour if getattr(row, "firm", row.clear) else canvas["bg"]
    ax.plot([at], [y], "o", ms=8.5, color=face, mec=colour, mew=1.8, zorder=4, clip_on=False)
    jump = w.effect(row.estimate)
    if narrow:
        when, members = str(row.about).partition(" · ")[0], len(getattr(row, "members", ()))
        alone, room = f"{row.label}, {when}", canvas.width - 22 - canvas.width_of(jump, 12, True) - 12
        words = f"{alone} ({w.plural(members, 'measure')})" if members > 1 else alone
        if canvas.width_of(words, 11.5) > room:  # the group's size is in the table
            words = alone
        canvas.text(ax, limits[0], i - 0.24, words, size=11.5)
        canvas.text(ax, limits[1], i - 0.24, jump, role, size=12, bold=True, ha="right")
        return
    canvas.text(ax, limits[0], i, str(row.label), ha="right", va="center", halo=False, shift=(-10, 7))
    canvas.text(
        ax,
        limits[0],
        i,
        str(row.about),
        "muted",
        ha="right",
        va="center",
        halo=False,
        size=11,
        shift=(-10, -8),
    )
    known = np.isfinite([row.lower_80, row.upper_80]).all()
    ends_text = (
        t("{low} to {high}", low=w.effect(row.lower_80), high=w.effect(row.upper_80))
        if known
        else t("refused")
    )
    canvas.text(ax, limits[1], i, jump, role, bold=True, ha="right", halo=False, shift=(66, 0))
    canvas.text(ax, limits[1], i, ends_text, size=12, halo=False, shift=(92, 0))
    canvas.text(ax, limits[1], i, str(row.ordinary), size=12, halo=False, shift=(204, 0))
