"""A sweep: its jobs, their folders, and the tables that compare them."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from forecast.cli import run as runs
from forecast.config import compose
from forecast.config.settings import Experiment
from forecast.errors import ConfigError, ForecastError
from forecast.experiment import load
from forecast.files import inside, write_file

if TYPE_CHECKING:
    from omegaconf import DictConfig


@dataclass(frozen=True)
class Sweep:
    """One multirun: its jobs, their folders and their codes (as files, since jobs may run elsewhere).

    Attributes
    ----------
    experiments : tuple of Experiment
        One for each job.
    digest : str
        Hash of the words.
    scratch : Path
        What Hydra writes, and the codes of the jobs.
    swept : tuple of str
        The keys that vary.
    resume : bool
        Leave out jobs whose folder is there already.
    fresh : bool
        Take nothing that an earlier run kept.
    """

    experiments: tuple[Experiment, ...]
    digest: str
    scratch: Path
    swept: tuple[str, ...] = ()
    resume: bool = False
    fresh: bool = False

    @classmethod
    def start(
        cls,
        experiments: Sequence[Experiment],
        words: Sequence[str],
        swept: Sequence[str] = (),
        resume: bool = False,
        fresh: bool = False,
    ) -> Sweep:
        """Begin a sweep; the scratch folder takes what Hydra writes."""
        digest = hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()[:8]
        scratch = Path(tempfile.mkdtemp(prefix="forecast-sweep-"))
        return cls(tuple(experiments), digest, scratch, tuple(swept), resume, fresh)

    def hydra_words(self, own_dir: bool = False) -> list[str]:
        """Return the overrides that keep Hydra's own files out of the
        user's folder, but where a folder was given.
        """
        return [*([] if own_dir else [f"hydra.sweep.dir={self.scratch}"]), "hydra.sweep.subdir=."]

    def folder(self, exp: Experiment, as_of: str, job: int) -> Path:
        """Return the numbered folder of a job."""
        return _sweeps(exp) / f"{as_of}~{self.digest}" / str(job)

    def finished(self, job: int) -> Path | None:
        """Return the folder of a job of the same words that was finished earlier."""
        found = _sweeps(self.experiments[job]).glob(f"*~{self.digest}/{job}/manifest.json")
        return max((file.parent for file in found), default=None)

    def record(self, job: int, code: int) -> None:
        """Write down the code of a job."""
        (self.scratch / f"{job}.code").write_text(str(code))

    def finish(self, say: Callable[[str], None]) -> int:
        """Print and write the tables of the sweep, name the jobs that failed; return the gravest code."""
        files = [self.scratch / f"{job}.code" for job in range(len(self.experiments))]
        codes = [int(file.read_text()) if file.is_file() else 1 for file in files]
        shutil.rmtree(self.scratch, ignore_errors=True)
        # the report of a job whose models failed is there all the same
        folders = [self.finished(job) if code in (0, 5) else None for job, code in enumerate(codes)]
        done = [folder for folder in folders if folder is not None]
        if done:
            say(runs.compare(done))
            where = done[-1].parent / "sweep.csv"
            write_file(where, self.table(codes, folders).to_csv(index=False))
            say(str(where))
        for job, code in enumerate(codes):
            if code:
                say(f"job {job} failed with code {code}: {self.words(job)}")
        return max(codes, default=0)

    def words(self, job: int) -> str:
        """Return the words of a job that vary."""
        own = self.experiments[job].overrides
        kept = [word for word in own if word.lstrip("+").partition("=")[0] in self.swept]
        return " ".join(kept) or " ".join(own)

    def table(self, codes: Sequence[int], folders: Sequence[Path | None]) -> pd.DataFrame:
        """Return one row a job: its words, the skill of its headline, its folder and its code."""
        rows = []
        for job, (code, folder) in enumerate(zip(codes, folders, strict=True)):
            exp = self.experiments[job]
            row: dict[str, object] = {"job": job, "words": self.words(job), "headline": exp.report.headline}
            if folder is not None:
                skills = runs.compared([folder])
                mine = skills[skills["id"] == exp.report.headline]
                row |= {f"skill {words}": mine[words].iloc[0] for words in runs.DISTANCES if len(mine)}
            rows.append({**row, "folder": str(folder or ""), "code": code})
        return pd.DataFrame(rows)


def task(config: DictConfig, config_dirs: Sequence[str], sweep: Sweep, voice: runs.Voice) -> int:
    """Run one job that Hydra composed; never exits, an error becomes its code."""
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import OmegaConf

    hydra = HydraConfig.get()
    words = list(hydra.overrides.task)
    number = int(hydra.job.num)
    code = 1
    try:
        plain = OmegaConf.to_container(config, resolve=False)
        if not isinstance(plain, dict):
            raise ConfigError("the configuration is not a group of keys")
        values = compose.resolved({str(k): v for k, v in plain.items() if k != "hydra"}, words, config_dirs)
        words = runs.follow_headline(values, words, sweep.swept)
        exp = load.to_experiment(values, words)
        if sweep.resume and (done := sweep.finished(number)):
            voice.say(f"job {number} is there already: {done}")
            code = 0
        else:
            folders = runs.Folders(partial(sweep.folder, exp, job=number), config_dirs, sweep.fresh)
            code = runs.execute(exp, folders, runs.command_of(words), voice)
    except (ForecastError, OSError) as error:
        voice.complain(error)
        code = error.exit_code if isinstance(error, ForecastError) else 1
    sweep.record(number, code)
    return code


def _sweeps(exp: Experiment) -> Path:
    return inside(exp.report.folder, exp.name, "name") / "sweeps"
