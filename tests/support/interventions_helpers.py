"""Panels and calendars made by hand for the tests of interventions."""

import numpy as np
import pandas as pd

import forecast as fc
from forecast.config.settings import EventsSpec
from forecast.data.panel import Panel
from forecast.interventions.study import Study

COLUMNS = "id,name,announced_date,effective_start,end_date,shape,sign,bundle,priority,decay,ramp_months,lead_months,usable_from,end_usable_from"


def panel_of(values, start="2000-01", name="s", rounding=1.0, counts=False, as_of=None):
    """A panel of one series (or several, from a mapping) whose last month has just come out."""
    frame = pd.DataFrame(values if isinstance(values, dict) else {name: np.asarray(values, dtype=float)})
    frame.index = pd.period_range(start, periods=len(frame), freq="M")
    released = pd.DataFrame(
        {c: frame.index.to_timestamp(how="end").normalize() + pd.Timedelta(days=20) for c in frame},
        index=frame.index,
    )
    return Panel(
        values=frame,
        released=released,
        as_of=pd.Timestamp(as_of) if as_of else released.iloc[-1, 0],
        rounding=pd.DataFrame(rounding, index=frame.index, columns=frame.columns),
        counts=counts,
        last_official=pd.Series(dict.fromkeys(frame.columns, frame.index[-1])),
    )


def study_of(panel, events, model="arima", coding="rule", **more):
    """A study of the only series of a panel, events coded by rule."""
    return Study(panel, events, model, EventsSpec(coding=coding), **more)


def only(calendar, ids):
    """The calendar with the events of these ids only."""
    return calendar.without(set(calendar.table["id"]) - set(ids))


def calendar(tmp_path, *rows):
    """A calendar of the rows given as mappings; announced a year before they start unless they say otherwise."""
    known = COLUMNS.split(",")
    lines = []
    for row in rows:
        start = pd.Timestamp(row["effective_start"])
        cells = {"name": row["id"], "announced_date": f"{start - pd.DateOffset(years=1):%Y-%m-%d}", **row}
        lines.append({c: cells.get(c, "") for c in known})
    path = tmp_path / "events.csv"
    frame = pd.DataFrame(lines, columns=known)
    frame = frame.loc[:, [c for c in known if c in ("sign",) or (frame[c] != "").any()]]
    frame.assign(sign=[r or "0" for r in frame["sign"]]).to_csv(path, index=False)
    return fc.load_events(path)


def noise(kind, n, rng, sd=0.05, ratio=1.0):
    """Simulate one of four noise models on logs, of about the same one-step sd; times `ratio` in the last two fifths."""
    e = rng.normal(0.0, sd, n + 60)
    e[60 + 3 * n // 5 :] *= ratio
    if kind == "white":
        return e[60:]
    if kind == "ar":
        out = np.zeros(len(e))
        for t in range(1, len(e)):
            out[t] = 0.6 * out[t - 1] + e[t]
        return out[60:]
    if kind == "walk":
        out = np.cumsum(e - 0.4 * np.r_[0.0, e[:-1]])
        return out[60:]
    if kind == "airline":
        w = e.copy()
        w[1:] -= 0.4 * e[:-1]
        w[12:] -= 0.6 * e[:-12]
        w[13:] += 0.24 * e[:-13]
        out = np.zeros(len(w))
        for t in range(13, len(w)):
            out[t] = out[t - 1] + out[t - 12] - out[t - 13] + w[t]
        return out[60:] - out[60:].mean()
    raise ValueError(kind)


MODELS = {
    "white": {"order": (0, 0, 0), "seasonal_order": None},
    "ar": {"order": (1, 0, 0), "seasonal_order": None},
    "walk": {"order": (0, 1, 1), "seasonal_order": None},
    "airline": {"order": (0, 1, 1), "seasonal_order": (0, 1, 1)},
}
