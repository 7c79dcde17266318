"""What can be commanded, as plain data, and its geometry: fronts, lines drawn by hand, painted areas."""

from engine.orders import deployment
from engine.orders.commands import (
    Command,
    GiveOrders,
    Halt,
    Scatter,
    Schedule,
    SetController,
    regiments_of,
    without_regiments,
)
from engine.orders.deployment import Chosen, Disc, Given
from engine.orders.order import Order, Place, moved, turned, with_formation

__all__ = [
    "Chosen",
    "Command",
    "Disc",
    "GiveOrders",
    "Given",
    "Halt",
    "Order",
    "Place",
    "Scatter",
    "Schedule",
    "SetController",
    "deployment",
    "moved",
    "regiments_of",
    "turned",
    "with_formation",
    "without_regiments",
]
