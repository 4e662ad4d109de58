import pytest

import forecast as fc


@pytest.fixture(scope="module")
def made(small, events):
    """Forecasts of two series at three origins, with all levels; the ranges of one were refused above 80 %."""
    from forecast.postprocess.intervals import add_intervals

    origins = fc.monthly_origins("2019-01", "2022-03", small, series=["a", "b"])
    bt = fc.backtest({}, small, events, ["a", "b"], origins, horizon=3)
    table, _ = add_intervals(bt.forecasts, small)
    table = table[table["origin"] >= origins[-3]]
    return table[
        ~(
            (table["origin"] == origins[-1])
            & (table["horizon"] == 3)
            & ((table["level"] < 0.1) | (table["level"] > 0.9))
        )
    ]
