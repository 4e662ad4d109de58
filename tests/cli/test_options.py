"""Options that several verbs have."""

import pytest

from forecast.cli import options
from forecast.errors import ConfigError


def test_a_mistake_is_one_line_and_code_2():
    parser = options.Parser("forecast x")
    parser.add_argument("--n", type=int)
    with pytest.raises(ConfigError, match="forecast x --help") as told:
        parser.parse_args(["--n", "many"])
    assert told.value.exit_code == 2 and "\n" not in str(told.value)


def test_a_word_that_looks_like_an_option_is_refused():
    options.no_unknown_options(["a=1", "b"])
    with pytest.raises(ConfigError, match="--fast"):
        options.no_unknown_options(["a=1", "--fast"])


def test_options_that_may_be_repeated_are_lists():
    parser = options.Parser("forecast x")
    for add in (
        options.accept_option,
        options.add_own,
        options.json_option,
        options.add_verbose,
    ):
        add(parser)
    none = parser.parse_args([])
    assert (none.config_dir, none.accept, none.plugin, none.json, none.verbose) == ([], [], [], False, False)
    both = parser.parse_args(["--accept", "2024-01", "--accept", "2024-02"])
    assert both.accept == ["2024-01", "2024-02"]


def test_a_verb_below_a_verb_has_its_example():
    parser = options.Parser("forecast data")
    made = options.subverbs(parser)("look", "look at it", "forecast data look")
    assert "example: forecast data look" in made.format_help()
    assert parser.parse_args(["look", "-v"]).what == "look"
    with pytest.raises(ConfigError, match="WHAT"):
        parser.parse_args([])


def test_plugins_are_run(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(f"open({str(tmp_path / 'seen')!r}, 'w').close()\n")
    options.load_plugins([str(file)])
    assert (tmp_path / "seen").exists()
