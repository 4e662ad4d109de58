"""A hook that mails what came of a round: its headline, its first chart and the link.

    publish.on_success=[.venv/bin/python, deploy/hooks/mail.py]
    publish.on_failure=[.venv/bin/python, deploy/hooks/mail.py]

Variables of the environment: SMTP_HOST, SMTP_PORT (25), SMTP_USER, SMTP_PASSWORD, SMTP_TLS (starttls, or
none), MAIL_FROM, MAIL_TO (several by commas). The link is that of `publish.url`, or begins with SITE_URL
where that is not set. An issue that waits for a person (`publish.hold`) is mailed as a message to look at it.
It needs nothing but Python.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path


def message(environment: dict[str, str]) -> EmailMessage:
    """Return the message of a round by the variables that `forecast publish` gives its hooks."""
    made = EmailMessage()
    made["From"], made["To"] = environment["MAIL_FROM"], environment["MAIL_TO"]
    folder, text = environment.get("FORECAST_FOLDER", ""), environment.get("FORECAST_TEXT", "")
    public = bool(folder) and Path(environment["FORECAST_SITE"]) in Path(folder).parents
    if environment.get("FORECAST_CODE") != "0" or not public:
        made["Subject"] = f"Forecast: {text.splitlines()[0] if text else 'a round failed'}"[:200]
        made.set_content(f"{text}\n\ncode {environment.get('FORECAST_CODE', '')}\n")
        return made
    page = Path(folder)
    report = json.loads((page / "report.json").read_text(encoding="utf-8"))
    base = (environment.get("FORECAST_URL") or environment.get("SITE_URL", "")).rstrip("/")
    link = (
        f"{base}/{page.parent.name}/{page.name}/index.html"
        if base
        else (page / "index.html").resolve().as_uri()
    )
    made["Subject"] = " ".join(str(report["h1"]).split())[:200]
    made.set_content(f"{report['h1']}\n\n{report.get('standfirst', '')}\n\n{link}\n")
    first = (report.get("index", {}).get("lead") or {}).get("name", "forecast")
    chart = next(iter(sorted((page / "figures").glob(f"{first}.*"))), None)
    if chart is not None:
        kind = {".png": ("image", "png"), ".svg": ("image", "svg+xml")}.get(
            chart.suffix, ("application", "octet-stream")
        )
        made.add_attachment(chart.read_bytes(), maintype=kind[0], subtype=kind[1], filename=chart.name)
    return made


def main() -> None:
    """Send the message."""
    e = dict(os.environ)
    with smtplib.SMTP(e["SMTP_HOST"], int(e.get("SMTP_PORT", "25")), timeout=60) as server:
        if e.get("SMTP_TLS", "starttls") == "starttls":
            server.starttls(context=ssl.create_default_context())
        if e.get("SMTP_USER"):
            server.login(e["SMTP_USER"], e["SMTP_PASSWORD"])
        server.send_message(message(e))


if __name__ == "__main__":
    main()
