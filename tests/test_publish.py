import json
import sys
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from _rounds import Rounds, light
from forecast import publish as publishing
from forecast._publish import hooks, lock, rounds, sources
from forecast.archive.store import Archive
from forecast.publish import backfill, publish, rerun, track_record
from forecast.spec import ConfigError, DataError, PublishSpec


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
    outcomes.append(publish(exp, today="2022-05-25"))
    return r, outcomes, steps, exp


def test_a_round_goes_through_its_steps_and_leaves_a_report(told):
    r, outcomes, steps, _ = told
    assert [o.code for o in outcomes] == [0, 0, 0], outcomes
    assert steps[:16] == list(publishing.STEPS)
    folders = sorted(p.name for p in (r.site / "reports").iterdir())
    assert folders == [r.released(n) for n in (50, 51, 52)]
    assert "new figure for 2022-03 and 1 revised figure" in outcomes[1].text
    assert not (r.site / ".incoming").exists() and (outcomes[2].folder / "index.html").is_file()
    assert Archive(r.archive).check().startswith("integrity: ok")


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
    assert second.loc["revised figures", "change"] > 0.1 * second.loc["last issue", "forecast"]
    assert second.loc["revised figures", "why"] == "the figure of February 2022 was revised"
    assert "March 2022" in second.loc["new figure", "why"] and second.loc["events", "change"] == 0
    assert "became usable: new" in third.loc["events", "why"] and third.loc["revised figures", "change"] == 0
    assert third.loc["settings", "why"].startswith("the settings") and third.loc["settings", "change"] != 0
    page = (r.site / "reports" / r.released(51) / "changes.csv").read_text()
    assert page.splitlines()[0] == "step,forecast,change,why" and len(page.splitlines()) == 8


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


def test_a_report_is_made_again_from_the_archive_to_the_byte(told):
    _, outcomes, _, exp = told
    for outcome in outcomes[2:]:
        again = rerun(exp, outcome.folder)
        assert again.code == 0 and "every byte the same" in again.text, again.text
    assert rerun(exp, "nowhere").code == 2


def test_a_folder_that_was_changed_is_told_by_rerun_and_a_lost_one_comes_back(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    folder = r.publish().folder
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    (folder / "forecasts.csv").write_text("changed")
    again = rerun(r.experiment(), folder)
    assert again.code == 1 and "differs: forecasts.csv" in again.text and "folder was changed" in again.text
    import shutil

    shutil.rmtree(folder)
    outcome = r.publish()
    assert outcome.code == 3 and "restored: reports/" in outcome.text
    assert {n: b for n, b in before.items() if n != "manifest.json"} == {
        p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != "manifest.json"
    }


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


def test_a_correction_is_a_report_of_its_own_and_the_first_one_stays(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    first = r.publish().folder
    before = (first / "index.html").read_bytes()
    exp = r.experiment()
    exp = replace(exp, combination={"short": replace(exp.combination["short"], members=("random_walk",))})
    corrected = publish(exp, today="2022-01-01", force=True)
    assert corrected.folder.name == f"{first.name}-r2" and (first / "index.html").read_bytes() == before
    assert "(correction 1)" in (r.site / "index.html").read_text()
    r.write(41)
    assert publish(exp, today="2022-01-01").code == 0
    record = pd.read_csv(r.site / "track_record.csv")
    scored = record[record["truth"].notna()]
    assert len(scored) == 1  # what was said first
    kept = pd.read_csv(first / "forecasts.csv")
    want = kept[(kept["model"] == "short") & (kept["level"] == 0.5)]["value"].iloc[0]
    assert scored["middle"].iloc[0] == pytest.approx(want, rel=1e-8)


def test_an_old_day_is_replayed_and_never_counts_as_published(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(44)
    outcome = r.publish(as_of=r.released(40))
    assert outcome.code == 0 and outcome.folder.parent.name == "replayed"
    assert r.publish().folder.parent.name == "reports"
    runs = Archive(r.archive).runs()
    assert runs["kind"].tolist() == ["replayed", "published"]
    assert json.loads((r.site / "latest.json").read_text())["issue"]["as_of"] == r.released(44)


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
            and table["why"].iloc[1] == "made by the same software"
        )
    assert "replayed: 7 issues" in track_record(r.experiment()).text
    assert backfill(r.experiment(), "2021-09").code == 2


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


def test_a_source_from_which_figures_have_gone_is_refused(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    assert r.publish().code == 0
    r.write(39)  # cut off at the end of a line: a file that looks whole
    short = r.publish()
    assert (
        short.code == 4
        and "1 figures that were seen earlier are missing" in short.text
        and "2021-04" in short.text
    )
    assert r.publish(force=True).code == 0
    r.file.write_text(r.file.read_text()[:-12])  # in the middle of a line
    assert r.publish().code == 4
    assert Archive(r.archive).check().startswith("integrity: ok")


def test_a_clock_that_was_set_back_changes_nothing_but_what_is_late(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    assert r.publish(today="2021-05-25").code == 0
    r.write(41)
    outcome = r.publish(today="1999-01-01")
    assert outcome.code == 0 and outcome.folder.name == r.released(41)
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
    other = publish(replace(r.experiment(), name="other"), today="2022-01-01")
    assert other.code == 2 and "site of 'e'" in other.text


def test_hooks_are_words_and_never_a_shell(tmp_path, quick):
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
    assert (
        hooks.run_hook(["echo", "$(touch x)"], {}, 5) == "hook echo: done" and not (tmp_path / "x").exists()
    )
    assert "ended after" in hooks.run_hook([sys.executable, "-c", "import time; time.sleep(30)"], {}, 0.3)
    assert "could not be run" in hooks.run_hook(["no-such-command-here"], {}, 5)


# --------------------------------------------------------------------------- sources


def test_sources_are_copied_whole_and_read_from_the_copy(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    source = sources.take(r.experiment(), tmp_path / "copy")
    assert source.experiment.data.path == str(tmp_path / "copy" / "data" / "f.csv")
    assert source.files["data/f.csv"] == r.file.read_bytes() and "events/events.csv" in source.files
    assert source.experiment.events.path is None  # the bundle
    r.file.unlink()
    with pytest.raises(DataError, match="no such file"):
        sources.take(r.experiment(), tmp_path / "copy2")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no CSV"):
        sources.take(
            replace(r.experiment(), data=replace(r.experiment().data, path=str(tmp_path / "empty"))),
            tmp_path / "copy3",
        )


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    from pathlib import Path

    file = tmp_path / "f.csv"
    file.write_text("month,value\n2020-01,1\n")
    real = Path.read_bytes

    def growing(self):
        data = real(self)
        with file.open("a") as f:
            f.write("2020-02,2\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", growing)
    monkeypatch.setattr(sources.time, "sleep", lambda s: None)
    with pytest.raises(DataError, match="changes while it is read"):
        sources.read_unchanged(file, PublishSpec())
    monkeypatch.undo()
    with pytest.raises(DataError, match="max_megabytes"):
        sources.read_unchanged(file, PublishSpec(max_megabytes=1e-6))


@pytest.fixture
def server():
    """A web server that says what a test wants."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        body, promised, pause, moved = b"month,value\n", None, 0.0, ""

        def do_GET(self):
            self.send_response(302 if self.moved else 200)
            if self.moved:
                self.send_header("Location", self.moved)
            self.send_header(
                "Content-Length", str(self.promised if self.promised is not None else len(self.body))
            )
            self.end_headers()
            for i in range(0, len(self.body), 1 << 18):
                self.wfile.write(self.body[i : i + (1 << 18)])
                threading.Event().wait(self.pause)

        def log_message(self, *words):
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass  # a reader that leaves early is what is tested

    web = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield Handler, f"http://127.0.0.1:{web.server_port}/figures.csv"
    web.shutdown()
    web.server_close()


def test_an_address_is_read_with_limits_of_size_time_and_safety(server, monkeypatch):
    handler, address = server
    allowed = PublishSpec(allow_http=True)
    assert sources._read(address, allowed) == {"figures.csv": b"month,value\n"}
    with pytest.raises(ConfigError, match="without encryption"):
        sources._read(address, PublishSpec())
    handler.promised = 500
    with pytest.raises(DataError, match=r"could not be read|broke off"):
        sources._read(address, allowed)
    handler.promised, handler.body = None, b"x" * 3_000_000
    with pytest.raises(DataError, match="max_megabytes"):
        sources._read(address, replace(allowed, max_megabytes=1.0))
    handler.pause = 0.2
    with pytest.raises(DataError, match="did not come whole"):
        sources._read(address, replace(allowed, timeout_seconds=0.3))
    handler.moved, handler.pause = "http://127.0.0.1/elsewhere.csv", 0.0
    with pytest.raises(DataError, match="not https"):
        list(sources._web(address, PublishSpec()))
    assert sources._read(f"file://{__file__}", allowed)["test_publish.py"]


def test_other_addresses_go_through_fsspec_or_name_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ConfigError, match=r"border-forecast\[remote\]"):
        sources._read("s3://bucket/figures.csv", PublishSpec())
    monkeypatch.undo()
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name, text in (("a.csv", b"1"), ("b.csv", b"2"), ("c.txt", b"3")):
        with memory.open(f"/place/{name}", "wb") as file:
            file.write(text)
    assert sources._read("memory://place", PublishSpec()) == {"a.csv": b"1", "b.csv": b"2"}
    assert sources._read("memory://place/a.csv", PublishSpec()) == {"a.csv": b"1"}
    with pytest.raises(DataError, match="could not be read"):
        sources._read("memory://nowhere.csv", PublishSpec())
    with pytest.raises(DataError, match="max_megabytes"):
        sources._read("memory://place", PublishSpec(max_megabytes=0.0))


def test_settings_decide_their_hash_and_places_do_not(tmp_path):
    r = Rounds(tmp_path)
    exp = r.experiment()
    assert rounds.settings_digest(exp) == rounds.settings_digest(
        replace(exp, publish=PublishSpec(), as_of="2021-01-01")
    )
    assert rounds.settings_digest(exp) == rounds.settings_digest(
        replace(exp, data=replace(exp.data, path="elsewhere.csv"))
    )
    assert rounds.settings_digest(exp) != rounds.settings_digest(replace(exp, horizon=5))
    back = rounds.settings_from(rounds.settings_json(exp))
    assert back == rounds.neutral(exp) and list(back.model) == list(exp.model)


def test_the_shipped_settings_are_the_defaults():
    from pathlib import Path

    import yaml

    from forecast.spec import from_plain

    plain = yaml.safe_load((Path(__file__).parents[1] / "conf" / "publish" / "default.yaml").read_text())
    assert from_plain(PublishSpec, plain) == PublishSpec() and set(plain) == set(
        PublishSpec.__dataclass_fields__
    )


@pytest.mark.parametrize("headline", ["short", "short_with_events", "drift"])
def test_a_re_run_of_what_the_headline_needs_is_the_same_forecast(tmp_path, headline):
    import forecast as fc
    from forecast._publish.light import forecast_only
    from forecast._publish.reruns import middle_of, reduced

    r = Rounds(tmp_path)
    r.write(50)
    r.events(("old", "2019-05-01", "2019-06-01"), ("later", "2021-01-10", "2021-01-15"))
    exp = r.experiment()
    combined = {"short": replace(exp.combination["short"], with_events="short_with_events")}
    more = {**exp.model, "seasonal_naive": replace(exp.model["drift"], kind="seasonal_naive")}
    exp = replace(
        exp,
        as_of=r.released(48),
        model=more,
        combination=combined,
        report=replace(exp.report, headline=headline),
    )
    small = reduced(exp)
    assert "seasonal_naive" not in small.model and len(small.model) == 2
    run = fc.run(exp)
    pd.testing.assert_frame_equal(middle_of(forecast_only(small)), middle_of(run))
    from forecast.archive.store import digest_of

    assert digest_of(forecast_only(exp).forecasts) == digest_of(run.forecasts)


@pytest.mark.proof
def test_steps_add_up_on_24_rounds_in_a_row(tmp_path, quick):
    rng = np.random.default_rng(7)
    r = Rounds(tmp_path, months=72)
    r.events(("old", "2019-05-01", "2019-06-01"))
    revisions = []
    for n in range(42, 67):
        if rng.random() < 0.7:
            month = r.table["month"].iloc[n - 1 - int(rng.integers(1, 6))]
            revisions.append((month, float(rng.uniform(0.8, 1.25)), r.released(n)))
        r.write(n, revisions)
        assert r.publish(today="2022-01-01").code == 0
    archive = Archive(r.archive)
    runs = archive.runs("e", "published")
    assert len(runs) == 25
    for run in runs["id"].iloc[1:]:
        table = archive.changes(int(run))
        assert (
            table["change"].iloc[1:-1].sum()
            == table["change"].iloc[-1]
            == table["forecast"].iloc[-1] - table["forecast"].iloc[0]
        )
