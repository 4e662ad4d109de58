"""The page of many series: small, whole without its script, sorted and searched with it."""

import base64
import hashlib
import html
import json
import re

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.experiment.load import load_experiment
from forecast.report import many
from forecast.report.build import report_files
from forecast.report.catalogue import speaking


def table(n):
    """A row of each of so many series, the fourth without a score, the fifth without a forecast."""
    rng = np.random.default_rng(3)
    last = np.round(np.exp(rng.normal(7, 1, n)))
    made = pd.DataFrame(
        {
            "series_id": [f"AZ{i:04d}" for i in range(n)],
            "name": [f"Store {i:04d} <b>" for i in range(n)],
            "months": 84,
            "last_month": pd.Period("2023-12", "M"),
            "last": last,
            "month": pd.Period("2024-01", "M"),
            "middle": last,
            "lower_80": last * 0.8,
            "upper_80": last * 1.25,
            "skill": rng.normal(0.05, 0.15, n),
            "coverage_80": np.clip(rng.normal(0.8, 0.07, n), 0, 1),
            "n": 12.0,
        }
    )
    made.loc[3, ["skill", "coverage_80", "n"]] = np.nan
    made.loc[4, ["middle", "lower_80", "upper_80"]] = np.nan
    return made


def summary(n):
    return many.Summary(
        table(n), "Theta", "Random walk", pd.Timestamp("2024-01-15"), "stores", "A <newsroom>"
    )


@pytest.fixture(scope="module")
def page():
    return many.page(summary(2000))


def test_2000_series_are_less_than_a_megabyte(page):
    assert len(page.encode()) < 1_000_000


def test_every_series_stands_in_the_page_without_its_script(page):
    bare = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    rows = re.search(r'<table id="every">.*?</table>', bare, re.S)[0].count("<tr>") - 1
    assert rows == 2000 and '<p class="seek" hidden>' in bare
    assert bare.count("Store 0000 &lt;b&gt;") >= 1 and "<b>" not in bare and "<newsroom>" not in bare


def test_its_numbers_are_those_of_the_table(page):
    made = table(2000)
    text = html.unescape(page)
    assert (
        f"Of 1,999 series the forecast did better than “Random walk” in {(made['skill'] > 0).sum():,}" in text
    )
    assert "1 of 2,000 could not be scored" in text and "1 series has no forecast" in text
    best = re.search(r"<table>\s*<caption>The ten series with the largest.*?</table>", text, re.S)[0]
    assert best.index(made.loc[made["skill"].idxmax(), "name"]) > 0 and best.count("<tr>") == 11
    bars = re.findall(r'<rect width="([\d.]+)%"', page)
    assert len(bars) == len(many.SKILL_EDGES) + len(many.COVERAGE_EDGES) + 2 and "100.0" in bars


def test_its_policy_allows_its_own_style_and_script_and_nothing_else(page):
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    for kind in ("style", "script"):
        text = re.search(rf"<{kind}>(.*?)</{kind}>", page, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "://" not in re.sub(
        r"<(style|script)>.*?</\1>", "", page, flags=re.S
    )


def test_it_speaks_the_language_of_the_report():
    with speaking("es"):
        made = many.page(summary(30))
    assert 'lang="es"' in made and "Buscar una serie" in made and "Every series" not in made


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A real run of 22 short series of whole counts."""
    rng = np.random.default_rng(2)
    months = pd.period_range("2019-01", periods=48, freq="M").astype(str)
    rows = [
        pd.DataFrame({"series_id": f"s{i:02d}", "month": months, "value": rng.poisson(200, 48)})
        for i in range(22)
    ]
    path = tmp_path_factory.mktemp("many") / "many.csv"
    pd.concat(rows).to_csv(path, index=False)
    words = ["target.series=all", "model=[random_walk,seasonal_naive]", "combination=none", "horizon=2"]
    words += [
        "report.headline=seasonal_naive",
        "backtest.start=2022-06",
        "backtest.score_from=null",
        "intervals.method=model",
    ]
    words += ["events.effects=null", "data=file", f"data.path={path}"]
    return fc.run(load_experiment("quick", *words))


def test_a_run_of_many_series_is_written_as_a_summary(run):
    files = report_files(run, versions={"python": "3"}, durations={}, png=False)
    assert {"index.html", "summary.csv", "forecasts.csv", "scores.csv", "report.json", "report.md"} <= set(
        files
    )
    assert not any(name.startswith("figures/") for name in files) and "evidence.html" not in files
    told = json.loads(files["report.json"])
    assert len(told["series"]) == 22 and told["h1"] in html.unescape(files["index.html"].decode())
    assert run.experiment.target.series == tuple(f"s{i:02d}" for i in range(22))
    assert files["report.md"].decode().startswith(f"# {told['h1']}")


def test_its_row_of_a_series_is_what_the_tables_say(run):
    row = many.summary_of(run).table.set_index("series_id").loc["s07"]
    assert row["middle"] == run.median()["s07"].iloc[0] and row["months"] == 48
    assert row["lower_80"] < row["middle"] < row["upper_80"]
    scored = run.scores.query("series_id == 's07' and model == 'seasonal_naive' and horizon == 'all'")
    wis = scored[(scored["metric"] == "wis") & (scored["scale"] == "log")]
    assert row["skill"] == wis["skill"].iloc[0] and row["n"] == wis["n_ok"].iloc[0]
