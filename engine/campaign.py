"""What one game is made of: ground, regiments, orders, and how its simulation and its controllers are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import charges
from engine.battlefield import Battlefield, Timed
from engine.commands import Charge, Form, Obey
from engine.formations import Formation, FormationError, Stand, blob, check_mass, pick
from engine.orders import Order
from engine.plugin import Ground, Simulation
from engine.regiments import Regiment
from engine.scenarios import Scenario
from engine.stands import take_stand


@dataclass(frozen=True)
class Campaign:
    """A game as it was asked for. Nothing in it has imported or compiled anything yet."""

    simulation: Callable[[], Simulation]
    controllers: Mapping[str, Callable[[], Any]]  # by name, in the order in which Tab goes through them
    formations: Mapping[str, Formation]
    scenario: Scenario
    log: Timed = ()  # what a player commanded, where this is played again

    @property
    def ground(self) -> Ground:
        """Where it is played."""
        return self.scenario.ground

    @property
    def sides(self) -> tuple[str, ...]:
        """The names of the sides."""
        return self.scenario.sides

    @property
    def side(self) -> int | None:
        """The side that the player commands; None: both."""
        return self.scenario.player

    @property
    def looks_at(self) -> tuple[float, float, float] | None:
        """Where the camera starts: x, y and width in cells; None: all of the field."""
        return self.scenario.camera

    @property
    def controller(self) -> str:
        """Who leads the first regiment at the start."""
        return self.scenario.regiments[0].controller

    def check(self) -> None:
        """Raise FormationError if an order names no formation, or the ground cannot hold the army. Takes no time."""
        check_mass(sum(regiment.mass for regiment in self.scenario.regiments), self.ground)
        self.drawn_up()
        for _ in self.stands():
            pass
        for tick, command in (*self.scenario.script, *self.log):
            if isinstance(command, Charge):
                with named(f"the charge at tick {tick}"):
                    charges.begin(command, tick, self.ground)

    def stands(self) -> Iterator[Stand]:
        """Yield where every order puts its regiment, those at the start first."""
        regiments = self.scenario.regiments
        for order, regiment in zip(self.scenario.orders, regiments, strict=True):
            yield self._stand(order, regiment)
        for tick, command in (*self.scenario.script, *self.log):
            if isinstance(command, Form):
                for number, order in command.orders:
                    with named(f"'{regiments[number].name}' at tick {tick}"):
                        yield self._stand(order, regiments[number])

    def drawn_up(self) -> Float[np.ndarray, "R H W"]:
        """Return the mass as it musters. Raises FormationError where regiments stand on each other."""
        regiments = self.scenario.regiments
        if self.scenario.heaped:
            return np.stack([blob(regiment.mass, self.ground) for regiment in regiments])
        drawn: list[Float[np.ndarray, "H W"]] = []
        for regiment, order in zip(regiments, self.scenario.orders, strict=True):
            with named(f"'{regiment.name}'"):
                target = self._stand(order, regiment).target
            for other, earlier in zip(regiments, drawn, strict=False):
                if (target + earlier > self.ground.capacity).any():
                    raise FormationError(f"'{other.name}' and '{regiment.name}' muster on the same ground: move one")
            drawn.append(target)
        if (np.sum(drawn, axis=0) > self.ground.capacity).any():
            raise FormationError("too many regiments muster on the same ground: move some")
        return np.stack(drawn)

    def _stand(self, order: Order, regiment: Regiment) -> Stand:
        return take_stand(order, pick(dict(self.formations), order.formation), regiment.mass, self.ground)

    def leaders(self) -> list[str]:
        """Return the names of the controllers that have to be there from the start, each once."""
        later = [command.controller for _, command in (*self.scenario.script, *self.log) if isinstance(command, Obey)]
        return list(dict.fromkeys([*(regiment.controller for regiment in self.scenario.regiments), *later]))

    def muster(self) -> Battlefield:
        """Import, compile and draw up everything: seconds. Raises what the two makers raise."""
        simulation, leaders = self.simulation(), {name: self.controllers[name]() for name in self.leaders()}
        battlefield = Battlefield(
            simulation,
            leaders,
            self.ground,
            self.formations,
            self.scenario.regiments,
            self.scenario.orders,
            self.drawn_up(),
            self.scenario.seed,
            self.scenario.script,
            self.log,
        )
        for controller in leaders.values():
            battlefield.rehearse(controller)
        return battlefield


@contextmanager
def named(whose: str) -> Iterator[None]:
    """Say whose order it was that could not be carried out."""
    try:
        yield
    except FormationError as error:
        raise FormationError(f"{whose}: {error}") from None


def middle(ground: Ground) -> tuple[float, float]:
    """Return the middle of the field, x and y in cells."""
    height, width = ground.grid
    return width / 2, height / 2
