"""Files and folders are written whole or not at all, and a path from data never leaves its folder."""

import os
import stat
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import ConfigError
from forecast.files import (
    digest,
    file_aside,
    folder_aside,
    inside,
    path_problem,
    plain_cell,
    printable,
    safe_cell,
    safe_cells,
    tell,
    writable_by_others,
    write_file,
)

CLIMBING = [
    "",
    " ",
    ".",
    "..",
    "../evil",
    "a/../../evil",
    "/abs",
    "\\abs",
    "..\\evil",
    "C:\\evil",
    "c:evil",
    "CON",
    "a/nul.txt",
    "com1",
    "a\nb",
    "a\x00b",
    "a\x1b[2J",
]


def names(folder):
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("name", CLIMBING)
def test_a_path_from_data_that_would_leave_its_folder_is_an_error_with_code_2(tmp_path, name):
    with pytest.raises(ConfigError, match="nothing was written") as caught:
        inside(tmp_path, name, "name")
    assert caught.value.exit_code == 2
    assert path_problem(name) or name == "."


@pytest.mark.parametrize(
    "name", ["mine", "guatemala_2024/2024-05-07", "été 2024", "a..b", "console", ".hidden"]
)
def test_a_path_inside_is_returned_as_it_is(tmp_path, name):
    assert inside(tmp_path, name) == tmp_path / name


def test_a_link_that_leads_out_is_no_way_out(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    with pytest.raises(ConfigError, match="leads out of the folder"):
        inside(tmp_path / "in", "link/evil")


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "new" / "a.txt"
    assert write_file(path, "one")
    path.chmod(0o640)
    assert write_file(path, b"two")
    assert not write_file(path, "two"), "the same content is not written again"
    assert path.read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(path.parent) == ["a.txt"]


def test_a_file_that_cannot_be_renamed_leaves_nothing_aside(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError):
        write_file(tmp_path / "a", "text")
    assert names(tmp_path) == ["a"]


def test_a_folder_takes_the_place_of_the_one_before_as_a_whole(tmp_path):
    target = tmp_path / "run"
    for text in ("one", "two"):
        with folder_aside(target) as aside:
            (aside / f"{text}.txt").write_text(text)
            assert not (target / f"{text}.txt").exists()
    assert names(target) == ["two.txt"]
    assert names(tmp_path) == ["run"]


def test_a_folder_whose_writing_fails_leaves_the_one_before(tmp_path):
    target = tmp_path / "run"
    with folder_aside(target) as aside:
        (aside / "kept.txt").write_text("kept")
    with pytest.raises(KeyboardInterrupt), folder_aside(target) as aside:
        (aside / "half.txt").write_text("half")
        raise KeyboardInterrupt
    assert names(target) == ["kept.txt"]
    assert names(tmp_path) == ["run"]


def test_what_others_write_aside_takes_its_place_or_is_gone(tmp_path):
    target = tmp_path / "new" / "a.bin"
    with file_aside(target) as aside:
        aside.write_bytes(b"one")
        assert not target.exists() and aside.parent == target.parent
    assert target.read_bytes() == b"one"
    with pytest.raises(KeyboardInterrupt), file_aside(target) as aside:
        aside.write_bytes(b"half")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"one" and names(target.parent) == ["a.bin"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system knows no owners")
def test_a_folder_that_others_may_write_is_told(tmp_path):
    for mode, told in (
        (0o700, ""),
        (0o755, ""),
        (0o775, "others may write it"),
        (0o757, "others may write it"),
    ):
        tmp_path.chmod(mode)
        assert writable_by_others(tmp_path) == told
    tmp_path.chmod(0o700)
    if os.getuid() == 0:
        os.chown(tmp_path, 65534, -1)
        assert writable_by_others(tmp_path) == "it belongs to another user"


def test_one_line_is_told_where_errors_go(capsys):
    tell("made again")
    assert capsys.readouterr() == ("", "forecast: made again\n")


def test_a_file_in_the_way_of_a_folder_is_told_and_stays(tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(NotADirectoryError), folder_aside(tmp_path / "run"):
        pass
    assert (tmp_path / "run").read_text() == "mine"


def test_the_digest_is_sha_256():
    assert digest(b"").startswith("e3b0c44298fc1c149afbf4c8996fb924")


# --------------------------------------------------------------------------- text from data

CELLS = st.text("='+-@\t\r\n a1,", max_size=6) | st.text(max_size=8)


@given(CELLS)
def test_a_cell_is_read_back_as_it_was_and_never_run(text):
    cell = safe_cell(text)
    assert plain_cell(cell) == text
    assert cell in (text, f"'{text}")
    runs = cell[:1] in tuple("=+-@\t") and len(cell) > 1 and any(c.isalpha() for c in cell)
    try:
        float(cell)
    except ValueError:
        assert not runs


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|' /C calc'!A0", "+a1", "-a1", "@SUM(a1)", "\t=1", "-1+1", "--1", "'=1"]
)
def test_what_a_spreadsheet_would_run_has_one_quote_more(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "-", "+", "=", "-/+", "0/-", "-5", "+3.5", "-1,234", "-27%", "-1.5e+09", "a=1", "'tis", "'", "'-5"],
)
def test_numbers_signs_and_words_are_cells_as_they_are(text):
    assert safe_cell(text) == text
    assert plain_cell(text) == text


def test_only_the_texts_of_a_table_are_touched():
    table = pd.DataFrame(
        {"a": ["=x", None, -1], "b": [-1.5, 2.0, 3.0], "c": pd.Categorical(["-y", "z", "z"])}
    )
    made = safe_cells(table)
    assert made["a"].tolist() == ["'=x", None, -1]
    assert made["b"].equals(table["b"])
    assert made["c"].astype(str).tolist() == ["'-y", "z", "z"]


@given(st.text(max_size=8) | st.text("\x1b\x9b\x00\u202e\u2066\ud800\ufffe\n\t a", max_size=8))
def test_what_is_printable_steers_no_terminal_and_is_a_character_of_xml(text):
    told = printable(text)
    assert not any((ord(c) < 32 and c not in "\t\n") or 127 <= ord(c) < 160 for c in told)
    assert not set(told) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
    assert ET.fromstring(f"<a>{told.replace('&', '&amp;').replace('<', '&lt;')}</a>").text or not told


def test_letters_of_every_script_are_printable_as_they_are():
    text = "año, naïve, Ελλάδα, \u05e2\u05d1\u05e8\u05d9\u05ea\u200f, 日本\n\tλ"
    assert printable(text) == text
