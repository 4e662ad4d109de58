"""The figures of a round, and what is new in them."""

from dataclasses import replace

import pandas as pd
import pytest

from forecast.errors import ConfigError, DataError
from forecast.publish.desk import desk_of
from forecast.publish.reading import decision, fetch_checked, read_source
from rounds_helpers import Rounds


@pytest.fixture
def rounds(tmp_path):
    made = Rounds(tmp_path)
    made.write(40)
    return made


def desk(rounds, **words):
    return desk_of(rounds.experiment(**words), "2021-05-25")


def test_the_source_is_copied_and_read(rounds, tmp_path):
    steps = []
    read = read_source(replace(desk(rounds), on_step=steps.append), tmp_path / "scratch", False, None)
    assert steps == ["check"] and read.fetched is None and read.fetched_lines == ()
    assert read.obs.actuals("a").tolist() == rounds.table["value"].head(40).tolist()
    assert str(read.source.experiment.data.path).startswith(str(tmp_path / "scratch"))


def test_errors_of_a_copy_name_the_file_of_the_user(rounds, tmp_path):
    rounds.file.write_text("month,value\n2021-01,x\n")
    with pytest.raises(DataError, match=r"f\.csv") as caught:
        read_source(desk(rounds), tmp_path / "scratch", False, None)
    assert "scratch" not in str(caught.value)


def test_the_newest_day_is_published_and_an_older_one_replayed(rounds, tmp_path):
    here = desk(rounds)
    obs = read_source(here, tmp_path / "scratch", False, None).obs
    found, day, kind = decision(here, obs, None)
    assert (str(day.date()), kind, found.months) == (rounds.released(40), "published", ("2021-04",))
    found, day, kind = decision(here, obs, "2021-03-25")
    assert (day, kind, found.months) == (pd.Timestamp("2021-03-25"), "replayed", ("2021-02",))
    with pytest.raises(ConfigError, match="as_of: 2030-01-01 is still to come: today is 2021-05-25"):
        decision(here, obs, "2030-01-01")


def test_nothing_is_fetched_where_no_address_is_named(rounds, tmp_path):
    assert fetch_checked([desk(rounds)], tmp_path / "fetched") is None


def test_one_fetch_serves_the_series_of_all(rounds, tmp_path):
    rounds.table["series_id"] = ["a", "b"] * 33
    (tmp_path / "in").mkdir()
    rounds.table.head(40).drop(columns="released").to_csv(tmp_path / "in" / "new.csv", index=False)
    exp = rounds.experiment(fetch=(f"file://{tmp_path}/in/*.csv",))
    data = replace(exp.data, path=str(tmp_path / "figures"), allow_gaps=True)
    desks = [
        desk_of(replace(exp, data=data, target=replace(exp.target, series=(name,))), "2021-05-25")
        for name in ("a", "b")
    ]
    made = fetch_checked(desks, tmp_path / "fetched")
    assert made.added == 40 and not (tmp_path / "figures").exists()
    read = [read_source(d, tmp_path / f"scratch {i}", False, made) for i, d in enumerate(desks)]
    assert read[0].fetched_lines == made.lines and set(read[1].obs.series_ids) == {"a", "b"}
