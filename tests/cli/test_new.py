"""`forecast new`: a file of one's own becomes an experiment that composes."""

import pandas as pd
import pytest

import forecast as fc
from forecast.cli.main import main
from forecast.cli.new import Naming, draft_experiment, name_for, named
from forecast.data.figures import ReadAs
from forecast.errors import ConfigError, DataError
from forecast.experiment.load import load_experiment
from forecast.experiment.named import pair_with_events
from forecast.experiment.pipeline import figures_of, read_inputs
from sampling import some_of


@pytest.fixture
def figures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    months = pd.period_range("2014-01", periods=96, freq="M").astype(str)
    (tmp_path / "visits.csv").write_text(
        "month,value\n" + "".join(f"{m},{100 + i % 12}\n" for i, m in enumerate(months))
    )
    (tmp_path / "events.csv").write_text(
        "id,announced_date,effective_start,shape\nfee,2019-01-10,2019-03-01,step\n"
    )
    return tmp_path


def test_what_is_written_composes_and_names_the_series_of_the_file(figures):
    path = draft_experiment("mine", "visits.csv", "events.csv", lag=20).write()
    assert path.read_text().startswith("# @package _global_\n")
    exp = fc.load_experiment("mine")
    assert exp.target.series == ("visits",) and exp.data.release_lag_days == 20
    assert exp.data.expected_by == 40 and not exp.data.allow_gaps
    assert exp.events.path == "events.csv" and exp.report.headline == "general"
    assert exp.backtest.start == "2017-01" and exp.backtest.score_from == "2018-01"
    spans = list(exp.report.eras.values())
    assert spans[0][0] == exp.backtest.start and spans[-1][1] == "9999-12"
    assert pd.Period(spans[0][1]) + 1 == pd.Period(spans[-1][0])
    assert exp.question == "What comes next for visits?"
    without = draft_experiment("plain", "visits.csv").write()
    assert fc.load_experiment("plain").events.effects is None and without.exists()


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("quick", "visits.csv"), ConfigError, "another name"),
        (("no good", "visits.csv"), ConfigError, "letters"),
        (("2024_visits", "visits.csv"), ConfigError, "for example 'visits_2024'"),
        (("con", "visits.csv"), ConfigError, "device"),
        (("mine", "visits.csv", None, "vists"), ConfigError, "'visits'"),
        (("mine", "nowhere.csv"), DataError, "no such file"),
        (("mine", "visits.csv", "visits.csv"), DataError, "effective_start"),
        (("mine", "two.csv", None, "c*"), ConfigError, "no series is called like 'c\\*'"),
        (("mine", "apart.csv"), ConfigError, "0 months in common"),
        (("mine", "short.csv"), ConfigError, "at least 24"),
        (("mine", "zeros.csv"), ConfigError, "3 months are not zero"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(figures, words, error, said):
    rows = "".join(f"{s},20{y:02d}-{m:02d},5\n" for s in "ab" for y in range(10, 16) for m in range(1, 13))
    (figures / "two.csv").write_text("series_id,month,value\n" + rows)
    apart = "".join(
        f"{s},20{y + 3 * (s == 'b'):02d}-{m:02d},5\n" for s in "ab" for y in (10, 11) for m in range(1, 13)
    )
    (figures / "apart.csv").write_text("series_id,month,value\n" + apart)
    (figures / "short.csv").write_text("month,value\n2020-01,5\n2020-02,6\n")
    zeros = "".join(f"20{y:02d}-{m:02d},{int(m == 5)}\n" for y in range(10, 13) for m in range(1, 13))
    (figures / "zeros.csv").write_text("month,value\n" + zeros)
    with pytest.raises(error, match=said):
        draft_experiment(*words).write()
    assert not (figures / "conf").exists()


@pytest.fixture
def uneven(figures):
    months = pd.period_range("2014-01", periods=96, freq="M").astype(str)
    rows = [f"{m},{200 + 5 * (i % 12) + (i * 7919) % 23}\n" for i, m in enumerate(months)]
    (figures / "uneven.csv").write_text("".join(["month,value\n", *rows]))
    return figures


def test_a_file_with_gaps_gets_models_that_can_take_them_and_is_told(uneven):
    rows = (uneven / "uneven.csv").read_text().splitlines(keepends=True)
    (uneven / "gaps.csv").write_text("".join(rows[:40] + rows[42:]))
    draft = draft_experiment("holes", "gaps.csv")
    assert not draft.target.exists()
    assert draft.said[0] == "2 months are missing: 2017-04, 2017-05"
    assert "ets" in draft.said[1] and "theta" in draft.said[1]
    draft.write()
    exp = fc.load_experiment("holes")
    assert exp.data.allow_gaps and exp.report.headline == "arima" and not exp.combination
    assert not {"ets", "theta"} & set(exp.model)


@pytest.mark.slow
def test_figures_below_zero_are_not_put_on_logs(uneven):
    text = (uneven / "uneven.csv").read_text().replace(",21", ",-21")
    (uneven / "signed.csv").write_text(text)
    draft = draft_experiment("signed", "signed.csv", "events.csv")
    assert any("not on logs" in line for line in draft.said)
    assert any("no effects of events are estimated" in line for line in draft.said)
    draft.write()
    exp = fc.load_experiment("signed")
    assert exp.report.headline == "general"
    assert {spec.parameters["transform"] for spec in exp.model.values()} == {"none"}
    assert exp.events.effects is None and exp.events.path == "events.csv"


def test_effects_in_percent_are_not_asked_of_figures_below_zero(uneven):
    (uneven / "signed.csv").write_text((uneven / "uneven.csv").read_text().replace(",21", ",-21"))
    draft_experiment("plain", "uneven.csv", "events.csv").write()
    words = [
        "data.path=signed.csv",
        "target.series=[signed]",
        "report.headline=random_walk",
        "combination=none",
    ]
    exp = fc.load_experiment("plain", "model=[random_walk]", *words, "events.effects=rule")
    told = r"events\.effects: .*signed has \d+ figures at or below 0 .*; set events\.effects=null, and no scenario"
    with pytest.raises(ConfigError, match=told):
        read_inputs(exp)


def test_what_the_file_leaves_open_is_written_too(figures):
    text = (figures / "visits.csv").read_text().replace("month,value", "when,north,south")
    (figures / "open.csv").write_text(
        "".join(f"{r},7\n" if i else f"{r}\n" for i, r in enumerate(text.splitlines()))
    )
    draft_experiment("plain", "open.csv", series="north").write()
    draft_experiment("stated", "open.csv", read_as=ReadAs.of({"value": "south"})).write()
    exp = fc.load_experiment("stated")
    assert exp.data.columns.value == "south" and exp.target.series == ("open",)
    assert fc.load_experiment("plain").target.series == ("north",)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("visits.csv", "visits"),
        ("data/2024 Visits.xlsx", "visits_2024"),
        ("01.csv", "own_01"),
        ("a-b c.csv", "a_b_c"),
    ],
)
def test_a_name_is_made_of_the_file(file, name):
    assert name_for(file) == name


HOSTILE = [
    "visits\n<<: {hydra: {callbacks: {e: {_target_: os.abort}}}}\n#",
    "${oc.env:HOME}",
    "\\${oc.env:HOME}",
    "\\\\${x}",
    "007",
    "1e5",
    "12:30",
    "NA",
    "on",
    "yes",
    "null",
    "~",
    "- a",
    "a: b",
    "a #b",
    "'",
    '"',
    "{a}",
    "[a]",
    "*a",
    "&a",
    "!!python/name:os.abort",
    "%a",
    "@a",
    "`a`",
    "été",
    "=1+1",
    " a",
    "</style>",
    "2013-01",
    "0x10",
    "1_000",
    ".5",
    "?",
    "|",
    ">",
]


@pytest.mark.parametrize("name", some_of(HOSTILE, quick=HOSTILE[::5]))
def test_whatever_a_series_is_called_its_experiment_says_that_name_and_nothing_else(figures, name):
    months = pd.period_range("2014-01", periods=96, freq="M").astype(str)
    frame = pd.DataFrame({"series_id": name, "month": months, "value": range(100, 196)})
    frame.to_csv("hostile.csv", index=False)
    if "\n" in name:
        with pytest.raises(DataError, match="line break") as caught:
            draft_experiment("hostile", "hostile.csv").write()
        assert caught.value.exit_code == 4 and not (figures / "conf").exists()
        return
    draft_experiment("hostile", "hostile.csv").write()
    exp = fc.load_experiment("hostile")
    assert exp.target.series == (name.strip(),)
    assert exp.question == f"What comes next for {name.strip()}?"


@pytest.mark.parametrize("file", ["a b.csv", "${oc.env:HOME}.csv", "a: b #c.csv", "'q'.csv", "007.csv", "on"])
def test_whatever_a_file_is_called_its_experiment_reads_that_file(figures, file):
    (figures / file).write_bytes((figures / "visits.csv").read_bytes())
    (figures / f"e {file}").write_bytes((figures / "events.csv").read_bytes())
    draft_experiment("odd", file, f"e {file}").write()
    exp = fc.load_experiment("odd")
    assert (exp.data.path, exp.events.path) == (file, f"e {file}")


def test_words_for_the_series_are_written_and_used(figures):
    draft = draft_experiment("worded", "visits.csv", naming=Naming("Visits to the museum", "visits", ""))
    draft.write()
    exp = load_experiment("worded")
    assert (exp.target.label, exp.target.unit, exp.target.kind) == ("Visits to the museum", "visits", "count")
    assert exp.question == "What comes next for Visits to the museum?"
    obs = figures_of(exp)
    row = obs.series.loc[exp.target.series[0]]
    assert (row["label"], row["name"], row["unit"]) == (
        "Visits to the museum",
        "Visits to the museum",
        "visits",
    )


@pytest.mark.parametrize(
    ("values", "unit", "kind"),
    [
        ([3, 0, 5], "", "count"),
        ([0.1, 0.4], "", "rate"),
        ([3.1, 40.2], "%", "rate"),
        ([3.5, -2.0], "", "index"),
    ],
)
def test_the_kind_is_seen_in_the_figures(values, unit, kind):
    assert named(pd.Series(values, dtype=float), Naming(unit=unit)).kind == kind
    assert named(pd.Series(values, dtype=float), Naming(kind="money")).kind == "money"


def test_a_person_at_a_terminal_is_asked(figures, monkeypatch, capsys):
    answers = iter(["Visits", "visits", "count"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    assert main(["new", "asked", "visits.csv"]) == 0
    target = load_experiment("asked").target
    assert (target.label, target.unit, target.kind) == ("Visits", "visits", "count")
    answers = iter(["", "", "cuont"])
    assert main(["new", "wrong", "visits.csv"]) == 2
    assert "Did you mean 'count'" in capsys.readouterr().err


def test_an_experiment_goes_into_the_folder_that_is_named(figures, tmp_path):
    (tmp_path / "own" / "experiment").mkdir(parents=True)
    words = ["new", "there", "visits.csv", "--config-dir", str(tmp_path / "own"), "--unit", "visits"]
    assert main(words) == 0 and (tmp_path / "own" / "experiment" / "there.yaml").is_file()
    assert main(words) == 2


@pytest.mark.parametrize(
    ("months", "models"), [(24, ["random_walk"]), (48, ["random_walk", "seasonal_naive", "arima"])]
)
def test_a_short_series_gets_what_runs_on_it_and_a_caution(figures, months, models):
    index = pd.period_range("2020-01", periods=months, freq="M").astype(str)
    rows = [f"{m},{100 + (i * 7919) % 23}\n" for i, m in enumerate(index)]
    (figures / "few.csv").write_text("".join(["month,value\n", *rows]))
    draft = draft_experiment("few", "few.csv")
    assert "no replay is long enough" in draft.said[0]
    draft.write()
    exp = load_experiment("few")
    assert list(exp.model)[: len(models)] == models
    assert exp.backtest.start == exp.backtest.score_from == index[max(24, months - 12) if months > 24 else 23]


def test_small_counts_get_a_model_of_counts(figures):
    months = pd.period_range("2014-01", periods=96, freq="M").astype(str)
    rows = "".join(f"{m},{(i * 7919) % 3 * ((i * 31) % 2)}\n" for i, m in enumerate(months))
    (figures / "few.csv").write_text("month,value\n" + rows)
    draft = draft_experiment("few", "few.csv", events="events.csv")
    assert draft.said[0].startswith("small counts (64 of 96 months are zero, half are below 1)")
    assert "`counts_events` is the same model with your events" in draft.said[1]
    draft.write()
    exp = fc.load_experiment("few")
    assert exp.report.headline == "counts" and exp.intervals.method == "model" and not exp.combination
    assert list(exp.model) == ["random_walk", "seasonal_naive", "arima", "counts", "counts_events"]
    assert pair_with_events(exp) == ("counts", "counts_events")
    assert [spec.parameters.get("events") for spec in exp.model.values()][-2:] == [None, True]
    for file in ("visits.csv", "signed.csv"):
        text = (figures / "visits.csv").read_text()
        (figures / file).write_text(text.replace(",103", ",-103") if file == "signed.csv" else text)
        assert not any("counts" in line for line in draft_experiment("other", file).said)


def test_events_stand_beside_the_headline_where_they_can_act(figures):
    draft_experiment("mine", "visits.csv", "events.csv").write()
    assert fc.load_experiment("mine").combination["general"].with_events == "general_events"
    alone = fc.load_experiment("mine", "combination=none", "report.headline=arima")
    assert not alone.combination and "arima" in alone.model
    draft_experiment("plain", "visits.csv").write()
    assert fc.load_experiment("plain").combination["general"].with_events is None


@pytest.mark.parametrize(("series", "word"), [(None, "all"), ("n*", "n*"), ("south", "south")])
def test_a_file_of_many_series_becomes_an_experiment_of_them(figures, series, word):
    months = pd.period_range("2015-01", periods=72, freq="M").astype(str)
    rows = [
        f"{s},{m},{50 + i % 12 + len(s)}\n" for s in ("north", "near", "south") for i, m in enumerate(months)
    ]
    (figures / "three.csv").write_text("".join(["series_id,month,value\n", *rows]))
    draft = draft_experiment("many", "three.csv", series=series)
    draft.write()
    exp = fc.load_experiment("many")
    assert exp.target.series == (word,)
    if word != "south":
        assert exp.report.headline == "theta" and exp.backtest.start == "2018-12"
        assert f"{3 if word == 'all' else 2} series, each forecast by itself" in draft.said[0]
