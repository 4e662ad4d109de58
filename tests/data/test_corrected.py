import pytest

from forecast.data import import_files, load_observations
from forecast.data.corrected import Vintage, correction_day

FIRST = Vintage("2024-05-20", 10.0, "published")


@pytest.mark.parametrize(
    ("value", "known", "today", "day"),
    [
        (12.0, [FIRST], "2024-06-02", "2024-06-02"),
        (10.0, [FIRST], "2024-06-02", None),  # the same
        (12.0, [FIRST], "2024-05-20", None),  # seen on its own day: from the next round on
        (12.0, [FIRST, Vintage("2024-06-01", 12.0, "corrected")], "2024-06-02", None),  # seen already
        (13.0, [FIRST, Vintage("2024-06-01", 12.0, "corrected")], "2024-06-02", "2024-06-02"),
        (10.0, [FIRST, Vintage("2024-06-01", 12.0, "corrected")], "2024-06-02", "2024-06-02"),  # taken back
        (
            12.0,
            [FIRST, Vintage("2024-06-01", 11.0, "published")],
            "2024-06-02",
            None,
        ),  # an old vintage rewritten
    ],
)
def test_a_correction_counts_from_the_day_it_was_seen(value, known, today, day):
    assert correction_day(value, "2024-05-20", known, today) == day


def test_an_import_takes_a_correction_and_keeps_the_first_count(tmp_path):
    file, folder = tmp_path / "f.csv", tmp_path / "own"
    rows = ["series_id,month,value,released", "a,2024-03,9,2024-04-20", "a,2024-04,10,2024-05-20"]
    file.write_text("\n".join(rows))
    import_files(file, folder)
    file.write_text("\n".join([*rows[:2], "a,2024-04,12,2024-05-20"]))
    made = import_files(file, folder)
    assert made.added == 1 and import_files(file, folder).added == 0
    obs = load_observations(folder)
    assert obs.actuals("a", "first").tolist() == [9, 10] and obs.actuals("a").tolist() == [9, 12]
    row = obs.table.iloc[-1]
    assert row["value_basis"] == "corrected" and row["released"] > obs.table["released"].iloc[-2]
    # one that changes an older vintage changes nothing that is known now, and is told
    file.write_text("\n".join([rows[0], "a,2024-03,8,2024-04-20", "a,2024-03,9,2024-05-20"]))
    import_files(tmp_path / "f.csv", tmp_path / "other")
    file.write_text("\n".join([rows[0], "a,2024-03,7,2024-04-20", "a,2024-03,9,2024-05-20"]))
    told = import_files(file, tmp_path / "other")
    assert told.added == 0 and [f.check for f in told.findings] == ["append"]
