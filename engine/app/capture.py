"""Pictures and films that the player takes of the game, numbered, in a folder. Nothing is overwritten.

The folder is made when the first one is taken; the player reads where each of them lies.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.io import InputError, clear_forsaken, paths
from engine.recording import Film, check_film, quality, save_png
from engine.view import View

NAME = "maniple"  # of the files, before their numbers
LONGEST_FINISH = 60.0  # seconds that leaving waits for a film to be finished


class Capture:
    """Takes pictures and films of a view when asked to; `notify` tells the player what became of them."""

    def __init__(self, folder: Path, notify: Callable[[str], object], film_format: str = "gif") -> None:
        self._folder = folder
        self._notify = notify
        self._format = film_format
        self._picture_wanted = False
        self._film: Film | None = None
        self._began = 0.0
        self._last = -1  # when the last frame was filmed, counted in frames
        self._finishing: list[Film] = []
        clear_forsaken(folder)
        try:
            check_film(folder / f"{NAME}.{film_format}")
        except InputError as error:
            notify(str(error))  # now, and not when the scene to be filmed is there

    def take_picture(self) -> None:
        """Save the next picture that is drawn."""
        self._picture_wanted = True

    def switch_film(self, now: float) -> None:
        """Begin a film at a time in seconds, or end the one in the making."""
        if self._film is not None:
            self._film.end()
            self._finishing.append(self._film)
            self._film = None
            return
        path = self._folder / f"{NAME}.{self._format}"
        try:
            check_film(path)
            self._folder.mkdir(parents=True, exist_ok=True)
        except InputError as error:
            self._notify(str(error))
            return
        except OSError as error:
            self._notify(f"cannot film in {paths.shown(self._folder)}: {error.strerror}")
            return
        self._film, self._began, self._last = Film(path), now, -1

    def recording(self, now: float) -> str | None:
        """Return how long the film is by now, as "0:12", or "saving"; None where there is none."""
        if self._film is None:
            return "saving" if self._finishing else None
        seconds = int(now - self._began)
        return f"{seconds // 60}:{seconds % 60:02}"

    def look(self, view: View, now: float) -> None:
        """Take the picture or film frame that is due, of the scene that was drawn last."""
        if self._picture_wanted:
            self._picture_wanted = False
            self._save_picture(view)
        if self._film is not None:
            wanted = quality(self._film.path)
            moment = int((now - self._began) * wanted.frames_per_second)
            if moment > self._last and self._film.room:
                self._last = moment
                self._film.offer(moment, view.picture(wanted.width))
            if self._film.finished:
                self._finishing.append(self._film)
                self._film = None
        self._report()

    def close(self) -> None:
        """Finish the films in the making: leaving the game loses none."""
        if self._film is not None:
            self._film.end()
            self._finishing.append(self._film)
            self._film = None
        for film in self._finishing:
            film.wait(LONGEST_FINISH)
        self._report()

    def _report(self) -> None:
        for film in [film for film in self._finishing if film.finished]:
            self._finishing.remove(film)
            if film.failure:
                self._notify(f"cannot film in {paths.shown(self._folder)}: {film.failure}")
            else:
                self._notify(_saved(film.path))

    def _save_picture(self, view: View) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = save_png(self._folder / f"{NAME}.png", view.picture(), existing="number")
            self._notify(_saved(path))
        except OSError as error:
            self._notify(f"cannot save a picture in {paths.shown(self._folder)}: {error.strerror or error}")


def _saved(path: Path) -> str:
    """Return the line that tells where a file lies; a name and a folder, so that a narrow panel can break it."""
    return f"saved {path.name} in {paths.shown(path.parent)}"
