"""Every verb: its help has an example that can be typed; `--json` is JSON."""

import json
import shlex

import pytest

from forecast.cli import main
from forecast.cli.verbs import Verb
from forecast.errors import ConfigError


def _subparsers(parser):
    return {
        name: sub for a in parser._actions if isinstance(a.choices, dict) for name, sub in a.choices.items()
    }


@pytest.mark.parametrize("name", sorted(main.VERBS))
def test_help_of_every_verb_has_an_example_that_its_parser_takes(name):
    parser = main.VERBS[name].parser(name)
    for sub in [parser, *_subparsers(parser).values()]:
        said = sub.format_help()
        example = sub.epilog.removeprefix("example: ")
        assert example in " ".join(said.split()), said
        words = shlex.split(example.removeprefix('eval "$(').removesuffix(')"'))
        assert words[:2] == ["forecast", name]
        _, rest = parser.parse_known_args(words[2:])
        assert all("=" in w for w in rest)
        assert all(a.help for a in sub._actions if a.option_strings)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["list"], {"experiments", "models", "configured", "series"}),
        (["doctor"], {"forecast", "Python", "packages", "figures", "configuration"}),
        (["events", "check"], {"path", "ok", "findings"}),
        (["events", "show", "--as-of", "2020-04-01", "--series", "southwest.usbp"], {"as_of", "events"}),
        (["data", "check", "no.csv"], {"path", "ok", "findings"}),
        (["data", "show", "southwest.usbp", "--as-of", "2024-05-07"], {"series_id", "as_of", "figures"}),
        (["publish", "--dry-run", "publish.archive={tmp}/a.sqlite"], {"code", "text", "folder"}),
    ],
)
def test_json_is_one_value_that_a_programme_reads(words, keys, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = main.main([*(w.format(tmp=tmp_path) for w in words), "--json"])
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert keys <= set(found) and err == "" and "\x1b" not in out
    assert code == (4 if words[:2] == ["data", "check"] else 0)
    if "figures" in keys and "as_of" in keys:
        assert found["figures"][-1]["month"] == "2024-03" and found["figures"][-1]["value"] == 137480
        assert found["figures"][-1]["released"] == "2024-04-12"
    if "findings" in keys and code:
        assert found["findings"][0]["what"] == "there is no such file"


def test_a_mistake_in_words_is_an_error_of_ours():
    def nothing(*_):
        return 0

    verb = Verb("text", "forecast x", lambda p: p.add_argument("file"), nothing)
    with pytest.raises(ConfigError, match="required: file"):
        verb("x", [])
    with pytest.raises(ConfigError, match="--nosuch"):
        verb("x", ["a", "--nosuch"])
    assert verb("x", ["a", "-v"]) == 0


def test_compare_writes_a_page_markdown_and_csv(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("forecast.cli.run.written", lambda folders, kind: f"{kind} of {folders[0].name}")
    names = {kind: tmp_path / f"runs.{kind}" for kind in ("html", "markdown", "csv")}
    words = [word for kind, path in names.items() for word in (f"--{kind}", str(path))]
    assert main.main(["compare", "reports/a", *words]) == 0
    assert {kind: path.read_text() for kind, path in names.items()} == {
        kind: f"{kind} of a" for kind in names
    }
    assert capsys.readouterr().out.split() == [str(path) for path in names.values()]


@pytest.mark.parametrize(
    "words", [["explain", "horizon"], ["events", "check", "EVENTS"], ["data", "check", "FIGURES"]]
)
def test_what_is_ones_own_may_stand_behind_every_verb(words, tmp_path, capsys):
    (tmp_path / "plug.py").write_text("import forecast\n\nprint('plugged in')\n")
    (tmp_path / "FIGURES").write_text("month,value\n2024-01,5\n2024-02,6\n")
    (tmp_path / "EVENTS").write_text(
        "id,announced_date,effective_start,shape\na,2024-01-02,2024-02-01,step\n"
    )
    words = [str(tmp_path / word) if word.isupper() else word for word in words]
    assert main.main([*words, "--plugin", str(tmp_path / "plug.py"), "--config-dir", str(tmp_path)]) == 0
    assert "plugged in" in capsys.readouterr().out
