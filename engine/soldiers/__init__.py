"""Soldiers with identity that follow the mass: they march, keep their distance, stand in rank and file, and fall."""

from engine.soldiers.casualties import FADES_AFTER, NONE_FALLEN, Fallen, still_lying, strength, struck
from engine.soldiers.flow import Flow, carrying, cropped, pushing, without_traces
from engine.soldiers.ranks import SlotState
from engine.soldiers.soldiers import GPU_MARCH_ABOVE, RULES, Soldiers, interpolated, march, spawn, step

__all__ = [
    "FADES_AFTER",
    "GPU_MARCH_ABOVE",
    "NONE_FALLEN",
    "RULES",
    "Fallen",
    "Flow",
    "SlotState",
    "Soldiers",
    "carrying",
    "cropped",
    "interpolated",
    "march",
    "pushing",
    "spawn",
    "step",
    "still_lying",
    "strength",
    "struck",
    "without_traces",
]
