"""What one game is made of: ground, regiments, orders, and how its simulation and its controllers are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from engine.battlefield import Battlefield, Timed
from engine.commands import Form, Obey
from engine.formations import Formation, FormationError, blob, check_mass, pick
from engine.orders import Order
from engine.plugin import Ground, Simulation
from engine.regiments import Regiment
from engine.stands import take_stand

SIDES = ("first", "second")  # what sides are called where nobody says otherwise


@dataclass(frozen=True)
class Campaign:
    """A game as it was asked for. Nothing in it has imported or compiled anything yet."""

    simulation: Callable[[], Simulation]
    controllers: Mapping[str, Callable[[], Any]]  # by name, in the order in which Tab goes through them
    formations: Mapping[str, Formation]
    ground: Ground
    regiments: tuple[Regiment, ...]
    orders: tuple[Order, ...]  # the first of each regiment
    heaped: bool = False  # they muster as a round crowd in the middle, not where their first orders say
    script: Timed = ()  # what is commanded later, and when
    log: Timed = ()  # what a player commanded, if this is played again from a replay
    seed: int = 0
    title: str = ""
    sides: tuple[str, ...] = SIDES
    side: int | None = None  # the one that the player commands; None: all
    looks_at: tuple[float, float, float] | None = None  # where the camera starts: x, y and width in cells; None: all

    @property
    def controller(self) -> str:
        """Who leads the first regiment at the start."""
        return self.regiments[0].controller

    def check(self) -> None:
        """Raise FormationError if an order names no formation, or the ground cannot hold the army. Takes no time."""
        check_mass(sum(regiment.mass for regiment in self.regiments), self.ground)
        self.drawn_up()
        for _, command in (*self.script, *self.log):
            if isinstance(command, Form):
                for regiment, order in command.orders:
                    take_stand(
                        order, pick(dict(self.formations), order.formation), self.regiments[regiment].mass, self.ground
                    )

    def drawn_up(self) -> Float[np.ndarray, "R H W"]:
        """Return the mass as it musters. Raises FormationError where regiments stand on each other."""
        if self.heaped:
            return np.stack([blob(regiment.mass, self.ground) for regiment in self.regiments])
        stands = [
            take_stand(order, pick(dict(self.formations), order.formation), regiment.mass, self.ground).target
            for regiment, order in zip(self.regiments, self.orders, strict=True)
        ]
        for number, one in enumerate(stands):
            for other in range(number):
                if (one + stands[other] > self.ground.capacity).any():
                    names = f"'{self.regiments[other].name}' and '{self.regiments[number].name}'"
                    raise FormationError(f"regiments {names} would muster on the same ground: move one of them")
        return np.stack(stands)

    def leaders(self) -> list[str]:
        """Return the names of the controllers that have to be there from the start, each once."""
        later = [command.controller for _, command in (*self.script, *self.log) if isinstance(command, Obey)]
        return list(dict.fromkeys([*(regiment.controller for regiment in self.regiments), *later]))

    def muster(self) -> Battlefield:
        """Import, compile and draw up everything: seconds. Raises what the two makers raise."""
        simulation, leaders = self.simulation(), {name: self.controllers[name]() for name in self.leaders()}
        battlefield = Battlefield(
            simulation,
            leaders,
            self.ground,
            self.formations,
            self.regiments,
            self.orders,
            self.drawn_up(),
            self.seed,
            self.script,
            self.log,
        )
        for controller in leaders.values():
            battlefield.rehearse(controller)
        return battlefield


def middle(ground: Ground) -> tuple[float, float]:
    """Return the middle of the field, x and y in cells."""
    height, width = ground.grid
    return width / 2, height / 2
