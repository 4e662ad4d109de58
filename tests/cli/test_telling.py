"""What there is to choose from, and what a bug report needs."""

import subprocess
import sys

import pytest

import forecast as fc
from forecast.cli.telling import doctor, listed, listing, named
from forecast.models.baselines import Drift


@pytest.fixture
def installed_kind():
    """A kind that is registered beside the built-in ones."""
    fc.register_model("drift_of_mine", Drift)
    return "drift_of_mine"


def test_everything_to_choose_from_is_listed():
    found = listed([])
    assert "monthly" in found["experiments"] and "arima" in found["models"]
    assert found["series"]["southwest.usbp"]["first_month"] == "1999-10"
    short, whole = listing(found), listing(found, all_series=True)
    assert len(short.splitlines()) < len(whole.splitlines()) and "southwest.usbp.tucson" in whole


def test_the_list_needs_neither_pandas_nor_hydra():
    program = (
        "import sys; from forecast.cli.main import main; main(['list']);"
        " print(sorted({'numpy', 'pandas', 'hydra', 'omegaconf'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_models_of_ones_own_are_listed(installed_kind):
    assert installed_kind in named("models")


def test_a_broken_experiment_is_listed_as_such(tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("a: [\n")
    assert "mine" in listed([str(tmp_path)])["experiments"]


def test_one_kind_is_listed_alone():
    assert "arima" in named("models") and "wis" in named("metrics")
    assert "data.columns.value" in named("keys")


def test_the_doctor_tells_versions_and_figures():
    told = doctor()
    assert told["figures"].split()[0].replace(",", "").isdigit() and "numpy" in told["packages"]
