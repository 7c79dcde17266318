"""Several processes as one run, by JAX's own means: they meet at a coordinator, agree, and end together.

Without a coordinator a process is all there is, and every function here answers so.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Sharding

from engine.io import InputError, terminal
from nca_controller.jax_config import first_device
from nca_controller.training.last_words import last_words

WAIT = 60  # seconds that processes wait for one another as they begin
HEARTBEAT = 40  # seconds without a sign of life after which a process counts as dead
LEAVING = 600  # seconds that a process which is done waits for the others: process 0 may still be saving
FAILED = 2  # exit code
DIGEST = 8  # bytes that processes compare


class RefusedError(InputError):
    """The run cannot begin; every process knows it, and raises it or its own reason."""


def join(coordinator: str, processes: int, process: int, name: str) -> None:
    """Make this process one of a run's, before JAX computes anything; process 0 listens at the coordinator's address.

    From here on whatever ends this process alone ends it at once, and so ends the others: none waits for the dead.
    Where the others do not come within WAIT seconds the program ends with one line, after its `name`, and code 2.
    """
    after_the_bar = "\n" if process == 0 else ""
    farewell = last_words(
        f"{after_the_bar}{name}: process {process} was ended from outside, or by JAX because another process is gone "
        "or silent; go on with --resume"
    )

    def leave() -> None:
        """End at once unless the process has parted: what JAX does at the end would wait for the others."""
        farewell()
        if jax.distributed.is_initialized():
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(FAILED)

    atexit.register(leave)  # later than JAX's own, so it comes before

    def give_up() -> None:
        farewell()
        missing = "the other processes have not come" if process == 0 else "no run answers"
        terminal.warn(f"{missing} at the coordinator {coordinator} within {WAIT} seconds", name)
        os._exit(FAILED)

    # JAX would catch SIGTERM for who asks it about that; as before, the signal ends the process.
    jax.config.update("jax_enable_preemption_service", False)
    # JAX itself ends a process whose coordinator does not answer with a stack trace; a thread of Python is sooner.
    timer = threading.Timer(WAIT, give_up)
    timer.daemon = True
    timer.start()
    try:
        jax.distributed.initialize(
            coordinator, processes, process, cluster_detection_method="deactivate",  # all devices of a machine are used
            initialization_timeout=2 * WAIT, heartbeat_timeout_seconds=HEARTBEAT, shutdown_timeout_seconds=LEAVING,
        )  # fmt: skip
    except RuntimeError as error:
        raise InputError(f"the run at {coordinator} cannot be joined: {str(error).strip().splitlines()[0]}") from None
    finally:
        timer.cancel()
    first_device()
    any_of(False)  # connects the processes, as `connect` does


def connect(sharding: Sharding) -> None:
    """Connect the devices of all processes, which come here together.

    Connecting waits for 30 seconds only, and later one process may compile for so much longer than another; what is
    connected waits for as long as the others live.
    """
    if count() > 1:
        gathered(put(np.zeros(sharding.num_devices, np.float32), sharding))


def part() -> None:
    """Leave the run in good order, once all others leave it, too."""
    if jax.distributed.is_initialized():
        jax.distributed.shutdown()


@contextmanager
def one_line_for_the_lost() -> Iterator[None]:
    """Raise OSError, one line, where processes have lost one another; alone, whatever is raised passes."""
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if count() == 1:
            raise
        why = str(error).strip().splitlines()[0]
        raise OSError(f"process {jax.process_index()} has lost the others; go on with --resume ({why})") from None


def writes() -> bool:
    """Return whether this process is the one that writes, evaluates and reports: process 0."""
    return not jax.distributed.is_initialized() or jax.process_index() == 0


def any_of(flag: bool) -> bool:
    """Return, in all processes, whether the flag is set in any. All have to ask."""
    return flag if count() == 1 else bool(multihost_utils.process_allgather(np.array(flag)).any())


def gathered(tree: Any) -> Any:
    """Return a tree of arrays that are spread over all devices as whole NumPy arrays, in every process."""
    return multihost_utils.process_allgather(tree, tiled=True)


def put(tree: Any, sharding: Sharding) -> Any:
    """Return a tree of arrays, which every process has whole, on the devices of all processes."""

    def each(array: Any) -> jax.Array:
        return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    return jax.tree.map(each, tree)


def devices(battles: int) -> list[Any]:
    """Return the most devices, as many of each process, over which so many battles can be spread evenly.

    Raises InputError where they cannot be spread over the processes.
    """
    if battles % count():
        raise InputError(f"batch must be a multiple of the {count()} processes, not {battles}")
    of_each = [[device for device in jax.devices() if device.process_index == index] for index in range(count())]
    most = most_even(battles // count(), min(len(own) for own in of_each))
    return [device for own in of_each for device in own[:most]]


def most_even(battles: int, devices: int) -> int:
    """Return the most devices, of those there are, over which the battles can be spread evenly."""
    return max(count for count in range(1, devices + 1) if battles % count == 0)


def count() -> int:
    """Return how many processes the run has. Alone, JAX is not asked, and need not start."""
    return jax.process_count() if jax.distributed.is_initialized() else 1


def agree(prepare: Callable[[], tuple[Any, Mapping[str, Any]]]) -> Any:
    """Return what `prepare` returns first, once all processes have, and the facts that it returns second are the same.

    Raises RefusedError in every process otherwise; alone, what `prepare` raises.
    """
    if count() == 1:
        return prepare()[0]
    result, facts, fault = None, {}, None  # type: Any, Mapping[str, Any], Exception | None
    try:
        result, facts = prepare()
    except (ValueError, OSError) as error:
        fault = error
    known = np.frombuffer(bytes([fault is not None]) + _digest(list(facts)), np.uint8)
    known = multihost_utils.process_allgather(known)
    if fault is not None:
        raise RefusedError(str(fault)) from None
    if known[:, 0].any():
        raise RefusedError(f"process {int(known[:, 0].argmax())} cannot begin, and says why")
    if (known != known[0]).any():
        raise RefusedError("the processes are of different versions of Maniple")
    digests = np.stack([np.frombuffer(_digest(value), np.uint8) for value in facts.values()])
    everywhere = multihost_utils.process_allgather(digests)
    others = (everywhere != everywhere[0]).any(axis=-1)
    if others.any():
        process, fact = (int(number) for number in np.argwhere(others)[0])
        name = list(facts)[fact]
        raise RefusedError(
            f"process {process} has another {name} than process 0 ({facts[name]} in process {jax.process_index()}): "
            "give every process the same flags"
        )
    return result


def _digest(value: Any) -> bytes:
    return hashlib.sha256(repr(value).encode()).digest()[:DIGEST]
