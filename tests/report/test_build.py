"""The page as a whole, and its files: complete or absent, the same in every run, every number to be found again."""

import base64
import gzip
import hashlib
import html
import io
import json
import re
import stat
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.report import build, pages
from forecast.report import format as w
from forecast.report.sections import top
from page_words import sentences
from report_fixture import STATES, brief, files, make_run, report, report_of, state
from words_helpers import forbidden_words

SECTIONS = ["next", "changed", "sure", "effects", "known", "past", "figures", "method"]
PAGES = ("index.html", "evidence.html")


def text_of(name="plain", page="index.html"):
    """Return what a reader sees of a page, without markup."""
    source = files(name)[page].decode()
    source = re.sub(r"<(style|script)[^>]*>.*?</\1>", " ", source, flags=re.S)
    source = re.sub(r"<svg.*?</svg>", " ", source, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", source)))


def table(name, file="plain"):
    data = files(file)[name]
    return pd.read_csv(io.BytesIO(gzip.decompress(data) if name.endswith(".gz") else data))


# --------------------------------------------------------------------------- the page


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", STATES)
def test_every_state_has_two_pages_that_are_whole(name, page):
    source = files(name)[page].decode()
    assert source.startswith("<!doctype html>") and source.rstrip().endswith("</html>")
    assert source.count("<h1>") == 1 and source.count("<main") == 1
    ids = re.findall(r'\bid="([^"]+)"', source)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', source):
        assert target in ids
    for bad in ("NaN", "nan ", ">nan<", "None ", "NaT", "{{", "}}", "Undefined"):
        told = re.sub("None (of|beyond)", "", text_of(name, page))
        assert bad not in told, bad


@pytest.mark.parametrize("name", STATES)
def test_anchors_between_the_two_files_lead_somewhere(name):
    there = set(re.findall(r'\bid="([^"]+)"', files(name)["evidence.html"].decode()))
    source = files(name)["index.html"].decode()
    for target in re.findall(r'href="evidence.html#([^"]+)"', source):
        assert target in there, target


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", STATES)
def test_pages_ask_nobody_and_are_small(name, page):
    source = files(name)[page].decode()
    assert len(source.encode()) <= (400_000 if page == "index.html" else 1_000_000)
    bare = re.sub(
        r'<script type="application/ld.json">.*?</script>|http-equiv="Content-Security-Policy"', "", source
    )
    assert "http" not in bare
    assert not re.search(r'(?<![\w-])style="', source)
    assert "src=" not in source and "@import" not in source and "url(http" not in source
    for link in re.findall(r'href="([^"#]+)" download', source):
        assert link in files(name), link


def test_the_page_that_is_read_hides_nothing():
    for name in STATES:
        source = files(name)["index.html"].decode()
        for tag in ("<details", "<input", "<button", "tabindex", 'role="region"'):
            assert tag not in source, (name, tag)


def test_policy_names_the_style_by_its_hash_and_allows_no_script():
    source = files("plain")["index.html"].decode()
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', source)[1])
    inner = re.search(r"<style>(.*?)</style>", source, flags=re.S)[1]
    digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src" not in policy
    assert f"style-src 'sha256-{digest}'" in policy


def test_sections_stand_in_their_order():
    for name in STATES:
        found = re.findall(r'<section id="(\w+)">', files(name)["index.html"].decode())
        assert found == [one for one in SECTIONS if one in found]
    assert found[-2:] == ["figures", "method"]
    found = re.findall(r'<section id="(\w+)">', files("causes")["index.html"].decode())
    assert found == SECTIONS


def test_words_from_tables_cannot_become_markup():
    run = make_run(start="2024-01")
    events = run.events.assign(name="<script>alert(1)</script>")
    series = run.series.assign(label='"><img src=x>')
    broken = replace(run, events=events, series=series)
    source = build.report_files(broken, png=False)["index.html"].decode()
    assert "<script>alert" not in source and "<img" not in source


# --------------------------------------------------------------------------- numbers


def test_numbers_of_the_pages_are_found_in_json_and_csv():
    said, proof, told = text_of(), text_of(page="evidence.html"), json.loads(files("plain")["report.json"])
    forecasts = table("forecasts.csv").query("model == 'short' and knowledge == 'none'")
    level = {round(row.level, 3): row.value for row in forecasts.query("horizon == 1").itertuples()}
    observed = table("observations.csv").set_index("month")["value"]
    scores = table("scores.csv").query("model == 'short' and scale == 'log' and knowledge == 'none'")
    later = forecasts.query("horizon == 12").set_index("level")["value"]
    skill = scores.query("horizon == 1 and era == 'all' and metric == 'wis'").iloc[0]["skill"]
    with w.rounding(level[0.9] - level[0.1]):
        spans = w.span(level[0.1], level[0.9]), w.span(later[0.1], later[0.9])
        wide, middle = w.span(level[0.025], level[0.975]), w.rounded(level[0.5])
    for text in (
        f"is put at {middle} (8 in 10: {spans[0]})",
        spans[1],
        w.count(observed.max()),
        w.chance(
            1 - np.interp(observed["2025-09"], *zip(*sorted((v, k) for k, v in level.items()), strict=True))
        ),
    ):
        assert text in said, text
    for text in (wide, w.skill(skill)):
        assert text in proof, text
    assert told["numbers"]["forecast"][0]["middle"] == pytest.approx(level[0.5], rel=1e-9)
    assert told["numbers"]["last"]["value"] == observed["2026-08"]


def every_number(text):
    return set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))


@pytest.mark.parametrize("name", ["plain", "causes", "as_of_2024", "far_refused", "sectors"])
def test_every_number_of_both_pages_is_in_report_json(name):
    told = json.dumps(json.loads(files(name)["report.json"]), ensure_ascii=False)
    for page in PAGES:
        assert {number for number in every_number(text_of(name, page)) if number not in told} == set()


def test_every_sentence_is_in_report_json_with_its_values():
    told = json.loads(files("causes")["report.json"])
    assert told["schema"] == build.SCHEMA == 2
    said = {one["id"]: one for one in told["sentences"]}
    assert said["top.h1"]["text"] == told["index"]["h1"]
    assert said["top.level"]["values"]["level"]["months"] == 6
    assert said["effects.find"]["values"]["lead"]["raw"] < 0
    assert all(one["id"].count(".") == 1 for one in told["sentences"])


def test_markdown_and_page_say_the_same_sentences():
    said, text = text_of("causes"), files("causes")["report.md"].decode()
    page = json.loads(files("causes")["report.json"])["index"]
    assert text.startswith(f"# {page['h1']}\n")
    for sentence in (page["h1"], page["standfirst"], *(s["find"] for s in page["sections"] if s["find"])):
        assert sentence in said and sentence in text
    for chart in (page["lead"], *(b for s in page["sections"] for b in s["blocks"] if "subtitle" in b)):
        assert chart["title"] in said and chart["note"] in text


# --------------------------------------------------------------------------- states


def test_a_refused_range_is_said_in_headline_table_and_file():
    assert "No 8-in-10 range is given: it needs 4 past misses and there are 3." in text_of("refused")
    assert "refused: 3 of 4 errors" in text_of("refused", "evidence.html")
    levels = set(table("forecasts.csv", "refused")["level"])
    assert not levels & {0.1, 0.9, 0.025, 0.975}


def test_no_forecast_is_said_and_nothing_is_invented():
    said = text_of("no_forecast")
    assert "There is no forecast this month; the latest count is 8,870, for August 2026" in said
    assert "There is no forecast in this report." in said
    assert "figures/forecast.svg" not in files("no_forecast")


def test_late_figures_move_the_next_count_and_raise_a_banner():
    said = text_of("late")
    assert "Late: September 2026 was due" in said
    assert "October’s count is put at" in said and "two months ahead" in said


def test_a_corrected_page_says_what_was_wrong():
    said = text_of("corrected")
    assert "Corrected on 2 October 2026. The report gave about" in said and "; it gives about" in said
    assert "The page as first published is kept at reports/2026-09-30/index.html" in said


@pytest.mark.slow
def test_outcomes_are_told_beside_the_forecast_and_feed_nothing():
    run = state("as_of_2024")
    blind = replace(run, afterwards=run.afterwards.iloc[:0])
    with_it, without = (
        json.loads(build.report_files(r, png=False, versions={})["report.json"])["index"]
        for r in (run, blind)
    )
    assert "What happened afterwards" in text_of("as_of_2024")
    for key in ("h1", "standfirst", "answers", "description", "masthead", "sections"):
        assert with_it[key] == without[key]


def test_a_brief_report_is_the_first_blocks_alone():
    made = build.report_files(brief("plain"), versions={"python": "3"}, durations={}, png=False)
    assert re.findall(r'<section id="(\w+)">', made["index.html"].decode()) == ["next"]
    assert "evidence.html" not in made and b'class="four"' in made["index.html"]
    assert b'href="evidence.html' not in made["index.html"]


def test_hindsight_never_stands_among_the_models():
    run = state("causes")
    rows = run.backtest[run.backtest["model"] == "arima"].assign(knowledge="hindsight")
    made = build.report_files(replace(run, backtest=pd.concat([run.backtest, rows])), png=False)
    told = json.loads(made["report.json"])
    models = next(s for s in told["evidence"]["sections"] if s["id"] == "models")
    assert "hindsight" not in json.dumps(models["blocks"][0]["rows"])
    assert "hindsight" not in json.dumps(told["index"]["sections"]).replace("What hindsight would", "")


def test_metadata_for_links_and_machines():
    source = files("plain")["index.html"].decode()
    assert '<meta property="og:title" content="About' in source and "og:image" not in source
    found = json.loads(re.search(r'<script type="application/ld.json">(.*?)</script>', source)[1])
    assert found["@type"] == "Dataset" and found["distribution"]["contentUrl"] == "forecasts.csv"
    run = state("plain")
    spec = replace(run.experiment, publish=replace(run.experiment.publish, url="https://x.org/f/"))
    made = build.report_files(replace(run, experiment=spec), png=True)
    source = made["index.html"].decode()
    address = re.search(r'rel="canonical" href="([^"]+)"', source)[1]
    assert address.startswith("https://x.org/f/")
    assert f'property="og:image" content="{address}figures/card.png"' in source and "figures/card.png" in made


# --------------------------------------------------------------------------- words


@pytest.mark.parametrize("name", STATES)
def test_no_forbidden_word_in_any_sentence_of_any_state(name):
    r = report_of(name)
    events, breaks = r.run.events, r.run.breaks
    names = [c for c in ("name", "label", "short_label") if c in events]
    exempt = [text for column in names for text in events[column].astype(str)]
    exempt += [
        s for text in breaks["what_changed"].astype(str) for s in (text, *re.split(r"(?<=[.;]) ", text))
    ]
    for page in (pages.index_page(r), pages.evidence_page(r, pages.tables_of(r))):
        for sentence in sentences(page):
            assert forbidden_words(sentence, exempt) == [], sentence
            assert "  " not in sentence and " ." not in sentence.replace(" …", ""), sentence


# --------------------------------------------------------------------------- files

EXPECTED = {f"{name}.csv" for name in pages.CSV_FILES} | {
    "index.html",
    "evidence.html",
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


@pytest.mark.slow
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


def test_command_and_settings_are_printed():
    assert "forecast experiment=fixture" in text_of(page="evidence.html")
    made = build.report_files(
        make_run(start="2025-06"), "forecast experiment=mine as_of=2026-09-30", png=False
    )
    assert b"forecast experiment=mine as_of=2026-09-30" in made["evidence.html"]
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
    r = report(random_run(seed))
    page, row = pages.index_page(r), r.view.numbers(1)
    level = top.level(r)
    assert f"About {w.count(level.middle)} " in page.h1
    low, high = r.ends(row)
    assert f"{w.count(r.number(row.middle))} (8 in 10: {w.count(low)} to {w.count(high)})" in page.standfirst
    before = r.view.value(row.month - 12)
    inside = low <= before <= high
    assert ("the direction is open" in page.standfirst) == inside
    if not inside:
        assert ("above a year before" in page.standfirst) == (before < r.number(row.middle))
    names = [c for c in ("name", "label", "short_label") if c in r.run.events]
    exempt = [text for column in names for text in r.run.events[column].astype(str)]
    exempt += r.run.breaks["what_changed"].astype(str).tolist()
    for sentence in sentences(page):
        bare = list(forbidden_words(sentence, exempt))
        assert bare == [] and "nan" not in sentence.lower().split(), sentence


@pytest.mark.parametrize("seed", range(4))
def test_random_runs_say_what_their_numbers_say(seed):
    check_random(seed)


@pytest.mark.proof
def test_two_hundred_random_runs_say_what_their_numbers_say():
    for seed in range(4, 204):
        check_random(seed)
