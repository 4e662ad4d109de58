"""The public face: at most forty names, each documented as numpydoc wants it, each with an example that runs."""

import ast
import dataclasses
import doctest
import inspect
import re
import warnings
from pathlib import Path

import pandas as pd
import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import forecast as fc
import forecast.arima
import forecast.testing

OBJECTS = {name: getattr(fc, name) for name in fc.__all__ if callable(getattr(fc, name))}
OBJECTS |= {f"arima.{name}": getattr(forecast.arima, name) for name in ("arima", "auto_arima", "ArimaFit")}
OBJECTS["testing.check_model"] = forecast.testing.check_model
#: Not asked: an extended summary, See Also, the place of the quotes (ruff has its own rule), blank lines around them.
LEFT_OUT = {"ES01", "SA01", "GL01", "GL02", "GL03"}


def full_name(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def test_there_are_at_most_55_names_and_all_are_there():
    assert len(fc.__all__) == len(set(fc.__all__)) <= 55
    assert set(fc.__all__) <= set(dir(fc))
    constants = [name for name in fc.__all__ if not callable(getattr(fc, name))]
    assert sorted(constants) == ["LEVELS", "__version__"]


@pytest.mark.parametrize("name", OBJECTS)
def test_its_docstring_is_valid(name):
    thing = OBJECTS[name]
    # the fields of a dataclass are told as Attributes, see the next test
    left_out = LEFT_OUT | ({"PR01"} if dataclasses.is_dataclass(thing) else set())
    problems = [
        f"{code} {text}" for code, text in validate(full_name(thing))["errors"] if code not in left_out
    ]
    assert not problems


# Experiment is left out: its keys are told beside each key, and docs/reference is made of that
@pytest.mark.parametrize(
    "name", [n for n, o in OBJECTS.items() if dataclasses.is_dataclass(o) and o is not fc.Experiment]
)
def test_every_field_of_a_dataclass_is_told(name):
    thing = OBJECTS[name]
    told = {
        part.strip()
        for entry in NumpyDocString(inspect.getdoc(thing))["Attributes"]
        for part in entry.name.split(",")
    }
    # of a fit, the parts that only its engine reads are not told
    inner = {"problem", "values", "source", "notes", "tried"} if thing is forecast.arima.ArimaFit else set()
    fields = {f.name for f in dataclasses.fields(thing) if f.init and not f.name.startswith("_")}
    assert fields - inner - told == set()


@pytest.mark.parametrize("name", OBJECTS)
def test_its_example_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    thing = OBJECTS[name]
    module = inspect.getmodule(thing)
    found = doctest.DocTestFinder(recurse=False).find(thing, name, module=module, globs=dict(vars(module)))
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    with warnings.catch_warnings():
        for test in found:
            assert test.examples and not all(doctest.SKIP in e.options for e in test.examples), "no example"
            runner.run(test)
    assert runner.failures == 0


#: What is turned into JSON, YAML or cells may be anything; rows of a table are named as its columns are.
OPEN = {
    "as_json",
    "plain",
    "formats",
    "json_bytes",
    "latest",
    "model_words",
    "numbers",
    "once",
    "plain_json",
    "plain_text",
    "records",
}


@pytest.mark.parametrize("room", ["report", "publish", "notebook"])
def test_functions_say_what_they_take(room):
    place = Path(fc.__file__).parent / room
    files = sorted(place.rglob("*.py")) or [place.with_suffix(".py")]
    loose = {
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        for hint in [a.annotation for a in (*node.args.args, *node.args.kwonlyargs)] + [node.returns]
        if hint is not None and re.search(r"\b(Any|object)\b", ast.unparse(hint))
    }
    assert loose <= OPEN
    for file in files:
        assert not re.search(
            r"\b(getattr|hasattr|vars)\((r\.)?run, [\"']", file.read_text(encoding="utf-8")
        ), file


def forecasts_of(obs):
    return fc.backtest("drift", obs, None, "a", ["2022-01-20"], horizon=2).forecasts


WRONG = {
    "load_observations": lambda o, e: fc.load_observations(3),
    "load_events": lambda o, e: fc.load_events(3),
    "as_of": lambda o, e: o.as_of("latest", [3]),
    "fit": lambda o, e: fc.make_model("drift").fit(o.table),
    "arima.fit": lambda o, e: fc.make_model("arima").fit(o),
    "models": lambda o, e: fc.backtest(type(fc.make_model("drift")), o, None, "a", ["2022-01-20"]),
    "obs": lambda o, e: fc.backtest("drift", o.table, None, "a", ["2022-01-20"]),
    "events": lambda o, e: fc.backtest("drift", o, "events.csv", "a", ["2022-01-20"]),
    "make_model": lambda o, e: fc.make_model(3),
    "interval": lambda o, e: fc.make_model("drift").fit(o.as_of("latest", "a")).forecast(2).interval("80"),
    "score": lambda o, e: fc.score("scores.csv", o),
    "score.obs": lambda o, e: fc.score(forecasts_of(o), None),
    "score.eras": lambda o, e: fc.score(forecasts_of(o), o, eras="2022"),
    "series_id": lambda o, e: fc.load_observations(
        pd.DataFrame({"month": ["2020-01"], "value": 1}), series_id=3
    ),
    "allow_gaps": lambda o, e: fc.load_observations(None, allow_gaps="no"),
    "as_of.series": lambda o, e: o.as_of("latest", 0),
    "window": lambda o, e: o.as_of("latest").window(1.5),
    "from_nixtla": lambda o, e: fc.from_nixtla(None),
    "compare": lambda o, e: fc.compare(o, o),
    "effects": lambda o, e: fc.effects(o, e),
    "run": lambda o, e: fc.run("quick"),
    "write_report": lambda o, e: fc.write_report("quick", "folder"),
    "check_no_lookahead": lambda o, e: fc.check_no_lookahead("drift", o, e),
    "monthly_origins": lambda o, e: fc.monthly_origins("2020-01", "2020-03", "figures.csv", "a"),
    "to_nixtla": lambda o, e: fc.to_nixtla(3),
}


def _functions():
    """The public functions, and the methods of public classes; `check_model` says of anything what it breaks."""
    for name, thing in OBJECTS.items():
        if inspect.isfunction(thing) and name != "testing.check_model":
            yield name, thing
        elif inspect.isclass(thing):
            for word, held in vars(thing).items():
                method = getattr(held, "__func__", held)
                if inspect.isfunction(method) and not word.startswith("_") and hasattr(method, "__wrapped__"):
                    yield f"{name}.{word}", method


FUNCTIONS = dict(_functions())
#: Arguments that may be anything: what takes them looks at them itself.
ANYTHING = {"y", "xreg", "exog", "self", "cls", "parameters", "options", "as_of", "tables", "ax"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_argument_takes_an_object_of_another_type(name):
    function = FUNCTIONS[name]
    for word, one in inspect.signature(function).parameters.items():
        if word in ANYTHING or one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        with pytest.raises(fc.ConfigError, match=rf"{word}: object is given; expected "):
            function(**{word: object()})


def test_functions_and_methods_are_all_asked():
    assert {"backtest", "Panel.y", "Design.from_frames", "Forecast.interval", "arima.arima"} <= set(FUNCTIONS)
    bare = {name for name, function in FUNCTIONS.items() if not hasattr(function, "__wrapped__")}
    assert {name for name in bare if inspect.signature(FUNCTIONS[name]).parameters} == set()


@pytest.mark.parametrize("name", WRONG)
def test_a_value_of_another_type_is_told_with_what_is_taken(name, small, events):
    with pytest.raises(fc.ConfigError, match=r"is given; expected |is not a whole number"):
        WRONG[name](small, events)


def test_objects_tell_of_themselves_in_at_most_twelve_lines(small, events):
    panel = small.as_of("latest", ["a", "b"])
    fitted = fc.make_model("arima", events=False).fit(panel)
    backtest = fc.backtest("drift", small, None, "a", ["2022-01-20"], horizon=2)
    told = {
        "Experiment": fc.load_experiment("guatemala_2024"),
        "EventCalendar": events,
        "Backtest": backtest,
        "FittedSeries": fitted,
        "Forecast": fitted.forecast(2),
        "Design": events.design(panel, horizon=2),
    }
    for name, one in told.items():
        text = repr(one)
        assert text.startswith(f"<{name}") and len(text.splitlines()) <= 12 and len(text) < 1200, name
        assert one._repr_html_().startswith(("<p><b>", "<pre>")), name
    assert "drift" in repr(backtest) and "sma1" in fitted._repr_html_() and "118 events" in repr(events)
