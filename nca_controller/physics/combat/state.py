"""The state of combat: what a battle remembers of soldiers who fight, fall, waver and run."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics.combat.laws import Laws, LossLaw, laws
from nca_controller.physics.combat.sums import blocks_of, summed

STEADY, WAVERING, BROKEN, DISSOLVED = range(4)  # conditions of a regiment
LEAST = {"defence": 1e-3, "nerve": 1e-3, "gather": 1e-3, "walk": 0.05, "run": 0.05}  # of what is divided by


class Traits(struct.PyTreeNode):
    """What kind and formation make of each of R regiments: factors, but where another unit is said."""

    attack: Float[Array, " R"]  # blows dealt
    defence: Float[Array, " R"]  # divides blows taken
    strike: Float[Array, "R 3"]  # of its blows at enemies in front, beside and behind
    harm: Float[Array, "R 3"]  # of its losses by blows from the front, the side and the rear
    brace: Float[Array, " R"]  # share of a charge that it stops in front and returns
    charge: Float[Array, " R"]  # what impetus at top speed adds to its blows
    gather: Float[Array, " R"]  # seconds in which impetus gathers
    walk: Float[Array, " R"]  # share of top speed
    run: Float[Array, " R"]  # share of top speed
    turn: Float[Array, " R"]
    stiff: Float[Array, " R"]  # share of its weight that it sets against a push while it stands
    nerve: Float[Array, " R"]  # divides what weighs on its morale

    @classmethod
    def of_rows(cls, rows: Float[Array, "R 16"] | Float[np.ndarray, "R 16"]) -> Traits:
        """Return the traits in rows with the columns of `engine.plugin.TRAITS`."""
        rows = jnp.asarray(rows, jnp.float32)
        return cls(rows[:, 0], rows[:, 1], rows[:, 2:5], rows[:, 5:8], *(rows[:, column] for column in range(8, 16)))

    def sound(self) -> Traits:
        """Return the same with none below 0, and no divisor near it."""
        kept = {name: jnp.maximum(getattr(self, name), LEAST.get(name, 0.0)) for name in self.__dataclass_fields__}
        return self.replace(**kept | {"brace": jnp.minimum(kept["brace"], 1)})

    def exposed(self, law: LossLaw) -> Float[Array, "R 3"]:
        """Return how much weaker than its front each direction is: 0 as in a square, 1 as in a line, at most 2."""
        beyond = self.harm / jnp.maximum(self.harm[:, :1], 0.05) - 1
        return jnp.clip(beyond / jnp.array([1, law.weak_side, law.weak_rear]), 0, 2)


class Conduct(struct.PyTreeNode):
    """How R regiments are to bear themselves in a tick."""

    traits: Traits
    facing: Float[Array, "R 2"]  # the front that is ordered, unit vectors
    pace: Float[Array, " R"]  # share of top speed that is allowed
    relief: Bool[Array, " R"]  # lets friends through to the front though it fights


def side_numbers(sides: tuple[int, ...]) -> Int[np.ndarray, " R"]:
    """Return the sides of R regiments, numbered from 0 in the order in which they appear."""
    names = tuple(dict.fromkeys(sides))
    return np.array([names.index(side) for side in sides])


def sense_of(side: Int[np.ndarray, " R"]) -> Float[np.ndarray, " R"]:
    """Return 1 or -1 by side: which way to take where both are as good, so that mirrored battles stay mirrored."""
    return (1.0 - 2.0 * (side % 2)).astype(np.float32)


class CombatState(struct.PyTreeNode):
    """What R regiments have suffered, and how they feel about it."""

    conduct: Conduct  # of the last tick
    facing: Float[Array, "R 2"]  # unit vectors; the mean of a regiment's fronts
    fronts: Float[Array, "R h w 2"]  # where the soldiers of each block look, unit vectors
    fallen: Int[Array, "R H W"] | Float[Array, "R H W"]  # since the start: quanta, or mass off the lattice
    fled: Int[Array, "R H W"] | Float[Array, "R H W"]  # likewise
    impetus: Float[Array, " R"]  # share of top speed at which it goes forward
    fatigue: Float[Array, " R"]  # 0 fresh to 1 worn out
    morale: Float[Array, " R"]  # 1 to 0
    condition: Int[Array, " R"]
    calm: Int[Array, " R"]  # ticks for which no enemy that stands has been near
    engaged: Float[Array, " R"]  # how much it is in combat, 0 to 1
    recent: Float[Array, " R"]  # share of the muster that falls a second, over the last seconds
    grief: Float[Array, " R"]  # share of the muster that fell and is not got over
    escape: Float[Array, "S H W"]  # seconds at top speed to the border, for the broken of each side
    escape_age: Int[Array, ""]  # ticks since that was found
    mustered: Float[Array, " R"]  # mass at the start
    share: Float[Array, " R"]  # mass that one soldier stands for
    reach: tuple[float, ...] = struct.field(pytree_node=False)  # metres
    cell_metres: float = struct.field(pytree_node=False)
    laws: Laws = struct.field(pytree_node=False)


def muster(
    mass: Float[Array, "R H W"],
    conduct: Conduct,
    *,
    sides: tuple[int, ...],
    quantum: float | None,
    cell_metres: float = 1.0,
    reach: Sequence[float],
    share: Sequence[float],
    constants: Laws | None = None,
) -> CombatState:
    """Return the state of regiments that have not fought yet, fresh and steady, with the front that they are ordered.

    `reach` is how far each one's blows go, in metres; `share` the mass that one soldier stands for.
    """
    regiments = len(mass)
    none = jnp.zeros(mass.shape, jnp.int32 if quantum is not None else mass.dtype)
    still = jnp.zeros(regiments, mass.dtype)
    constants = constants or laws()
    blocks = blocks_of(mass.shape, cell_metres, constants.facing.block)
    facing = jnp.asarray(conduct.facing, mass.dtype)
    fronts = jnp.broadcast_to(facing[:, None, None, :], (regiments, blocks.rows[0], blocks.columns[0], 2))
    return CombatState(
        conduct=conduct,
        facing=facing,
        fronts=fronts,
        fallen=none,
        fled=none,
        impetus=still,
        fatigue=still,
        morale=jnp.ones(regiments, mass.dtype),
        condition=jnp.full(regiments, STEADY, jnp.int8),
        calm=jnp.zeros(regiments, jnp.int32),
        engaged=still,
        recent=still,
        grief=still,
        escape=jnp.zeros((len(set(sides)), *mass.shape[1:]), jnp.float32),
        escape_age=jnp.int32(0),
        mustered=summed(mass, quantum),
        share=jnp.asarray(share, mass.dtype),
        reach=tuple(float(one) for one in reach),
        cell_metres=float(cell_metres),
        laws=constants,
    )
