"""How JAX behaves in a game: set before JAX is imported, so nothing else is imported here."""

import logging
import os

# A game shares the GPU with others: take memory as it is needed.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
# Without its CUDA build JAX runs on the CPU, and need not warn of it; errors are still logged.
logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)
