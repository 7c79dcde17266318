"""The physical bound on how soon any controller can fill an order: partial bottleneck transport."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_flow
from scipy.spatial import cKDTree

from engine.io import write_whole

UNIT = 1e-3  # mass of one unit of flow: fractional cells in whole numbers
PRECISION = 0.05  # cells
BOUNDS = Path(__file__).with_name("bounds.json")


@cache
def known_bounds() -> dict[str, float]:
    """Return the bounds that are kept beside this file; `python -m nca_controller.evaluation` makes them anew."""
    return dict(json.loads(BOUNDS.read_text(encoding="utf-8"))) if BOUNDS.exists() else {}


def bound_of(mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"], max_speed: float, share: float) -> float:
    """Return the least ticks that `share` of the target takes; known distances are looked up by digest."""
    key = digest(mass, target, share)
    distance = known_bounds().get(key)
    return (bottleneck_distance(mass, target, share) if distance is None else distance) / max_speed


def digest(mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"], share: float) -> str:
    """Return a name for a transition and a share."""
    return hashlib.sha256(mass.tobytes() + target.tobytes() + repr(share).encode()).hexdigest()[:16]


def bottleneck_distance(mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"], share: float) -> float:
    """Return the least d, in cells, such that `share` of the target can be filled from within d, to PRECISION.

    Between cell centres. At each d a maximum flow from mass to target decides (scipy's, on whole units of mass); d
    is found by bisection, and the end that is out of reach is returned, so that the bound is never too high. On a grid
    the transport itself carries some mass ahead of the rest, so orders may stand sooner, by a cell or two.
    """
    sources, sinks = np.argwhere(mass > UNIT), np.argwhere(target > UNIT)
    supply = np.ceil(mass[mass > UNIT] / UNIT).astype(np.int32)
    demand = np.ceil(target[target > UNIT] / UNIT).astype(np.int32)
    needed = share * float(target.sum(dtype=np.float64)) / UNIT
    near, far = -PRECISION, float(np.hypot(*mass.shape))
    guess = 8.0
    while far - near > PRECISION:
        if flow_within(guess, sources, sinks, supply, demand) >= needed:
            far = guess
        else:
            near = guess
        # Short distances have few pairs: grow towards the answer before halving.
        guess = min(2 * guess, (near + far) / 2) if far > 2 * guess else (near + far) / 2
    return max(near, 0.0)


def flow_within(
    distance: float,
    sources: Float[np.ndarray, "n 2"],
    sinks: Float[np.ndarray, "k 2"],
    supply: Float[np.ndarray, " n"],
    demand: Float[np.ndarray, " k"],
) -> int:
    """Return how many units can go from sources to sinks that lie at most `distance` apart."""
    pairs = cKDTree(sources).sparse_distance_matrix(cKDTree(sinks), distance + 1e-9, output_type="ndarray")
    count, start = len(sources) + len(sinks) + 2, len(sources) + len(sinks)
    begin = np.concatenate([np.full(len(sources), start), pairs["i"], len(sources) + np.arange(len(sinks))])
    end = np.concatenate([np.arange(len(sources)), len(sources) + pairs["j"], np.full(len(sinks), start + 1)])
    most = np.concatenate([supply, np.minimum(supply[pairs["i"]], demand[pairs["j"]]), demand])
    graph: csr_array = coo_array((most.astype(np.int32), (begin, end)), shape=(count, count)).tocsr()
    return int(maximum_flow(graph, start, start + 1).flow_value)


def write_bounds() -> None:
    """Write the bounds of the benchmark."""
    from tqdm import tqdm

    from nca_controller.tasks import benchmark

    bounds = {
        digest(transition.mass, transition.wanted, 0.95): bottleneck_distance(transition.mass, transition.wanted, 0.95)
        for transition in tqdm(benchmark(), unit="transition")
    }
    write_whole(BOUNDS, json.dumps(bounds, indent=0) + "\n")


if __name__ == "__main__":
    write_bounds()
