"""Pictures and films of the game go to the platform's pictures folder, not to the current one."""

from pathlib import Path

import pytest

from engine.io import paths


def test_they_go_to_the_platforms_pictures_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths.platformdirs, "user_pictures_path", lambda: tmp_path / "Pictures")
    monkeypatch.chdir(tmp_path)
    assert paths.pictures() == tmp_path / "Pictures" / "maniple"
    assert not any(tmp_path.iterdir()), "nothing is made before there is a picture"


@pytest.mark.parametrize("folder", [Path("~/Pictures"), None])
def test_without_a_home_they_go_to_the_current_folder(folder, monkeypatch):
    def pictures():
        if folder is None:
            raise RuntimeError("no home")
        return folder

    monkeypatch.setattr(paths.platformdirs, "user_pictures_path", pictures)
    assert paths.pictures() == Path.cwd()
