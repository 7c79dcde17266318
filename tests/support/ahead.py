"""Battles of regiments that go straight ahead: what the laws of battle make of them has no commander's part in it."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
from flax import struct

from nca_controller import Terrain
from nca_controller.dynamics import conduct, init_state, trajectory
from nca_controller.physics.combat import laws


@struct.dataclass
class Ahead:
    """Steers its regiment in one direction for ever."""

    way: object  # (x, y), cells per unit time
    max_speed: float = struct.field(pytree_node=False, default=0.5)

    def init(self, mass, terrain, seed):
        return ()

    def steer(self, memory, mass, crowd, target, terrain):
        return jnp.broadcast_to(jnp.asarray(self.way, jnp.float32), (*mass.shape, 2)), memory


def begun(encounter, ways, **how):
    """Return the state of an encounter whose regiments go these ways, at a walk."""
    ground = encounter.ground
    kinds, formations = zip(*((body.kind, body.formation) for body in encounter.bodies), strict=True)
    return init_state(
        encounter.mass,
        Terrain(ground.open_cells, ground.capacity, ground.boundary),
        [Ahead(np.asarray(way, np.float32)) for way in ways],
        0,
        sides=encounter.sides,
        combat=conduct(kinds, encounter.facing, formations),
        **how,
    )


def later(state, ticks, metrics=None, remat=False):
    """Return the state so many ticks later, and what was recorded."""
    return trajectory(state, np.zeros(state.mass.shape, np.float32), ticks=ticks, metrics=metrics, remat=remat)


def plain_laws(push=0.0, **others):
    """Return the laws with those of loss alone: nobody tires or loses heart, and nobody pushes unless it is said."""
    own = laws()
    calm = dict.fromkeys(
        ("lost", "recent", "flank", "rear", "surrounded", "charged", "fatigue", "covered", "rout"), 0.0
    )
    return replace(
        own,
        push=replace(own.push, speed=push * own.push.speed),
        losses=replace(own.losses, **others),
        fatigue=replace(own.fatigue, slows=0.0, weakens=0.0),
        morale=replace(own.morale, **calm),
    )


def even_soldiers(state, attack):
    """Return the state with soldiers as strong to all sides, without charge or brace; `attack` is each side's."""
    traits = state.combat.conduct.traits
    plain = traits.replace(
        attack=jnp.asarray(attack, jnp.float32),
        strike=jnp.ones_like(traits.strike),
        harm=jnp.ones_like(traits.harm),
        charge=jnp.zeros_like(traits.charge),
        brace=jnp.zeros_like(traits.brace),
        stiff=jnp.zeros_like(traits.stiff),
    )
    return state.replace(combat=state.combat.replace(conduct=state.combat.conduct.replace(traits=plain)))
