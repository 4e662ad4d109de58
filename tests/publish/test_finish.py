"""The end of a round: site, copy of the archive, hook."""

import json
from dataclasses import replace

import pytest

from forecast.publish.desk import Outcome, desk_of
from forecast.publish.finish import with_hook
from forecast.publish.publish import publish_report
from rounds_helpers import Rounds, light


def test_a_round_leaves_a_site_and_a_copy_of_the_archive(tmp_path, monkeypatch):
    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    r.write(40)
    steps = []
    assert publish_report(r.experiment(backup=True), today=r.released(40), on_step=steps.append).code == 0
    assert steps[-3:] == ["site", "backup", "done"]
    assert (r.where / f"{r.archive.name}.backup").is_file()
    status = json.loads((r.site / "status.json").read_text())
    assert status["code"] == 0 and status["experiment"] == "e"


@pytest.fixture
def desk(tmp_path):
    exp = Rounds(tmp_path).experiment()
    words = {f"on_{kind}": ("sh", "-c", f"echo {kind} >> {tmp_path}/told") for kind in ("success", "failure")}
    return desk_of(replace(exp, publish=replace(exp.publish, **words)), "2021-05-20")


@pytest.mark.parametrize(
    ("code", "told"), [(0, "success\n"), (4, "failure\n"), (6, "failure\n"), (3, ""), (7, "")]
)
def test_the_hook_is_the_one_that_belongs_to_the_code(desk, tmp_path, code, told):
    with_hook(desk, Outcome(code, "so it is"), "")
    file = tmp_path / "told"
    assert (file.read_text() if file.exists() else "") == told


def test_an_issue_that_waits_for_a_person_is_told_to_whoever_looks_after_it(desk, tmp_path):
    with_hook(desk, Outcome(0, "staged", desk.staged / "2021-05-18"), "")
    with_hook(desk, Outcome(0, "published", desk.site / "reports" / "2021-05-18"), "")
    assert (tmp_path / "told").read_text() == "failure\nsuccess\n"


def test_a_hook_knows_where_the_site_is_served(desk, tmp_path):
    command = ("sh", "-c", f'echo "$FORECAST_URL" > {tmp_path}/told')
    spec = replace(desk.exp.publish, url="https://example.org/f/visits", on_success=command)
    with_hook(replace(desk, exp=replace(desk.exp, publish=spec)), Outcome(0, ""), "")
    assert (tmp_path / "told").read_text() == "https://example.org/f/visits\n"


def test_a_late_figure_is_told_once(desk, tmp_path):
    desk.site.mkdir(parents=True)
    (desk.site / "status.json").write_text(json.dumps({"code": 6, "banner": "May is late"}))
    with_hook(desk, Outcome(6, "late"), "May is late")
    assert not (tmp_path / "told").exists()
    with_hook(desk, Outcome(6, "late"), "April is late")
    assert (tmp_path / "told").read_text() == "failure\n"
