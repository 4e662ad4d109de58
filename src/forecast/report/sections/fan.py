"""The fan: six months in full, later ones by their range alone; unofficial figures and outcomes as points."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import view
from forecast.report.blocks import Chart
from forecast.report.figures import style as f
from forecast.report.sections.answers import unofficial
from forecast.report.sections.report import Ends, Report
from forecast.report.sections.top import level, outcomes

#: The middle stays where it is below this change; it swings where it moves more and comes back.
STAYS, SWINGS = 0.1, 0.2


class Shape(NamedTuple):
    """Where the middle of the forecast goes, and how much wider its range becomes.

    `change`: None of figures that are not all above zero, of which a share means nothing.
    """

    way: str  #: ``stays``, ``swings``, ``rises`` or ``falls``
    level: float
    low: float
    high: float
    change: float | None
    end: float
    last: pd.Period
    times: float | None


def shape(r: Report) -> Shape:
    """Return where the middle goes over the months told in full."""
    near, last = r.near, float(r.view.counts.iloc[-1])
    middles = near["middle"].to_numpy(float)
    positive = last > 0 and bool((middles > 0).all())
    moves = (middles - last) / abs(last) if last else np.sign(middles)
    move = float(moves[-1])
    way = "rises" if move > 0 else "falls"
    if abs(move) < STAYS:
        way = "swings" if float(np.abs(moves).max()) >= SWINGS else "stays"
    widths = (near["upper_80"] - near["lower_80"]).to_numpy(float)
    times = (
        widths[-1] / widths[0]
        if len(widths) > 1 and widths[0] > 0 and np.isfinite(widths[[0, -1]]).all()
        else None
    )
    found = level(r)
    about = r.number(float(middles.mean())) if found is None else found.middle
    ends = r.number(float(middles.min())), r.number(float(middles.max()))
    change, end = move if positive else None, r.number(float(middles[-1]))
    return Shape(way, about, *ends, change, end, near["month"].iloc[-1], times)


def fan(r: Report) -> Chart | None:
    """Return the first chart, or None where there is no forecast."""
    from forecast.report.figures.forecast import Reach, fan_chart

    seen, near = r.view, r.near
    if not len(near):
        return None
    text, ahead = r.words("fan"), seen.ahead
    counts = seen.counts[seen.counts.index >= view.first_chart_start(r.run, seen)]
    frame = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    figure = unofficial(r)
    points = [] if figure is None else [(figure.month, figure.value, text.press(figure))]
    beside = text.beside() if len(ahead) > len(near) else ""
    later = seen.afterwards[["month", "value"]] if len(seen.afterwards) else None
    draw = partial(
        fan_chart,
        frame,
        ahead,
        Reach(len(near), beside),
        later,
        points,
        whole=seen.whole,
    )
    top = max(float(counts.max()), float(np.nanmax(ahead[["middle", "upper_80"]].to_numpy(float))))
    unit = f.unit_words(top, seen.name.unit_words)
    refused = bool(near["lower_80"].isna().all())
    return r.studio.chart(
        draw,
        Chart(
            "forecast",
            title=text.title(shape(r)),
            subtitle=w.capital(text.subtitle(seen.name.measure, unit)),
            note=text.note(refused),
            label=_label(r, counts),
            csv="forecasts.csv",
            level=2,
        ),
    )


class Drawn(NamedTuple):
    """What the chart shows, for those who do not see it."""

    first: pd.Period
    low: float
    high: float
    last: float
    start: float
    end: float
    month: pd.Period
    ends: Ends | None


def _label(r: Report, counts: pd.Series) -> str:
    near, after = r.near, outcomes(r)
    row = r.view.numbers(int(near["horizon"].iloc[-1]))
    drawn = Drawn(
        counts.index[0],
        float(counts.min()),
        float(counts.max()),
        float(counts.iloc[-1]),
        r.number(float(near["middle"].iloc[0])),
        r.number(float(near["middle"].iloc[-1])),
        near["month"].iloc[-1],
        None if row is None else r.ends(row),
    )
    return r.words("fan").label(drawn, after[-1] if after else None)
