"""Figures as known on a date: the bundle, a user's files, and what may not be seen yet."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.data import Observations, import_files, load_observations, show_series
from forecast.data.observations import BUNDLED, LEAK_SD, replace_rows
from forecast.errors import ConfigError, DataError

SERIES = "southwest.usbp"


def month(text: str) -> pd.Period:
    return pd.Period(text, "M")


@pytest.fixture(scope="module")
def obs() -> Observations:
    return load_observations()


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


# --------------------------------------------------------------------------- the bundle


def test_what_was_known_on_7_may_2024(obs):
    """The figures that the article of that day rests on, and the ones that came later."""
    panel = obs.as_of("2024-05-07", [SERIES])
    y = panel.y(SERIES)
    assert y[month("2023-12")] == 249_785
    assert y[month("2024-02")] == 140_644
    assert y[month("2024-03")] == 137_480
    assert panel.last_official[SERIES] == month("2024-03")
    assert y.index[-1] == month("2024-03")
    assert panel.as_of == pd.Timestamp("2024-05-07")
    latest = obs.actuals(SERIES)
    assert [latest[month(m)] for m in ("2023-12", "2024-02", "2024-03")] == [249_740, 140_641, 137_473]
    assert 129_000 not in panel.values.to_numpy()
    assert not len(panel.leaks)


def test_the_leak_fills_its_month_only_when_asked_for(obs):
    panel = obs.as_of("2024-05-07", [SERIES], include_leaks=True)
    assert panel.y(SERIES)[month("2024-04")] == 129_000
    assert panel.rounding.loc[month("2024-04"), SERIES] == 1000
    assert panel.released.loc[month("2024-04"), SERIES] == pd.Timestamp("2024-05-07")
    assert panel.last_official[SERIES] == month("2024-03")
    (leak,) = panel.leaks.to_dict("records")
    assert (leak["series_id"], leak["month"], leak["value"]) == (SERIES, month("2024-04"), 129_000)
    # No leak had a record then: the prior, and the rounding to a thousand.
    assert leak["log_sd"] == pytest.approx(np.hypot(LEAK_SD, 1000 / 129_000 / np.sqrt(12)))
    assert 129_000 not in obs.as_of("2024-05-06", [SERIES], include_leaks=True).values.to_numpy()
    later = obs.as_of("2024-05-15", [SERIES], include_leaks=True)
    assert later.y(SERIES)[month("2024-04")] == 128_894
    assert not len(later.leaks)
    assert len(panel.of(SERIES).window(1).leaks) == 1


def test_a_series_without_a_leak_ends_at_its_own_month(obs):
    panel = obs.as_of("2024-05-07", [SERIES, "southwest"], include_leaks=True)
    assert str(panel.values.index[-1]) == "2024-04"
    assert np.isnan(panel.values.loc[month("2024-04"), "southwest"])
    alone = panel.of("southwest")
    assert str(alone.values.index[-1]) == "2024-03"
    assert not len(alone.leaks)


def test_as_of_is_the_last_row_released_by_then(obs):
    """The arrays behind `as_of` agree with a plain reading of the table, on many dates."""
    table = obs.table
    rng = np.random.default_rng(1)
    for day in pd.to_datetime("2000-01-01") + pd.to_timedelta(rng.integers(0, 9770, 25), unit="D"):
        public = table[table["released"] <= day].groupby(["series_id", "month"]).tail(1)
        panel = obs.as_of(day)
        wide = public.pivot(index="month", columns="series_id", values="value").astype(float)
        got = panel.values[list(wide.columns)]
        np.testing.assert_array_equal(got.loc[wide.index].to_numpy(), wide.to_numpy())
        assert got.notna().sum().sum() == len(public)
        assert panel.released.max(axis=None) <= day
        known = obs.known(day)
        assert len(known) == len(public)
        assert (known["released"] <= day).all()


def test_no_panel_has_a_hole(obs):
    """Between its first and its last known month a series is complete, on every release day."""
    days = obs.table["released"].drop_duplicates().sort_values()
    for day in days.iloc[::7]:
        for name, column in obs.as_of(day).values.items():
            known = np.flatnonzero(column.notna())
            assert len(known) == known[-1] - known[0] + 1, (day, name)


def test_the_bundle_is_whole(obs):
    assert obs.bundled
    assert not obs.findings
    assert len(obs.series) == 77 == len(obs.series_ids)
    assert len(obs.table) == 12_914
    assert not (obs.table["status"] == "leak").any()
    assert list(obs.leaks["value"]) == [129_000]
    assert obs.table["value"].dtype.kind == "i"
    assert obs.newest_release() == pd.Timestamp("2026-09-30")
    assert obs.series.loc[SERIES, "unit"] == "encounters"
    assert obs.series.loc[SERIES, "first_month"] == month("1999-10")
    assert len(obs.hierarchy) == 15
    assert obs.releases.set_index("month").loc[month("2023-12"), "lag_days"] == 26
    given = pd.read_csv(BUNDLED / "series.csv")
    assert list(obs.series["n_months"]) == list(
        given.set_index("series_id").loc[obs.series.index, "n_months"]
    )


def test_the_readme_names_only_what_ships():
    text = (BUNDLED / "README.md").read_text()
    for word in ("shared/", "compiled/", "raw/", "tools/", "AUDIT", "LAYOUTS", "spot_checks"):
        assert word not in text
    for path in BUNDLED.glob("*.csv"):
        assert path.name in text


def test_a_loaded_bundle_is_a_copy():
    one = load_observations()
    one.table.loc[:, "value"] = 0
    one.series.loc[:, "label"] = "changed"
    two = load_observations()
    assert two.table["value"].max() > 0
    assert two.series.loc[SERIES, "label"] == "Southwest border, Border Patrol"
    assert one.digest == two.digest
    with pytest.raises(dataclasses.FrozenInstanceError):
        two.digest = "x"


def test_it_travels_to_a_worker(obs):
    again = pickle.loads(pickle.dumps(obs))
    pd.testing.assert_frame_equal(again.as_of("2024-05-07").values, obs.as_of("2024-05-07").values)


# --------------------------------------------------------------------------- dates and names


@pytest.mark.parametrize(
    "date", ["2024-05-07", dt.date(2024, 5, 7), pd.Timestamp("2024-05-07"), dt.datetime(2024, 5, 7)]
)
def test_dates_of_every_kind(obs, date):
    assert obs.as_of(date, SERIES).as_of == pd.Timestamp("2024-05-07")


@pytest.mark.parametrize("date", ["2024-05", "7 May 2024", "2024-02-30", "", "newest", None])
def test_a_date_that_is_none_is_refused(obs, date):
    with pytest.raises(ConfigError, match="as_of"):
        obs.as_of(date, SERIES)


def test_latest_is_the_newest_release(obs):
    assert obs.as_of("latest", SERIES).as_of == obs.newest_release()


def test_unknown_series_are_all_named_with_the_nearest(obs):
    with pytest.raises(ConfigError) as error:
        obs.as_of("2024-05-07", ["southwest.usb", "nationwid"])
    assert "Did you mean 'southwest.usbp'?" in str(error.value)
    assert "Did you mean 'nationwide'?" in str(error.value)


def test_a_series_not_yet_public_is_refused_by_name_and_left_out_of_all(obs):
    with pytest.raises(ConfigError, match="first figure came out on 2025-05-12"):
        obs.as_of("2024-05-07", ["southwest.usbp.at_large"])
    assert "southwest.usbp.at_large" not in obs.as_of("2024-05-07").series
    with pytest.raises(ConfigError, match="nothing of"):
        obs.as_of("1990-01-01")


def test_first_release_and_first_figure(obs):
    assert obs.first_released(SERIES)[month("2023-12")] == pd.Timestamp("2024-01-26")
    first = obs.actuals(SERIES, truth="first")
    assert first[month("2023-12")] == 249_785
    assert first[month("2026-01")] == 6_073  # the flash statement
    assert obs.actuals(SERIES, truth="first", as_of="2024-05-07").index[-1] == month("2024-03")
    assert obs.actuals(SERIES, as_of="2024-09-01")[month("2023-12")] == 249_741
    with pytest.raises(ConfigError, match="truth"):
        obs.actuals(SERIES, truth="final")


def test_replaced_rows_are_seen_and_the_original_is_not_touched(obs):
    table = obs.table.copy()
    table.loc[table["released"] > pd.Timestamp("2024-05-07"), "value"] = 1
    other = replace_rows(obs, table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(other.as_of("2024-05-07").values, obs.as_of("2024-05-07").values)
    assert other.actuals(SERIES)[month("2023-12")] == 1
    with pytest.raises(ValueError, match="not sorted"):
        dataclasses.replace(obs, table=table.sample(frac=1, random_state=1))
    with pytest.raises(ValueError, match="not sorted"):
        dataclasses.replace(obs, table=pd.concat([table.iloc[:3], table.iloc[2:]]))
    assert obs.actuals(SERIES)[month("2023-12")] == 249_740


# --------------------------------------------------------------------------- a user's files


def test_the_least_a_file_needs(tmp_path):
    own = load_observations(write(tmp_path, "visits.csv", "month,value\n2024-01,5\n2024-02,7\n"))
    assert own.series_ids == ("visits",)
    assert not own.bundled
    assert own.series.loc["visits", ["label", "name", "unit"]].tolist() == ["visits", "visits", "count"]
    assert list(own.table["released"]) == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-29")]
    assert set(own.table["release_basis"]) == {"assumed"}
    for empty in (own.hierarchy, own.breaks, own.releases, own.sources, own.leaks):
        assert not len(empty)
        assert len(empty.columns)


def test_release_lag_and_name(tmp_path):
    file = write(tmp_path, "visits.csv", "month,value\n2024-01,5\n2024-02,7\n")
    own = load_observations(file, series_id="v", release_lag_days=20)
    assert own.series_ids == ("v",)
    assert own.first_released("v")[month("2024-01")] == pd.Timestamp("2024-02-20")
    assert own.as_of("2024-03-01").last_official["v"] == month("2024-01")
    with pytest.raises(ConfigError, match="expected a number between 0 and 3650"):
        load_observations(file, release_lag_days=-1)


def test_every_way_a_cell_may_be_written(tmp_path):
    text = (
        '\ufeffmonth,value\r\n2024-01-01,"53,424"\r\n2024-02-29,53425.0\r\n2024/3,5.3426e4\r\n'
        "2024M04, 53427\r\nMay 2024,53 428\r\n"
    )
    own = load_observations(write(tmp_path, "a.csv", text))
    assert list(own.actuals("a")) == [53424, 53425, 53426, 53427, 53428]
    assert [str(m) for m in own.actuals("a").index] == [f"2024-{m:02d}" for m in range(1, 6)]
    assert own.table["value"].dtype.kind == "i"
    assert not own.findings


def test_line_ends_and_marks_do_not_change_the_digest(tmp_path):
    one = write(tmp_path, "a.csv", "month,value\n2024-01,1\n2024-02,2\n")
    (tmp_path / "b").mkdir()
    two = write(tmp_path / "b", "a.csv", '\ufeffmonth,value\r\n2024-02,"2"\r\n2024-01,1.0\r\n')
    three = write(tmp_path / "b", "c.csv", "month,value\n2024-01,1\n2024-02,3\n")
    assert load_observations(one).digest == load_observations(two).digest
    assert load_observations(one).digest != load_observations(three, series_id="a").digest


def test_semicolons_and_tabs(tmp_path):
    for mark in (";", "\t"):
        own = load_observations(
            write(tmp_path, "a.csv", f"month{mark}value\n2024-01{mark}1\n2024-02{mark}2000\n")
        )
        assert list(own.actuals("a")) == [1, 2000]
        unclear = write(tmp_path, "b.csv", f"month{mark}value\n2024-01{mark}1\n2024-02{mark}2,000\n")
        with pytest.raises(DataError, match=r"comma for thousands: 2000; decimal comma: 2\.000"):
            load_observations(unclear)
        for decimal, value in ((".", 2000), (",", 2)):
            assert load_observations(unclear, layout={"decimal": decimal}).actuals("b").tolist() == [1, value]


def test_vintages_of_a_users_file(tmp_path):
    text = (
        "series_id,month,value,released\nx,2024-01,10,2024-02-15\nx,2024-01,12,2024-03-15\n"
        "x,2024-02,20,2024-03-15\ny,2024-02,5,\n"
    )
    own = load_observations(write(tmp_path, "a.csv", text), release_lag_days=3)
    assert own.as_of("2024-03-14", "x").y("x").tolist() == [10]
    assert own.as_of("2024-03-15", "x").y("x").tolist() == [12, 20]
    assert own.first_released("y").iloc[0] == pd.Timestamp("2024-03-03")
    assert load_observations(tmp_path / "a.csv", series_id="y").series_ids == ("y",)
    with pytest.raises(ConfigError, match="Did you mean 'y'"):
        load_observations(tmp_path / "a.csv", series_id="yy")


def test_a_folder_of_files_and_what_is_not_figures(tmp_path):
    write(tmp_path, "north.csv", "month,value\n2024-01,1\n")
    write(tmp_path, "south.csv", "month,value\n2024-01,2\n")
    write(tmp_path, "events.csv", "id,announced_date,effective_start,shape\na,2024-01-01,2024-01-01,step\n")
    write(tmp_path, "series.csv", "series_id,label\nnorth,The north\nsouth,\n")
    own = load_observations(tmp_path)
    assert own.series_ids == ("north", "south")
    assert own.series.loc["north", ["label", "name"]].tolist() == ["The north", "The north"]
    assert own.series.loc["south", "label"] == "south"
    assert load_observations(tmp_path, series_id="south").series_ids == ("south",)


def test_a_folder_in_the_bundles_form(tmp_path):
    write(tmp_path, "observations.csv", "series_id,month,value\na,2024-01,10\nb,2024-01,3\nc,2024-01,7\n")
    write(
        tmp_path,
        "hierarchy.csv",
        "parent,breakdown,children,first_month,last_month\na,area,b;c,2024-01,2024-01\n",
    )
    write(tmp_path, "leaks.csv", "series_id,month,value,released,rounding\nb,2024-02,4,2024-02-29,1\n")
    write(tmp_path, "breaks.csv", "series_pattern,month,kind,what_changed,source\n*,2024-01,scope,x,y\n")
    own = load_observations(tmp_path)
    assert own.hierarchy.loc[0, "children"] == "b;c"
    assert own.breaks.loc[0, "month"] == month("2024-01")
    assert own.as_of("2024-03-01", "b", include_leaks=True).y("b").tolist() == [3, 4]
    assert load_observations(tmp_path / "observations.csv").digest == own.digest


def test_a_leak_beyond_the_next_month_stays_out(tmp_path):
    write(tmp_path, "observations.csv", "series_id,month,value\nb,2024-01,3\n")
    write(tmp_path, "leaks.csv", "series_id,month,value,released\nb,2024-03,4,2024-04-02\n")
    panel = load_observations(tmp_path).as_of("2024-05-01", "b", include_leaks=True)
    assert panel.y("b").tolist() == [3]
    assert not len(panel.leaks)


def test_the_record_of_leaks_widens_their_error(tmp_path):
    rows = "".join(f"b,2024-{m:02d},100\n" for m in range(1, 7))
    write(tmp_path, "observations.csv", f"series_id,month,value\n{rows}")
    bad = "".join(f"b,2024-{m:02d},150,2024-{m + 1:02d}-02,1\n" for m in range(3, 7))
    write(
        tmp_path, "leaks.csv", f"series_id,month,value,released,rounding\n{bad}b,2024-07,100,2024-08-02,1\n"
    )
    own = load_observations(tmp_path, release_lag_days=20)
    (sd,) = own.as_of("2024-08-02", "b", include_leaks=True).leaks["log_sd"]
    squares = (4 * LEAK_SD**2 + 4 * np.log(1.5) ** 2) / 8
    assert sd == pytest.approx(np.sqrt(squares + 0.01**2 / 12))
    # A leak that came out later says nothing about what was known then.
    write(tmp_path, "leaks.csv", (tmp_path / "leaks.csv").read_text() + "b,2024-02,900,2024-12-01,1\n")
    (again,) = load_observations(tmp_path, release_lag_days=20).as_of("2024-08-02", "b", True).leaks["log_sd"]
    assert again == sd
    # When the first of them came out, none had been proven wrong yet.
    (early,) = own.as_of("2024-04-02", "b", include_leaks=True).leaks["log_sd"]
    assert early < 0.03


def test_gaps_are_refused_unless_allowed(tmp_path):
    file = write(tmp_path, "a.csv", "month,value\n2024-01,1\n2024-04,2\n")
    with pytest.raises(DataError, match="2024-02 to 2024-03 are missing"):
        load_observations(file)
    own = load_observations(file, allow_gaps=True)
    assert own.allow_gaps
    assert own.as_of("latest").values["a"].isna().tolist() == [False, True, True, False]
    assert [f.severity for f in own.findings] == ["warning"]


def test_wrong_content_names_everything_at_once(tmp_path):
    text = "month,value\n2024-01,1\n2024-13,2\n2024-03,many\n2024-01,9\n"
    with pytest.raises(DataError) as error:
        load_observations(write(tmp_path, "a.csv", text))
    assert error.value.exit_code == 4
    assert {f.check for f in error.value.findings} == {"month", "value", "twice"}
    assert str(error.value).startswith("3 problems:")


def test_an_address_is_read_like_a_file(web):
    assert load_observations(f"{web.address}?raw=1", allow_http=True).series_ids == ("figures",)
    web.status = "404 Not Found"
    with pytest.raises(DataError, match=r"could not be read .*download the file"):
        load_observations(web.address, allow_http=True)


# --------------------------------------------------------------------------- import


def test_import_makes_a_folder_that_can_be_loaded(tmp_path):
    file = write(tmp_path, "visits.csv", "month,value,released\n2024-01,5,2024-02-10\n2024-02,6,2024-03-10\n")
    summary = import_files(file, tmp_path / "own")
    assert (summary.added, summary.already) == (2, 0)
    assert "2 rows added" in str(summary)
    own = load_observations(tmp_path / "own")
    assert own.actuals("visits").tolist() == [5, 6]
    assert own.first_released("visits").iloc[0] == pd.Timestamp("2024-02-10")
    assert (tmp_path / "own" / "series.csv").read_text().splitlines()[1].startswith("visits,visits,visits")
    assert sorted(p.name for p in (tmp_path / "own").iterdir()) == ["observations.csv", "series.csv"]


def test_a_second_import_changes_nothing(tmp_path):
    file = write(tmp_path, "visits.csv", "month,value\n2024-01,5\n2024-02,6\n")
    import_files([file], tmp_path / "own", released="2024-03-10")
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "own").iterdir()}
    summary = import_files([file], tmp_path / "own", released="2024-03-10")
    assert (summary.added, summary.already) == (0, 2)
    assert "nothing new" in str(summary)
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in (tmp_path / "own").iterdir()} == before


def test_monthly_imports_build_vintages(tmp_path):
    """The same file, downloaded each month: revisions become rows of their own, nothing is lost."""
    own = tmp_path / "own"
    file = write(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,6\n")
    import_files(file, own, released="2024-03-10", release_lag_days=10)
    write(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,8\n2024-03,7\n")
    assert import_files(file, own, released="2024-04-10", release_lag_days=10).added == 2
    obs = load_observations(own)
    assert obs.as_of("2024-02-10").y("v").tolist() == [5]
    assert obs.as_of("2024-03-10").y("v").tolist() == [5, 6]
    assert obs.as_of("2024-04-10").y("v").tolist() == [5, 8, 7]
    january, february = obs.table.iloc[0], obs.table.iloc[1]
    assert (january["value_basis"], january["release_basis"]) == ("backfilled", "assumed")
    assert (february["value_basis"], february["release_basis"]) == ("published", "day")


def test_a_month_that_a_vintage_lacked_was_not_public_that_day(tmp_path):
    own = tmp_path / "own"
    file = write(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,6\n")
    import_files(file, own, released="2024-06-30")
    write(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,6\n2024-03,7\n2024-04,8\n2024-05,9\n")
    import_files(file, own, released="2024-08-01")
    obs = load_observations(own)
    assert obs.as_of("2024-06-30").y("v").tolist() == [5, 6]
    days = obs.first_released("v").dt.strftime("%m-%d").tolist()
    assert days == ["01-31", "06-30", "07-01", "07-02", "08-01"]


def test_an_older_file_after_a_newer_one_is_refused(tmp_path):
    own = tmp_path / "own"
    file = write(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,8\n2024-03,7\n")
    import_files(file, own, released="2024-04-10")
    content = (own / "observations.csv").read_bytes()
    write(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,6\n")
    with pytest.raises(DataError, match="later files are there already"):
        import_files(file, own, released="2024-03-10")
    assert (own / "observations.csv").read_bytes() == content


def test_another_figure_under_the_same_day_is_a_correction(tmp_path):
    own = tmp_path / "own"
    file = write(tmp_path, "v.csv", "month,value,released\n2024-01,5,2024-02-10\n")
    import_files(file, own)
    write(tmp_path, "v.csv", "month,value,released\n2024-01,6,2024-02-10\n2024-02,1,2024-03-10\n")
    import_files(file, own)
    obs = load_observations(own)
    assert obs.actuals("v", "first").tolist() == [5, 1] and obs.actuals("v").tolist() == [6, 1]


def test_two_new_figures_of_one_day_are_refused(tmp_path):
    own = tmp_path / "own"
    for name, value in (("a.csv", 5), ("b.csv", 6)):
        write(tmp_path, name, f"series_id,month,value,released\nv,2024-01,{value},2024-02-10\n")
    with pytest.raises(DataError, match="a revision needs its own day"):
        import_files([tmp_path / "a.csv", tmp_path / "b.csv"], own)
    assert not own.exists()


def test_import_keeps_what_a_user_wrote_in_series(tmp_path):
    own = tmp_path / "own"
    file = write(tmp_path, "v.csv", "month,value\n2024-01,5\n")
    import_files(file, own)
    write(own, "series.csv", "series_id,label,colour\nv,My visits,red\n")
    write(tmp_path, "w.csv", "series_id,month,value\nw,2024-01,5\n")
    import_files([file, tmp_path / "w.csv"], own)
    text = (own / "series.csv").read_text().splitlines()
    assert text[0].startswith("series_id,label,colour")
    assert text[1].startswith("v,My visits,red")
    assert load_observations(own).series.loc["v", "label"] == "My visits"


def test_import_refuses_to_lose_rows_and_columns(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    file = write(tmp_path, "v.csv", "month,value\n2024-01,5\n")
    for text in ("month,value,comment\n2024-01,5,mine\n", "series_id,month,value\nv,2024-01,\nv,2024-02,3\n"):
        write(own, "observations.csv", text)
        with pytest.raises(DataError, match="would lose them"):
            import_files(file, own)
        assert (own / "observations.csv").read_text() == text


def test_import_writes_nothing_when_something_is_wrong(tmp_path):
    good = write(tmp_path, "good.csv", "month,value\n2024-01,5\n")
    bad = write(tmp_path, "bad.csv", "month,value\n2024-01,x\n")
    with pytest.raises(DataError, match="'x' is not a number"):
        import_files([good, bad], tmp_path / "own")
    assert not (tmp_path / "own").exists()
    with pytest.raises(ConfigError, match="not a date"):
        import_files(good, tmp_path / "own", released="soon")
    with pytest.raises(ConfigError, match="at least one file"):
        import_files([], tmp_path / "own")
    with pytest.raises(DataError, match="this is a file"):
        import_files(good, good)


def test_an_interrupted_import_leaves_the_folder_as_it_was(tmp_path, monkeypatch):
    own = tmp_path / "own"
    file = write(tmp_path, "v.csv", "month,value,released\n2024-01,5,2024-02-10\n")
    import_files(file, own)
    content = (own / "observations.csv").read_bytes()
    write(tmp_path, "v.csv", "month,value,released\n2024-01,5,2024-02-10\n2024-02,6,2024-03-10\n")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DataError, match="No space left"):
        import_files(file, own)
    monkeypatch.undo()
    assert (own / "observations.csv").read_bytes() == content
    assert sorted(p.name for p in own.iterdir()) == ["observations.csv", "series.csv"]


# --------------------------------------------------------------------------- the terminal


def test_show_is_a_table_and_a_line(obs):
    text = show_series(obs, SERIES, "2024-05-07", width=80)
    lines = text.splitlines()
    assert "as known on 2024-05-07; last month 2024-03; 2024-04 expected 2024-05-12" in text
    assert any(line.split()[:2] == ["2024-03", "137,480"] and "2024-04-12" in line for line in lines)
    assert sum(line[:2] == "20" and line[4] == "-" and "," in line[:20] for line in lines) == 24 + 1
    assert "129,000  unofficial, 2024-05-07; left out unless asked for" in text
    assert "137,473" not in text
    assert "highest 249,785 (2023-12)" in text
    assert len(lines[-2]) == 78
    assert max(map(len, lines)) <= 80


def test_show_fits_a_narrow_terminal(obs):
    text = show_series(obs, SERIES, "2024-05-07", months=3, width=44)
    assert max(map(len, text.splitlines())) <= 44 + 30  # only the legend may be longer
    assert "on the year" not in text
    with pytest.raises(ConfigError, match="months"):
        show_series(obs, SERIES, months=0)


def test_show_leaves_gaps_blank(tmp_path):
    file = write(tmp_path, "a.csv", "month,value\n2024-01,1.5\n2024-03,2.5\n")
    text = show_series(load_observations(file, allow_gaps=True), "a", width=80)
    assert "▁ █" in text
    assert any(line.split() == ["2024-02", "-"] for line in text.splitlines())


def test_cells_that_a_spreadsheet_would_run_are_imported_with_a_quote_and_read_back(tmp_path):
    file = tmp_path / "figures.csv"
    file.write_text("series_id,month,value\n=cmd(),2024-01,-5\n=cmd(),2024-02,6\n''=x,2024-02,7\n")
    own = tmp_path / "own"
    import_files([file], own, released="2024-03-10")
    assert "\n'=cmd(),2024-01,-5," in (own / "observations.csv").read_text()
    assert "'=cmd()" in (own / "series.csv").read_text()
    obs = load_observations(own)
    assert set(obs.table["series_id"]) == {"=cmd()", "'=x"} == set(obs.series.index)
    before = (own / "observations.csv").read_bytes(), (own / "series.csv").read_bytes()
    import_files([file], own, released="2024-03-10")
    assert before == ((own / "observations.csv").read_bytes(), (own / "series.csv").read_bytes())


def test_figures_sent_to_another_process_are_the_same(small):
    again = pickle.loads(pickle.dumps(small))
    assert again.as_of("latest").values.equals(small.as_of("latest").values)
    alone = small.alone(["b"])
    assert alone.series_ids == ("b",) and alone.actuals("b").equals(small.actuals("b"))


@pytest.mark.parametrize("series", [[], (), 0, [3]])
def test_no_series_and_what_is_no_name_is_refused(obs, series):
    with pytest.raises(
        ConfigError, match=r"series: .*expected (the name of a series|a text or a list of texts)"
    ):
        obs.as_of("latest", series)
