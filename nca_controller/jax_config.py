"""How JAX behaves in a game: set before JAX is imported, so nothing else is imported here."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jax

# A game shares the GPU with others: take memory as it is needed.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
# Without its CUDA build JAX runs on the CPU, and need not warn of it; errors are still logged.
logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)


def first_device() -> jax.Device:
    """Return the device that JAX computes on. Raises ValueError, one line, where it cannot start one."""
    import jax  # late, see above

    try:
        return jax.devices()[0]
    except Exception as error:  # an assertion or a RuntimeError, as the platform is known but missing or unknown
        wanted = os.environ.get("JAX_PLATFORMS")
        reason = " ".join(str(error).split()) or "it is not there"
        raise ValueError(f"JAX cannot compute on the platform {wanted or 'of its choice'!r}: {reason}") from None
