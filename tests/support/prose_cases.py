"""Values for the macros of the page, by the names of their parameters, drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pandas as pd

from forecast.report.catalogue import speaking
from forecast.report.prose import TEXT, prose
from forecast.report.sections.findings import Hits
from forecast.report.sections.findings_causes import Jump, Varied
from forecast.report.view import Held

LANGUAGES = ("en", "es")
SECTIONS = tuple(sorted(path.stem for path in (TEXT / "en").glob("*.j2")))
#: A section has about so many approved sentences, and at least one of each macro.
CASES = 40
Draw = Callable[[Random], Any]


def among(*values: Any) -> Draw:
    return lambda random: random.choice(values)


def real(low: float, high: float) -> Draw:
    return lambda random: random.uniform(low, high)


WHOLE = among(1, 2, 7, 12, 40, 1234)
NONE_OR_WHOLE = among(0, 1, 2, 12, 1234)
DAY = among(*map(pd.Timestamp, ("2024-05-07", "1983-01-31", "2026-12-01")))
MONTH = among(*(pd.Period(month, "M") for month in ("2024-05", "1999-10", "2026-12")))
NAME = among("Title 42 ends", "Parole & “visas”", "<b>A</b>", "México frena y actúa")
FLAG = among(False, True)
FIGURE = real(0.0, 40.0)


def varied(random: Random) -> Varied:
    n = random.choice((1, 9, 72, 1234))
    same = random.choice((n, n, random.randint(0, n)))
    return Varied(same, n, random.uniform(-99, 0), random.uniform(0, 400))


def jump(random: Random) -> Jump:
    estimate, half = random.uniform(-2, 2), random.uniform(0.1, 1)
    low, high = estimate - half, estimate + half
    month, expected = random.choice((None, MONTH(random))), random.choice((-1.0, 0.0, 1.0))
    return Jump(NAME(random), month, estimate, low, high, True, varied(random), expected)


def held(random: Random) -> Held:
    n = random.choice((5, 40, 218))
    hits = random.randint(0, n)
    low, high = random.choice(((0.0, 1.0), (0.75, 0.85)))
    return Held(random.choice((1, 3, 6, 12)), 0.8, hits, n, low, high, n / 6)


def hits(random: Random) -> Hits:
    n = random.choice((1, 27, 218))
    return Hits(random.randint(0, n), n)


VALUES: dict[str, Draw] = {
    **dict.fromkeys(("number", "months", "days", "lag", "tried", "origins", "most"), WHOLE),
    **dict.fromkeys(("scored", "due", "counted", "lost", "needed", "later", "tested", "total"), WHOLE),
    **dict.fromkeys(("active_months", "window_months", "before", "after", "middle", "actual"), WHOLE),
    **dict.fromkeys(("blue_untested", "grey_once", "missing", "not_common", "best"), NONE_OR_WHOLE),
    **dict.fromkeys(("clear", "rest"), NONE_OR_WHOLE),
    **dict.fromkeys(("month", "last"), MONTH),
    **dict.fromkeys(("origin", "announced", "begins"), DAY),
    **dict.fromkeys(("starts", "ends"), lambda random: random.choice((None, DAY(random)))),
    **dict.fromkeys(("text", "label", "event", "events", "merged_with", "note", "members", "bundle"), NAME),
    **dict.fromkeys(("against", "objections", "eras", "mechanism", "source", "share", "size"), NAME),
    **dict.fromkeys(("judged", "end_known", "matters", "too", "among_shaky"), FLAG),
    **dict.fromkeys(
        ("value", "low", "high", "factor", "skewness", "kurtosis", "exponent", "half_life"), FIGURE
    ),
    **dict.fromkeys(("estimate", "percent"), real(-2.0, 2.0)),
    **dict.fromkeys(("fall", "rise"), real(0.01, 1.5)),
    **dict.fromkeys(("encounters", "used", "by_day"), FLAG),
    **dict.fromkeys(("flash", "dated"), among(0, 1, 2)),
    **dict.fromkeys(("as_of", "latest", "day", "released"), DAY),
    **dict.fromkeys(("words", "past"), among("Of two the largest was off by 3%.")),
    "figures": among("about 90 for May 2024"),
    "worst": FIGURE,
    "found": lambda random: [(MONTH(random), "A new rule.") for _ in range(random.choice((0, 1, 2)))],
    "steps": among(["new figure +3"], ["events −1,200", "software +4"]),
    "expected": among(-1.0, 0.0, 1.0),
    "inside": among("yes", "no", "refused"),
    "kind": among("fall", "rise"),
    "when": among("start", "end"),
    "code": among("not_apart", "not_recently", "too_short", "not_testable", "not_compared"),
    "unseen": among("", "any fall would not be seen"),
    **dict.fromkeys(("calm", "struck"), hits),
    **dict.fromkeys(("differ", "failed"), FLAG),
    **dict.fromkeys(
        ("first", "wrong", "other"), lambda random: random.choice((None, held(random), held(random)))
    ),
    "held": held,
    "level": among(0.5, 0.8),
    "independent": WHOLE,
    "varied": varied,
    "jump": jump,
    "shaky": NONE_OR_WHOLE,
}
#: Parameters that mean something else in one macro.
OWN: dict[str, Draw] = {
    "early_kind.kind": among("leak", "flash"),
    "later.number": among(0, 3, 1234),
    "later.total": among(1234),
    "revisions.number": among(0, 2),
    "events.number": among(0, 1, 118),
    "find.last": lambda random: random.choice((None, held(random))),
    "shock.clear": FLAG,
    "note.varied": FLAG,
    "note.expected": real(0.0, 4.0),
    "objection_one_origin.share": among("40%"),
    "objection_other_sign.eras": among("2014 to 2019"),
    "miss.kind": among("", "published", "replayed"),
    "miss.size": lambda random: (random.choice(("12%", "")), random.choice((0.0, 3.04)), FLAG(random)),
    "miss.range": lambda random: (random.choice(("yes", "no", "refused")), "100", "4,000"),
    "miss_size.high": FLAG,
    "break_kind.kind": among("AO", "LS", "TC"),
}


def values(macro: str, parameters: tuple[str, ...], random: Random) -> dict[str, Any]:
    """Return a value for each parameter; a parameter that is not known yet is an error with its name."""
    draws = {name: OWN.get(f"{macro}.{name}") or VALUES.get(name) for name in parameters}
    unknown = sorted(name for name, draw in draws.items() if draw is None)
    assert not unknown, f"{macro}: say in tests/support/prose_cases.py what {', '.join(unknown)} can be"
    return {name: draw(random) for name, draw in draws.items() if draw is not None}


def rendered(section: str, language: str) -> list[str]:
    """Return the approved cases of a section: every macro, the same values in every language."""
    with speaking(language):
        text = prose(section)
        times = -(-CASES // len(text.parameters))
        told = [
            f"{macro}: {text.macro(macro)(**values(macro, parameters, Random(f'{macro} {case}')))}"
            for macro, parameters in sorted(text.parameters.items())
            for case in range(times if parameters else 1)
        ]
        return list(dict.fromkeys(told))
