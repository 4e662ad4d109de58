"""Sentences on the past: every branch."""

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import speaking
from forecast.report.sections import sentences_past as s

AUG, SEP, FEB = (pd.Period(m, "M") for m in ("2026-08", "2026-09", "2027-02"))


def test_past_find():
    assert s.past_find(AUG, 8870, 249_740, pd.Period("2023-12", "M"), pd.Period("1999-10", "M"), True) == (
        "August’s 8,870 is 96% below the highest count since October 1999, 249,740 in December 2023. Because the recent"
        " counts are so much smaller, the forecast is drawn on its own scale at the top of this page, and in place below."
    )
    assert s.past_find(AUG, 9, 9, AUG, AUG, False) == "August’s 9 is the highest count since August 2026."


def counts(values):
    return pd.Series(
        np.asarray(values, float), index=pd.period_range("2010-01", periods=len(values), freq="M")
    )


def test_past_title_tells_a_new_level_that_the_counts_show():
    fell = counts([100.0] * 60 + [50, 20] + [20.0] * 10)
    assert s.past_title(fell) == (
        "Counts fell 80% in the two months to February 2015 and have since been below every month of the four years before"
    )
    rose = counts([20.0] * 60 + [100.0] * 10)
    assert s.past_title(rose).startswith("Counts rose 400% in January 2015 and have since been above every")


def test_past_title_tells_a_jump_or_nothing():
    jump = counts([*([100.0, 120.0] * 15), 500.0, *([100.0, 120.0] * 14), 192.0, 190.0, 185.0])
    assert s.past_title(jump) == "Counts rose 60% in December 2014 and have since been between 185 and 190"
    fall = counts([*([100.0, 120.0] * 30), 200.0, 110.0, 115.0])
    assert s.past_title(fall) == "Counts fell 45% in February 2015"
    calm = counts([100.0, 105.0] * 30)
    assert s.past_title(calm) == "Monthly counts, January 2010 to December 2014, and the forecast"
    assert s.past_title(counts([0.0, 5.0, 0.0, 7.0])).startswith("Monthly counts")


def test_past_title_is_true_for_random_counts():
    rng = np.random.default_rng(7)
    for _ in range(60):
        steps = rng.normal(0, 0.3, 90) + np.where(np.arange(90) == 75, rng.normal(0, 2), 0)
        values = counts(1000 * np.exp(np.cumsum(steps)))
        title = s.past_title(values)
        if "every month of the" not in title:
            continue
        way = "below" if "been below" in title else "above"
        words = title.split("every month of the ")[1].split(" year")[0]
        years = w.NUMBER_WORDS.index(words)
        end = pd.Period(pd.Timestamp("1 " + " ".join(title.split(" and have")[0].split(" ")[-2:])), "M")
        months = (
            w.NUMBER_WORDS.index(title.split("in the ")[1].split(" month")[0]) if "in the" in title else 1
        )
        since, before = values[values.index >= end], values[values.index < end - months].iloc[-12 * years :]
        assert since.max() < before.min() if way == "below" else since.min() > before.max(), title


def test_past_note():
    assert s.past_note(False, False, [], "S.") == "S."
    assert "see “What did each policy seem to do?”" in s.past_note(True, True, [], "S.")
    assert s.past_note(True, False, ["Break."], "S.").endswith("brought it about. Break. S.")


def test_the_same_branches_are_taken_in_spanish():
    months = pd.period_range("2018-01", "2026-08", freq="M")
    values = pd.Series(100_000.0 + np.arange(len(months)) % 7 * 300, index=months)
    with speaking("es"):
        assert s.past_title(values).startswith("Recuentos mensuales, de enero de 2018")
        low, high = values.where(months < pd.Period("2025-02", "M"), 8_000.0), values.copy()
        high[pd.Period("2026-08", "M")] = 190_000.0
        assert s.past_title(low).startswith("Los recuentos bajaron un 92% en febrero de 2025")
        assert s.past_title(low).endswith("por debajo de todos los meses de los siete años anteriores")
        assert s.past_title(high).startswith("Los recuentos subieron un")
        assert s.past_find(AUG, 8_870.0, 249_785.0, FEB, AUG, False).startswith(
            "El recuento de agosto, 8,870, es un 96% inferior"
        )
