import pytest

from forecast._publish import place
from forecast.spec import ForecastError


def folder(path, **files):
    path.mkdir(parents=True)
    for name, text in files.items():
        (path / f"{name}.txt").write_text(text)
    return path


def test_a_folder_is_put_in_place_once_and_never_replaced(tmp_path):
    waiting = folder(place.aside(tmp_path, "reports/2024-01-20"), a="1")
    assert waiting == tmp_path / ".incoming" / "reports~2024-01-20"
    place.to_disk(waiting)
    place.put(waiting, tmp_path / "reports" / "2024-01-20")
    assert not waiting.parent.exists() and (tmp_path / "reports" / "2024-01-20" / "a.txt").read_text() == "1"
    again = folder(place.aside(tmp_path, "reports/2024-01-20"), a="2")
    with pytest.raises(ForecastError, match="stands there already"):
        place.put(again, tmp_path / "reports" / "2024-01-20")
    assert place.clear(tmp_path, {again}) == [] and place.clear(tmp_path, set()) == [again]
    assert not again.parent.exists()


def test_the_hash_of_a_folder_is_that_of_names_and_contents_but_the_manifest(tmp_path):
    one, two = folder(tmp_path / "one", a="1", b="2"), folder(tmp_path / "two", a="1", b="2")
    (two / "manifest.json").write_text("{}")
    assert place.folder_digest(one) == place.folder_digest(two)
    assert place.differences(one, two) == ["only made now: manifest.json"]
    (two / "b.txt").write_text("3")
    (one / "c.txt").write_text("")
    assert place.folder_digest(one) != place.folder_digest(two)
    assert (
        place.differences(one, two)[0].endswith(": c.txt")
        and place.differences(one, two)[-1] == "differs: b.txt"
    )


def test_a_file_is_written_only_where_it_is_new(tmp_path):
    path = tmp_path / "deep" / "f.txt"
    assert place.write_file(path, b"1") and not place.write_file(path, b"1") and place.write_file(path, b"2")
    assert path.read_bytes() == b"2" and [p.name for p in path.parent.iterdir()] == ["f.txt"]


def test_an_error_of_the_file_system_is_told_in_words(tmp_path):
    words = r"the site cannot be written .*what was published before stands"
    with pytest.raises(ForecastError, match=words), place.told(tmp_path):
        (tmp_path / "nothing").read_bytes()
