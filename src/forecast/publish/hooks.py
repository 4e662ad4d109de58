"""Commands that run after a round: lists of words, never a shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from forecast.files import printable


def run_hook(words: Sequence[str], facts: Mapping[str, str], seconds: float) -> str:
    """Run a command and return a line for the record, or nothing where there is no command.

    The facts reach it as ``FORECAST_...`` variables of its environment. What it does never changes the
    round's result: a hook that fails is told and no more.
    """
    if not words:
        return ""
    environment = {
        **os.environ,
        **{f"FORECAST_{name.upper()}": printable(value) for name, value in facts.items()},
    }
    try:
        done = subprocess.run(  # noqa: S603 - words of the configuration, no shell
            list(words),
            env=environment,
            timeout=seconds,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"hook {words[0]}: ended after {seconds:g} s"
    except OSError as error:
        return f"hook {words[0]}: could not be run ({error.strerror or error})"
    if done.returncode == 0:
        return f"hook {words[0]}: done"
    last = (done.stderr or done.stdout).strip().splitlines()
    return f"hook {words[0]}: failed with code {done.returncode}{': ' + last[-1] if last else ''}"
