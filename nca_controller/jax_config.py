"""How JAX is to behave in a game; said before JAX wakes up, and nothing else is imported here."""

import logging
import os

# A game shares the GPU with others: take memory as it is needed.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
# Without its CUDA build JAX runs on the CPU, and need not warn of it; errors are still said.
logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)
