"""Rounds over https with an authority of the test, directly and through a proxy, with a tidy and an official file."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from forecast.data import fetch as web
from forecast.data import load_observations
from forecast.publish.publish import fetch, publish_report
from months_helpers import Authority, Months, Proxy, official
from rounds_helpers import Rounds, light

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate"),
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    light(monkeypatch.setattr)
    monkeypatch.setattr(web, "_PAUSE", 0.01)
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(params=["directly", "through a proxy"])
def way(request, authority, monkeypatch):
    """A server behind https, the address by which it is asked, and the proxy on the way if there is one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    with Months(authority) as server:
        if request.param == "directly":
            yield server, server.address, None
            return
        # a name that only the proxy knows: whoever asks another way finds nothing
        with Proxy({"figures.test:443": server.port}) as proxy:
            monkeypatch.setenv("https_proxy", proxy.address)
            yield server, "https://figures.test", proxy


def passed(proxy):
    return proxy is None or set(proxy.asked) == {("CONNECT", "figures.test:443")}


def tidy(where, address, **words):
    exp = Rounds(where).experiment(fetch=(f"{address}/{{year}}-{{month}}.csv",), **words)
    return replace(exp, data=replace(exp.data, path=str(where / "figures"), release_lag_days=15))


def test_months_of_a_tidy_file_are_published(way, tmp_path):
    server, address, proxy = way
    table, exp = Rounds(tmp_path).table[["series_id", "month", "value"]], tidy(tmp_path, address)
    for months, day in ((40, "2021-05-12"), (41, "2021-06-12")):
        server.files[f"/{table['month'].iloc[months - 1]}.csv"] = (
            table.head(months).to_csv(index=False).encode()
        )
        outcome = publish_report(exp, today=day)
        assert outcome.code == 0 and outcome.folder.name == day, outcome
    # the server is told what is there already, and answers that nothing changed
    assert publish_report(exp, today="2021-06-13").code == 3
    server.files["/2021-05.csv"] = (
        table.head(41)
        .assign(value=table["value"] + (table["month"] == "2021-04"))
        .to_csv(index=False)
        .encode()
    )
    assert "1 revised figure" in publish_report(exp, today="2021-06-20").text
    assert passed(proxy)


def test_a_month_of_an_official_file_comes_in(way, tmp_path, obs):
    server, address, proxy = way
    exp = fc.load_experiment("monthly", "publish=official")
    pattern = exp.publish.fetch[0].split("/files/")[1]
    places = {name: str(tmp_path / name) for name in ("archive", "figures", "site")}
    exp = replace(exp, publish=replace(exp.publish, fetch=(f"{address}/files/{pattern}",), **places))
    september, october = pd.Period("2026-09", "M"), pd.Period("2026-10", "M")
    content = official(obs, october, {september: 8100, october: 8300}).encode()
    server.files["/files/2026-11/sbo-encounters-fy24-fy27-oct.csv"] = content
    made = fetch(exp, today="2026-11-18")
    assert made.code == 0, made
    assert load_observations(tmp_path / "figures").actuals("southwest.usbp").tail(2).tolist() == [8100, 8300]
    assert fetch(exp, today="2026-11-19").code == 3
    assert passed(proxy)


def test_a_server_that_nobody_vouches_for_is_refused(tmp_path, authority, monkeypatch):
    other = Authority(tmp_path / "other")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.root))
    with Months(authority) as server:
        outcome = publish_report(tidy(tmp_path, server.address), today="2021-05-12")
    assert (
        outcome.code == 4 and "certificate verify failed" in outcome.text and server.address in outcome.text
    )
    assert not (tmp_path / "site").exists() and not (tmp_path / "a.sqlite").exists()


def test_a_redirect_off_https_is_refused(tmp_path, authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    with Months(authority) as server, Months() as plain:
        plain.files["/2021-04.csv"] = b"series_id,month,value\na,2021-04,1\n"
        server.answers["/2021-04.csv"] = (302, {"Location": f"{plain.address}/2021-04.csv"}, b"")
        outcome = publish_report(tidy(tmp_path, server.address), today="2021-05-12")
    assert outcome.code == 4 and "which is not https" in outcome.text and plain.asked == []


def test_a_proxy_that_refuses_is_told(tmp_path, authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    with Proxy({}) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address)
        outcome = publish_report(tidy(tmp_path, "https://figures.test"), today="2021-05-12")
    assert outcome.code == 4 and "403" in outcome.text and "https://figures.test" in outcome.text
    assert not (tmp_path / "site").exists()
