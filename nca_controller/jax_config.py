"""How JAX behaves in a game: set before JAX is imported, so nothing else is imported here at first."""

from __future__ import annotations

import logging
import os
from typing import Any

# A game shares the GPU with others: take memory as it is needed.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
# Without its CUDA build JAX runs on the CPU, and need not warn of it; errors are still logged.
logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)

LEAST = "PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"


def cache_compiled() -> None:
    """Have JAX, which may have been imported before, keep what it compiles as the environment says."""
    import jax

    config: Any = jax.config
    folder, least = (os.environ.get(f"JAX_{name}") for name in ("COMPILATION_CACHE_DIR", LEAST))
    if folder and config.jax_compilation_cache_dir is None:
        config.update("jax_compilation_cache_dir", folder)
        config.update(f"jax_{LEAST.lower()}", float(least or "0.2"))


def first_device() -> Any:
    """Return the device that JAX computes on.

    Raises InputError, one line, where JAX finds none, as for a platform that is asked for and not installed.
    """
    import jax

    try:
        return jax.devices()[0]
    except (RuntimeError, AssertionError) as error:
        from engine.io import InputError

        asked = os.environ.get("JAX_PLATFORMS")
        platform = f"the platform that JAX_PLATFORMS asks for, {asked!r}" if asked else "a device to compute on"
        why = str(error).strip().split("\n")[0]
        raise InputError(f"JAX does not find {platform}{': ' + why if why else ''}") from None
