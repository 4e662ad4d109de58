"""What a chart is drawn on: a figure that knows where its months lie; imported when one is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Cursor:
    """Where the months of a chart's table lie in its drawing (units of the drawing)."""

    start: float
    step: float
    top: float
    bottom: float


class ChartFigure(Figure):
    """A figure with the place of its read-out, where it has one."""

    cursor: Cursor | None = None
