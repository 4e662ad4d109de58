"""Settings that never enter a result: how the work is spread, and the monthly round of publishing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from forecast.config.bounds import Address, Bounds, Distinct, Month, Scheduler, Seconds, Text, Word


@dataclass(frozen=True)
class PublishSpec:
    """Where the monthly round keeps its things, and how patient it is; never part of a result."""

    #: The archive, one file for any number of experiments. | | /srv/forecast/archive.sqlite
    archive: Text = "archive.sqlite"
    #: Folder of the public site; several experiments published together have a folder each in it. |
    #: | /srv/forecast/site
    site: Text = "site"
    #: Addresses of new figures, looked at before every round; none = the source is read as it is. Of a month
    #: of data: {year} {month} {month_name} {fy} {fy2}; of its publication: {out_year} {out_month}. | |
    #: [file:///srv/in/*.csv]
    fetch: Annotated[tuple[Annotated[str, Address(("https", "http", "file"))], ...], Distinct()] = ()
    #: Folder into which fetched figures go where `data.path` is null; made by the first fetch. | |
    #: /srv/forecast/figures
    figures: Text = "figures"
    #: Months of fetched figures that a person looked at and found right; `--accept MONTH` adds one. | |
    #: [2026-10]
    accept: Annotated[tuple[Month, ...], Distinct()] = ()
    #: Issues that were missed: replayed as of their days, or skip. | | skip
    catch_up: Literal["replayed", "skip"] = "replayed"
    #: Stage an issue for a person, who releases it with `forecast publish --release`. | | true
    hold: bool = False
    #: Address under which the site is served; empty = links stay relative. | | https://example.org/forecast
    url: Annotated[str, Address(("https", "http"), needed=False)] = ""
    #: Folder of a forecast hub to which published forecasts are added; null = none. | | /srv/hub
    hub: Text | None = None
    #: Team in the names of hub files. | | newsroom
    team: Annotated[str, Word()] = "forecast"
    #: How long a second publisher waits for the lock. | seconds | 60
    wait_seconds: Annotated[float, Bounds(0, 86400)] = 600.0
    #: Limit of reading an address, or of a whole round of `fetch`, retries included. | seconds | 120
    timeout_seconds: Seconds = 60.0
    #: Limit of one source file. | MB | 20
    max_megabytes: Annotated[float, Bounds(above=0, high=100_000)] = 100.0
    #: Read plain http:// too. | | true
    allow_http: bool = False
    #: Keep a checked copy of the archive beside it after every round. | | false
    backup: bool = True
    #: Words of a command that is started after a report; no shell. | | [notify,done]
    on_success: tuple[Text, ...] = ()
    #: Words of a command that is started after a failure; no shell. | | [notify,failed]
    on_failure: tuple[Text, ...] = ()
    #: A hook that takes longer is ended. | seconds | 30
    hook_seconds: Seconds = 300.0


@dataclass(frozen=True)
class ParallelSpec:
    """How the work is spread; never part of a result."""

    #: Workers; -1 = one for each core. | workers | 4
    n_jobs: Annotated[int, Bounds(-1, 1024, without=(0,))] = 1
    # joblib's multiprocessing would wait for ever for a worker that was killed
    #: Kind of workers: processes (loky) or threads. | | threading
    backend: Literal["loky", "threading"] = "loky"
    #: Address of a dask scheduler; null = this machine. | | tcp://head:8786
    address: Annotated[str, Scheduler()] | None = None
