"""What one game is made of: ground, army, orders, and how its simulation and its controllers are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.battlefield import Battlefield
from engine.formations import Formation, blob, form_up, pick
from engine.orders import Order
from engine.plugin import Ground, Simulation

Script = tuple[tuple[int, Order], ...]  # orders, each with the tick at which it is given


@dataclass(frozen=True)
class Campaign:
    """A game as it was asked for. Nothing in it has imported or compiled anything yet."""

    simulation: Callable[[], Simulation]
    controllers: Mapping[str, Callable[[], Any]]  # by name, in the order in which Tab goes through them
    controller: str  # who leads first
    formations: Mapping[str, Formation]
    ground: Ground
    order: Order  # the first
    script: Script = ()  # and what follows
    mass: float = 1000.0
    men: int = 4000
    seed: int = 0

    def check(self) -> None:
        """Raise FormationError if an order names no formation, or the ground cannot hold the army. Takes no time."""
        blob(self.mass, self.ground)
        for order in (self.order, *(order for _, order in self.script)):
            formation = pick(dict(self.formations), order.formation)
            form_up(formation, self.mass, self.ground, centre=order.centre, angle=order.angle)

    def muster(self) -> Battlefield:
        """Import, compile and draw up everything: seconds. Raises what the two makers raise."""
        simulation, controller = self.simulation(), self.controllers[self.controller]()
        mass = blob(self.mass, self.ground)[None]
        battlefield = Battlefield(
            simulation, [controller], self.ground, self.formations, [self.order], mass, self.men, self.seed
        )
        battlefield.rehearse(controller)
        return battlefield

    def give_orders(self, battlefield: Battlefield) -> None:
        """Give the orders that the script has for this tick."""
        for tick, order in self.script:
            if tick == battlefield.ticks:
                battlefield.give(order)


def middle(ground: Ground) -> tuple[float, float]:
    """Return the middle of the field, x and y in cells."""
    height, width = ground.grid
    return width / 2, height / 2
