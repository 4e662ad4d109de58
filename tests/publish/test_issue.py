"""One issue: where it stands, and when it waits."""

from types import SimpleNamespace

import pandas as pd
import pytest

from forecast.config.settings import Experiment
from forecast.config.surroundings import PublishSpec
from forecast.publish import issue

DAY = pd.Timestamp("2026-11-10")


@pytest.fixture
def desk(tmp_path):
    return SimpleNamespace(
        exp=Experiment(publish=PublishSpec(hold=True)),
        archive=SimpleNamespace(path=tmp_path / "archive.sqlite"),
        staged=tmp_path / "staged",
        today=DAY,
        release=True,
    )


def test_an_issue_stands_under_its_day_and_a_correction_under_its_number():
    assert issue._path("published", DAY, 1) == "reports/2026-11-10"
    assert issue._path("published", DAY, 3) == "reports/2026-11-10-r3"
    assert issue._path("replayed", DAY, 1) == "replayed/2026-11-10"


def test_only_the_issue_that_waits_is_released(desk):
    assert issue._unreleased(desk, "published", DAY).code == 3  # nothing waits
    (desk.staged / "2026-11-10").mkdir(parents=True)
    assert issue._unreleased(desk, "published", DAY) is None
    other = issue._unreleased(desk, "published", pd.Timestamp("2026-12-10"))
    assert other.code == 4 and "2026-11-10 waits, and the newest figures are of 2026-12-10" in other.text
    assert issue._unreleased(desk, "replayed", DAY).code == 4
    desk.release = False
    assert issue._unreleased(desk, "replayed", DAY) is None


def test_published_issues_wait_for_a_person_replayed_ones_do_not(desk):
    desk.release = False
    assert issue._is_held(desk, "published") and not issue._is_held(desk, "replayed")
    desk.release = True
    assert not issue._is_held(desk, "published")


def test_what_was_looked_at_is_known_by_its_forecasts(tmp_path):
    made, staged = tmp_path / "made", tmp_path / "staged"
    for folder in (made, staged):
        folder.mkdir()
    (made / "forecasts.csv").write_text("a\n1\n")
    assert issue._differ(made, staged)  # nothing was looked at
    (staged / "forecasts.csv").write_text("a\n1\n")
    assert not issue._differ(made, staged)
    (staged / "forecasts.csv").write_text("a\n2\n")
    assert issue._differ(made, staged)


def test_an_issue_of_a_day_to_come_is_told(desk):
    assert issue._ahead_of_clock(desk, DAY) == []
    (told,) = issue._ahead_of_clock(desk, DAY + pd.Timedelta(days=1))
    assert "the clock says 2026-11-10, before 2026-11-11" in told
