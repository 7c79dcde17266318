"""Speed of training: cell-steps a second, forward and backward, beside a plain reading of the seed's step.

python tests/benchmarks/training.py: a cell-step is one cell in one step of one battle. The plain reading perceives by a
depthwise convolution with 3 x 3 kernels for identity and the two Sobel filters, as the seed does, updates by two
1 x 1 convolutions, and moves the mass by the seed's unlimited donor-cell step; it has no guide to pay for. Ours is the
trainer's own gradient, guide included. Best of several calls; quote the ratio, from a machine that does nothing else.
"""

import argparse
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from nca_controller.training.config import Config
from nca_controller.training.loop import Trainer

CHANNELS, HIDDEN, SIGNAL = 16, 64, 4


def best(call, calls):
    """Return the least seconds of several calls, after one that compiles."""
    jax.block_until_ready(call())
    seconds = []
    for _ in range(calls):
        begun = time.perf_counter()
        jax.block_until_ready(call())
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def depthwise(state):
    """Return identity and Sobel gradients of all channels by one depthwise convolution."""
    identity = np.zeros((3, 3))
    identity[1, 1] = 1
    sobel = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    filters = np.stack([identity, sobel, sobel.T], axis=-1)
    kernel = jnp.asarray(np.tile(filters[:, :, None], (1, 1, 1, state.shape[-1])), jnp.float32)
    return jax.lax.conv_general_dilated(
        state, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=state.shape[-1]
    )


def pointwise(values, kernel):
    """Return a 1 x 1 convolution."""
    return jax.lax.conv_general_dilated(
        values, kernel[None, None], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def move(mass, velocity, dt=0.25):
    """Return the mass after a step of donor-cell advection on a torus, without limits."""
    for axis, speed in ((2, velocity[..., 0]), (1, velocity[..., 1])):
        forth, back = mass * jnp.maximum(speed, 0) * dt, mass * jnp.maximum(-speed, 0) * dt
        mass = mass - forth - back + jnp.roll(forth, 1, axis) + jnp.roll(back, -1, axis)
    return mass


def plain_loss(params, state, signal, target, ticks):
    """Return the seed's mass loss after a rollout of the plain reading."""

    def step(state, _):
        seen = jnp.concatenate([depthwise(state), jnp.broadcast_to(signal, (*state.shape[:-1], SIGNAL))], axis=-1)
        update = pointwise(jax.nn.relu(pointwise(seen, params[0])), params[1])
        velocity = jnp.tanh(update[..., 4:6])
        mass = state[..., 3]
        for _ in range(2):
            mass = move(mass, velocity)
        changed = jnp.tanh(state + update).at[..., 3].set(mass)
        return changed.at[..., 4:6].set(velocity), None

    state, _ = jax.lax.scan(step, state, length=ticks)
    return ((state[..., 3] - target) ** 2).mean()


def plain(batch, grid, ticks):
    """Return a call that takes one gradient of the plain reading."""
    keys = jax.random.split(jax.random.key(0), 4)
    params = (
        0.1 * jax.random.normal(keys[0], (3 * CHANNELS + SIGNAL, HIDDEN)),
        0.01 * jax.random.normal(keys[1], (HIDDEN, CHANNELS)),
    )
    state = jax.random.uniform(keys[2], (batch, grid, grid, CHANNELS))
    gradient = jax.jit(jax.grad(partial(plain_loss, ticks=ticks)))
    return lambda: gradient(params, state, jnp.zeros((grid, grid, SIGNAL)), state[..., 3])


def ours(batch, grid, ticks):
    """Return a call that takes one gradient of the trainer."""
    config = Config(batch=batch, pool=batch, grid=grid, ticks=ticks, greatest_mass=0.1 * grid**2)
    trainer = Trainer(config)
    battles = trainer.pool._replace(**{name: jnp.asarray(field) for name, field in trainer.pool._asdict().items()})
    keys = jax.random.split(jax.random.key(1), batch)
    return lambda: trainer._gradient(trainer.params, battles, keys)


def main():
    parser = argparse.ArgumentParser(description="Cell-steps a second of training.")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--grid", type=int, default=64)
    parser.add_argument("--ticks", type=int, default=16)
    parser.add_argument("--calls", type=int, default=3)
    args = parser.parse_args()
    steps = args.batch * args.grid**2 * args.ticks
    rates = {}
    for name, make in (("plain", plain), ("maniple", ours)):
        seconds = best(make(args.batch, args.grid, args.ticks), args.calls)
        rates[name] = steps / seconds
        print(f"{name:<10}{rates[name]:12,.0f} cell-steps a second")
    print(f"ratio     {rates['maniple'] / rates['plain']:12.1f}")


if __name__ == "__main__":
    main()
