"""The transport alone: every scheme at 128 to 1024 squared, one step forward, and one with its gradient.

python tests/benchmarks/transport.py: best of several calls of 4 steps each, in cell updates a second, and as a ratio
to copying the arrays that a step reads (mass and velocity) once, which is the bound that memory sets. The ground holds
a packed block on a quarter of its sides, on the march at 18 degrees: what acceptance has to pass down is as long as it
gets. Quote ratios within one run, on a machine that does nothing else.
"""

import argparse
import time

import jax
import jax.numpy as jnp
import numpy as np

from nca_controller.physics import LIMITERS, Terrain, advect, rows

STEPS = 4  # in a call, so that calling and fetching memory from the system weigh no more than in a rollout


def best(call, *arrays, calls):
    """Return the least seconds of several calls."""
    jax.block_until_ready(call(*arrays))
    seconds = []
    for _ in range(calls):
        begun = time.perf_counter()
        jax.block_until_ready(call(*arrays))
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def march(size):
    """Return mass, velocity and ground of the march."""
    mass = np.zeros((1, size, size), np.float32)
    mass[0, size // 4 : size // 2, size // 4 : size // 2] = 1
    angle = np.deg2rad(18)
    velocity = np.broadcast_to(np.float32([np.cos(angle), np.sin(angle)]), (1, size, size, 2))
    return jnp.asarray(mass), jnp.asarray(velocity), Terrain.plain(size, size)


def steps(mass, velocity, ground, scheme):
    """Return the mass after STEPS steps."""
    return jax.lax.scan(lambda mass, _: (advect(mass, velocity, ground, scheme=scheme).mass, None), mass, length=STEPS)[
        0
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512, 1024])
    parser.add_argument("--calls", type=int, default=12)
    parser.add_argument("--fused", action="store_true", help="take the barriers away, to see what they are worth")
    args = parser.parse_args()
    if args.fused:
        rows.barrier = lambda field: field
    print(f"on {jax.devices()[0].device_kind}, best of {args.calls} calls of {STEPS} steps")
    print(
        "| size | scheme | forward, ms | cells/s | copies | x donor-cell | with gradient, ms | copies | x donor-cell |"
    )
    print("|---" * 9 + "|")
    for size in args.sizes:
        mass, velocity, ground = march(size)
        copy = best(jax.jit(lambda mass, velocity: (mass.copy(), velocity.copy())), mass, velocity, calls=100)
        first = None
        for name, scheme in LIMITERS.items():
            forward = jax.jit(lambda m, v, g, scheme=scheme: steps(m, v, g, scheme))
            slope = jax.jit(
                jax.grad(lambda m, v, g, scheme=scheme: (steps(m, v, g, scheme) ** 2).sum(), argnums=(0, 1))
            )
            there, back = (best(call, mass, velocity, ground, calls=args.calls) / STEPS for call in (forward, slope))
            first = first or (there, back)
            print(
                f"| {size} | {name} | {1e3 * there:.2f} | {size**2 / there:.2e} | {there / copy:.0f} "
                f"| {there / first[0]:.2f} | {1e3 * back:.2f} | {back / copy:.0f} | {back / first[1]:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
