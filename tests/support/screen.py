"""A real X server for tests that play with a real mouse and a real keyboard."""

import os
import shutil
import subprocess

import pytest


@pytest.fixture
def x_server():
    """An X server without a screen, and its process; without it, xdotool or setxkbmap the test is skipped.

    Under CI it fails then.
    """
    for program in ("Xvfb", "xdotool", "setxkbmap"):
        if shutil.which(program) is None:
            if os.environ.get("CI"):
                pytest.fail(f"{program} has to be there under CI")
            pytest.skip(f"there is no {program}")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    try:
        os.close(writing)
        with os.fdopen(reading) as numbers:
            yield f":{int(numbers.readline())}", server
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def screen(x_server):
    """The name of an X server without a screen."""
    return x_server[0]
