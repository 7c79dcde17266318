"""What a regiment is told: the ways from where its mass is to where it is ordered.

Every guide returns velocities (H, W, 2), x right and y down, in cells per unit time and at most 1 long.
"""

from nca_controller.guidance.gradient import create_goal_signal
from nca_controller.guidance.plan import Plan, follow, plan_transport
from nca_controller.guidance.poisson import poisson_flow
from nca_controller.guidance.relaxation import relax

__all__ = ["Plan", "create_goal_signal", "follow", "plan_transport", "poisson_flow", "relax"]
