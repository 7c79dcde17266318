"""Tasks for training and evaluation: starts, orders, damage, the benchmarks, unseen shapes. NumPy only."""

from engine.formations import read_ground
from nca_controller.tasks.benchmark import GRIDS, Transition, benchmark, draw
from nca_controller.tasks.damage import wound
from nca_controller.tasks.grounds import CHECK_SEED, GroundOrder, ground_orders, orders_on
from nca_controller.tasks.orders import STARTS, Orders
from nca_controller.tasks.shapes import SHAPES, shaped
from nca_controller.tasks.starts import add_heavy_noise_to_formation, gaussian_blob, look_up, neighbours, quarter_pool
from nca_controller.tasks.variations import hasty_orders, orders_of_sizes, unseen_order

__all__ = [
    "CHECK_SEED",
    "GRIDS",
    "SHAPES",
    "STARTS",
    "GroundOrder",
    "Orders",
    "Transition",
    "add_heavy_noise_to_formation",
    "benchmark",
    "draw",
    "gaussian_blob",
    "ground_orders",
    "hasty_orders",
    "look_up",
    "neighbours",
    "orders_of_sizes",
    "orders_on",
    "quarter_pool",
    "read_ground",
    "shaped",
    "unseen_order",
    "wound",
]
