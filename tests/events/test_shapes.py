"""Shapes: hand-computed weights, and the closed form against the rational filter run step by step."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import ConfigError
from forecast.events import shapes


def months(first, last):
    return pd.period_range(first, last, freq="M")


def test_title_42_counts_11_of_31_days_in_its_first_and_last_month():
    values = shapes.response("step", "2020-03-21", months("2020-02", "2023-07"), end="2023-05-11")
    assert values["2020-02"] == 0.0
    assert values["2020-03"] == pytest.approx(11 / 31)
    assert values["2020-04":"2023-04"].eq(1.0).all()
    assert values["2023-05"] == pytest.approx(11 / 31)
    assert values["2023-06":].eq(0.0).all()


def test_the_end_of_title_42_takes_the_other_20_days_of_may():
    values = shapes.response("step", "2023-05-12", months("2023-04", "2023-07"))
    assert values.tolist() == pytest.approx([0.0, 20 / 31, 1.0, 1.0])


def test_a_window_within_one_month_counts_its_days_both_ends_included():
    values = shapes.response("step", "2018-11-10", months("2018-10", "2018-12"), end="2018-11-19")
    assert values.tolist() == pytest.approx([0.0, 10 / 30, 0.0])


def test_a_leap_february_has_29_days():
    values = shapes.response("step", "2020-02-01", months("2020-01", "2020-03"), end="2020-02-10")
    assert values.tolist() == pytest.approx([0.0, 10 / 29, 0.0])


def test_a_decay_halves_in_three_months_and_stops_at_its_end():
    values = shapes.response("decay", "2020-01-01", months("2020-01", "2020-08"), end="2020-07-31")
    assert values.iloc[[0, 3, 6, 7]].tolist() == pytest.approx([1.0, 0.5, 0.25, 0.0])


def test_a_decay_that_begins_in_mid_month_loses_nothing():
    # 16 of 31 days in March; in April the rest arrives while the first part has begun to fade
    values = shapes.response("decay", "2020-03-16", months("2020-03", "2020-05"), decay=0.6)
    first = 16 / 31
    assert values.tolist() == pytest.approx(
        [first, 0.6 * first + (1 - first), 0.6 * (0.6 * first + 1 - first)]
    )


def test_a_ramp_of_four_months():
    values = shapes.response("ramp", "2020-01-01", months("2019-12", "2020-06"), ramp_months=4)
    assert values.tolist() == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0])
    middle = shapes.response("ramp", "2020-01-17", months("2020-01", "2020-05"), ramp_months=4)
    share = 15 / 31
    assert middle.tolist() == pytest.approx(
        [share / 4, (1 + share) / 4, (2 + share) / 4, (3 + share) / 4, 1.0]
    )


@pytest.mark.parametrize(
    ("first", "last", "weights"),
    [
        ("2023-12-27", "2023-12-27", [1 / 31, 0, 0]),
        ("2023-12-05", "2023-12-07", [3 / 31, 0, 0]),
        ("2023-12-22", "2023-12-31", [10 / 31, 0, 0]),
        ("2023-12-30", "2024-02-02", [2 / 31, 1, 2 / 29]),
    ],
)
def test_a_pulse_weighs_exactly_its_days(first, last, weights):
    made = shapes.response("pulse", first, months("2023-12", "2024-02"), end=last)
    assert made.tolist() == pytest.approx(weights)


def test_a_pulse_without_an_end_lasts_to_the_origin_and_at_least_31_days():
    start = np.array([shapes.to_day("2018-03-11")])
    never = np.array([shapes.FAR])
    assert shapes.pulse_end(start, never, shapes.to_day("2018-03-20"))[0] == shapes.to_day("2018-04-10")
    assert shapes.pulse_end(start, never, shapes.to_day("2018-06-02"))[0] == shapes.to_day("2018-06-02")


@given(
    start=st.dates(min_value=pd.Timestamp("2015-01-01").date(), max_value=pd.Timestamp("2017-12-31").date()),
    length=st.integers(0, 1500),
    m=st.integers(1, 15),
    d=st.sampled_from([1.0, 0.5, 0.7937, 0.95]),
)
def test_closed_form_is_the_rational_filter(start, length, m, d):
    from scipy.signal import lfilter

    span = months("2014-01", "2023-12")
    first = np.asarray(span.start_time.values.astype("datetime64[D]").astype(int))
    days = np.asarray(span.days_in_month)
    day = shapes.to_day(start)
    begun = np.array([np.sum(np.arange(f, f + n) >= day) / n for f, n in zip(first, days, strict=True)])
    inside = np.array(
        [
            np.sum((np.arange(f, f + n) >= day) & (np.arange(f, f + n) <= day + length)) / n
            for f, n in zip(first, days, strict=True)
        ]
    )
    # F(B) = (1 - B^m) / (m (1 - d B)), lowest power first
    numerator = np.r_[1.0, np.zeros(m - 1), -1.0] / m
    filtered = lfilter(numerator, [1.0, -d], begun)
    expected = np.where(begun > 0, filtered * inside / np.where(begun > 0, begun, 1.0), 0.0)
    got = shapes.weights(
        np.array([day]),
        np.array([day + length]),
        np.array([m]),
        np.array([d]),
        np.asarray(span.astype("int64")),
    )[0]
    assert got == pytest.approx(expected, abs=1e-9)
    assert ((got >= 0.0) & (got <= 1.0)).all()


def test_many_events_at_once_are_each_by_itself():
    span = np.asarray(months("2019-01", "2022-12").astype("int64"))
    start = np.array([shapes.to_day(d) for d in ("2020-03-21", "2019-07-04", "2021-01-31")])
    end = np.array([shapes.FAR, shapes.to_day("2020-01-15"), shapes.FAR])
    m, d = np.array([1, 12, 1]), np.array([1.0, 1.0, 0.8])
    together = shapes.weights(start, end, m, d, span)
    for i in range(3):
        one = slice(i, i + 1)
        assert together[i] == pytest.approx(shapes.weights(start[one], end[one], m[one], d[one], span)[0])


def test_an_event_without_a_date_weighs_nothing():
    span = np.asarray(months("2019-01", "2019-12").astype("int64"))
    never = np.array([shapes.FAR])
    assert not shapes.weights(never, never, np.array([1]), np.array([1.0]), span).any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"shape": "rampe"}, "Did you mean 'ramp'"),
        ({"shape": "decay", "decay": 1.2}, "between 0 and 1"),
        ({"shape": "ramp", "ramp_months": 0}, "positive number of months"),
    ],
)
def test_wrong_shapes_say_what_is_expected(call, words):
    with pytest.raises(ConfigError, match=words):
        shapes.build_up(**call)
