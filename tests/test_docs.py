"""All Python code in README and docs runs, in the order of the page; links inside the repository lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space: dict = {"__name__": "page"}
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    ):
        exec(compile(block, f"{page.name}, block {number + 1}", "exec"), space)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_links_inside_the_repository_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_experiment_the_readme_names_is_there():
    names = re.findall(r"experiment=(\w+)", (ROOT / "README.md").read_text())
    for name in set(names) - {"mine"}:
        assert (ROOT / "conf" / "experiment" / f"{name}.yaml").exists()


def test_no_file_names_a_registry_or_this_machine():
    import subprocess

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
