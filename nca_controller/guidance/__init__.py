"""Guidance: commanders, which order a velocity for every cell, and the fields that they take it from.

Every guide returns velocities (H, W, 2), x right and y down, in cells per unit time and at most 1 long.
"""

from nca_controller.guidance.alone import DT, MAX_SPEED, STEPS, Commander, planner_of
from nca_controller.guidance.commanders import COMMANDERS, Poisson
from nca_controller.guidance.following import Plan
from nca_controller.guidance.gradient import create_goal_signal
from nca_controller.guidance.ground.commander import GroundFlow
from nca_controller.guidance.plan import follow, plan_transport
from nca_controller.guidance.poisson import poisson_flow
from nca_controller.guidance.relaxation import relax
from nca_controller.guidance.speed import clipped, speed, unit

__all__ = [
    "COMMANDERS",
    "DT",
    "MAX_SPEED",
    "STEPS",
    "Commander",
    "GroundFlow",
    "Plan",
    "Poisson",
    "clipped",
    "create_goal_signal",
    "follow",
    "plan_transport",
    "planner_of",
    "poisson_flow",
    "relax",
    "speed",
    "unit",
]
