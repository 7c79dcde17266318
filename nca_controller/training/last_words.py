"""One line for a process that ends without a word: killed, or aborted by a library that knows no Python."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# Waits until the process is gone, and speaks unless that has said farewell. It must outlive whatever ends the process.
WITNESS = """
import os, sys
line, log = sys.argv[1:]
if not sys.stdin.buffer.read():
    told = os.path.getsize(log)
    sys.stderr.write(line + (f" (see {log})" if told else "") + "\\n")
    if not told:
        os.unlink(log)
"""


def last_words(line: str) -> Callable[[], None]:
    """Have a line printed on stderr if this process ends without calling what is returned.

    What libraries print past Python on stderr goes to a file, which the line then names if there is anything in it; on
    stdout it is dropped.
    """
    log, path = tempfile.mkstemp(prefix="maniple-", suffix=".log")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    read, write = os.pipe()
    command = [sys.executable, "-I", "-S", "-c", WITNESS, line, path]
    subprocess.Popen(command, stdin=read, stdout=nowhere, stderr=sys.stderr, start_new_session=True)
    os.close(read)
    for number, name, instead in ((1, "stdout", nowhere), (2, "stderr", log)):
        stream = getattr(sys, name)
        stream.flush()
        own = os.dup(stream.fileno())
        setattr(sys, name, open(own, "w", encoding=stream.encoding, errors=stream.errors, buffering=1))  # noqa: SIM115, as long as the program
        os.dup2(instead, number)
        os.close(instead)

    def farewell() -> None:
        with contextlib.suppress(OSError):  # said before, or the witness was killed
            os.write(write, b"farewell")
            os.close(write)
        Path(path).unlink(missing_ok=True)

    return farewell
