"""Several experiments in one site: a folder each, one lock, one fetch, a first page of all series."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from archive_helpers import Archive
from forecast.config.settings import BacktestSpec, EventsSpec
from forecast.publish import several
from forecast.publish.desk import Outcome, desk_of
from forecast.publish.lock import locked
from forecast.publish.publish import fetch, publish_report
from forecast.publish.several import part_of, parts_of, publish_several
from forecast.publish.upkeep import archive_check, track_record
from months_helpers import Months
from rounds_helpers import Rounds, light


class Two(Rounds):
    """Two series in one file, an experiment each."""

    def __init__(self, where):
        super().__init__(where)
        other = self.table.assign(series_id="b", value=self.table["value"] * 2 + 3)
        both = pd.concat([self.table, other])
        self.table = both.sort_values(["month", "series_id"], ignore_index=True)

    def experiments(self, data=None, **words):
        base = replace(super().experiment(**words), events=EventsSpec())
        base = replace(base, backtest=BacktestSpec(start="2021-10", starts="warm"))
        if data is not None:
            base = replace(base, data=replace(base.data, **data))
        return [
            replace(base, name=f"series-{s}", target=replace(base.target, series=(s,))) for s in ("a", "b")
        ]

    @property
    def told(self):
        """What hooks wrote: experiment and code, a line each."""
        file = self.where / "told"
        return file.read_text().splitlines() if file.exists() else []

    def hooked(self, experiments):
        hook = ("sh", "-c", f'echo "$FORECAST_EXPERIMENT $FORECAST_CODE" >> {self.where}/told')
        return [replace(e, publish=replace(e.publish, on_failure=hook, on_success=hook)) for e in experiments]


@pytest.fixture
def two(tmp_path):
    made = Two(tmp_path)
    made.write(2 * 50)
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two issues of two experiments."""
    with pytest.MonkeyPatch.context() as patch:
        light(patch.setattr)
        made = Two(tmp_path_factory.mktemp("several"))
        for months in (100, 102):
            made.write(months)
            outcome = publish_several(made.hooked(made.experiments()), today=made.released(months))
            assert outcome.code == 0 and [p.code for p in outcome.parts.values()] == [0, 0], outcome
        yield made


@pytest.fixture
def told_codes(monkeypatch):
    """Rounds that come to the codes of a test, and do nothing."""

    def say(*codes):
        left = list(codes)
        monkeypatch.setattr(several, "round_of", lambda desk, *_: Outcome(left.pop(0), "so it is"))

    return say


@pytest.mark.slow
def test_each_has_its_folder_and_the_first_page_tells_of_all(site):
    page = (site.site / "index.html").read_text()
    for name in ("series-a", "series-b"):
        assert sorted(p.name for p in (site.site / name / "reports").iterdir()) == [
            site.released(n) for n in (100, 102)
        ]
        assert json.loads((site.site / name / "status.json").read_text())["experiment"] == name
        # each series links to its part, with what its own files say
        latest = json.loads((site.site / name / "latest.json").read_text())
        assert f'href="{name}/index.html"' in page and f'href="{name}/{latest["issue"]["report"]}"' in page
    status = json.loads((site.site / "status.json").read_text())
    assert status["experiments"] == ["series-a", "series-b"]
    assert not (site.site / "latest.json").exists() and not (site.site / "reports").exists()
    assert page.count(">published</td>") == 2 and "Typical miss" in page
    archive = Archive(site.archive)
    assert archive.runs()["experiment"].tolist() == ["series-a", "series-b"] * 2
    assert site.told[:4] == ["series-a 0", "series-b 0"] * 2  # other tests tell of rounds after these
    experiments = parts_of(site.experiments())
    check = archive_check(site.archive, *experiments)
    assert check.code == 0 and check.text.count("published reports: 2 are") == 2
    assert "published: 2 issues" in track_record(experiments[1]).text


@pytest.mark.slow
def test_one_that_fails_does_not_hold_the_other_and_stays_on_the_first_page(site):
    good, bad = site.hooked(site.experiments())
    bad = replace(bad, data=replace(bad.data, path=str(site.where / "gone.csv")))
    before = site.told
    outcome = publish_several([good, bad], today=site.released(102))
    codes = json.loads((site.site / "status.json").read_text())["codes"]
    assert codes == {"series-a": 3, "series-b": 4}
    assert outcome.code == 4 and [p.code for p in outcome.parts.values()] == [3, 4]
    assert "gone.csv" in outcome.text and site.told == [*before, "series-b 4"]
    assert 'href="series-b/index.html"' in (site.site / "index.html").read_text()


@pytest.mark.slow
def test_a_site_of_several_refuses_one_alone_and_says_how(site):
    first, _ = site.experiments()
    alone = publish_report(first, today=site.released(102))
    assert alone.code == 2 and "publish them together, experiment=series-a,series-b" in alone.text
    assert publish_report(part_of(first), today=site.released(102)).code == 3


def test_a_dry_run_says_what_each_would_do_and_writes_nothing(two):
    before = sorted(two.where.rglob("*"))
    outcome = publish_several(two.experiments(), today=two.released(100), dry_run=True)
    assert outcome.code == 0 and outcome.text.count("would publish as of") == 2
    assert sorted(two.where.rglob("*")) == before


def test_files_are_fetched_once_for_all(two, told_codes):
    with Months() as server:
        words = {"fetch": (f"{server.address}/{{year}}-{{month}}.csv",), "allow_http": True}
        experiments = two.experiments(data={"path": str(two.where / "figures")}, **words)
        path = f"/{two.table['month'].iloc[99]}.csv"
        columns = ["series_id", "month", "value"]
        server.files[path] = two.table.head(100)[columns].to_csv(index=False).encode()
        look = fetch(*experiments, dry_run=True, today="2022-03-15")
        assert look.code == 0 and "100 figures are new" in look.text
        asked = len(server.asked)
        told_codes(0, 0)
        assert publish_several(experiments, today="2022-03-15").code == 0
        assert (
            server.asked[asked:].count(path) == 1 and (two.where / "figures" / "observations.csv").is_file()
        )
        # a file that is wrong is refused for both, and told once
        server.files[path] = b"<html>"
        outcome = publish_several(two.hooked(experiments), today="2022-03-17")
        assert outcome.code == 4 and not outcome.parts and path in outcome.text
        assert two.told == ["series-a,series-b 4"]


@pytest.mark.parametrize(
    ("codes", "code"), [((0, 3), 0), ((6, 3), 6), ((0, 6), 0), ((3, 3), 3), ((0, 5), 5), ((4, 2), 2)]
)
def test_a_failure_is_the_code_of_all_else_what_was_done(two, told_codes, codes, code):
    told_codes(*codes)
    outcome = publish_several(two.experiments())
    assert outcome.code == code and [p.code for p in outcome.parts.values()] == list(codes)


def test_what_was_published_earlier_stays_on_the_first_page(two, told_codes):
    first, second = two.experiments()
    for pair in ((first, second), (first, replace(second, name="third"))):
        told_codes(0, 0)
        publish_several(pair)
    names = json.loads((two.site / "status.json").read_text())["experiments"]
    assert names == ["series-a", "series-b", "third"]


def test_there_is_one_lock(two):
    experiments = two.experiments(wait_seconds=0.05)
    with locked(desk_of(experiments[0]).lock, 1):
        outcome = publish_several(experiments)
    assert outcome.code == 7 and not two.site.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda e: replace(e, publish=replace(e.publish, site="other")), "publish.site: differs between"),
        (lambda e: replace(e, publish=replace(e.publish, archive="o.sqlite")), "publish.archive: differs"),
        (lambda e: replace(e, name="series-a"), "'series-a' stands twice"),
    ],
)
def test_experiments_that_cannot_be_together_are_refused(two, change, said):
    first, second = two.experiments()
    outcome = publish_several([first, change(second)])
    assert outcome.code == 2 and said in outcome.text and not two.site.exists()


def test_different_figures_are_refused_where_they_are_fetched_together(two):
    first, second = two.experiments(fetch=("https://example.org/{month}.csv",))
    second = replace(second, data=replace(second.data, release_lag_days=3))
    outcome = publish_several([first, second])
    assert outcome.code == 2 and "data: differs between 'series-a' and 'series-b'" in outcome.text


def test_the_site_of_one_is_refused(two):
    two.site.mkdir()
    (two.site / "status.json").write_text(json.dumps({"experiment": "series-a"}))
    outcome = publish_several(two.experiments())
    assert outcome.code == 2 and "is the site of 'series-a' alone" in outcome.text


def test_parts_have_their_own_addresses_and_a_single_one_keeps_the_site(two):
    first, second = two.experiments(url="https://example.org/f/", hub=str(two.where / "hub"))
    assert part_of(first).publish.url == "https://example.org/f/series-a"
    assert part_of(second).publish.hub == str(two.where / "hub" / "series-b")
    assert parts_of([first]) == [first]
