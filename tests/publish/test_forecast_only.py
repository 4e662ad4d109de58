from dataclasses import replace

import pytest

import forecast as fc
from forecast.archive.store import digest_of
from forecast.errors import FitError
from forecast.publish.forecast_only import forecast_only
from rounds_helpers import Rounds


def test_the_forecasts_of_a_day_are_those_of_a_whole_run(tmp_path):
    r = Rounds(tmp_path)
    r.write(50)
    r.events(("old", "2019-05-01", "2019-06-01"), ("later", "2021-01-10", "2021-01-15"))
    exp = r.experiment()
    combined = {"short": replace(exp.combination["short"], with_events="short_with_events")}
    exp = replace(exp, as_of=r.released(48), combination=combined)
    run, made = fc.run(exp), forecast_only(exp)
    assert digest_of(made.forecasts) == digest_of(run.forecasts)
    assert made.digests == run.digests and made.as_of == run.as_of
    assert made.folds.to_csv() == run.folds.to_csv()


def test_a_headline_without_a_forecast_is_an_error_with_its_reasons(tmp_path):
    r = Rounds(tmp_path)
    r.write(50)
    exp = r.experiment()
    exp = replace(exp, model={**exp.model, "ridge": replace(exp.model["drift"], kind="ridge")})
    exp = replace(exp, report=replace(exp.report, headline="ridge"))
    with pytest.raises(FitError, match="50 months are known, ridge needs 60"):
        forecast_only(exp)
