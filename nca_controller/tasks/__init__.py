"""Tasks for training and evaluation: starts, orders, damage, the benchmark, unseen shapes. NumPy only."""

from engine.formations import read_ground
from nca_controller.tasks.benchmark import GRIDS, Transition, benchmark, draw
from nca_controller.tasks.damage import wound
from nca_controller.tasks.orders import STARTS, Orders
from nca_controller.tasks.shapes import SHAPES, shaped
from nca_controller.tasks.starts import add_heavy_noise_to_formation, gaussian_blob, look_up, neighbours, quarter_pool

__all__ = [
    "GRIDS",
    "SHAPES",
    "STARTS",
    "Orders",
    "Transition",
    "add_heavy_noise_to_formation",
    "benchmark",
    "draw",
    "gaussian_blob",
    "look_up",
    "neighbours",
    "quarter_pool",
    "read_ground",
    "shaped",
    "wound",
]
