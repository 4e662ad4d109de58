from dataclasses import replace

import pandas as pd

import forecast as fc
from forecast.experiment import scores


def test_a_model_run_with_and_without_events_is_compared_once_and_scored_twice():
    rows = [(m, k) for m, k in (("arima", "none"), ("arima", "at_origin"), ("drift", "none"))]
    table = pd.DataFrame(rows, columns=["model", "knowledge"])
    exp = fc.load_experiment("quick")
    kept = scores._one_row_a_model(exp, table)
    assert kept.to_numpy().tolist() == [["arima", "at_origin"], ["drift", "none"]]
    headed = replace(exp, report=replace(exp.report, headline="arima"))
    assert scores._one_row_a_model(headed, table)["knowledge"].tolist() == ["none", "none"]
    assert scores._one_row_a_model(exp, table.iloc[[0, 2]]) is not None
