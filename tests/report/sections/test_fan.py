"""The fan."""

from dataclasses import replace

import pytest

from forecast.report.sections.fan import fan, shape
from report_fixture import report, report_of, state


def moved(factors):
    """Return the report of a run whose middles are those of the last count, times factors."""
    run = state("plain")
    rows = run.forecasts["model"] == "short"
    last = float(report_of("plain").view.counts.iloc[-1])
    by = run.forecasts["horizon"].map(lambda h: factors[min(h, len(factors)) - 1])
    middle = run.forecasts.groupby(["model", "knowledge", "horizon"])["value"].transform("median")
    value = run.forecasts["value"] / middle * last * by
    return report(
        replace(run, forecasts=run.forecasts.assign(value=run.forecasts["value"].mask(rows, value)))
    )


@pytest.mark.parametrize(
    ("factors", "way", "title"),
    [
        ([1.0] * 6, "stays", "The forecast stays near 8,900"),
        ([1.3, 1.4, 1.3, 1.2, 1.1, 1.0], "swings", "The forecast moves between"),
        ([1.0, 1.0, 1.1, 1.2, 1.3, 1.5], "rises", "The forecast rises 50% by February"),
        ([1.0, 1.0, 0.9, 0.8, 0.7, 0.6], "falls", "The forecast falls 40% by February"),
    ],
)
def test_the_title_says_where_the_middle_goes(factors, way, title):
    r = moved(factors)
    assert shape(r).way == way and fan(r).title.startswith(title)


def test_no_share_is_told_of_figures_below_zero():
    run = state("plain")
    last = float(report_of("plain").view.counts.iloc[-1])
    value = run.forecasts["value"] - run.forecasts["horizon"] * last
    found = shape(report(replace(run, forecasts=run.forecasts.assign(value=value))))
    assert found.way == "falls" and found.change is None and found.end < 0


def test_the_range_of_the_sixth_month_is_told_beside_that_of_the_first():
    r = report_of("plain")
    near = r.near
    widths = (near["upper_80"] - near["lower_80"]).to_numpy()
    assert shape(r).times == pytest.approx(widths[-1] / widths[0])
    assert f"by February its range is {shape(r).times:.1f} times as wide" in fan(r).title


def test_without_a_range_or_a_forecast():
    assert shape(report_of("refused")).times is None
    assert "too few past misses" in fan(report_of("refused")).note
    assert fan(report_of("no_forecast")) is None


def test_the_label_tells_what_came():
    assert (
        "Afterwards the count went to 7,179 in March 2025, below the range."
        in fan(report_of("as_of_2024")).label
    )
