"""Tasks for training and evaluation: starts, orders, damage, the benchmarks, unseen shapes. NumPy only."""

from engine.formations import read_ground
from nca_controller.tasks.benchmark import GRIDS, Transition, benchmark, draw
from nca_controller.tasks.damage import wound
from nca_controller.tasks.encounters import Body, Encounter, attack_on, drawn_up, duel, mirrored, reflection
from nca_controller.tasks.grounds import CHECK_SEED, GroundOrder, ground_orders, orders_on
from nca_controller.tasks.orders import Orders
from nca_controller.tasks.own_grounds import OWN_GROUNDS, STARTS, OwnGrounds
from nca_controller.tasks.random_encounters import mirrored_encounter, random_encounter
from nca_controller.tasks.shapes import SHAPES, shaped
from nca_controller.tasks.starts import add_heavy_noise_to_formation, gaussian_blob, look_up, neighbours, quarter_pool
from nca_controller.tasks.variations import hasty_orders, orders_of_sizes, unseen_order

__all__ = [
    "CHECK_SEED",
    "GRIDS",
    "OWN_GROUNDS",
    "SHAPES",
    "STARTS",
    "Body",
    "Encounter",
    "GroundOrder",
    "Orders",
    "OwnGrounds",
    "Transition",
    "add_heavy_noise_to_formation",
    "attack_on",
    "benchmark",
    "draw",
    "drawn_up",
    "duel",
    "gaussian_blob",
    "ground_orders",
    "hasty_orders",
    "look_up",
    "mirrored",
    "mirrored_encounter",
    "neighbours",
    "orders_of_sizes",
    "orders_on",
    "quarter_pool",
    "random_encounter",
    "read_ground",
    "reflection",
    "shaped",
    "unseen_order",
    "wound",
]
