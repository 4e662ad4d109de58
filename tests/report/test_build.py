"""The page as a whole, and its files: complete or absent, the same in every run, every number to be found again."""

import base64
import gzip
import hashlib
import html
import io
import json
import os
import re
import stat
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ForecastError
from forecast.report import blocks, build, view
from forecast.report import format as w
from forecast.report.figures.renderer import Studio
from report_fixture import STATES, files, make_run, state
from words_helpers import forbidden_words

SECTIONS = [
    "next",
    "afterwards",
    "changed",
    "past",
    "sure",
    "effects",
    "known",
    "if",
    "models",
    "data",
    "how",
    "get",
]


def text_of(name="plain"):
    """Return what a reader sees of a page, without markup."""
    source = files(name)["index.html"].decode()
    source = re.sub(r"<(style|script)>.*?</\1>", " ", source, flags=re.S)
    source = re.sub(r"<svg.*?</svg>", " ", source, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", source)))


def table(name, file="plain"):
    data = files(file)[name]
    return pd.read_csv(io.BytesIO(gzip.decompress(data) if name.endswith(".gz") else data))


# --------------------------------------------------------------------------- the page


@pytest.mark.parametrize("name", STATES)
def test_every_state_has_a_page_that_is_whole(name):
    source = files(name)["index.html"].decode()
    assert source.startswith("<!doctype html>") and source.rstrip().endswith("</html>")
    assert source.count("<h1>") == 1 and source.count("<main") == 1
    ids = re.findall(r'\bid="([^"]+)"', source)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', source):
        assert target in ids
    for bad in ("NaN", "nan ", ">nan<", "None", "NaT", "{{", "}}"):
        assert bad not in text_of(name), bad


@pytest.mark.parametrize("name", STATES)
def test_page_asks_nobody_and_is_small(name):
    source = files(name)["index.html"].decode()
    assert len(source.encode()) <= 400_000
    assert "http" not in re.sub(r'http-equiv="Content-Security-Policy"', "", source)
    assert not re.search(r'(?<![\w-])style="', source)
    assert "src=" not in source and "@import" not in source and "url(http" not in source
    for link in re.findall(r'href="([^"#]+)" download', source):
        assert link in files(name), link


def test_policy_names_script_and_style_by_their_hashes():
    source = files("plain")["index.html"].decode()
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', source)[1])
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("style", "script"):
        inner = re.search(rf"<{tag}>(.*?)</{tag}>", source, flags=re.S)[1]
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_script_is_small_and_plain():
    assert len(build.script().encode()) <= 2048
    assert "eval" not in build.script() and "innerHTML" not in build.script()


def test_sections_stand_in_their_order():
    source = files("causes")["index.html"].decode()
    found = re.findall(r'<section id="(\w+)">', source)
    assert found == [name for name in SECTIONS if name in found]
    assert {
        "next",
        "changed",
        "past",
        "sure",
        "effects",
        "known",
        "if",
        "models",
        "data",
        "how",
        "get",
    } <= set(found)
    assert "if" not in re.findall(r'<section id="(\w+)">', files("plain")["index.html"].decode())


def test_words_from_tables_cannot_become_markup():
    run = make_run(start="2024-01")
    events = run.events.assign(name="<script>alert(1)</script>")
    series = run.series.assign(label='"><img src=x>')
    broken = replace(run, events=events, series=series)
    source = build.report_files(broken, png=False)["index.html"].decode()
    assert "<script>alert" not in source and "<img" not in source


# --------------------------------------------------------------------------- numbers


def test_ten_numbers_of_the_page_are_found_in_json_and_csv():
    said, told = text_of("plain"), files("plain")["report.json"].decode()
    plain = json.loads(told)
    forecasts = table("forecasts.csv").query("model == 'short' and knowledge == 'none'")
    level = {round(row.level, 3): row.value for row in forecasts.query("horizon == 1").itertuples()}
    observed = table("observations.csv").set_index("month")["value"]
    scores = table("scores.csv").query("model == 'short' and scale == 'log' and knowledge == 'none'")
    held = table("calibration.csv").query("model == 'short' and horizon == 1 and nominal == 0.8").iloc[0]
    record = table("track_record.csv").query("month == '2026-08' and horizon == 1").iloc[-1]
    later = forecasts.query("horizon == 12").set_index("level")["value"]

    def skill(horizon, era):
        row = scores.query("horizon == @horizon and era == @era and metric == 'wis'").iloc[0]
        return w.skill(row["skill"])

    miss = scores.query("horizon == 1 and era == 'all' and metric == 'median_error'")["value"].iloc[0]
    numbers = {
        "headline": f"About {w.rounded(level[0.5])} Border Patrol encounters",
        "range": w.span(level[0.1], level[0.9]),
        "95% range": w.span(level[0.025], level[0.975]),
        "latest": w.count(observed["2026-08"]),
        "on the month before": f"{w.change(observed['2026-08'], observed['2026-07'])} on July",
        "on the year before": f"{w.change(observed['2026-08'], observed['2025-08'])} on Aug 2025",
        "held": f"{w.hits(held['covered'] * held['n'], held['n'])} months",
        "skill": skill(1, "all"),
        "skill since": skill(6, "2025-"),
        "miss": w.percent(np.expm1(miss)),
        "replayed": w.rounded(record["middle"]),
        "a year ahead": w.span(later[0.1], later[0.9]),
        "record": w.count(observed.max()),
    }
    assert len(numbers) >= 10
    for name, text in numbers.items():
        assert text in said, name
        assert text in html.unescape(told.encode().decode("unicode_escape") if "\\u" in told else told), name
    assert plain["numbers"]["headline"]["middle"] == pytest.approx(level[0.5], rel=1e-9)
    assert plain["numbers"]["last"]["value"] == observed["2026-08"]


def test_chance_in_the_table_is_that_of_the_quantiles():
    rows = (
        table("forecasts.csv")
        .query("model == 'short' and knowledge == 'none' and horizon == 1")
        .sort_values("level")
    )
    before = table("observations.csv").set_index("month")["value"]["2025-09"]
    inside = np.interp(before, rows["value"], rows["level"])
    assert f"chance of a higher count than last year at about {w.chance(1 - inside)}" in text_of()


def every_number(text):
    return set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))


@pytest.mark.parametrize("name", ["plain", "causes", "as_of_2024", "far_refused", "sectors"])
def test_every_number_of_the_page_is_in_report_json(name):
    told = json.dumps(json.loads(files(name)["report.json"]), ensure_ascii=False)
    missing = {number for number in every_number(text_of(name)) if number not in told}
    # the page numbers nothing but list markers; everything else must be in the file
    assert missing == set()


def test_markdown_and_page_say_the_same_sentences():
    said = text_of("causes")
    text = files("causes")["report.md"].decode()
    plain = json.loads(files("causes")["report.json"])
    assert text.startswith(f"# {plain['h1']}\n")
    for sentence in (plain["h1"], plain["standfirst"], *(s["find"] for s in plain["sections"] if s["find"])):
        assert sentence in said and sentence in text
    for chart in (
        plain["lead"],
        *(b for s in plain["sections"] for b in s["blocks"] if isinstance(b, dict) and "subtitle" in b),
    ):
        assert chart["title"] in said and chart["note"] in text


# --------------------------------------------------------------------------- states


def test_a_refused_range_is_said_in_headline_table_and_file():
    said = text_of("refused")
    assert "No 80% range is given: it would need 4 independent past misses and there are 3." in said
    assert "refused: 3 of 4 errors" in said and "would need 4 past misses and only 3 exist" in said
    levels = set(table("forecasts.csv", "refused")["level"])
    assert not levels & {0.1, 0.9, 0.025, 0.975}


def test_a_band_that_stops_is_explained():
    assert "The 80% range stops where too few past misses support it." in text_of("far_refused")
    assert "no 80% range from here" in files("far_refused")["figures/forecast.svg"].decode()


def test_no_forecast_is_said_and_nothing_is_invented():
    said = text_of("no_forecast")
    assert "There is no forecast this month; the latest count is 8,870, for August 2026" in said
    assert "There is no forecast in this report." in said
    assert "figures/forecast.svg" not in files("no_forecast")


def test_late_figures_move_the_headline_and_raise_a_banner():
    said = text_of("late")
    assert "Late: the September count was due and is not in" in said
    assert "are forecast for October 2026" in said and "two months ahead" in said


def test_a_corrected_page_says_what_was_wrong_above_the_headline():
    said = text_of("corrected")
    assert "Corrected on 2 October 2026. The report gave about" in said and "; it gives about" in said
    assert "The page as first published is kept at reports/2026-09-30/index.html" in said
    assert said.index("Corrected on") < said.index("are forecast for September 2026")


def test_afterwards_is_told_beside_the_forecast_and_feeds_nothing():
    run = state("as_of_2024")
    blind = replace(run, afterwards=run.afterwards.iloc[:0])
    with_it, without = (
        json.loads(build.report_files(r, png=False, versions={})["report.json"]) for r in (run, blind)
    )
    assert "What happened afterwards" in text_of("as_of_2024")
    for key in ("h1", "standfirst", "facts", "description", "status"):
        assert with_it[key] == without[key]
    kept = [s for s in with_it["sections"] if s["id"] not in ("afterwards", "get")]
    assert [s for s in without["sections"] if s["id"] != "get"] == kept


def test_replayed_and_published_are_two_charts():
    names = set(files("published"))
    assert {"figures/published-record.svg", "figures/track-record.svg"} <= names
    assert "No earlier forecast has been published yet" in text_of("plain")
    assert "No earlier forecast has been published yet" not in text_of("published")
    assert "Last issue’s forecast for Aug" in text_of("published") and "Replayed forecast for Aug" in text_of(
        "plain"
    )
    assert set(table("track_record.csv", "published")["kind"]) == {"published"}


def test_several_series_have_small_multiples_and_a_table():
    said = text_of("sectors")
    assert "Every series, April 2024" in said and "Del Rio sector" in said
    assert "figures/series.svg" in files("sectors")


def test_hindsight_is_labelled_wherever_it_stands():
    run = state("causes")
    rows = run.backtest[run.backtest["model"] == "arima"].assign(knowledge="hindsight")
    run = replace(run, backtest=pd.concat([run.backtest, rows]))
    made = build.report_files(run, png=False)
    plain = json.loads(made["report.json"])
    models = next(s for s in plain["sections"] if s["id"] == "models")
    assert "hindsight" not in json.dumps(models["blocks"][0]["rows"])
    known = next(s for s in plain["sections"] if s["id"] == "known")
    assert "hindsight" in json.dumps(known)
    assert "hindsight" in made["figures/would-we-have-known.svg"].decode()


# --------------------------------------------------------------------------- words


@pytest.mark.parametrize("name", STATES)
def test_no_forbidden_word_in_any_sentence_of_any_state(name):
    run = state(name)
    made, _ = build.build_page(run, Studio(png=False))
    exempt = (
        [*run.events["name"].astype(str), *run.breaks["what_changed"].astype(str)] if len(run.events) else []
    )
    exempt += (
        [s for text in run.breaks["what_changed"].astype(str) for s in re.split(r"(?<=[.;]) ", text)]
        if len(run.breaks)
        else []
    )
    for sentence in blocks.sentences(made):
        assert forbidden_words(sentence, exempt) == [], sentence
        assert "  " not in sentence and " ." not in sentence.replace(" …", ""), sentence


# --------------------------------------------------------------------------- files

EXPECTED = {f"{name}.csv" for name in build.CSV_FILES} | {
    "index.html",
    "report.md",
    "report.json",
    "backtest.csv.gz",
    "experiment.yaml",
    "manifest.json",
}


def test_all_files_are_there_and_empty_tables_have_their_header():
    assert {name for name in files("plain") if not name.startswith("figures/")} == EXPECTED
    assert files("plain")["changes.csv"] == b"step,forecast,change,why,month,number,text\n"
    assert files("plain")["effects.csv"].startswith(b"series_id,model,event,group,level,estimate")


def test_same_run_gives_the_same_bytes_but_for_the_manifest():
    again = build.report_files(state("causes"), versions={"python": "3"}, durations={"x": 1.0}, png=False)
    for name, data in files("causes").items():
        if name != "manifest.json":
            assert data == again[name], name
    manifest = json.loads(again["manifest.json"])
    assert manifest["files"]["index.html"] == hashlib.sha256(again["index.html"]).hexdigest()
    assert manifest["durations"] == {"x": 1.0} and "manifest.json" not in manifest["files"]


def test_files_have_months_and_iso_dates():
    first = files("plain")["forecasts.csv"].decode().splitlines()[1].split(",")
    assert first[2] == "2026-09-30" and first[3] == "2026-09"
    assert gzip.decompress(files("plain")["backtest.csv.gz"]).startswith(
        b"model,series_id,origin,month,horizon"
    )
    assert files("plain")["backtest.csv.gz"][4:8] == b"\0\0\0\0"


def test_report_is_written_as_a_whole_and_replaced_as_a_whole(tmp_path):
    run = make_run(start="2025-01")
    folder = tmp_path / "a" / "report"
    assert build.write_report(run, folder, png=True) == folder
    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert names >= EXPECTED and "figures/forecast.png" in names
    assert (folder / "figures" / "forecast.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    build.write_report(run, folder, png=False)
    assert not (folder / "figures" / "forecast.png").exists()
    assert [p.name for p in folder.parent.iterdir()] == ["report"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


OLD = {"index.html": b"old", "manifest.json": b'{"experiment": "x", "files": {"index.html": ""}}'}
NEW = {**OLD, "index.html": b"new"}


def test_files_that_are_not_ours_stay_and_what_is_ours_is_replaced(tmp_path):
    folder, outside = tmp_path / "report", tmp_path / "outside.txt"
    build.put_in_place(
        {
            **OLD,
            "figures/a.png": b"a",
            "manifest.json": OLD["manifest.json"].replace(b'"index', b'"figures/a.png": "", "index'),
        },
        folder,
    )
    outside.write_text("outside")
    (folder / "notes.txt").write_text("mine")
    (folder / "figures" / "mine.png").write_bytes(b"mine")
    (folder / "figures" / "link").symlink_to(outside)
    (folder / "deep").symlink_to(tmp_path)
    others = ["deep", "figures/link", "figures/mine.png", "notes.txt"]
    assert build.others_in(folder) == others
    build.put_in_place(NEW, folder)
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_symlink() or p.is_file()}
    assert found == {*NEW, *others}
    assert (folder / "index.html").read_bytes() == b"new" and (folder / "notes.txt").read_text() == "mine"
    assert (folder / "figures" / "link").readlink() == outside and (folder / "deep").readlink() == tmp_path
    assert build.others_in(folder) == others


def test_a_file_of_a_user_is_never_replaced_by_one_of_the_report(tmp_path):
    folder = tmp_path / "report"
    build.put_in_place(OLD, folder)
    (folder / "report.pdf").write_text("mine")
    with pytest.raises(ForecastError, match=r"report\.pdf: is not of the report that stands there"):
        build.put_in_place({**NEW, "report.pdf": b"new"}, folder)
    assert (folder / "report.pdf").read_text() == "mine" and (folder / "index.html").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


MANIFESTS = [None, "", "[]", "{", '{"files": []}', '{"files": {"notes.txt": ""}}', "[" * 100_000]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=range(len(MANIFESTS)))
def test_a_folder_that_is_no_report_is_named_and_never_replaced(tmp_path, manifest):
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    with pytest.raises(ForecastError, match=r"no report's folder .* notes\.txt"):
        build.put_in_place(NEW, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["Documents"]


def test_names_in_a_hostile_manifest_are_compared_and_never_followed(tmp_path):
    folder, outside = tmp_path / "report", tmp_path / "outside.txt"
    outside.write_text("outside")
    names = {"../outside.txt": "", str(outside): "", "index.html": "", "..": "", "": ""}
    hostile = {**OLD, "manifest.json": json.dumps({"experiment": "x", "files": names}).encode()}
    build.put_in_place(hostile, folder)
    build.put_in_place(NEW, folder)
    assert outside.read_text() == "outside" and (folder / "index.html").read_bytes() == b"new"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "report").mkdir()
    build.put_in_place(NEW, tmp_path / "report")
    assert (tmp_path / "report" / "index.html").read_bytes() == b"new"


def test_an_interrupted_report_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    build.put_in_place(OLD, folder)

    def stop(self, data):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.write_bytes", stop)
    with pytest.raises(KeyboardInterrupt):
        build.put_in_place({"index.html": b"new"}, folder)
    monkeypatch.undo()
    assert (folder / "index.html").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


def test_an_interrupt_between_the_renames_brings_the_old_report_back(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    build.put_in_place(OLD, folder)
    real = os.rename
    calls = []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(self, target)

    monkeypatch.setattr("pathlib.Path.replace", second_fails)
    with pytest.raises(KeyboardInterrupt):
        build.put_in_place({"index.html": b"new"}, folder)
    assert (folder / "index.html").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("number", "words"),
    [(13, "is read-only"), (30, "is read-only"), (28, "no space left"), (5, "cannot be written to")],
)
def test_trouble_with_the_disk_is_told_in_words(tmp_path, monkeypatch, number, words):
    def fail(self, data):
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(ForecastError, match=words):
        build.put_in_place({"index.html": b"x"}, tmp_path / "report")
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_an_error(tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(ForecastError, match="is a file, not a folder"):
        build.put_in_place({"index.html": b"x"}, tmp_path / "report")
    assert (tmp_path / "report").read_text() == "mine"


def test_command_and_settings_are_printed():
    assert "forecast experiment=fixture" in text_of()
    made = build.report_files(
        make_run(start="2025-06"), "forecast experiment=mine as_of=2026-09-30", png=False
    )
    assert b"forecast experiment=mine as_of=2026-09-30" in made["index.html"]
    assert b"parallel" not in made["experiment.yaml"] and b"headline: short" in made["experiment.yaml"]


# --------------------------------------------------------------------------- random runs


def random_run(seed):
    """Return a run whose forecasts are moved at random, so that other branches of the sentences are taken."""
    rng = np.random.default_rng(seed)
    run = make_run(("2026-09-30", "2024-05-07")[seed % 2], start="2023-01")
    grow = np.exp(rng.normal(0, 0.8) + rng.normal(0, 0.4) * run.forecasts["horizon"] / 12)
    wide = np.exp(rng.normal(0, 1))
    middle = run.forecasts.groupby(["model", "knowledge", "horizon"])["value"].transform("median")
    value = middle * grow * (run.forecasts["value"] / middle) ** wide
    calibration = run.calibration.assign(covered=rng.uniform(0, 1, len(run.calibration)).round(2))
    scores = run.scores.assign(skill=rng.normal(0, 0.3, len(run.scores)))
    counts = run.observations.copy()
    counts["value"] = np.maximum(
        1, np.round(counts["value"] * np.exp(rng.normal(0, rng.uniform(0, 0.8), len(counts))))
    )
    return replace(
        run,
        forecasts=run.forecasts.assign(value=value),
        calibration=calibration,
        scores=scores,
        observations=counts,
    )


def check_random(seed):
    run = random_run(seed)
    made, _ = build.build_page(run, Studio(png=False))
    seen = view.view(run, "southwest.usbp")
    row = seen.numbers(1)
    assert f"About {w.rounded(row.middle)} " in made.h1 and w.span(row.lower_80, row.upper_80) in made.h1
    held = view.held_at(view.coverage(run, "southwest.usbp"), 1, 0.8)
    assert ("the 80% range is" in made.h1) == held.fair
    before = seen.value(row.month - 12)
    inside = row.lower_80 <= before <= row.upper_80
    assert ("the direction is open" in made.standfirst) == inside
    if not inside:
        assert ("a higher count" in made.standfirst) == (before < row.lower_80)
    exempt = [*run.events["name"].astype(str), *run.breaks["what_changed"].astype(str)]
    for sentence in blocks.sentences(made):
        bare = list(forbidden_words(sentence, exempt))
        assert bare == [] and "nan" not in sentence.lower().split(), sentence


@pytest.mark.parametrize("seed", range(4))
def test_random_runs_say_what_their_numbers_say(seed):
    check_random(seed)


@pytest.mark.proof
def test_two_hundred_random_runs_say_what_their_numbers_say():
    for seed in range(4, 204):
        check_random(seed)
