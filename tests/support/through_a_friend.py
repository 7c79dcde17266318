"""One regiment ordered through another that stands without an order: what it costs either."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller import load_controller
from nca_controller.dynamics import init_state, trajectory
from nca_controller.physics import Terrain, total

FORMATIONS = load()


@dataclass(frozen=True)
class Passage:
    """Ticks and shares of a march through a friend; None where that was not reached."""

    free: int | None  # tick at which the mover alone fills 0.95 of its target
    t95: int | None  # the same with the friend in its way
    least: float  # share of its place that the friend filled at worst
    back: int | None  # tick from which on the friend fills 0.98 again
    exact: bool  # whether both totals are the same to the bit, and the cap was kept

    @property
    def kept(self) -> bool:
        """Whether all bars are kept."""
        arrived = self.free is not None and self.t95 is not None and self.t95 <= 1.5 * self.free + 100
        return self.exact and arrived and self.least >= 0.78 and self.back is not None and self.back <= self.t95 + 100


def recorded(state, targets):
    wanted = jnp.maximum(targets.sum(axis=(1, 2)), 1e-6)
    return jnp.minimum(state.mass, targets).sum(axis=(1, 2)) / wanted, total(state.mass).max()


def pass_through(
    mover="phalanx",
    friend="line",
    angles=(90.0, 90.0),
    masses=(300.0, 600.0),
    *,
    controller="default",
    size=(80, 176),
    distance=100.0,
    ticks=600,
    towards=0.0,
):
    """Return the Passage of a mover that goes `distance` cells at `towards` degrees, 0 to the right, over the middle.

    `angles` are those in which mover and friend face, `size` is the field's height and width.
    """
    ground, leader = Ground(np.ones(size, bool)), load_controller(controller)
    middle = np.array([size[1] / 2, size[0] / 2])
    way = distance / 2 * np.array([np.cos(np.radians(towards)), np.sin(np.radians(towards))])
    start, end = (
        form_up(FORMATIONS[mover], masses[0], ground, centre=tuple(middle + sign * way), angle=angles[0]).target
        for sign in (-1, 1)
    )
    place = form_up(FORMATIONS[friend], masses[1], ground, centre=tuple(middle), angle=angles[1]).target
    mass, targets = np.stack([start, place]), np.stack([end, place])
    alone = np.array([1, 0], np.float32)[:, None, None]

    def march(mass, targets):
        state = init_state(mass, Terrain.plain(*size), [leader] * 2, 0)
        state, (shares, fullest) = trajectory(state, targets, ticks=ticks, metrics=recorded)
        kept = np.asarray(state.mass).sum(axis=(1, 2), dtype=np.float64) == mass.sum(axis=(1, 2), dtype=np.float64)
        return np.asarray(shares), bool(kept.all() and np.max(fullest) <= 1)

    free, _ = march(mass * alone, targets * alone)
    shares, exact = march(mass, targets)
    under = np.flatnonzero(shares[:, 1] < 0.98)
    back = int(under[-1]) + 2 if len(under) else 0
    return Passage(
        first(free[:, 0]), first(shares[:, 0]), float(shares[:, 1].min()), back if back <= ticks else None, exact
    )


def first(shares):
    """Return the first tick after which the share is at least 0.95, or None."""
    reached = np.flatnonzero(shares >= 0.95)
    return int(reached[0]) + 1 if len(reached) else None
