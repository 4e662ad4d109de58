import json
from pathlib import Path

import pandas as pd
import pytest

from forecast.archive.store import Archive
from forecast.config.settings import DataSpec
from forecast.data import load_observations
from forecast.publish.corrections import Which, correction_of, only_corrected
from forecast.publish.record import record_table
from forecast.publish.upkeep import rerun
from forecast.publish.vintages import with_first_counts
from rounds_helpers import Rounds, light, replace


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    light(monkeypatch.setattr)


@pytest.mark.slow
def test_the_first_count_stays_the_first_whatever_arrives_with_a_correction(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    assert r.publish().code == 0
    r.write(41)
    assert r.publish().code == 0
    first = int(r.table["value"][40])
    r.table.loc[40, "value"] = first + 4000
    r.write(42)  # the correction comes without another day, and with a new month
    outcome = r.publish(today="2021-07-25")
    assert outcome.code == 0 and outcome.folder.name == "2021-07-25", outcome
    exp = r.experiment()
    _, record = record_table(exp, pd.Timestamp("2021-08-01"))
    site = pd.read_csv(r.site / "track_record.csv")
    for table in (record.assign(month=record["month"].astype(str)), site):
        rows = table[table["month"] == "2021-05"]
        assert set(rows["truth_first"]) == {first} and set(rows["truth"]) == {first + 4000}
        assert ((rows["middle"] - first) - rows["error_first"]).abs().max() < 1e-6
    seen = Archive(r.archive).vintages(["a"])
    seen = seen[seen["month"] == "2021-05"]
    assert seen[["released", "value"]].to_numpy().tolist() == [
        ["2021-06-20", first],
        ["2021-07-25", first + 4000],
    ]
    assert rerun(exp, outcome.folder).code == 0
    assert r.publish(today="2021-07-26").code == 3
    # the record knows the truth without data.path, from what the archive saw
    _, bare = record_table(replace(exp, data=DataSpec()), pd.Timestamp("2021-08-01"))
    assert bare.equals(record)


def known(r, day):
    obs = load_observations(r.file)
    return with_first_counts(obs, Archive(r.archive), ["a"], pd.Timestamp(day))


@pytest.mark.slow
def test_a_correction_alone_is_an_issue_of_the_day_it_was_seen(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    r.publish()
    r.table.loc[39, "value"] += 500
    r.write(40)
    dry = r.publish(today="2021-05-28", dry_run=True)
    assert dry.code == 0 and "2021-05-28 (published): 1 revised figure" in dry.text
    made = r.publish(today="2021-05-28")
    assert made.folder == r.site / "reports" / "2021-05-28"
    assert json.loads((r.site / "latest.json").read_text())["issue"]["as_of"] == "2021-05-28"
    correction = correction_of(
        Archive(r.archive), Which("e", "published", "2021-05-28"), "2021-05-28T00:00:00Z", "", 2, alone=True
    )
    assert correction.first == "reports/2021-05-20" and not correction.same
    obs = known(r, "2021-05-28")
    assert only_corrected(obs, ["a"], Archive(r.archive), Which("e", "published", "2021-05-28"))
    assert not only_corrected(obs, ["a"], Archive(r.archive), Which("e", "published", "2021-05-20"))
    assert rerun(r.experiment(), made.folder).code == 0


class Seen:
    """An archive that saw these vintages of one month."""

    path = Path(__file__)

    def __init__(self, *rows):
        columns = ["released", "value", "value_basis", "seen"]
        self.rows = pd.DataFrame(rows, columns=columns).assign(series_id="a", month="2024-02")

    def vintages(self, series):
        return self.rows


def test_a_correction_that_is_no_whole_number_stays_what_it_was():
    obs = load_observations(
        pd.DataFrame({"month": ["2024-01", "2024-02"], "value": [341, 353]}), series_id="a"
    )
    assert obs.table["value"].dtype.kind == "i"
    first = ("2024-02-29", 353.0, "backfilled", "2024-03-01T00:00:00Z")
    half = ("2024-03-22", 529.5, "corrected", "2024-03-22T00:00:00Z")
    cut = ("2024-03-22", 529.0, "corrected", "2024-03-23T00:00:00Z")  # as an earlier version wrote it
    for rows in ((first, half), (first, half, cut)):
        made = with_first_counts(obs, Seen(*rows), ["a"], pd.Timestamp("2024-04-01"))
        mine = made.table[made.table["month"] == "2024-02"]
        assert mine["value"].tolist() == [353.0, 529.5, 353.0]
        assert mine["released"].dt.strftime("%Y-%m-%d").tolist() == ["2024-02-29", "2024-03-22", "2024-04-01"]
