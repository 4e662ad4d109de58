"""The files of deploy/: read, checked by what the machine has, and the cron line run for every code."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[1] / "deploy"
COMMAND = "forecast publish experiment=monthly publish=official"


def test_the_cron_line_has_five_fields_and_tells_failures_only(tmp_path):
    (line,) = [x for x in (DEPLOY / "crontab").read_text().splitlines() if x and x[0] not in "#M"]
    assert "MAILTO=root" in (DEPLOY / "crontab").read_text()
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
    assert "said 7 publish experiment=monthly publish=official" in (tmp_path / "publish.log").read_text()


def test_the_systemd_units_are_right(tmp_path):
    service, timer = ((DEPLOY / f"forecast-publish.{kind}").read_text() for kind in ("service", "timer"))
    failed = (DEPLOY / "forecast-publish-failed@.service").read_text()
    assert "OnFailure=forecast-publish-failed@%n.service" in service
    assert COMMAND in service and "SuccessExitStatus=3 6" in service and "Persistent=true" in timer
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze missing")
    (tmp_path / "deploy").mkdir()
    for name, text in (
        ("forecast-publish.service", service),
        ("forecast-publish.timer", timer),
        ("forecast-publish-failed@.service", failed),
    ):
        here = (
            text.replace("/srv/forecast/.venv/bin/forecast", "/bin/true")
            .replace("/srv/forecast/.venv/bin/python", "/bin/true")
            .replace("User=forecast", "User=root")
            .replace("/srv/forecast", str(tmp_path))
        )
        (tmp_path / name).write_text(here)
    (tmp_path / "docs").mkdir()
    done = subprocess.run(
        [
            tool,
            "verify",
            str(tmp_path / "forecast-publish.timer"),
            str(tmp_path / "forecast-publish.service"),
            str(tmp_path / "forecast-publish-failed@.service"),
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


def run_of(step, folder, tool, code):
    """Run the script of a step in a folder, with a `forecast` that writes what it was told and ends with a code."""
    script = step["run"].replace(".venv/bin/forecast", str(tool))
    tool.write_text(
        '#!/bin/sh\nmkdir -p published/figures published/site\necho "$@" > published/figures/observations.csv\n'
        f"echo x > published/site/index.html; echo x > published/archive.sqlite; exit {code}\n"
    )
    tool.chmod(0o755)
    where = folder / step.get("working-directory", ".")
    output = {"GITHUB_OUTPUT": str(folder / "output"), "WORDS": "", "HOME": str(folder)}
    return subprocess.run(
        ["bash", "-c", script], cwd=where, env={**os.environ, **output}, capture_output=True, text=True
    )


@pytest.mark.parametrize(("code", "passes"), [(0, True), (3, True), (6, True), (4, False), (7, False)])
def test_the_steps_of_the_workflow_keep_figures_archive_and_site_on_their_branch(tmp_path, code, passes):
    flow = yaml.safe_load((DEPLOY / "github-pages.yml").read_text())
    steps = {step.get("name"): step for step in flow["jobs"]["round"]["steps"]}
    assert "actions/cache" not in json.dumps(flow) and steps["Keep"]["if"] == "${{ !cancelled() }}"

    def git(*words, where=tmp_path / "published"):
        return subprocess.run(["git", *words], cwd=where, check=True, capture_output=True, text=True).stdout

    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "published", str(bare)], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", str(bare), str(tmp_path / "published")], check=True, capture_output=True
    )
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    git("switch", "--orphan", "published")
    git(*who, "commit", "--allow-empty", "-m", "start")
    git("push", "-u", "origin", "published")
    done = run_of(steps["Publish"], tmp_path, tmp_path / "tool", code)
    assert (done.returncode == 0) == passes and f"code={code}" in (tmp_path / "output").read_text()
    kept = run_of(steps["Keep"], tmp_path, tmp_path / "tool", 0)
    assert kept.returncode == 0, kept.stderr
    there = git("ls-tree", "-r", "--name-only", "published", where=bare).split()
    assert there == ["archive.sqlite", "figures/observations.csv", "site/index.html"]
    said = (tmp_path / "published" / "figures" / "observations.csv").read_text()
    assert (
        said.startswith("publish experiment=monthly publish=official ")
        and "publish.figures=published/figures" in said
    )
    assert run_of(steps["Keep"], tmp_path, tmp_path / "tool", 0).returncode == 0  # nothing to keep


class Mailbox(threading.Thread):
    """A mail server for one message, as far as a sender needs one."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.content = self.listener.getsockname()[1], b""

    def run(self):
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            for line in lines:
                word = line[:4].upper().strip()
                connection.sendall({b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))
                if word == b"DATA":
                    for part in lines:
                        if part == b".\r\n":
                            break
                        self.content += part
                    connection.sendall(b"250 taken\r\n")
                if word == b"QUIT":
                    return


def hook(name, **environment):
    command = [sys.executable, str(DEPLOY / "hooks" / name)]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("code", "part", "address"),
    [
        ("0", "site", {"SITE_URL": "https://example.org/f/"}),
        ("0", "site", {"SITE_URL": "https://other.org", "FORECAST_URL": "https://example.org/f"}),
        ("0", "site", {}),
        ("0", "a.sqlite.staged", {"SITE_URL": "https://example.org/f/"}),
        ("4", "site", {}),
    ],
)
def test_a_mail_holds_headline_first_chart_and_link(tmp_path, monkeypatch, code, part, address):
    monkeypatch.chdir(tmp_path)
    page = Path(part, "reports", "2026-11-20")
    (page / "figures").mkdir(parents=True)
    for name in ("another", "ten-years"):
        (page / "figures" / f"{name}.svg").write_text("<svg/>")
    lead = {"h1": "About 9,000\nBcc: evil@example.org", "standfirst": "So."}
    (page / "report.json").write_text(json.dumps({**lead, "index": {"lead": {"name": "ten-years"}}}))
    box = Mailbox()
    box.start()
    sent = hook(
        "mail.py",
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=str(box.port),
        SMTP_TLS="none",
        MAIL_FROM="a@example.org",
        MAIL_TO="b@example.org",
        FORECAST_CODE=code,
        FORECAST_FOLDER=str(page),
        FORECAST_SITE="site",
        **address,
        FORECAST_TEXT="held: a figure",
    )
    assert sent.returncode == 0, sent.stderr
    box.join(10)
    mail = message_from_bytes(box.content, policy=policy.default)
    assert mail["To"] == "b@example.org" and mail["Bcc"] is None
    body = mail.get_body().get_content()
    if code == "0" and part == "site":
        base = "https://example.org/f" if address else (tmp_path / "site").as_uri()
        assert mail["Subject"].startswith("About 9,000")
        assert f"{base}/reports/2026-11-20/index.html" in body
        assert [one.get_filename() for one in mail.iter_attachments()] == ["ten-years.svg"]
    else:
        assert "held: a figure" in mail["Subject"] and f"code {code}" in body
        assert not list(mail.iter_attachments())


def test_a_webhook_posts_the_numbers_of_the_newest_issue(tmp_path, web):
    (tmp_path / "latest.json").write_text('{"schema_version": "1.0"}')
    sent = hook("webhook.py", WEBHOOK_URL=web.address, FORECAST_SITE=str(tmp_path))
    assert sent.returncode == 0 and web.asked == ["/figures.csv"], sent.stderr
    assert (
        "use https"
        in hook("webhook.py", WEBHOOK_URL="http://example.org", FORECAST_SITE=str(tmp_path)).stderr
    )


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
    assert '["publish", "experiment=monthly", "publish=official"]' in text
