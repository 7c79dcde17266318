"""Measures controllers for `python -m nca_controller.evaluate`: trials, the physical bound, tables and pictures."""

from nca_controller.evaluation.battles import rehearse
from nca_controller.evaluation.pictures import check_figures, draw
from nca_controller.evaluation.tables import comparison, table
from nca_controller.evaluation.trials import TRIALS

__all__ = ["TRIALS", "check_figures", "comparison", "draw", "rehearse", "table"]
