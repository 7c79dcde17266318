"""Measures controllers for `python -m nca_controller.evaluate`: trials, the physical bound, tables and pictures."""

from nca_controller.evaluation.battles import rehearse
from nca_controller.evaluation.pictures import check_figures, draw, draw_grounds
from nca_controller.evaluation.tables import comparison, ground_comparison, table
from nca_controller.evaluation.trials import TRIALS, on_ground
from nca_controller.tasks import ground_orders, orders_on, read_ground

__all__ = [
    "TRIALS",
    "check_figures",
    "comparison",
    "draw",
    "draw_grounds",
    "ground_comparison",
    "ground_orders",
    "on_ground",
    "orders_on",
    "read_ground",
    "rehearse",
    "table",
]
