"""What can be commanded, as plain data, and its geometry: fronts, lines drawn by hand, painted areas."""

from engine.orders import deployment
from engine.orders.commands import (
    Attack,
    Command,
    GiveOrders,
    Halt,
    Pace,
    Relieve,
    Scatter,
    Schedule,
    SetController,
    SetPace,
    regiments_of,
    without_regiments,
)
from engine.orders.deployment import Chosen, Disc, Given
from engine.orders.order import Order, Place, moved, turned, with_formation

__all__ = [
    "Attack",
    "Chosen",
    "Command",
    "Disc",
    "GiveOrders",
    "Given",
    "Halt",
    "Order",
    "Pace",
    "Place",
    "Relieve",
    "Scatter",
    "Schedule",
    "SetController",
    "SetPace",
    "deployment",
    "moved",
    "regiments_of",
    "turned",
    "with_formation",
    "without_regiments",
]
