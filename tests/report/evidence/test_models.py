"""All models compared."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.report.evidence import models
from report_fixture import report, report_of, state


def test_headline_first_baseline_last_hindsight_never():
    run = state("plain")
    rows = run.backtest[run.backtest["model"] == "arima"].assign(knowledge="hindsight")
    r = report(replace(run, backtest=pd.concat([run.backtest, rows])))
    found = models.model_rows(r)
    assert found[0][0] == "short" and found[-1][0] == "random_walk"
    assert "hindsight" not in {knowledge for _, knowledge in found}


def test_skill_of_the_baseline_is_0_by_definition():
    table = models.models_table(report_of("plain"))
    last = table.rows[-1].cells
    assert last[2] == "0%" and "skill is 0 by definition" in last[-1]
    assert table.rows[0].kind == "lead"


def test_a_failed_model_is_a_row_with_its_reason():
    run = state("plain")
    folds = run.folds.copy()
    failed = (folds["model"] == "arima") & (folds["knowledge"] == "none")
    folds.loc[failed, ["status", "message"]] = ["failed", "the matrix is singular."]
    scores = run.scores[~((run.scores["model"] == "arima") & (run.scores["knowledge"] == "none"))]
    table = models.models_table(report(replace(run, folds=folds, scores=scores)))
    row = next(row for row in table.rows if row.kind == "fail")
    assert "the matrix is singular" in row.cells[-1] and "not scored" in row.cells


def test_the_foot_says_where_the_headline_does_worse_of_late():
    from forecast.tables.forecasts import select

    run = state("plain")
    era = list(report(run).scores.eras)[-1]
    mine = run.scores.index[
        (run.scores["model"] == run.headline) & (run.scores["metric"] == "wis") & (run.scores["era"] == era)
    ]
    assert len(mine) and len(select(run.scores, era=era))
    for skill, told in ((-0.2, True), (0.2, False)):
        scores = run.scores.copy()
        scores.loc[mine, "skill"] = skill
        foot = models.models_table(report(replace(run, scores=scores))).foot
        assert ("Worse than “same as last month” " in foot and "one month ahead" in foot) is told


def test_estimates_that_mean_nothing_are_counted_and_not_printed():
    rows = [
        ("a", "arima", "southwest.usbp", -11.797, 1.966, "plain"),
        ("b", "arima", "southwest.usbp", -0.594, 0.2, "plain"),
        ("trend", "arima", "southwest.usbp", 5.0, 0.2, "nuisance"),
    ]
    made = pd.DataFrame(rows, columns=["term", "model", "series_id", "estimate", "se", "kind"])
    made = made.assign(lower=made["estimate"] - 1, upper=made["estimate"] + 1)
    (table,) = models.fit_tables(report(replace(state("plain"), coefficients=made)))
    assert [row.cells[2] for row in table.rows] == ["−0.594", "5.000"]
    assert "One estimate of measures that began almost together is not printed" in table.foot


def test_a_p_value_is_never_nought():
    assert (
        models.small(0.0001) == "below 0.001"
        and models.small(0.25) == "0.250"
        and models.small(np.nan) == "none"
    )


def test_without_weights_there_is_no_picture():
    assert models.weights_chart(report_of("plain")) is None
