"""Sentences on the forecast: every branch."""

import pandas as pd

from forecast.report.catalogue import speaking
from forecast.report.sections import sentences_forecast as s

AUG, SEP, FEB = (pd.Period(m, "M") for m in ("2026-08", "2026-09", "2027-02"))


def test_forecast_title():
    assert s.forecast_title(AUG, 8870, FEB, [8_400], 1.5, 6.0) == (
        "The middle of the forecast stays close to August’s level; the range around it widens fast"
    )
    assert s.forecast_title(AUG, 8870, FEB, [8_400], 1.5, 1.6).endswith("; the range around it widens slowly")
    assert s.forecast_title(AUG, 8870, FEB, [8_400], None, None).endswith("August’s level")
    assert s.forecast_title(AUG, 0, FEB, [8_400], None, None) == (
        "The counts to August 2026 and the forecast to February 2027"
    )
    assert s.forecast_title(AUG, 100, FEB, [150], None, None) == (
        "By February 2027 the middle of the forecast is 50% above August’s count"
    )
    assert "50% below" in s.forecast_title(AUG, 100, FEB, [50], None, None)
    assert "August 2026’s count" in s.forecast_title(AUG, 100, AUG + 12, [150], None, None)
    assert s.forecast_title(AUG, 0, FEB, [0.2], None, None).endswith("stays close to August’s level")
    swings = s.forecast_title(AUG, 1763, AUG + 12, [1420.0, 1210.0, 1760.0], None, None)
    assert (
        swings
        == "The middle of the forecast moves between 1,210 and 1,760 and ends close to August 2026’s count"
    )


def test_range_words():
    assert "rest on 150 past one-step misses" in s.range_words("square_root", 150)
    assert "rest on past one-step misses" in s.range_words("square_root", None)
    assert "at the same distance" in s.range_words("direct", 60)
    assert (
        "40 past one-step misses of this forecast and widen with the distance to the power 0.25"
        in s.range_words("square_root", 40, 0.25)
    )
    assert "square root" in s.range_words("square_root", 40, 0.5)
    assert s.range_words("model", None).startswith("The ranges are by the models alone")


def test_forecast_note():
    assert s.forecast_note([], "", "Source.") == "No range is given: there are too few past misses. Source."
    both = s.forecast_note(["80", "50"], "Rests.", "Source.")
    assert both.startswith("Eight outcomes in ten") and "five in ten" in both and "Rests. Source." in both
    assert s.forecast_note(["50"], "R.", "S.").startswith("Five in ten inside the 50% range.")


def test_forecast_label():
    args = ("encounters", 4592, 10011, 8870, (8_400, 9_300), FEB)
    assert s.forecast_label(*args, (7_400, 11_700), (3_200, 22_000), True).endswith(
        "the 80% range widens from 7,400 to 11,700 to 3,200 to 22,000."
    )
    assert s.forecast_label(*args, (7_400, 11_700), None, True).endswith("is refused later.")
    assert s.forecast_label(*args, None, None, True).endswith("no 80% range is given.")


def test_next_find():
    rows = [(SEP, 9_300.0, (7_400, 11_700)), (FEB, 8_400.0, (3_200, 22_000))]
    far = (AUG + 12, 8_900.0, (1_700, 47_000))
    text = s.next_find(rows, far, 3)
    assert "goes from 9,300 in September to 8,400 in February 2027" in text
    assert "By February 8 in 10 outcomes should lie between 3,200 and 22,000" in text
    assert "twelve months ahead the range (1,700 to 47,000) is too wide to plan by." in text
    assert text.endswith(
        "Beyond two months the middle line has been no better than repeating the latest count."
    )
    assert "is wider still" in s.next_find(rows, (AUG + 12, 1.0, (5_000, 20_000)), None)
    assert "stays near 9,300" in s.next_find([rows[0], (FEB, 9_400.0, None)], None, None)
    assert "No 80% range is given for February" in s.next_find([rows[0], (FEB, 9_400.0, None)], None, None)
    assert s.next_find(rows[:1], None, None).startswith(
        "The middle of the forecast for September 2026 is 9,300."
    )


def test_no_skill_words():
    assert s.no_skill(None) == "" and s.no_skill(9) == ""
    assert s.no_skill(1).startswith(" At no distance")
    assert s.no_skill(2).startswith(" Beyond one month the")
    assert s.no_skill(2, "since 2020").endswith("repeating the latest count since 2020.")
    assert s.never_beaten(None, "since 2019") == ""
    assert s.never_beaten(6, "since 2019") == (
        " Six months ahead, no model here has done better than repeating the latest count since 2019."
    )


def test_rounding_note_explains_a_refusal_once():
    text = s.rounding_note([("95", 15, 19), ("95", 12, 19)], 0.9, {100})
    assert text.startswith("Forecasts are rounded to the nearest 100; chances")
    assert text.count("Refused:") == 1 and "only 15 exist" in text
    assert text.endswith("No range above 90% can be supported.")
    assert "refused" not in s.rounding_note([], None, set()).lower()


def test_rounding_note_tells_the_steps_that_occur():
    assert s.rounding_note([], None, set()).startswith("Forecasts are rounded to three digits;")
    assert s.rounding_note([], None, {1}).startswith("Forecasts are rounded to whole numbers;")
    many = s.rounding_note([], None, {1000, 10, 100})
    assert many.startswith(
        "Forecasts are rounded to the nearest 10 below 2,000, to the nearest 100 below 20,000 and to the nearest 1,000 above;"
    )


def test_afterwards_find():
    assert "No 80% range was given" in s.afterwards_find(0, 0, 3)
    assert s.afterwards_find(1, 1, 1).endswith("It fell inside the 80% range.")
    assert s.afterwards_find(0, 1, 1).endswith("It fell outside the 80% range.")
    assert s.afterwards_find(3, 3, 3).endswith("All three fell inside the 80% range.")
    assert s.afterwards_find(0, 3, 3).endswith("All three fell outside the 80% range.")
    assert s.afterwards_find(2, 3, 3).endswith("The 80% range held in two of three.")


def test_agreement_in_spanish():
    with speaking("es"):
        assert s.afterwards_find(1, 1, 1) == (
            "Un recuento se hizo público después de la fecha de este informe. Quedó dentro del intervalo del 80%."
        )
        assert s.afterwards_find(3, 3, 3).startswith("Tres recuentos se hicieron públicos")
        assert s.rounding_note([], None, {100, 1000}).startswith(
            "Los pronósticos se redondean al múltiplo de 100 más cercano por debajo de 20,000 y al múltiplo de 1,000"
        )
        title = s.forecast_title(AUG, 9_000.0, FEB, [9_000.0, 14_000.0], 0.5, 0.6)
        assert title.startswith("En febrero de 2027 el valor central del pronóstico está un 56% por encima")
