"""A full disk while the game is played: a notice says what could not be written, and the files are as they were."""

import os

from session import Session

from engine.app.settings import SettingsFile


def test_pictures_films_and_settings_that_do_not_fit_are_said_and_leave_nothing(campaign, shared_offscreen, small_disk):
    settings = small_disk / "settings.toml"
    settings.write_text('tutorial = true\nfilm = "gif"\n')
    session = Session(campaign, shared_offscreen, small_disk, settings_file=SettingsFile(settings))
    session.until(lambda: session.game.battle)
    session.press("f10")
    session.play(0.2)
    for key, beginning in (
        ("f10", f"cannot film in {small_disk}: "),
        ("f12", f"cannot save a picture in {small_disk}: "),
        ("f10", "cannot "),  # begin a film, or write it
        ("l", "settings.toml cannot be "),
    ):
        space = os.statvfs(small_disk)  # a film that failed has given its own back
        with (small_disk / "else").open("ab") as rest:
            rest.write(bytes(space.f_bavail * space.f_frsize))
        session.game.notify("")
        session.press(key)
        session.until(lambda: session.game.notice)
        assert session.game.notice.startswith(beginning) and "No space left on device" in session.game.notice
    assert settings.read_text() == 'tutorial = true\nfilm = "gif"\n'
    assert sorted(path.name for path in small_disk.iterdir()) == ["else", "settings.toml"]
