import json
import sys
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.archive.store import Archive
from forecast.publish import lock
from forecast.publish.desk import STEPS
from forecast.publish.publish import backfill, publish_report
from forecast.publish.upkeep import rerun, track_record
from rounds_helpers import Rounds, light


@pytest.fixture
def quick(monkeypatch):
    """Rounds without drawings and scores of the replay."""
    light(monkeypatch.setattr)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Three issues: the first, one with a new figure and a revision, one with an event and other settings."""
    r = Rounds(tmp_path_factory.mktemp("rounds"))
    r.events(("old", "2019-05-01", "2019-06-01"))
    outcomes, steps = [], []
    r.write(50)
    outcomes.append(r.publish(on_step=steps.append))
    r.write(51, [("2022-02", 1.3, r.released(51))])
    outcomes.append(r.publish(on_step=steps.append))
    r.write(52, [("2022-02", 1.3, r.released(51))])
    r.events(("old", "2019-05-01", "2019-06-01"), ("new", "2022-05-10", "2022-05-15"))
    exp = r.experiment()
    exp = replace(exp, combination={"short": replace(exp.combination["short"], members=("drift",))})
    outcomes.append(publish_report(exp, today="2022-05-25"))
    return r, outcomes, steps, exp


@pytest.mark.slow
def test_a_round_goes_through_its_steps_and_leaves_a_report(told):
    r, outcomes, steps, _ = told
    assert [o.code for o in outcomes] == [0, 0, 0], outcomes
    assert steps[:16] == list(STEPS)
    folders = sorted(p.name for p in (r.site / "reports").iterdir())
    assert folders == [r.released(n) for n in (50, 51, 52)]
    assert "new figure for 2022-03 and 1 revised figure" in outcomes[1].text
    assert not (r.site / ".incoming").exists() and (outcomes[2].folder / "index.html").is_file()
    assert Archive(r.archive).check().startswith("integrity: ok")


@pytest.mark.slow
def test_what_changed_is_told_in_steps_that_add_up(told):
    r, _, _, _ = told
    archive = Archive(r.archive)
    runs = archive.runs("e")
    second, third = (archive.changes(int(i)).set_index("step") for i in runs["id"].iloc[1:])
    assert archive.changes(int(runs["id"].iloc[0])).empty
    for table in (second, third):
        assert table["change"].iloc[1:-1].sum() == table["forecast"].iloc[-1] - table["forecast"].iloc[0]
        assert table.loc["software", "change"] == 0 and (table["change"].dropna() % 1 == 0).all()
    # the month before the last one was revised by 30 %, so the forecast of the random walk's neighbours moves a lot
    assert second.loc["revised_figures", "change"] > 0.1 * second.loc["last_issue", "forecast"]
    assert second.loc["revised_figures", ["why", "month"]].tolist() == ["one_revised", "2022-02"]
    assert second.loc["new_figure", ["why", "month"]].tolist() == ["new_month", "2022-03"]
    assert second.loc["events", "change"] == 0 and third.loc["revised_figures", "change"] == 0
    assert third.loc["events", ["why", "text"]].tolist() == ["new_events", "new"]
    assert third.loc["settings", "why"] == "other_settings" and third.loc["settings", "change"] != 0
    page = (r.site / "reports" / r.released(51) / "changes.csv").read_text()
    assert (
        page.splitlines()[0] == "step,forecast,change,why,month,number,text" and len(page.splitlines()) == 8
    )


@pytest.mark.slow
def test_the_forecast_of_an_issue_is_the_run_of_its_day(told):
    import forecast as fc

    r, _, _, _ = told
    exp = replace(r.experiment(), as_of=r.released(50))
    made = fc.run(exp).forecasts
    kept = pd.read_csv(r.site / "reports" / r.released(50) / "forecasts.csv")
    kept = kept[kept["model"] == "short"].set_index(["month", "level"])["value"]
    made = (
        made[made["model"] == "short"]
        .assign(month=lambda t: t["month"].astype(str))
        .set_index(["month", "level"])["value"]
    )
    np.testing.assert_allclose(kept.sort_index(), made.sort_index(), rtol=1e-8)


@pytest.mark.slow
def test_the_record_holds_published_forecasts_only_as_they_were_said(told):
    r, _, _, exp = told
    record = pd.read_csv(r.site / "track_record.csv")
    assert set(record["kind"]) == {"published"}
    first = record[(record["origin"] == r.released(50)) & (record["horizon"] == 1)].iloc[0]
    assert first["truth"] == r.table["value"].iloc[50] and first["inside_80"] in ("yes", "no")
    text = track_record(exp).text
    assert "published: 3 issues" in text and "replayed: none" in text and "The worst miss" in text
    page = pd.read_csv(r.site / "reports" / r.released(52) / "track_record.csv")
    assert set(page["kind"]) == {"published", "replayed"}
    assert page[page["kind"] == "published"]["origin"].max() == r.released(51)
    matured = (
        Archive(r.archive)
        .query("select truth_kind, count(*) n from matured group by 1")
        .set_index("truth_kind")["n"]
    )
    assert (
        matured["first"] == 2 * 3 + 3 and matured["latest"] == matured["first"]
    )  # months 51, 52 of the first, 52 of the second; three rows


@pytest.mark.slow
def test_a_report_is_made_again_from_the_archive_to_the_byte(told):
    _, outcomes, _, exp = told
    for outcome in outcomes[2:]:
        again = rerun(exp, outcome.folder)
        assert again.code == 0 and "every byte the same" in again.text, again.text
    assert rerun(exp, "nowhere").code == 2


def test_nothing_new_stale_dry_run_and_force(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    dry = r.publish(dry_run=True)
    assert dry.code == 0 and "would publish" in dry.text and not r.site.exists() and not r.archive.exists()
    assert r.publish(today="2021-05-21").code == 0
    page = next((r.site / "reports").iterdir()) / "index.html"
    stamp = page.stat().st_mtime_ns
    quiet = r.publish(today="2021-05-22")
    assert quiet.code == 3 and "nothing new" in quiet.text
    assert json.loads((r.site / "status.json").read_text())["state"] == "up to date"
    assert r.publish(today="2021-07-20", dry_run=True).code == 6
    late = r.publish(today="2021-07-20")
    assert late.code == 6 and "May 2021 was expected by 35 days" in late.text
    status = json.loads((r.site / "status.json").read_text())
    assert status["state"] == "stale" and status["banner"] in (r.site / "index.html").read_text().replace(
        "’", "’"
    )
    assert (
        page.stat().st_mtime_ns == stamp and json.loads((r.site / "latest.json").read_text())["stale"] is True
    )
    again = r.publish(today="2021-05-22", force=True)
    assert again.code == 0 and "the same in every number" in again.text
    assert len(Archive(r.archive).runs()) == 1


@pytest.mark.slow
def test_an_old_day_is_replayed_and_never_counts_as_published(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(44)
    outcome = r.publish(as_of=r.released(40))
    assert outcome.code == 0 and outcome.folder.parent.name == "replayed"
    assert r.publish().folder.parent.name == "reports"
    runs = Archive(r.archive).runs()
    assert runs["kind"].tolist() == ["replayed", "published"]
    assert json.loads((r.site / "latest.json").read_text())["issue"]["as_of"] == r.released(44)


@pytest.mark.slow
def test_a_backfill_is_what_single_rounds_would_have_been_and_goes_on(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(46)
    steps = []
    done = backfill(r.experiment(), "2021-04..2021-09", today="2022-01-01", on_step=steps.append)
    assert done.code == 0 and done.text == "6 rounds replayed, 0 were there already", done
    assert (
        backfill(r.experiment(), "2021-03..2021-09", today="2022-01-01").text
        == "1 rounds replayed, 6 were there already"
    )
    archive = Archive(r.archive)
    runs = archive.runs("e", "replayed")
    assert len(runs) == 7 and runs["path"].isna().all() and not (r.site / "reports").exists()
    import forecast as fc

    for k in (1, 4):
        alone = fc.run(replace(r.experiment(), as_of=runs["as_of"].iloc[k])).forecasts
        from forecast.archive.store import digest_of

        assert digest_of(alone) == runs["result"].iloc[k]
    for run in runs["id"].iloc[2:]:
        table = archive.changes(int(run))
        assert (
            table["change"].iloc[1:-1].sum() == table["change"].iloc[-1]
            and table["why"].iloc[1] == "same_software"
        )
    assert "replayed: 7 issues" in track_record(r.experiment()).text
    assert backfill(r.experiment(), "2021-09").code == 2


@pytest.mark.slow
def test_folds_are_made_once_for_all_rounds(tmp_path, monkeypatch, quick):
    from forecast.backtesting import runner

    made = []
    real = runner.run_chain
    monkeypatch.setattr(
        runner,
        "run_chain",
        lambda chain, source, origins: made.append(len(origins)) or real(chain, source, origins),
    )
    r = Rounds(tmp_path)
    r.write(46)
    backfill(r.experiment(), "2021-04..2021-09", today="2022-01-01")
    assert len(made) == 2, made  # two chains, each run once; all rounds are cut from them


@pytest.mark.slow
def test_a_clock_that_was_set_back_changes_nothing_but_what_is_late(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    assert r.publish(today="2021-05-25").code == 0
    r.write(41)
    outcome = r.publish(today="1999-01-01")
    assert outcome.code == 0 and outcome.folder.name == r.released(41)
    assert f"the clock says 1999-01-01, before {r.released(41)}" in outcome.text
    status = json.loads((r.site / "status.json").read_text())
    assert status["clock_before_newest_release"] is True and status["state"] == "up to date"
    stamps = Archive(r.archive).runs()["written"].tolist()
    assert stamps == sorted(stamps)


def test_a_second_publisher_waits_and_leaves_with_code_7(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    with lock.locked(tmp_path / "a.sqlite.lock", 0):
        other = threading.Thread(target=lambda: results.append(r.publish()))
        results = []
        other.start()
        other.join(20)
    assert (
        results[0].code == 7
        and f"process {__import__('os').getpid()} on" in results[0].text
        and not r.site.exists()
    )
    assert r.publish().code == 0


def test_the_site_of_another_experiment_is_refused(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    r.publish()
    other = publish_report(replace(r.experiment(), name="other"), today="2022-01-01")
    assert other.code == 2 and "site of 'e'" in other.text


@pytest.mark.slow
def test_hooks_are_told_what_came_of_a_round(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    code = "import os, pathlib; pathlib.Path(os.environ['FORECAST_FOLDER'], '..', 'said').write_text(os.environ['FORECAST_CODE'])"
    outcome = r.publish(on_success=(sys.executable, "-c", code), on_failure=("false",))
    assert (
        outcome.code == 0
        and outcome.text.endswith("done")
        and (r.site / "reports" / "said").read_text() == "0"
    )
    assert "hook" not in r.publish(on_success=("false",), on_failure=("false",)).text  # nothing new
    late = r.publish(today="2022-12-01", on_failure=("false",))
    assert late.code == 6 and "hook false: failed with code 1" in late.text


@pytest.mark.slow
def test_a_late_figure_is_told_once_and_not_every_day(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    r.publish()
    said = [
        r.publish(today=day, on_failure=("true",)).text for day in ("2021-07-10", "2021-07-11", "2021-08-12")
    ]
    assert ["hook true: done" in text for text in said] == [True, False, False]
    assert r.publish(today="2021-08-12", force=True).code == 0  # a report while it is late
    assert "hook" not in r.publish(today="2021-08-13", on_failure=("true",)).text
    r.write(41)
    assert r.publish(today="2021-08-13").code == 0
    assert "hook true: done" in r.publish(today="2021-08-14", on_failure=("true",)).text  # June is late now


def test_a_dry_run_writes_nothing_on_any_path(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(46)

    def files():
        return {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    def dry(**words):
        return backfill(
            r.experiment(hub=str(tmp_path / "hub")),
            "2021-08..2021-09",
            dry_run=True,
            today="2022-01-01",
            **words,
        )

    before = files()
    assert (
        dry().text == "2 rounds would be replayed, 0 are there already\nnothing was written"
        and files() == before
    )
    r.publish(hub=str(tmp_path / "hub"))
    r.write(47)
    before = files()
    assert not [p for p in before if p.name.endswith(("-wal", "-shm"))]
    for outcome in (
        dry(pages=True),
        r.publish(dry_run=True),
        r.publish(dry_run=True, force=True),
        r.publish(dry_run=True, as_of=r.released(40)),
        r.publish(dry_run=True, hold=True),
    ):
        assert outcome.code == 0 and files() == before, outcome
    assert r.publish(dry_run=True, today="2022-12-01").code == 0
    other = publish_report(replace(r.experiment(), name="other"), today="2022-01-01", dry_run=True)
    assert other.code == 2 and "site of 'e'" in other.text and files() == before
    early = r.publish(dry_run=True, as_of="2018-03-01")
    assert early.code == r.publish(as_of="2018-03-01").code == 2 and "would publish" not in early.text


@pytest.mark.slow
def test_missed_issues_are_replayed_and_the_newest_is_published(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    r.publish()
    r.write(43)
    dry = r.publish(dry_run=True, catch_up="replayed")
    assert dry.text.count("would replay first") == 2
    caught = r.publish(catch_up="replayed")
    assert caught.code == 0 and caught.text.count("replayed: the issue of") == 2, caught
    runs = Archive(r.archive).runs()
    assert list(zip(runs["kind"], runs["as_of"], strict=True)) == [
        ("published", r.released(40)),
        ("replayed", r.released(41)),
        ("replayed", r.released(42)),
        ("published", r.released(43)),
    ]
    assert (r.site / "replayed" / r.released(42) / "index.html").is_file()
    r.write(45)
    dry = r.publish(dry_run=True)
    assert f"would skip: the missed issue of {r.released(44)}" in dry.text and "would replay" not in dry.text
    skipped = r.publish()
    assert "skipped: the issue of" in skipped.text and len(Archive(r.archive).runs("e", "replayed")) == 2


def test_hooks_are_named_before_a_round_and_only_where_there_are_some():
    from forecast.cli.publish_verbs import named_hooks

    spec = fc.Experiment().publish
    assert named_hooks(fc.Experiment(name="mine")) == ""
    exp = fc.Experiment(
        name="mine", publish=replace(spec, on_success=("notify", "all done"), on_failure=("mail",))
    )
    assert (
        named_hooks(exp) == "hooks of mine: on_success starts `notify 'all done'`; on_failure starts `mail`"
    )
