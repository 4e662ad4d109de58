import pandas as pd

import forecast as fc
from forecast.backtesting.folds import FoldSettings, FoldSource, make_chains


def test_chains_are_one_a_model_and_series_or_one_a_pooled_model():
    models = {
        "rw": fc.make_model("random_walk"),
        "arima": fc.make_model("arima"),
        "ridge": fc.make_model("ridge"),
    }
    chains = make_chains(models, ["a", "b"], ["none", "at_origin"])
    told = [(c.name, c.knowledge, c.series) for c in chains]
    assert told == [
        ("rw", "none", ("a",)),
        ("rw", "none", ("b",)),
        ("arima", "none", ("a",)),
        ("arima", "none", ("b",)),
        ("arima", "at_origin", ("a",)),
        ("arima", "at_origin", ("b",)),
        ("ridge", "none", ("a", "b")),
        ("ridge", "at_origin", ("a", "b")),
    ]


def test_a_fold_sees_what_was_public(obs, events, usbp):
    source = FoldSource(obs, events, FoldSettings(window=24))
    panel = source.panel(pd.Timestamp("2024-05-07"), (usbp,))
    assert panel.y(usbp).iloc[-1] == 137480 and len(panel.y(usbp)) == 24
    assert source.panel(pd.Timestamp("2024-05-07"), (usbp,)) is panel
    assert "first figure" in source.panel(pd.Timestamp("1999-01-01"), (usbp,))
    assert source.design(pd.Timestamp("2024-05-07"), (usbp,), "none").columns == ()
    assert source.design(pd.Timestamp("2024-05-07"), (usbp,), "at_origin").columns
