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
import sys
if not sys.stdin.buffer.read():
    sys.stderr.write(sys.argv[1] + "\\n")
"""


def last_words(line: str) -> Callable[[], None]:
    """Have a line printed on stderr if this process ends without calling what is returned.

    What libraries print past Python goes to a file, which the line names, and which that call removes.
    """
    log, path = tempfile.mkstemp(prefix="maniple-", suffix=".log")
    read, write = os.pipe()
    command = [sys.executable, "-I", "-S", "-c", WITNESS, f"{line} ({path})"]
    subprocess.Popen(command, stdin=read, stdout=subprocess.DEVNULL, stderr=sys.stderr, start_new_session=True)
    os.close(read)
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        stream.flush()
        own = os.dup(stream.fileno())
        setattr(sys, name, open(own, "w", encoding=stream.encoding, errors=stream.errors, buffering=1))  # noqa: SIM115, as long as the program
        os.dup2(log, number)
    os.close(log)

    def farewell() -> None:
        with contextlib.suppress(OSError):  # said before, or the witness was killed
            os.write(write, b"farewell")
            os.close(write)
        Path(path).unlink(missing_ok=True)

    return farewell
