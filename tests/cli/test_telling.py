"""What there is to choose from, and what a bug report needs."""

from forecast.cli.telling import doctor, listed, listing, named


def test_everything_to_choose_from_is_listed():
    found = listed([])
    assert "monthly" in found["experiments"] and "arima" in found["models"]
    assert found["series"]["southwest.usbp"]["first_month"] == "1999-10"
    short, whole = listing(found), listing(found, all_series=True)
    assert len(short.splitlines()) < len(whole.splitlines()) and "southwest.usbp.tucson" in whole


def test_a_broken_experiment_is_listed_as_such(tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("a: [\n")
    assert "mine" in listed([str(tmp_path)])["experiments"]


def test_one_kind_is_listed_alone():
    assert "arima" in named("models") and "wis" in named("metrics")
    assert "data.columns.value" in named("keys")


def test_the_doctor_tells_versions_and_figures():
    told = doctor()
    assert told["figures"].split()[0].isdigit() and "numpy" in told["packages"]
