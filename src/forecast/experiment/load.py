"""From the words of a command or a notebook to a validated
`Experiment`, and what makes two of them the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from forecast.config import compose
from forecast.config.convert import from_plain, to_plain
from forecast.config.settings import Experiment
from forecast.models.registry import make_models

#: Keys that never change a result and therefore no run folder.
NEUTRAL = ("parallel", "publish", "overrides", "name", "question")


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
    return to_experiment(compose.compose(words, config_dir), overrides)


def to_experiment(plain: dict[str, Any], overrides: Sequence[str] = ()) -> Experiment:
    """Turn composed plain values into a validated `Experiment`, its models checked against the registry."""
    exp: Experiment = from_plain(Experiment, plain)
    make_models(exp.model)
    return replace(
        exp, overrides=tuple(w for w in result_words(overrides) if not w.startswith("experiment="))
    )


def result_words(words: Sequence[str]) -> list[str]:
    """Return the words of a command that can change a result:
    without workers, the folder and the form of files.
    """
    return [
        w
        for w in words
        if not re.match(r"[+~]*((parallel|publish)[.=]|hydra[./]|report\.(folder|png|pdf)=)", w)
    ]


def as_written(exp: Experiment, extra_dirs: Sequence[str] = ()) -> bool:
    """Tell whether the overrides leave the experiment's result as its file has it."""
    if not exp.overrides:
        return True
    if exp.name not in compose.list_group("experiment", extra_dirs):
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
    return hashlib.sha256(json.dumps(_essence(exp), sort_keys=True).encode()).hexdigest()[:8]
