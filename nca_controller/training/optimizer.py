"""Adam with clipping and a warm-up-cosine schedule, as in the seed."""

from __future__ import annotations

from typing import Any

import optax


def create_optimizer(
    learning_rate: float = 2e-3,
    gradient_clip: float = 1.0,
    use_schedule: bool = True,
    warmup_steps: int = 200,
    decay_steps: int = 4000,
) -> optax.GradientTransformation:
    """Return Adam behind a clip on the gradient's global norm.

    With a schedule the rate rises from 0 in `warmup_steps`, then falls to a hundredth until `decay_steps`.
    """
    rate: optax.ScalarOrSchedule = learning_rate
    if use_schedule:
        rate = optax.warmup_cosine_decay_schedule(0.0, learning_rate, warmup_steps, decay_steps, learning_rate / 100)
    return optax.chain(optax.clip_by_global_norm(gradient_clip), optax.adam(rate))


def adam(config: Any) -> optax.GradientTransformation:
    """Return the optimiser of a run that brings none of its own, by its `Config`."""
    return create_optimizer(
        config.learning_rate,
        config.gradient_clip,
        warmup_steps=config.warmup,
        decay_steps=config.decay or config.iterations,
    )


OPTIMISERS = {"adam": adam}
