import pandas as pd
import pytest

from forecast.cli.main import main
from forecast.data import import_files, init_folder, load_observations
from forecast.data.folder import bring_up_to_date
from forecast.errors import ConfigError


def test_a_folder_continues_the_figures_of_the_package(tmp_path, capsys):
    assert main(["data", "init", str(tmp_path / "own")]) == 0 and "made" in capsys.readouterr().out
    obs, bundled = load_observations(tmp_path / "own"), load_observations()
    assert obs.table.drop(columns="source").equals(bundled.table.drop(columns="source"))
    assert not (tmp_path / "own" / "events.csv").exists()
    with pytest.raises(ConfigError, match="stands there already"):
        init_folder(tmp_path / "own")


def test_the_publisher_and_title_go_with_the_folder(tmp_path):
    init_folder(tmp_path / "own")
    row = load_observations(tmp_path / "own").series.loc["southwest.usbp"]
    assert row["publisher"] == "US Customs and Border Protection"
    assert row["title"] == "US border encounters: forecast report"


def test_tables_of_a_newer_package_come_in_and_what_was_imported_stays(tmp_path):
    folder = tmp_path / "own"
    init_folder(folder)
    assert bring_up_to_date(folder) == []
    # as an older package made it: no publisher, a series and a source fewer; with words and a series of the user
    series = pd.read_csv(folder / "series.csv", dtype=str, keep_default_na=False)
    older = series[series["series_id"] != "coastal.usbp"].drop(columns=["publisher", "title"])
    older.loc[older["series_id"] == "southwest.usbp", "label"] = "My label"
    older.loc[len(series)] = ["mine", "My visits", *[""] * (len(older.columns) - 2)]
    older.to_csv(folder / "series.csv", index=False)
    sources = pd.read_csv(folder / "sources.csv", dtype=str, keep_default_na=False)
    sources[1:].to_csv(folder / "sources.csv", index=False)
    figures = (folder / "observations.csv").read_bytes()
    file = tmp_path / "f.csv"
    file.write_text("series_id,month,value,released\nsouthwest.usbp,1999-10,5,1999-11-30\n")
    lines = import_files(file, tmp_path / "elsewhere").lines
    assert not any(
        "new from the package" in line for line in lines
    )  # a folder of figures of one's own is left alone
    lines = bring_up_to_date(folder)
    assert [line.split(": ", 1)[1] for line in lines] == [
        "new from the package: 1 row and 2 columns; what stood there is unchanged",
        "new from the package: 1 row; what stood there is unchanged",
    ]
    merged = pd.read_csv(folder / "series.csv", dtype=str, keep_default_na=False).set_index("series_id")
    assert merged.loc["southwest.usbp", "label"] == "My label" and merged.loc["mine", "label"] == "My visits"
    assert merged.loc["southwest.usbp", "publisher"] == "US Customs and Border Protection"
    assert "coastal.usbp" in merged.index and merged.loc["mine", "publisher"] == ""
    assert (folder / "observations.csv").read_bytes() == figures and bring_up_to_date(folder) == []
