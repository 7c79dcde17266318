"""Small battles of plain blocks without controllers: who walks where is said, all else is the laws of battle."""

from dataclasses import fields, replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from random_battles import on_lattice

from engine.plugin import TRAITS
from engine.units import load
from nca_controller.dynamics.combat import commanded
from nca_controller.physics import QUANTUM, advect
from nca_controller.physics.combat import BROKEN, Conduct, Traits, fight, laws, muster

RIGHT, LEFT, DOWN, UP = (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)


def row(kind="heavy-infantry", **others):
    """Return a kind's traits, some of them others."""
    own = load()[kind].traits.columns() | others
    return [own[name] for name in TRAITS]


def block(shape, top, left, height, width, density=0.8):
    """Return a field with a block of that density."""
    field = np.zeros(shape)
    field[top : top + height, left : left + width] = density
    return field


def begun(mass, facing, sides, rows=None, *, reach=4.0, cell_metres=1.0, quantum=QUANTUM, share=0.5, pace=None):
    """Return the mass on the lattice, and the state of combat of regiments that begin."""
    mass = jnp.asarray(on_lattice(mass)) if quantum is not None else jnp.asarray(mass)
    rows = np.array(rows or [row()] * len(mass))
    pace = rows[:, TRAITS.index("run")] if pace is None else pace
    conduct = Conduct(
        Traits.of_rows(rows),
        jnp.asarray(facing, jnp.float32),
        jnp.asarray(pace, jnp.float32),
        jnp.zeros(len(mass), bool),
    )
    each = {"reach": (reach,) * len(mass), "share": (share,) * len(mass)}
    return mass, muster(mass, conduct, sides=sides, quantum=quantum, cell_metres=cell_metres, **each)


WEIGHTS = {  # constants that battles may replace without another compilation
    section: {field.name: getattr(getattr(laws(), section), field.name) for field in fields(getattr(laws(), section))}
    for section in ("morale", "fatigue")
}


def weighed(constants, weights):
    """Return the laws with other constants, which may be traced."""
    whole = {"calm"}  # counts of ticks stay what they are
    parts = {
        section: replace(getattr(constants, section), **{name: v for name, v in values.items() if name not in whole})
        for section, values in weights.items()
    }
    return replace(constants, **parts)


def without(section, name, value=0.0):
    """Return the weights with one of them replaced: by default nothing."""
    return WEIGHTS | {section: WEIGHTS[section] | {name: value}}


class Course(NamedTuple):
    """What happened, tick by tick, to R regiments."""

    condition: np.ndarray
    morale: np.ndarray
    engaged: np.ndarray
    standing: np.ndarray

    def broken(self, regiment):
        """Return the seconds after which a regiment broke, infinity where it did not."""
        ticks = np.flatnonzero(self.condition[:, regiment] >= BROKEN)
        return ticks[0] / 30 if len(ticks) else np.inf

    def contact(self, regiment):
        """Return the seconds after which blows fell on a regiment, infinity where none did."""
        ticks = np.flatnonzero(self.engaged[:, regiment] > 0.05)
        return ticks[0] / 30 if len(ticks) else np.inf


@partial(jax.jit, static_argnames=("sides", "ticks", "quantum", "scheme"))
def marched(mass, combat, wills, starts, first, terrain, weights, *, sides, ticks, quantum, scheme):
    """Return mass and combat after so many ticks, and what was seen in each of them."""
    constants = combat.laws
    how = {"dt": 0.25, "sides": sides, "quantum": quantum} | ({"scheme": scheme} if scheme else {})

    def tick(known, number):
        before, combat = known
        combat = combat.replace(laws=weighed(constants, weights))
        will = jnp.where((number >= starts)[:, None], wills, 0)[:, None, None, :]
        velocity = commanded(jnp.broadcast_to(will, (*before.shape, 2)), before, combat, terrain, sides)
        one = advect(before, velocity, terrain, first="x", **how)
        two = advect(one.mass, velocity, terrain, first="y", **how)
        flux = one.flux_x + two.flux_x, one.flux_y + two.flux_y
        mass, combat = fight(two.mass, before, *flux, combat, combat.conduct, terrain, sides, quantum)
        combat = combat.replace(laws=constants)
        return (mass, combat), (combat.condition, combat.morale, combat.engaged, mass.sum(axis=(1, 2)))

    return jax.lax.scan(tick, (mass, combat), first + jnp.arange(ticks))


def fought(
    mass, combat, wills, terrain, sides, ticks, *, starts=None, weights=WEIGHTS, until=(), quantum=QUANTUM, scheme=None
):
    """Return mass, combat and course of a battle, in steps of 150 ticks, until one of some regiments breaks.

    `wills` are the velocities at which regiments want to move, in shares of top speed, from their start on.
    """
    starts = np.zeros(len(mass), int) if starts is None else np.array(starts)
    wills, seen = jnp.asarray(wills, jnp.float32), []
    for first in range(0, ticks, 150):
        (mass, combat), one = marched(
            mass, combat, wills, starts, first, terrain, weights, sides=sides, ticks=150, quantum=quantum, scheme=scheme
        )
        seen.append(one)
        if any(np.asarray(combat.condition)[regiment] >= BROKEN for regiment in until):
            break
    return mass, combat, Course(*(np.concatenate(part) for part in zip(*seen, strict=True)))


def ledger(mass, combat):
    """Return the whole quanta of each regiment that stand, have fallen and have fled."""
    standing = (np.asarray(mass, np.float64) / QUANTUM).astype(np.int64)
    return tuple(np.asarray(part, np.int64).sum(axis=(1, 2)) for part in (standing, combat.fallen, combat.fled))
