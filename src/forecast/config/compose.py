"""Composition of a configuration by Hydra, with every mistake told by its nearest right word.

Hydra is used here and in `cli` and nowhere else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from forecast.config import guard, reference
from forecast.config.convert import Group, group
from forecast.errors import ConfigError, DataError, ForecastError, nearest, nearest_key
from forecast.files import is_address, path_problem


def conf_dir() -> Path:
    """Return the folder of the shipped configuration: of the checkout, or the copy inside the wheel."""
    here = Path(__file__).resolve()
    for candidate in (here.parents[3] / "conf", here.parents[1] / "conf"):
        if (candidate / "config.yaml").is_file() and (candidate / "base.yaml").is_file():
            return candidate
    raise ConfigError(
        f"the configuration folder conf/ is missing beside {here.parents[1]}; install the package again"
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
    return [f"hydra.searchpath=[{','.join(map(_quoted, dirs))}]"] if dirs else []


def _source(folder: Path) -> str:
    """Return a folder as Hydra's search path names it."""
    return f"file://{folder}"


def _quoted(folder: Path) -> str:
    """Return a folder of the search path in the quotes of Hydra's words, whatever its name holds."""
    # backslashes count only before a quote
    text = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), _source(folder))
    return f"'{text}'"


@dataclass(frozen=True)
class Composed:
    """A composed configuration: plain values, resolved, and Hydra's own block as it was composed."""

    plain: Group
    hydra: Group


def compose(overrides: Sequence[str], extra_dirs: Sequence[str] = ()) -> Group:
    """Compose the configuration and return it as plain values; see `compose_all`."""
    return compose_all(overrides, extra_dirs).plain


def compose_all(overrides: Sequence[str], extra_dirs: Sequence[str] = ()) -> Composed:
    """Compose the configuration and return it with Hydra's own block, both checked.

    Raises
    ------
    ConfigError
        With the nearest valid name where a key, an experiment or another choice is unknown; and for what
        `forecast.config.guard` refuses.
    """
    check_words(overrides)
    _refuse([text for word in overrides if (text := _without_choice(word, extra_dirs))])
    folders = own_dirs(extra_dirs)
    _refuse(guard.file_problems(folders))
    shipped = _shipped(Path.cwd(), conf_dir(), tuple(guard.plugin_words(overrides)))
    _refuse(guard.shadowed(shipped, folders))
    words = [*search_path(extra_dirs), *overrides]
    plain = _composed("config", words, extra_dirs)
    block = group(plain, "hydra")
    del plain["hydra"]
    _refuse(guard.hydra_problems(block, shipped, [_source(folder) for folder in folders], words))
    _check_address(plain, overrides, extra_dirs)
    if problem := _misplaced(plain, overrides, extra_dirs):
        raise ConfigError(problem)
    return Composed(resolved(plain, overrides, extra_dirs), block)


@cache
def _shipped(_here: Path, _conf: Path, plugins: tuple[str, ...]) -> Group:
    """Return Hydra's own block as the package ships it, composed once a folder; nobody changes it."""
    return group(_composed("edge", plugins), "hydra")


def check_words(words: Sequence[str]) -> None:
    """Refuse words of a command that are no overrides, or that lead Hydra to other folders."""
    for word in words:
        if "=" not in word and not word.startswith("~"):
            raise ConfigError(f"'{word}' is neither a verb nor key=value; `forecast --help` lists both")
        if word.lstrip("+").startswith("hydra.sweeper.params="):
            raise ConfigError(
                f"{word}: on the command a sweep is `-m key=a,b`; hydra.sweeper.params stands in files"
            )
        if guard.NAMES_SEARCHPATH.match(word):
            raise ConfigError(
                f"{word}: hydra.searchpath is refused; name a folder of your own with --config-dir or"
                " FORECAST_CONF"
            )
    if problems := guard.number_problems(words):
        raise ConfigError("\n".join(problems))


def _without_choice(word: str, extra_dirs: Sequence[str]) -> str:
    """Return what to say of a word that gives a group no choice, as `model=null`; empty for others."""
    group, _, choice = word.lstrip("+").partition("=")
    if choice.strip() not in ("", "null") or not (known := list_group(group, extra_dirs)):
        return ""
    return f"{word}: {group} takes the name of a file or a list of names; known: {', '.join(known)}"


def _composed(name: str, words: Sequence[str], extra_dirs: Sequence[str] = ()) -> Group:
    """Return what Hydra composes, unresolved, its own block included; its mistakes are told in our words."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    try:
        return _by_hydra(name, words)
    except (YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"a configuration file cannot be read as YAML: {error}") from None
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(_explain(error, words, extra_dirs)) from None
    except ForecastError:
        raise
    except RecursionError:
        raise ConfigError(
            f"{' '.join(words)}: the files of this configuration name each other in a circle, or a value is"
            " nested hundreds of levels deep; look at their `defaults`"
        ) from None
    except Exception as error:  # a malformed file may end anywhere in Hydra
        raise ConfigError(
            f"{' '.join(words)}: Hydra cannot compose this ({type(error).__name__}: {error}); is every file"
            " made of groups and keys?"
        ) from None


def _by_hydra(name: str, words: Sequence[str]) -> Group:
    """Return what Hydra composes, unresolved; whatever used Hydra before finds it as it was."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from omegaconf import OmegaConf
    from omegaconf.resolvers import oc

    state = GlobalHydra.instance()
    before = state.hydra
    state.clear()
    OmegaConf.clear_resolver("oc.env")  # Hydra resolves the choices of `defaults` by itself
    try:
        with initialize_config_dir(str(conf_dir()), version_base="1.3", job_name="forecast"):
            config = hydra_compose(name, overrides=list(words), return_hydra_config=True)
            plain = OmegaConf.to_container(config, resolve=False, enum_to_str=True)
            _refuse(_wrong_files(name, words))
    finally:
        OmegaConf.register_new_resolver("oc.env", oc.env, replace=True)
        state.clear()
        state.hydra = before
    if not isinstance(plain, dict):
        raise ConfigError("the configuration is not a group of keys")
    return {str(key): value for key, value in plain.items()}


def _wrong_files(name: str, words: Sequence[str]) -> list[str]:
    """Return the files outside the folders of configuration, or chosen twice, that would be read."""
    from hydra.core.global_hydra import GlobalHydra
    from hydra.types import RunMode

    own = any(word.startswith("hydra.searchpath=") for word in words)
    if not own and not any("[" in word for word in words):
        return []
    found = GlobalHydra.instance().config_loader().compute_defaults_list(name, list(words), RunMode.RUN)
    paths = [str(default.config_path) for default in found.defaults if default.config_path is not None]
    return [
        f"{path}: a file of the configuration stands in its folder ({problem})"
        for path in paths
        if (problem := path_problem(path))
    ] + [
        "{}: '{}' is chosen twice; name it once".format(*path.rsplit("/", 1))
        for path in sorted({path for path in paths if "/" in path and paths.count(path) > 1})
    ]


def resolved(plain: Group, overrides: Sequence[str] = (), extra_dirs: Sequence[str] = ()) -> Group:
    """Return composed values with their references resolved.

    Raises
    ------
    ConfigError
        If a value names a callable, or reads more than another key, or leads from the environment to more
        than a path.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    def resolve(values: Group) -> Group:
        try:
            made = OmegaConf.to_container(OmegaConf.create(values), resolve=True, throw_on_missing=True)
        except OmegaConfBaseException as error:
            raise ConfigError(_explain(error, overrides, extra_dirs)) from None
        return {str(key): value for key, value in dict(made).items()}

    _refuse(guard.value_problems(plain))
    if not guard.reads_environment(plain):
        return resolve(plain)
    # a path may read a variable, but no other key may take it from there
    marked = guard.leaves(resolve(guard.without_variables(plain)))
    reading = [key for key, value in marked.items() if guard.MARK in str(value)]
    _refuse(
        [
            f"{key}: leads to a path that reads the environment, and only paths may"
            for key in reading
            if key not in guard.PATH_KEYS
        ]
    )
    made, written = resolve(plain), guard.leaves(plain)
    values = guard.leaves(made)
    _refuse(
        [
            f"{key}: an address takes nothing from the environment but its beginning, as ${{oc.env:NAME}} or"
            " ${oc.env:NAME}/FILE; else it would carry variables to others"
            for key in reading
            if is_address(values[key]) and not guard.begins_with_variable(written[key])
        ]
    )
    return made


def _refuse(problems: Sequence[str]) -> None:
    """Raise one error that names all problems, if there are any."""
    if problems:
        raise ConfigError("\n".join(problems))


def _check_address(plain: Group, overrides: Sequence[str], extra_dirs: Sequence[str]) -> None:
    """Refuse a scheduler's address that an experiment names: a scheduler sends code."""
    address = group(plain, "parallel").get("address")
    if address is None:
        return
    words = [word for word in overrides if re.match(r"\+*parallel[.=]", word)]
    named = group(_composed("config", [*search_path(extra_dirs), *words], extra_dirs), "parallel")
    if address != named.get("address"):
        raise ConfigError(
            f"parallel.address: '{address}' comes from an experiment, and a scheduler sends code that is run;"
            " give it on the command line or in a file of conf/parallel chosen there"
        )


def _misplaced(plain: Group, overrides: Sequence[str], extra_dirs: Sequence[str]) -> str:
    """Return what to say about a file whose first line does not
    tell where its keys belong; empty if all do.
    """
    chosen = next((w.split("=", 1)[1] for w in overrides if w.startswith("experiment=")), "")
    if "experiment" in plain:
        file = list_group("experiment", extra_dirs).get(chosen, f"{chosen}.yaml")
        return (
            f"{file}: the first line of an experiment must be `# @package _global_`; without it no key of the"
            " file counts"
        )
    if "kind" in group(plain, "model"):
        return (
            "model: a file of conf/model must begin with `# @package model.NAME`, NAME being the name of"
            " the row"
        )
    return ""


def list_group(group: str, extra_dirs: Sequence[str] = ()) -> dict[str, Path]:
    """Return the choices of a configuration group and their files, the user's own included."""
    files: dict[str, Path] = {}
    for folder in [conf_dir(), *own_dirs(extra_dirs)]:
        for path in sorted((folder / group).glob("*.yaml")):
            files.setdefault(path.stem, path)
    return dict(sorted(files.items()))


def read_yaml(path: Path) -> Group:
    """Return a plain YAML file as a dictionary."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # the second: bytes that are no text, endless numbers
        raise DataError(f"{path}: cannot be read as YAML: {error}") from None
    if not isinstance(loaded, dict):
        raise DataError(f"{path}: is not a group of keys")
    return loaded


# --------------------------------------------------------------------------- words for mistakes


#: What brings launchers of sweeps.
_EXTRAS = {
    ("hydra/launcher", "joblib"): '"border-forecast[sweeps]"',
    ("hydra/launcher", "submitit_local"): "hydra-submitit-launcher",
    ("hydra/launcher", "submitit_slurm"): "hydra-submitit-launcher",
}


def _explain(error: Exception, overrides: Sequence[str], extra_dirs: Sequence[str]) -> str:
    text = str(error) or type(error).__name__
    lines = text.splitlines()
    first = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    unknown_choice = re.search(r"Could not (?:find|load) '([^']+)/([^'/]+)'", text)
    if unknown_choice:
        group, choice = unknown_choice.groups()
        if group.startswith("hydra/"):
            extra = _EXTRAS.get((group, choice))
            how = f"; pip install {extra}" if extra else ""
            return (
                f"{group}={choice}: no installed package has it, and no other folder is asked for Hydra's"
                f" groups{how}"
            )
        if group.startswith("experiment/"):
            return (
                f"{group.replace('/', '=', 1)}/{choice}: the name of an experiment is expected, not a path;"
                " put the file into the folder conf/experiment here, or into experiment/ of --config-dir"
            )
        known = list_group(group, extra_dirs)
        return f"{group}: there is no '{choice}'.{nearest(choice, known)} Known: {', '.join(known) or 'none'}"
    full = re.search(r"full_key: (\S+)", text)
    if "Missing mandatory value" in text and full:
        return f"{full.group(1)}: this key needs a value; give {full.group(1)}=..."
    if variable := re.search(r"Environment variable '(\w+)' not found", text):
        return f"{full.group(1) if full else 'a path'}: the environment has no variable {variable.group(1)}"
    if full and "Could not override" not in text and "not in struct" not in text:
        return f"{full.group(1)}: {first}"
    if word := _of_word(error):
        return word
    if there := re.search(r"An item is already at '([^']+)'", text):
        return f"{there.group(1)}: a file of this experiment writes this key; leave the + before it out"
    if gone := re.search(r"Could not delete from config\. '([^']+)' does not exist", text):
        hint = _nearest_key(gone.group(1), overrides, extra_dirs)
        return f"{gone.group(1)}: no file of this experiment writes this key, so ~ takes nothing out.{hint}"
    key = re.search(r"Could not override '([^']+)'", text) or full
    group_word = re.search(r"Could not override '(\w+)'\.\s+No match in the defaults list", text)
    if group_word:
        return (
            f"{group_word.group(1)}: there is no such"
            f" group.{nearest(group_word.group(1), _groups(extra_dirs))}"
        )
    if key and reference.is_key(key.group(1)):
        return f"{key.group(1)}: no file of this experiment writes this key; put a + before it to add it"
    if key:
        return f"{key.group(1)}: there is no such key.{_nearest_key(key.group(1), overrides, extra_dirs)}"
    for word in overrides:
        name = word.lstrip("+~").split("=", 1)[0]
        if name and name in text:
            return f"{word}: {first}"
    return first


def _of_word(error: Exception) -> str:
    """Return what to say of a word that Hydra cannot read; empty for other errors."""
    several = re.search(r"Ambiguous value for argument '(.+)'", str(error))
    word = several.group(1) if several else str(getattr(error, "override", None) or "")
    key, _, value = word.partition("=")
    if several:
        return f"{word}: several values; a list is {key}=[{value}], a sweep over them {word} with -m"
    if not value:
        return ""
    return f"{word}: Hydra reads signs of this value as its own; put it in quotes twice: {key}='\"{value}\"'"


def _groups(extra_dirs: Sequence[str]) -> list[str]:
    return sorted(
        {p.name for folder in [conf_dir(), *own_dirs(extra_dirs)] for p in folder.iterdir() if p.is_dir()}
    )


def _nearest_key(key: str, overrides: Sequence[str], extra_dirs: Sequence[str]) -> str:
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    groups = _groups(extra_dirs)
    choices = [word for word in overrides if word.split("=", 1)[0] in groups]
    try:
        plain = _by_hydra("config", [*search_path(extra_dirs), *choices])
    except (HydraException, OmegaConfBaseException):
        plain = _by_hydra("config", [])
    known = list(_flat({name: value for name, value in plain.items() if name != "hydra"}))
    return nearest_key(key, [*known, *groups])


def _flat(values: Group, prefix: str = "") -> Iterable[str]:
    for key, value in values.items():
        path = f"{prefix}{key}"
        yield path
        if isinstance(value, dict):
            yield from _flat({str(k): v for k, v in value.items()}, f"{path}.")
