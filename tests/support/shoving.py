"""Fights of plain blocks under contact, push and the game's transport; nobody falls and everybody is led straight on.

Many fights stand in one field, each in a strip of its own: one program, compiled once, plays all of them.
"""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from random_battles import on_lattice

from engine.plugin import TRAITS
from nca_controller.dynamics.ticks import transport
from nca_controller.physics import QUANTUM, Terrain, superbee
from nca_controller.physics.combat import Conduct, Traits, laws, muster
from nca_controller.physics.combat.contact import meet

WALK, RUN = 0.4, 0.6
H, W = 40, 44
LINE = 28  # the first column of those who are attacked
SIDES = (0, 1)
USUAL = 0.5  # how stiff most soldiers stand
OPEN = Terrain.plain(H, W)


def combat_of(mass, stiff=USUAL, condition=0, cell_metres=1.0, quantum=QUANTUM):
    """Return what regiments remember who have not fought, and their conduct."""
    each = jnp.ones(len(mass))
    rows = jnp.zeros((len(mass), len(TRAITS))).at[:, TRAITS.index("stiff")].set(stiff)
    conduct = Conduct(Traits.of_rows(rows), jnp.stack([each, 0 * each], axis=-1), each, each > 1)
    known = {"sides": tuple(range(len(mass))), "reach": [1.0] * len(mass), "share": [1.0] * len(mass)}
    state = muster(mass, conduct, quantum=quantum, cell_metres=cell_metres, **known)
    return state.replace(condition=jnp.broadcast_to(jnp.asarray(condition, jnp.int8), each.shape)), conduct


@partial(jax.jit, static_argnames=("sides", "cell_metres"))
def fought(mass, velocity, condition, ticks, stiff, changed, terrain, *, sides, cell_metres):
    """Return the masses after so many ticks in which everybody wants to go as `velocity` says."""
    constants = laws()
    contact, push = replace(constants.contact, **changed["contact"]), replace(constants.push, **changed["push"])
    constants = replace(constants, contact=contact, push=push)
    combat, conduct = combat_of(mass, stiff, condition, cell_metres)

    def tick(_, mass):
        ways = meet(velocity, mass, combat, conduct, terrain, sides, constants)
        return transport(mass, list(ways), terrain, sides=sides, scheme=superbee, quantum=QUANTUM)["mass"]

    return jax.lax.fori_loop(0, ticks, tick, mass)


def after(ticks, mass, velocity, terrain=OPEN, condition=None, stiff=USUAL, sides=SIDES, cell_metres=1.0, **changed):
    """Return the masses after so many ticks; constants that may be changed are `half`, `speed` and `shock`."""
    condition = np.zeros(len(mass), np.int8) if condition is None else np.asarray(condition, np.int8)
    constants = {
        "contact": {"half": laws().contact.half},
        "push": {"speed": laws().push.speed, "shock": laws().push.shock},
    }
    for section in constants.values():
        section.update({name: value for name, value in changed.items() if name in section})
    mass, velocity = jnp.asarray(mass), jnp.asarray(velocity, jnp.float32)
    known = (condition, ticks, stiff, constants, terrain)
    return np.asarray(fought(mass, velocity, *known, sides=sides, cell_metres=cell_metres))


def field(*blocks, shape=(2, H, W)):
    """Return masses; a block is (regiment, rows, columns, density)."""
    mass = np.zeros(shape, np.float32)
    for regiment, rows, columns, density in blocks:
        mass[regiment, slice(*rows), slice(*columns)] = density
    return on_lattice(mass)


def going(*ways, shape=(2, H, W)):
    """Return velocities, one (x, y) for each regiment."""
    return np.broadcast_to(np.asarray(ways, np.float32)[:, None, None], (*shape, 2)).copy()


def strips(*fights, rows=5, gap=4):
    """Return masses in which each fight, (depth, depth and density of those attacked), has rows of its own."""
    at = [(gap + i * (rows + gap), gap + i * (rows + gap) + rows) for i in range(len(fights))]
    blocks = [(0, where, (LINE - depth, LINE), 1) for where, (depth, *_) in zip(at, fights, strict=True)]
    blocks += [(1, where, (LINE, LINE + depth), density) for where, (_, depth, density) in zip(at, fights, strict=True)]
    return field(*blocks), at


def beyond(mass, rows, regiment=0):
    """Return how many columns of mass a regiment has past the line, in those rows."""
    return float(mass[regiment, slice(*rows), LINE:].sum() / (rows[1] - rows[0]))


def moved(before, now, axis=1):
    """Return how far a field's mass has moved along an axis."""
    places = np.arange(before.shape[axis])
    return float(sum(sign * (f.sum(1 - axis) @ places) / f.sum() for sign, f in ((1, now), (-1, before))))


def middle():
    """Return the cells of the diagonal strip far from the flanks."""
    y, x = np.mgrid[:H, :W]
    return np.abs(y - x) < 8


def past_diagonal(mass, depth):
    """Return how many cells' depth of mass lies past the diagonal line, far from the flanks."""
    within = middle()
    line = (within & (np.abs(depth) < 2)).sum() / 4  # cells a unit of depth
    return float(mass[(depth >= 0) & within].sum() / line)


def diagonal(density):
    """Return a block of 12 cells that meets one of 8, of that density, on a diagonal; and how far cells lie past it."""
    y, x = np.mgrid[:H, :W]
    past, beside = (x + y - 42) * 0.5**0.5, np.abs(y - x) * 0.5**0.5
    mass = np.zeros((2, H, W))
    mass[0] = (past < -0.1) & (past > -12) & (beside < 10)
    mass[1] = ((past > -0.1) & (past < 8) & (beside < 10)) * density
    return on_lattice(mass), past + 0.1
