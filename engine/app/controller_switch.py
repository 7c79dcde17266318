"""A change of controllers in mid-battle: the next is made and warmed up in the background, then set by command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from engine.app.background import BackgroundTask
from engine.battle import Battle
from engine.io import InputError, PluginError, described, plugin_errors
from engine.orders import Command, SetController


class ControllerSwitch:
    """Prepares next controllers. `makers` make them by name, in the order in which they follow each other."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = dict(makers)
        self._requested: dict[int, str] = {}  # the last controller requested for each regiment, made or failed
        self._preparing: BackgroundTask[Any] | None = None
        self._name, self._regiments = "", ()  # type: str, tuple[int, ...]

    @property
    def name(self) -> str | None:
        """The controller that is being prepared, if any is."""
        return self._name if self._preparing else None

    def begin(self, battle: Battle, regiments: tuple[int, ...]) -> None:
        """Prepare for these regiments the controller after the first one's; do nothing while another is prepared."""
        if self._preparing or not regiments:
            return
        names = list(self._makers)
        last = self._requested.get(regiments[0], battle.state.regiments[regiments[0]].controller)
        self._name = names[(names.index(last) + 1) % len(names)] if last in names else names[0]
        self._regiments = regiments
        self._requested.update(dict.fromkeys(regiments, self._name))
        self._preparing = BackgroundTask(partial(self._prepare, battle, self._name, regiments))

    def _prepare(self, battle: Battle, name: str, regiments: tuple[int, ...]) -> Any:
        with plugin_errors(getattr(self._makers[name], "label", name)):
            controller = battle.controllers.get(name) or self._makers[name]()
            battle.warm_up(controller, regiments)
        return controller

    def finish(self, battle: Battle, command: Callable[[Command], object], notify: Callable[[str], object]) -> None:
        """Have a controller that is ready take over, or notify why it cannot: the battle goes on under the old one."""
        if self._preparing is None or not self._preparing.ready:
            return
        ready, self._preparing = self._preparing, None
        try:
            battle.add_controller(self._name, ready.result())
        except PluginError as error:
            notify(described(error))
            return
        except InputError as error:
            notify(f"{self._name}: {error}")
            return
        for regiment in self._regiments:
            command(SetController(regiment, self._name))
