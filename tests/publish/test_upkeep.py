"""Looking after what was published."""

from dataclasses import replace

import pytest

from forecast.publish.upkeep import (
    archive_backup,
    archive_check,
    archive_export,
    archive_vacuum,
    rerun,
    track_record,
)
from rounds_helpers import Rounds, light


@pytest.fixture
def rounds(tmp_path, monkeypatch):
    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    r.write(40)
    assert r.publish().code == 0
    return r


def test_an_archive_and_its_site_are_checked_copied_and_exported(rounds, tmp_path):
    exp = rounds.experiment()
    assert (
        "not compared" in archive_check(rounds.archive).text and archive_check(rounds.archive, exp).code == 0
    )
    other = archive_check(rounds.archive, replace(exp, name="other"))
    assert other.code == 0 and "reports of e are not compared" in other.text
    assert archive_backup(rounds.archive, tmp_path / "copy.sqlite").code == 0
    assert archive_check(tmp_path / "copy.sqlite").code == 0
    assert (
        archive_export(rounds.archive, tmp_path / "out").code == 0
        and archive_vacuum(rounds.archive).code == 0
    )
    assert track_record(exp).code == 0
    page = next((rounds.site / "reports").glob("*/index.html"))
    page.write_text("another page")
    assert archive_check(rounds.archive, exp).code == 4


@pytest.mark.slow
def test_a_report_is_made_again_and_another_folder_is_refused(rounds, tmp_path):
    folder = next((rounds.site / "reports").iterdir())
    assert rerun(rounds.experiment(), folder).code == 0
    (folder / "index.html").write_text("another page")
    changed = rerun(rounds.experiment(), folder)
    assert changed.code == 1 and "the folder was changed" in changed.text
    assert rerun(rounds.experiment(), tmp_path / "elsewhere").code == 2
