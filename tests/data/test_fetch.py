"""One fetcher for every address: limits, encryption, redirects, cut and hostile answers."""

import ast
import io
import time
from dataclasses import replace
from pathlib import Path

import pytest

import forecast
from forecast import data
from forecast.cli.main import main
from forecast.config.settings import DataSpec, Experiment, TargetSpec
from forecast.data.fetch import Limits, ask, fetch, fetch_files, one_line
from forecast.errors import ConfigError, DataError
from forecast.experiment.pipeline import figures_of
from forecast.files import is_address

HTTP = Limits(seconds=5.0, allow_http=True)
LINES = b"month,value\n2024-01,1\n"


def test_an_address_is_read_whole(web):
    assert fetch_files(f"{web.address}?raw=1", HTTP) == {"figures.csv": LINES}
    assert web.asked == ["/figures.csv?raw=1"]
    assert Limits().seconds == 60.0 and Limits().megabytes == 100.0


@pytest.mark.parametrize("path", ["", "..", "a/..", "nul.csv", "C:evil.csv"])
def test_the_name_of_a_fetched_file_never_climbs(web, path):
    base = web.address.removesuffix("figures.csv")
    assert set(fetch_files(base + path, HTTP)) == {"figures.csv"}


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/a.csv", "HTTP://127.0.0.1:9/a", "ftp://127.0.0.1/a", "x::http://127.0.0.1/a"],
)
def test_plain_addresses_are_refused_unless_allowed(address):
    with pytest.raises(ConfigError, match=r"without encryption.*--allow-http") as told:
        fetch(address, Limits())
    assert told.value.exit_code == 2


def test_an_address_of_the_web_in_a_chain_would_escape_the_rules_for_redirects():
    with pytest.raises(ConfigError, match="stands alone"):
        fetch("simplecache::https://example.org/a.csv", Limits())


@pytest.mark.parametrize("drip", ["drip_head", "drip_body"])
def test_a_server_that_drips_is_left_when_the_time_is_over(web, drip):
    setattr(web, drip, 0.1)
    web.body = b"x" * 1000
    start = time.monotonic()
    with pytest.raises(DataError, match=r"did not come whole within 0\.5 seconds"):
        fetch(web.address, replace(HTTP, seconds=0.5))
    assert time.monotonic() - start < 3.0


def test_a_server_that_never_answers_is_left_when_the_time_is_over(web):
    web.drip_head = 1000.0
    with pytest.raises(DataError, match="did not come whole"):
        fetch(web.address, replace(HTTP, seconds=0.3))


@pytest.mark.parametrize("headers", [{}, {"Content-Length": 10**15}])
def test_an_answer_that_is_too_large_is_not_read_to_its_end(web, headers):
    web.body, web.headers = b"x" * 2_000_000, headers
    with pytest.raises(DataError, match="over the limit of 1 MB"):
        fetch(web.address, replace(HTTP, megabytes=1.0))


def test_an_answer_that_is_cut_is_told(web):
    web.headers = {"Content-Length": 500}
    with pytest.raises(DataError, match="broke off after 22 of 500 bytes"):
        fetch(web.address, HTTP)
    web.headers = {"Transfer-Encoding": "chunked"}
    web.body = b"ff\r\nmonth"
    with pytest.raises(DataError, match="could not be read"):
        fetch(web.address, HTTP)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("404 \x1b[2J\x07gone", {}),
        ("302 Found", {"Location": "file:///etc/\x1b[2Jpasswd"}),
        ("200\x1b[2J OK", {}),
        ("\x1b[2J", {}),
    ],
)
def test_control_characters_of_an_answer_reach_no_terminal(web, status, headers):
    web.status, web.headers = status, headers
    with pytest.raises(DataError) as told:
        fetch(web.address, HTTP)
    assert all(c.isprintable() or c == "\n" for c in str(told.value))
    assert all(c.isprintable() for f in told.value.findings for c in f.what + f.file)
    assert (
        one_line("\x1b[31m\x00\x9b" + "a" * 10_000).startswith("[31m") and len(one_line("a" * 10_000)) == 300
    )


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:,x", "gopher://x/"])
def test_a_redirect_to_another_scheme_is_not_followed(web, target):
    web.status, web.headers = "302 Found", {"Location": target}
    with pytest.raises(DataError, match="could not be read"):
        fetch(web.address, HTTP)
    assert len(web.asked) == 1


def test_a_redirect_from_https_to_http_needs_http_to_be_allowed():
    from forecast.data.fetch import _Redirects

    class Asked:
        full_url = "https://example.org/"

    with pytest.raises(OSError, match=r"which is not https$"):
        _Redirects(Limits()).redirect_request(Asked, io.BytesIO(), 302, "", {}, "http://example.org/b")


def test_five_redirects_are_followed_and_no_more(web):
    web.redirects = 5
    assert fetch(web.address, HTTP) == LINES
    web.asked.clear()
    web.redirects = 6
    with pytest.raises(DataError, match="could not be read"):
        fetch(web.address, HTTP)
    assert len(web.asked) == 6


def test_nonsense_is_told_in_words():
    for address in ("https://", "https://[", "https://a b/\x1b[2J", "https://127.0.0.1:99999/"):
        with pytest.raises(DataError, match="could not be read") as told:
            fetch(address, Limits())
        assert "\x1b" not in str(told.value)


def test_a_folder_of_several_files_is_no_figures():
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name in ("a.csv", "b.csv"):
        with memory.open(f"/two/{name}", "wb") as file:
            file.write(LINES)
    assert fetch("memory://two/a.csv", Limits()) == LINES
    with pytest.raises(DataError, match="holds 2 files"):
        fetch("memory://two", Limits())


def test_a_question_has_the_time_that_is_left(web):
    assert ask(web.address, HTTP, time.monotonic() + 5.0).content == LINES
    with pytest.raises(DataError, match="did not come whole"):
        ask(web.address, HTTP, time.monotonic() - 5.0)


# --------------------------------------------------------------------------- who uses it


def test_run_check_import_and_python_take_the_same_way(web, tmp_path, capsys):
    for words in (
        ["data", "check", web.address],
        ["data", "import", web.address, "--into", str(tmp_path / "f")],
    ):
        assert main(words) == 2
        assert "without encryption" in capsys.readouterr().err
        assert main([*words, "--allow-http"]) == 0
    exp = Experiment(data=DataSpec(path=web.address), target=TargetSpec(series=("figures",)))
    with pytest.raises(ConfigError, match=r"data\.allow_http=true"):
        figures_of(exp)
    with pytest.raises(ConfigError, match="allow_http=True"):
        data.load_observations(web.address)
    obs = figures_of(replace(exp, data=replace(exp.data, allow_http=True)))
    assert obs.table["value"].tolist() == [1]
    web.headers = {"Content-Length": 500}
    assert main(["data", "check", web.address, "--allow-http"]) == 4
    assert "broke off after 22 of 500 bytes" in capsys.readouterr().out


def test_only_one_module_opens_addresses():
    """Whoever needs an address asks `fetch`; another opener would have other limits."""
    openers = {"urllib.request", "http.client", "fsspec", "requests", "httpx", "aiohttp"}
    found = set()
    for path in Path(forecast.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
            else:
                continue
            if names & openers:
                found.add(path.name)
    assert found == {"fetch.py"}


def test_what_is_an_address():
    for address in ("https://x", "HTTP://x", "s3://x", "simplecache::http://x"):
        assert is_address(address)
    for path in ("a/b.csv", "C://a.csv", "C:\\a.csv", "example:road_casualties.csv", "odd: name.csv"):
        assert not is_address(path)
    assert not is_address(Path("http://x"))
