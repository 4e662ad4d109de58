"""All Python code in README and docs runs, in the order of the page; links inside the repository lead somewhere."""

import copy
import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from forecast.config import compose, reference
from forecast.config.convert import from_plain
from forecast.config.settings import Experiment
from sampling import some_of

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]

#: Pages whose code runs simulations or whole reports.
DEAR = {"totals-and-chances", "effects", "unofficial-figures"}


def _names(page):
    return page.relative_to(ROOT).with_suffix("").as_posix().replace("/", "-")


@pytest.fixture(scope="module")
def hook():
    spec = importlib.util.spec_from_file_location("docs_site", ROOT / "docs" / "site.py")
    module = sys.modules["docs_site"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["docs_site"]


@pytest.mark.parametrize("page", some_of(PAGES, quick=[p for p in PAGES if p.stem not in DEAR]), ids=_names)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space: dict = {"__name__": "page"}
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    ):
        exec(compile(block, f"{page.name}, block {number + 1}", "exec"), space)


@pytest.mark.parametrize("page", PAGES, ids=_names)
def test_links_inside_the_repository_lead_somewhere(page):
    text = re.sub(r"^```.*?^```|`[^`\n]+`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_experiment_the_readme_names_is_there():
    names = re.findall(r"experiment=(\w+)", (ROOT / "README.md").read_text())
    for name in set(names) - {"visits"}:
        assert (ROOT / "conf" / "experiment" / f"{name}.yaml").exists()


def test_no_file_names_a_registry_or_this_machine():
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    words = ["pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian"]
    for name in files:
        path = ROOT / name
        if path.suffix in (".png", ".gz") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not any(w in text for w in words), name


def test_nothing_lies_at_the_top_that_nobody_put_there():
    found = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    folders = {name.split("/")[0] for name in found if "/" in name}
    files = {name for name in found if "/" not in name and not name.startswith(".")}
    if found:  # a copy without git has none
        assert folders == {
            ".ci", ".github", "benchmarks", "conf", "deploy", "docs", "notebooks", "reports", "src", "tests"
        }  # fmt: skip
        assert files == {
            "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "SECURITY.md",
            "constraints.txt", "mkdocs.yml", "pyproject.toml",
        }  # fmt: skip


# --------------------------------------------------------------------------- every key


def test_no_key_of_the_configuration_lacks_its_meaning():
    keys = reference.all_keys()
    assert len(keys) > 60 and len({k.path for k in keys}) == len(keys)
    for key in keys:
        assert key.meaning and not key.meaning.startswith("|"), key.path
        assert key.example or key.path == "overrides", key.path
        assert key.unit or "number" not in key.type or key.path in ("seed", "events.priority"), key.path


def test_every_example_of_a_key_is_taken_and_changes_it():
    from omegaconf import OmegaConf

    base = compose.compose(["combination=short"])
    base["combination"]["own"] = {"members": ["drift"]}
    base["scenario"]["own"] = {}
    base["model"]["ets"] = {"kind": "ets"}
    base["target"]["total"] = None
    for key in list(reference.all_keys()):
        if not key.example:
            continue
        plain = copy.deepcopy(base)
        own = {"model": "ets", "combination": "own", "scenario": "own"}.get(key.path.split(".")[0], "")
        *groups, name = key.path.replace("NAME", own).split(".")
        place = plain
        for group in groups:
            place = place[group]
        before = place.get(name)
        place[name] = OmegaConf.to_container(OmegaConf.create(f"value: {key.example}"))["value"]
        assert place[name] != before, f"{key.path}: the example changes nothing"
        exp = from_plain(Experiment, plain)
        found = exp
        for group in groups:
            found = found[group] if isinstance(found, dict) else getattr(found, group)
        if hasattr(found, name):
            assert getattr(found, name) != before or before is None, key.path


# --------------------------------------------------------------------------- the site


class Links(HTMLParser):
    """Collects what a page links to, what it loads, and its anchors."""

    def __init__(self):
        super().__init__()
        self.links, self.loads, self.anchors = [], [], set()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.anchors.add(found.get("id"))
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif found.get("src"):
            self.loads.append(found["src"])
        elif tag == "link" and found.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(found["href"])


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site, built strictly, with no way into a network."""
    folder = tmp_path_factory.mktemp("site")
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    env = {**os.environ, **nowhere, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="session")
def pages(site):
    found = {}
    for path in site.rglob("*.html"):
        reader = Links()
        reader.feed(path.read_text(encoding="utf-8"))
        found[path] = reader
    return found


@pytest.mark.slow
def test_no_page_of_the_site_loads_anything_from_elsewhere(site, pages):
    assert len(pages) > 40
    for path, page in pages.items():
        assert not [w for w in page.loads if re.match(r"([a-z]+:)?//", w)], path
    for path in [*site.rglob("*.css"), *site.rglob("*.html")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"url\([\"']?(https?:)?//|@import|fonts\.(gstatic|googleapis)", text), path


@pytest.mark.slow
def test_no_link_of_the_site_is_dead(site, pages):
    for path, page in pages.items():
        if path.name == "404.html" or "example" in path.parts:  # the report has tests of its own
            continue
        for link in page.links:
            target, anchor = urldefrag(unquote(link))
            if re.match(r"[a-z]+:", target):
                continue
            other = (path.parent / target).resolve() if target else path
            other = other / "index.html" if other.is_dir() else other
            assert other.is_file(), f"{path.relative_to(site)}: {link}"
            if anchor and other in pages and "example" not in other.parts:
                assert anchor in pages[other].anchors, f"{path.relative_to(site)}: {link}"


def test_the_reference_in_the_repository_is_true(hook):
    for page in hook.REFERENCE:
        if page.stem == "command" and sys.version_info[:2] != (3, 11):
            continue  # argparse words its usage anew in every version
        text = page.read_text(encoding="utf-8")
        assert text == hook.filled(text), f"{page.name}: write it again: PYTHONPATH=src python docs/site.py"


@pytest.mark.slow
def test_the_reference_is_made_of_the_code(site):
    keys = (site / "reference" / "configuration.html").read_text(encoding="utf-8")
    assert (
        "backtest.score_from" in keys
        and "Days after a month" in keys
        and "<!--" not in keys.split("<article")[1]
    )
    verbs = (site / "reference" / "command.html").read_text(encoding="utf-8")
    assert "forecast track-record" in verbs and "--dry-run" in verbs
    names = (site / "reference" / "python.html").read_text(encoding="utf-8")
    import forecast as fc

    for name in fc._HOMES:
        home, _, other = fc._HOMES[name].partition(":")
        assert f'id="{home}.{other or name}"' in names, name


def test_the_version_is_one():
    import tomllib

    import yaml

    import forecast as fc

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert project["version"] == citation["version"] == fc.__version__
    assert project["license"] == citation["license"]


def test_hooks_before_a_commit_are_local_and_issue_templates_are_whole():
    import yaml

    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [r["repo"] for r in hooks["repos"]] == ["local"]
    assert all(h["entry"].startswith(".venv/bin/") for r in hooks["repos"] for h in r["hooks"])
    for template in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md"):
        head = yaml.safe_load(template.read_text().split("---")[1])
        assert {"name", "about"} <= set(head)
    assert "forecast doctor" in (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.md").read_text()


def test_every_decision_is_listed_and_says_why_and_what_was_refused():
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "index.md").read_text()
    for page in sorted(folder.glob("0*.md")):
        assert page.name in listed and page.name in (ROOT / "mkdocs.yml").read_text()
        for word in ("**Decided.**", "**Why", "**Refused.**", "**Costs.**"):
            assert word in page.read_text(), f"{page.name}: {word}"


def test_the_map_names_every_room():
    said = (ROOT / "CONTRIBUTING.md").read_text().split("## The map")[1].split("## ")[0]
    for path in (ROOT / "src" / "forecast").iterdir():
        if path.name not in ("__init__.py", "__main__.py", "__pycache__") and path.suffix in ("", ".py"):
            room = path.stem if path.is_file() else f"{path.name}/"
            assert f"`{room}`" in said, room


def test_every_table_of_a_run_is_described():
    said = (ROOT / "docs" / "reference" / "tables.md").read_text()
    for path in (ROOT / "reports" / "example").glob("*.csv"):
        assert f"`{path.name}`" in said, path.name
