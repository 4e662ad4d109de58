"""Figures that come in by themselves: served on a day, revised, broken in every way, refused whole."""

import gzip
import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from archive_helpers import Archive
from forecast.config.settings import ColumnsSpec, LayoutSpec
from forecast.data import fetch as web
from forecast.data import load_observations
from forecast.publish.publish import fetch, publish_report
from months_helpers import Months, official
from rounds_helpers import Rounds, light

PATTERN = "{year}/figures-{month}.csv"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    light(monkeypatch.setattr)
    monkeypatch.setattr(web, "_PAUSE", 0.01)


class Served(Rounds):
    """Rounds whose figures come from a server, a file a month, without release days."""

    def __init__(self, where, server):
        super().__init__(where)
        self.server, self.folder = server, self.where / "figures"
        self.pattern = f"{server.address}/{PATTERN}"

    def content(self, months, changes=()):
        """The file as it stands after so many months; changes are (month, value)."""
        table = self.table.head(months)[["series_id", "month", "value"]].copy()
        for month, value in changes:
            table.loc[table["month"] == month, "value"] = value
        return table.to_csv(index=False).encode()

    def path(self, months):
        month = pd.Period(self.table["month"].iloc[months - 1], "M")
        return f"/{month.year}/figures-{month.month:02d}.csv"

    def serve(self, months, changes=()):
        self.server.files[self.path(months)] = self.content(months, changes)

    def experiment(self, **words):
        words = {"fetch": (self.pattern,), "allow_http": True, "timeout_seconds": 5.0, **words}
        exp = super().experiment(**words)
        return replace(exp, data=replace(exp.data, path=str(self.folder), release_lag_days=15))

    def round(self, today, **words):
        return self.publish(today=today, **words)


@pytest.fixture
def served(tmp_path):
    with Months() as server:
        yield Served(tmp_path, server)


def state(served):
    """Everything on the disk but what a lock leaves."""
    return {
        p.relative_to(served.where): p.read_bytes()
        for p in sorted(served.where.rglob("*"))
        if p.is_file() and ".lock" not in p.name
    }


def rows(served, month):
    table = load_observations(served.folder).table
    found = table[table["month"] == pd.Period(month, "M")]
    return list(
        zip(found["released"].dt.strftime("%Y-%m-%d"), found["value"], found["release_basis"], strict=True)
    )


def test_a_month_comes_in_by_itself_and_counts_from_the_day_it_was_fetched(served):
    served.serve(40)
    first = served.round("2021-05-18")
    assert first.code == 0 and first.folder.name == "2021-05-18", first
    value = dict(zip(served.table["month"], served.table["value"], strict=True))
    # the history of a first fetch counts from its own month's end and the lag, marked as assumed
    assert rows(served, "2021-03") == [("2021-04-15", value["2021-03"], "assumed")]
    assert rows(served, "2021-04") == [("2021-05-18", value["2021-04"], "day")]
    assert served.round("2021-05-19").code == 3
    asked = len(served.server.asked)
    served.serve(41)
    second = served.round("2021-06-09")
    assert second.code == 0 and "new figure for 2021-05" in second.text and second.folder.name == "2021-06-09"
    assert len(served.server.asked) == asked + 1
    # a revision without a day is public from the day on which it was fetched
    served.serve(41, [("2021-04", value["2021-04"] + 1)])
    third = served.round("2021-06-20")
    assert third.code == 0 and "1 revised figure" in third.text
    assert rows(served, "2021-04") == [
        ("2021-05-18", value["2021-04"], "day"),
        ("2021-06-20", value["2021-04"] + 1, "day"),
    ]
    archive = Archive(served.archive)
    kept = {
        archive.kept(r["digest"]) for r in json.loads((served.folder / "fetched.json").read_text()).values()
    }
    assert served.server.files[served.path(41)] in kept and archive.check().startswith("integrity: ok")


@pytest.mark.slow
def test_two_months_at_once_are_one_issue_of_the_newest(served):
    """Nobody saw the older one before, so no day lies between on which it was the newest."""
    served.serve(40)
    served.round("2021-05-18", catch_up="replayed")
    served.serve(42)
    outcome = served.round("2021-07-12", catch_up="replayed")
    assert outcome.code == 0 and "2021-05, 2021-06" in outcome.text
    assert "no issue of its own: 2021-05, which came out on the same day as a later month" in outcome.text
    assert [rows(served, m)[0][::2] for m in ("2021-05", "2021-06")] == [("2021-07-12", "day")] * 2
    runs = Archive(served.archive).runs()
    assert list(zip(runs["kind"], runs["as_of"], strict=True)) == [
        ("published", "2021-05-18"),
        ("published", "2021-07-12"),
    ]


def test_files_of_a_single_month_each_are_all_found(served):
    """A file that holds its month alone leaves the months before it to their own files."""

    def serve(*months):
        for n in months:
            table = served.table.iloc[n - 1 : n][["series_id", "month", "value"]]
            served.server.files[served.path(n)] = table.to_csv(index=False).encode()

    serve(*range(36, 41))
    exp = served.experiment()
    first = fetch(exp, today="2021-05-18")
    assert first.code == 0 and "5 figures are new" in first.text, first
    # the history of a first fetch counts from its months' ends and the lag, whatever file it stands in
    assert rows(served, "2021-03") == [("2021-04-15", served.table["value"].iloc[38], "assumed")]
    assert rows(served, "2021-04")[0][::2] == ("2021-05-18", "day")
    serve(41, 42)
    later = fetch(exp, today="2021-07-12")
    assert later.code == 0 and "2 figures are new" in later.text, later
    assert [rows(served, m)[0][::2] for m in ("2021-05", "2021-06")] == [("2021-07-12", "day")] * 2
    assert fetch(exp, today="2021-07-13").code == 3


BROKEN = {
    "a page": (200, {"Content-Type": "text/html"}, b"<!doctype html><p>moved</p>"),
    "a page, called a table": (200, {"Content-Type": "text/csv"}, b"<!doctype html><p>moved</p>"),
    "a wrong type": (200, {"Content-Type": "application/json"}, b"{}"),
    "a server that fails": (500, {}, b"sorry"),
    "a redirect to ftp": (302, {"Location": "ftp://127.0.0.1/x.csv"}, b""),
    "a file cut by the way": (
        200,
        {"Content-Length": "100000", "Content-Type": "text/csv"},
        b"series_id,month,value\n",
    ),
    "a packed bomb": (200, {"Content-Type": "application/octet-stream"}, gzip.compress(b"0" * 10_000_000)),
    "too large": (200, {"Content-Length": "900000000"}, b""),
    "forbidden": (403, {}, b""),
    "no table": (200, {"Content-Type": "text/csv"}, b"a,b\n1,2\n"),
    "nothing": (200, {"Content-Type": "text/csv"}, b""),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_wrong_is_refused_whole_with_its_address(served, how):
    served.serve(40)
    exp = served.experiment()
    assert fetch(exp, today="2021-05-18").code == 0
    before = state(served)
    served.server.answers[served.path(41)] = BROKEN[how]
    for dry in (True, False):
        outcome = fetch(exp, today="2021-06-09", dry_run=dry)
        assert outcome.code == 4 and served.path(41) in outcome.text, outcome
        assert str(served.where) not in outcome.text
        assert state(served) == before
    del served.server.answers[served.path(41)]
    served.serve(41)
    assert fetch(exp, today="2021-06-10").code == 0


def test_a_refused_round_leaves_everything_as_it_was(served):
    served.serve(40)
    served.round("2021-05-18")
    before = state(served)
    served.server.answers[served.path(41)] = BROKEN["a page"]
    for dry in (True, False):
        outcome = served.round("2021-06-09", dry_run=dry)
        assert outcome.code == 4 and "text/html" in outcome.text and state(served) == before


@pytest.mark.parametrize("lines", [1, 20])
def test_a_file_that_is_cut_at_the_end_of_a_line_does_not_reach_its_month(served, lines):
    served.serve(40)
    fetch(served.experiment(), today="2021-05-18")
    before = state(served)
    served.server.files[served.path(41)] = b"\n".join(served.content(41).splitlines()[:-lines]) + b"\n"
    outcome = fetch(served.experiment(), today="2021-06-09")
    assert outcome.code == 4 and "its address says 2021-05" in outcome.text and state(served) == before


def test_a_file_at_one_address_that_lost_rows_is_refused(served):
    pattern = f"{served.server.address}/all.csv"
    served.server.files["/all.csv"] = served.content(40)
    assert fetch(served.experiment(fetch=(pattern,)), today="2021-05-18").code == 0
    served.server.files["/all.csv"] = b"\n".join(served.content(40).splitlines()[:-2]) + b"\n"
    cut = fetch(served.experiment(fetch=(pattern,)), today="2021-05-19")
    assert cut.code == 4 and "lacks 2 figures that it had on 2021-05-18, the first: a 2021-03" in cut.text


@pytest.mark.slow
def test_columns_and_layout_say_how_the_files_are_read(served):
    def content(months, **columns):
        table = served.table.head(months)
        day = pd.PeriodIndex(table["month"], freq="M").strftime("%d/%m/%Y")
        value = [f"{v:,}".replace(",", ".") for v in table["value"]]
        frame = pd.DataFrame({"Date": day, "Fee": 1, "Visits": value, "series_id": table["series_id"]})
        return frame.rename(columns=columns).to_csv(index=False, sep=";").encode()

    def experiment(value="Visits"):
        exp = served.experiment(fetch=(f"{served.server.address}/all.csv",))
        said = ColumnsSpec(month="Date", value=value)
        return replace(exp, data=replace(exp.data, columns=said, layout=LayoutSpec(decimal=",")))

    served.server.files["/all.csv"] = content(40)
    assert publish_report(experiment(), today="2021-05-18").code == 0
    served.server.files["/all.csv"] = content(41)
    done = publish_report(experiment(), today="2021-06-18")
    assert done.code == 0, done
    assert load_observations(served.folder).actuals("a").tolist() == served.table["value"].head(41).tolist()
    # the old file is read as the new one is: rows that are gone are seen
    served.server.files["/all.csv"] = content(40)
    lost = publish_report(experiment(), today="2021-07-18")
    assert lost.code == 4 and "lacks 1 figure that it had" in lost.text, lost
    # a column that has another name now cannot be compared, and is no reason to stop
    served.server.files["/all.csv"] = content(42, Visits="Arrivals")
    assert publish_report(experiment("Arrivals"), today="2021-07-18").code == 0


def test_plain_http_must_be_allowed(served):
    served.serve(40)
    refused = served.round("2021-05-18", allow_http=False)
    assert refused.code == 2 and "without encryption" in refused.text and not served.folder.exists()
    assert not served.archive.exists()


def test_the_limit_of_time_holds_for_all_addresses_and_tries_together(served, web):
    web.drip_body, web.body = 0.1, b"x" * 1000
    exp = served.experiment(fetch=(web.address, f"{web.address}?2"), timeout_seconds=0.6)
    started = pd.Timestamp.now()
    outcome = fetch(exp, today="2021-05-18")
    assert outcome.code == 4 and "within 0.6 seconds" in outcome.text
    assert (pd.Timestamp.now() - started).total_seconds() < 3


def test_a_dry_run_fetches_into_a_temporary_folder_and_says_what_the_round_says(served):
    served.serve(40)
    dry = served.round("2021-05-18", dry_run=True)
    assert dry.code == 0 and "would publish as of 2021-05-18" in dry.text and state(served) == {}
    assert fetch(served.experiment(), dry_run=True, today="2021-05-18").code == 0 and state(served) == {}
    assert fetch(served.experiment(), today="2021-05-18").code == 0
    assert (served.folder / "observations.csv").is_file() and not served.site.exists()
    assert fetch(served.experiment(), today="2021-05-19").code == 3
    assert served.round("2021-05-19").folder.name == "2021-05-18"  # the day on which it was fetched first


def test_a_round_without_news_asks_with_the_tag_and_writes_no_row(served):
    served.serve(40)
    served.round("2021-05-18")
    before = Archive(served.archive).query("select count(*) n from inputs")["n"][0]
    figures = {p.name: p.read_bytes() for p in served.folder.iterdir()}
    assert served.round("2021-05-20").code == 3
    assert Archive(served.archive).query("select count(*) n from inputs")["n"][0] == before
    assert figures == {p.name: p.read_bytes() for p in served.folder.iterdir()}


def test_a_month_that_is_not_due_is_nothing_and_one_that_is_missing_is_late(served):
    served.serve(40)
    served.round("2021-05-18")
    assert served.round("2021-06-20").code == 3
    late = served.round("2021-07-20")
    assert late.code == 6 and "May 2021 was expected" in late.text


def test_a_surprise_is_held_until_a_person_accepts_its_month(served):
    served.serve(40)
    fetch(served.experiment(), today="2021-05-18")
    served.serve(41, [("2021-03", 1)])
    before = state(served)
    for dry in (True, False):
        held = fetch(served.experiment(), today="2021-06-09", dry_run=dry)
        assert held.code == 4 and "a 2021-03: revised from" in held.text and "--accept 2021-03" in held.text
        assert state(served) == before
    assert fetch(served.experiment(accept=("2021-04",)), today="2021-06-09").code == 4
    assert fetch(served.experiment(accept=("2021-03",)), today="2021-06-09").code == 0


def test_a_folder_of_files_is_read_by_a_pattern(served, tmp_path):
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "f.csv").write_bytes(served.content(40))
    glob = f"file://{inbox}/*.csv"
    assert fetch(served.experiment(fetch=(glob,)), today="2021-05-18").code == 0
    (inbox / "f.csv").write_bytes(served.content(41))
    assert served.publish(today="2021-06-18", fetch=(glob,)).folder.name == "2021-06-18"
    shutil.rmtree(inbox)
    gone = fetch(served.experiment(fetch=(glob,)), today="2021-06-19")
    assert gone.code == 4 and "there is no folder" in gone.text


@pytest.mark.slow
def test_an_official_file_that_changes_on_the_day_it_was_fetched_waits_for_the_next(tmp_path, obs):
    place = tmp_path / "in.csv"
    exp = fc.load_experiment("monthly", "publish=official")
    places = {name: str(tmp_path / name) for name in ("archive", "figures", "site")}
    exp = replace(exp, publish=replace(exp.publish, fetch=(place.as_uri(),), **places))
    september = pd.Period("2026-09", "M")
    for count, day, code in ((8100, "2026-10-18", 0), (8101, "2026-10-18", 4), (8101, "2026-10-19", 0)):
        place.write_text(official(obs, september, {september: count}))
        made = fetch(exp, today=day)
        assert made.code == code, made
        assert ("tomorrow it is read as a revision" in made.text) == (code == 4)
    table = load_observations(tmp_path / "figures").actuals("southwest.usbp")
    assert table.loc[september] == 8101


def test_a_pattern_of_files_may_hold_the_month(served, tmp_path):
    pattern = f"file://{tmp_path}/in/{{out_year}}/*-{{month}}.csv"
    for months, day in ((40, "2021-05-18"), (41, "2021-06-18")):
        folder = tmp_path / "in" / day[:4]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"counted-{served.path(months)[-6:]}").write_bytes(served.content(months))
        assert fetch(served.experiment(fetch=(pattern,)), today=day).code == 0
        assert fetch(served.experiment(fetch=(pattern,)), today=day).code == 3
    assert rows(served, "2021-05") == [("2021-06-18", *rows(served, "2021-05")[0][1:])]


@pytest.mark.slow
def test_an_issue_can_wait_for_a_person(served):
    served.serve(40)
    staged = served.round("2021-05-18", hold=True)
    assert staged.code == 0 and (staged.folder / "index.html").is_file() and "--release" in staged.text
    assert not (served.site / "reports").exists() and Archive(served.archive).runs().empty
    assert served.round("2021-05-19", hold=True).code == 3
    before = state(served)
    assert "would publish" in served.round("2021-05-20", hold=True, release=True, dry_run=True).text
    assert state(served) == before
    released = served.round("2021-05-20", hold=True, release=True)
    assert released.code == 0 and released.folder == served.site / "reports" / "2021-05-18"
    assert not staged.folder.exists()
    assert served.round("2021-05-20", hold=True, release=True).code == 3


@pytest.mark.slow
def test_only_what_a_person_looked_at_is_released(served):
    nothing = served.round("2021-05-18", hold=True, release=True)
    assert nothing.code in (2, 4) and not (served.site / "reports").exists()
    served.serve(40)
    staged = served.round("2021-05-18", hold=True)
    # a newer month is out at the address: it is neither fetched nor published
    served.serve(41)
    released = served.round("2021-06-18", hold=True, release=True)
    assert released.code == 0 and released.folder.name == staged.folder.name == "2021-05-18"
    # a copy that is not what the round makes now
    served.round("2021-06-19", hold=True)
    looked_at = next((served.archive.parent / f"{served.archive.name}.staged" / "e").iterdir())
    (looked_at / "forecasts.csv").write_text("other")
    before = len(Archive(served.archive).runs())
    changed = served.round("2021-06-19", hold=True, release=True)
    assert changed.code == 4 and "have changed since it was staged" in changed.text, changed
    assert len(Archive(served.archive).runs()) == before and not looked_at.exists()
    assert not (served.site / ".incoming").exists()
    # another one was fetched after the issue was staged
    waiting = served.round("2021-06-19", hold=True)
    assert fetch(served.experiment(hold=True), today="2021-06-19").code == 3
    served.serve(42)
    assert fetch(served.experiment(hold=True), today="2021-07-18").code == 0
    refused = served.round("2021-07-19", hold=True, release=True)
    assert refused.code == 4 and f"{waiting.folder.name} waits" in refused.text, refused
    assert [p.name for p in (served.site / "reports").iterdir()] == ["2021-05-18"]


def test_a_wrong_target_is_told(served):
    exp = served.experiment()
    one = served.where / "one.csv"
    one.write_bytes(served.content(40))
    assert fetch(replace(exp, data=replace(exp.data, path=str(one)))).code == 2
    assert fetch(replace(exp, publish=replace(exp.publish, fetch=()))).code == 2
    nothing = fetch(exp, today="2021-05-18")
    assert nothing.code == 4 and "no file was found" in nothing.text


@pytest.mark.slow
def test_an_official_file_continues_the_figures_of_the_package(tmp_path, obs):
    exp = fc.load_experiment("monthly", "publish=official")
    pattern = f"file://{tmp_path}/in/{{out_year}}-{{out_month}}/sbo-encounters-fy{{fy}}-fy{{fy2}}-{{month_name}}.csv"
    words = {"archive": "a.sqlite", "figures": "figures", "site": "site"}
    spec = replace(exp.publish, fetch=(pattern,), **{k: str(tmp_path / v) for k, v in words.items()})
    exp = replace(exp, publish=spec)
    september, october = pd.Period("2026-09", "M"), pd.Period("2026-10", "M")
    new = {september: 8100, october: 8300}
    place = tmp_path / "in" / "2026-11"
    place.mkdir(parents=True)
    (place / "sbo-encounters-fy24-fy27-oct.csv").write_text(official(obs, october, new))
    made = fetch(exp, today="2026-11-18")
    assert made.code == 0, made
    folder = load_observations(tmp_path / "figures")
    assert folder.actuals("southwest.usbp").tail(2).tolist() == [8100, 8300]
    last = folder.table[folder.table["series_id"] == "southwest.usbp"].tail(2)
    assert last["release_basis"].tolist() == ["assumed", "day"]
    assert str(last["released"].iloc[-1].date()) == "2026-11-18"
    before = obs.actuals("southwest.usbp")
    assert folder.actuals("southwest.usbp").loc[: before.index[-1]].equals(before)
    assert fetch(exp, today="2026-11-19").code == 3
    # a correction under the same address is public from the day on which it was fetched
    new[september] = 8150
    (place / "sbo-encounters-fy24-fy27-oct.csv").write_text(official(obs, october, new))
    assert fetch(exp, today="2026-11-25").code == 0
    revised = load_observations(tmp_path / "figures")
    assert revised.actuals("southwest.usbp", "first").loc[september] == 8100
    assert revised.actuals("southwest.usbp").loc[september] == 8150
