import pytest

from forecast.cli.main import main
from forecast.data import init_folder, load_observations
from forecast.errors import ConfigError


def test_a_folder_continues_the_figures_of_the_package(tmp_path, capsys):
    assert main(["data", "init", str(tmp_path / "own")]) == 0 and "made" in capsys.readouterr().out
    obs, bundled = load_observations(tmp_path / "own"), load_observations()
    assert obs.table.drop(columns="source").equals(bundled.table.drop(columns="source"))
    assert not (tmp_path / "own" / "events.csv").exists()
    with pytest.raises(ConfigError, match="stands there already"):
        init_folder(tmp_path / "own")
