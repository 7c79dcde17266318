"""Another controller for regiments in mid-battle: made and rehearsed in the background, then obeyed by command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from engine.app.background import BackgroundTask
from engine.battle import Battle
from engine.orders import Command, SetController


class ControllerSwitch:
    """Who leads next. `makers` are the controllers by name, in the order in which they follow each other."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = dict(makers)
        self._heirs: dict[int, str] = {}  # whom each regiment asked for last, whether he could be made or not
        self._mustering: BackgroundTask[Any] | None = None
        self._name, self._regiments = "", ()  # type: str, tuple[int, ...]

    @property
    def name(self) -> str | None:
        """The controller that is being prepared, if any is."""
        return self._name if self._mustering else None

    def begin(self, battle: Battle, regiments: tuple[int, ...]) -> None:
        """Prepare the one who follows the leader of the first of these regiments; nothing while one is prepared."""
        if self._mustering or not regiments:
            return
        names = list(self._makers)
        last = self._heirs.get(regiments[0], battle.state.regiments[regiments[0]].controller)
        self._name = names[(names.index(last) + 1) % len(names)] if last in names else names[0]
        self._regiments = regiments
        self._heirs.update(dict.fromkeys(regiments, self._name))
        self._mustering = BackgroundTask(partial(self._prepare, battle, self._name, regiments))

    def _prepare(self, battle: Battle, name: str, regiments: tuple[int, ...]) -> Any:
        controller = battle.controllers.get(name) or self._makers[name]()
        battle.warm_up(controller, regiments)
        return controller

    def finish(self, battle: Battle, command: Callable[[Command], object], say: Callable[[str], object]) -> None:
        """Let him lead who is ready, or say why he cannot: the battle goes on under the old one."""
        if self._mustering is None or not self._mustering.ready:
            return
        mustering, self._mustering = self._mustering, None
        try:
            battle.add_controller(self._name, mustering.result())
        except Exception as error:  # whatever a plugin gets wrong
            say(f"{self._name}: {error or type(error).__name__}")
            return
        for regiment in self._regiments:
            command(SetController(regiment, self._name))
