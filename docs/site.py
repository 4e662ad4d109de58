"""What pages say that the code itself tells, and what `mkdocs build` makes beside the pages.

Between `<!-- every key -->` and `<!-- end -->` stands text made of the code; a test keeps it true, and

    PYTHONPATH=src python docs/site.py

writes it again. Files outside docs/ that pages show (CONTRIBUTING, the report's figures) are taken along;
links to other files of the repository become their paths.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import re
import shutil
from pathlib import Path
from typing import Any

from forecast.cli import main
from forecast.config import compose, reference
from forecast.config.reference import yaml_text
from forecast.experiment import load

ROOT = Path(__file__).parents[1]
#: File of the repository -> page or file of the site.
TAKEN = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "CITATION.cff": "CITATION.cff",
    "src/forecast/data/bundled/README.md": "reference/data.md",
    "reports/example": "example",
}


# --------------------------------------------------------------------------- every key


def every_key() -> str:
    """Return a table of keys for each group."""
    groups: dict[str, list[reference.Key]] = {}
    for key in reference.all_keys():
        groups.setdefault(key.path.rpartition(".")[0].partition(".")[0], []).append(key)
    out: list[str] = []
    for group, members in groups.items():
        out += ["", f"## `{group}`" if group else "## At the top", ""]
        out += ["| key | type | unit | default | meaning | example |", "|---|---|---|---|---|---|"]
        for key in members:
            example = f"`{key.example}`" if key.example else ""
            cells = (f"`{key.path}`", key.type, key.unit, f"`{key.default}`", key.meaning, example)
            out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out)


# --------------------------------------------------------------------------- the command, models, Python


def every_verb() -> str:
    """Return `--help` of the command, of every verb and of what stands below it, as a terminal prints it."""
    os.environ["COLUMNS"] = "100"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        main.main(["--help"])
    out = ["## forecast", "", "```text", said.getvalue().strip(), "```", ""]
    for name, verb in main.VERBS.items():
        parser = verb.parser(name)
        below = [p for a in parser._actions if isinstance(a.choices, dict) for p in a.choices.values()]
        for level, one in (("##", parser), *(("###", p) for p in below)):
            out += [f"{level} {one.prog}", "", "```text", one.format_help().strip(), "```", ""]
    return "\n".join(out)


def every_model() -> str:
    """Return the kinds of the registry with their parameters, and the configured names and experiments."""
    from forecast.models.registry import describe, list_models, make_model

    out = ["## Kinds of models", "", "| kind | what it is | parameters and defaults |", "|---|---|---|"]
    for kind in list_models():
        model = make_model(kind)
        settings = ", ".join(
            f"`{f.name}: {yaml_text(getattr(model, f.name))}`" for f in dataclasses.fields(model)
        )
        out.append(f"| `{kind}` | {describe(kind)} | {settings or 'none'} |")
    out += ["", "## Experiments", "", "| experiment | the question it answers |", "|---|---|"]
    for name in compose.list_group("experiment"):
        out.append(f"| `{name}` | {load.load_experiment(name).question} |")
    for group in sorted(
        p.name for p in compose.conf_dir().iterdir() if p.is_dir() and p.name != "experiment"
    ):
        names = ", ".join(f"`{n}`" for n in compose.list_group(group))
        out += ["", f"**`{group}=`** {names}"]
    return "\n".join(out)


def every_name() -> str:
    """Return a mkdocstrings block for every public name."""
    import forecast as fc

    out = []
    for name in fc.__all__:
        home = fc._HOMES.get(name)
        if home:
            module, _, other = home.partition(":")
            out += [f"::: {module}.{other or name}", ""]
    return "\n".join(out)


# --------------------------------------------------------------------------- what stands in the repository

MADE = {
    "<!-- every key -->": every_key,
    "<!-- every verb -->": every_verb,
    "<!-- every model -->": every_model,
}
END = "<!-- end -->"
#: Pages that hold such text.
REFERENCE = tuple(
    ROOT / "docs" / "reference" / f"{name}.md" for name in ("configuration", "command", "models")
)


def filled(markdown: str) -> str:
    """Return a page with the text between its marks made anew."""
    for mark, make in MADE.items():
        if mark in markdown:
            before, _, rest = markdown.partition(mark)
            _, _, after = rest.partition(END)
            markdown = f"{before}{mark}\n{make().strip()}\n\n{END}{after}"
    return markdown


# --------------------------------------------------------------------------- hooks of mkdocs

#: Docstrings that the site alone shows.
NAMES = "<!-- every name -->"


def on_files(files: Any, config: Any) -> Any:
    """Take along what stands outside docs/."""
    from mkdocs.structure.files import File

    for source, target in TAKEN.items():
        path = ROOT / source
        found = [*path.rglob("*.html"), *path.rglob("*.svg")] if path.is_dir() else [path]
        for file in found:
            uri = target if file == path else f"{target}/{file.relative_to(path).as_posix()}"
            files.append(File.generated(config, uri, abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Show every public name, leave out the marks, and mend the links that leave docs/."""
    if NAMES in markdown:
        markdown = markdown.replace(NAMES, every_name())
    for mark in (*MADE, END):
        markdown = markdown.replace(mark, "")
    here = next((k for k, v in TAKEN.items() if v == page.file.src_uri), f"docs/{page.file.src_uri}")
    return re.sub(
        r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)]*)?\)", lambda m: _link(m, here, page), markdown
    )


def _link(match: re.Match[str], here: str, page: Any) -> str:
    import posixpath

    bang, text, target, anchor = match[1], match[2], match[3], match[4] or ""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
    if path.startswith("docs/"):
        uri = path.removeprefix("docs/")
    else:
        taken = next((s for s in TAKEN if path == s or path.startswith(s + "/")), None)
        if taken is None:
            return f"{text} (`{path}`)" if text.strip("`") != path else f"`{path}`"
        uri = TAKEN[taken] + path.removeprefix(taken)
    return f"{bang}[{text}]({posixpath.relpath(uri, posixpath.dirname(page.file.src_uri) or '.')}{anchor})"


def on_post_build(config: Any) -> None:
    """Put the other files of the report beside its page; Markdown among them is no page of the site."""
    shutil.copytree(ROOT / "reports" / "example", Path(config.site_dir) / "example", dirs_exist_ok=True)


if __name__ == "__main__":
    for page in REFERENCE:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
