"""New files into a folder of figures: rows are added, none is changed or lost."""

import pandas as pd
import pytest

from forecast.data import load_observations
from forecast.data.csv_text import observations_csv
from forecast.data.figures import read_figures
from forecast.data.importing import import_fetched, import_files
from forecast.errors import ConfigError, DataError


def written(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def test_a_second_import_changes_no_byte(tmp_path):
    file = written(tmp_path, "v.csv", "month,value,released\n2024-01,5,2024-02-10\n")
    own = tmp_path / "own"
    assert import_files(file, own).added == 1
    before = {p.name: p.read_bytes() for p in own.iterdir()}
    again = import_files(file, own)
    assert (again.added, again.already) == (0, 1)
    assert before == {p.name: p.read_bytes() for p in own.iterdir()}


def test_a_wrong_file_writes_nothing(tmp_path):
    good = written(tmp_path, "g.csv", "month,value\n2024-01,5\n")
    bad = written(tmp_path, "b.csv", "month,value\n2024-01,x\n")
    with pytest.raises(DataError):
        import_files([good, bad], tmp_path / "own")
    assert not (tmp_path / "own").exists()


def test_what_was_fetched_counts_from_the_day_but_for_a_first_history(tmp_path):
    file = written(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,6\n")
    import_fetched([read_figures(file)], tmp_path / "own", "2024-03-12", 15, first=True)
    written(tmp_path, "v.csv", "month,value\n2024-01,5\n2024-02,7\n2024-03,8\n")
    import_fetched([read_figures(file)], tmp_path / "own", "2024-04-11", 15)
    table = load_observations(tmp_path / "own").table
    released = table["released"].dt.strftime("%Y-%m-%d").tolist()
    assert released == ["2024-02-15", "2024-03-12", "2024-04-11", "2024-04-11"]
    assert table["release_basis"].tolist() == ["assumed", "day", "day", "day"]


def test_a_folder_that_an_import_would_not_keep_is_refused(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    written(own, "observations.csv", "month,value,released,colour\n2024-01,5,2024-02-10,red\n")
    file = written(tmp_path, "v.csv", "month,value\n2024-02,6\n")
    with pytest.raises(DataError, match="colour"):
        import_files(file, own)


def test_the_day_and_the_files_must_be_given_rightly(tmp_path):
    with pytest.raises(ConfigError, match="not a date"):
        import_files(tmp_path / "v.csv", tmp_path / "own", released="soon")
    with pytest.raises(ConfigError, match="at least one file"):
        import_files([], tmp_path / "own")


def test_figures_are_written_as_they_are_read(tmp_path):
    obs = load_observations(
        pd.DataFrame({"month": ["2024-01", "2024-02"], "value": [1.25, 3.0]}), series_id="a"
    )
    file = written(tmp_path, "observations.csv", observations_csv(obs.table))
    assert load_observations(file).table.equals(
        obs.table.assign(source=load_observations(file).table["source"])
    )


def test_a_file_of_one_day_may_hold_gaps_where_gaps_are_allowed(tmp_path):
    gaps = "series_id,month,value\na,2024-01,5\na,2024-03,7\nb,2024-02,6\n"
    file = written(tmp_path, "v.csv", gaps)
    with pytest.raises(DataError, match="2024-02 is missing"):
        import_files(file, tmp_path / "own", released="2024-04-10")
    made = import_files(file, tmp_path / "own", released="2024-04-10", allow_gaps=True)
    assert made.added == 3 and "2024-02 is missing" in str(made.findings[0])
    obs = load_observations(tmp_path / "own", allow_gaps=True)
    assert obs.actuals("a").to_dict() == {pd.Period("2024-01", "M"): 5.0, pd.Period("2024-03", "M"): 7.0}
    # what a later file of the same months brings closes the gap, and only that is new
    whole = written(tmp_path, "w.csv", gaps.replace("a,2024-03", "a,2024-02,6\na,2024-03"))
    again = import_files(whole, tmp_path / "own", released="2024-05-10")
    assert (again.added, again.already) == (1, 3)


def _monthly(path, n, revised=0, head="month,value", before=""):
    months = pd.period_range("2020-01", periods=n, freq="M")
    rows = "".join(f"{before}{m},{100 + i + revised * (i == 1)}\n" for i, m in enumerate(months))
    path.write_text(f"{head}\n{rows}")
    return path


def test_a_file_that_names_no_series_is_never_one_series_more_unasked(tmp_path):
    first, second = _monthly(tmp_path / "v1.csv", 40), _monthly(tmp_path / "v2.csv", 41, revised=5)
    import_files(first, tmp_path / "a", released="2023-05-20")
    with pytest.raises(DataError, match="--series-id v1"):
        import_files(second, tmp_path / "a", released="2023-06-20")
    done = import_files(second, tmp_path / "a", "v1", "2023-06-20")
    assert done.added == 2  # the revision of 2020-02 and one month more
    table = pd.read_csv(tmp_path / "a/observations.csv")
    assert set(table["series_id"]) == {"v1"}
    assert table.loc[table["month"] == "2020-02", "value"].tolist() == [101, 106]


def test_a_figure_whose_day_is_on_record_gets_no_assumed_day_before_it(tmp_path):
    file = _monthly(tmp_path / "s.csv", 40, head="series_id,month,value", before="s,")
    import_files(file, tmp_path / "b", released="2023-05-20")
    before = (tmp_path / "b/observations.csv").read_bytes()
    again = import_files(file, tmp_path / "b")
    assert (again.added, again.already) == (0, 40)
    assert (tmp_path / "b/observations.csv").read_bytes() == before


def test_assumed_days_are_told_with_their_lag(tmp_path):
    done = import_files(_monthly(tmp_path / "s.csv", 24), tmp_path / "c", release_lag_days=15)
    assert "public 15 days after each month's end" in done.lines[0]
