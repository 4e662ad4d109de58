"""Ends of settings: what is taken, what is refused, on every way in."""

import pytest

from forecast.config.bounds import Address, Ascending, Bounds, Dated, Distinct, Scheduler, Word, Written
from forecast.config.convert import from_plain
from forecast.config.reference import all_keys
from forecast.config.settings import CombinationSpec, Experiment, IntervalsSpec
from forecast.errors import ConfigError


def test_ends_are_allowed_and_what_lies_beyond_is_not():
    assert Bounds(1, 60).problem(1) == "" == Bounds(1, 60).problem(60)
    assert Bounds(1, 60).problem(61) == "61; expected a number between 1 and 60"
    assert Bounds(above=0).problem(0) == "0; expected a number above 0"
    assert Bounds(-1, 8, without=(0,)).problem(0) == "0; expected a number between -1 and 8, not 0"
    assert str(Bounds(0, 2**32 - 1)) == "between 0 and 4294967295"
    assert Bounds(1).problem("a") == ""  # the type says what is wrong


def test_lists_name_each_once():
    assert Distinct(1).problem(("a", "b")) == ""
    assert "twice" in Distinct().problem(("a", "a")) and "at least 2" in Distinct(2).problem(("a",))
    assert Distinct().problem("aa") == ""


def test_texts_are_not_empty():
    assert Written().problem("x") == "" != Written().problem("")
    assert Written(needed=False).problem("") == "" != Written(needed=False).problem(" ")
    assert Written().problem("Zeile 1\nZeile 2") == "" and "control" in Written().problem("a\x1bb")
    assert "at most 4096" in Written().problem("x" * 4097)


def test_words_and_addresses_have_a_form():
    assert Word().problem("us_1") == "" != Word().problem("us 1") and Word().problem("é") != ""
    site = Address(("https", "http"), needed=False)
    assert (
        site.problem("")
        == ""
        == site.problem("https://example.org/a")
        == site.problem("http://localhost:8000")
    )
    for wrong in (
        "nope",
        "ftp://a.org",
        "https://",
        "https:/a.org",
        "https://a b.org",
        "https://a.org:x",
        "https://[a",
    ):
        assert "begins with https:// or http://" in site.problem(wrong), wrong
    assert "without ? and #" in site.problem("https://a.org/#x")
    assert Address(("https", "file")).problem("file:///srv/in/*.csv") == ""
    for right in ("tcp://head:8786", "head:8786", "tls://10.0.0.1:1", "[::1]:8786", "nope:1"):
        assert Scheduler().problem(right) == "", right
    for wrong in (
        "head",
        "head:0",
        "head:99999",
        "head:x",
        "http://head:1",
        "tcp://head:1/x",
        "u@head:1",
        ":8786",
        "a b:1",
    ):
        assert "host:port" in Scheduler().problem(wrong), wrong


WRONG = {
    "seed": [-1, 10**23],
    "horizon": [0, 61],
    "data.release_lag_days": [-5, 99999999],
    "data.expected_by": [-1],
    "events.max_columns": [-1, 999999],
    "backtest.knowledge": [[], ["none", "none"]],
    "backtest.step": [0, 1000],
    "backtest.window": [23],
    "backtest.origins": [["2024-01-26T00:00:00+02:00"], ["2024-01-26", "2024-01-26"]],
    "intervals.half_life": [float("inf"), float("nan"), 1e-300, 0],
    "intervals.short_horizons": [0, 20],
    "intervals.exponent": [-0.1, 2.5],
    "reconciliation.paths": [0],
    "outlook.paths": [5],
    "outlook.levels": [[1.0, 1.0]],
    "nowcast.sd_day": [0],
    "nowcast.cases": [1],
    "events.donors": [["a", "a"]],
    "parallel.n_jobs": [0, -7],
    "parallel.backend": ["nope"],
    "report.level_break": ["x"],
    "report.folder": ["", " "],
    "name": [""],
    "target.series": [[], ["a", "a"]],
    "publish.timeout_seconds": [0, float("inf")],
    "publish.accept": [["x"], ["2024-01", "2024-01"]],
    "publish.fetch": [[""]],
    "publish.hub": [""],
    "data.path": ["", " "],
    "data.columns.month": [""],
    "data.layout.sheet": [""],
    "target.total": [""],
    "backtest.start": ["2020-13", "1999"],
    "backtest.end": ["2000-01"],
    "report.eras": [{"a": ["2015-01", "2014-01"]}, {"a": ["x", "y"]}, {"a": ["2015-01"]}],
    "report.cases": [{"a": {}}, {"a": {"origin": "x", "label": "y"}}],
}


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, values in WRONG.items() for v in values], ids=str)
def test_what_means_nothing_is_refused_by_name(key, value):
    *groups, name = key.split(".")
    plain = {name: value}
    for group in reversed(groups):
        plain = {group: plain}
    with pytest.raises(ConfigError, match=key.replace(".", r"\.")):
        from_plain(Experiment, plain)


@pytest.mark.parametrize("key", [key for key in all_keys() if "NAME" not in key.path], ids=lambda k: k.path)
def test_no_key_takes_what_no_key_can_be(key):
    never = [float("nan"), float("inf")]
    if "text" not in key.type:
        never += [-(10**400), 10**400, [[["x"]]]]
    for value in never:
        plain = value
        for name in reversed(key.path.split(".")):
            plain = {name: plain}
        with pytest.raises(ConfigError):
            from_plain(Experiment, plain)


def test_all_are_told_at_once_and_also_of_settings_made_in_python():
    with pytest.raises(ConfigError) as error:
        Experiment(
            name="x",
            horizon=99,
            intervals=IntervalsSpec(half_life=-1.0),
            combination={"c": CombinationSpec(("random_walk",), cap=float("nan"))},
        )
    told = str(error.value)
    assert "horizon: 99" in told and "intervals.half_life: -1.0" in told
    assert "combination.c.cap: nan is not a finite number" in told


def test_days_and_months_have_one_form_and_pairs_their_order():
    assert Dated("month").problem("2024-05") == "" == Dated("day", word="latest").problem("latest")
    assert Dated("month").problem("2020-13") == "'2020-13' is not a month (YYYY-MM)"
    assert Dated("day").problem("2024-05-07T10:00") != "" != Dated("day").problem("2024-05")
    assert "latest" in Dated("day", word="latest").problem("2024")
    assert Dated("day").problem("1700-01-01") == "'1700-01-01' is before 1750"
    assert Ascending().problem(("2014-01", "2014-01")) == "" != Ascending().problem(("2015-01", "2014-01"))
