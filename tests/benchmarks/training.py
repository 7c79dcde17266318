"""Speed of training: cell-steps a second, forward and backward, beside plain readings of the seed's step.

python tests/benchmarks/training.py: a cell-step is one cell in one step of one battle. Ours is the trainer's own
gradient, guide included. Beside it stand, each written as a reader of it would with depthwise convolutions:

seed     the seed's step as its public implementation has it: a cell sees the 11 x 11 Gaussian mean of every channel
         and the signal; two layers of 64 and 32; fire rate, damping, noise, two steps of transport, diffusion
sobel    our perception, identity and Sobel's two filters of every channel, by a 3 x 3 convolution, with one layer of
         64 and no guide, no limiter, no chance
all      our trainer with every cell acting, not the living alone
ceiling  nothing but the matrix products that a gradient of our network needs where every cell acts, of the same shapes:
         forward, once more for the way back, and the way back itself; no trainer of all cells can be faster here

Cells are counted whether they live or not; the share of those that do is printed.

All take turns, and the best of several calls counts; the ratios are what to quote. `--seed-preset` trains with the
seed's own configuration, 8 fields of 128 x 128 for 64 steps: the seed's step wants over 10 GB for that and minutes a
call, so give it fewer `--ticks`.
"""

import argparse
import time
from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from nca_controller.guidance import create_goal_signal
from nca_controller.model.network import alive_mask
from nca_controller.training.battles import Battles
from nca_controller.training.config import PRESETS, Config
from nca_controller.training.loop import Trainer, on_all_cores

CHANNELS, HIDDEN, SIGNAL = 16, 64, 4
FEATURES, OUTCOME = 3 * (CHANNELS + SIGNAL), 10


def best_of(jobs, calls):
    """Return the least seconds of several calls of each job, by the clock and by all cores' work added up.

    Jobs take turns, after a call of each that compiles.
    """
    clocks = (time.perf_counter, time.process_time)
    seconds = {name: [] for name in jobs}
    for job in jobs.values():
        jax.block_until_ready(job())
    for _ in range(calls):
        for name, job in jobs.items():
            begun = [clock() for clock in clocks]
            jax.block_until_ready(job())
            seconds[name].append([clock() - start for clock, start in zip(clocks, begun, strict=True)])
    return {name: np.min(each, axis=0) for name, each in seconds.items()}


def depthwise(state, filters):
    """Return what each filter of `filters` (size, size, F) makes of every channel, on a torus."""
    reach, channels = len(filters) // 2, state.shape[-1]
    kernel = jnp.asarray(np.tile(filters[:, :, None], (1, 1, 1, channels)), jnp.float32)
    around = jnp.pad(state, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="wrap")
    return jax.lax.conv_general_dilated(
        around, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=channels
    )


def gaussian(size=11, sigma=4.0):
    """Return one normalised Gaussian filter."""
    row = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma**2))
    return (np.outer(row, row) / row.sum() ** 2)[..., None]


def sobel():
    """Return the identity and Sobel's filters in x and y."""
    identity = np.zeros((3, 3))
    identity[1, 1] = 1
    across = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    return np.stack([identity, across, across.T], axis=-1)


def move(mass, velocity, dt=0.25):
    """Return the mass after a step of donor-cell advection on a torus, clipped as the seed's is."""
    outflow, inflow = 0.0, 0.0
    for axis, speed in ((2, velocity[..., 0]), (1, velocity[..., 1])):
        forth, back = mass * jnp.maximum(speed, 0), mass * jnp.maximum(-speed, 0)
        outflow += forth + back
        inflow += jnp.roll(forth, 1, axis) + jnp.roll(back, -1, axis)
    return jnp.clip(mass + dt * (inflow - outflow), 0, 1)


def spread(mass, rate):
    """Return the mass after a step of diffusion to four neighbours."""
    around = sum(jnp.roll(mass, shift, axis) for shift in (1, -1) for axis in (1, 2))
    return mass + rate * (around / 4 - mass)


class SeedStep(nn.Module):
    """A step of the seed, with the notebook's configuration."""

    @nn.compact
    def __call__(self, state, key, signal):
        firing, straying = jax.random.split(key)
        seen = jnp.concatenate([depthwise(state, gaussian()), signal], axis=-1)
        for width in (HIDDEN, HIDDEN // 2):
            seen = nn.relu(nn.Conv(width, (1, 1))(seen))
        update = nn.Conv(3 + 2 + 8, (1, 1))(seen)
        still = jnp.zeros_like(update[..., :1])
        update = jnp.concatenate([update[..., :3], still, update[..., 3:5], still, still, update[..., 5:]], axis=-1)
        state = state + update * jax.random.bernoulli(firing, 0.5, (*state.shape[:-1], 1))
        velocity = 0.95 * jnp.clip(state[..., 4:6], -1, 1)
        strayed = velocity + 0.25 * jax.random.normal(straying, velocity.shape)
        mass = state[..., 3]
        for _ in range(2):
            mass = move(mass, jnp.clip(strayed, -1, 1))
        mass = spread(mass, 0.08)[..., None]
        return jnp.concatenate([jnp.clip(state[..., :3], 0, 1), mass, velocity, state[..., 6:]], axis=-1)


class SobelStep(nn.Module):
    """Our perception and our layers, without guide, limiter and chance."""

    @nn.compact
    def __call__(self, state, key, signal):
        seen = jnp.concatenate([depthwise(state, sobel()), signal], axis=-1)
        update = nn.Conv(CHANNELS, (1, 1))(nn.relu(nn.Conv(HIDDEN, (1, 1))(seen)))
        velocity, mass = jnp.tanh(update[..., 4:6]), state[..., 3]
        for _ in range(2):
            mass = move(mass, velocity)
        return jnp.tanh(state + update).at[..., 3].set(mass).at[..., 4:6].set(velocity)


def plain(step, batch, grid, ticks):
    """Return a call that takes one gradient of the seed's loss through a plain step."""
    state = jax.random.uniform(jax.random.key(0), (batch, grid, grid, CHANNELS))
    target = jnp.zeros((grid, grid)).at[grid // 4 : grid // 2, grid // 4 : grid // 2].set(1.0)
    signal = jnp.broadcast_to(create_goal_signal(target), (batch, grid, grid, SIGNAL))
    params = step.init(jax.random.key(1), state, jax.random.key(2), signal)

    def loss(params, state, key):
        def advance(state, key):
            return step.apply(params, state, key, signal), None

        state, _ = jax.lax.scan(advance, state, jax.random.split(key, ticks))
        astray = ((state[..., 4:6] - signal[..., 1:3]) ** 2).sum(axis=-1)
        return ((state[..., 3] - target) ** 2).mean() + 0.1 * ((state[..., 3] + 0.1) * astray).mean()

    gradient = jax.jit(jax.grad(loss))
    return lambda: gradient(params, state, jax.random.key(3))


def ours(config):
    """Return a call that takes one gradient of the trainer."""
    trainer = Trainer(config)
    battles = jax.device_put(Battles(*(of[: config.batch] for of in trainer.pool)), trainer.spread)
    keys = jax.device_put(jax.random.split(jax.random.key(1), config.batch), trainer.spread)
    return lambda: trainer._gradient(trainer.params, battles, keys)


def alive(config):
    """Return the share of cells that live as the battles begin."""
    return float(alive_mask(jnp.asarray(Trainer(config).pool.mass[: config.batch])).mean())


def products(cells, ticks):
    """Return a call that multiplies what a gradient of the network multiplies, and the work of that in flops."""
    keys = jax.random.split(jax.random.key(4), 5)
    shapes = ((cells, FEATURES), (FEATURES, HIDDEN), (HIDDEN, OUTCOME), (cells, HIDDEN), (cells, OUTCOME))
    seen, hidden, outcome, behind, after = (
        jax.random.normal(key, shape) for key, shape in zip(keys, shapes, strict=True)
    )

    def several(seen, hidden, outcome, behind, after):
        def advance(zero, _):
            # What depends on the step before cannot be taken out of the loop.
            x, h, y, _ = jax.lax.optimization_barrier((seen, behind, after, zero))
            told = (x @ hidden, h @ outcome, x @ (hidden + zero), y @ outcome.T, h @ hidden.T, x.T @ h, h.T @ y)
            return 0 * sum(product[0, 0] for product in jax.lax.optimization_barrier(told)), None

        return jax.lax.scan(advance, 0.0, length=ticks)[0]

    work = 2 * cells * ticks * (4 * FEATURES * HIDDEN + 3 * HIDDEN * OUTCOME)
    call = jax.jit(partial(several, seen, hidden, outcome, behind, after))
    return call, work


def main():
    parser = argparse.ArgumentParser(description="Cell-steps a second of training.")
    parser.add_argument("--seed-preset", action="store_true", help="train with the seed's configuration")
    parser.add_argument("--batch", type=int, help="fields side by side (4; the seed's 8)")
    parser.add_argument("--grid", type=int, help="cells along each side (64; the seed's 128)")
    parser.add_argument("--ticks", type=int, help="steps of a rollout (16; the seed's 64)")
    parser.add_argument("--calls", type=int, default=5)
    args = parser.parse_args()
    on_all_cores()
    told = {name: value for name in ("batch", "grid", "ticks") if (value := getattr(args, name)) is not None}
    small = Config(batch=4, pool=4, grid=64, ticks=16)
    config = replace(PRESETS["seed"] if args.seed_preset else small, **told)
    config = replace(config, pool=max(4, config.batch))
    if not args.seed_preset:
        config = replace(config, greatest_mass=0.1 * config.grid**2, least_mass=0.03 * config.grid**2)
    cells = config.batch * config.grid**2
    multiply, work = products(cells, config.ticks)
    jobs = {
        "seed": plain(SeedStep(), config.batch, config.grid, config.ticks),
        "sobel": plain(SobelStep(), config.batch, config.grid, config.ticks),
        "maniple": ours(config),
        "all": ours(replace(config, cells="all")),
        "ceiling": multiply,
    }
    seconds = best_of(jobs, args.calls)
    steps = cells * config.ticks
    print(f"{config.batch} fields of {config.grid} x {config.grid}, {config.ticks} steps; best of {args.calls} calls")
    print(f"{'':<10}{'by the clock':>32}{'by the work of all cores':>32}")
    for name, each in seconds.items():
        columns = [
            f"{steps / mine:12,.0f} a second,{seed / mine:6.1f} x"
            for mine, seed in zip(each, seconds["seed"], strict=True)
        ]
        print(f"{name:<10}" + "".join(f"{column:>32}" for column in columns))
    print(
        f"maniple is {seconds['sobel'][0] / seconds['maniple'][0]:.1f} x sobel by the clock; {alive(config):.2f} live"
    )
    pace = work / seconds["ceiling"][0] / 1e9
    print(f"the products of a gradient: {work / steps / 1e3:.0f} kflop a cell-step, {pace:.0f} Gflop/s by the clock")


if __name__ == "__main__":
    main()
