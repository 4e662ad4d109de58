from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from forecast.archive.store import Archive
from forecast.config.convert import from_plain
from forecast.config.surroundings import PublishSpec
from forecast.publish import rounds
from rounds_helpers import Rounds, light


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Rounds without drawings and scores of the replay."""
    light(monkeypatch.setattr)


@pytest.mark.slow
def test_a_source_from_which_figures_have_gone_is_refused(tmp_path, quick):
    r = Rounds(tmp_path)
    r.write(40)
    assert r.publish().code == 0
    r.write(39)  # cut off at the end of a line: a file that looks whole
    short = r.publish()
    assert (
        short.code == 4
        and "the source lacks 1 figure seen earlier, the first: " in short.text
        and "2021-04" in short.text
    )
    assert r.publish(force=True).code == 0
    r.file.write_text(r.file.read_text()[:-12])  # in the middle of a line
    assert r.publish().code == 4
    assert Archive(r.archive).check().startswith("integrity: ok")


def test_settings_decide_their_hash_and_places_do_not(tmp_path):
    r = Rounds(tmp_path)
    exp = r.experiment()
    assert rounds.settings_digest(exp) == rounds.settings_digest(
        replace(exp, publish=PublishSpec(), as_of="2021-01-01")
    )
    assert rounds.settings_digest(exp) == rounds.settings_digest(
        replace(exp, data=replace(exp.data, path="elsewhere.csv"))
    )
    allowed = replace(exp, data=replace(exp.data, allow_http=True))
    assert rounds.settings_digest(exp) == rounds.settings_digest(allowed)
    assert rounds.settings_json(exp) == rounds.settings_json(allowed)
    assert rounds.settings_digest(exp) != rounds.settings_digest(replace(exp, horizon=5))
    back = rounds.settings_from(rounds.settings_json(exp))
    assert back == rounds.neutral(exp) and list(back.model) == list(exp.model)


def test_the_shipped_settings_are_the_defaults():
    plain = yaml.safe_load((Path(__file__).parents[2] / "conf" / "publish" / "default.yaml").read_text())
    assert from_plain(PublishSpec, plain) == PublishSpec() and set(plain) == set(
        PublishSpec.__dataclass_fields__
    )
