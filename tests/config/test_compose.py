import pytest

import forecast as fc
from forecast.config import compose
from forecast.config.convert import from_plain
from forecast.config.settings import Experiment
from forecast.errors import ConfigError
from forecast.experiment import load

EXPERIMENTS = sorted(compose.list_group("experiment"))


def test_the_shipped_experiments_are_those_of_the_design():
    wanted = "guatemala_2024 latest monthly title42_end january_2025 sectors ports own_data quick"
    assert set(wanted.split()) <= set(EXPERIMENTS)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_composes_names_itself_and_asks_a_question(name):
    exp = fc.load_experiment(name)
    assert exp.name == name and exp.question.endswith((".", "?", ")"))
    first, second, *_ = compose.list_group("experiment")[name].read_text().splitlines()
    assert first == "# @package _global_" and second.startswith("# ")
    assert f"experiment={name}" in compose.list_group("experiment")[name].read_text()


@pytest.mark.parametrize("name", sorted(compose.list_group("model")))
def test_every_model_file_composes(name):
    exp = fc.load_experiment("quick", f"model={name}")
    assert name in exp.model


@pytest.mark.parametrize(
    "group", ["data", "target", "events", "combination", "backtest", "scenario", "report", "parallel"]
)
def test_every_choice_of_every_group_composes(group):
    for choice in compose.list_group(group):
        words = [f"{group}={choice}"]
        if choice == "file":
            words.append(f"{group}.path=x.csv")
        if (group, choice) == ("combination", "none"):
            words.append("report.headline=random_walk")
        fc.load_experiment(None, *words)


def test_how_an_address_may_be_read_makes_no_other_run_folder():
    exp = fc.load_experiment("quick")
    allowed = fc.load_experiment("quick", "data.allow_http=true")
    assert allowed.data.allow_http and not exp.data.allow_http
    assert load.digest(exp) == load.digest(allowed) and load.same_result(exp, allowed)


def test_one_key_changes_one_model():
    exp = fc.load_experiment("quick", "model=[random_walk,arima]", "model.arima.order=[2,1,0]")
    assert list(exp.model["arima"].parameters["order"]) == [2, 1, 0]
    assert exp.overrides == ("model=[random_walk,arima]", "model.arima.order=[2,1,0]")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["experiment=guatemala"], "guatemala_2024"),
        (["horizn=3"], "'horizon'"),
        (["modle=arima"], "'model'"),
        (["model=arma"], "'arima'"),
        (["backtest.stat=3"], "'backtest.start'"),
        (["backtest.horizon=3"], "'horizon'"),
        (["model.arima.ordr=3"], "order"),
        (["foo"], "neither a verb nor key=value"),
        (["data=file"], "needs a value"),
        (["model=[arima,drift,arima]"], "model: 'arima' is chosen twice; name it once"),
    ],
)
def test_a_mistake_is_told_by_its_nearest_right_word(words, said):
    with pytest.raises(ConfigError, match=said):
        compose.compose(words)


def test_a_wrong_parameter_of_a_model_is_named_before_anything_runs():
    with pytest.raises(ConfigError, match=r"model\.arima.*order"):
        fc.load_experiment("quick", "model.arima.order=[1,1]")


def test_no_yaml_names_a_callable():
    plain = compose.compose(["+model.evil={kind: os.system}"])
    with pytest.raises(ConfigError, match=r"os\.system"):
        load.to_experiment(plain)


def test_an_own_experiment_beside_the_data_is_enough(tmp_path, monkeypatch):
    (tmp_path / "conf" / "experiment").mkdir(parents=True)
    (tmp_path / "conf" / "experiment" / "mine.yaml").write_text(
        "# @package _global_\nname: mine\nquestion: Mine?\nhorizon: 3\n"
        "model:\n  long: {kind: arima, order: [1, 1, 0], seasonal_order: null}\n"
    )
    monkeypatch.chdir(tmp_path)
    exp = fc.load_experiment("mine")
    assert exp.horizon == 3 and exp.model["long"].kind == "arima"
    monkeypatch.chdir("/")
    with pytest.raises(ConfigError):
        fc.load_experiment("mine")
    monkeypatch.setenv("FORECAST_CONF", str(tmp_path / "conf"))
    assert fc.load_experiment("mine").name == "mine"
    monkeypatch.setenv("FORECAST_CONF", str(tmp_path / "no"))
    with pytest.raises(ConfigError, match="FORECAST_CONF"):
        fc.load_experiment("mine")


def test_overrides_mark_a_folder_only_if_they_change_the_result():
    assert load.as_written(fc.load_experiment("quick"))
    assert load.as_written(fc.load_experiment("quick", "parallel=local", "report.folder=x"))
    changed = fc.load_experiment("quick", "horizon=3")
    assert not load.as_written(changed)
    assert load.digest(changed) != load.digest(fc.load_experiment("quick"))


def test_composing_twice_leaves_hydra_as_it_was():
    first = compose.compose(["experiment=quick"])
    assert compose.compose(["experiment=quick"]) == first
    assert from_plain(Experiment, first).name == "quick"


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("model=null", "known: arima"),
        ("experiment=", "takes the name of a file"),
        ("horizon=6,12", r"a list is horizon=\[6,12\]"),
        ("data.path=~/x", "quotes"),
        ("data.path=a=b.csv", "quotes"),
        ("report.eras={mine: [2014-01,2015-01]}", r"put a \+ before it"),
        ("backtest.horizon=3", "Did you mean 'horizon'"),
    ],
)
def test_words_that_hydra_refuses_are_told_with_a_remedy(word, told):
    with pytest.raises(ConfigError, match=told):
        compose.compose([word])


def test_files_that_are_no_text_or_stand_for_millions_of_values_are_named(tmp_path):
    group = tmp_path / "experiment"
    group.mkdir()
    head = "# @package _global_\n"
    (group / "latin.yaml").write_bytes(f"{head}question: Ja\u00e9\n".encode("latin-1"))
    (group / "laughs.yaml").write_text(f"{head}a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    with pytest.raises(ConfigError) as error:
        compose.compose([], [str(tmp_path)])
    assert "latin.yaml: byte 33 is no UTF-8" in str(error.value)
    assert "laughs.yaml: references of YAML" in str(error.value)


def test_a_circle_of_defaults_is_told_as_one(tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment/loop.yaml").write_text("# @package _global_\ndefaults: [loop]\n")
    with pytest.raises(ConfigError, match="name each other in a circle"):
        compose.compose(["experiment=loop"], [str(tmp_path)])


@pytest.mark.parametrize(
    ("experiment", "word", "told"),
    [
        (
            "quick",
            "+model.drift.window=24",
            r"^model\.drift\.window: a file .* writes this key; leave the \+",
        ),
        ("quick", "~seeed", r"^seeed: no file .* so ~ takes nothing out\. Did you mean 'seed'"),
        (
            "mine/own.yaml",
            "seed=1",
            r"^experiment=mine/own\.yaml: the name of an experiment is expected, not a path",
        ),
        ("/mine/own", "seed=1", r"^experiment=/mine/own: the name of an experiment is expected, not a path"),
    ],
)
def test_marks_and_paths_that_do_not_fit_are_told_with_the_remedy(experiment, word, told):
    with pytest.raises(ConfigError, match=told):
        fc.load_experiment(experiment, word)
