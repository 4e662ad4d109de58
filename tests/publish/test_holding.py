import pandas as pd
import pytest

from archive_helpers import Archive, entry
from forecast.config.settings import Experiment, ModelSpec, ReportSpec, TargetSpec
from forecast.config.surroundings import PublishSpec
from forecast.data import load_observations
from forecast.errors import DataError
from forecast.publish.holding import refuse_surprises


def figures(*values):
    months = pd.period_range("2024-01", periods=len(values), freq="M").astype(str)
    days = pd.date_range("2024-02-20", periods=len(values), freq="31D")
    return load_observations(
        pd.DataFrame({"series_id": "a", "month": months, "value": values, "released": days})
    )


def experiment(*accept):
    return Experiment(
        name="e",
        target=TargetSpec(series=("a",)),
        model={"short": ModelSpec("drift")},
        report=ReportSpec(headline="short"),
        publish=PublishSpec(accept=accept),
    )


@pytest.fixture
def archive(tmp_path):
    """An issue of 7 May 2024: figures to April, and for May 80 to 100 to 130 at 1, 50 and 99 per cent."""
    made = entry()
    rows = made.forecasts[(made.forecasts["level"] == 0.5) & (made.forecasts["horizon"] == 1)]
    levels = {0.01: 80.0, 0.5: 100.0, 0.99: 130.0}
    table = pd.concat([rows.assign(level=level, value=value) for level, value in levels.items()])
    archive = Archive(tmp_path / "a.sqlite")
    archive.record(entry(forecasts=table))
    return archive


def held(archive, new, *accept):
    try:
        refuse_surprises(archive, experiment(*accept), figures(90, 90, 100, 95), figures(*new))
    except DataError as error:
        return str(error)
    return ""


def test_a_figure_outside_the_99_percent_range_is_held(archive):
    # 1 to 99 per cent, widened by 2.576 / 2.326: 77.9 to 133.2
    assert [bool(held(archive, (90, 90, 100, 95, v))) for v in (77, 79, 100, 133, 134)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    text = held(archive, (90, 90, 100, 95, 60))
    assert "a 2024-05: 60 is outside the 99% range of the forecast of 2024-05-07, 77.85 to 133.2" in text
    assert "--accept 2024-05" in text and not held(archive, (90, 90, 100, 95, 60), "2024-05")


def test_a_month_revised_by_more_than_a_tenth_is_held(archive):
    assert not held(archive, (99, 81, 100, 95)) and not held(archive, (90, 90, 100, 95))
    text = held(archive, (100, 90, 89, 95))
    assert "revised from 90 to 100 (+11%)" in text and "2024-03: revised from 100 to 89 (-11%)" in text
    assert "2 fetched figures" in text and "2 fetched" not in held(archive, (100, 90, 89, 95), "2024-01")


def test_the_first_figures_surprise_nobody(archive, tmp_path):
    refuse_surprises(Archive(tmp_path / "none.sqlite"), experiment(), None, figures(1, 1000))
    refuse_surprises(archive, experiment(), None, figures(90, 90, 100, 95, 6000))
