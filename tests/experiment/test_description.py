"""What a run says of its models: no effect of an event that no measure can have."""

import pandas as pd

import forecast as fc
from forecast.experiment.description import told_effects


def test_absurd_effects_on_logs_are_left_out_and_nothing_else():
    """W3: -11.8, +10.2 and +8.6 on logs once stood in a table as significant."""
    rows = pd.DataFrame(
        [
            ("intercept", 9.2, 1.4, "nuisance"),
            ("title42_end", -11.797, 1.966, "plain"),
            ("clp_rule", 0.4, 1.2, "shrunken"),
            ("chnv_parole", -0.53, 0.3, "plain"),
        ],
        columns=["term", "estimate", "se", "kind"],
    )
    told = told_effects(rows, fc.make_model("arima"))
    assert told["term"].tolist() == ["intercept", "chnv_parole"]
    natural = fc.make_model("arima", transform="none")
    assert len(told_effects(rows, natural)) == 4
    assert told_effects(rows.iloc[:0], natural).empty
