"""Where charts are drawn for the page: two drawings each, their
styles, and the files that go beside the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from markupsafe import Markup

from forecast.files import printable
from forecast.report.blocks import Chart
from forecast.report.figures import svg
from forecast.report.figures.style import PLACEHOLDERS

if TYPE_CHECKING:
    from forecast.report.figures.figure import ChartFigure


class Draw(Protocol):
    """Draws a chart: wide, or narrow for phones."""

    def __call__(self, *, narrow: bool, palette: Mapping[str, str]) -> ChartFigure:
        """Return the figure in these colours."""


@dataclass
class Studio:
    """Draws charts; keeps the style book of the page and the figure files."""

    png: bool = True
    book: svg.StyleBook = field(default_factory=svg.StyleBook)
    files: dict[str, bytes] = field(default_factory=dict)
    drawings: dict[str, svg.Drawing] = field(default_factory=dict)

    def chart(self, draw: Draw, chart: Chart) -> Chart:
        """Return a chart of the page with its two drawings, wide and narrow, and keep its files."""
        figure = draw(narrow=False, palette=PLACEHOLDERS)
        wide = self.drawings[chart.name] = svg.drawing(figure, chart.name)
        narrow = svg.drawing(draw(narrow=True, palette=PLACEHOLDERS), f"{chart.name}-n")
        title, subtitle, note, label = map(printable, (chart.title, chart.subtitle, chart.note, chart.label))
        frame = svg.Frame(title, subtitle, note)
        self.files[f"figures/{chart.name}.svg"] = svg.for_file(wide, frame, label).encode()
        if self.png:
            self.files[f"figures/{chart.name}.png"] = svg.png(figure, frame)
        return replace(
            chart,
            title=title,
            subtitle=subtitle,
            note=note,
            label=label,
            wide=Markup(svg.for_page(wide, label, "wide", self.book)),  # noqa: S704 (made and escaped by _svg)
            narrow=Markup(svg.for_page(narrow, label, "narrow", self.book)),  # noqa: S704
        )
