"""What every chart must keep: both drawings, text inside, labels apart, same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

from forecast.report.figures import style as f
from forecast.report.figures import svg


def boxes(figure: Any) -> list[tuple[str, Any]]:
    """Return all texts of a figure that are seen, with their boxes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in texts]


def check_chart(draw: Callable[..., Figure], hits: int = 0) -> list[str]:
    """Check a chart's two drawings; return the words of the wide one."""
    check_wide(draw(narrow=True), hits, f.NARROW)
    return check_wide(draw(), hits)


def check_wide(figure: Figure, hits: int = 0, units: int = f.WIDE) -> list[str]:
    """Check one drawing of a chart; return its words."""
    assert isinstance(figure, Figure)
    width, height = (v * 72 for v in figure.get_size_inches())
    assert round(width) == units
    found = boxes(figure)
    for text, box in found:
        assert box.x0 > -2 and box.x1 < width + 2, f"{text!r} leaves the drawing"
        assert box.y0 > -2 and box.y1 < height + 2, f"{text!r} leaves the drawing"
    close = [
        (a, b)
        for i, (a, one) in enumerate(found)
        for b, two in found[i + 1 :]
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 1 and min(one.y1, two.y1) - max(one.y0, two.y0) > 3
    ]
    assert len(close) <= hits, close
    sizes = [t.get_fontsize() for t in figure.findobj(Text) if t.get_text().strip()]
    assert min(sizes) >= 11
    text = svg.for_page(svg.drawing(figure, "c"), "l", "wide", svg.StyleBook())
    assert "#0001" not in text
    return [text for text, _ in found]


def monthly(values: Any, first: str = "2024-01") -> pd.DataFrame:
    """Return a table of counts."""
    return pd.DataFrame(
        {"month": pd.period_range(first, periods=len(values), freq="M"), "value": np.asarray(values, float)}
    )


def fan(last: float, first: str, steps: int = 6, sd: float = 0.25) -> pd.DataFrame:
    """Return a forecast that widens."""
    grow = sd * np.sqrt(np.arange(1, steps + 1))
    middle = np.full(steps, last)
    return pd.DataFrame(
        {
            "month": pd.period_range(first, periods=steps, freq="M"),
            "horizon": np.arange(1, steps + 1),
            "middle": middle,
            "lower_80": middle * np.exp(-1.28 * grow),
            "upper_80": middle * np.exp(1.28 * grow),
            "lower_50": middle * np.exp(-0.67 * grow),
            "upper_50": middle * np.exp(0.67 * grow),
        }
    )
