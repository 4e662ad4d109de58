"""Findings and titles of the sections on trust and models: every branch."""

from collections import namedtuple

import numpy as np
import pandas as pd

from forecast.report.catalogue import speaking
from forecast.report.sections import findings as g
from forecast.report.view import Held


def held(horizon, hits, n=200, low=0.755, high=0.845, nominal=0.8):
    return Held(horizon, nominal, hits, n, low, high, n / horizon)


FAIR, NARROW, WIDE = held(1, 160), held(6, 129, 190), held(6, 185)


def test_coverage_title():
    assert g.coverage_title([]) == "How often the ranges held"
    assert g.coverage_title([FAIR]) == "The 80% range held 80% of the time one month ahead"
    assert g.coverage_title([FAIR, NARROW]) == (
        "The 80% range held 80% of the time one month ahead, but only 68% six months ahead"
    )
    assert g.coverage_title([FAIR, WIDE]).endswith(", but 92% six months ahead")
    assert g.coverage_title([FAIR, held(12, 82, 100)]).endswith(" and 82% twelve months ahead")


def test_sure_find():
    assert "no replay long enough" in g.sure_find([], {})
    text = g.sure_find([FAIR, NARROW], {6: pd.Period("2027-02", "M")})
    assert text == (
        "One month ahead, about as promised: the 80% range held in 160 of 200 replayed months. Six months ahead the ranges have been"
        " too narrow: 129 of 190. Read the 80% range for February 2027 as nearer to a 70% range."
    )
    assert "too wide: 185 of 200." in g.sure_find([FAIR, WIDE], {})
    assert "about 8 independent months, too few to tell it from the promise" in g.sure_find(
        [FAIR, held(12, 82, 100)], {}
    )
    quarterly = Held(12, 0.8, 82, 100, 0.755, 0.845, 25.0)  # dates three months apart overlap less
    assert "about 25 independent months" in g.sure_find([FAIR, quarterly], {})
    alone = Held(12, 0.8, 4, 5, 0.4, 1.0, 0.4)
    assert "about 1 independent month, too few" in g.sure_find([FAIR, alone], {})
    assert "less than promised" in g.sure_find([held(1, 100)], {})
    assert "more than promised" in g.sure_find([held(1, 195)], {})


def test_shock_words():
    assert g.shock_words((1, 2), (0, 0)) == ""
    text = g.shock_words((134, 173), (18, 27))
    assert text.startswith("One month ahead") and "18 of 27 (67%)" in text and "may be chance" in text
    clear = g.shock_words((160, 173), (13, 27))
    assert clear.startswith("Misses are more common when a major measure begins.") and "chance" not in clear
    assert g.shock_words((43, 58), (0, 1)).startswith("One month ahead")  # one case shows nothing
    assert g.shock_words((80, 100), (80, 100)).startswith(
        "One month ahead"
    ) and "chance" not in g.shock_words((80, 100), (80, 100))


Comparison = namedtuple(
    "Comparison", "skill lower upper n words objections eras_lost eras_counted largest_share"
)


def found(skill, words, lower=0.01, upper=0.3):
    return Comparison(skill, lower, upper, 40, words, "one_origin", "", 2, 0.4)


def test_models_find_claims_what_the_rule_allows():
    args = {"since": "since 2019", "first": "2010-01", "era_names": {}}
    assert "too few replayed" in g.models_find(None, one_since=None, none_beats=None, **args)
    better = found(0.13, "better")
    text = g.models_find(better, one_since=0.03, none_beats=6, **args)
    assert text.startswith("Yes, one month ahead: the headline forecast scores 13% better")
    assert "since 2010 (90% range +1% to +30%), but only 3% better since 2019." in text
    assert "Six months ahead, no model here has beaten" in text
    assert "and 12% better since 2019" in g.models_find(better, one_since=0.12, none_beats=None, **args)
    assert "and no better since 2019" in g.models_find(better, one_since=0.001, none_beats=None, **args)
    assert ", but 5% worse since 2019" in g.models_find(better, one_since=-0.05, none_beats=None, **args)


def test_models_find_says_better_in_no_other_case():
    args = {"one_since": None, "none_beats": None, "since": "", "first": "2010-01", "era_names": {}}
    but = found(0.13, "ahead_but")
    text = g.models_find(but, **args)
    assert text.startswith("Ahead one month ahead, but not shown to be better")
    assert text.endswith("; one date carries 40% of the gain.")
    tie = g.models_find(found(0.13, "not_apart", -0.02), **args)
    assert tie.startswith("Not shown: one month ahead the two cannot be told apart")
    worse = g.models_find(found(-0.06, "worse", -0.1, -0.01), **args)
    assert worse.startswith("No: one month ahead the headline forecast scores 6% worse")
    few = g.models_find(found(0.2, "too_few_origins", np.nan, np.nan), **args)
    assert few.startswith("There are too few dates to say") and few.endswith("on 40 dates.")
    assert not any(t.startswith("Yes") for t in (text, tie, worse, few))


def test_weights_title():
    assert g.weights_title("ARIMA", 0.22, 5) == "The weight is spread: none of five members has more than 22%"
    assert g.weights_title("ARIMA", 0.5, 5) == "“ARIMA” has the largest weight, 50% of the whole"


def test_failed_note():
    assert g.failed_note(1, "2024-11-19", "") == "failed on 1 date, last 19 Nov 2024"
    assert g.failed_note(19, "2024-11-19", "rank 33.") == "failed on 19 dates, last 19 Nov 2024: rank 33"


def test_the_words_of_the_rule_decide_in_every_language():
    with speaking("es"):
        assert g.models_find(found(0.28, "better"), 0.03, "desde 2020", "2006-01", 6, {}).startswith(
            "Sí, a un mes"
        )
        assert g.models_find(found(-0.1, "worse"), None, "", "2006-01", None, {}).startswith("No: a un mes")
        ahead = g.models_find(found(0.1, "ahead_but"), None, "", "2006-01", None, {})
        assert ahead.endswith("una sola fecha aporta el 40% de la ganancia.")
        assert "igual que “igual" in g.models_find(
            found(0.0, "not_apart"), None, "", "2006-01", None, {}
        ).replace("lo mismo que", "igual que")
