"""Sums that the figures contradict, beyond rounding."""

import numpy as np
import pandas as pd
import pytest

from forecast.data import check_file
from forecast.data.observations import BUNDLED
from forecast.data.sums import contradictions, newest

MONTHS = pd.period_range("2020-01", periods=24, freq="M")


def table(total, a, b, unit=1):
    names = np.repeat(["t", "a", "b"], len(total))
    month = np.tile(np.arange(len(total)), 3)
    return newest(names, month, np.concatenate([total, a, b]).astype(float), np.full(3 * len(total), unit))


@pytest.mark.parametrize(
    ("total", "unit", "allowed", "months"),
    [
        ([30, 50], 1, 0, []),
        ([30, 51], 1, 0, [1]),
        ([29, 51], 1, 1, []),
        ([30, 65], 10, 0, []),  # three figures rounded to 10 may be off by 15 together
        ([30, 66], 10, 0, [1]),
        ([30.1, 50.0], 1, 0, []),  # one decimal each
        ([30.2, 50.0], 1, 0, [0]),
    ],
)
def test_a_sum_may_be_off_by_its_rounding_and_what_is_stated(total, unit, allowed, months):
    found = contradictions(table(total, [10, 20], [20, 30], unit), "t", ["a", "b"], {"max_abs_gap": allowed})
    assert found.index.tolist() == months


def test_a_hierarchy_holds_from_its_first_month_to_its_last():
    made = table([30, 51], [10, 20], [20, 30])
    for months, wrong in (
        ({"first_month": "1970-02"}, [1]),
        ({"last_month": "1970-01"}, []),
        ({"last_month": ""}, [1]),
    ):
        assert contradictions(made, "t", ["a", "b"], months).index.tolist() == wrong


@pytest.mark.parametrize("factor", [1.0, 1e-3, 1e6])
def test_the_unit_of_the_figures_does_not_matter(factor):
    a, b = np.array([10.0, 20.0]), np.array([20.0, 30.0])
    made = table((a + b + [0, 7]) * factor, a * factor, b * factor)
    assert contradictions(made, "t", ["a", "b"]).index.tolist() == [1]
    assert not len(contradictions(table((a + b) * factor, a * factor, b * factor), "t", ["a", "b"]))


def test_a_month_without_a_part_is_not_judged_and_the_last_release_counts():
    made = table([30, 50], [10, 20], [20, 30])
    assert not len(contradictions(made[made["series_id"] != "b"], "t", ["a", "b"]))
    later = pd.concat([made, pd.DataFrame({"series_id": ["t"], "month": [0], "value": [31.0], "unit": [1]})])
    again = newest(later["series_id"], later["month"], later["value"].to_numpy(), later["unit"].to_numpy())
    assert contradictions(again, "t", ["a", "b"]).to_numpy().tolist() == [[31.0, 30.0]]


@pytest.mark.parametrize(("gap", "told"), [("", True), ("30", False)])
def test_data_check_tells_month_and_amounts(tmp_path, gap, told):
    rows = [
        (s, m, v + (30 if s == "t" and i == 7 else 0))
        for s, v in (("t", 300), ("a", 100), ("b", 200))
        for i, m in enumerate(MONTHS)
    ]
    pd.DataFrame(rows, columns=["series_id", "month", "value"]).to_csv(tmp_path / "f.csv", index=False)
    (tmp_path / "hierarchy.csv").write_text(f"parent,breakdown,children,max_abs_gap\nt,part,a;b,{gap}\n")
    found = [f for f in check_file(tmp_path) if f.check == "sum"]
    assert bool(found) is told
    if told:
        assert (found[0].severity, found[0].series, found[0].month, found[0].row) == (
            "warning",
            "t",
            "2020-08",
            9,
        )
        assert found[0].what == "the figure is 330, and its parts add up to 300"


def test_the_bundled_figures_contradict_nothing_that_is_not_stated():
    assert check_file(BUNDLED) == []


@pytest.mark.parametrize(
    ("row", "severity", "what"),
    [
        ("t,part,a;c,,", "warning", "no series is called 'c'"),
        ("t,part,a;a,,", "error", "has a part twice"),
        ("t,part,a;t,,", "error", "is a part of itself"),
        ("a,part,t,,\nt,part,a;b,,", "error", "is a part of itself"),
        ("t,part,a;b,2020-13,", "error", "first_month is '2020-13'"),
    ],
)
def test_a_hierarchy_of_ones_own_is_looked_at(tmp_path, row, severity, what):
    rows = [(s, m, v) for s, v in (("t", 300), ("a", 100), ("b", 200)) for m in MONTHS]
    pd.DataFrame(rows, columns=["series_id", "month", "value"]).to_csv(tmp_path / "f.csv", index=False)
    (tmp_path / "hierarchy.csv").write_text(f"parent,breakdown,children,first_month,last_month\n{row}\n")
    found = [f for f in check_file(tmp_path) if what in f.what]
    assert found and found[0].severity == severity and found[0].row == 2 and found[0].hint
