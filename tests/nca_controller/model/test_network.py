"""The living cells alone: what the list of them says is what all cells at once say, there and back."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller.model.advection_nca import AdvectionNCA
from nca_controller.model.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model.channels import create_formation_from_alpha
from nca_controller.model.frames import FRAMES
from nca_controller.model.network import Weights, alive_mask, apply, masked
from nca_controller.model.patches import CHUNK

HEIGHT, WIDTH, CHANNELS_KNOWN = 30, 44, 20
assert HEIGHT * WIDTH > CHUNK, "a list of everybody is to take several chunks"
KEYS = jax.random.split(jax.random.key(3), 6)


@pytest.fixture(scope="module")
def weights():
    shapes = (3 * CHANNELS_KNOWN, 7), (7,), (7, 4), (4,)
    return Weights(*(jax.random.normal(key, shape) for key, shape in zip(KEYS, shapes, strict=False)))


def field(*blocks):
    """Return where a field lives whose blocks (top, bottom, left, right) do."""
    alive = np.zeros((HEIGHT, WIDTH), bool)
    for top, bottom, left, right in blocks:
        alive[top:bottom, left:right] = True
    return alive


ALIVE = {
    "a block": field((5, 15, 20, 30)),
    "all corners": field((0, 3, 0, 3), (28, 30, 0, 2), (0, 1, 40, 44), (25, 30, 43, 44)),
    "nobody": field(),
    "everybody": field((0, HEIGHT, 0, WIDTH)),  # several chunks of the list
}


@partial(jax.jit, static_argnames=("way", "frame"))
def there_and_back(way, weights, known, alive, slope, frame):
    """Return what a way to apply the weights says, and the gradients along a slope."""
    value, back = jax.vjp(lambda weights, known: way(weights, known, alive, frame), weights, known)
    return value, *back(slope)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", ALIVE)
def test_a_list_says_what_all_at_once_say(weights, name, frame):
    known, slope = jax.random.normal(KEYS[4], (HEIGHT, WIDTH, CHANNELS_KNOWN)), jax.random.normal(KEYS[5], (30, 44, 4))
    alive = jnp.asarray(ALIVE[name])
    listed, whole = (there_and_back(way, weights, known, alive, slope, frame) for way in (apply, masked))
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-4), listed, whole)
    assert not np.asarray(listed[0])[~ALIVE[name]].any(), "the dead say nothing"


def test_a_batch_is_its_fields(weights):
    alive = jnp.stack([jnp.asarray(each) for each in ALIVE.values()])
    known = jax.random.normal(KEYS[4], (*alive.shape, CHANNELS_KNOWN))
    together, single = jax.jit(apply)(weights, known, alive), jax.jit(apply)
    for number in range(len(alive)):
        np.testing.assert_allclose(together[number], single(weights, known[number], alive[number]), atol=1e-5)
    np.testing.assert_allclose(jax.jit(jax.vmap(apply, (None, 0, 0)))(weights, known, alive), together, atol=1e-5)


def test_cells_live_where_mass_is_and_beside_it():
    mass = jnp.zeros((2, 8, 9)).at[0, 3, 4].set(0.02).at[1, 0, 8].set(1.0).at[1, 6, 2].set(0.005)
    alive = np.argwhere(np.asarray(alive_mask(mass)))
    around = [(0, y, x) for y in (2, 3, 4) for x in (3, 4, 5)]
    assert {tuple(cell) for cell in alive} == {*around, (1, 0, 7), (1, 0, 8), (1, 1, 7), (1, 1, 8)}


def test_the_dead_obey_and_forget_and_the_living_act_as_in_a_field_that_lives_everywhere():
    random = np.random.default_rng(1)
    mass = np.zeros((HEIGHT, WIDTH), np.float32)
    mass[5:12, 8:20] = 1
    state = jnp.asarray(create_formation_from_alpha(mass)) + 0.1 * random.normal(size=(HEIGHT, WIDTH, 16))
    state = state.astype(jnp.float32).at[..., CHANNELS.MASS].set(mass)
    signal = jnp.asarray(random.uniform(-0.6, 0.6, (HEIGHT, WIDTH, 4)), jnp.float32)
    modules = {cells: AdvectionNCA(fire_rate=1.0, cells=cells) for cells in ("living", "all")}
    params = jax.jit(modules["all"].init)(KEYS[0], state, parent_signal=signal)["params"]
    params = jax.tree.map(lambda leaf: 0.3 * jax.random.normal(KEYS[1], leaf.shape), params)
    told = {
        cells: np.asarray(jax.jit(partial(module.apply, method="steer"))({"params": params}, state, signal))
        for cells, module in modules.items()
    }
    alive = np.asarray(alive_mask(jnp.asarray(mass)))
    np.testing.assert_allclose(told["living"][alive], told["all"][alive], atol=1e-5)
    dead = told["living"][~alive]
    np.testing.assert_allclose(dead[:, CHANNELS.VELOCITY], np.asarray(signal)[~alive][:, 1:3], atol=1e-6)
    assert not dead[:, CHANNELS.HIDDEN].any() and np.abs(told["all"][~alive][:, CHANNELS.HIDDEN]).min() > 0


def test_an_order_that_is_turned_is_the_same_order():
    """In the frame of orders, a field turned by a right angle makes cells say the same, and go the way so turned."""
    module = AdvectionNCA(fire_rate=1.0, cells="living", frame="order")
    random = np.random.default_rng(7)
    mass = np.zeros((24, 24), np.float32)
    mass[5:12, 8:18] = random.uniform(0.2, 1, (7, 10))
    state = np.array(create_formation_from_alpha(mass))
    state[..., CHANNELS.VELOCITY_X :] = 0.3 * random.normal(size=(24, 24, 12))
    signal = random.uniform(-0.6, 0.6, (24, 24, 4)).astype(np.float32)
    params = jax.jit(module.init)(KEYS[0], state, parent_signal=signal)["params"]
    params = jax.tree.map(lambda leaf: 0.3 * jax.random.normal(KEYS[1], leaf.shape), params)

    def quarter_turn(field, *vectors):
        """Turn a field clockwise, and with it the vectors in its channels."""
        field = np.rot90(field, -1).copy()
        for x in vectors:
            field[..., x], field[..., x + 1] = -field[..., x + 1], field[..., x].copy()
        return field

    compiled = jax.jit(partial(module.apply, method="steer"))

    def steer(state, signal):
        return np.array(compiled({"params": params}, jnp.asarray(state), jnp.asarray(signal)))

    told = quarter_turn(steer(state, signal), CHANNELS.VELOCITY_X, CHANNELS.TARGET_VX)
    turned = steer(quarter_turn(state, CHANNELS.VELOCITY_X, CHANNELS.TARGET_VX), quarter_turn(signal, 1))
    np.testing.assert_allclose(turned, told, atol=1e-5)
    assert np.abs(told[..., CHANNELS.VELOCITY] - told[..., CHANNELS.TARGET_VELOCITY]).max() > 0.1
