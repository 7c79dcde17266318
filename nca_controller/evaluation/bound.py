"""The physical bound on how soon any controller can fill an order: partial bottleneck transport, and cuts at gates.

On open ground it is the bottleneck distance. On any other it is the greater of the bottleneck over any-angle ways and
of the nested-cut bound of `cuts`, both as lengths: over the top speed they are times.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_flow
from scipy.spatial import cKDTree

from engine.io import write_whole
from engine.plugin import Ground
from nca_controller.evaluation.any_angle import AnyAngle, cell_centres
from nca_controller.evaluation.cuts import cut_bound

UNIT = 1e-3  # mass of one unit of flow: fractional cells in whole numbers
PRECISION = 0.05  # cells
SHARE = 0.95  # of a target, for the bounds that are kept
MOST_CORNERS = 3000  # of closed cells, for any-angle distances
BOUNDS = Path(__file__).with_name("bounds.json")


@cache
def known_bounds() -> dict[str, float]:
    """Return the bounds that are kept beside this file; `python -m nca_controller.evaluation` makes them anew."""
    return dict(json.loads(BOUNDS.read_text(encoding="utf-8"))) if BOUNDS.exists() else {}


def bound_of(
    mass: Float[np.ndarray, "H W"],
    target: Float[np.ndarray, "H W"],
    max_speed: float,
    share: float,
    ground: Ground | None = None,
) -> float:
    """Return the least ticks that `share` of the target takes; known distances are looked up by digest.

    It is inf where too little of the mass has a way to the target. Without a ground all is open.
    """
    known = known_bounds().get(digest(mass, target, share, ground))
    return (least_distance(mass, target, share, ground) if known is None else known) / max_speed


def digest(
    mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"], share: float, ground: Ground | None = None
) -> str:
    """Return a name for a transition, a share and a ground."""
    content = mass.tobytes() + target.tobytes() + repr(share).encode()
    if ground is not None and not is_open(ground):
        capacity = np.broadcast_to(np.asarray(ground.capacity, np.float32), ground.grid)
        content += np.packbits(ground.open_cells).tobytes() + capacity.tobytes() + ground.boundary.encode()
    return hashlib.sha256(content).hexdigest()[:16]


def is_open(ground: Ground) -> bool:
    """Return whether a ground keeps nobody: no closed cell, nowhere a capacity below 1, and walls for its border."""
    return bool(ground.open_cells.all() and (np.asarray(ground.capacity) >= 1).all() and ground.boundary == "wall")


def least_distance(
    mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"], share: float, ground: Ground | None = None
) -> float:
    """Return the bound as a length in cells. Distances are straight where a ground has more than MOST_CORNERS."""
    if ground is None or is_open(ground):
        return bottleneck_distance(mass, target, share)
    ways = AnyAngle(ground.open_cells, ground.boundary == "torus")
    if len(ways.corners[0]) > MOST_CORNERS:
        ways = AnyAngle(np.ones_like(ground.open_cells), ground.boundary == "torus")
    between = ways.between(cell_centres(mass > UNIT), cell_centres(target > UNIT))
    return max(bottleneck_distance(mass, target, share, between), cut_bound(mass, target, share, ground, ways))


def bottleneck_distance(
    mass: Float[np.ndarray, "H W"],
    target: Float[np.ndarray, "H W"],
    share: float,
    between: Float[np.ndarray, "n k"] | None = None,
) -> float:
    """Return the least d, in cells, such that `share` of the target can be filled from within d, to PRECISION.

    Between cell centres. At each d a maximum flow from mass to target decides (scipy's, on whole units of mass); d
    is found by bisection, and the end that is out of reach is returned, so that the bound is never too high. On a grid
    the transport itself carries some mass ahead of the rest, so orders may stand sooner, by a cell or two.

    `between` are the distances between cells that hold more than UNIT, in C order; by default they are straight. Where
    there is no way for as much it is inf.
    """
    sources, sinks = np.argwhere(mass > UNIT), np.argwhere(target > UNIT)
    supply = np.ceil(mass[mass > UNIT] / UNIT).astype(np.int32)
    demand = np.ceil(target[target > UNIT] / UNIT).astype(np.int32)
    needed = share * float(target.sum(dtype=np.float64)) / UNIT
    near, far = -PRECISION, float(np.hypot(*mass.shape))

    def enough(distance: float) -> bool:
        pairs = straight_pairs(distance, sources, sinks) if between is None else np.nonzero(between <= distance + 1e-9)
        return flow(pairs, supply, demand) >= needed

    if between is not None:
        far = float(between[np.isfinite(between)].max(initial=0.0)) + PRECISION
        if not enough(far):
            return np.inf
    guess = 8.0
    while far - near > PRECISION:
        if enough(guess):
            far = guess
        else:
            near = guess
        # Short distances have few pairs: grow towards the answer before halving.
        guess = min(2 * guess, (near + far) / 2) if far > 2 * guess else (near + far) / 2
    return max(near, 0.0)


def straight_pairs(
    distance: float, sources: Float[np.ndarray, "n 2"], sinks: Float[np.ndarray, "k 2"]
) -> tuple[Int[np.ndarray, " p"], Int[np.ndarray, " p"]]:
    """Return the pairs of sources and sinks that lie at most `distance` apart, as indices of both."""
    pairs = cKDTree(sources).sparse_distance_matrix(cKDTree(sinks), distance + 1e-9, output_type="ndarray")
    return pairs["i"], pairs["j"]


def flow(
    pairs: tuple[Int[np.ndarray, " p"], Int[np.ndarray, " p"]],
    supply: Int[np.ndarray, " n"],
    demand: Int[np.ndarray, " k"],
) -> int:
    """Return how many units can go from sources to sinks between pairs of them."""
    one, other = pairs
    sources, sinks = len(supply), len(demand)
    count, start = sources + sinks + 2, sources + sinks
    begin = np.concatenate([np.full(sources, start), one, sources + np.arange(sinks)])
    end = np.concatenate([np.arange(sources), sources + other, np.full(sinks, start + 1)])
    most = np.concatenate([supply, np.minimum(supply[one], demand[other]), demand])
    graph: csr_array = coo_array((most.astype(np.int32), (begin, end)), shape=(count, count)).tocsr()
    return int(maximum_flow(graph, start, start + 1).flow_value)


def write_bounds() -> None:
    """Write the bounds of the benchmarks, on open ground and on the 24 grounds; those that are known stay."""
    from tqdm import tqdm

    from nca_controller.tasks import benchmark, ground_orders

    orders: list[tuple[Any, Any, Ground | None]] = [(one.mass, one.wanted, None) for one in benchmark()]
    orders += [(one.mass, one.wanted, one.ground) for one in ground_orders()]
    bounds = {}
    for mass, wanted, ground in tqdm(orders, unit="order"):
        name = digest(mass, wanted, SHARE, ground)
        known = known_bounds().get(name)
        bounds[name] = least_distance(mass, wanted, SHARE, ground) if known is None else known
    write_whole(BOUNDS, json.dumps(bounds, indent=0) + "\n")


if __name__ == "__main__":
    write_bounds()
