"""A recorded battle: three regiments of two sides, driven by a fixed sequence of velocities; prints its digest.

`python recorded.py` replays it in a process of its own, so that the number of threads can be chosen from outside;
under all schemes, or those that are named.
"""

import hashlib
import sys

import jax
import jax.numpy as jnp
import numpy as np

from nca_controller.physics import LIMITERS, QUANTUM, Terrain, advect, diffuse

HEIGHT, WIDTH, STEPS = 24, 33, 12


def scattered(*shape):
    """Return numbers in [0, 1) by a multiplicative hash of their place: the same on every machine, for ever."""
    place = np.arange(np.prod(shape), dtype=np.uint64) + np.uint64(1)
    return ((place * np.uint64(2654435761)) % np.uint64(2**32) / 2**32).reshape(shape)


def terrain():
    cells = scattered(HEIGHT, WIDTH)
    return Terrain(cells < 0.9, 0.5 + 0.5 * cells[::-1], "torus")


def start():
    shares = np.floor(scattered(3, HEIGHT, WIDTH) * 1.4)
    room = np.asarray(terrain().capacity, np.float64) * np.asarray(terrain().open_cells)
    return np.float32(np.floor(shares / np.maximum(shares.sum(axis=0), 1) * room / QUANTUM) * QUANTUM)


def velocities():
    return np.float32(3 * scattered(STEPS // 2, 2, 3, HEIGHT, WIDTH, 2) - 1.5)


def replay(mass, velocity, ground, scheme):
    """Return the mass after every velocity has had its step, and a step of diffusion every two."""

    def pair(mass, winds):
        for wind, first in zip(winds, "xy", strict=True):
            mass = advect(mass, wind, ground, scheme=scheme, sides=(0, 1, 0), first=first).mass
        return diffuse(mass, 0.05, ground, sides=(0, 1, 0)), None

    return jax.lax.scan(pair, mass, velocity)[0]


def digest(mass):
    return hashlib.sha256(np.ascontiguousarray(mass, np.float32).tobytes()).hexdigest()[:16]


if __name__ == "__main__":
    for name in sys.argv[1:] or LIMITERS:
        scheme = LIMITERS[name]
        compiled = jax.jit(lambda mass, velocity, ground, scheme=scheme: replay(mass, velocity, ground, scheme))
        print(name, digest(compiled(jnp.asarray(start()), jnp.asarray(velocities()), terrain())))
