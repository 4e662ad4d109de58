"""What other rooms write as codes and values, in the words of the page (`text/<language>/codes.j2`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from forecast.report import format as w
from forecast.report.prose import prose
from forecast.report.rows import CodeRow
from forecast.scoring.comparison import ERA_AT_LEAST

if TYPE_CHECKING:
    from forecast.archive.track_record import Miss


Value = str | float | pd.Period | pd.Timestamp | None


class Late(NamedTuple):
    """A month whose figure was expected within so many days after its end, and is not in."""

    month: pd.Period
    days: int


def told(kind: str, code: str, values: CodeRow | Mapping[str, Value] | None = None) -> str:
    """Return the words of a code; the parameters of its macro are taken from a row, or a mapping, by name.

    A code that no language knows, in a table from elsewhere, stands for itself.
    """
    sentences = prose("codes")
    name = f"{kind}_{code}"
    if name not in sentences.parameters:
        return code
    found = values if isinstance(values, Mapping) else _of(values)
    return sentences.macro(name)(**{key: found[key] for key in sentences.parameters[name]})


def _of(row: CodeRow | None) -> Mapping[str, Value]:
    """Return the cells of a named tuple by their names; of nothing, nothing."""
    return {} if row is None else {key: getattr(row, key) for key in row._fields}


def step_words(row: CodeRow) -> str:
    """Return the name of a step of what changed."""
    return told("step", str(_of(row)["step"]))


def why_words(row: CodeRow) -> str:
    """Return why a step changed what it did; empty where nothing is said."""
    cells = _of(row)
    why = cells["why"]
    return told("why", str(why), cells) if isinstance(why, str) and why else ""


def changed_sentence(table: pd.DataFrame, month: pd.Period) -> str:
    """Return in one sentence how the forecast of a month changed since the last issue.

    `table`: The steps of one series, as `archive.changes` makes them; `month`: The month that was forecast.
    """
    sentences = prose("codes")
    places = w.places_of(table["forecast"])
    first, last = (round(float(table["forecast"].iloc[k]), places) for k in (0, -1))
    steps = [
        f"{told('step', step)} {w.signed(change, places)}"
        for step, change in zip(table["step"].iloc[1:-1], table["change"].iloc[1:-1], strict=True)
        if change
    ]
    return sentences.changed(month, first, last, steps) if steps else sentences.unchanged(month, last)


def miss_sentence(miss: Miss, whose: str = "") -> str:
    """Return the worst miss of a record in words.

    `miss`: Of `track_record.worst_miss`; `whose`: ``published`` or ``replayed`` where the sentence says of
    which forecasts.
    """
    share = abs(miss.error) / abs(miss.actual)
    size = (
        w.percent(share) if share >= 0.005 else "",
        miss.factor if miss.factor >= 2 else 0.0,
        miss.high,
    )
    ends = [w.count(_three_digits(end)) if end == end else "" for end in (miss.lower_80, miss.upper_80)]
    return prose("codes").miss(
        whose,
        miss.origin,
        miss.month,
        miss.horizon,
        _three_digits(miss.middle),
        _three_digits(miss.actual) if abs(miss.actual) < SMALL else round(miss.actual),
        size,
        (miss.inside_80, *ends),
    )


#: Figures below it are told with three digits, larger ones without decimals.
SMALL = 100.0


def _three_digits(value: float) -> float:
    """A forecast to three digits: none is finer than what is known."""
    return float(f"{value:.3g}")


def action_words(row: CodeRow, called: Mapping[str, str]) -> str:
    """Return what was done with an event; the event that it was merged with by its name."""
    cells = _of(row)
    with_whom = str(cells["merged_with"])
    return told("action", str(cells["action"]), {"merged_with": called.get(with_whom, with_whom)})


def reason_words(row: CodeRow, called: Mapping[str, str]) -> str:
    """Return why that was done with an event; others by their names."""
    cells = {key: value if value == value else None for key, value in _of(row).items()}
    ids = str(cells["merged_with"] or "").split(" + ")
    cells["merged_with"] = "; ".join(called.get(one, one) for one in ids)
    reason = told("reason", str(cells["why"]), cells)
    detail = str(cells["detail"] or "")
    return f"{reason}; {told('detail', detail, cells)}" if detail else reason


def note_words(row: CodeRow, called: Mapping[str, str]) -> str:
    """Return one thing that a scenario stands on, events by their names."""
    cells = _of(row)

    def named(ids: Value) -> str:
        return f"“{called[str(ids)]}”" if ids in called else str(ids)

    columns = [" + ".join(map(named, ids.split(" + "))) for ids in str(cells["events"]).split(";")]
    source = str(cells["source"])
    factor = float(str(cells["factor"]))
    return told(
        "note",
        str(cells["note"]),
        {
            **cells,
            "event": named(cells["event"]),
            "events": ", ".join(columns),
            "factor": factor if cells["note"] == "factor" else f"{factor:g}" if factor == factor else "",
            "percent": w.signed(float(str(cells["percent"]))),
            "source": told("size", source) if source else "",
        },
    )


def group_words(whys: str, values: str) -> str:
    """Return why events have one joint effect; empty where nothing is said."""
    pairs = zip(whys.split(";"), values.split(";"), strict=True) if whys else ()
    return "; ".join(told("group", code, {"value": value}) for code, value in pairs)


def fading_words(row: CodeRow) -> str:
    """Return how fast an effect faded, or how early it showed."""
    cells = _of(row)
    code, best = str(cells["words"]), float(str(cells["best"]))
    places = 1 if code == "lead" else 2
    low, high = (float(str(cells[end])) for end in ("lower_95", "upper_95"))
    ends = {"low": f"{low:g}", "high": f"{high:g}"}
    if code != "unknown":
        ends = {"low": w.decimal(low, places), "high": w.decimal(high, places)}
    half_life = float(str(cells["half_life"]))
    values = {
        "best": best if code == "lead" else f"{best:g}",
        "half_life": w.decimal(half_life, 1) if half_life == half_life else "",
        "most": cells["most"],
    }
    return told("fading", code, values | ends)


def term_words(term: str) -> str:
    """Return the name of a regressor of a fit; one of the user's own as it is."""
    found = re.fullmatch(r"(month_|lag)(\d+)", term)
    if found:
        return told("term", found[1].strip("_"), {"number": found[2]})
    return told("term", term) if f"term_{term}" in prose("codes").parameters else term


def model_words(kind: str, description: str) -> str:
    """Return what a model of the package is; a user's own by its description."""
    return told("model", kind) if f"model_{kind}" in prose("codes").parameters else description


def score_words(row: CodeRow) -> str:
    """Return why a score is missing, or rests on fewer forecasts; a metric's own message as it is."""
    cells = _of(row)
    note = str(cells["note"])
    return str(cells["message"]) if note == "failed" else told("score", note, cells)


def objection_words(row: CodeRow, era_names: Mapping[str, str]) -> str:
    """Return what speaks against calling a model better; eras by the names of the page."""
    cells = _of(row)
    eras = [era_names.get(era, era) for era in str(cells["eras_lost"]).split(";")]
    values = {
        "needed": ERA_AT_LEAST,
        "lost": len(eras),
        "counted": cells["eras_counted"],
        "eras": ", ".join(eras),
        "share": f"{100 * float(str(cells['largest_share'])):.0f}%",
    }
    found = [told("objection", code, values) for code in str(cells["objections"]).split(";")]
    return prose("codes").objections(*found, *[""] * (2 - len(found)))


def verdict_words(row: CodeRow, against: str, era_names: Mapping[str, str]) -> str:
    """Return what may be said of a comparison with a model of this name."""
    cells = _of(row)
    objections = objection_words(row, era_names) if cells["objections"] else ""
    return told("verdict", str(cells["words"]), {"against": f"“{against}”", "objections": objections})


def break_words(row: CodeRow) -> str:
    """Return what a break is, and what the calendar says of it."""
    cells = _of(row)
    percent = float(str(cells["percent"]))
    size = f"{w.signed(percent)}%" if percent == percent else ""
    kind = prose("codes").break_kind(cells["kind"], size)
    return told("break", str(cells["words"]), {**cells, "size": kind})


def late_sentence(late: Late) -> str:
    """Return the banner of late figures."""
    return prose("codes").late(late.month, late.days, late.month - 1)


def selection() -> str:
    """Return why forecasts by others are no fair contest."""
    return prose("codes").selection()
