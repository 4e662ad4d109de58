"""Method, citation, licence, files."""

from dataclasses import replace

from forecast.report.sections.method import canonical, cite, method_section
from report_fixture import report, report_of, state


def published_at(url):
    run = state("plain")
    spec = replace(run.experiment, publish=replace(run.experiment.publish, url=url))
    return report(replace(run, experiment=spec))


def test_the_citation_names_publisher_vintage_and_address():
    assert canonical(report_of("plain")) == ""
    r = published_at("https://x.org/f")
    assert cite(r).endswith(f"figures as known on 30 September 2026, {canonical(r)}.")
    assert "The border-forecast developers (no agency)" in cite(r)


def test_whose_the_ranges_are_is_told():
    run = state("plain")
    assert "as wide as its past misses" in method_section(report(run)).blocks[0].text
    spec = {name: replace(one, ranges="model") for name, one in run.experiment.combination.items()}
    own = report(replace(run, experiment=replace(run.experiment, combination=spec)))
    assert "the models’ own, averaged" in method_section(own).blocks[0].text


def test_five_files_are_offered_and_the_method_is_short():
    section = method_section(report_of("plain"))
    *texts, files = section.blocks
    assert len(files) == 5
    assert len(texts[0].text.split()) <= 85
    assert texts[2].text == "Licence of text and charts: CC BY 4.0. Contact: none given."
