import pytest

from forecast.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["publish", "--accept", "October"], "not a month such as 2026-10"),
        (["publish", "--backfill", "2023-01..2023-02", "--force"], "--force: does not go with --backfill"),
        (["publish", "--backfill", "2023-01..2023-02", "--accept", "2023-01"], "--accept: does not go with"),
        (["publish", "--backfill", "2023-01"], "not a span of months"),
        (["data", "fetch"], "publish=official"),
        (["data", "fetch", "publish.fetch=[ftp://a.org/x.csv]"], "begins with https://, http:// or file://"),
        (["data", "check", "x.csv", "y"], "'y' is not understood"),
    ],
)
def test_wrong_words_are_told(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_figures_are_fetched_by_the_command_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mine.csv").write_text("month,value\n2024-01,5\n2024-02,6\n")
    words = [f"publish.fetch=[file://{tmp_path}/in/*.csv]", "data.path=figures", "target.series=[mine]"]
    assert main(["data", "fetch", "--dry-run", *words]) == 0 and not (tmp_path / "figures").exists()
    assert "2 figures are new" in capsys.readouterr().out
    assert main(["data", "fetch", *words]) == 0
    assert (tmp_path / "figures" / "observations.csv").read_text().count("mine") >= 2
    assert main(["data", "fetch", *words]) == 3
