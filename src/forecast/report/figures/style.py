"""The one style of all charts: colours, sizes, axes, labels that do not collide.

A chart is a plain function in a module of its own that takes tables and returns a matplotlib Figure. One
figure unit is one CSS pixel (72 dots an inch), so that sizes in the code are sizes on the page. Charts are
drawn in placeholder colours, which `svg` turns into CSS variables (light and dark) or into fixed colours
(files).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar, Unpack

import numpy as np
import pandas as pd

from forecast.files import printable
from forecast.report import format as w
from forecast.report.catalogue import mark, t
from forecast.report.figures.palette import PLACEHOLDERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox, Transform
    from numpy.typing import ArrayLike

#: A narrow drawing fills a page of 320 pixels, so that its texts are never smaller than they are written.
WIDE, NARROW = 960, 296
#: Texts are measured in the font that matplotlib carries; it is wider than Arial, so nothing overruns.
FONT = "DejaVu Sans"
STYLE: Mapping[str, Any] = {
    "font.family": FONT,
    "font.size": 12.5,
    "axes.linewidth": 0,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.unicode_minus": True,
    "svg.fonttype": "none",
    "path.simplify": True,
    "figure.dpi": 72,
    "savefig.dpi": 72,
    "text.parse_math": False,
}

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a chart function inside the house style, leaving matplotlib's own settings alone."""

    @functools.wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib

        with matplotlib.rc_context(dict(STYLE)):
            return draw(*args, **kwargs)

    return inside


@functools.cache
def ruler() -> RendererAgg:
    """Return what measures texts: one for all drawings, so that a text is measured once."""
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(10, 10, 72)


@functools.cache
def text_width(words: str, size: float = 12.5, bold: bool = False) -> float:
    """Return the width of a text in units."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    return float(ruler().get_text_width_height_descent(printable(words), font, False)[0])


def lines(words: str, room: float, size: float, bold: bool = False, between: str = " ") -> list[str]:
    """Return a text in as few lines as fit the room, of about the same length; they end at `between`."""
    parts = [part.strip() for part in words.split(between) if part.strip()]
    widths = [text_width(part, size, bold) for part in parts]
    blank = text_width(f"n{between}n", size, bold) - text_width("nn", size, bold)

    def fill(limit: float) -> list[str]:
        out, used = [""], 0.0
        for part, wide in zip(parts, widths, strict=True):
            if out[-1] and used + blank + wide > limit:
                out.append(part)
                used = wide
            else:
                used += wide + (blank if out[-1] else 0)
                out[-1] += (between if out[-1] else "") + part
        return out

    wanted, limit = len(fill(room)), room
    # a little narrower as long as no line is added: lines of even length, no lonely last word
    while wanted > 1 and limit > room / 3 and len(fill(limit - 8)) == wanted:
        limit -= 8
    return fill(limit)


@functools.cache
def text_box(words: str, size: float, bold: bool) -> Bbox:
    """Return the box of a text whose lower left corner is at zero, in units."""
    weight = "bold" if bold else "normal"
    look: dict[str, Any] = {
        "fontsize": size,
        "fontweight": weight,
        "ha": "left",
        "va": "bottom",
        "linespacing": 1.2,
    }
    at_zero = _blank().text(0, 0, printable(words), **look)
    box = at_zero.get_window_extent(ruler())
    at_zero.remove()
    return box


@functools.cache
def _blank() -> Figure:
    """Return the figure on which texts are measured."""
    from matplotlib.figure import Figure

    return Figure(dpi=72)


class TextStyle(TypedDict, total=False):
    """How a text is written.

    `shift` moves it by units right and up; with `halo` a line behind it stays away; its box is claimed, so
    that labels are not put there, unless `claim` is False.
    """

    size: float
    bold: bool
    ha: str
    va: str
    halo: bool
    transform: Transform
    shift: tuple[float, float]
    claim: bool


class LabelStyle(TypedDict, total=False):
    """How a point is labelled.

    The sides in `prefer` are tried at growing distance from `offset` on, and the first without a collision
    is taken. With `must` the one with the fewest collisions is taken in the end.
    """

    size: float
    bold: bool
    offset: float
    prefer: Sequence[str]
    must: bool


class Canvas:
    """A figure of a fixed size in units, and the boxes of the labels placed so far."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
        self.renderer = ruler()
        self.boxes: list[Bbox] = []
        self.lines: list[np.ndarray[Any, Any]] = []

    def __getitem__(self, role: str) -> str:
        return PLACEHOLDERS[role]

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Add a plot with these margins in units; no frame, no ticks, quiet labels."""
        size = (self.width - left - right) / self.width, (self.height - top - bottom) / self.height
        ax = self.figure.add_axes((left / self.width, bottom / self.height, *size))
        for part in (ax.patch, *ax.spines.values()):
            part.set_visible(False)
        ax.set_axisbelow(True)
        ax.tick_params(colors=self["muted"], labelsize=12, pad=4)
        return ax

    def ticks(
        self,
        ax: Axes,
        axis: str,
        at: Sequence[float],
        words: Sequence[str],
        role: str = "muted",
        pad: float = 4,
    ) -> None:
        """Label an axis (``x`` or ``y``) by plain texts: much quicker than matplotlib's own ticks."""
        from matplotlib.transforms import blended_transform_factory

        (ax.xaxis if axis == "x" else ax.yaxis).set_visible(False)
        below = axis == "x"
        base = (ax.transData, ax.transAxes) if below else (ax.transAxes, ax.transData)
        shift, place = ((0.0, -pad), ("center", "top")) if below else ((-pad, 0.0), ("right", "center"))
        for spot, text in zip(at, words, strict=True):
            x, y = (spot, 0.0) if below else (0.0, spot)
            self.text(
                ax,
                x,
                y,
                text,
                role,
                ha=place[0],
                va=place[1],
                transform=blended_transform_factory(*base),
                shift=shift,
                claim=False,
            )

    # ------------------------------------------------------------------ text

    def text(
        self, ax: Axes, x: float, y: float, words: str, role: str = "ink", **style: Unpack[TextStyle]
    ) -> Text:
        """Write a text in a style."""
        from matplotlib.transforms import ScaledTranslation

        (right, up), halo = style.get("shift", (0, 0)), style.get("halo", False)
        size, va = style.get("size", 12), style.get("va", "center")
        if "\n" not in words:  # set by the baseline, or words without a p or g would stand lower than others
            up, va = up + size * _BASELINE.get(va, 0.0), "baseline"
        base = style.get("transform", ax.transData)
        moved = base + ScaledTranslation(right / 72, up / 72, self.figure.dpi_scale_trans)
        artist = ax.text(
            x,
            y,
            printable(words),
            color=self[role],
            fontsize=size,
            fontweight="bold" if style.get("bold", False) else "normal",
            ha=style.get("ha", "left"),
            va=va,
            transform=moved,
            linespacing=1.2,
            clip_on=False,
        )
        artist.set_gid(f"c:{'halo' if halo else 'plain'}")
        if style.get("claim", True):
            self.boxes.append(artist.get_window_extent(self.renderer))
        return artist

    def avoid(self, ax: Axes, x: ArrayLike, y: ArrayLike) -> None:
        """Remember a line, so that labels are not put on it."""
        points = ax.transData.transform(np.column_stack([np.asarray(x, float), np.asarray(y, float)]))
        points = points[np.isfinite(points).all(axis=1)]
        if len(points) > 1:
            stops = np.linspace(0, len(points) - 1, max(2, int(len(points) * 12)))
            at = np.arange(len(points))
            points = np.column_stack([np.interp(stops, at, points[:, k]) for k in (0, 1)])
        self.lines.append(points)

    def place(
        self, ax: Axes, x: float, y: float, words: str, role: str = "ink", **style: Unpack[LabelStyle]
    ) -> Text | None:
        """Label a point beside it where there is room; leave the label out if there is none."""
        size, bold, offset = style.get("size", 12.0), style.get("bold", False), style.get("offset", 9)
        prefer = style.get("prefer", ("above", "below", "left", "right"))
        spot = ax.transData.transform((x, y))
        box, plot = text_box(words, size, bold).translated(*spot), ax.get_window_extent()
        best: tuple[int, tuple[float, float, str, str]] | None = None
        for reach in (offset, offset * 1.8, offset * 2.8, offset * 4, offset * 5.5):
            for side in prefer:
                dx, dy, ha, va = _side(side, reach)
                right = dx - box.width * _PART[ha]
                hits = self._collisions(box.translated(right, dy - box.height * _PART[va]), plot)
                if best is None or hits < best[0]:
                    best = hits, (dx, dy, ha, va)
                if hits == 0:
                    break
            if best is not None and best[0] == 0:
                break
        if best is None or (best[0] > 0 and not style.get("must", False)):
            return None
        dx, dy, ha, va = best[1]
        look: TextStyle = {"size": size, "bold": bold, "ha": ha, "va": va, "shift": (dx, dy), "halo": True}
        return self.text(ax, x, y, words, role, **look)

    def _collisions(self, box: Bbox, plot: Bbox) -> int:
        if box.x0 < 0 or box.x1 > self.width or box.y0 < 0 or box.y1 > self.height:
            return 1000
        hits = 100 * sum(1 for other in self.boxes if _overlap(box, other, 3, 1))
        # the labels of the axes stand left of and below the plot
        hits += 100 * int(box.x0 < plot.x0 + 1) + 100 * int(box.y0 < plot.y0)
        self.lines = [np.concatenate([np.empty((0, 2)), *self.lines])]
        x, y = self.lines[0].T
        inside = (x > box.x0 - 2) & (x < box.x1 + 2) & (y > box.y0 - 1) & (y < box.y1 + 1)
        return hits + int(np.count_nonzero(inside))


#: How far above its point the baseline of a text stands, in sizes, by its alignment.
_BASELINE: Mapping[str, float] = {"center": -0.35, "bottom": 0.38, "top": -0.98}
#: Which part of a text lies left of, or below, the point that it is aligned to.
_PART: Mapping[str, float] = {"left": 0, "bottom": 0, "center": 0.5, "right": 1, "top": 1}


def _side(side: str, reach: float) -> tuple[float, float, str, str]:
    return {
        "on": (0.0, 0.0, "center", "center"),
        "above": (0.0, reach, "center", "bottom"),
        "below": (0.0, -reach, "center", "top"),
        "left": (-reach, 0.0, "right", "center"),
        "right": (reach, 0.0, "left", "center"),
        "above left": (-reach / 2, reach * 0.8, "right", "bottom"),
        "above right": (reach / 2, reach * 0.8, "left", "bottom"),
        "below left": (-reach / 2, -reach * 0.8, "right", "top"),
        "below right": (reach / 2, -reach * 0.8, "left", "top"),
    }[side]


def _overlap(a: Bbox, b: Bbox, dx: float = 0, dy: float = 0) -> bool:
    return bool(a.x0 < b.x1 + dx and b.x0 < a.x1 + dx and a.y0 < b.y1 + dy and b.y0 < a.y1 + dy)


# --------------------------------------------------------------------------- axes


def spread(
    heights: Sequence[float], gap: float, low: float = -math.inf, high: float = math.inf
) -> list[float]:
    """Return heights moved as little as need be so that all are at least `gap` apart, within limits.

    Examples
    --------
    >>> spread([10, 12, 40], 6)
    [8.0, 14.0, 40.0]
    """
    order = np.argsort(heights, kind="stable")
    y = np.asarray(heights, float)[order]
    for _ in range(400):
        moved = False
        for i in range(len(y) - 1):
            short = gap - (y[i + 1] - y[i])
            if short > 1e-6:
                y[i] -= short / 2
                y[i + 1] += short / 2
                moved = True
        if len(y):
            y = y + max(0.0, low - y[0]) if y[0] < low else y
            y = y - max(0.0, y[-1] - high) if y[-1] > high else y
        if not moved:
            break
    out = np.empty_like(y)
    out[order] = y
    return [round(float(v), 6) for v in out]


def nice_ticks(top: float, most: int = 6) -> list[float]:
    """Return round values from 0 to at most `top`, at most `most` of them above 0.

    Examples
    --------
    >>> nice_ticks(24_000), nice_ticks(268_000)
    ([0.0, 5000.0, 10000.0, 15000.0, 20000.0], [0.0, 50000.0, 100000.0, 150000.0, 200000.0, 250000.0])
    """
    if not top > 0:
        return [0.0]
    power = 10.0 ** math.floor(math.log10(top / most))
    step = next(m * power for m in (1, 2, 5, 10, 20) if top / (m * power) < most)
    return [round(float(i * step), 10) for i in range(int(top / step + 1e-9) + 1)]


#: What axes are labelled in, the largest first.
UNITS = {10**12: mark("trillions"), 10**9: mark("billions"), 10**6: mark("millions"), 1000: mark("thousands")}


def divisor(top: float) -> int:
    """Return 1,000 where an axis is labelled in thousands, more for millions and beyond, else 1."""
    return next((unit for unit in UNITS if top >= 4 * unit), 1)


def unit_words(top: float, unit: str = "") -> str:
    """Return the unit that a subtitle names: ``thousands``, the series' own, or both."""
    if divisor(top) == 1:
        return unit
    scale = t(UNITS[divisor(top)])
    return t("{unit}, in {scale}", unit=unit, scale=scale) if unit else scale


def y_axis(
    canvas: Canvas, ax: Axes, top: float, ticks: Sequence[float] | None = None, numbers: bool = True
) -> None:
    """Draw horizontal lines, with bare numbers from 0 up, and the zero line."""
    values = list(nice_ticks(top)) if ticks is None else list(ticks)
    by = divisor(top)
    ax.set_ylim(0, top)
    ax.yaxis.set_visible(False)
    if numbers:
        canvas.ticks(ax, "y", values, [w.count(v / by) for v in values])
    ax.hlines(
        [v for v in values if v],
        0,
        1,
        transform=ax.get_yaxis_transform(),
        color=canvas["grid"],
        lw=1,
        zorder=0.5,
    )
    ax.axhline(0, color=canvas["rule"], lw=1, zorder=1.5)


def axis_room(top: float, least: float) -> float:
    """Return the room left of a plot that the numbers of its y axis need."""
    return max(least, text_width(w.count(nice_ticks(top)[-1] / divisor(top)), 12) + 9)


def month_axis(canvas: Canvas, ax: Axes, first: pd.Period, months: int, room: float = 44) -> None:
    """Label months below the axis, as many as have `room` units each, with the year under the first of it."""
    from matplotlib.transforms import blended_transform_factory

    width = ax.get_window_extent().width / max(1.0, ax.get_xlim()[1] - ax.get_xlim()[0])
    step = next((s for s in (1, 2, 3, 4, 6, 12) if s * width >= room), 12)
    spots = [i for i in range(months) if ((first + i).month - 1) % step == 0]
    # a label at the very edge would touch the numbers of the other axis
    spots = [i for i in spots if (i - ax.get_xlim()[0]) * width >= 13]
    canvas.ticks(ax, "x", spots, [w.month_abbreviation(first + i) for i in spots])
    below = blended_transform_factory(ax.transData, ax.transAxes)
    last_year_at = -99.0
    for n, i in enumerate(spots):
        month = first + i
        # the first label carries its year too, unless the next January is so near that the years would touch
        if month.month == 1 or (n == 0 and (13 - month.month) * width >= 34):
            if (i - last_year_at) * width < 34:
                continue
            canvas.text(
                ax,
                i,
                0,
                str(month.year),
                "muted",
                ha="center",
                va="top",
                transform=below,
                shift=(0, -18),
                claim=False,
            )
            last_year_at = i


def year_axis(canvas: Canvas, ax: Axes, first: pd.Period, months: int, room: float = 90) -> None:
    """Label Januaries below the axis, as many as have room."""
    width = ax.get_window_extent().width / max(1.0, ax.get_xlim()[1] - ax.get_xlim()[0])
    every = next((s for s in (1, 2, 5, 10) if 12 * s * width >= room), 20)
    spots = [i for i in range(months) if (first + i).month == 1 and (first + i).year % every == 0]
    edge = 15 / width
    spots = [i for i in spots if ax.get_xlim()[0] + edge <= i <= ax.get_xlim()[1] - edge]
    canvas.ticks(ax, "x", spots, [str((first + i).year) for i in spots], pad=6)


def vertical(canvas: Canvas, ax: Axes, x: float, role: str = "rule") -> None:
    """Draw the dashed vertical that parts what was published from what is forecast."""
    ax.axvline(x, color=canvas[role], lw=1, dashes=(3, 3), zorder=2)


def index_of(months: Sequence[pd.Period], first: pd.Period) -> list[int]:
    """Return months as whole distances from the first month of a chart."""
    return [(m - first).n for m in months]
