"""Soldiers with identity that follow the mass: they march, keep their distance, and stand in rank and file."""

from engine.soldiers.flow import Flow, carrying, cropped, pushing, without_traces
from engine.soldiers.ranks import SlotState
from engine.soldiers.soldiers import MANY, RULES, Soldiers, interpolated, march, spawn, step

__all__ = [
    "MANY",
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
