"""From configuration files to an `Experiment`: Hydra's compose API, with every mistake told by its nearest right word.

Hydra is used here and in `cli` and nowhere else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from forecast.spec import ConfigError, Experiment, from_plain, nearest, to_plain

#: Keys that never change a result and therefore no run folder.
NEUTRAL = ("parallel", "publish", "overrides", "name", "question")


def conf_dir() -> Path:
    """Return the folder of the shipped configuration: of the checkout, or the copy inside the wheel."""
    here = Path(__file__).resolve()
    for candidate in (here.parents[2] / "conf", here.parent / "conf"):
        if (candidate / "config.yaml").is_file() and (candidate / "base.yaml").is_file():
            return candidate
    raise ConfigError(
        f"the configuration folder conf/ is missing beside {here.parent}; install the package again"
    )


def own_dirs(extra: Sequence[str] = ()) -> list[Path]:
    """Return the user's configuration folders: ./conf, FORECAST_CONF and those given, where they exist.

    ``./conf`` counts if it has ``experiment/`` and no ``config.yaml`` (that would be the checkout's own).

    Raises
    ------
    ConfigError
        If a folder that was named is none.
    """
    dirs = []
    local = Path.cwd() / "conf"
    if (local / "experiment").is_dir() and not (local / "config.yaml").exists():
        dirs.append(local)
    named = [("FORECAST_CONF", os.environ.get("FORECAST_CONF", "")), *(("--config-dir", d) for d in extra)]
    for how, text in named:
        if not text:
            continue
        if not Path(text).is_dir():
            raise ConfigError(f"{how}: '{text}' is not a folder")
        dirs.append(Path(text).resolve())
    return dirs


def search_path(extra: Sequence[str] = ()) -> list[str]:
    """Return the override that appends the user's folders to Hydra's search path, or nothing."""
    dirs = own_dirs(extra)
    return [f"hydra.searchpath=[{','.join(f'file://{d}' for d in dirs)}]"] if dirs else []


def compose(overrides: Sequence[str], extra_dirs: Sequence[str] = ()) -> dict[str, Any]:
    """Compose the configuration and return it as plain values.

    Raises
    ------
    ConfigError
        With the nearest valid name where a key, an experiment or another choice is unknown.
    """
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    for word in overrides:
        if "=" not in word and not word.startswith("~"):
            raise ConfigError(f"'{word}' is neither a verb nor key=value; `forecast --help` lists both")
    state = GlobalHydra.instance()
    before = state.hydra
    state.clear()
    try:
        with initialize_config_dir(str(conf_dir()), version_base="1.3", job_name="forecast"):
            try:
                config = hydra_compose("config", overrides=[*search_path(extra_dirs), *overrides])
                plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
            except (HydraException, OmegaConfBaseException) as error:
                raise ConfigError(_explain(error, overrides, extra_dirs)) from None
            except YAMLError as error:
                raise ConfigError(f"a configuration file cannot be read as YAML: {error}") from None
    finally:
        state.clear()
        state.hydra = before
    if not isinstance(plain, dict):
        raise ConfigError("the configuration is not a group of keys")
    if problem := _misplaced(plain, overrides, extra_dirs):
        raise ConfigError(problem)
    return {str(k): v for k, v in plain.items() if k != "hydra"}


def _misplaced(plain: dict[Any, Any], overrides: Sequence[str], extra_dirs: Sequence[str]) -> str:
    """Return what to say about a file whose first line does not tell where its keys belong; empty if all do."""
    chosen = next((w.split("=", 1)[1] for w in overrides if w.startswith("experiment=")), "")
    if "experiment" in plain:
        file = list_group("experiment", extra_dirs).get(chosen, f"{chosen}.yaml")
        return f"{file}: the first line of an experiment must be `# @package _global_`; without it no key of the file counts"
    models = plain.get("model") or {}
    if "kind" in models:
        return "model: a file of conf/model must begin with `# @package model.NAME`, NAME being the name of the row"
    return ""


def load_experiment(name: str | None = None, *overrides: str, config_dir: Sequence[str] = ()) -> Experiment:
    """Return one experiment, composed from conf/, with overrides as on the command line, and validated.

    Parameters
    ----------
    name : str, optional
        A file of ``conf/experiment`` without its ending; None for the defaults.
    *overrides : str
        ``key=value`` words, for example ``"backtest=quick"``.
    config_dir : sequence of str
        Further folders with configuration of one's own.

    Returns
    -------
    Experiment
        Frozen and validated.

    Raises
    ------
    ConfigError
        For an unknown key, experiment, model or value; the nearest valid one is named.

    Examples
    --------
    >>> import forecast as fc
    >>> exp = fc.load_experiment("guatemala_2024", "backtest=quick")
    >>> exp.as_of, exp.horizon
    ('2024-05-07', 12)
    """
    words = [*([f"experiment={name}"] if name else []), *overrides]
    return to_experiment(compose(words, config_dir), overrides)


def to_experiment(plain: dict[str, Any], overrides: Sequence[str] = ()) -> Experiment:
    """Turn composed plain values into a validated `Experiment`, its models checked against the registry."""
    from forecast.models.registry import make_models

    exp: Experiment = from_plain(Experiment, plain)
    make_models(exp.model)
    return replace(
        exp, overrides=tuple(w for w in result_words(overrides) if not w.startswith("experiment="))
    )


def result_words(words: Sequence[str]) -> list[str]:
    """Return the words of a command that can change a result: without workers, the folder and the form of files."""
    return [w for w in words if not re.match(r"\+*((parallel|publish)[.=]|report\.(folder|png|pdf)=)", w)]


def list_group(group: str, extra_dirs: Sequence[str] = ()) -> dict[str, Path]:
    """Return the choices of a configuration group and their files, the user's own included."""
    files: dict[str, Path] = {}
    for folder in [conf_dir(), *own_dirs(extra_dirs)]:
        for path in sorted((folder / group).glob("*.yaml")):
            files.setdefault(path.stem, path)
    return dict(sorted(files.items()))


def as_written(exp: Experiment, extra_dirs: Sequence[str] = ()) -> bool:
    """Tell whether the overrides leave the experiment's result as its file has it."""
    if not exp.overrides:
        return True
    if exp.name not in list_group("experiment", extra_dirs):
        return False
    return same_result(exp, load_experiment(exp.name, config_dir=extra_dirs))


def same_result(a: Experiment, b: Experiment) -> bool:
    """Tell whether two experiments differ only in keys that never change a result."""
    return _essence(a) == _essence(b)


def _essence(exp: Experiment) -> dict[str, Any]:
    plain = {k: v for k, v in to_plain(exp).items() if k not in NEUTRAL}
    plain["report"] = {k: v for k, v in plain["report"].items() if k not in ("folder", "png", "pdf")}
    plain["data"].pop("allow_http")
    return plain


def digest(exp: Experiment) -> str:
    """Return 8 hex digits of the resolved configuration, as run folders carry them."""
    import hashlib
    import json

    return hashlib.sha256(json.dumps(_essence(exp), sort_keys=True).encode()).hexdigest()[:8]


# --------------------------------------------------------------------------- words for mistakes


def _explain(error: Exception, overrides: Sequence[str], extra_dirs: Sequence[str]) -> str:
    text = str(error)
    unknown_choice = re.search(r"Could not (?:find|load) '([^']+)/([^'/]+)'", text)
    if unknown_choice:
        group, choice = unknown_choice.groups()
        known = list_group(group, extra_dirs)
        return f"{group}: there is no '{choice}'.{nearest(choice, known)} Known: {', '.join(known) or 'none'}"
    full = re.search(r"full_key: (\S+)", text)
    if "Missing mandatory value" in text and full:
        return f"{full.group(1)}: this key needs a value; give {full.group(1)}=..."
    key = re.search(r"Could not override '([^']+)'", text) or full
    group_word = re.search(r"Could not override '(\w+)'\.\s+No match in the defaults list", text)
    if group_word:
        return f"{group_word.group(1)}: there is no such group.{nearest(group_word.group(1), _groups(extra_dirs))}"
    if key:
        return f"{key.group(1)}: there is no such key.{_nearest_key(key.group(1), overrides, extra_dirs)}"
    for word in overrides:
        name = word.lstrip("+~").split("=", 1)[0]
        if name and name in text:
            return f"{word}: {text.splitlines()[0]}"
    return text.splitlines()[0]


def _groups(extra_dirs: Sequence[str]) -> list[str]:
    return sorted(
        {p.name for folder in [conf_dir(), *own_dirs(extra_dirs)] for p in folder.iterdir() if p.is_dir()}
    )


def _nearest_key(key: str, overrides: Sequence[str], extra_dirs: Sequence[str]) -> str:
    good = [w for w in overrides if w.split("=", 1)[0] in _groups(extra_dirs)]
    try:
        known = list(_flat(compose(good, extra_dirs)))
    except ConfigError:
        known = list(_flat(compose([], extra_dirs)))
    hint = nearest(key, [*known, *_groups(extra_dirs)])
    if hint:
        return hint
    last = key.rsplit(".", 1)[-1]
    return nearest(last, {k.rsplit(".", 1)[-1]: k for k in known})


def _flat(values: dict[str, Any], prefix: str = "") -> Iterable[str]:
    for key, value in values.items():
        path = f"{prefix}{key}"
        yield path
        if isinstance(value, dict):
            yield from _flat({str(k): v for k, v in value.items()}, f"{path}.")
