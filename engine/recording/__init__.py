"""Pictures and films on disk: PNG, GIF, MP4."""

from engine.recording.film import Film
from engine.recording.film_file import check_film, open_film, quality
from engine.recording.pictures import save_png

__all__ = ["Film", "check_film", "open_film", "quality", "save_png"]
