"""The checker finds nothing on a true page, and each statement that was once wrong when it is planted again.

Lies are planted in templates and in tables of the run, as a change of the code would; the checker reads what
the report then writes. All lies in words stand in one report, all in tables in another: three reports are quick.
"""

import dataclasses
import functools
import re
import shutil

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.archive import track_record
from forecast.report import build, comparison, labels, prose, site, site_index
from forecast.report.figures.renderer import Studio
from report_fixture import state
from tests.checker import sites
from tests.checker.checker import CHECKS, Report, check, check_means
from tests.report.test_site_index import part

#: A run that is quick to make, with one joint effect and one group that has none.
WORDS = (
    "as_of=2024-10-25",  # the day of the latest release is not on record
    "model=[random_walk,drift]",
    "combination=none",
    "report.headline=drift",
    "backtest.start=2019-01",
    "events.effects=judged",
    "events.max_columns=6",
    "specification.effects=none",
)
#: What is planted in a template: which statement of the first edition, where, the true words, the lie, and where
#: the checker finds it.
LIES = (
    (
        "W1 name of the first member",
        "answers",
        "{{ row.label }} (",
        "{{ row.label[:30] }} (",
        "1",
        "answers.policy",
    ),
    (
        "W2 no raw change",
        "answers",
        "{{ row.raw|whole_percent }}{% if",
        "{% if",
        "2",
        "answers.policy",
    ),
    ("W8 a day not on record", "top", "day|day if by_day else", "day|day if day else", "8", "top.latest"),
    (
        "W12 the worth of knowing",
        "known",
        'gain.code == "smaller"',
        'gain.code == "never"',
        "15",
        "known.worth",
    ),
    ("W5 a chance against its row", "next", "else one.chance|chance", 'else "45%"', "7", "next.said"),
    (
        "W9 not testable is failed",
        "effects",
        '"not_testable": "not testable"',
        '"not_testable": "no"',
        "4",
        "tests",
    ),
    (
        "W11 a legend without a test",
        "effects",
        "lately: nor in the last ten years; ",
        "",
        "4",
        "effects.note",
    ),
    (
        "W15 newspaper idiom",
        "past",
        "below the highest on record",
        "below the highest since then",
        "10",
        "past",
    ),
    ("W16 interior arrests left out", "figures", "{% if part %}", "{% if false %}", "10", "figures.counted"),
    (
        "direction of what came",
        "top",
        'The count then {{ "fell"',
        'The count then {{ "rose"',
        "1",
        "top.after",
    ),
    (
        "words of the workshop",
        "sure",
        "What it cannot do",
        "What its likelihood cannot do",
        "words",
        "sections",
    ),
    (
        "W18 silent where it held least",
        "sure",
        "{{ worst.horizon|ahead|capital }} the range held {{ judged(worst) }}{% if first %}; {{ first.horizon|ahead }}, {{ judged(first) }}{% endif %}.",
        "{{ (first or worst).horizon|ahead|capital }} the range held {{ judged(first or worst) }}.",
        "5",
        "sure.find",
    ),
    (
        "W13 dates of one row for all",
        "proof_known",
        "mean miss was with the events",
        "mean miss was with the events, 49 dates",
        "11",
        "How much smaller",
    ),
)


@pytest.fixture(scope="module")
def run():
    made = fc.run(fc.load_experiment("quick", *WORDS))
    row = {
        "series_id": "southwest.usbp",
        "part": "southwest.usbp.at_large",
        "label": "At large",
        "share": 0.14,
    }
    row |= {"value": 1246.0, "whole": 8870.0, "month": pd.Period("2024-09", "M")}
    effects = made.effects.copy()
    effects.loc[effects["estimate"].notna(), "test_recent"] = "not_testable"
    tests = effects[["test_years", "test_recent", "test_models"]]
    effects["clear"] = tests["test_years"].eq("passed") & ~tests.eq("failed").any(
        axis=1
    )  # as the tests now say
    worth = [
        {"model": "drift", "series_id": "southwest.usbp", "coding": "rule", "horizon": h, "metric": metric}
        | {"none": 1.0, "at_origin": 1 - gain, "hindsight": 1 - gain, "n": 50 - h, "words": "smaller"}
        | {"gain": gain, "lower": gain - 0.03, "upper": gain + 0.03}
        | {"gain_hindsight": gain, "lower_hindsight": 0.0, "upper_hindsight": 0.1}
        for h in (1, 3, 6, 12)
        for metric, gain in (("mae", 0.06), ("median_error", 0.0))
    ]
    parts = pd.DataFrame([row], columns=list(made.parts.columns))
    return dataclasses.replace(made, knowledge=pd.DataFrame(worth), parts=parts, effects=effects)


def written(run, folder):
    """Write the report of a run, undrawn, and return what the checker finds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Studio, "chart", lambda self, draw, chart: chart)
        files = build.report_files(run, png=False)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return check(folder)


def found(problems, rule, where):
    return any(p.rule == rule and where in p.where for p in problems)


@pytest.fixture(scope="module")
def truth(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("true")
    return folder, written(run, folder)


def test_a_true_page_has_no_problem(truth):
    assert truth[1] == []


def test_the_two_pages_lead_to_anchors_and_files_that_exist(truth):
    folder, _ = truth
    pages = {name: (folder / name).read_text(encoding="utf-8") for name in ("index.html", "evidence.html")}
    ids = {name: set(re.findall(r'\sid="([^"]+)"', html)) for name, html in pages.items()}
    for name, html in pages.items():
        for link in re.findall(r'href="([^"]+)"', html):
            if link.startswith(("http", "mailto:", "data:")):
                continue
            path, _, anchor = link.partition("#")
            assert (folder / (path or name)).is_file() or path.endswith((".svg", ".png")), (name, link)
            assert not anchor or anchor in ids.get(path or name, {anchor}), (name, link)
    assert not re.search(
        r"<details|<input|role=.tab\b|<script(?! type=.application)", pages["index.html"]
    )  # nothing is hidden


def test_every_check_says_what_it_holds():
    assert all(one.__doc__ and one.__name__.startswith("check_") for one in CHECKS)


@pytest.fixture(scope="module")
def lies_in_words(run, tmp_path_factory):
    text = tmp_path_factory.mktemp("lies") / "text"
    shutil.copytree(prose.TEXT, text)
    for what, template, true, lie, *_ in LIES:
        file = text / "en" / f"{template}.j2"
        words = file.read_text(encoding="utf-8")
        assert true in words, (
            f"{what}: {template}.j2 has no {true!r}; plant the lie where the words stand now"
        )
        file.write_text(words.replace(true, lie), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prose, "TEXT", text)
        patch.setattr(prose, "_template", functools.cache(prose._template.__wrapped__))
        return written(run, tmp_path_factory.mktemp("words"))


@pytest.mark.parametrize(("rule", "where"), [lie[4:] for lie in LIES], ids=[lie[0] for lie in LIES])
def test_a_lie_in_the_words_is_found(lies_in_words, rule, where):
    assert found(lies_in_words, rule, where), "\n".join(map(str, lies_in_words))


@pytest.fixture(scope="module")
def lies_in_tables(run, tmp_path_factory):
    effects = run.effects.assign(clear=True)  # W10: firm, though a test fails
    effects["raw_change"] *= -1  # W2: the counts went the other way
    effects["test_years"] = "failed"
    told = effects.loc[effects["estimate"].notna(), "event"].unique()
    assert len(told) > 1, "the run of the checker needs two effects"
    effects.loc[effects["event"] == told[-1], ["estimate", "se"]] = -11.8, 1.97  # W3
    dated = run.first_released.copy()
    dated.loc[dated.index[dated["dated"]][:14], "dated"] = False  # W7: rows of the last vintage
    recent = run.recent.copy()
    recent.loc[recent["horizon"].isin([3, 6, 12]), "held"] = recent["n"]  # the flattering distance
    forecasts = run.forecasts.copy()
    far = forecasts["horizon"].eq(12) & forecasts["level"].gt(0.5)
    forecasts.loc[far, "value"] *= 1.5  # W19: paths that add up are wider than the rule that the page names
    changed = {
        "effects": effects,
        "forecasts": forecasts,
        "first_released": dated,
        "recent": recent,
        "revisions": run.revisions.assign(open=True),  # W6: by a status
        "series": run.series.assign(publisher=""),  # W17: a source by switch
    }

    def by_share(middle, actual):  # W4: what is too low never counts for more than 100 %
        return (middle - actual) / actual

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(track_record, "_log_errors", by_share)
        return written(dataclasses.replace(run, **changed), tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        pytest.param("2", "effects", id="W2 the counts went the other way"),
        pytest.param("3", "effects.csv", id="W3 an absurd estimate"),
        pytest.param("6", "sure.miss", id="W4 the worst miss by the share of the count"),
        pytest.param("9", "figures.revisions", id="W6 what may be revised by a status"),
        pytest.param("8", "figures.dated", id="W7 rows of a vintage counted as months"),
        pytest.param("4", "effects.title", id="W10 a firm effect that fails a test"),
        pytest.param("5", "sure.find", id="W14 the flattering distance, counted wrong"),
        pytest.param("10", "source", id="W17 a source by switch"),
        pytest.param("11", ".foot", id="W19 ranges that widen by another rule"),
    ],
)
def test_a_lie_in_a_table_is_found(lies_in_tables, rule, where):
    assert found(lies_in_tables, rule, where), "\n".join(map(str, lies_in_tables))


# --------------------------------------------------------------------------- one lie, one report


def test_w20_a_law_of_the_last_day_of_a_month_is_not_dated_by_the_month(monkeypatch, tmp_path):
    words = (
        "model=[random_walk,drift]",
        "combination=none",
        "report.headline=drift",
        "backtest.start=1980-01",
    )
    drivers = fc.run(fc.load_experiment("own_data", *words, "specification.effects=none"))
    true, lie = tmp_path / "true", tmp_path / "lie"
    assert not found(written(drivers, true), "1", "")
    monkeypatch.setattr(labels, "LATE_DAY", 32)
    assert found(written(drivers, lie), "1", "effects.label")


#: What a machine does not compute: figures, their releases, the calendar.
READ = ("observations", "first_released", "afterwards", "events", "series", "others", "early", "parts")


def rounded_otherwise(run):
    """Return a run as a machine with another last digit would have it."""
    tables = {}
    for name, table in vars(run).items():
        if isinstance(table, pd.DataFrame) and len(table) and name not in READ:
            numbers = table.select_dtypes("float").drop(columns=["level", "nominal"], errors="ignore")
            noise = pd.Series(np.linspace(-1e-13, 1e-13, len(table)), table.index)
            tables[name] = table.assign(**numbers.mul(1 + noise, axis=0))
    return dataclasses.replace(run, **tables)


def test_w21_a_month_chosen_by_the_largest_of_nearly_equal_numbers_is_found(run, monkeypatch, tmp_path):
    effects = run.effects.copy()
    effects.loc[effects["estimate"].notna(), "percent_upper"] = 50.0  # nearly equal on every machine
    run = dataclasses.replace(run, effects=effects)
    written(run, tmp_path / "here")
    written(rounded_otherwise(run), tmp_path / "there")
    assert list(sites.check_same_words(tmp_path / "here", tmp_path / "there")) == []
    text = tmp_path / "text"
    shutil.copytree(prose.TEXT, text)
    file = text / "en" / "effects.j2"
    words = file.read_text(encoding="utf-8")
    true = "Dot and interval chart."
    lie = f"{true} The largest: {{{{ (rows|sort(attribute='high'))[-1].label }}}}."
    assert true in words
    file.write_text(words.replace(true, lie), encoding="utf-8")
    monkeypatch.setattr(prose, "TEXT", text)
    monkeypatch.setattr(prose, "_template", functools.cache(prose._template.__wrapped__))
    written(run, tmp_path / "lie here")
    written(rounded_otherwise(run), tmp_path / "lie there")
    assert found(sites.check_same_words(tmp_path / "lie here", tmp_path / "lie there"), "14", "effects.label")


def test_w22_a_winner_on_other_dates_is_found(run, truth, monkeypatch, tmp_path):
    folds = run.folds[run.folds["origin"] > run.folds["origin"].min()]
    better = run.scores.assign(skill=run.scores["skill"] + 0.05)
    written(dataclasses.replace(run, folds=folds, scores=better), tmp_path / "later")
    folders = [truth[0], tmp_path / "later"]
    assert list(sites.check_comparison(comparison.compare_html(folders), folders)) == []
    monkeypatch.setattr(comparison, "_dates", lambda path, series: frozenset({"all"}))
    assert found(sites.check_comparison(comparison.compare_html(folders), folders), "13", "comparison")


def test_w22_two_models_of_one_name_are_found(run, monkeypatch, tmp_path):
    twice = {"random_walk": "border", "drift": "general"}  # both are called "Weighted combination"
    named = run.scores.assign(model=run.scores["model"].replace(twice))
    written(dataclasses.replace(run, scores=named), tmp_path / "run")
    folders = [tmp_path / "run", tmp_path / "run"]
    assert not found(sites.check_comparison(comparison.compare_html(folders), folders), "13", "names")
    cell = comparison.Cell
    monkeypatch.setattr(comparison, "Cell", lambda name, small: cell(name.split(" (")[0], small))
    assert found(sites.check_comparison(comparison.compare_html(folders), folders), "13", "names")


def means(run, folder, moved=1.0):
    """Return what is found of a report of sectors whose means add up, or one of them `moved`."""
    rows = run.forecasts
    rows = rows[(rows["model"] == run.headline) & rows["level"].eq(0.5) & rows["horizon"].eq(1)]
    rows = rows.drop_duplicates("series_id").assign(level=np.nan)
    whole = rows["series_id"].eq("southwest.usbp")
    rows.loc[whole, "value"] = rows.loc[~whole, "value"].sum()
    rows.loc[rows["series_id"].eq("southwest.usbp.del_rio"), "value"] *= moved
    target = dataclasses.replace(run.experiment.target, total="southwest.usbp")
    spec = dataclasses.replace(run.experiment, target=target)
    forecasts = pd.concat([run.forecasts, rows], ignore_index=True)
    written(dataclasses.replace(run, experiment=spec, forecasts=forecasts), folder)
    return [problem.found for problem in check_means(Report(folder))]


def test_w19_a_mean_beside_a_forecast_without_a_word_which_is_which_is_found(monkeypatch, tmp_path):
    sectors = state("sectors")
    assert means(sectors, tmp_path / "true") == []
    assert any("parts sum to" in one for one in means(sectors, tmp_path / "moved", moved=1.2))
    text = tmp_path / "text"
    shutil.copytree(prose.TEXT, text)
    file = text / "en" / "proof_ahead.j2"
    words = file.read_text(encoding="utf-8")
    true = "The forecast is the middle. "
    assert true in words
    file.write_text(words.replace(true, ""), encoding="utf-8")
    monkeypatch.setattr(prose, "TEXT", text)
    monkeypatch.setattr(prose, "_template", functools.cache(prose._template.__wrapped__))
    assert means(sectors, tmp_path / "lie") == ["which one is the forecast?"]


# --------------------------------------------------------------------------- the site


def first_page():
    """Return what is found on the first page of a site whose two experiments forecast one series on one day."""
    one, other = part(folder="latest", name="Series A"), part(folder="sectors", name="Series A")
    other.latest["series"][0]["series_id"] = one.latest["series"][0]["series_id"]
    other.latest["series"][0]["forecast"][0]["middle"] = 9_400.0
    days = {f"{each.folder}/index.html": each.latest["issue"]["as_of"] for each in (one, other)}
    return list(sites.check_first_page(site_index.index_page([one, other]).decode(), days))


def test_w18_two_forecasts_of_one_number_on_one_day_are_found(monkeypatch):
    assert first_page() == []

    def every(parts):
        return [(each, series) for each in parts for series in each.latest["series"]]

    monkeypatch.setattr(site_index, "once", every)
    assert found(first_page(), "12", "first page")


def others_of(made, folder):
    """Return what is found on a site with these forecasts by others and one report."""
    content = site.SiteContent("A site", "quick", others=made, labels={"southwest.usbp": "Border Patrol"})
    return list(sites.check_others(site.index(content), folder))


def test_w23_ours_of_the_site_is_ours_of_the_report(run, truth):
    folder, _ = truth
    assert run.others["ours"].notna().any() and others_of(run.others, folder) == []
    assert any("none" in p.said for p in others_of(run.others.assign(ours=float("nan")), folder))
    theirs = run.others.iloc[[0]].assign(forecaster="Homeland Security", series_id="nationwide.dhs")
    assert any("Homeland Security" in p.said for p in others_of(theirs, folder))  # a row of another series
