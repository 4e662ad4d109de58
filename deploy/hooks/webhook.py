"""A hook that posts the site's `latest.json` to an address after a report.

    publish.on_success=[.venv/bin/python, deploy/hooks/webhook.py]

Variables of the environment: WEBHOOK_URL (https), WEBHOOK_TOKEN (sent as a bearer token if given). It needs
nothing but Python.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.request import Request, urlopen


def main() -> None:
    """Post the file."""
    address = os.environ["WEBHOOK_URL"]
    if not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise SystemExit("WEBHOOK_URL: use https, so that nobody on the way reads the token")
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("WEBHOOK_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    data = (Path(os.environ["FORECAST_SITE"]) / "latest.json").read_bytes()
    with urlopen(Request(address, data=data, headers=headers), timeout=60):  # noqa: S310 - checked above
        pass


if __name__ == "__main__":
    main()
