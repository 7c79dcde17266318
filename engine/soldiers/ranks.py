"""Rank and file: which place each man of a standing regiment takes, and when.

SlotState are assign out as a regiment comes to stand. They are laid over the mass as it really stands, so that the men's
density is still that of the field, and follow it where it settles; they are given up when it marches off.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int

from engine.fields import corners, flux_for
from engine.formations import Placement
from engine.soldiers.assignment import assign
from engine.soldiers.flow import Flow, cropped, without_traces

COMES_TO_STAND, MARCHES_OFF = 0.03, 0.12  # cells per tick, averaged over the mass
SETTLED = 0.004  # share of the mass that may have moved before places follow it
GIVEN_UP = 0.04  # share of the mass that has moved when places mean nothing any more
LIKE = 0.006  # total variation interpolated places and mass, as `push` smooths both, at which laying ends
UNLIKE = 0.012  # total variation beyond which the mass is no formation yet
SWEEPS = 24  # pushes, at most, in which places are laid over the mass
SMOOTHING = 1.5  # cells: finer differences would only bend the ranks
PATIENCE = 10  # ticks interpolated two looks at whether places fit, and until places that are being laid are taken

# Laying and dealing take longer than a tick has. They are made beside the game, and taken after a fixed number of
# ticks however long they took, so that a battle is always the same.
_clerk = ThreadPoolExecutor(1, "places")


@dataclass(frozen=True)
class SlotState:
    """The place of each man, and what they were laid over."""

    position: Float[np.ndarray, "N 2"] | None = None  # x, y in cells; None: nobody has one
    slot: Int[np.ndarray, " N"] | None = field(default=None, repr=False)  # the number of each man's place
    stand: Placement | None = field(default=None, repr=False)
    mass: Float[np.ndarray, "H W"] | None = field(default=None, repr=False)
    wait: int = 0  # ticks until the next look
    coming: Future[SlotState] | None = field(default=None, repr=False)  # what is taken then

    def reached_by(self, position: Float[np.ndarray, "N 2"], flow: Flow) -> bool:
        """Whether everybody stands in his place and no mass moves him away."""
        return (
            self.position is not None
            and flow.speed < COMES_TO_STAND
            and float(np.abs(self.position - position).max()) < 1e-4
        )


NO_SLOTS = SlotState()


def updated_slots(
    places: SlotState, position: Float[np.ndarray, "N 2"], share: float, flow: Flow, stand: Placement | None
) -> SlotState:
    """Return the places for the next tick: being assign out, kept, moved along with the mass, or given up."""
    if stand is not places.stand:
        places = SlotState(stand=stand)
    if stand is None:
        return places
    speed = flow.speed
    if speed > MARCHES_OFF:
        return SlotState(stand=stand)
    if places.wait > 1:
        return replace(places, wait=places.wait - 1)
    if places.coming is not None:
        return places.coming.result()
    if places.mass is not None:
        moved = _variation(flow.mass, places.mass)
        if moved < SETTLED:
            return places
        if moved > GIVEN_UP:
            return SlotState(stand=stand)
    elif speed > COMES_TO_STAND:
        return places
    return replace(places, wait=PATIENCE, coming=_clerk.submit(_made, places, position, share, flow, stand))


def _made(
    places: SlotState, position: Float[np.ndarray, "N 2"], share: float, flow: Flow, stand: Placement
) -> SlotState:
    """Return places over the mass as it stands: those that were assign before, or new ones."""
    laid = fit_to_mass(np.asarray(stand.slots(len(position)), np.float32), share, flow)
    if laid is None:
        return replace(places, wait=PATIENCE, coming=None)
    slot = places.slot if places.slot is not None else assign(position, laid, np.radians(stand.angle))
    return SlotState(laid[slot], slot, stand, flow.mass)


def fit_to_mass(slots: Float[np.ndarray, "N 2"], share: float, flow: Flow) -> Float[np.ndarray, "N 2"] | None:
    """Return the places density_correction to where the mass is, no further than its density asks; None if it is elsewhere."""
    corner, part = cropped(flow, slots)
    body = without_traces(part.mass)
    total = float(body.sum())
    position = slots - corner
    limit = np.array(part.mass.shape[::-1], np.float32) - np.float32(0.05)
    for sweep in range(SWEEPS + 1):
        around = corners(position, body.shape)
        flux_x, flux_y = flux_for(np.float32(share) * around.count() - body, SMOOTHING)
        unlike = 0.5 * float(np.abs(np.diff(flux_x, axis=1) + np.diff(flux_y, axis=0)).sum()) / total
        if unlike < LIKE:
            break
        if sweep == SWEEPS:
            return position + corner if unlike < UNLIKE else None
        middle_x, middle_y = 0.5 * (flux_x[:, :-1] + flux_x[:, 1:]), 0.5 * (flux_y[:-1] + flux_y[1:])
        found = around.read(np.stack([middle_x, middle_y, body], axis=-1))
        position = np.clip(position + found[:, :2] / np.maximum(found[:, 2:], 0.25), np.float32(0.05), limit)
    return position + corner


def _variation(one: Float[np.ndarray, "H W"], other: Float[np.ndarray, "H W"]) -> float:
    return 0.5 * float(np.abs(one - other).sum() / one.sum())
