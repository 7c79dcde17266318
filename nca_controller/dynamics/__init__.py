"""Battles as pure functions on a state: how one begins, its tick, and rollouts of many ticks."""

from nca_controller.dynamics.combat import commanded, fought, let_through, still_asleep
from nca_controller.dynamics.mustering import conduct
from nca_controller.dynamics.part import Part, parts_with, worth_a_part
from nca_controller.dynamics.programs import Programs, shapes_of
from nca_controller.dynamics.rest import RestRule, judged
from nca_controller.dynamics.rollouts import rollout, trajectory
from nca_controller.dynamics.rules import Rules
from nca_controller.dynamics.standing import gives_way
from nca_controller.dynamics.state import State, checked_targets, init_state
from nca_controller.dynamics.ticks import advance, crowds, planned, steer, tick, transport, transport_some, under

__all__ = [
    "Part",
    "Programs",
    "RestRule",
    "Rules",
    "State",
    "advance",
    "checked_targets",
    "commanded",
    "conduct",
    "crowds",
    "fought",
    "gives_way",
    "init_state",
    "judged",
    "let_through",
    "parts_with",
    "planned",
    "rollout",
    "shapes_of",
    "steer",
    "still_asleep",
    "tick",
    "trajectory",
    "transport",
    "transport_some",
    "under",
    "worth_a_part",
]
