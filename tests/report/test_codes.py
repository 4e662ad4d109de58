"""Codes of other rooms in the words of the page."""

import re
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from forecast.archive import changes as ch
from forecast.archive import track_record as tr
from forecast.archive.changes import Reason, steps_between
from forecast.archive.track_record import RECORD_COLUMNS, worst_miss
from forecast.arima import residuals
from forecast.events import estimability
from forecast.events.notes import NOTES, SIZE_SOURCES
from forecast.interventions import compared, volatility
from forecast.interventions.detect import EXPLANATIONS
from forecast.interventions.effects import VerdictCode
from forecast.interventions.profiles import FADING_CODES
from forecast.interventions.regression import GROUP_CODES
from forecast.models.registry import list_models
from forecast.postprocess import chances, nowcast, totals
from forecast.postprocess.intervals import METHODS
from forecast.report import codes
from forecast.report.catalogue import speaking
from forecast.report.prose import prose
from forecast.scoring import comparison, reliability, scores
from forecast.scoring import totals as scoring_totals

LANGUAGES = ("en", "es")


def kinds():
    """Each kind of code with its members, as the rooms that write them declare them."""
    return {
        "step": (*ch.STEPS, ch.LAST, ch.THIS),
        "why": [why for why in ch.WHYS if why],
        "other": tr.REASONS,
        "action": estimability.ACTIONS,
        "reason": estimability.WHYS,
        "detail": [detail for detail in estimability.DETAILS if detail],
        "note": [note for note in NOTES if note not in ("unchanged", "no_leak", "failed")],
        "verdict": comparison.VERDICTS,
        "score": [note for note in scores.NOTES if note not in ("", "failed")],
        "check": residuals.CHECKS,
        "checked": [note for note in residuals.CHECK_NOTES if note],
        "group": GROUP_CODES,
        "effect": get_args(VerdictCode),
        "fading": FADING_CODES,
        "break": EXPLANATIONS,
        "kind": ("plain", "shrunken", "nuisance"),
        "ranges": (*METHODS, "power"),
        "model": set(list_models()) - {"auto_arima"},
        "objection": comparison.OBJECTIONS,
        "size": [source for source in SIZE_SOURCES if source],
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words_in_every_language(language):
    with speaking(language):
        there = prose("codes").parameters
    wanted = [f"{kind}_{code}" for kind, members in kinds().items() for code in members]
    assert [name for name in wanted if name not in there] == []


def test_codes_are_short_and_plain():
    for members in kinds().values():
        assert all(re.fullmatch("[a-z_]{1,24}", code) for code in members)


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        codes.told("why", "one_revised", {})


def test_what_changed_is_one_sentence():
    reasons = [Reason()] * 5
    table = steps_between(9800, [9800, 9700, 9124, None, None], 9124, reasons)
    september = pd.Period("2026-09", "M")
    assert codes.changed_sentence(table, september) == (
        "The forecast of September 2026 went from 9,800 to 9,124: revised figures −100, new figure −576."
    )
    small = steps_between(0.0688, [0.0688, 0.0688, 0.0512, None, None], 0.0512, reasons, whole=False)
    assert codes.changed_sentence(small, september) == (
        "The forecast of September 2026 went from 0.0688 to 0.0512: new figure −0.0176."
    )
    tiny = steps_between(6.88e-8, [6.88e-8, 6.88e-8, 5.12e-8, None, None], 5.12e-8, reasons, whole=False)
    assert tiny["change"].iloc[-1] == pytest.approx(-1.76e-8)
    same = steps_between(9124, [None] * 5, 9124, reasons)
    with speaking("es"):
        assert codes.changed_sentence(same, september) == (
            "El pronóstico de septiembre de 2026 es el mismo que en la última edición, 9,124."
        )


@pytest.mark.parametrize(
    ("reason", "english", "spanish"),
    [
        (
            Reason("one_revised", "2026-07", 1),
            "the figure of July 2026 was revised",
            "se revisó la cifra de julio de 2026",
        ),
        (
            Reason("several_revised", "2026-04", 12),
            "12 figures were revised, from April 2026 on",
            "se revisaron 12 cifras, desde abril de 2026",
        ),
        (Reason("text", text="An older sentence."), "An older sentence.", "An older sentence."),
        (Reason(), "", ""),
    ],
)
def test_reasons_are_told_in_the_language_of_the_page(reason, english, spanish):
    table = steps_between(2, [1, None, None, None, None], 1, [reason] + [Reason()] * 4)
    row = next(table.iloc[1:].itertuples(index=False))
    assert codes.why_words(row) == english
    with speaking("es"):
        assert codes.why_words(row) == spanish


def record(middle, inside):
    row = dict.fromkeys(RECORD_COLUMNS, np.nan) | {
        "kind": "replayed",
        "origin": pd.Timestamp("2024-02-03"),
        "month": pd.Period("2024-05", "M"),
        "horizon": 3,
        "middle": middle,
        "truth": 1_000.0,
        "error": middle - 1_000.0,
        "inside_80": inside,
        "lower_80": 100.0,
        "upper_80": 4_000.0,
    }
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("middle", "english", "spanish"),
    [
        (100.0, "10.0 times too low", "10.0 veces demasiado bajo"),
        (600.0, "40% too low", "un 40% demasiado bajo"),
        (1_001.0, "less than 1% too high", "un menos del 1% demasiado alto"),
        (3_000.0, "3.0 times too high", "3.0 veces demasiado alto"),
    ],
)
@pytest.mark.parametrize(
    ("inside", "where", "donde"),
    [
        ("yes", " and the count fell inside the 80% range, 100 to 4,000.", "cayó dentro"),
        ("no", " and the count fell outside the 80% range, 100 to 4,000.", "cayó fuera"),
        ("refused", "; no 80% range had been given.", "no se había dado intervalo"),
    ],
)
def test_the_worst_miss(middle, english, spanish, inside, where, donde):
    miss = worst_miss(record(middle, inside))
    told = codes.miss_sentence(miss, "replayed")
    start = "The worst miss of the replayed forecasts: the forecast of 3 February 2024 for May 2024, 3 months ahead,"
    assert told.startswith(start) and told.endswith(f"1,000 were counted, so it was {english}{where}")
    with speaking("es"):
        told = codes.miss_sentence(miss)
    assert told.startswith(
        "El peor error: el pronóstico del 3 de febrero de 2024 para mayo de 2024, a 3 meses,"
    )
    assert spanish in told and donde in told


def test_the_worst_miss_of_small_figures_has_its_digits():
    rows = record(0.06, "yes").assign(truth=0.0645, error=0.06 - 0.0645, lower_80=0.05, upper_80=0.07)
    told = codes.miss_sentence(worst_miss(rows))
    assert "was 0.06; 0.0645 were counted, so it was 7% too low" in told and told.endswith("0.05 to 0.07.")


@pytest.mark.parametrize(
    ("kind", "codes_of"),
    [
        ("kind", totals.Kind),
        ("coverage", scoring_totals.Verdict),
        ("event", chances.Event),
        ("chance", reliability.Verdict),
        ("unofficial", nowcast.Kind),
        ("unweighed", nowcast.Reason),
        ("compared", compared.Verdict),
        ("refused", compared.Reason),
        ("volatility", volatility.Verdict),
    ],
)
def test_every_code_of_totals_chances_and_groups_has_its_words(kind, codes_of):
    there = prose("outlook").parameters
    assert {f"{kind}_{code}" for code in get_args(codes_of) if code} == {
        name for name in there if name.startswith(f"{kind}_")
    }
