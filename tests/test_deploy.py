"""The files of deploy/: read, checked by what the machine has, and the cron line run for every code."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[1] / "deploy"
COMMAND = "forecast publish experiment=monthly"


def test_the_cron_line_has_five_fields_and_tells_failures_only(tmp_path):
    (line,) = [x for x in (DEPLOY / "crontab").read_text().splitlines() if x and not x.startswith("#")]
    minute, hour, *rest = line.split(None, 5)
    assert minute == "40" and hour == "14" and rest[:3] == ["*", "*", "*"] and COMMAND in rest[3]
    assert "%" not in rest[3]  # cron would turn it into a line feed
    command = rest[3].replace("/srv/forecast", str(tmp_path))
    tool = tmp_path / ".venv" / "bin" / "forecast"
    tool.parent.mkdir(parents=True)
    for code, mailed in ((0, False), (3, False), (6, False), (1, True), (4, True), (7, True)):
        tool.write_text(f'#!/bin/sh\necho said {code} "$@"\nexit {code}\n')
        tool.chmod(0o755)
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        assert bool(done.stdout) == mailed and (done.returncode != 0) == mailed, (code, done)
    assert "said 7 publish experiment=monthly" in (tmp_path / "publish.log").read_text()


def test_the_systemd_units_are_right(tmp_path):
    service, timer = ((DEPLOY / f"forecast-publish.{kind}").read_text() for kind in ("service", "timer"))
    assert COMMAND in service and "SuccessExitStatus=3 6" in service and "Persistent=true" in timer
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze missing")
    for kind, text in (("service", service), ("timer", timer)):
        here = (
            text.replace("/srv/forecast/.venv/bin/forecast", "/bin/true")
            .replace("User=forecast", "User=root")
            .replace("/srv/forecast", str(tmp_path))
        )
        (tmp_path / f"forecast-publish.{kind}").write_text(here)
    (tmp_path / "docs").mkdir()
    done = subprocess.run(
        [
            tool,
            "verify",
            str(tmp_path / "forecast-publish.timer"),
            str(tmp_path / "forecast-publish.service"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [x for x in (done.stdout + done.stderr).splitlines() if "forecast-publish" in x]
    assert not said, said
    when = re.search(r"OnCalendar=(.*)", timer)[1]
    done = subprocess.run([tool, "calendar", when], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Normalized form: *-*-* 14:40:00 UTC" in done.stdout


def test_the_workflow_is_yaml_with_few_rights_and_no_words_from_outside_in_its_scripts():
    flow = yaml.safe_load((DEPLOY / "github-pages.yml").read_text())
    on = flow[True]  # YAML 1.1 reads `on` so
    assert on["schedule"][0]["cron"].split() == ["40", "14", "*", "*", "*"]
    assert flow["permissions"] == {"contents": "read"} and flow["concurrency"]["cancel-in-progress"] is False
    assert (
        flow["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
        and flow["jobs"]["deploy"]["needs"] == "round"
    )
    for job in flow["jobs"].values():
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])
            else:
                assert "${{" not in step["run"], "an expression inside a script can be made to run anything"
                done = subprocess.run(
                    ["sh", "-n", "-c", step["run"]], capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, done.stderr
    scripts = " ".join(s.get("run", "") for s in flow["jobs"]["round"]["steps"])
    assert COMMAND in scripts and "0|3|6) exit 0" in scripts


def test_the_container_file_pins_its_base_and_runs_as_a_user():
    text = (DEPLOY / "Containerfile").read_text()
    lines = [x for x in re.sub(r"\\\n\s*", " ", text).splitlines() if x and not x.startswith("#")]
    words = [x.split()[0] for x in lines]
    assert words[0] == "FROM" and re.search(r":\d+\.\d+-slim-\w+$", lines[0])
    assert set(words) <= {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "ENTRYPOINT", "CMD"}
    assert words.index("USER") < words.index("ENTRYPOINT") and "USER forecast" in lines
    for line in lines:
        if line.startswith(("ENTRYPOINT", "CMD", "VOLUME")):
            assert line.split(None, 1)[1].startswith("["), "words, not a shell"
        if line.startswith("COPY"):
            for source in line.split()[1:-1]:
                assert (DEPLOY.parent / source).exists(), source
        assert not re.search(r"sudo|curl .*\||apt-get (?!.*--no-install-recommends)|ADD ", line)
    assert '["publish", "experiment=monthly"]' in text
