"""What things are called on the page: series, models, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import language, mark, shipped, t
from forecast.report.rows import BreakRow, EventRow, records

#: Names of models by their kind; a row with a name of its own keeps that name.
MODEL_NAMES: Mapping[str, str] = {
    "random_walk": mark("Same as last month"),
    "drift": mark("Last month plus average change"),
    "seasonal_naive": mark("Same month last year"),
    "seasonal_random_walk": mark("Seasonal random walk"),
    "linear": mark("Regression on trend and season"),
    "arima": mark("ARIMA"),
    "ridge": mark("Ridge regression"),
    "ets": mark("Exponential smoothing"),
    "theta": mark("Theta method"),
    "structural": mark("Structural model"),
    "counts": mark("Counts around a moving level"),
    "counts_events": mark("Counts around a moving level"),
    "mean_reversion": mark("Return to the ten-year mean"),
    "combination": mark("Combination of models"),
    "median": mark("Median of the models"),
    "short": mark("Weighted combination"),
    "border": mark("Weighted combination"),
    "border_events": mark("Weighted combination"),
    "general": mark("Weighted combination"),
    "general_events": mark("Weighted combination"),
    "seasonal_profile": mark("Last month plus usual season"),
    "elastic_net": mark("Elastic net"),
    "gradient_boosting": mark("Boosted trees"),
    "middle": mark("Median of the members"),
    "arima_011": mark("ARIMA (0,1,1)"),
    "arima_72": mark("Seasonal ARIMA, six years"),
    "arima_no_events": mark("ARIMA, no events"),
    "auto_arima": mark("ARIMA, order found"),
}
#: From this day of a month on, an event is dated by its day.
LATE_DAY = 25
_REGIONS = {
    "southwest": (mark("at the southwest border"), mark("southwest border")),
    "northern": (mark("at the northern border"), mark("northern border")),
    "coastal": (mark("in the coastal sectors"), mark("coastal sectors")),
    "nationwide": (mark("in the whole country"), mark("whole country")),
}
#: What a component of the bundled series counts, as a noun and as a sentence.
_NOUNS = {"usbp": mark("Border Patrol encounters"), "ofo": mark("encounters at ports of entry")}
_COUNTED = {
    "usbp": mark("The counts are of encounters by the Border Patrol between ports of entry"),
    "ofo": mark("The counts are of encounters at ports of entry"),
}
#: How labels of areas end, and how such an area is told by itself and as a place.
_AREAS = (
    (" sector", mark("{place} sector"), mark("in the {place} sector")),
    (" field office", mark("{place} field office"), mark("in the {place} field office")),
)


@dataclass(frozen=True)
class SeriesName:
    """How a series is spoken of.

    `noun`: Plural noun of its figures, ``Border Patrol encounters``; empty for a series that only has a
    name; `place`: Where, ``at the southwest border``; may be empty; `label`: Short label for axes and rows;
    `counted`: What is counted, as a full sentence; `unit`: Unit of the figures; `where`: The place as a
    title has it, ``southwest border``; may be empty; `publisher`, `title`: Who publishes the figures, and
    how a report of them is called; may be empty.
    """

    noun: str
    place: str
    label: str
    counted: str
    unit: str
    where: str = ""
    publisher: str = ""
    title: str = ""

    @property
    def measure(self) -> str:
        """``Border Patrol encounters a month at the southwest border``."""
        return " ".join(part for part in (self.noun or self.label, t("a month"), self.place) if part)

    @property
    def unit_words(self) -> str:
        """The unit that a subtitle names beside a series without a noun of its own."""
        return "" if self.noun or self.unit == "count" else self.unit

    @property
    def full(self) -> str:
        """``Border Patrol encounters, southwest border``."""
        return ", ".join(part for part in (self.noun or self.label, self.where) if part)


def _text(row: Mapping[str, str | float | None], key: str) -> str:
    value = row.get(key, "")
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)


def label_words(label: str, inside: bool = False) -> str:
    """Return the label of a series, or where its figures are from; bundled ones in the language of the page.

    Examples
    --------
    >>> label_words("El Paso sector"), label_words("El Paso sector", inside=True)
    ('El Paso sector', 'in the El Paso sector')
    """
    for ending, own, where in _AREAS:
        if label.endswith(ending):
            return t(where if inside else own, place=label.removesuffix(ending))
    return t("in the {area}", area=shipped(label)) if inside else shipped(label)


def series_name(series_id: str, row: Mapping[str, str | float | None]) -> SeriesName:
    """Return how a series is spoken of, from its row of the table of series.

    `series_id`: The series; `row`: Its row: ``label name region component area unit`` as far as they are
    known; ``kind`` says that its figures count things.
    """
    label, known = _text(row, "label") or series_id, (_text(row, "publisher"), _text(row, "title"))
    unit = _text(row, "unit") or "count"
    component, region = _text(row, "component"), _text(row, "region")
    if unit != "encounters" or not component:
        name = _text(row, "name") or label
        counted = t("The figures are the series “{name}” as supplied.", name=name)
        if _text(row, "kind") == "count" and unit != "count":
            return SeriesName(unit, "", label, counted, unit, label, *known)
        if unit != "count":
            counted = t("The figures are the series “{name}” as supplied, in {unit}.", name=name, unit=unit)
        return SeriesName("", "", label, counted, unit, "", *known)
    given, label = label, label_words(label)
    noun = t(_NOUNS.get(component, mark("encounters")))
    if _text(row, "demographic"):
        noun = t("{encounters} of {group}", encounters=noun, group=label.lower())
    elif _text(row, "citizenship"):
        noun = t("{encounters} of citizens of {country}", encounters=noun, country=label)
    if _text(row, "area"):
        place, where = label_words(given, inside=True), label
    elif region in _REGIONS:
        place, where = (t(words) for words in _REGIONS[region])
    else:
        place = where = ""
    counted = t(_COUNTED.get(component, mark("The counts are of encounters at and between ports of entry")))
    counted = f"{counted} {place}".strip() + "."
    return SeriesName(noun, place, w.capital(label), counted, unit, where, *known)


def model_name(model: str, kind: str = "") -> str:
    """Return the name of a model's row on the page.

    A row named like a known kind is told by its plain name; any other keeps its own, with blanks.

    Examples
    --------
    >>> model_name("random_walk"), model_name("arima_without_2020")
    ('Same as last month', 'ARIMA without 2020')
    """
    if model in MODEL_NAMES:
        return t(MODEL_NAMES[model])
    words = model.replace("_", " ").strip()
    for short in ("arima", "ets"):
        words = " ".join(part.upper() if part == short else part for part in words.split(" "))
    return w.capital(words)


def model_words(kind: str, parameters: Mapping[str, object]) -> str:
    """Return one line on a model from its kind and parameters; empty for a kind that is not known here."""
    if kind in ("arima", "auto_arima"):
        order = parameters.get("order")
        if not isinstance(order, (list, tuple)):
            text = t("ARIMA, order found in the figures")
        else:
            season = parameters.get("seasonal_order")
            seasonal = (
                f"({','.join(str(k) for k in list(season)[:3])})" if isinstance(season, (list, tuple)) else ""
            )
            text = t(
                "seasonal ARIMA ({order}){seasonal}" if seasonal else "ARIMA ({order})",
                order=",".join(str(k) for k in order),
                seasonal=seasonal,
            )
        window = parameters.get("window")
        return (
            text
            + (t(", log scale") if parameters.get("transform", "log") == "log" else "")
            + (t(", last {window} months", window=window) if window else "")
        )
    return {
        "random_walk": t("the last count, repeated"),
        "drift": t("the last count, moved on by the average change"),
        "seasonal_naive": t("the count of a year before"),
        "linear": t("least squares on trend, month and events"),
        "ridge": t("regularised regression on lags, month and events"),
    }.get(kind, "")


def row_name(model: str, knowledge: str = "none", kind: str = "") -> str:
    """Return the name of a row of results: the model, and how much it knew of events."""
    name = model_name(model, kind)
    if knowledge == "at_origin":
        return t("{name} with events", name=name)
    return t("{name}, hindsight", name=name) if knowledge == "hindsight" else name


def plain(name: str) -> str:
    """Return an id in words: ``rule_ends`` is ``Rule ends``."""
    return w.capital(name.replace("_", " ").strip())


def _label(row: EventRow, short: bool) -> str:
    """Return the label of an event in the language of the page, else its name, else its id."""
    key = "short_label" if short else "label"
    suffix = "" if language() == "en" else f"_{language()}"
    for column in (f"{key}{suffix}", key, "name"):
        found = getattr(row, column, "")
        if isinstance(found, str) and found:
            return found
    return plain(str(row.id))


def break_words(row: BreakRow) -> str:
    """Return what changed at a break, in the language of the page where it is known: its first statement."""
    own = "" if language() == "en" else getattr(row, f"what_changed_{language()}", "")
    text = own if isinstance(own, str) and own else str(row.what_changed)
    first = text.split(". ")[0].split("; ")[0].rstrip(".")
    return f"{first}."


class Measures:
    """The events of a run by their ids: what they are called, when they began."""

    def __init__(self, events: pd.DataFrame) -> None:
        self._rows = {str(row.id): row for row in records(events, EventRow)}
        self._began = {name: row.effective_start for name, row in self._rows.items()}

    def _ordered(self, ids: Sequence[str]) -> list[str]:
        """Return those of the ids that are known, in the order in which they began."""
        known = [one for one in ids if one in self._rows]
        return sorted(known, key=lambda one: (pd.isna(self._began[one]), self._began[one]))

    def names(self, ids: Sequence[str], short: bool = False) -> str:
        """Return the names of events, all of them, in the order in which they began."""
        named = dict.fromkeys(_label(self._rows[one], short) for one in self._ordered(ids))
        # names have commas and "and" of their own
        return "; ".join(named or [plain(one) for one in ids])

    def called(self) -> dict[str, str]:
        """Return the name of every event by its id."""
        return {name: _label(row, short=False) for name, row in self._rows.items()}

    def days(self, ids: Sequence[str]) -> str:
        """Return when events began: the month, days where they matter, or the span of several.

        A measure of the last days of a month is dated by its day: that month was without it.
        """
        days = [self._began[one] for one in self._ordered(ids) if pd.notna(self._began[one])]
        if not days:
            return ""
        first, last = days[0], days[-1]
        if first == last:
            return w.day_long(first) if first.day >= LATE_DAY else w.month_long(first)
        if (first.year, first.month) == (last.year, last.month):
            numbers = list(dict.fromkeys(str(day.day) for day in days))
            return w.day_long(last).replace(str(last.day), w.joined(numbers), 1)
        low = w.month_name(w.month(first)) if first.year == last.year else w.month_long(first)
        return t("{low} to {high}", low=low, high=w.month_long(last))
