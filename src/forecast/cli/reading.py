"""The options of every verb that reads a file of figures: which
column holds what, and what the file leaves open.
"""

from __future__ import annotations

import argparse

Options = argparse.Namespace


def add_reading(parser: argparse.ArgumentParser, series: bool = True) -> None:
    """Add the options; without `series` the verb has an option of that name for a series itself."""
    group = parser.add_argument_group("how the file is read (found by what its columns hold)")
    group.add_argument("--month", metavar="COLUMN", help="the column of months")
    group.add_argument("--value", metavar="COLUMN", help="the column of figures")
    if series:
        text = "the column that names the series; several with commas between are joined"
        group.add_argument("--series", metavar="COLUMN", help=text)
    group.add_argument("--decimal", choices=(".", ","), help="the mark before decimals")
    group.add_argument("--fiscal-start", type=int, metavar="MONTH", help="with which the fiscal year begins")
    group.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")
    text = "daily or weekly figures become months: added up or averaged"
    group.add_argument("--by-month", choices=("sum", "mean"), help=text)
    text = "the date of a weekly figure starts its week or ends it"
    group.add_argument("--week", choices=("starts", "ends"), help=text)


def columns_of(options: Options, series: bool = True) -> dict[str, str]:
    """Return the columns that the options name."""
    named = {
        "month": options.month,
        "value": options.value,
        "series": options.series if series else None,
        "released": options.released,
    }
    return {role: name for role, name in named.items() if name is not None}


def layout_of(options: Options) -> dict[str, object]:
    """Return what the options say about the layout."""
    stated = {key: getattr(options, key) for key in ("decimal", "fiscal_start", "sheet", "by_month", "week")}
    return {key: value for key, value in stated.items() if value is not None}
