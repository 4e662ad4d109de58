"""The calendar as a picture: one line an event, from the day on which it was public to its end."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.errors import ConfigError
from forecast.events.timeline import select
from forecast.files import printable, write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecast.events.calendar import EventCalendar

#: Expected sign -> colour and words; also told by the words of the legend and the sign before each name.
COLOURS = {
    1: ("#a3470b", "more expected"),
    -1: ("#0a5ea8", "fewer expected"),
    0: ("#57606a", "no direction expected"),
}
KINDS = ("svg", "png", "pdf")


def timeline_picture(
    calendar: EventCalendar,
    path: str | Path,
    as_of: Any = None,
    series: str | Sequence[str] | None = None,
    start: Any = None,
    end: Any = None,
    coding: str = "rule",
) -> Path:
    """Draw the timeline into a file (SVG, PNG or PDF, by its ending) and return its path.

    Each event is a line over the months in which it is in force, thick where it is in full force; a diamond marks
    the month in which it was announced.

    Parameters
    ----------
    calendar, as_of, series, start, end, coding
        As in `timeline`.
    path : str or Path
        The file; it is replaced.

    Examples
    --------
    >>> import tempfile
    >>> from forecast.events.calendar import load_events
    >>> file = Path(tempfile.mkdtemp()) / "events.svg"
    >>> timeline_picture(load_events(), file, series="southwest.usbp", start="2019", end="2026").stat().st_size > 0
    True
    """
    target = Path(path)
    if target.suffix.lstrip(".").lower() not in KINDS:
        raise ConfigError(
            f"picture: '{target.name}' ends in none of {', '.join(f'.{kind}' for kind in KINDS)}"
        )
    title, shown, months, kept = select(calendar, as_of, series, start, end, coding)
    if not kept:
        raise ConfigError(f"picture: {title}: there is no event to draw")
    import matplotlib
    from matplotlib.figure import Figure

    style = {"svg.fonttype": "none", "svg.hashsalt": "timeline", "font.size": 9, "text.parse_math": False}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(10.0, 0.9 + 0.19 * len(kept)), layout="constrained")
        ax = figure.add_subplot()
        _draw(ax, shown, months, kept, coding)
        ax.set_title(printable(f"{title}: {len(kept)}"), loc="left", fontsize=11, fontweight="bold")
        metadata = {"Date": None} if target.suffix.lower() == ".svg" else {}
        content = io.BytesIO()
        figure.savefig(content, format=target.suffix.lstrip(".").lower(), dpi=150, metadata=metadata)
    write_file(target, content.getvalue())
    return target


def _draw(ax: Any, shown: EventCalendar, months: Any, kept: Sequence[tuple[int, Any]], coding: str) -> None:
    from matplotlib.lines import Line2D

    signs = shown.arrays.coded[coding].sign
    first = int(months[0])
    for line, (row, weight) in enumerate(kept):
        event, sign = shown.table.iloc[row], int(np.sign(signs[row]))
        colour = COLOURS[sign][0]
        half = np.where(weight > 0.01, 0.08 + 0.22 * np.minimum(weight, 1.0), 0.0)
        edges = np.append(half, half[-1])
        ax.fill_between(np.arange(len(edges)), line - edges, line + edges, step="post", color=colour, lw=0)
        said = int(np.datetime64(event["announced_date"], "M").astype(np.int64)) - first
        if 0 <= said <= len(months):
            ax.plot([said + 0.5], [line], "D", ms=4.5, color="white", mec=colour, mew=1.2, zorder=3)
    marks = {1: "+ ", -1: "- ", 0: ""}
    labels = [marks[int(np.sign(signs[row]))] + printable(shown.arrays.ids[row]) for row, _ in kept]
    ax.set_yticks(range(len(kept)), labels)
    ax.set_ylim(len(kept) - 0.3, -0.7)
    years = [i for i in range(len(months) + 1) if (first + i) % 12 == 0]
    ax.set_xticks(years, [str(1970 + (first + i) // 12) for i in years])
    ax.set_xlim(0, len(months))
    ax.grid(axis="x", color="#e3e6ea", lw=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    keys: list[Any] = [Line2D([], [], color=colour, lw=5, label=words) for colour, words in COLOURS.values()]
    keys.append(Line2D([], [], marker="D", ls="", color="white", mec="#16191d", label="announced"))
    ax.legend(
        handles=keys,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.9 / max(len(kept), 6)),
        ncols=4,
        frameon=False,
    )
