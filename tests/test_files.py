"""Files and folders are written whole or not at all, and a path from data never leaves its folder."""

import os
import stat

import pytest

from forecast.errors import ConfigError
from forecast.files import (
    digest,
    file_aside,
    folder_aside,
    inside,
    path_problem,
    tell,
    writable_by_others,
    write_file,
)

CLIMBING = ["", " ", ".", "..", "../evil", "a/../../evil", "/abs", "\\abs", "..\\evil", "C:\\evil", "c:evil",
            "CON", "a/nul.txt", "com1", "a\nb", "a\x00b", "a\x1b[2J"]  # fmt: skip


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
