"""The two pages of a report, and the tables beside them."""

import dataclasses
import json

import pandas as pd

from forecast.report import pages
from forecast.report.blocks import Answer
from forecast.report.sections.report import EVIDENCE
from report_fixture import brief, report, report_of


def test_every_table_but_the_replay_is_written_as_it_is():
    tables = pages.tables_of(report_of("plain"))
    assert "backtest" not in tables and {"forecasts", "observations", "scores"} <= set(tables)
    assert all(isinstance(table, pd.DataFrame) for table in tables.values())


def test_an_answer_leads_to_its_block_or_to_the_page_of_proof():
    made = pages.index_page(report_of("plain"))
    there = {section.id for section in made.sections}
    one = made.answers[0]
    here = dataclasses.replace(one, path=f"#{made.sections[0].id}")
    gone = dataclasses.replace(one, path="#nowhere")
    assert "nowhere" not in there
    assert pages._reachable(here, made.sections, False) is here
    assert pages._reachable(gone, made.sections, False).path == EVIDENCE
    assert pages._reachable(gone, made.sections, True).path == "#main"
    assert all(isinstance(answer, Answer) for answer in made.answers)


def test_a_brief_page_ends_with_what_comes_next_and_links_to_no_other():
    (only,) = pages.index_page(report(brief("plain"))).sections
    assert only.id == "next"
    assert not any(getattr(block, "links", ()) for block in only.blocks)


def test_the_data_set_is_json_that_cannot_end_its_element():
    r = report_of("plain")
    page = pages.index_page(r)
    found = json.loads(page.dataset)
    months = r.view.ahead["month"]
    assert found["name"] == page.title and found["temporalCoverage"] == f"{months.min()}/{months.max()}"
    assert found["distribution"]["contentUrl"].endswith("forecasts.csv")
    cut = pages._dataset(r, dataclasses.replace(page, title="a</script>b"))
    assert "<" not in cut and json.loads(cut)["name"] == "a</script>b"


def test_the_page_of_proof_leads_back_and_has_a_hash_of_all_that_it_rests_on():
    r = report_of("plain")
    page = pages.evidence_page(r, pages.tables_of(r))
    assert page.masthead[-1].path == pages.INDEX and page.contents
    hashes = pages._hashes(r, pages.tables_of(r))
    other = dataclasses.replace(
        r, run=dataclasses.replace(r.run, experiment=dataclasses.replace(r.run.experiment, seed=7))
    )
    changed = pages._hashes(other, pages.tables_of(other))
    assert len(hashes) == len(changed) >= 4
    # another seed is another configuration, and the figures are the same
    assert sum(one != two for one, two in zip(hashes.values(), changed.values(), strict=True)) == 2
