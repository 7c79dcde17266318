"""Slopes of what a battle costs, by gradient and by central differences, off the lattice and in 64 bits."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from ahead import Ahead

from nca_controller.dynamics import conduct, init_state, trajectory
from nca_controller.physics import Terrain

HEIGHT, WIDTH = 20, 36
# Each is two bodies, of which every one has x, y, and half of depth and front, in cells, and the way that it goes.
SCENES = (
    (((11.3, 9.6, 3.2, 5.1), (0.55, 0.02)), ((20.4, 10.7, 4.3, 4.4), (-0.5, 0.01))),  # head on
    (((11.3, 9.6, 3.2, 5.1), (0.55, 0.0)), ((20.4, 10.1, 4.3, 4.6), (-0.5, 0.0))),  # along one axis alone
    (((12.6, 7.1, 4.1, 3.7), (0.43, 0.17)), ((20.9, 12.3, 3.4, 5.2), (-0.47, -0.06))),  # at an angle, half past
)
EDGE = 0.6  # cells over which a body's edge fades
AT = (0.0, 0.0, 1.0, 2.0)  # by which one body is moved, and the attack and charge of its soldiers
STEP = 1e-7  # of central differences: larger ones cross kinks
TOLD = ("fallen", "morale", "fatigue")


def body(x, y, depth, front):
    """Return a block with soft edges, whose place has a slope."""
    columns, rows = jnp.arange(WIDTH) + 0.5, (jnp.arange(HEIGHT) + 0.5)[:, None]
    return 0.9 * jax.nn.sigmoid((depth - abs(columns - x)) / EDGE) * jax.nn.sigmoid((front - abs(rows - y)) / EDGE)


def suffered(at, scene, ticks, scheme):
    """Return losses, morale and fatigue of both regiments after each of so many ticks: (ticks, 3, 2)."""
    (own_body, own_way), (other_body, other_way) = scene
    moved, attack, charge = at[:2], at[2], at[3]
    x, y, *half = own_body
    mass = jnp.stack([body(x + moved[0], y + moved[1], *half), body(*other_body)])
    bearing = conduct(["heavy-infantry"] * 2, np.array([[1.0, 0.0], [-1.0, 0.0]]), pace="run")
    traits = bearing.traits
    own = jnp.array([1.0, 0.0])
    traits = traits.replace(
        attack=traits.attack * (1 - own) + attack * own, charge=traits.charge * (1 - own) + charge * own
    )
    controllers = [Ahead(jnp.stack(way).astype(np.float32)) for way in (own_way, other_way)]
    state = init_state(
        mass,
        Terrain.plain(HEIGHT, WIDTH),
        controllers,
        0,
        sides=(0, 1),
        scheme=scheme,
        quantum=None,
        combat=bearing.replace(traits=traits),
    )
    _, course = trajectory(state, np.zeros(mass.shape, np.float32), ticks=ticks, metrics=told, remat=True)
    return course


def told(state, _):
    """Return what TOLD names of a state."""
    combat = state.combat
    return jnp.stack([combat.fallen.sum(axis=(1, 2)), combat.morale, combat.fatigue])


@partial(jax.jit, static_argnames=("ticks", "scheme"))
def course(at, scene, ticks, scheme):
    return suffered(at, scene, ticks, scheme)


@partial(jax.jit, static_argnames=("ticks", "scheme"))
def forwards(at, way, scene, ticks, scheme):
    """Return the derivative of the course along a way, by forward mode."""
    return jax.jvp(lambda at: suffered(at, scene, ticks, scheme), (at,), (way,))[1]


@partial(jax.jit, static_argnames=("ticks", "scheme"))
def slope(at, weight, scene, ticks, scheme):
    """Return the slope of a weighted sum of what is suffered in each of AT, by reverse mode."""
    return jax.grad(lambda at: (suffered(at, scene, ticks, scheme)[-1] * weight).sum())(at)


def differences(at, scene, ticks, scheme):
    """Return the central differences of the course: (ticks, 3, 2, 4)."""
    steps = STEP * np.eye(len(AT))
    found = [
        (course(at + one, scene, ticks, scheme) - course(at - one, scene, ticks, scheme)) / (2 * STEP) for one in steps
    ]
    return np.stack([np.asarray(one) for one in found], axis=-1)


def apart(slopes, measured):
    """Return for each of TOLD how far slopes are from what was measured, over the greatest of that."""
    return {
        name: float(np.abs(slopes[k] - measured[k]).max() / np.abs(measured[k]).max()) for k, name in enumerate(TOLD)
    }


def agreement(ticks, scheme, scene=SCENES[0]):
    """Return how far gradients by reverse mode are from central differences after so many ticks."""
    with jax.enable_x64(True):
        at = jnp.array(AT)
        measured = differences(at, scene, ticks, scheme)[-1]
        weights = np.eye(measured[..., 0].size).reshape(-1, *measured.shape[:2])
        slopes = np.stack([np.asarray(slope(at, jnp.asarray(one), scene, ticks, scheme)) for one in weights])
        return apart(slopes.reshape(measured.shape), measured)


def agreements(ticks, scheme):
    """Return how far derivatives by forward mode are from central differences after each number of ticks.

    That of the scene in which they are farthest apart, for each of TOLD.
    """
    found = []
    with jax.enable_x64(True):
        at = jnp.array(AT)
        for scene in SCENES:
            measured = differences(at, scene, max(ticks), scheme)
            slopes = [np.asarray(forwards(at, jnp.asarray(way), scene, max(ticks), scheme)) for way in np.eye(len(AT))]
            found.append([apart(np.stack(slopes, axis=-1)[one - 1], measured[one - 1]) for one in ticks])
    return [{name: max(one[name] for one in after) for name in TOLD} for after in zip(*found, strict=True)]
