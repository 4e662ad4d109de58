"""Options that several verbs of the command have."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NoReturn

from forecast.errors import ConfigError

Options = argparse.Namespace


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are errors of ours: one line, no usage, exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong."""
        raise ConfigError(f"{message}; `{self.prog} --help` has an example")


def no_unknown_options(words: Sequence[str]) -> None:
    """Raise for the first word that looks like an option and is none."""
    unknown = [w for w in words if w.startswith("-")]
    if unknown:
        raise ConfigError(f"there is no option {unknown[0]}; `forecast --help` lists them")


def add_verbose(parser: argparse.ArgumentParser) -> None:
    """Add the option for more words; `cli.main` looks for it itself, wherever it stands."""
    parser.add_argument("-v", "--verbose", action="store_true", help="more words; errors with their trace")


def add_own(parser: argparse.ArgumentParser) -> None:
    """Add the options for what is one's own: models and readers, and folders of configuration."""
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        metavar="FILE.py",
        help="a file that registers models or readers",
    )
    parser.add_argument(
        "--config-dir",
        action="append",
        default=[],
        metavar="DIR",
        help="a folder with experiments of your own",
    )


def json_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for programmes."""
    parser.add_argument("--json", action="store_true", help="for a programme to read")


def subverbs(parser: argparse.ArgumentParser) -> Callable[[str, str, str], argparse.ArgumentParser]:
    """Return a function that adds a verb below a verb."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="WHAT", parser_class=Parser)

    def add(name: str, text: str, example: str) -> argparse.ArgumentParser:
        parser = verbs.add_parser(
            name, help=text, description=text, epilog=f"example: {example}", allow_abbrev=False
        )
        add_verbose(parser)
        return parser

    return add


def accept_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for months that a person looked at."""
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="MONTH",
        help="a month whose fetched figure was held and is right",
    )


def load_plugins(files: Sequence[str]) -> None:
    """Run the files that register models or readers."""
    if not files:
        return
    from forecast.cli import run

    for file in files:
        run.load_plugin(file)
