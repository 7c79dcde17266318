"""The AdvectionNCA as a plugin: physics, guidance, controllers and their training. JAX, Flax and optax; no window."""

import os

# A game shares the GPU with others: take memory as it is needed. Must be said before JAX wakes up.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
