"""Findings and titles of the sections on effects, knowledge and scenarios: every branch."""

import numpy as np
import pandas as pd
import pytest

from forecast.report.catalogue import speaking
from forecast.report.sections import findings_causes as g


def test_changed_find():
    assert g.changed_find("September", 9_300, 9_320, []) == "The forecast for September stays at 9,300."
    assert g.changed_find("September", 9_300, 9_320, [("a", 500), ("b", -480)]).endswith("Its steps cancel.")
    steps = [("Revised figures", 3.0), ("New figure", -3103.0)]
    assert g.changed_find("September", 12_400, 9_300, steps) == (
        "The forecast for September fell from 12,400 to 9,300. All of the change comes from one step: new figure."
    )
    assert "Most of the change" in g.changed_find("September", 9_300, 12_300, [("A", 2000.0), ("B", 1000.0)])
    assert "The largest part" in g.changed_find(
        "September", 9_300, 12_300, [("A", 1400.0), ("B", 1000.0), ("C", 600.0)]
    )
    assert g.changed_find("September", 9_300, 12_300, [("A", -5000.0), ("B", 4000.0)]).endswith("to 12,300.")
    assert g.changed_find("September", 9_300, 12_300, []).endswith("rose from 9,300 to 12,300.")


def test_effects_title():
    assert g.effects_title(6, 9) == "Six of nine dates stand out from ordinary months; the other three do not"
    assert g.effects_title(1, 2) == "One of two dates stands out from ordinary months; the other does not"
    assert g.effects_title(0, 3) == "None of three dates stands out from ordinary months"
    assert g.effects_title(3, 3) == "All three dates stand out from ordinary months"
    assert g.effects_title(0, 1) == "The one date does not stand out from ordinary months"
    assert g.effects_title(1, 1) == "The one date stands out from ordinary months"


@pytest.mark.parametrize(
    ("clear", "total", "shaky", "end"),
    [
        (
            2,
            8,
            1,
            "Two of eight dates stand out from ordinary months, but the sign of one of them depends on the choice of model",
        ),
        (
            1,
            8,
            1,
            "One of eight dates stands out from ordinary months, but its sign depends on the choice of model",
        ),
        (
            2,
            2,
            2,
            "All two dates stand out from ordinary months, but the sign of each depends on the choice of model",
        ),
        (
            1,
            1,
            1,
            "The one date stands out from ordinary months, but its sign depends on the choice of model",
        ),
    ],
)
def test_effects_title_where_the_sign_depends_on_the_model(clear, total, shaky, end):
    assert g.effects_title(clear, total, shaky) == end


def test_effects_find_depends_on_the_other_choices():
    all_ = g.Jump("A", None, -0.5, -0.7, -0.2, True, g.Varied(100, 100, -60.0, -12.0))
    most = g.Jump("B", None, -0.4, -0.7, -0.2, True, g.Varied(95, 100, -60.0, 4.0))
    shaky = g.Jump("C", None, -0.9, -1.2, -0.6, True, g.Varied(67, 100, -50.0, 161.0))
    assert (
        "; each of 100 choices of model shows a fall, on the mean of its months from −60% to −12%"
        in g.effects_find([all_])
    )
    assert (
        "; 95 of 100 choices of model show a fall, on the mean of its months from −60% to +4%"
        in g.effects_find([most])
    )
    both = g.effects_find([most, shaky])
    assert both.startswith("The largest fall that keeps its sign under other choices of model came with “B”")
    assert "The fall of “C”, −59%, stands out from ordinary months too, but its sign depends" in both
    assert (
        "67 of 100 choices show a fall, and the mean change over its months ranges from −50% to +161%."
        in both
    )
    assert "range says" not in g.effects_find(
        [g.Jump("A", None, -0.5, -1.7, 0.2, True, g.Varied(9, 9, -60.0, -12.0))]
    )
    assert "from −60% to −12%, so the choice of model matters more than its range says." in g.effects_find(
        [all_]
    )
    odd = g.Jump("D", None, 0.4, 0.2, 0.6, True, None, -1.0)
    assert "+49% (80% range +22% to +82%), though a fall was expected of it." in g.effects_find([odd])
    assert "expected" not in g.effects_find([g.Jump("D", None, -0.4, -0.6, -0.2, True, None, -1.0)])
    alone = g.effects_find([shaky])
    assert "stands out from ordinary months, but" in alone and "largest" not in alone
    rise = g.Jump("E", None, 0.9, 0.6, 1.2, True, g.Varied(67, 100, -50.0, 161.0))
    assert "67 of 100 choices show a rise" in g.effects_find([rise])
    assert "The rise of “E”, +146%, stands out from ordinary months too" in g.effects_find([most, rise])


def test_specification_words():
    assert (
        g.specification_title("A", g.Varied(9, 9, -60, -12), -1.0)
        == "“A”: every choice of model that fits about as well shows a fall, from −60% to −12%"
    )
    assert (
        "nearly every choice of model that fits about as well shows a rise (9 of 10)"
        in g.specification_title("A", g.Varied(9, 10, -2, 60), 1.0)
    )
    assert g.specification_title("A", g.Varied(5, 10, -2, 60), 1.0).endswith(
        "depends on the choice of model; 5 of 10 show a rise"
    )
    percent = pd.Series([-30.0, -20.0, 40.0, 60.0])
    shape = (
        "Shape",
        [("step", np.array([True, True, False, False])), ("ramp", np.array([False, False, True, True]))],
    )
    scale = (
        "Scale",
        [("logs", np.array([True, False, True, False])), ("counts", np.array([False, True, False, True]))],
    )
    words = g.widest(percent, [scale, shape])
    assert "“Shape”: half of the estimates are below −25% with “step” and below +50% with “ramp”" in words
    assert g.widest(percent, []) == "" and g.varied_cell(None) == "not tried"


def test_effects_find():
    fall = g.Jump("A", pd.Period("2025-01", "M"), -1.9, -2.3, -1.43, True)
    vague = g.Jump("B", None, -0.02, -0.33, 0.3, False)
    text = g.effects_find([fall, vague])
    assert "largest fall came with “A” in January 2025: −85% (80% range −90% to −76%)" in text
    assert (
        "The jump of “B”, −2%, cannot be told apart from ordinary change in this model, which is not the same"
        in text
    )
    told = {
        "not_recently": "stands out from all ordinary months, but not from those of the last ten years",
        "too_short": "rests on too few months to be judged",
        "not_testable": "cannot be tested, as there are too few ordinary months",
        "not_compared": "was not compared with ordinary months",
    }
    for code, words in told.items():
        odd = g.Jump("B", None, -0.02, -0.33, 0.3, False, words=code, unseen="any fall would not be seen")
        end = ", which is not the same as no effect: any fall would not be seen."
        assert g.effects_find([odd]) == f"The jump of “B”, −2%, {words}{end}"
    assert "largest rise" in g.effects_find([g.Jump("C", None, 0.5, 0.2, 0.8, True)])
    assert g.effects_find([]) == ""


def test_known_words():
    assert g.known_title(4, 11, 24) == "At four turning points the 80% ranges held in only 11 of 24 months"
    assert g.known_title(1, 5, 6) == "At one turning point the 80% ranges held in 5 of 6 months"
    assert "three states of knowledge" in g.known_title(2, 0, 0)
    text = g.known_find(6, np.log(1.8), np.log(1.75), np.log(1.44))
    assert (
        text.startswith(
            "Knowing the events helped little. Six months ahead, the typical forecast was off by a factor of 1.80"
        )
        and "1.44" in text
    )
    assert g.known_find(1, np.log(1.8), np.log(1.4), float("nan")).startswith("In part.")
    assert "had dates" not in g.known_find(1, np.log(1.8), np.log(1.4), float("nan"))


def test_scenario_words():
    assert g.if_title(100, [50, 250], [90, 110]) == "Either kind of change would matter more than the season"
    assert g.if_title(100, [50, 250, 300], [90, 110]).startswith("Each kind")
    assert g.if_title(100, [101], [90, 110]).startswith("None of the changes")
    assert g.if_title(100, [115, 120], [50, 110]) == "What the forecast would be if policy changed"
    assert g.if_title(100, [115, 120], [50, 110], True).endswith("if the unofficial figure were right")
    assert g.if_question(True, False) == "What if policy changes?"
    assert g.if_question(True, True) == "What if policy changes, or if the unofficial figure is right?"
    assert g.if_question(False, True) == "What if the unofficial figure is right?"
    month = pd.Period("2027-02", "M")
    assert g.if_find(month, 8_400, []) == "With nothing new, February 2027 is forecast at 8,400."
    assert g.if_find(month, 8_400, [("A", 4_400), ("B", 21_000)]).endswith("If not: “A”: 4,400; “B”: 21,000.")


def test_effects_agree_in_gender_and_number_in_spanish():
    with speaking("es"):
        assert (
            g.effects_title(1, 5)
            == "Una de las cinco fechas se distingue de los meses ordinarios; las otras cuatro no"
        )
        assert g.effects_title(4, 5).startswith("Cuatro de las cinco fechas se distinguen")
        assert g.effects_title(0, 5).startswith("Ninguna de las cinco fechas")
        assert g.effects_title(3, 5, 1).endswith(
            "pero el signo de una de ellas depende de la elección del modelo"
        )
        assert g.effects_title(3, 5, 2).endswith(
            "pero el signo de dos de ellas depende de la elección del modelo"
        )
        varied = g.Varied(20, 48, -60.0, 30.0)
        assert g.specification_title("x", varied, -0.5).endswith("20 de 48 muestran una baja")
        assert g.specification_title("x", varied, 0.5).endswith("20 de 48 muestran un alza")
