"""The game as it is played: keys in, ticks, pictures out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from engine.battlefield import TICKS_PER_SECOND, Battlefield
from engine.campaign import Campaign
from engine.commands import Command, Obey
from engine.controls.bindings import bindings, by_key, help_rows
from engine.formations import FormationError
from engine.loop import Loop
from engine.muster import Muster
from engine.staging import stage, status
from engine.view.recording import save_png
from engine.view.scene import KeyPress, Quit, Scene, View

NOTICE_FRAMES = 240  # how long the HUD shows what became of a screenshot or a controller


class Game:
    """A campaign played in a view. Each `frame` reads the keys, makes the ticks that are due and draws.

    Mustering happens in the background; orders given meanwhile wait for the army to stand.
    """

    def __init__(self, campaign: Campaign, view: View, loop: Loop | None = None, folder: Path = Path()) -> None:
        self.campaign = campaign
        self.view = view
        self.loop = loop or Loop(TICKS_PER_SECOND)
        self.running = True
        self.battlefield: Battlefield | None = None
        self.controller = campaign.controller
        self.notice = ""
        table = bindings(campaign.formations.values())
        self._keys = by_key(table)
        self._help = help_rows(table)
        self._hint = next(f"{one.label}: {one.does}" for one in table if "f1" in one.keys)
        self._help_open = False
        self._folder = folder
        self._screenshot_wanted = False
        self._notice_left = 0
        self._mustering: Muster[Battlefield] | None = Muster(campaign.muster)
        self._successor: Muster[Any] | None = None  # the controller that Tab asked for
        self._successor_name = campaign.controller  # the last one asked for, whether it could be made or not
        self._early_orders: list[Callable[[Battlefield], object]] = []  # given before there was an army
        self._known: dict[str, Any] = {}  # controllers that were made before

    def play(self, ticks: int | None = None) -> None:
        """Play until the player leaves, or for so many ticks. Raises MusterError if no army can be mustered."""
        while self.running:
            self.frame()
            self.loop.rest()
            if ticks is not None and self.battlefield and self.battlefield.ticks >= ticks:
                self.leave()

    def frame(self) -> None:
        """Play one frame."""
        for event in self.view.events():
            if isinstance(event, Quit):
                self.leave()
            elif isinstance(event, KeyPress) and event.key in self._keys:
                binding = self._keys[event.key]
                if binding.repeats or not event.held:
                    binding.act(self)
        self._take_over()
        for _ in self.loop.due():
            if self.battlefield:
                self.battlefield.tick()
        with self.loop.stopwatch.measure("drawing"):
            self.view.draw(self.scene())
        if self._screenshot_wanted:
            self._save_screenshot()

    def scene(self) -> Scene:
        """Return what is to be drawn now."""
        rows = self._rows()
        if self.battlefield is None:
            scene = Scene(self.campaign.ground.grid, None, None, ghost_version=-1, status=rows)
            banner: str | None = "Mustering ..."
        else:
            scene = stage(self.battlefield, self.loop.portion, rows)
            banner = "Paused" if self.loop.paused else None
        return replace(scene, banner=banner, keys=self._help if self._help_open else None, hint=self._hint)

    # What the keys do: see engine.controls.bindings.

    def command(self, command: Command) -> None:
        """Have a command carried out, or say in the HUD why it cannot be. The battlefield keeps it for the replay."""
        self._order(lambda battlefield: battlefield.carry_out(command))

    def form(self, formation: str) -> None:
        """Order another formation."""
        self._order(lambda battlefield: battlefield.form(formation))

    def turn(self, degrees: float) -> None:
        """Turn the order clockwise."""
        self._order(lambda battlefield: battlefield.turn(degrees))

    def move(self, right: float, down: float) -> None:
        """Move the order, in cells."""
        self._order(lambda battlefield: battlefield.move(right, down))

    def _order(self, give: Callable[[Battlefield], object]) -> None:
        if self.battlefield is None:
            self._early_orders.append(give)
            return
        try:
            give(self.battlefield)
        except FormationError as error:
            self._say(str(error))

    def pause(self) -> None:
        """Pause, or go on."""
        self.loop.pause()

    def step(self) -> None:
        """Pause and make one tick."""
        self.loop.step()

    def faster(self) -> None:
        """Double the speed."""
        self.loop.faster()

    def slower(self) -> None:
        """Halve the speed."""
        self.loop.slower()

    def help(self) -> None:
        """Show the keys, or hide them."""
        self._help_open = not self._help_open

    def screenshot(self) -> None:
        """Save the next picture."""
        self._screenshot_wanted = True

    def leave(self) -> None:
        """End the game after this frame."""
        self.running = False

    def next_controller(self) -> None:
        """Prepare the next controller in the background; it takes over once it is ready."""
        if self.battlefield is None or self._successor is not None:
            return
        names = list(self.campaign.controllers)
        self._successor_name = names[(names.index(self._successor_name) + 1) % len(names)]
        self._successor = Muster(partial(self._prepare, self.battlefield, self._successor_name))

    def _prepare(self, battlefield: Battlefield, name: str) -> Any:
        if name not in self._known:
            controller = self.campaign.controllers[name]()
            battlefield.rehearse(controller)
            self._known[name] = controller
        return self._known[name]

    def _take_over(self) -> None:
        """Take what the background has finished."""
        if self._mustering and self._mustering.ready:
            self.battlefield = self._mustering.result()
            self._mustering = None
            self.battlefield.stopwatch = self.loop.stopwatch
            for give in self._early_orders:
                self._order(give)
            self.loop.restart()
        if self.battlefield and self._successor and self._successor.ready:
            try:
                name = self._successor_name
                self.battlefield.leaders[name] = self._successor.result()
                for regiment in range(len(self.battlefield.regiments)):
                    self.battlefield.carry_out(Obey(regiment, name))
                self.controller = name
            except Exception as error:  # whatever a plugin gets wrong, the battle goes on under the old one
                self._say(f"{self._successor_name}: {error or type(error).__name__}")
            self._successor = None

    def _rows(self) -> tuple[tuple[str, str], ...]:
        self._notice_left -= 1
        rows: tuple[tuple[str, str], ...] = ()
        if self.battlefield:
            leader = f"{self.controller} (mustering {self._successor_name})" if self._successor else self.controller
            rows = status(self.battlefield, self.campaign.formations, leader)
        rows += (("frames/s", f"{self.loop.frames_per_second:.0f}"), ("speed", f"x{Fraction(self.loop.speed)}"))
        return (*rows, ("", self.notice)) if self._notice_left > 0 else rows

    def _say(self, notice: str) -> None:
        self.notice, self._notice_left = notice, NOTICE_FRAMES

    def _save_screenshot(self) -> None:
        self._screenshot_wanted = False
        number = 1
        while (path := self._folder / f"maniple-{number:04}.png").exists():
            number += 1
        try:
            save_png(path, self.view.picture())
            self._say(f"saved {path.name}")
        except OSError as error:
            self._say(f"cannot save {path.name}: {error.strerror}")
