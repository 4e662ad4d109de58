"""A year of months from a local server, one issue a month by the shipped crontab line under a faked clock."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from archive_helpers import Archive
from forecast.publish.desk import STEPS
from months_helpers import Months
from rounds_helpers import Rounds

pytestmark = pytest.mark.proof
ROOT = Path(__file__).parents[2]
FIRST, MONTHS = 54, 12
#: The month that is corrected, and by how much.
CORRECTED = (FIRST + 5, 11)
#: The command as cron starts it: the small experiment in place of the monthly one, the day and the fault of the test.
COMMAND = """#!{python}
import datetime as dt, os, signal, sys
sys.path[:0] = [{src!r}, {support!r}]
from dataclasses import replace
from forecast.cli import main, publish_verbs
from forecast.publish import desk
from rounds_helpers import Rounds, light
light()
day = dt.datetime.fromisoformat(os.environ["TEST_DAY"]).replace(tzinfo=dt.UTC)
desk.now = lambda: day
exp = Rounds({where!r}).experiment(fetch=(os.environ["TEST_FETCH"],), allow_http=True, catch_up="replayed")
exp = replace(exp, data=replace(exp.data, path="figures", release_lag_days=15, expected_by=35))
publish_verbs._experiments = lambda words, folders: [exp]
def die(step):
    if step == os.environ.get("TEST_STEP"):
        os.kill(os.getpid(), signal.SIGKILL)
from forecast.publish import publish
made = publish.publish_report
publish.publish_report = lambda *words, **more: made(*words, on_step=die, **more)
sys.exit(main.main(sys.argv[1:]))
"""


class World:
    """A folder as on a server: the command, its archive, its site, its log."""

    def __init__(self, where, server):
        self.where, self.server = where, server
        self.rounds = Rounds(where, months=FIRST + MONTHS + 2)
        tool = where / ".venv" / "bin" / "forecast"
        tool.parent.mkdir(parents=True)
        words = {
            "python": sys.executable,
            "src": str(ROOT / "src"),
            "support": str(ROOT / "tests" / "support"),
        }
        tool.write_text(COMMAND.format(where=str(where), **words))
        tool.chmod(0o755)
        lines = (ROOT / "deploy" / "crontab").read_text().splitlines()
        (line,) = [x for x in lines if x and x[0] not in "#M"]
        self.line = line.split(None, 5)[5].replace("/srv/forecast", str(where))

    def day(self, day, step=""):
        """What cron does on a day; the code, and what it would mail."""
        environment = {
            "TEST_DAY": f"{day}T14:40:00",
            "TEST_STEP": step,
            "TEST_FETCH": f"{self.server.address}/{{year}}-{{month}}.csv",
        }
        done = subprocess.run(
            ["sh", "-c", self.line], env={**os.environ, **environment}, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    def serve(self, months, revision=None, correction=None):
        """Serve the file of so many months, each with its day; a revision has a day of its own, a correction has not."""
        table = self.rounds.table.head(months)[["series_id", "month", "value"]].copy()
        table["released"] = [self.out(n + 1) for n in range(months)]
        if correction:
            at, more = correction
            table.loc[at, "value"] += more
        if revision:
            at, more, day = revision
            row = table.loc[[at]].assign(value=table.loc[at, "value"] + more, released=day)
            table = pd.concat([table, row]).sort_values(["month", "released"])
        self.server.files[f"/{table['month'].iloc[-1]}.csv"] = table.to_csv(index=False).encode()

    def out(self, months, days=12):
        """A day so long after the end of the last of so many months."""
        month = pd.Period(self.rounds.table["month"].iloc[months - 1], "M")
        return str((month.to_timestamp(how="end") + pd.Timedelta(days=days)).date())


def year(world, faults):
    """Twelve months, a revision that comes alone and a correction; with faults: a late month, a broken file, a kill
    in each step.
    """
    revised = (FIRST + 3, 7, world.out(FIRST + 7, 20))
    for k in range(MONTHS):
        months = FIRST + k
        path = f"/{world.rounds.table['month'].iloc[months - 1]}.csv"
        if faults and k == 3:  # late: nothing until the day on which the other world has it
            assert world.day(world.out(months, 3))[0] == 0
        if faults and k == 5:  # a page in place of the file
            world.server.answers[path] = (200, {"Content-Type": "text/html"}, b"<html>moved</html>")
            code, mailed = world.day(world.out(months, 8))
            assert code == 1 and "text/html" in mailed
            del world.server.answers[path]
        world.serve(months, revised if k >= 8 else None, CORRECTED if k >= 10 else None)
        if faults and k:
            for step in STEPS[k::MONTHS]:
                assert world.day(world.out(months), step)[0] == 1
        assert world.day(world.out(months))[0] == 0
        if k == 7:  # a revision alone
            world.serve(months, revised)
            assert world.day(world.out(months, 20))[0] == 0


def settled(where):
    """Everything that was published, without times."""
    clock = re.compile(rb"20\d\d-\d\d-\d\dT[\d:]+Z")
    site = where / "site"
    kept = [p for p in sorted(site.rglob("*")) if p.is_file() and p.name != "manifest.json"]
    return {str(p.relative_to(site)): clock.sub(b"", p.read_bytes()) for p in kept}


def test_a_year_publishes_itself_and_faults_leave_no_trace(tmp_path):
    worlds = {}
    for name, faults in (("calm", False), ("rough", True)):
        (tmp_path / name).mkdir()
        with Months() as server:
            world = World(tmp_path / name, server)
            year(world, faults)
        worlds[name] = world
    runs = {name: Archive(w.where / "a.sqlite").runs("e", "published") for name, w in worlds.items()}
    assert len(runs["calm"]) == MONTHS + 1 and Archive(worlds["rough"].where / "a.sqlite").check().startswith(
        "integrity: ok"
    )
    for column in ("as_of", "result", "known", "last_month", "revision"):
        assert runs["calm"][column].tolist() == runs["rough"][column].tolist(), column
    calm, rough = (settled(w.where) for w in worlds.values())
    assert calm.keys() == rough.keys()
    assert [name for name in calm if calm[name] != rough[name] and name != "status.json"] == []
    figures = [(w.where / "figures" / "observations.csv").read_bytes() for w in worlds.values()]
    assert figures[0] == figures[1]
    month, first = (worlds["calm"].rounds.table[name].iloc[CORRECTED[0]] for name in ("month", "value"))
    record = pd.read_csv(worlds["calm"].where / "site" / "track_record.csv")
    errors = record[record["month"] == month]
    assert set(errors["truth_first"]) == {first} and set(errors["truth"]) == {first + CORRECTED[1]}
