"""The banner of a corrected report: its sentences, and two pages of one day read from a site."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.archive.store import Archive
from forecast.publish.corrections import Which, correction_of
from forecast.publish.upkeep import rerun
from forecast.report import corrections as c
from forecast.report import format as w
from report_fixture import report_of, state
from rounds_helpers import Rounds, publish_report

#: One site serves several tests, so they stay on one worker.

SEP = pd.Period("2026-09", "M")
OLD, NEW = (9_842.0, (6_520.0, 14_740.0)), (9_312.0, (6_120.0, 13_980.0))


def test_old_and_new_figure_stand_with_their_ranges():
    assert c.what_was_wrong(SEP, OLD, NEW) == (
        "The report gave about 9,800 (80% range 6,500 to 14,700) for September 2026; it gives about 9,300 (80% range"
        " 6,100 to 14,000) now."
    )
    refused = c.what_was_wrong(SEP, OLD, (9_312.0, None))
    assert "it gives about 9,300 (no 80% range) now" in refused


def test_an_unchanged_headline_is_said_to_be_unchanged():
    said = c.what_was_wrong(SEP, OLD, OLD, same=True)
    assert said.startswith("No figure of the forecast changed") and "about 9,800" in said
    near = c.what_was_wrong(SEP, OLD, (9_842.4, OLD[1]))
    assert near.startswith("The headline did not change: for September 2026 it is about 9,800")
    moved = c.what_was_wrong(SEP, OLD, (9_842.0, (6_520.0, 15_740.0)))
    assert moved.startswith("The middle of the forecast for September 2026 is about 9,800, as before")
    assert moved.endswith("its 80% range was 6,500 to 14,700 and is 6,500 to 15,700 now.")


def test_what_gave_no_forecast_is_told():
    assert c.what_was_wrong(SEP, None, NEW).startswith(
        "The report gave no forecast for September 2026; it is about 9,300"
    )
    assert c.what_was_wrong(SEP, OLD, None).endswith("now there is no forecast.")
    assert "Neither" in c.what_was_wrong(SEP, None, None)


def test_links_lead_from_one_folder_to_the_other():
    one = state("corrected").correction
    (first,) = c.links(one)
    assert first.path == "../2026-09-30/index.html" and first.shown == "reports/2026-09-30/index.html"
    two = c.links(replace(one, last="reports/2026-09-30-r2"))
    assert two[1].path == "../2026-09-30-r2/index.html" and "before this one" in two[1].words


def test_the_banner_compares_the_month_of_the_headline():
    r = report_of("corrected")
    made = c.banner(r.run, r.view, r.first)
    row = r.view.numbers(1)
    assert made.head == "Corrected on 2 October 2026."
    assert w.rounded(row.middle) in made.text and "it gives" in made.text and "revised" not in made.text
    assert c.banner(report_of("plain").run, r.view, 1) is None
    gone = replace(r.run, correction=replace(r.run.correction, before=r.run.correction.before.iloc[:0]))
    assert "gave no forecast for September 2026" in c.banner(gone, r.view, 1).text


# --------------------------------------------------------------------------- two pages of one day


def middle(folder):
    rows = pd.read_csv(folder / "forecasts.csv")
    rows = rows[(rows["model"] == "short") & (rows["horizon"] == 1)].set_index("level")["value"]
    return w.rounded(rows[0.5]), w.span(rows[0.1], rows[0.9])


def text_of(page):
    html = page.read_text(encoding="utf-8")
    aside = re.search(r'<div class="banner">.*?</div>', html)
    return "" if aside is None else re.sub(r"<[^>]+>", "", aside.group(0)), html


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A report, one that corrects it by a figure that was wrong, and that again with other settings; drawn in full."""
    from forecast.experiment import scores

    patch = pytest.MonkeyPatch()
    for name in ("score", "calibrate", "compare"):
        patch.setattr(scores, name, lambda *words, **more: pd.DataFrame())
    r = Rounds(tmp_path_factory.mktemp("corrected"))
    r.write(60)
    folders = [r.publish().folder]
    r.table.loc[59, "value"] = round(r.table["value"].iloc[59] * 1.5)
    r.write(60)
    folders.append(r.publish().folder)
    exp = r.experiment()
    exp = replace(exp, combination={"short": replace(exp.combination["short"], members=("drift",))})
    folders.append(publish_report(exp, today="2023-02-01", force=True).folder)
    yield r, exp, folders
    patch.undo()


@pytest.mark.slow
def test_a_corrected_page_says_what_the_first_one_said_and_leads_to_it(site):
    r, _, (first, second, third) = site
    said, _ = text_of(first / "index.html")
    assert said == ""
    said, html = text_of(second / "index.html")
    (old, old_range), (new, new_range) = middle(first), middle(second)
    assert old != new
    assert f"The report gave about {old} (80% range {old_range}) for January 2023" in said
    assert f"it gives about {new} (80% range {new_range}) now." in said
    day = Archive(r.archive).runs()["written"].iloc[1][:10]
    assert said.startswith(f"Corrected on {w.day_long(day)}.")
    assert f"The page as first published is kept at reports/{first.name}/index.html." in said
    assert html.index("<h1>") < html.index('class="banner"')
    for folder in (second, third):
        _, html = text_of(folder / "index.html")
        for path in re.findall(r'href="(\.\./[^"]+)"', html):
            assert (folder / path).resolve().is_file() and (folder / path).resolve() != folder / "index.html"
    said, html = text_of(third / "index.html")
    # the drift of this series is so small that its forecast prints the same
    assert middle(third) == (new, new_range)
    assert f"The headline did not change: for January 2023 it is about {new} (80% range {new_range})" in said
    assert f"The page as first published is kept at reports/{second.name}/index.html." in said


@pytest.mark.slow
def test_companions_carry_the_banner(site):
    _, _, (_, second, _) = site
    banner = json.loads((second / "report.json").read_text())["index"]["banners"][0]
    said = (second / "report.md").read_text()
    assert banner["text"] in said and f"]({banner['links'][0]['path']})" in said


@pytest.mark.slow
def test_a_corrected_report_is_made_again_to_the_byte(site):
    _, exp, (*_, third) = site
    again = rerun(exp, third)
    assert again.code == 0, again.text


@pytest.mark.slow
def test_rounds_without_a_page_are_not_corrected(site):
    r, _, (first, second, third) = site
    archive = Archive(r.archive)
    assert (
        correction_of(archive, Which("e", "published", first.name), "2021-06-02T00:00:00Z", "", before=1)
        is None
    )
    assert correction_of(archive, Which("e", "replayed", first.name), "2021-06-02T00:00:00Z", "") is None
    found = correction_of(archive, Which("e", "published", second.name), "2021-06-02T00:00:00Z", "")
    assert found.first.endswith(second.name) and found.last.endswith(third.name) and not found.same
    assert np.isclose(found.before["level"], 0.5).any() and set(found.before["model"]) == {found.headline}
