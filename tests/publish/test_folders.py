import json

import pandas as pd
import pytest

from forecast.errors import ConfigError, ForecastError
from forecast.files import digest
from forecast.publish import folders


def folder(path, **files):
    path.mkdir(parents=True)
    for name, text in files.items():
        (path / f"{name}.txt").write_text(text)
    return path


def test_a_folder_isput_in_place_once_and_never_replaced(tmp_path):
    waiting = folder(folders.aside(tmp_path, "reports/2024-01-20"), a="1")
    assert waiting == tmp_path / ".incoming" / "reports~2024-01-20"
    folders.put(waiting, tmp_path / "reports" / "2024-01-20")
    assert not waiting.parent.exists() and (tmp_path / "reports" / "2024-01-20" / "a.txt").read_text() == "1"
    again = folder(folders.aside(tmp_path, "reports/2024-01-20"), a="2")
    with pytest.raises(ForecastError, match="stands there already"):
        folders.put(again, tmp_path / "reports" / "2024-01-20")
    assert folders.clear(tmp_path, {again}) == [] and folders.clear(tmp_path, set()) == [again]
    assert not again.parent.exists()


def test_the_hash_of_a_folder_is_that_of_names_and_contents_but_the_manifest(tmp_path):
    one, two = folder(tmp_path / "one", a="1", b="2"), folder(tmp_path / "two", a="1", b="2")
    (two / "manifest.json").write_text("{}")
    assert folders.folder_digest(one) == folders.folder_digest(two)
    assert folders.differences(one, two) == ["only made now: manifest.json"]
    (two / "b.txt").write_text("3")
    (one / "c.txt").write_text("")
    assert folders.folder_digest(one) != folders.folder_digest(two)
    assert (
        folders.differences(one, two)[0].endswith(": c.txt")
        and folders.differences(one, two)[-1] == "differs: b.txt"
    )


@pytest.mark.parametrize("path", ["../../evil", "/abs", "..", "", "reports/../../evil", "a/nul"])
def test_a_path_of_the_archive_never_leaves_the_site(tmp_path, path):
    for find in (folders.folder_of, folders.aside):
        with pytest.raises(ConfigError, match=r"reports\.path") as told:
            find(tmp_path / "site", path)
        assert told.value.exit_code == 2


def published(site, path, **texts):
    made = folder(site / path, **texts)
    hashes = {f"{name}.txt": digest(text.encode()) for name, text in texts.items()}
    (made / "manifest.json").write_text(json.dumps({"files": hashes}))
    return made


def test_published_folders_and_their_manifests_are_compared_with_the_archive(tmp_path):
    one = published(tmp_path, "reports/1", b="1", a="2")
    runs = pd.DataFrame(
        {"path": ["reports/1", None, "reports/gone"], "digest": [folders.folder_digest(one), None, "x"]}
    )
    lines, same = folders.compare_published(runs, tmp_path)
    assert same and lines == [
        "published reports: 1 are as the archive says, their manifests too, 1 are missing and come back with the next publish"
    ]
    (one / "a.txt").write_text("3")
    lines, same = folders.compare_published(runs, tmp_path)
    assert not same and "its files are not those" in lines[0] and "restore its backup" in lines[-1]
    (one / "a.txt").write_text("2")
    # an archive and its hashes made anew by a forger: the manifest that was published still tells
    for text in ('{"files": {"a.txt": "0"}}', "{}", "[]", '{"files": 3}', "no json"):
        (one / "manifest.json").write_text(text)
        lines, same = folders.compare_published(runs, tmp_path)
        assert not same and "manifest.json tells of other files" in lines[0]


def test_an_error_of_the_file_system_is_told_in_words(tmp_path):
    words = r"the site cannot be written .*what was published before stands"
    with pytest.raises(ForecastError, match=words), folders.told(tmp_path):
        (tmp_path / "nothing").read_bytes()
