"""Rank and file: which slot each soldier of a regiment at rest takes, and when.

Slots are assigned as a regiment comes to rest. They are fitted to the mass as it really lies, so that the soldiers'
density is still that of the field, and follow it where it settles; they are dropped when it marches off.
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

RESTS_BELOW, MARCHES_ABOVE = 0.03, 0.12  # cells per tick, averaged over the mass: take up slots, drop them
FOLLOWS_ABOVE = 0.004  # share of the mass that has moved: from here on slots are fitted to it again
DROPS_ABOVE = 0.04  # share of the mass that has moved: beyond it slots mean nothing any more
FITS_BELOW = 0.006  # total variation between slots and mass, both smoothed: below it fitting ends
FITS_AT_MOST = 0.012  # total variation after all sweeps: beyond it the mass is no formation yet
SWEEPS = 24  # corrections, at most, that fit slots to the mass
SMOOTHING = 1.5  # cells: finer differences would only bend the ranks
INTERVAL = 10  # ticks between two checks whether slots fit, and until slots that are being fitted are taken

# Fitting and assigning take longer than a tick. A thread does them, and the result is taken after a fixed number of
# ticks however long they took, so that a battle is always the same.
_worker = ThreadPoolExecutor(1, "slots")


@dataclass(frozen=True)
class SlotState:
    """The slot of each of N soldiers, and the mass that slots were fitted to."""

    position: Float[np.ndarray, "N 2"] | None = None  # of each soldier's slot, x, y in cells; None: no slots
    slot: Int[np.ndarray, " N"] | None = field(default=None, repr=False)  # the index of each soldier's slot
    placement: Placement | None = field(default=None, repr=False)
    mass: Float[np.ndarray, "H W"] | None = field(default=None, repr=False)
    wait: int = 0  # ticks until the next check
    pending: Future[SlotState] | None = field(default=None, repr=False)  # the state that is taken then

    def reached_by(self, position: Float[np.ndarray, "N 2"], flow: Flow) -> bool:
        """Whether every soldier is in its slot and the mass is at rest."""
        return (
            self.position is not None
            and flow.speed < RESTS_BELOW
            and float(np.abs(self.position - position).max()) < 1e-4
        )


NO_SLOTS = SlotState()


def updated_slots(
    state: SlotState,
    position: Float[np.ndarray, "N 2"],
    mass_per_soldier: float,
    flow: Flow,
    placement: Placement | None,
) -> SlotState:
    """Return the slots for the next tick: being assigned, kept, fitted again to the mass, or dropped."""
    if placement is not state.placement:
        state = SlotState(placement=placement)
    if placement is None:
        return state
    speed = flow.speed
    if speed > MARCHES_ABOVE:
        return SlotState(placement=placement)
    if state.wait > 1:
        return replace(state, wait=state.wait - 1)
    if state.pending is not None:
        return state.pending.result()
    if state.mass is not None:
        moved = _variation(flow.mass, state.mass)
        if moved < FOLLOWS_ABOVE:
            return state
        if moved > DROPS_ABOVE:
            return SlotState(placement=placement)
    elif speed > RESTS_BELOW:
        return state
    return replace(
        state, wait=INTERVAL, pending=_worker.submit(_refitted, state, position, mass_per_soldier, flow, placement)
    )


def _refitted(
    state: SlotState, position: Float[np.ndarray, "N 2"], mass_per_soldier: float, flow: Flow, placement: Placement
) -> SlotState:
    """Return slots fitted to the mass, assigned as before or, where there were none, anew."""
    fitted = fit_to_mass(np.asarray(placement.slots(len(position)), np.float32), mass_per_soldier, flow)
    if fitted is None:
        return replace(state, wait=INTERVAL, pending=None)
    slot = state.slot if state.slot is not None else assign(position, fitted, np.radians(placement.angle))
    return SlotState(fitted[slot], slot, placement, flow.mass)


def fit_to_mass(
    slots: Float[np.ndarray, "N 2"], mass_per_soldier: float, flow: Flow
) -> Float[np.ndarray, "N 2"] | None:
    """Return the slots (x, y) moved until they are as dense as the mass; None where it is no such formation."""
    corner, part = cropped(flow, slots)
    body = without_traces(part.mass)
    total = float(body.sum())
    position = slots - corner
    limit = np.array(part.mass.shape[::-1], np.float32) - np.float32(0.05)
    for sweep in range(SWEEPS + 1):
        around = corners(position, body.shape)
        flux_x, flux_y = flux_for(np.float32(mass_per_soldier) * around.count() - body, SMOOTHING)
        misfit = 0.5 * float(np.abs(np.diff(flux_x, axis=1) + np.diff(flux_y, axis=0)).sum()) / total
        if misfit < FITS_BELOW:
            break
        if sweep == SWEEPS:
            return position + corner if misfit < FITS_AT_MOST else None
        middle_x, middle_y = 0.5 * (flux_x[:, :-1] + flux_x[:, 1:]), 0.5 * (flux_y[:-1] + flux_y[1:])
        sampled = around.read(np.stack([middle_x, middle_y, body], axis=-1))
        position = np.clip(position + sampled[:, :2] / np.maximum(sampled[:, 2:], 0.25), np.float32(0.05), limit)
    return position + corner


def _variation(one: Float[np.ndarray, "H W"], other: Float[np.ndarray, "H W"]) -> float:
    return 0.5 * float(np.abs(one - other).sum() / one.sum())
