"""From rows of an official file to series: each total and each part once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from forecast.data.parse import IntArray, TextArray

#: Citizenships that have a series of their own beside `other`.
FOUR = ("el_salvador", "guatemala", "honduras", "mexico")
_OFFICES = ("el_paso", "laredo", "san_diego", "tucson")


def series_of(labels: Mapping[str, str], layout: str) -> Iterator[str]:
    """Yield the series to which a row with these labels belongs: each total and each part once.

    Parameters
    ----------
    labels : mapping
        region, component, area, demographic, citizenship, authority, as far as the layout has them.
    layout : {"southwest", "state", "area"}
        The layout.
    """
    region, component = labels["region"], labels.get("component", "")
    southwest = region == "southwest"
    if layout != "southwest":
        yield "nationwide"
    yield region
    if layout in ("state", "area") and southwest:
        yield f"southwest.citizenship_{labels['citizenship']}"
    if component == "usbp" and layout == "area":
        yield "nationwide.usbp"
        # Border Patrol outside the two land borders is what the tables call coastal.
        part = "coastal" if region == "other" else region
        yield f"{part}.usbp.{labels['area']}"
        if not southwest:
            yield f"{part}.usbp"
    if component and southwest:
        own = f"southwest.{component}"
        yield own
        yield f"{own}.{labels['demographic']}"
        group = labels["citizenship"]
        yield f"{own}.citizenship_{group if group in FOUR else 'other'}"
        if component == "usbp":
            yield f"{own}.{labels['authority']}"
        elif labels.get("area", "") in _OFFICES:
            yield f"{own}.{labels['area']}"


def figures_of(
    layout: str, month: IntArray, months: int, count: np.ndarray, labels: Mapping[str, TextArray]
) -> dict[str, tuple[int, np.ndarray]]:
    """Return series_id -> (first month, sums of consecutive months); absent combinations count 0."""
    names = list(labels)
    frame = pd.DataFrame({name: labels[name] for name in names})
    code = frame.groupby(names, sort=False).ngroup().to_numpy()
    combinations = frame.drop_duplicates().to_dict("records")
    sums = np.bincount(code * months + month, weights=count, minlength=len(combinations) * months)
    by_combination = sums.reshape(len(combinations), months)
    members: dict[str, list[int]] = {}
    for k, combination in enumerate(combinations):
        for series_id in series_of({str(n): str(v) for n, v in combination.items()}, layout):
            members.setdefault(series_id, []).append(k)
    figures = {}
    for series_id in sorted(members):
        values = by_combination[members[series_id]].sum(axis=0)
        start, stop = 0, months
        if series_id.endswith(".title_42"):
            present = np.flatnonzero(values)
            if not len(present):
                continue
            start, stop = int(present[0]), int(present[-1]) + 1
        figures[series_id] = (start, values[start:stop])
    return figures
