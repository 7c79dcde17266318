"""Soldiers with identity that follow the mass: they march, keep their distance, and stand in rank and file."""

from engine.soldiers.flow import Flow, carrying, cropped, pushing, without_traces
from engine.soldiers.ranks import SlotState
from engine.soldiers.soldiers import GPU_MARCH_ABOVE, RULES, Soldiers, interpolated, march, spawn, step

__all__ = [
    "GPU_MARCH_ABOVE",
    "RULES",
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
    "without_traces",
]
