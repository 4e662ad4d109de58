"""Settings of totals and chances."""

from forecast.config.convert import problems_of
from forecast.config.outlook import OutlookSpec
from forecast.config.reference import explain


def test_settings_of_totals_and_chances():
    assert problems_of(OutlookSpec(levels=(100_000.0,))) == []
    assert "paths: 5" in problems_of(OutlookSpec(paths=5), "outlook")[0]
    assert "fiscal year" in explain("data.layout.fiscal_start")[0].meaning
    assert [key.path for key in explain("outlook")] == ["outlook.paths", "outlook.levels"]
