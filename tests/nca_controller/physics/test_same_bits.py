"""One recorded battle ends in the same bits, however it is computed.

A digest changes only with the physics. After a change that is meant, `python tests/support/recorded.py`
prints the new ones.
"""

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import recorded

from nca_controller.physics import LIMITERS

GOLDEN = {
    "donor_cell": "441f38ee4092a534",
    "van_leer": "fe8c520c9c814f6c",
    "superbee": "9ddbf2f41e07ef69",
    "superbee_smooth": "9ddbf2f41e07ef69",  # the same as superbee's
    "ultra_bee": "90f1085ea5bcfe3c",
}


def battle():
    return jnp.asarray(recorded.start()), jnp.asarray(recorded.velocities()), recorded.terrain()


def digests(threads, *schemes, **environment):
    """Return what a process of its own prints, since the number of threads is settled when JAX starts."""
    flags = f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()} intra_op_parallelism_threads={threads}"
    lines = subprocess.run(
        [sys.executable, Path(recorded.__file__), *schemes],
        env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu", **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return dict(line.split() for line in lines.splitlines())


def test_with_one_thread_as_the_game_compiles_it():
    """Below it is little optimised, and has all threads. The long form tries every scheme and both numbers."""
    assert digests(1, "superbee", JAX_DISABLE_MOST_OPTIMIZATIONS="0") == {"superbee": GOLDEN["superbee"]}


@pytest.mark.long
@pytest.mark.parametrize("threads", [1, 2])
def test_with_one_thread_and_with_two_under_every_scheme(threads):
    assert digests(threads) == GOLDEN


def test_without_compilation():
    with jax.disable_jit():
        mass = recorded.replay(*battle(), LIMITERS["superbee"])
    assert recorded.digest(mass) == GOLDEN["superbee"]


@pytest.fixture(scope="module")
def batch():
    """The end of three battles side by side, of which the second is another one."""
    mass, velocity, ground = battle()
    batch = jnp.stack([mass, mass[:, ::-1], mass])
    winds = jnp.stack([velocity, velocity[:, :, :, ::-1], velocity])
    return jax.jit(jax.vmap(lambda mass, velocity: recorded.replay(mass, velocity, ground, LIMITERS["superbee"])))(
        batch, winds
    )


@pytest.mark.long
def test_in_a_batch_as_the_game_compiles_it(batch):
    """`make test-long` optimises fully."""
    test_in_a_batch(batch)


def test_in_a_batch(batch):
    assert [recorded.digest(batch[k]) == GOLDEN["superbee"] for k in range(3)] == [True, False, True]


def test_the_totals_are_those_of_the_start(batch):
    mass, moved = recorded.start(), np.asarray(batch[0])
    np.testing.assert_array_equal(moved.sum(axis=(1, 2), dtype=np.float64), mass.sum(axis=(1, 2), dtype=np.float64))
    assert (moved != mass).mean() > 0.5
