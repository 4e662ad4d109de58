"""How many forecasts of a row were made."""

from dataclasses import replace

from forecast.report.fold_count import fold_count
from report_fixture import make_run

USBP = "southwest.usbp"


def test_folds_are_counted_with_their_last_failure():
    run = make_run(start="2024-01")
    folds = run.folds.copy()
    rows = folds.index[(folds["model"] == "arima") & (folds["knowledge"] == "none")]
    folds.loc[rows[:3], ["status", "message"]] = ["failed", "design has rank 33 of 34 columns"]
    folds.loc[rows[3], "status"] = "skipped"
    count = fold_count(replace(run, folds=folds), "arima", "none", USBP)
    assert (count.failed, count.skipped, count.ok, count.total) == (3, 1, len(rows) - 4, len(rows))
    assert (
        count.last_failure.startswith("design has rank") and count.last_origin == folds.loc[rows[2], "origin"]
    )
    combined = fold_count(run, "short", "none", USBP)
    assert combined.ok == combined.total == run.backtest["origin"].nunique()
