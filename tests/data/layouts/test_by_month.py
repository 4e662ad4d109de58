"""Days added up or averaged by month, weeks split by their days."""

import pandas as pd
import pytest

import forecast as fc


def table(days, values, name="day"):
    return pd.DataFrame({name: [str(d.date()) for d in days], "n": values})


def test_days_are_added_up_and_months_that_are_not_whole_left_out():
    days = pd.date_range("2020-01-10", "2020-04-05")
    obs = fc.load_observations(table(days, [2] * len(days)), layout={"by_month": "sum"})
    assert obs.actuals("table").to_dict() == {pd.Period("2020-02", "M"): 58, pd.Period("2020-03", "M"): 62}


def test_days_are_averaged():
    days = pd.date_range("2020-02-01", "2020-03-31")
    obs = fc.load_observations(table(days, [d.month for d in days]), layout={"by_month": "mean"})
    assert obs.actuals("table").tolist() == [2, 3]


@pytest.mark.parametrize(("name", "first"), [("week", "2020-01-06"), ("week ending", "2020-01-12")])
def test_weeks_are_split_by_days(name, first):
    weeks = pd.date_range(first, periods=12, freq="7D")
    obs = fc.load_observations(table(weeks, [7] * 12, name), layout={"by_month": "sum"})
    assert obs.actuals("table").to_dict() == pytest.approx({pd.Period("2020-02", "M"): 29})


def weeks(folder, head: str, first: str, week: str | None = None):
    days = pd.date_range(first, periods=30, freq="7D")
    path = folder / "weeks.csv"
    path.write_text(f"{head},Count\n" + "".join(f"{day.date()},{70 + i}\n" for i, day in enumerate(days)))
    layout = {"by_month": "sum"} | ({"week": week} if week else {})
    return fc.load_observations(path, layout=layout)


@pytest.mark.parametrize(
    ("head", "first", "way"),
    [
        *((head, "2019-01-06", "end") for head in ("Week ending", "Semana que termina", "fecha fin", "w/e")),
        *((head, "2019-01-06", "end") for head in ("Semaine se terminant le", "Woche bis", "WeekEnding")),
        *(
            (head, "2019-01-06", "begin")
            for head in ("w/c", "desde", "week_start", "Week commencing", "Wochenbeginn ab")
        ),
        ("date", "2019-01-07", "begin"),
        ("date", "2019-01-04", "end"),
        ("date", "2019-01-05", "end"),
    ],
)
def test_a_week_begins_or_ends_on_its_date_by_its_head_or_else_by_its_weekday(head, first, way, tmp_path):
    obs = weeks(tmp_path, head, first)
    assert f"weeks that {way} on their date" in obs.understood[0] and obs.understood[0] in repr(obs)
    assert "left out months without all of their days" in repr(obs)


def test_other_weekdays_are_told_with_the_option_that_decides_over_all(tmp_path):
    with pytest.raises(fc.DataError, match=r"is a Sunday: .*--week starts or --week ends"):
        weeks(tmp_path, "date", "2019-01-06")
    for way in ("starts", "ends"):
        obs = weeks(tmp_path, "Week ending", "2019-01-06", way)
        first = pd.Timestamp("2019-01-06") - pd.Timedelta(6 if way == "ends" else 0, "D")
        days = {first + pd.Timedelta(i, "D"): (70 + i // 7) / 7 for i in range(7 * 30)}
        march = sum(value for day, value in days.items() if (day.year, day.month) == (2019, 3))
        assert obs.actuals(obs.series_ids[0])["2019-03"] == pytest.approx(march)


def test_dates_are_told_as_days(tmp_path):
    weeks = pd.date_range("2019-01-06", periods=30, freq="7D")
    (tmp_path / "w.csv").write_text("Week ending,n\n" + "".join(f"{d.date()},70\n" for d in weeks))
    obs = fc.load_observations(tmp_path / "w.csv", layout={"by_month": "sum"})
    assert "'Week ending' as the days, 2019-01-06 as 6 January 2019, weeks that end on their date" in str(
        obs.understood
    )
