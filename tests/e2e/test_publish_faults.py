"""The monthly round on a machine that fails: killed at every step, full disk, read-only folders, many at once."""

import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import forecast
from archive_helpers import reachable
from forecast.archive.store import Archive, digest_of
from forecast.publish import folders
from forecast.publish.desk import STEPS
from rounds_helpers import Rounds, light
from sampling import some_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")
FIRST, NEXT = 40, 41
#: Steps at which a process is killed; those of the runs between two issues too.
POINTS = (*STEPS[:8], "compare: software", *STEPS[8:])


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    light(monkeypatch.setattr)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder in which one issue is out, and the next figure too; and what the next issue says when nothing fails."""
    with pytest.MonkeyPatch.context() as patch:
        light(patch.setattr)
        start = Rounds(tmp_path_factory.mktemp("start") / "w")
        start.where.mkdir()
        start.write(FIRST)
        assert start.publish(backup=True).code == 0
        start.write(NEXT)
        twin = Rounds(tmp_path_factory.mktemp("twin") / "w")
        shutil.copytree(start.where, twin.where)
        assert twin.publish(backup=True).code == 0
    return start.where, Archive(twin.archive).runs()["result"].tolist()


@pytest.fixture
def rounds(base, tmp_path):
    shutil.copytree(base[0], tmp_path / "w")
    return Rounds(tmp_path / "w")


def child(work):
    """Run a function in a process of its own, and return its number."""
    number = os.fork()
    if number == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code if isinstance(code, int) else 0)
    return number


def ended(number):
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def sound(rounds):
    """Whatever happened: the archive is whole, no forecast is doubled, every folder that can be seen is complete."""
    archive = Archive(rounds.archive)
    assert archive.check().startswith("integrity: ok")
    runs = archive.runs("e")
    assert not runs.duplicated(["kind", "as_of", "revision"]).any()
    for run, result in zip(runs["id"], runs["result"], strict=True):
        rows = archive.forecasts([int(run)])
        assert digest_of(rows) == result and not rows.duplicated(["model", "horizon", "level"]).any()
    seen = {p.name for p in (rounds.site / "reports").iterdir()}
    digests = dict(zip(runs["path"].str.removeprefix("reports/"), runs["digest"], strict=True))
    for name in seen:
        assert digests[name] == folders.folder_digest(rounds.site / "reports" / name), name
    for page in ("index.html", "feed.xml", "latest.json", "status.json"):
        assert (rounds.site / page).stat().st_size > 100
    json.loads((rounds.site / "latest.json").read_text())
    return runs, seen


def completed(rounds, wanted):
    """The next call brings everything to where it would be had nothing happened."""
    outcome = rounds.publish(backup=True)
    assert outcome.code in (0, 3), outcome
    runs, seen = sound(rounds)
    assert runs["result"].tolist() == wanted and len(seen) == 2
    assert not (rounds.site / ".incoming").exists() and not list(rounds.where.glob(".*.work"))
    assert json.loads((rounds.site / "latest.json").read_text())["issue"]["as_of"] == rounds.released(NEXT)
    assert rounds.publish(backup=True).code == 3
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize("step", some_of(POINTS, quick=("archive: commit", "place", "site")))
def test_killed_at_a_step_nothing_is_lost_doubled_or_half_and_the_next_call_completes(rounds, base, step):
    def die(name):
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    assert ended(child(lambda: rounds.publish(on_step=die, backup=True).code)) == -signal.SIGKILL
    runs, seen = sound(rounds)
    archived = POINTS.index(step) > POINTS.index("archive: commit")
    assert len(runs) == 2 if archived else len(runs) == 1
    assert len(seen) == (2 if POINTS.index(step) > POINTS.index("place") else 1)
    outcome = completed(rounds, base[1])
    assert outcome.code == (3 if archived else 0)
    assert ("finished: reports/" in outcome.text) == (step == "place")
    assert ("removed: " in outcome.text) == (step.startswith("archive"))


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(50))
def test_killed_at_a_random_moment(rounds, base, seed):
    started = time.monotonic()
    assert ended(child(lambda: Rounds(rounds.where).publish(backup=True, dry_run=True).code)) == 0
    patience = 3.0 * (time.monotonic() - started) + 1.0
    number = child(lambda: rounds.publish(backup=True).code)
    time.sleep(random.Random(seed).uniform(0.0, patience))
    os.kill(number, signal.SIGKILL)
    assert ended(number) in (-signal.SIGKILL, 0)
    sound(rounds)
    completed(rounds, base[1])


@pytest.mark.parametrize("limit", some_of((2_000, 9_000, 30_000, 100_000, 200_000), quick=(30_000,)))
def test_a_full_disk_ends_the_round_and_leaves_all_as_it_was(rounds, base, limit):
    out, told = os.pipe()

    def work():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        outcome = rounds.publish(backup=True)
        os.write(told, outcome.text.encode())
        return outcome.code

    code = ended(child(work))
    os.close(told)
    text = os.read(out, 5000).decode()
    os.close(out)
    runs, seen = sound(rounds)
    assert code in (0, 1), text
    if code == 1:
        assert "no space left" in text or "cannot be written" in text or "File too large" in text, text
    assert len(runs) == len(seen) == (2 if code == 0 else 1), text
    assert code == 1 or limit > 9_000
    completed(rounds, base[1])


def lets_others_in(path):
    """Tell whether somebody else can read a folder: the package and its settings are read while it publishes."""
    return all(one.stat().st_mode & 0o005 == 0o005 for one in (path, *path.parents))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to drop rights to meet folders that it may not write")
@pytest.mark.skipif(
    not all(map(lets_others_in, (Path(forecast.__file__).parent, Path(sys.prefix).resolve()))),
    reason="the package lies in a folder of mode 700, so another user cannot run it",
)
def test_on_a_read_only_folder_it_says_so_and_touches_nothing(rounds, base):
    before = {p: p.stat().st_mtime_ns for p in rounds.where.rglob("*") if p.is_file()}
    reachable(rounds.where)
    out, told = os.pipe()

    def work():
        os.setuid(65534)
        outcome = rounds.publish()
        os.write(told, outcome.text.encode())
        return outcome.code

    assert ended(child(work)) == 1
    os.close(told)
    text = os.read(out, 5000).decode()
    os.close(out)
    assert "cannot be made" in text and "nothing was changed" in text
    assert before == {p: p.stat().st_mtime_ns for p in rounds.where.rglob("*") if p.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize("many", [2, 8])
def test_many_publishers_at_once_make_one_report(rounds, base, many):
    children = [child(lambda: rounds.publish(wait_seconds=120, backup=True).code) for _ in range(many)]
    codes = sorted(ended(c) for c in children)
    assert codes == [0] + [3] * (many - 1)
    runs, seen = sound(rounds)
    assert runs["result"].tolist() == base[1] and len(seen) == 2


def test_a_damaged_archive_is_told_and_neither_it_nor_the_site_is_touched(rounds):
    data = bytearray(rounds.archive.read_bytes())
    data[4096:60_000] = os.urandom(60_000 - 4096)
    rounds.archive.write_bytes(data)
    before = {
        p: p.read_bytes() for p in rounds.where.rglob("*") if p.is_file() and not p.name.endswith(".lock")
    }
    outcome = rounds.publish()
    assert outcome.code == 4 and "damaged" in outcome.text and "a.sqlite.backup" in outcome.text
    assert before == {
        p: p.read_bytes() for p in rounds.where.rglob("*") if p.is_file() and not p.name.endswith(".lock")
    }
    for beside in rounds.where.glob("a.sqlite-*"):
        beside.unlink()  # as the message says
    shutil.copy(rounds.where / "a.sqlite.backup", rounds.archive)
    assert rounds.publish().code == 0


def test_a_source_cut_short_between_two_reads_publishes_nothing(rounds, base):
    whole = rounds.file.read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 3):
        rounds.file.write_bytes(whole[:cut])
        outcome = rounds.publish(today="2021-06-30")
        assert outcome.code in (3, 4, 6), (cut, outcome) if cut else outcome
        assert outcome.code != 0
    rounds.file.write_bytes(whole)
    completed(rounds, base[1])


@pytest.mark.slow
def test_an_interruption_by_hand_lets_go_of_the_lock(rounds, base):
    def stop(name):
        if name == "write":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rounds.publish(on_step=stop)
    completed(rounds, base[1])
    assert pd.read_csv(rounds.site / "track_record.csv")["kind"].eq("published").all()
