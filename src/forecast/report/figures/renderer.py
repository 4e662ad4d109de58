"""Where charts are drawn for the page: two drawings each, their
styles, and the files that go beside the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from forecast.files import printable
from forecast.report.blocks import Chart
from forecast.report.figures import svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


#: Charts of the page that is read: they have a second drawing for phones.
PHONES = ("forecast", "track-record", "effects", "would-we-have-known", "ten-years")


@dataclass
class Studio:
    """Draws charts; keeps the style book of the page and the figure files."""

    png: bool = True
    source: str = ""  #: the source line inside every file of a chart
    book: svg.StyleBook = field(default_factory=svg.StyleBook)
    files: dict[str, bytes] = field(default_factory=dict)
    drawings: dict[str, svg.Drawing] = field(default_factory=dict)

    def chart(self, draw: Callable[..., Figure], chart: Chart) -> Chart:
        """Return a chart with its drawing, a second one for phones, and keep its files."""
        figure = draw()
        wide = self.drawings[chart.name] = svg.drawing(figure, chart.name)
        title, subtitle, note, label = map(printable, (chart.title, chart.subtitle, chart.note, chart.label))
        frame = svg.Frame(title, subtitle, f"{note} {printable(self.source)}".strip())
        narrow = ""
        if chart.name in PHONES:
            small = svg.drawing(draw(narrow=True), f"{chart.name}-n")
            narrow = svg.for_page(small, label, "narrow", self.book)
        self.files[f"figures/{chart.name}.svg"] = svg.for_file(wide, frame, label).encode()
        if self.png:
            self.files[f"figures/{chart.name}.png"] = svg.png(figure, frame)
        return replace(
            chart,
            title=title,
            subtitle=subtitle,
            note=note,
            label=label,
            wide=Markup(svg.for_page(wide, label, "wide", self.book)),  # noqa: S704
            narrow=Markup(narrow),  # noqa: S704
        )
