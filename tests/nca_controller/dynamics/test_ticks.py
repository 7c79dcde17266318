"""The tick: it limits speeds, whoever commands them, and lets controllers perceive friends, enemies and ground."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller import Percept, Terrain, init_state, tick
from nca_controller.dynamics.ticks import FASTEST, HAIR, advance, steer
from nca_controller.guidance import MAX_SPEED
from nca_controller.physics import advect

HEIGHT, WIDTH = 8, 10


class Commanded(NamedTuple):
    """Commands the same velocity everywhere, whatever its length; its top speed is in cells per tick."""

    velocity: object
    max_speed: float = MAX_SPEED

    def init(self, mass, terrain, seed):
        return None

    def steer(self, memory, mass, crowd, target, terrain):
        return jnp.broadcast_to(jnp.asarray(self.velocity, jnp.float32), (*mass.shape, 2)), memory


class Perceiving(Commanded):
    """Keeps what it perceived as its memory."""

    def init(self, mass, terrain, seed):
        return Percept(*(jnp.zeros_like(mass) for _ in Percept._fields))

    def steer(self, memory, mass, crowd, target, terrain, percept):
        return jnp.zeros((*mass.shape, 2)), percept


def begun(*controllers, sides=None, terrain=None):
    mass = np.zeros((len(controllers), HEIGHT, WIDTH), np.float32)
    for regiment in range(len(controllers)):
        mass[regiment, 2:4, 2 * regiment : 2 * regiment + 2] = 0.5
    return init_state(mass, terrain or Terrain.plain(HEIGHT, WIDTH), controllers, 0, sides=sides)


@pytest.mark.parametrize(
    ("commanded", "top"), [((3.0, 4.0), 1.0), ((np.inf, 0.0), 1.0), ((-0.6, 0.8), 1.0), ((3.0, 4.0), 0.5)]
)
def test_nobody_is_faster_than_its_regiment_may_be(commanded, top):
    state = begun(Commanded(commanded, top * MAX_SPEED))
    velocity = np.asarray(tick(state, np.asarray(state.mass)).velocity[0, 3, 1])
    wanted = np.clip(np.asarray(commanded), -FASTEST, FASTEST)
    np.testing.assert_allclose(velocity, top * wanted / np.linalg.norm(wanted), rtol=2 * (HAIR - 1))


def test_who_keeps_to_it_is_left_alone_to_the_bit():
    commanded = np.float32([0.6, -0.8])  # 1 long, or a hair more
    assert (np.asarray(tick(begun(Commanded(commanded)), np.zeros((1, HEIGHT, WIDTH))).velocity) == commanded).all()


def test_who_names_no_top_speed_has_that_of_all():
    class Unnamed:
        init, steer = Commanded.init, Commanded.steer
        velocity = (3.0, 4.0)

    velocity = np.asarray(tick(begun(Unnamed()), np.zeros((1, HEIGHT, WIDTH))).velocity[0, 3, 1])
    np.testing.assert_allclose(velocity, (0.6, 0.8), rtol=2 * (HAIR - 1))


def test_a_velocity_of_another_shape_is_refused_in_one_line():
    class Wrong(Commanded):
        def steer(self, memory, mass, crowd, target, terrain):
            return jnp.zeros((HEIGHT, WIDTH + 1, 2)), memory

    with pytest.raises(ValueError, match=r"\Avelocity must be \(8, 10, 2\), not \(8, 11, 2\)\Z"):
        tick(begun(Wrong((0, 0))), np.zeros((1, HEIGHT, WIDTH)))


def test_a_nan_where_nobody_stands_harms_nobody():
    mass = np.zeros((1, HEIGHT, WIDTH), np.float32)
    mass[0, 2:5, 3:6] = 0.75
    occupied = np.repeat(mass[..., None] > 0, 2, axis=-1)
    velocity = np.where(occupied, np.float32(0.7), np.float32(np.nan))
    still = np.where(occupied, np.float32(0.7), np.float32(0))
    assert (advect(mass, velocity).mass == advect(mass, still).mass).all()
    slope = jax.grad(lambda mass: (advect(mass, velocity).mass ** 2).sum())(jnp.asarray(mass))
    assert np.isfinite(slope).all()


def test_a_controller_perceives_friends_enemies_and_ground():
    cells = np.ones((HEIGHT, WIDTH), bool)
    cells[7] = False
    capacity = np.ones((HEIGHT, WIDTH), np.float32)
    capacity[6] = 0.25
    ground = Terrain(cells, capacity)
    state = begun(Perceiving((0, 0)), Commanded((0, 0)), Commanded((0, 0)), sides=(0, 0, 1), terrain=ground)
    # As in a tick, but nobody moves: to compile three regiments' transport for their percepts is dear.
    percept = advance(state, np.asarray(state.mass), steer, lambda *_, **__: {}).memories[0]
    assert (percept.friends == state.mass[1]).all() and (percept.enemies == state.mass[2]).all()
    assert (percept.closed == ~cells).all()
    assert (percept.missing_capacity == np.where(cells, 1 - capacity, 0)).all()
    assert not np.asarray(percept.fatigue).any()


def test_absent_fields_are_no_leaves_of_a_state():
    state = begun(Commanded((0, 0)))
    assert len(jax.tree.leaves(state.replace(combat=jnp.zeros(1)))) == len(jax.tree.leaves(state)) + 1
