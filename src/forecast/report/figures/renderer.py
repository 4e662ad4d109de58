"""Where charts are drawn for the page: two drawings each, their styles, and the files that go beside the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from forecast.files import printable
from forecast.report.blocks import Chart
from forecast.report.figures import svg
from forecast.report.figures.style import PLACEHOLDERS


@dataclass
class Studio:
    """Draws charts; keeps the style book of the page and the figure files."""

    png: bool = True
    book: svg.StyleBook = field(default_factory=svg.StyleBook)
    files: dict[str, bytes] = field(default_factory=dict)
    drawings: dict[str, svg.Drawing] = field(default_factory=dict)

    def chart(
        self,
        name: str,
        draw: Callable[..., Any],
        *,
        title: str,
        subtitle: str,
        note: str,
        label: str,
        csv: str,
        **rest: Any,
    ) -> Chart:
        """Return a chart of the page, drawn wide and narrow, and keep its files.

        Parameters
        ----------
        name : str
            Name of its files.
        draw : callable
            Takes ``narrow`` and ``palette`` and returns a matplotlib Figure.
        title, subtitle, note, label : str
            What stands around it, and what it shows in one sentence.
        csv : str
            The table beside the page that holds its figures.
        **rest
            Further fields of `Chart`.
        """
        title, subtitle, note, label = map(printable, (title, subtitle, note, label))
        figure = draw(narrow=False, palette=PLACEHOLDERS)
        wide = self.drawings[name] = svg.drawing(figure, name)
        narrow = svg.drawing(draw(narrow=True, palette=PLACEHOLDERS), f"{name}-n")
        frame = svg.Frame(title, subtitle, note)
        self.files[f"figures/{name}.svg"] = svg.for_file(wide, frame, label).encode()
        if self.png:
            self.files[f"figures/{name}.png"] = svg.png(figure, frame)
        return Chart(
            name,
            title,
            subtitle,
            note,
            label,
            csv,
            wide=Markup(svg.for_page(wide, label, "wide", self.book)),  # noqa: S704 (made and escaped by _svg)
            narrow=Markup(svg.for_page(narrow, label, "narrow", self.book)),  # noqa: S704
            **rest,
        )
