"""Where a regiment stands, cells that are computed in a window do what they do when all of the field is computed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller import load_controller
from nca_controller.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.channels import create_formation_from_alpha
from nca_controller.focus import focused

HEIGHT, WIDTH = 96, 160


@pytest.fixture(scope="module")
def rule():
    nca = load_controller("default")
    return lambda state, signal: nca.model.apply({"params": nca.params}, state, signal, None, method="steer")


@pytest.mark.parametrize(
    ("rows", "columns", "outside"),
    [
        ((30, 46), (60, 76), True),  # a block
        ((40, 44), (10, 120), True),  # a line
        ((5, 90), (80, 84), True),  # a line the other way
        ((0, 16), (144, 160), True),  # in a corner
        ((10, 90), (10, 150), False),  # as large as the field
    ],
)
def test_the_velocities_of_a_regiment_are_the_same(rule, rows, columns, outside):
    mass = np.zeros((HEIGHT, WIDTH), np.float32)
    mass[slice(*rows), slice(*columns)] = 1
    random = np.random.default_rng(2)
    state = jnp.asarray(create_formation_from_alpha(mass)) + 0.1 * random.normal(size=(HEIGHT, WIDTH, 16))
    signal = jnp.asarray(random.uniform(-0.6, 0.6, (HEIGHT, WIDTH, 4)), jnp.float32)
    state = state.astype(jnp.float32)
    whole = np.asarray(jax.jit(rule)(state, signal))
    part = np.asarray(jax.jit(lambda *args: focused(rule, *args))(state, signal, jnp.asarray(mass)))
    held = mass > 0
    np.testing.assert_allclose(part[held], whole[held], atol=1e-5)
    # Far away cells obey to the letter; with a regiment that fills the field there is no such place.
    obeys = np.abs(part[..., CHANNELS.VELOCITY] - np.asarray(signal)[..., 1:3]).max(axis=-1) == 0
    assert obeys.mean() > 0.5 if outside else obeys.mean() < 0.5
