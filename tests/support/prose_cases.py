"""Values for the macros of the page, by the names of their parameters, drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import pandas as pd

from forecast.report import levels, recent
from forecast.report.catalogue import speaking
from forecast.report.evidence import restless
from forecast.report.evidence.coverage import Hits
from forecast.report.evidence.effects import Varied
from forecast.report.evidence.how import Counts
from forecast.report.prose import TEXT, prose
from forecast.report.sections import about, answers, changed, fan, known, next, past, sure, top
from forecast.report.sections import effects as policies
from forecast.report.view import Held
from forecast.scoring.summary import Spread

LANGUAGES = ("en", "es")
SECTIONS = tuple(sorted(path.stem for path in (TEXT / "en").glob("*.j2")))
#: A section has about so many approved sentences, and at least one of each macro.
CASES = 40
Draw = Callable[[Random], Any]


def among(*values: Any) -> Draw:
    return lambda random: random.choice(values)


def real(low: float, high: float) -> Draw:
    return lambda random: random.uniform(low, high)


def either(draw: Draw, *others: Any) -> Draw:
    """Draw a value, or one of the others."""
    return lambda random: draw(random) if random.random() < 0.6 else random.choice(others)


def made(kind: Callable[..., Any], *draws: Draw) -> Draw:
    """Draw every field of a tuple."""
    return lambda random: kind(*(draw(random) for draw in draws))


WHOLE = among(1, 2, 7, 12, 40, 1234)
NONE_OR_WHOLE = among(0, 1, 2, 12, 1234)
DAY = among(*map(pd.Timestamp, ("2024-05-07", "1983-01-31", "2026-12-01")))
MONTH = among(*(pd.Period(month, "M") for month in ("2024-05", "1999-10", "2026-12")))
NAME = among("Title 42 ends", "Parole & “visas”", "<b>A</b>", "México frena y actúa")
FLAG = among(False, True)
FIGURE = real(0.0, 40.0)
COUNT = among(850.0, 9_300.0, 132_000.0, 1_234_567.0)
ENDS = among((850.0, 1_200.0), (69_000.0, 263_000.0))
SUMS = among((850.0, 1_200.0), (1_623_000.0, 2_290_000.0))
YEAR = among(1999, 2014)
NAN = float("nan")
DISTANCE = among(1, 3, 6, 12)
CHANGED = made(recent.Change, MONTH, MONTH, MONTH, real(1.5, 4.0), FLAG)


class Sums(NamedTuple):
    """What adding up was worth."""

    skill: float
    lower: float
    upper: float
    n: int


def hits(random: Random) -> Hits:
    n = random.choice((1, 27, 218))
    return Hits(random.randint(0, n), n)


def held(random: Random) -> Held:
    n = random.choice((5, 40, 218))
    low, high = random.choice(((0.0, 1.0), (0.75, 0.85)))
    return Held(random.choice((1, 3, 6, 12)), 0.8, random.randint(0, n), n, low, high, n / 6)


def distance(random: Random) -> recent.Distance:
    n, before = random.choice((5, 118)), random.choice((0, 24))
    kept, skill = random.randint(0, n), random.uniform(-0.5, 0.5)
    share, better = kept / n, skill > 0
    return recent.Distance(DISTANCE(random), n, kept, share, FLAG(random), skill, better, before, before // 2)


def varied(random: Random) -> Varied:
    n = random.choice((1, 9, 72, 1234))
    return Varied(random.choice((n, random.randint(0, n))), n, random.uniform(-99, 0), random.uniform(0, 400))


def told(random: Random) -> policies.Told:
    outcomes = tuple(random.choice(("passed", "failed", "not_testable", "not_run")) for _ in range(3))
    failed, tests = outcomes.count("failed"), sum(one in ("passed", "failed") for one in outcomes)
    raw, usual = (random.choice((None, random.uniform(-90, 90))) for _ in range(2))
    percent = random.choice((-1, 1)) * random.uniform(2, 85)
    name, clear = NAME(random), tests > 0 and not failed
    first = MONTH(random)
    return policies.Told(
        "a",
        name,
        "May 2023",
        first,
        percent,
        percent - 20,
        percent + 20,
        raw,
        usual,
        clear,
        failed,
        tests,
        outcomes,
        30.0,
    )


def case(random: Random) -> known.Case:
    n = random.choice((4, 6))
    way = random.choice(("held", "low", "high", "low_high", "high_low"))
    empty = pd.Series(dtype=float), pd.DataFrame()
    return known.Case(DAY(random), NAME(random), random.randint(0, n), n, way, *empty)


def worth(random: Random) -> recent.Worth:
    code = random.choice(("smaller", "larger", "not_apart"))
    gain = {"smaller": 0.06, "larger": -0.04}.get(code, random.choice((0.012, -0.012)))
    return recent.Worth(6, gain, gain - 0.05, gain + 0.05, 213, code)


def after(random: Random) -> top.After:
    return top.After(MONTH(random), COUNT(random), random.choice(("above", "below", "inside", "")))


def several(draw: Draw, *numbers: int) -> Draw:
    return lambda random: [draw(random) for _ in range(random.choice(numbers))]


SHAPE = made(
    fan.Shape,
    among("stays", "swings", "rises", "falls"),
    COUNT,
    among(850.0),
    among(9_300.0),
    either(real(-0.6, 0.6), None),
    among(-97.0, 850.0),
    MONTH,
    either(real(1.0, 4.0), None),
)
LEVEL = made(top.Level, MONTH, among(1, 3, 6), COUNT, either(ENDS, None), either(COUNT, None))
TOTAL = made(
    recent.Total, MONTH, MONTH, among(850.0, 1_830_000.0), either(SUMS, None), either(COUNT, None), real(0, 1)
)
FIGURE_GIVEN = made(answers.Unofficial, COUNT, MONTH, DAY, FLAG)
CHANGE = made(levels.Change, among("level", "jump"), real(-0.9, 2), among(1, 3), MONTH, among(3, 10))
BREAK = made(about.Break, MONTH, among("A new rule."))
MISSED = made(sure.Missed, among(0, 1, 44), among(44, 118), among(1, 20), YEAR, among(6, 6, 3, 1))
#: Values of the macros of the page, by section and parameter, or by section, macro and parameter.
PAGE: dict[str, Draw] = {
    **{f"{section}.measure": NAME for section in SECTIONS},
    **{f"{section}.unit": among("", "thousands") for section in SECTIONS},
    "many.n": among(21, 2000),
    "many.best.n": among(1, 10),
    "many.worst.n": among(1, 10),
    "many.missing.n": among(1, 12),
    "many.better": among(12),
    "many.scored": among(0, 20, 21),
    "many.baseline": NAME,
    "many.model": NAME,
    "many.low": either(among(-0.1, 0.5), None),
    "many.high": among(0.8),
    "many.spread": made(Spread, among(-0.2, 0.7), among(0.05, 0.78), among(0.3, 0.9), among(20)),
    "answers.key": among("next", "sure", "effects", "known"),
    "answers.middle": COUNT,
    "answers.ends": either(ENDS, None),
    "answers.figure": FIGURE_GIVEN,
    "answers.same": FLAG,
    "answers.year.total": TOTAL,
    "answers.worst": distance,
    "answers.sure_big.first": distance,
    "answers.first": either(distance, None),
    "answers.lost": FLAG,
    "answers.fair": FLAG,
    "answers.clear": among(0, 1, 3),
    "answers.row": told,
    "answers.names": several(NAME, 1, 2),
    "answers.held": among(0, 12, 21),
    "answers.total": among(22),
    "answers.cases": among(1, 4),
    "answers.gain": worth,
    "fan.shape": SHAPE,
    "fan.figure": FIGURE_GIVEN,
    "fan.distance": among(None, 1, 4),
    "fan.months": among(6),
    "fan.refused": FLAG,
    "fan.drawn": made(fan.Drawn, MONTH, COUNT, COUNT, COUNT, COUNT, COUNT, MONTH, either(ENDS, None)),
    "fan.after": either(after, None),
    "next.shape": SHAPE,
    "next.start": MONTH,
    "next.below": either(made(next.Below, MONTH, real(0, 1), MONTH, among("", "under_5", "over_95")), None),
    "next.over": FLAG,
    "next.series": NAME,
    "next.kind": among("more_than_year_before", "fewer_than", "record"),
    "next.level": COUNT,
    "next.one": made(recent.Chance, COUNT, real(0, 1), among("", "under_5", "over_95")),
    "next.label": NAME,
    "next.scenarios": among(0, 3),
    "next.far": FLAG,
    "next.no_record": FLAG,
    "next.number": among(1, 2),
    "changed.before": COUNT,
    "changed.after": COUNT,
    "changed.largest": either(made(changed.Step, NAME, real(-900, 900)), None),
    "changed.share": real(0, 1.2),
    "sure.one": distance,
    "sure.worst": either(distance, None),
    "sure.first": either(distance, None),
    "sure.head.first": YEAR,
    "sure.since": YEAR,
    "sure.held": among(0, 12),
    "sure.narrow": FLAG,
    "sure.rare.zeros": among(92, 100),
    "sure.n": among(118),
    "sure.horizon": DISTANCE,
    "sure.before": among(0, 24),
    "sure.share": real(0, 1),
    "sure.skill": either(real(-1.2, 0.6), NAN),
    "sure.better": FLAG,
    "sure.issues": among(1, 3),
    "sure.scored": among(0, 14),
    "sure.missed": MISSED,
    "sure.miss": made(sure.Missing, DAY, MONTH, DISTANCE, COUNT, COUNT, real(1, 12), either(ENDS, None)),
    "sure.distance": among(None, 1, 4),
    "effects.row": told,
    "effects.rows": several(told, 1, 3),
    "effects.lead": either(told, None),
    "effects.clear": among(0, 1, 3),
    "effects.total": among(3, 5),
    "effects.outcome.code": among("passed", "failed", "not_testable", "not_run"),
    "effects.code": among("vague", "crowded", "opposite_signs", "far_apart", "implausible", "too_short"),
    "effects.reasons": several(
        made(policies.Unmeasured, several(NAME, 1, 2), among("vague", "recent")), 0, 2
    ),
    "effects.number": WHOLE,
    "known.case": case,
    "known.cases": several(case, 1, 4),
    "known.find.cases": among(1, 4),
    "known.held": among(0, 12, 21),
    "known.n": among(22),
    "known.way": among("held", "low", "high", "low_high", "high_low"),
    "known.gain": worth,
    "past.years": among(1, 10),
    "past.value": COUNT,
    "past.highest": made(past.Highest, COUNT, MONTH, MONTH),
    "past.change": either(CHANGE, None),
    "past.first": MONTH,
    "past.flags": among(0, 1, 9),
    "past.note.flags": FLAG,
    "past.drawn": made(past.Drawn, MONTH, MONTH, COUNT, MONTH, COUNT, MONTH, COUNT),
    "figures.missing.months": several(MONTH, 1, 3),
    "figures.missing.count": among(3, 15),
    "figures.words": among("The figures are the series “visits” as supplied."),
    "figures.encounters": FLAG,
    "figures.part": either(made(recent.Part, MONTH, real(0, 0.2), MONTH, real(0, 0.2)), None),
    "figures.revisions.found": either(
        made(recent.Revisions, among(0, 1, 6), among(0, 1, 3), among(0, 12), FLAG), None
    ),
    "figures.dated": either(made(recent.Dated, among(0, 53), among(294)), None),
    "figures.figure": FIGURE_GIVEN,
    "figures.used": FLAG,
    "figures.past": made(about.Past, among(0, 1, 5), FIGURE),
    "figures.breaks.found": several(BREAK, 0, 2),
    "method.headline": NAME,
    "method.members": among(0, 1, 4),
    "method.first": MONTH,
    "method.replays": NONE_OR_WHOLE,
    "method.bundled": FLAG,
    "method.publisher": NAME,
    "method.name": NAME,
    "method.address": among("", "x.org/a/"),
    "method.licence": NAME,
    "method.contact": among("", "data@x.org"),
    "top.poor": among(
        recent.NoBetter((1, 3), ((1, 1), (3, 3)), True, True),
        recent.NoBetter((4, 5, 6), ((4, 6),), False, True),
        recent.NoBetter((8,), ((8, 8),), False, False),
        recent.NoBetter((1,), ((1, 1),), False, False),
        recent.NoBetter((1, 2, 8, 12), ((1, 2), (8, 8), (12, 12)), False, True),
    ),
    "top.label": NAME,
    "top.publisher": among("", "US Customs and Border Protection"),
    "top.by_day": FLAG,
    "top.months": several(MONTH, 1, 2),
    "top.about": COUNT,
    "top.subject": NAME,
    "top.encounters": FLAG,
    "top.unit": among("", "thousand euros", "%"),
    "top.measures": FLAG,
    "top.value": COUNT,
    "top.level": LEVEL,
    "top.due": either(DAY, None),
    "top.middle": COUNT,
    "top.ends": either(ENDS, None),
    "top.before": either(COUNT, None),
    "top.inside": FLAG,
    "top.errors": among(0, 1, 3),
    "top.ahead": among(2, 3),
    "top.headline": NAME,
    "top.why": among("", "the matrix is singular"),
    "top.near": after,
    "top.after.last": after,
    "top.start": COUNT,
    "top.after_held.held": among(0, 1, 2),
    "top.known": among(2, 3),
    "top.outside": either(made(top.After, MONTH, COUNT, among("above", "below")), None),
    "top.began": several(made(recent.Began, NAME, DAY, among("June 2024")), 1, 2),
    "top.since": YEAR,
    "top.gain": worth,
    "top.month": MONTH,
    "top.here": COUNT,
    "sure.change": CHANGED,
    "outlook.change": either(CHANGED, None),
    "outlook.joint": FLAG,
    "outlook.n": among(0, 1, 246),
    "outlook.months": among("3", "12", "all"),
    "outlook.what": among("fiscal year"),
    "outlook.setting": FLAG,
    "outlook.needed": among(20),
    "outlook.name": NAME,
    "outlook.why": among("touched", "gaps", "0.040"),
    "outlook.p": among("0.040"),
    "outlook.label": NAME,
    "outlook.percent": real(-95.0, 300.0),
    "outlook.clear": FLAG,
    "outlook.measure": among("encounters a month"),
    "outlook.unit": among("", "thousands"),
    "outlook.first": MONTH,
    "outlook.last": MONTH,
    "outlook.season_title.first": made(restless.Seasons, among("2003-07"), real(1.0, 4.0)),
    "outlook.season_title.last": made(restless.Seasons, among("2018-22"), real(1.0, 4.0)),
    "outlook.season_label.first": made(restless.Seasons, among("2003-07"), real(1.0, 4.0)),
    "outlook.season_label.last": made(restless.Seasons, among("2018-22"), real(1.0, 4.0)),
    "outlook.way": among("faded", "grew", "same"),
    "outlook.decides": FLAG,
    "outlook.low": real(-0.3, 0.1),
    "outlook.high": real(0.1, 0.3),
    "outlook.value": real(-0.3, 0.3),
    "outlook.surprises_label.low": real(0.05, 0.1),
    "outlook.yes": FLAG,
    "outlook.words": among("too few months to say"),
    "proof_effects.apart": among(0, 2),
    "proof_effects.study_title.months": among(5),
    "proof_effects.study_label.months": among(5),
    "proof_effects.study_label.first": MONTH,
    "proof_effects.ends.low": real(-1.0, 0.0),
    "proof_effects.ends.high": real(0.0, 1.0),
    "proof_effects.beyond": FLAG,
    **dict.fromkeys(("proof_ahead.have", "proof_ahead.need", "proof_ahead.number"), WHOLE),
    "proof_ahead.series": NAME,
    "proof_ahead.method": among("", "model", "square_root", "direct"),
    "proof_ahead.sums.method": among("bottom_up", "shrinkage"),
    "proof_ahead.errors": WHOLE,
    "proof_ahead.exponent": among(0.5, 0.4),
    "proof_ahead.highest": among(None, 0.8),
    "proof_ahead.horizon": among(1, "all"),
    "proof_ahead.same": FLAG,
    "proof_ahead.start": MONTH,
    "proof_ahead.means": FLAG,
    "proof_ahead.total": FLAG,
    "proof_ahead.row": among(None, Sums(0.012, -0.01, 0.03, 90), Sums(-0.02, NAN, NAN, 90)),
    "proof_models.lower": either(real(-0.4, 0.4), NAN),
    "proof_models.upper": either(real(-0.4, 0.4), NAN),
    "proof_models.p": among(NAN, 0.0002, 0.2),
    "proof_models.in_set.p": among("0.200"),
    "proof_models.value": among(NAN, -0.594, 1234.5),
    "proof_models.low": among(NAN, -0.594),
    "proof_models.high": among(1.2),
    "proof_models.dates": among(0, 215),
    "proof_models.alike_foot.dates": among([215], [215, 204]),
    "proof_models.first": YEAR,
    "proof_models.last": YEAR,
    "proof_models.weights_subtitle.first": MONTH,
    "proof_models.weights_subtitle.last": MONTH,
    "proof_models.since": among("", "since 2020"),
    "proof_models.models_behind.since": among("since 2020", "2014 to 2019"),
    "method.own": FLAG,
    "proof_models.distances": among([1], [6], [1, 6]),
    "proof_models.lowest": COUNT,
    "proof_models.highest": COUNT,
    "proof_models.number": WHOLE,
    "proof_models.why": among("", "the matrix is singular"),
    "proof_models.members": among(4),
    "proof_models.combined.members": several(NAME, 2, 3),
    "proof_models.method": among("inverse_error", "median", "mean"),
    "proof_models.role": among("", "headline", "baseline"),
    "proof_models.told": NAME,
    "proof_models.events": FLAG,
    "proof_models.name": NAME,
    "proof_models.other": NAME,
    "proof_models.divided": FLAG,
    "proof_models.horizon": among("1", "all"),
    "proof_models.share": among(NAN, 0.2, 1.3),
    "proof_models.included": FLAG,
    "proof_models.largest": among(("ARIMA", 0.3), ("ARIMA", 0.7)),
    "proof_models.shares": among([("ARIMA", 0.3), ("ETS", 0.7)]),
    "proof_models.hidden": among(0, 1, 4),
    "proof_coverage.first": either(held, None),
    "proof_coverage.other": either(held, None),
    "proof_coverage.months.first": MONTH,
    "proof_coverage.subtitle.first": MONTH,
    "proof_coverage.last": MONTH,
    "proof_coverage.failed": FLAG,
    "proof_coverage.level": among(0.5, 0.8),
    "proof_coverage.held": several(held, 1, 2),
    "proof_coverage.divided": FLAG,
    "proof_coverage.calm": hits,
    "proof_coverage.struck": hits,
    "proof_coverage.clear": FLAG,
    "proof_coverage.differ": FLAG,
    "proof_coverage.share": among("71 of 84, 85%"),
    "proof_coverage.low": real(0, 0.5),
    "proof_coverage.high": real(0.5, 1),
    "proof_coverage.low_high.low": among(NAN, 850.0),
    "proof_coverage.low_high.high": among(NAN, 9300.0),
    "proof_coverage.number": WHOLE,
    "proof_coverage.kind": among("replayed", "published"),
    "proof_coverage.value": COUNT,
    "proof_coverage.ends": either(ENDS, None),
    "proof_coverage.selection": among("They are no fair contest."),
    "proof_effects.value": among(NAN, -31.2),
    "proof_effects.low": among(NAN, -31.2),
    "proof_effects.high": among(12.0),
    "proof_effects.gap.low": among(-900.0),
    "proof_effects.gap.places": among(0),
    "proof_effects.larger": WHOLE,
    "proof_effects.n": among(0, 161),
    "proof_effects.varied": varied,
    "proof_effects.tried.varied": either(varied, None),
    "proof_effects.label": NAME,
    "proof_effects.happened": COUNT,
    "proof_effects.months": WHOLE,
    "proof_effects.ends": ENDS,
    "proof_effects.first": MONTH,
    "proof_effects.column": among("shape", "transform", "window", "order", "beside"),
    "proof_effects.option": among("step", "log", "all", "none", "airline", "x"),
    "proof_effects.event": NAME,
    "proof_effects.fall": FLAG,
    "proof_effects.number": WHOLE,
    "proof_effects.counted": WHOLE,
    "proof_effects.clear": WHOLE,
    "proof_effects.what": among("decay", "lead"),
    "proof_known.code": among("rule", "judged", "own"),
    "proof_known.horizon": among("1", "all"),
    "proof_known.gain": among(NAN, 0.06),
    "proof_known.low": among(NAN, -0.02),
    "proof_known.high": among(0.12),
    "proof_known.model": NAME,
    "proof_scenarios.base": COUNT,
    "proof_scenarios.told": several(lambda random: (NAME(random), COUNT(random)), 0, 2),
    "proof_scenarios.middle": among("", "9,300"),
    "proof_scenarios.ends": among("", "850 to 1,200"),
    "proof_how.later": among(0, 3, 294),
    "proof_how.total": among(294),
    "proof_how.found": several(BREAK, 0, 2),
    "proof_how.number": NONE_OR_WHOLE,
    "proof_how.latest": DAY,
    "proof_how.early_kind.kind": among("leak", "flash"),
    "proof_how.kind": among("configuration", "data", "events", "software", "seed"),
    "proof_how.error": among(NAN, 0.04),
    "proof_how.headline": NAME,
    "proof_how.ranges.members": among(1, 4),
    "proof_how.members": among([], ["ARIMA", "ETS"]),
    "proof_how.method": among("inverse_error", "median"),
    "proof_how.about": among("", "least squares"),
    "proof_how.first": MONTH,
    "proof_how.rule": among("", "by the square-root rule"),
    "proof_how.engines": among([], ["exact"], ["exact", "statsmodels"]),
    "proof_how.counts": among(Counts(257, 218, [(1, 218), (6, 213)], 215), Counts(9, 9, [], 0)),
    "proof_how.needs": among([], [(4, 0.8), (19, 0.95)]),
    "proof_how.bundled": FLAG,
    "proof_how.checks": among(12),
    "proof_how.low": among(0, 1, 4),
    "proof_how.names": among(["ARIMA"], ["ARIMA", "ETS"]),
    "proof_how.seed": WHOLE,
    "proof_how.path": among("forecasts.csv", "report.json", "new.csv"),
}
#: Values of the macros of codes.
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
    "shaky": NONE_OR_WHOLE,
}
#: Parameters that mean something else in one macro.
OWN: dict[str, Draw] = {
    "early_kind.kind": among("leak", "flash"),
    "later.number": among(0, 3, 1234),
    "later.total": among(1234),
    "revisions.number": among(0, 2),
    "events.number": among(0, 1, 118),
    "shock.clear": FLAG,
    "note.expected": real(0.0, 4.0),
    "objection_one_origin.share": among("40%"),
    "objection_other_sign.eras": among("2014 to 2019"),
    "miss.kind": among("", "published", "replayed"),
    "miss.size": lambda random: (random.choice(("12%", "")), random.choice((0.0, 3.04)), FLAG(random)),
    "miss.range": lambda random: (random.choice(("yes", "no", "refused")), "100", "4,000"),
    "miss_size.high": FLAG,
    "break_kind.kind": among("AO", "LS", "TC"),
}


def _draw(section: str, macro: str, name: str) -> Draw | None:
    """Return what a parameter of a macro can be."""
    if section == "codes":
        return OWN.get(f"{macro}.{name}") or VALUES.get(name)
    own = PAGE.get(f"{section}.{macro}.{name}") or PAGE.get(f"{section}.{name}")
    return own or {"month": MONTH, "last": MONTH, "day": DAY}.get(name)


def values(section: str, macro: str, parameters: tuple[str, ...], random: Random) -> dict[str, Any]:
    """Return a value for each parameter; a parameter that is not known yet is an error with its name."""
    draws = {name: _draw(section, macro, name) for name in parameters}
    unknown = sorted(name for name, draw in draws.items() if draw is None)
    where = f"{section}.{macro}"
    assert not unknown, f"{where}: say in tests/support/prose_cases.py what {', '.join(unknown)} can be"
    return {name: draw(random) for name, draw in draws.items() if draw is not None}


def rendered(section: str, language: str) -> list[str]:
    """Return the approved cases of a section: every macro, the same values in every language."""
    with speaking(language):
        text = prose(section)
        times = -(-CASES // len(text.parameters))
        told = [
            f"{macro}: {text.macro(macro)(**values(section, macro, parameters, Random(f'{macro} {case}')))}"
            for macro, parameters in sorted(text.parameters.items())
            for case in range(times if parameters else 1)
        ]
        return list(dict.fromkeys(told))
