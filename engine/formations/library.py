"""The formations that can be ordered, read again whenever one of their files changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from engine.formations.files import arranged, list_files, read
from engine.formations.formation import Formation, FormationError

INTERVAL = 0.25  # seconds between two polls of the folders

Signature = tuple[tuple[str, int, int], ...]


class FormationLibrary:
    """The formations of several folders, of which a later one goes before an earlier one.

    A file that cannot be used is left out, or keeps the last formation that it gave: `complaint` is one line that says
    why. A poll costs a few system calls; files are read again only after a change.
    """

    def __init__(self, *folders: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.formations: dict[str, Formation] = {}
        self.complaint = ""
        self._as_written: dict[str, Formation] = {}  # as in the files, without spare keys
        self._folders = folders
        self._clock = clock
        self._last_poll = clock()
        self._signature = signature(folders)
        self._read()

    def poll(self) -> bool:
        """Look for changed files, a few times a second at most; return whether formations or complaint changed."""
        if self._clock() - self._last_poll < INTERVAL:
            return False
        self._last_poll = self._clock()
        seen = signature(self._folders)
        if seen == self._signature:
            return False
        self._signature = seen
        before = self.formations, self.complaint
        self._read()
        return (self.formations, self.complaint) != before

    def _read(self) -> None:
        """Read all files. The error of the first broken one becomes the complaint."""
        complaints: list[str] = []
        usable: list[Formation] = []
        # The files of all folders, then without the last, and so on: what stands in for one that is broken.
        listings = [list_files(self._folders[:last]) for last in range(len(self._folders), 0, -1)]
        for name in listings[0] if listings else ():
            one = self._usable(name, listings, complaints)
            try:
                arranged([*usable, *one])
                usable += one
            except FormationError as error:
                complaints.append(str(error))
        self._as_written = {one.name: one for one in usable}
        self.formations = arranged(usable)
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        self.complaint = complaints[0] + more if complaints else ""

    def _usable(self, name: str, listings: Sequence[Mapping[str, Path]], complaints: list[str]) -> list[Formation]:
        """Return the formation of that name, or none: from its file, else as last read, else from an earlier folder."""
        for files in listings:
            if name not in files:
                break
            try:
                return [read(files[name], files)]
            except FormationError as error:
                complaints.append(str(error))
                if name in self._as_written:
                    return [self._as_written[name]]
        return []


def signature(folders: Sequence[Path]) -> Signature:
    """Return name, time and size of each file in the folders; nothing for a folder that is not there."""
    seen: list[tuple[str, int, int]] = []
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as files:  # no such folder
            for file in files:
                if file.name.endswith((".toml", ".png")):
                    seen.append((file.path, *_stamp(file)))
    return tuple(sorted(seen))


def _stamp(file: os.DirEntry[str]) -> tuple[int, int]:
    """Return time and size of a file; of a link that leads nowhere, or a file removed meanwhile, what there is."""
    for follow in (True, False):
        with suppress(OSError):
            status = file.stat(follow_symlinks=follow)
            return status.st_mtime_ns, status.st_size
    return 0, 0
