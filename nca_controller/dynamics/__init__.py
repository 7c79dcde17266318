"""Battles as pure functions on a state: how one begins, its tick, and rollouts of many ticks."""

from nca_controller.dynamics.rollouts import rollout, trajectory
from nca_controller.dynamics.state import State, checked_targets, init_state
from nca_controller.dynamics.ticks import advance, planned, steer, tick, transport

__all__ = [
    "State",
    "advance",
    "checked_targets",
    "init_state",
    "planned",
    "rollout",
    "steer",
    "tick",
    "trajectory",
    "transport",
]
