"""Films as MP4: ffmpeg, which the extra `video` brings along, encodes them in a process of its own."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.io import InputError
from engine.recording.pictures import Pixels

PATIENCE = 20.0  # seconds that ffmpeg may take to say its version
# A signal from the terminal is for the game, which then has ffmpeg finish the film.
APART: dict[str, Any] = (
    {"creationflags": 0x08000200} if os.name == "nt" else {"start_new_session": True}  # a new group, and no window
)


def check_encoder(name: str) -> None:
    """Raise InputError, which names the film, where there is no ffmpeg that runs."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        raise InputError(f'{name}: MP4 needs the extra "video": pip install "maniple[video]", or name a .gif') from None
    try:
        asked = [get_ffmpeg_exe(), "-version"]
        subprocess.run(asked, check=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise InputError(f"{name}: MP4 needs ffmpeg, which does not run here: {reason}; name a .gif") from None


class Mp4Writer:
    """Hands frames to ffmpeg, whose exit code and words say whether the file is whole."""

    def __init__(self, path: Path, *, frames_per_second: float) -> None:
        self._path = path
        self._frames_per_second = frames_per_second
        self._encoder: subprocess.Popen[bytes] | None = None
        self._words: deque[bytes] = deque(maxlen=50)  # lines
        self._listener: threading.Thread | None = None

    def add(self, pixels: Pixels, lasts: int = 1) -> None:
        """Append a frame that lasts as long as `lasts` frames. All frames have the size of the first. Raises OSError.

        A side of an odd length loses a row or a column, since the codec wants even ones.
        """
        height, width = (length - length % 2 for length in pixels.shape[:2])
        frame = pixels[:height, :width].tobytes()
        if self._encoder is None:
            self._encoder = self._begin(width, height)
        assert self._encoder.stdin is not None
        try:
            for _ in range(lasts):
                self._encoder.stdin.write(frame)
        except OSError:  # it reads no more, so it has ended
            self._fail()

    def _begin(self, width: int, height: int) -> subprocess.Popen[bytes]:
        from imageio_ffmpeg import get_ffmpeg_exe

        reading = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{self._frames_per_second}"]
        coding = ["-an", "-vcodec", "libx264", "-pix_fmt", "yuv420p", "-preset", "veryfast", "-crf", "21"]
        writing = ["-threads", "1", "-movflags", "+faststart", "-f", "mp4", str(self._path.absolute())]
        words = [get_ffmpeg_exe(), "-y", "-v", "error", "-xerror", *reading, "-i", "-", *coding, *writing]
        pipe = subprocess.PIPE
        encoder = subprocess.Popen(words, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, **APART)
        # Read beside the writing: an encoder whose words nobody takes would stand still.
        self._listener = threading.Thread(target=self._words.extend, args=(encoder.stderr,), daemon=True)
        self._listener.start()
        return encoder

    def close(self) -> None:
        """Finish the file; closing twice is harmless.

        Raises ValueError where no frame was added, and OSError, with ffmpeg's words, where it could not finish.
        """
        if self._encoder is None:
            if self._listener is None:
                raise ValueError("a film needs at least one frame")
            return
        assert self._encoder.stdin is not None
        with suppress(OSError):  # what it could not take shows in its exit code
            self._encoder.stdin.close()
        if self._encoder.wait() != 0 or (self._path.is_file() and not self._path.stat().st_size):
            self._fail()
        self._end()

    def _fail(self) -> None:
        """Raise OSError with the reason that ffmpeg gives, or else its exit code."""
        code = self._end()
        lines = [line.decode("utf-8", "replace").strip() for line in self._words]
        raise OSError(f"ffmpeg has given up: {_reason(lines) or f'it ended with code {code}'}")

    def _end(self) -> int:
        """Have the encoder gone, and its last words read; return its exit code."""
        assert self._encoder is not None and self._listener is not None
        encoder, self._encoder = self._encoder, None
        assert encoder.stdin is not None
        with suppress(OSError):
            encoder.stdin.close()
        try:
            code = encoder.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            encoder.kill()
            code = encoder.wait()
        self._listener.join(PATIENCE)
        return code

    def __enter__(self) -> Mp4Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        elif self._encoder is not None:
            self._encoder.kill()  # what it has written is thrown away
            self._end()


def _reason(lines: list[str]) -> str:
    """Return what says most: the last line that ends in a system's reason after a colon, or else the last line."""
    spoken = [line for line in lines if line]
    system = [line.rsplit(": ", 1)[1] for line in spoken if ": " in line and "Conversion failed" not in line]
    return (system or spoken or [""])[-1]
