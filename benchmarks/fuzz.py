"""Every reader with thousands of inputs that are cut, garbled or wrong in a cell: read rightly or refused in words.

    python benchmarks/fuzz.py [--inputs 20000] [--seed 1] [--only figures]   # what `make fuzz` runs

Half of the inputs of a table are valid files with one to three cells changed, half have bytes changed. An input is
accepted, refused in words (an error of ours), raw (any other exception) or hangs (five seconds of the processor, or
a minute on the clock: a machine that others hold up is no hang). Values of an accepted
table whose cells were not touched must be those of the valid file; else they are wrong. Ends with code 1 where anything
is raw, hangs or is wrong; `--keep FOLDER` writes such inputs down.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd
import yaml

import forecast as fc
from forecast.archive.hub import read_hub_file
from forecast.archive.store import Archive
from forecast.cli import run as runs
from forecast.config import compose
from forecast.config.convert import from_plain, to_plain
from forecast.config.settings import Experiment
from forecast.errors import ForecastError

SECONDS = 5
#: A reader that waits uses no processor.
ON_THE_CLOCK = 60
OUTCOMES = ("accepted", "refused", "raw", "hang", "wrong")
#: What people and programmes write into cells.
CELLS = (
    *(
        "",
        " ",
        "NA",
        "-",
        "--",
        "?",
        "n/a",
        "nan",
        "inf",
        "-inf",
        "None",
        "null",
        "#REF!",
        "#DIV/0!",
        "x",
        "é",
        "\\x00",
    ),
    *(
        "0",
        "-1",
        "1.5",
        "1e5",
        "1e400",
        "1,5",
        "1.234,5",
        "1 234",
        "12%",
        "$5",
        "(5)",
        "5*",
        "5 (p)",
        "0x10",
        "1_000",
    ),
    *(
        "2020-01",
        "2020-13",
        "2020-00",
        "01/2020",
        "2020",
        "31.02.2020",
        "9999-12",
        "0001-01",
        "2262-04",
        "Jan-20",
    ),
    *(
        "true",
        "on",
        "007",
        "=1+1",
        "a,b",
        'a"b',
        "a\nb",
        "\u202e",
        "\ufeff5",
        "٣",
        "９",
        "9" * 400,
        "'5",
        "\r",
    ),
)
MONTHS = pd.period_range("2015-01", periods=60, freq="M").astype(str)
VALUES = [1000 + 37 * (i % 12) + 5 * i for i in range(60)]


class Hang(Exception):
    """The time of an input is over."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise `Hang` in a block that takes longer, by the processor's time or on the clock."""

    def over(_: int, __: FrameType | None) -> None:
        raise Hang

    kinds = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, ON_THE_CLOCK),
    )
    before = [signal.signal(number, over) for number, _, _ in kinds]
    for _, timer, limit in kinds:
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(kinds, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


@dataclass(frozen=True)
class Reader:
    """One reader: the file that it reads, how it reads a folder that holds it, and how its values are told.

    `values` returns what was read as key -> value where untouched cells can be found again; else None.
    """

    name: str
    file: str
    content: bytes
    read: Callable[[Path], dict[str, float] | None]
    weight: int = 1
    beside: tuple[tuple[str, bytes], ...] = ()
    table: bool = True


def tidy() -> bytes:
    """Return a tidy file of two series."""
    rows = [f"{s},{m},{v + 7 * (s == 'b')}" for s in ("a", "b") for m, v in zip(MONTHS, VALUES, strict=True)]
    return "\n".join(["series_id,month,value", *rows, ""]).encode()


def wide() -> bytes:
    """Return a wide file with days as people write them."""
    rows = [f"{m[5:]}/{m[:4]},{v},{v + 7}" for m, v in zip(MONTHS, VALUES, strict=True)]
    return "\n".join(["Date,North,South", *rows, ""]).encode()


def calendar() -> bytes:
    """Return years down and months across."""
    names = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
    rows = [f"{2015 + y},{','.join(map(str, VALUES[12 * y : 12 * y + 12]))}" for y in range(5)]
    return "\n".join([f"Year,{names}", *rows, ""]).encode()


def parquet() -> bytes:
    """Return the tidy file as Parquet."""
    sink = io.BytesIO()
    pd.read_csv(io.BytesIO(tidy())).to_parquet(sink)
    return sink.getvalue()


def workbook() -> bytes:
    """Return the wide file as a workbook."""
    sink = io.BytesIO()
    pd.read_csv(io.BytesIO(wide())).to_excel(sink, index=False)
    return sink.getvalue()


def figures(path: Path) -> dict[str, float]:
    """Read figures: series and month to value."""
    table = fc.load_observations(path, allow_gaps=True).table
    return {
        f"{s} {m}": float(v)
        for s, m, v in zip(table["series_id"], table["month"], table["value"], strict=True)
    }


def _nothing(read: Callable[[Path], object]) -> Callable[[Path], None]:
    def call(path: Path) -> None:
        read(path)

    return call


SIDE = {
    "series.csv": "series_id,label,name,unit,rounding\na,North,North office,visits,1\nb,South,South,visits,10\n",
    "hierarchy.csv": "parent,breakdown,children,first_month,last_month\na,area,b,2015-01,2019-12\n",
    "releases.csv": "month,released,basis,lag_days\n2019-11,2019-12-15,day,15\n2019-12,2020-01-15,day,15\n",
    "breaks.csv": "series_pattern,month,kind,what_changed,source\na,2018-03,definition,counted anew,office\n",
    "sources.csv": "source,publisher,document,published,rounding\nx,Office,Figures,2020-01,1\n",
    "published.csv": "forecaster,made,first_month,last_month,series_id,low,point,high,actual,basis,source,note\n"
    "Paper,2019-01-05,2019-02,2019-02,a,,1200,,,stated,paper,\n",
    "leaks.csv": "series_id,month,value,released,release_basis,status,value_basis,rounding,source\n"
    "a,2020-01,1500,2020-02-03,day,leak,published,100,paper\n",
}
EVENTS = "id,name,announced_date,effective_start,end_date,shape,sign,priority\n" + "".join(
    f"e{i},Event {i},20{10 + i}-01-0{i},20{10 + i}-03-01,,step,-,1\n" for i in range(1, 9)
)
SCORES = "model,knowledge,scenario,series_id,horizon,era,scale,metric,value,skill,n_ok,n,note\n" + "".join(
    f"{m},none,,a,{h},all,log,wis,0.1,0.05,50,50,\n" for m in ("drift", "arima") for h in ("1", "6", "all")
)


def hub() -> bytes:
    """Return a file of a forecast hub."""
    ends = pd.period_range("2024-05", periods=3, freq="M").to_timestamp(how="end").strftime("%Y-%m-%d")
    rows = [
        f"2024-05-07,encounters,{h},{end},a,quantile,{level},{1000 * level:.0f}"
        for h, end in enumerate(ends)
        for level in (0.025, 0.25, 0.5, 0.75, 0.975)
    ]
    head = "reference_date,target,horizon,target_end_date,location,output_type,output_type_id,value"
    return "\n".join([head, *rows, ""]).encode()


def archive() -> bytes:
    """Return an archive without a round."""
    with tempfile.TemporaryDirectory() as folder:
        made = Archive(Path(folder) / "a.sqlite")
        made.create()
        made.backup(Path(folder) / "copy.sqlite")
        return (Path(folder) / "copy.sqlite").read_bytes()


def settings(path: Path) -> None:
    """Read an experiment's settings as a run folder keeps them."""
    from_plain(Experiment, compose.read_yaml(path))


def readers() -> list[Reader]:
    """Return every reader with a valid file of its own."""
    experiment = yaml.safe_dump(to_plain(fc.load_experiment("quick"))).encode()
    beside = (("observations.csv", tidy()),)
    made = [
        Reader("figures, tidy", "f.csv", tidy(), figures, 4),
        Reader("figures, wide", "f.csv", wide(), figures, 3),
        Reader("figures, calendar", "f.csv", calendar(), figures, 3),
        Reader("figures, Parquet", "f.parquet", parquet(), figures, 2, table=False),
        Reader("figures, workbook", "f.xlsx", workbook(), figures, 1, table=False),
        Reader("events", "events.csv", EVENTS.encode(), _nothing(fc.load_events), 3),
        Reader("hub", "2024-05-07-team-model.csv", hub(), _nothing(read_hub_file), 2),
        Reader(
            "run folder",
            "scores.csv",
            SCORES.encode(),
            _nothing(lambda p: runs.compare([p.parent])),
            1,
            (("experiment.yaml", experiment),),
        ),
        Reader("settings", "experiment.yaml", experiment, settings, 2, table=False),
        Reader("archive", "a.sqlite", archive(), _nothing(lambda p: Archive(p).check()), 1, table=False),
    ]
    for name, text in SIDE.items():
        made.append(
            Reader(f"side: {name}", name, text.encode(), _nothing(lambda p: figures(p.parent)), 1, beside)
        )
    return made


# --------------------------------------------------------------------------- inputs


def cells_changed(content: bytes, rng: np.random.Generator) -> tuple[bytes, set[int]]:
    """Change one to three cells of a table; return it and the rows that were touched."""
    rows = [line.split(",") for line in content.decode().splitlines()]
    touched = set()
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0 if rng.random() < 0.1 else 1, len(rows)))
        column = int(rng.integers(len(rows[at])))
        text = (
            _small_change(rows[at][column], rng)
            if rng.random() < 0.6
            else str(CELLS[rng.integers(len(CELLS))])
        )
        rows[at][column] = '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text
        touched.add(at)
    return ("\n".join(map(",".join, rows)) + "\n").encode("utf-8", "surrogatepass"), touched


def _small_change(cell: str, rng: np.random.Generator) -> str:
    """Return a cell as a person may well have meant it: another last digit or decimal, or blanks around it."""
    if cell.replace(".", "", 1).isdigit() and rng.random() < 0.5:
        return cell + ("0" if "." in cell else ".0")
    if cell[-1:].isdigit() and rng.random() < 0.5:
        return cell[:-1] + str(rng.integers(1, 10))
    return f" {cell} "


def keys_changed(content: bytes, rng: np.random.Generator) -> bytes:
    """Change one to three lines of a YAML file."""
    lines = content.decode().splitlines()
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(len(lines)))
        key, colon, _ = lines[at].partition(":")
        lines[at] = f"{key}{colon} {CELLS[rng.integers(len(CELLS))]}" if colon else lines[at] + "x"
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def garbled(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut, repeat, or overwrite bytes."""
    data = bytearray(content)
    how = rng.integers(5)
    at = int(rng.integers(len(data)))
    if how == 0:
        return bytes(data[:at])
    if how == 1:
        end = min(len(data), at + int(rng.integers(1, 200)))
        return bytes(data[:end] + data[at:end] + data[end:])
    if how == 2:
        return content.decode("latin-1").encode("utf-16")
    for _ in range(int(rng.integers(1, 12))):
        data[int(rng.integers(len(data)))] = int(rng.integers(256))
    return bytes(data)


def tried(reader: Reader, content: bytes, folder: Path) -> tuple[str, dict[str, float] | None, str]:
    """Read one input and return what came of it, what was read, and the words of an exception."""
    for name, data in (*reader.beside, (reader.file, content)):
        (folder / name).write_bytes(data)
    try:
        with limited(SECONDS), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "accepted", reader.read(folder / reader.file), ""
    except Hang:
        return "hang", None, f"over {SECONDS} s"
    except ForecastError as error:
        return "refused", None, str(error)
    except Exception as error:
        return "raw", None, f"{type(error).__name__}: {error}"


def wrong_values(
    read: dict[str, float], valid: dict[str, float], touched: set[int], content: bytes
) -> list[str]:
    """Return the values that differ though nobody touched their row.

    Where a changed cell moves the name or month of a row, its own key is missing or new: that is no wrong value.
    """
    lines = content.decode().splitlines()
    free = {key for key in valid if key in read and not any(_names(lines[at], key) for at in touched if at)}
    return [f"{key}: {read[key]:g} for {valid[key]:g}" for key in sorted(free) if read[key] != valid[key]]


def _names(line: str, key: str) -> bool:
    month = key.rpartition(" ")[2]
    year = month[:4]
    return month in line or f"{month[5:]}/{year}" in line or line.startswith(f"{year},")


def fuzz(
    inputs: int,
    seed: int,
    only: str = "",
    keep: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Try every reader and return one row for each: how many inputs came to what."""
    chosen = [reader for reader in readers() if only in reader.name]
    total = sum(reader.weight for reader in chosen)
    rows = []
    for k, reader in enumerate(chosen):
        rng = np.random.default_rng([seed, k])
        counts: Counter[str] = Counter()
        examples: list[str] = []
        with tempfile.TemporaryDirectory(prefix="forecast-fuzz-") as place:
            folder = Path(place)
            valid = tried(reader, reader.content, folder)
            if valid[0] != "accepted":
                raise SystemExit(f"{reader.name}: the valid file is {valid[0]}: {valid[2]}")
            for n in range(max(1, inputs * reader.weight // total)):
                touched: set[int] | None = None
                if n % 2:
                    content = garbled(reader.content, rng)
                elif reader.table:
                    content, touched = cells_changed(reader.content, rng)
                else:
                    change = keys_changed if reader.file.endswith("yaml") else garbled
                    content = change(reader.content, rng)
                outcome, read, words = tried(reader, content, folder)
                if outcome == "accepted" and touched is not None and read and valid[1]:
                    found = wrong_values(read, valid[1], touched, reader.content)
                    outcome, words = ("wrong", found[0]) if found else (outcome, words)
                counts[outcome] += 1
                if touched is not None:
                    counts["changed"] += 1
                    counts["changed and accepted"] += outcome == "accepted"
                if outcome in ("raw", "hang", "wrong"):
                    examples.append(f"{reader.name}, input {n}: {outcome}: {words[:200]}")
                    if keep is not None:
                        keep.mkdir(parents=True, exist_ok=True)
                        (keep / f"{k}-{n}-{reader.file}").write_bytes(content)
        share = counts["changed and accepted"] / counts["changed"] if counts["changed"] else np.nan
        rows.append(
            {"reader": reader.name, **{o: counts[o] for o in OUTCOMES}, "taken": share, "examples": examples}
        )
        tell(f"{reader.name}: " + ", ".join(f"{counts[o]} {o}" for o in OUTCOMES))
    return pd.DataFrame(rows)


def main() -> int:
    """Print the table; code 1 where anything is raw, hangs or is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="readers whose name holds this")
    parser.add_argument("--keep", type=Path, help="folder for inputs that were not read or refused rightly")
    words = parser.parse_args()
    start = time.monotonic()
    table = fuzz(words.inputs, words.seed, words.only, words.keep, partial(print, flush=True))
    for example in [e for examples in table["examples"] for e in examples[:5]]:
        print(example)
    shown = table.drop(columns="examples")
    print(shown.to_string(index=False, float_format=lambda v: "" if v != v else f"{100 * v:.0f}%"))
    total = shown[list(OUTCOMES)].sum()
    print(
        ", ".join(f"{total[o]:,} {o}" for o in OUTCOMES),
        f"of {total.sum():,} in {time.monotonic() - start:.0f} s",
    )
    return int(total[["raw", "hang", "wrong"]].sum() > 0)


if __name__ == "__main__":
    sys.exit(main())
