"""Figures and forecasts in the forms of others: Nixtla's long frames, Parquet, Excel; documented by one
schema.

Hub tables stand in `forecast.archive.hub`. What every column of every table means stands in ``schema.json``
beside this module, a tabular data package; `schema` returns it.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypedDict, overload, runtime_checkable

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.data.load import load_observations
from forecast.data.observations import Observations
from forecast.data.panel import Panel
from forecast.errors import ConfigError, Finding, need
from forecast.files import inside, safe_cell, write_file
from forecast.tables import forecasts

#: Rows of a sheet of Excel, its header included.
SHEET_ROWS = 1_048_576
#: Tables that are left out of a workbook: too long to be read there.
LONG = ("backtest", "intervals")


class Column(TypedDict):
    """A column of a table, as a tabular data package says it."""

    name: str
    type: str
    description: str


class TableSchema(TypedDict):
    """What the columns of a table mean."""

    fields: list[Column]


class Resource(TypedDict):
    """A table of the package."""

    name: str
    schema: TableSchema


class Package(TypedDict):
    """All tables, as a tabular data package."""

    resources: list[Resource]


@runtime_checkable
class WithHeadline(Protocol):
    """A run, as far as its headline goes."""

    forecasts: pd.DataFrame
    headline: str


@overload
def schema(table: None = None) -> Package: ...


@overload
def schema(table: str) -> TableSchema: ...


def schema(table: str | None = None) -> Package | TableSchema:
    """Return the tabular data package that documents every table, or the table schema of one.

    Parameters
    ----------
    table : str, optional
        Name of a table, as its file is called.

    Examples
    --------
    >>> schema("changes")["fields"][0]["name"]
    'step'
    """
    package: Package = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    if table is None:
        return package
    found = {resource["name"]: resource["schema"] for resource in package["resources"]}
    if table not in found:
        raise ConfigError(f"there is no table '{table}' ({', '.join(found)})")
    return found[table]


# --------------------------------------------------------------------------- Nixtla


@checked
def to_nixtla(source: Panel | Observations | pd.DataFrame) -> pd.DataFrame:
    """Return figures as ``unique_id, ds, y``, or forecasts with a column for each model.

    Parameters
    ----------
    source : Panel, Observations or DataFrame
        Figures as known on a date; all figures at their latest; or a forecast table (`Forecast.table`,
        ``run.forecasts``, ``fc.backtest(...).forecasts``).

    Returns
    -------
    DataFrame
        `ds` is the first day of the month. Of forecasts: the median of each model, ``MODEL-lo-80`` and
        ``MODEL-hi-80`` beside it for every central range, and `cutoff` (the first day of the last official
        month) where the table holds origins. What a row knew of events, and its scenario, are added to its
        model's name.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> fc.to_nixtla(panel).tail(1).to_string(index=False, header=False)
    'southwest.usbp 2024-03-01 137480.0'
    """
    if isinstance(source, Observations):
        source = source.as_of("latest")
    if isinstance(source, Panel):
        return pd.concat([_long(name, source.y(name)) for name in source.series], ignore_index=True)
    missing = [c for c in ("series_id", "month", "horizon", "level", "value") if c not in source]
    if missing:
        raise ConfigError(f"to_nixtla: a forecast table has no column {', '.join(missing)}")
    try:
        return _wide(source)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"to_nixtla: {str(error).splitlines()[0]}; expected months (YYYY-MM), whole horizons, levels"
            " between 0 and 1, and numbers"
        ) from error


def _long(name: str, y: pd.Series) -> pd.DataFrame:
    known = y.dropna()
    days = pd.PeriodIndex(known.index).to_timestamp()
    return pd.DataFrame({"unique_id": name, "ds": days, "y": known.to_numpy(dtype=float)})


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    months = pd.PeriodIndex(rows["month"], freq="M")
    made = pd.DataFrame(
        {"unique_id": rows["series_id"].astype(str), "ds": months.to_timestamp()}, index=rows.index
    )
    if "origin" in rows:
        made["cutoff"] = pd.PeriodIndex(months - rows["horizon"].to_numpy(dtype=int)).to_timestamp()
    keys = list(made.columns)
    made["column"] = _labels(rows) + [_suffix(level) for level in rows["level"].round(4)]
    made["value"] = rows["value"].to_numpy(dtype=float)
    twice = made.duplicated([*keys, "column"])
    if twice.any():
        first = made[twice].iloc[0]
        raise ConfigError(
            f"to_nixtla: two forecasts of {first['unique_id']} for {first['ds']:%Y-%m} from the same last"
            " month; give one origin for each month of data"
        )
    order = list(dict.fromkeys(made["column"]))
    wide = made.pivot(index=keys, columns="column", values="value")[order]
    return wide.rename_axis(columns=None).reset_index()


def nixtla_columns(models: Iterable[str], levels: Iterable[float]) -> list[str]:
    """Return the columns that `to_nixtla` makes of models and levels, a median before its ranges.

    Examples
    --------
    >>> nixtla_columns(["drift"], [0.1, 0.5, 0.9])
    ['drift', 'drift-lo-80', 'drift-hi-80']
    """
    order = sorted(levels, key=lambda level: (round(abs(level - 0.5), 6), level))
    return [f"{model}{_suffix(level)}" for model in models for level in order]


def _labels(rows: pd.DataFrame) -> pd.Series:
    label = rows["model"].astype(str) if "model" in rows else pd.Series("forecast", index=rows.index)
    for column, nothing in (("knowledge", "none"), ("scenario", "")):
        if column in rows:
            word = rows[column].astype(str)
            label = label + np.where(word == nothing, "", "/" + word)
    return label


def _suffix(level: float) -> str:
    if level == 0.5:
        return ""
    return f"-{'lo' if level < 0.5 else 'hi'}-{round(100 * abs(2 * level - 1), 2):g}"


@checked
def from_nixtla(frame: pd.DataFrame, release_lag_days: int = 0) -> Observations:
    """Return monthly figures from a frame ``unique_id, ds, y``.

    Parameters
    ----------
    frame : DataFrame
        `ds` is the first or last day of a month, or the same day of every month; a column ``released`` is
        taken where it is there, others are not, which a finding says.
    release_lag_days : int
        Days after the month's end at which a figure without `released` became public.

    Returns
    -------
    Observations
        The figures, checked like those of a file.

    Raises
    ------
    DataError
        With every problem found.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecast as fc
    >>> months = pd.to_datetime(["2024-01-01", "2024-02-01"])
    >>> frame = pd.DataFrame({"unique_id": "a", "ds": months, "y": [3, 4]})
    >>> fc.from_nixtla(frame, release_lag_days=10).as_of("2024-02-10").y("a").tolist()
    [3.0]
    """
    names = {"unique_id": "series_id", "ds": "month", "y": "value", "released": "released"}
    missing = [c for c in ("unique_id", "ds", "y") if c not in frame]
    if missing:
        raise ConfigError(f"from_nixtla: the frame has no column {', '.join(missing)}")
    kept = frame[[c for c in names if c in frame]].rename(columns=names)
    obs = load_observations(kept, release_lag_days=release_lag_days)
    rest = [str(c) for c in frame if c not in names]
    if not rest:
        return obs
    what = f"the columns {', '.join(rest)} are not read: exogenous columns become a `Design`, or events"
    return replace(obs, findings=(*obs.findings, Finding("column", "warning", what, hint="ignored")))


# --------------------------------------------------------------------------- files


@checked
def export(tables: object, path: str | Path) -> Path:
    """Write tables for other tools: a workbook (``.xlsx``) or a folder of Parquet files.

    Parameters
    ----------
    tables : Run, or mapping of str to DataFrame
        What is written; empty tables are left out.
    path : str or Path
        A name that ends in ``.xlsx``: the headline's ranges month by month first, then a sheet for each
        table, at the end what the columns mean; the backtest, too long for a sheet, is left out (extra
        `excel`). Any other name: a folder, a Parquet file for each table and ``schema.json`` (extra
        `parquet`).

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    ConfigError
        If the extra is missing, there is nothing to write, a table has more rows than a sheet or a column
        twice, or two names cannot stand in one workbook or folder.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import forecast as fc
    >>> prices = pd.DataFrame({"month": ["2024-01"], "value": [3.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = fc.export({"prices": prices}, folder + "/tables")
    ...     sorted(file.name for file in made.iterdir())
    ['prices.parquet', 'schema.json']
    """
    if not str(path).strip():
        raise ConfigError("export: path: it is empty; give the name of a workbook or of a folder")
    target = Path(path)
    named = {name: _plain(table) for name, table in _tables(tables).items() if len(table)}
    if not named:
        raise ConfigError("export: there is no table with rows")
    try:
        if target.suffix.lower() == ".xlsx":
            _workbook(_analyst(tables), named, target)
        else:
            _check_names(named, None)
            places = {name: inside(target, f"{name}.parquet", "export: table") for name in named}
            for name, table in named.items():
                write_file(places[name], table.to_parquet(index=False))
            write_file(target / "schema.json", json.dumps(schema(), indent=1) + "\n")
    except ImportError as error:
        extra = "excel" if target.suffix.lower() == ".xlsx" else "parquet"
        raise ConfigError(f"export: pip install 'border-forecast[{extra}]' ({error})") from error
    return target


def _tables(source: object) -> dict[str, pd.DataFrame]:
    if isinstance(source, Mapping):
        for name, table in source.items():
            need(table, pd.DataFrame, f"export: '{name}'", "a DataFrame")
        texts = list(map(str, source))
        if doubled := [name for i, name in enumerate(texts) if name in texts[:i]]:
            raise ConfigError(f"export: two tables are called '{doubled[0]}'; give each a name of its own")
        return {str(name): _with_index(table) for name, table in source.items()}
    if not dataclasses.is_dataclass(source):
        raise ConfigError(f"export: {type(source).__name__} is neither a run nor tables by name")
    fields = {f.name: getattr(source, f.name) for f in dataclasses.fields(source)}
    tables = {name: value for name, value in fields.items() if isinstance(value, pd.DataFrame)}
    return {name: _with_index(table) for name, table in tables.items()}


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its index as columns, unless it only counts rows."""
    counts = set(table.index.names) == {None} and table.index.nlevels == 1 and table.index.dtype.kind in "iu"
    return table if counts else table.reset_index(allow_duplicates=True)


def _check_names(names: Iterable[str], longest: int | None) -> None:
    """Refuse names of sheets or files that are one and the same to a workbook or to another system."""
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.setdefault(name[:longest].casefold(), name)) != name:
            within = f" in their first {longest} characters" if longest else ""
            raise ConfigError(
                f"export: '{other}' and '{name}' agree{within} but for capitals; give each a name of its own"
            )


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose months are texts ``YYYY-MM``, as in the
    files of a run, and whose cells are of one type.
    """
    made = table.set_axis([str(column) for column in table.columns], axis=1)
    if not made.columns.is_unique:
        raise ConfigError(
            f"export: a table has the column '{made.columns[made.columns.duplicated()][0]}' twice"
        )
    for column in made.columns:
        if isinstance(made[column].dtype, (pd.PeriodDtype, pd.DatetimeTZDtype)):
            made[column] = made[column].astype(str).where(made[column].notna())
        elif made[column].dtype == object:
            made[column] = [None if v is None or v is pd.NaT or v != v else str(v) for v in made[column]]
    return made


def _analyst(source: object) -> pd.DataFrame | None:
    """Return the headline as an analyst wants it: a row for each month, the middle and the ranges across."""
    if isinstance(source, Mapping) or not isinstance(source, WithHeadline):
        return None
    rows = forecasts.headline(source.forecasts, source.headline)
    wide = forecasts.wide(rows, "series_id", "month", "horizon")
    return _plain(wide.rename(columns=lambda p: f"{100 * p:g}%").rename_axis(columns=None).reset_index())


def _is_no_sheet(name: str) -> bool:
    ends = name.strip()[:1] + name.strip()[-1:]
    return not ends or bool(set(name) & set("[]:*?/\\")) or "'" in ends or name.casefold() == "history"


def _workbook(first: pd.DataFrame | None, named: Mapping[str, pd.DataFrame], target: Path) -> None:
    sheets = {} if first is None else {"headline": first}
    sheets |= {name: table for name, table in named.items() if name not in LONG}
    odd = [name for name in sheets if _is_no_sheet(name)]
    if odd:
        raise ConfigError(
            f"export: '{odd[0]}' is no name of a sheet; expected one without [ ] : * ? / \\, no ' at its"
            " ends, and not 'history', which is Excel's own"
        )
    long = [name for name, table in sheets.items() if len(table) >= SHEET_ROWS]
    if long:
        raise ConfigError(f"export: {', '.join(long)} has more rows than a sheet of Excel; write Parquet")
    told = [
        {"table": r["name"], "column": f["name"], "type": f["type"], "meaning": f["description"]}
        for r in schema()["resources"]
        if r["name"] in sheets
        for f in r["schema"]["fields"]
    ]
    if told and any(name.casefold() == "columns" for name in sheets):
        raise ConfigError(
            "export: 'columns' is the sheet that says what columns mean; name the table otherwise"
        )
    _check_names(sheets, 31)
    if told:
        sheets["columns"] = pd.DataFrame(told)
    content = io.BytesIO()
    with pd.ExcelWriter(
        content, engine="openpyxl", date_format="YYYY-MM-DD", datetime_format="YYYY-MM-DD"
    ) as book:
        for name, table in sheets.items():
            table.to_excel(book, sheet_name=name[:31], index=False, freeze_panes=(1, 0))
            for row in book.sheets[name[:31]].iter_rows():
                for cell in row:
                    text = cell.value
                    if cell.data_type == "f" or (isinstance(text, str) and safe_cell(text) != text):
                        # a text, never a formula; the workbook keeps its leading quote beside the text, not
                        # in it
                        cell.data_type, cell.quotePrefix = "s", True
    write_file(target, content.getvalue())
