import pandas as pd
import pytest

import forecast as fc
from forecast.backtesting.origins import explicit_origins
from forecast.errors import ConfigError


def days(origins):
    return [str(d.date()) for d in origins]


def test_an_origin_is_the_day_on_which_the_month_was_first_public(obs, usbp):
    assert days(fc.monthly_origins("2023-12", "2024-03", obs, [usbp])) == [
        "2024-01-26",
        "2024-02-13",
        "2024-03-22",
        "2024-04-12",
    ]


def test_of_a_panel_it_is_the_day_of_the_last_series(small, tmp_path):
    table = small.table.copy()
    late = (table["series_id"] == "b") & (table["month"] == pd.Period("2022-05", "M"))
    table.loc[late, "released"] += pd.Timedelta(days=5)
    table.astype({"month": str}).to_csv(tmp_path / "late.csv", index=False)
    moved = fc.load_observations(tmp_path / "late.csv")
    alone = fc.monthly_origins("2022-05", "2022-05", moved, ["a"])[0]
    assert fc.monthly_origins("2022-05", "2022-05", moved, ["a", "b"])[0] == alone + pd.Timedelta(days=5)


def test_none_lies_after_as_of_and_steps_count_back_from_the_last(obs, usbp):
    some = fc.monthly_origins("2023-01", None, obs, [usbp], step=6, as_of="2024-05-07")
    assert days(some)[-1] == "2024-04-12"
    assert len(some) == 3 and some == sorted(some)


@pytest.mark.parametrize(
    ("start", "end", "series", "word"),
    [
        ("2024", None, "southwest.usbp", "month of data"),
        ("2030-01", None, "southwest.usbp", "2030-01"),
        (None, None, "southwest.usb", "southwest.usbp"),
    ],
)
def test_what_cannot_be_is_refused(obs, start, end, series, word):
    with pytest.raises(ConfigError, match=word):
        fc.monthly_origins(start, end, obs, [series])


def test_listed_dates_are_origins_as_they_are():
    assert days(explicit_origins(["2024-05-07", "2023-01-01"], pd.Timestamp("2024-06-01"))) == [
        "2023-01-01",
        "2024-05-07",
    ]
    with pytest.raises(ConfigError, match=r"2024-07-01.*\n.*soon"):
        explicit_origins(["2024-07-01", "soon"], pd.Timestamp("2024-06-01"))


@pytest.mark.parametrize("day", ["2018-06", "2018", "05/06/2018", 2021, None, pd.Period("2018-06", "M")])
def test_what_is_no_whole_day_is_refused_everywhere(obs, events, day):
    """Quietly it would mean the first of a month, a year, or May for June."""
    name = ["southwest.usbp"]
    for call in (
        lambda: obs.as_of(day),
        lambda: fc.backtest({}, obs, events, name, [day], horizon=1),
        lambda: events.known(day),
        lambda: explicit_origins([day], pd.Timestamp("2024-05-07")),
    ):
        with pytest.raises(fc.ConfigError, match=r"is not a date|expected a (text|date) or a (text|date)"):
            call()


def test_every_month_or_every_other_but_not_every_none(obs):
    with pytest.raises(fc.ConfigError, match="step 0"):
        fc.monthly_origins("2020-01", "2020-06", obs, ["southwest.usbp"], step=0)


def test_a_month_may_be_a_period_and_a_step_is_a_whole_number(obs):
    name = ["southwest.usbp"]
    months = pd.Period("2020-01", "M"), pd.Period("2020-06", "M")
    assert fc.monthly_origins(*months, obs, name) == fc.monthly_origins("2020-01", "2020-06", obs, name)
    for wrong in (2020, pd.Timestamp("2020-01-01"), pd.Period("2020", "Y")):
        with pytest.raises(fc.ConfigError, match=r"is not a month of data|expected a text or a Period"):
            fc.monthly_origins(wrong, None, obs, name)
    with pytest.raises(fc.ConfigError, match=r"step: float 1\.5 is given; expected a whole number"):
        fc.monthly_origins("2020-01", "2020-06", obs, name, step=1.5)
