"""Regiments ordered through others of their side: what it costs either."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller import load_controller
from nca_controller.dynamics import init_state, trajectory
from nca_controller.physics import Terrain, total

FORMATIONS = load()
SIZE = (72, 120)  # of the small fields, height and width in cells


@dataclass(frozen=True)
class Friend:
    """A regiment that stands at `start`, (x, y) in cells, and is ordered to `end` if anywhere."""

    formation: str
    mass: float
    angle: float
    start: tuple[float, float]
    end: tuple[float, float] | None = None


@dataclass(frozen=True)
class Passage:
    """Ticks and shares of marches through friends, for each who is ordered; None where that was not reached."""

    free: tuple[int | None, ...]  # tick at which it alone fills 0.95 of its target
    t95: tuple[int | None, ...]  # the same with the others in its way
    least: float  # share of its place that a standing friend filled at worst
    back: int | None  # tick from which on all of them fill 0.98 again
    exact: bool  # whether totals are the same to the bit, the cap was kept and closed cells are empty

    @property
    def kept(self) -> bool:
        """Whether all bars are kept."""
        if not self.exact or None in self.free + self.t95 or self.back is None:
            return False
        arrived = all(late <= 1.5 * free + 100 for late, free in zip(self.t95, self.free, strict=True))
        return arrived and self.least >= 0.78 and self.back <= max(self.t95) + 100


def recorded(state, targets):
    wanted = jnp.maximum(targets.sum(axis=(1, 2)), 1e-6)
    room = jnp.where(state.terrain.open_cells, state.terrain.capacity, 0)
    return jnp.minimum(state.mass, targets).sum(axis=(1, 2)) / wanted, (total(state.mass) - room).max()


def march(friends, *, cells, controller, ticks):
    """Return the Passage of those among friends who have an order, on ground with these open cells."""
    ground, leader = Ground(cells), load_controller(controller)

    def place(friend, centre):
        return form_up(FORMATIONS[friend.formation], friend.mass, ground, centre=centre, angle=friend.angle).target

    mass = np.stack([place(friend, friend.start) for friend in friends])
    targets = np.stack([place(friend, friend.end or friend.start) for friend in friends])
    terrain = Terrain(cells)

    def shares_of(present):
        there, wanted = (field * np.float32(present)[:, None, None] for field in (mass, targets))
        state = init_state(there, terrain, [leader] * len(friends), 0)
        state, (shares, excess) = trajectory(state, wanted, ticks=ticks, metrics=recorded)
        kept = np.asarray(state.mass).sum(axis=(1, 2), dtype=np.float64) == there.sum(axis=(1, 2), dtype=np.float64)
        return np.asarray(shares), bool(kept.all() and np.max(excess) <= 0)

    ordered = [which for which, friend in enumerate(friends) if friend.end]
    free = [first(shares_of(np.arange(len(friends)) == which)[0][:, which]) for which in ordered]
    shares, exact = shares_of(np.ones(len(friends)))
    standing = np.delete(shares, ordered, axis=1).min(axis=1, initial=1)
    under = np.flatnonzero(standing < 0.98)
    back = int(under[-1]) + 2 if len(under) else 0
    late = [first(shares[:, which]) for which in ordered]
    return Passage(tuple(free), tuple(late), float(standing.min()), back if back <= ticks else None, exact)


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
    x, y = size[1] / 2, size[0] / 2
    right, down = distance / 2 * np.cos(np.radians(towards)), distance / 2 * np.sin(np.radians(towards))
    goes = Friend(mover, masses[0], angles[0], (x - right, y - down), (x + right, y + down))
    stands = Friend(friend, masses[1], angles[1], (x, y))
    return march((goes, stands), cells=np.ones(size, bool), controller=controller, ticks=ticks)


def first(shares):
    """Return the first tick after which the share is at least 0.95, or None."""
    reached = np.flatnonzero(shares >= 0.95)
    return int(reached[0]) + 1 if len(reached) else None


def lane():
    """Return ground with a lane 18 cells wide between two rooms."""
    cells = np.ones(SIZE, bool)
    cells[:27, 45:75] = cells[45:, 45:75] = False
    return cells


def dead_end():
    """Return ground with one room and a lane 18 cells wide that ends."""
    cells = np.zeros(SIZE, bool)
    cells[20:52, 4:60] = cells[27:45, 60:116] = True
    return cells


def gate():
    """Return ground with a wall across, 2 cells thick, and a gate of 8 cells in it."""
    cells = np.ones(SIZE, bool)
    cells[:, 59:61] = False
    cells[32:40, 59:61] = True
    return cells


def there_and_back(one, other, masses, y=36.0):
    """Return two regiments that swap places, 64 cells apart."""
    left, right = (28.0, y), (92.0, y)
    return Friend(one, masses[0], 90.0, left, right), Friend(other, masses[1], -90.0, right, left)


LINE = Friend("line", 300.0, 90.0, (60.0, 36.0))
LANES = (Friend("line", 250.0, 90.0, (60.0, 36.0)), Friend("line", 250.0, 90.0, (80.0, 36.0)))
IN_THE_CORNER = Friend("square", 300.0, 135.0, (96.0, 54.0))
AT_THE_BORDER = Friend("square", 300.0, 90.0, (60.0, 9.0))
IN_A_ROW = (Friend("line", 200.0, 90.0, (51.0, 36.0)), Friend("line", 200.0, 90.0, (69.0, 36.0)))

# By name: the ground and the regiments of one side on it, all held to the bars.
BATTLES = {
    "two friends in a row": (None, (Friend("phalanx", 150.0, 90.0, (15.0, 36.0), (105.0, 36.0)), *IN_A_ROW)),
    "head on, phalanxes": (None, there_and_back("phalanx", "phalanx", (200.0, 200.0))),
    "head on, column and phalanx": (None, there_and_back("column", "phalanx", (150.0, 300.0))),
    "head on through a friend": (None, (*there_and_back("phalanx", "phalanx", (150.0, 150.0)), LINE)),
    "swap through a gate of 8": (gate, there_and_back("phalanx", "phalanx", (200.0, 200.0))),
    "lengthwise through a column": (None, (
        Friend("circle", 150.0, 90.0, (28.0, 36.0), (92.0, 36.0)), Friend("column", 300.0, 90.0, (60.0, 36.0)))),
    "along the border": (None, (Friend("column", 150.0, 90.0, (28.0, 5.0), (92.0, 5.0)), AT_THE_BORDER)),
    "into a corner": (None, (Friend("phalanx", 80.0, 90.0, (56.0, 36.0), (112.0, 64.0)), IN_THE_CORNER)),
    "out of a corner": (None, (Friend("phalanx", 80.0, 90.0, (112.0, 64.0), (60.0, 40.0)), IN_THE_CORNER)),
    "a friend who fills a lane": (lane, (Friend("phalanx", 150.0, 90.0, (25.0, 36.0), (95.0, 36.0)), LANES[0])),
    "into a dead end": (dead_end, (Friend("phalanx", 120.0, 90.0, (25.0, 36.0), (108.0, 36.0)), LANES[1])),
    "out of a dead end": (dead_end, (Friend("phalanx", 120.0, 90.0, (108.0, 36.0), (25.0, 36.0)), LANES[1])),
}  # fmt: skip


def fought(name, controller=None, ticks=400):
    """Return the Passage of one of BATTLES, by default under the commander alone."""
    ground, friends = BATTLES[name]
    cells = ground() if ground else np.ones(SIZE, bool)
    return march(friends, cells=cells, controller=controller or ("ground" if ground else "plan"), ticks=ticks)
